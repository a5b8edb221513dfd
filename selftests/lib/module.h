/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load and unload the module without another process, for tests that are about
 * just that.
 */
#ifndef SELFTESTS_MODULE_H
#define SELFTESTS_MODULE_H

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* Return: a file of the checkout that this program was built in, or -1. */
static inline int module_file(const char *name)
{
	char program[PATH_MAX] = "", path[PATH_MAX + 32];

	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/../../%s", dirname(program), name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static inline int module_open(void)
{
	return module_file("module/sockbind.ko");
}

/*
 * Return: the module, where none is loaded now; -1: there is no such file, or one
 * that is loaded is in use.
 */
static inline int module_open_unloaded(void)
{
	if (module_unload() && errno != ENOENT)
		return -1;
	return module_open();
}

#endif /* SELFTESTS_MODULE_H */
