/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names that this host has for the numbers of a bind. What cannot be
 * verified has none. The main loop asks, for live records only; everything else
 * reads the result in struct bind_event.
 */
#ifndef SOCKBIND_RESOLVE_H
#define SOCKBIND_RESOLVE_H

#include "address.h"

struct sockbind_bind;

/* What is wanted: any of these. */
enum {
	RESOLVE_USER = 1,
	RESOLVE_LOGIN = 2,
	RESOLVE_EXE = 4,
	RESOLVE_CGROUP = 8,
};

/**
 * struct resolved - the names of a bind, of length 0 where there is none
 * @user: of the effective user
 * @real_user: of the real user
 * @login_user: of the login user
 * @exe: path of the executable, which leads there from the root of this host
 * @cgroup: path of the cgroup below the root of its hierarchy
 * @runtime: what made the container: "docker", "containerd", ...
 * @container: full id of the container, or name of the machine
 * @pod: uid of the Kubernetes pod
 *
 * RESOLVE_USER is for the first two, RESOLVE_CGROUP for the last four.
 */
struct resolved {
	struct address_bytes user;
	struct address_bytes real_user;
	struct address_bytes login_user;
	struct address_bytes exe;
	struct address_bytes cgroup;
	struct address_bytes runtime;
	struct address_bytes container;
	struct address_bytes pod;
};

void resolve_bind(struct resolved *names, const struct sockbind_bind *raw,
		  unsigned int wanted);

#endif /* SOCKBIND_RESOLVE_H */
