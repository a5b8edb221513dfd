// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sockbind.h>

#include "cgroup.h"
#include "exe.h"
#include "resolve.h"
#include "users.h"

/* One for each role: an answer must not take the place of another's. */
static struct users users, real_users, login_users;

static void resolve_users(struct resolved *names,
			  const struct sockbind_bind *raw)
{
	names->user = users_name(&users, raw->euid);
	names->real_user = raw->uid == raw->euid ? names->user :
			   users_name(&real_users, raw->uid);
}

/**
 * resolve_bind() - ask this host for the names of a bind
 * @names: result, valid until the next call
 * @raw: its record, made by the running kernel
 * @wanted: RESOLVE_*
 */
void resolve_bind(struct resolved *names, const struct sockbind_bind *raw,
		  unsigned int wanted)
{
	*names = (struct resolved){ 0 };
	if (wanted & RESOLVE_USER)
		resolve_users(names, raw);
	if (wanted & RESOLVE_LOGIN && raw->loginuid != SOCKBIND_UNKNOWN)
		names->login_user = users_name(&login_users, raw->loginuid);
	if (wanted & RESOLVE_EXE)
		names->exe = exe_path(raw);
	if (wanted & RESOLVE_CGROUP)
		cgroup_resolve(names, raw);
}
