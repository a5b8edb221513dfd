// SPDX-License-Identifier: GPL-2.0-only
#include <pwd.h>
#include <string.h>

#include "users.h"

/*
 * The lookup may ask a name service, which costs milliseconds and can bind
 * sockets of its own: an answer is kept, "no such user" too.
 */
#define KEPT_SECONDS	60

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec;
}

static void ask(struct users_slot *slot, uint32_t uid)
{
	const struct passwd *entry = getpwuid(uid);
	const size_t len = entry ? strlen(entry->pw_name) : 0;

	*slot = (struct users_slot){
		.known = true,
		.uid = uid,
		.until = now() + KEPT_SECONDS,
	};
	if (!len || len > sizeof(slot->name))
		return;
	memcpy(slot->name, entry->pw_name, len);
	slot->len = len;
}

/**
 * users_name() - name of a user
 * @users: answers kept so far, all zero at first
 * @uid: user id in the reader's user namespace
 *
 * Return: the name, valid until the next call with @users; empty: none.
 */
struct address_bytes users_name(struct users *users, uint32_t uid)
{
	struct users_slot *slot =
		&users->slots[(uid ^ uid >> 16) % USERS_SLOTS];

	if (!slot->known || slot->uid != uid || slot->until <= now())
		ask(slot, uid);
	return (struct address_bytes){ slot->name, slot->len };
}
