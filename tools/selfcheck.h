/* SPDX-License-Identifier: GPL-2.0-only */
/* --check: binds sockets, and has to see that. For main.c. */
#ifndef SOCKBIND_SELFCHECK_H
#define SOCKBIND_SELFCHECK_H

int selfcheck(const char *device);

#endif /* SOCKBIND_SELFCHECK_H */
