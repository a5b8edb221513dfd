/* SPDX-License-Identifier: GPL-2.0-only */
/* Why binds are not seen, in sentences with a cure. For selfcheck.c and watch.c. */
#ifndef SOCKBIND_DIAGNOSIS_H
#define SOCKBIND_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>

bool diagnosis_line(const char *path, char *line, size_t size);
const char *diagnosis_no_device(const char *device);
bool diagnosis_ftrace_is_off(void);
const char *diagnosis_unseen(void);
bool diagnosis_log(char *text, size_t size);

#endif /* SOCKBIND_DIAGNOSIS_H */
