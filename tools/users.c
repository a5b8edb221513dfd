// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "process.h"
#include "users.h"

/* The initial user namespace's, in every kernel. */
#define PROC_USER_INIT_INO	0xEFFFFFFDU

/*
 * The lookup may ask a name service, which costs milliseconds and can bind
 * sockets of its own: an answer is kept, "no such user" too.
 */
#define KEPT_SECONDS	60

/* In a container passwd(5) is another, and numbers may be other users'. */
static bool is_passwd_of_host(void)
{
	struct stat ours, first;

	if (stat("/proc/1/root/etc/passwd", &first))
		return errno != ENOENT || stat("/etc/passwd", &ours);
	return !stat("/etc/passwd", &ours) && ours.st_dev == first.st_dev &&
	       ours.st_ino == first.st_ino;
}

static bool numbers_agree(void)
{
	static int known = -1;
	struct stat st;

	if (known < 0)
		known = !stat("/proc/self/ns/user", &st) &&
			st.st_ino == PROC_USER_INIT_INO &&
			process_numbers_agree() && is_passwd_of_host();
	return known;
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec;
}

static void ask(struct users_slot *slot, uint32_t uid)
{
	const struct passwd *entry = numbers_agree() ? getpwuid(uid) : NULL;
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
 * @uid: user id in the initial user namespace
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
