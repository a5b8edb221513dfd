/* SPDX-License-Identifier: GPL-2.0-only */
/* User names by number, asked for once each. */
#ifndef SOCKBIND_USERS_H
#define SOCKBIND_USERS_H

#include <stdint.h>

const char *users_name(uint32_t uid);

#endif /* SOCKBIND_USERS_H */
