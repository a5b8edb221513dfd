// SPDX-License-Identifier: GPL-2.0-only
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "privileges.h"

/*
 * Links of processes of others in /proc want CAP_SYS_PTRACE, the file handle of
 * a cgroup CAP_DAC_READ_SEARCH.
 */
#define FOR_NAMES	(CAP_TO_MASK(CAP_SYS_PTRACE) | \
			 CAP_TO_MASK(CAP_DAC_READ_SEARCH))

/**
 * privileges_drop() - give up all capabilities, for good
 * @names: but for those that names of this host need, where it has them
 *
 * Return: 0, or -1 with errno.
 */
int privileges_drop(bool names)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	const __u32 keep = names ? FOR_NAMES : 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) ||
	    syscall(SYS_capget, &header, data))
		return -1;
	data[0].permitted &= keep;
	data[1].permitted = 0;
	data[0].effective = data[0].permitted;
	data[1].effective = 0;
	data[0].inheritable = 0;
	data[1].inheritable = 0;
	return (int)syscall(SYS_capset, &header, data);
}
