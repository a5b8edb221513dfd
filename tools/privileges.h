/* SPDX-License-Identifier: GPL-2.0-only */
/* What the reader may do once all its files are open. For main.c. */
#ifndef SOCKBIND_PRIVILEGES_H
#define SOCKBIND_PRIVILEGES_H

#include <stdbool.h>

int privileges_drop(bool names);

#endif /* SOCKBIND_PRIVILEGES_H */
