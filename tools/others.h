/* SPDX-License-Identifier: GPL-2.0-only */
/* Who else has the kernel call them at the functions that the module probes. */
#ifndef SOCKBIND_OTHERS_H
#define SOCKBIND_OTHERS_H

#include <stdbool.h>

struct buf;
struct sockbind_info;

/* The functions, by number, from 0. */
const char *others_function(unsigned int i);
bool others_put(struct buf *b, unsigned int i, const struct sockbind_info *info);

#endif /* SOCKBIND_OTHERS_H */
