/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The id of a cgroup v2: its directory's file handle. Before 5.5 it is not the
 * inode number, of which it has a generation in front; nor is it on 32-bit
 * kernels.
 */
#ifndef SELFTESTS_CGROUP_ID_H
#define SELFTESTS_CGROUP_ID_H

#include <fcntl.h>
#include <string.h>

/* Return: 0: it has none. */
static inline __u64 cgroup_id(const char *path)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(__u64)];
	} u = { .handle.handle_bytes = sizeof(__u64) };
	__u64 id;
	int mount;

	if (name_to_handle_at(AT_FDCWD, path, &u.handle, &mount, 0))
		return 0;
	memcpy(&id, u.handle.f_handle, sizeof(id));
	return id;
}

#endif /* SELFTESTS_CGROUP_ID_H */
