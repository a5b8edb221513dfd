/* SPDX-License-Identifier: GPL-2.0-only */
/* The path of a cgroup of this host, and its container. For resolve.c. */
#ifndef SOCKBIND_CGROUP_H
#define SOCKBIND_CGROUP_H

struct resolved;
struct sockbind_bind;

void cgroup_resolve(struct resolved *names, const struct sockbind_bind *raw);

#endif /* SOCKBIND_CGROUP_H */
