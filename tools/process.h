/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process of this host, opened in /proc and known by its number and start
 * time: one that was given the number later is never taken for it.
 */
#ifndef SOCKBIND_PROCESS_H
#define SOCKBIND_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sockbind_bind;

bool process_numbers_agree(void);
int process_open(const struct sockbind_bind *raw);
ssize_t process_read(int process, const char *file, char *data, size_t size);
ssize_t process_link(int fd, char *data, size_t size);

#endif /* SOCKBIND_PROCESS_H */
