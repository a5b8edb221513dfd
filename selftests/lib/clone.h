/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A child whose process id the test chooses.
 */
#ifndef SELFTESTS_CLONE_H
#define SELFTESTS_CLONE_H

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* A call of no size fails with EINVAL where there is one. */
static inline bool clone_has_pid(void)
{
	return syscall(__NR_clone3, NULL, 0) < 0 && errno == EINVAL;
}

/* As fork(); the child's number is @pid, unless that is 0. */
static inline pid_t clone_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = pid ? (uintptr_t)&pid : 0,
		.set_tid_size = pid != 0,
	};

	return syscall(__NR_clone3, &args, sizeof(args));
}

#endif /* SELFTESTS_CLONE_H */
