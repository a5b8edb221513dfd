/* SPDX-License-Identifier: GPL-2.0-only */
/* On which CPU a test runs, and so into which ring it binds. */
#ifndef SELFTESTS_CPU_H
#define SELFTESTS_CPU_H

#include <sched.h>
#include <stdbool.h>

/* The thread alone. Return: false if that CPU is offline. */
static inline bool cpu_run_on(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return !sched_setaffinity(0, sizeof(one), &one);
}

#endif /* SELFTESTS_CPU_H */
