/* SPDX-License-Identifier: GPL-2.0-only */
/* User names by number, asked for once in a while. For resolve.c. */
#ifndef SOCKBIND_USERS_H
#define SOCKBIND_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "address.h"

#define USERS_SLOTS	256
#define USERS_NAME_MAX	32	/* utmp's limit */

/**
 * struct users_slot - the answer for one of the numbers that share a slot
 * @known: there is one
 * @uid: the number
 * @until: when to ask again, CLOCK_MONOTONIC in seconds
 * @len: bytes of @name; 0: no such user, or a name too long to keep
 * @name: its name
 */
struct users_slot {
	bool known;
	uint32_t uid;
	time_t until;
	size_t len;
	uint8_t name[USERS_NAME_MAX];
};

/**
 * struct users - answers that are kept
 * @slots: by number
 */
struct users {
	struct users_slot slots[USERS_SLOTS];
};

struct address_bytes users_name(struct users *users, uint32_t uid);

#endif /* SOCKBIND_USERS_H */
