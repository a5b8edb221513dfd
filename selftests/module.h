/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load and unload the module without another process, for tests that are about
 * just that.
 */
#ifndef SELFTESTS_MODULE_H
#define SELFTESTS_MODULE_H

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Return: the module that was built with this program; -1: there is none. */
static inline int module_open(void)
{
	char program[PATH_MAX] = "", path[PATH_MAX + 32];

	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/../module/sockbind.ko",
		 dirname(program));
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Return: 0, or -1 and errno. */
static inline int module_load(int module, const char *parameters)
{
	return syscall(__NR_finit_module, module, parameters, 0);
}

/* Return: 0, or -1 and errno. */
static inline int module_unload(void)
{
	return syscall(__NR_delete_module, "sockbind", O_NONBLOCK);
}

#endif /* SELFTESTS_MODULE_H */
