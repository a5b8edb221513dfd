// SPDX-License-Identifier: GPL-2.0-only
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "users.h"

/*
 * The lookup may ask a name service, which costs milliseconds and can bind
 * sockets of its own: an answer is kept, "no such user" too. A user whose
 * number collides with another's takes its place.
 */
#define SLOTS	256

struct user {
	bool known;
	uint32_t uid;
	char name[33];	/* utmp's limit; "": none, or too long to keep */
};

static struct user cache[SLOTS];

/**
 * users_name() - name of a user
 * @uid: user id in the reader's user namespace
 *
 * Return: the name, valid until the next call, or NULL if there is none.
 */
const char *users_name(uint32_t uid)
{
	struct user *user = &cache[(uid ^ uid >> 16) % SLOTS];
	const struct passwd *entry;
	size_t len;

	if (!user->known || user->uid != uid) {
		*user = (struct user){ .known = true, .uid = uid };
		entry = getpwuid(uid);
		len = entry ? strlen(entry->pw_name) : 0;
		if (len && len < sizeof(user->name))
			memcpy(user->name, entry->pw_name, len);
	}
	return user->name[0] ? user->name : NULL;
}
