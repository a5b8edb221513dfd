/* SPDX-License-Identifier: GPL-2.0-only */
/* perf's own kprobes, as perf and libbpf set them. */
#ifndef SELFTESTS_PERF_PROBE_H
#define SELFTESTS_PERF_PROBE_H

#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PERF_PROBE_TYPE	"/sys/bus/event_source/devices/kprobe/type"

/* Return: what perf_probe_open() wants, or -1: this kernel has none. */
static inline int perf_probe_type(void)
{
	FILE *file = fopen(PERF_PROBE_TYPE, "r");
	int type;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &type) != 1)
		type = -1;
	fclose(file);
	return type;
}

/*
 * Count the calls of @function on that CPU, by whomever. Return: a file, or -1
 * and errno.
 */
static inline int perf_probe_open(int type, const char *function, int cpu)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.kprobe_func = (uintptr_t)function,
	};

	return syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
		       PERF_FLAG_FD_CLOEXEC);
}

#endif /* SELFTESTS_PERF_PROBE_H */
