/* SPDX-License-Identifier: GPL-2.0-only */
/* The path of the executable of a process of this host. For resolve.c. */
#ifndef SOCKBIND_EXE_H
#define SOCKBIND_EXE_H

#include "address.h"

struct sockbind_bind;

struct address_bytes exe_path(const struct sockbind_bind *raw);

#endif /* SOCKBIND_EXE_H */
