/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings of the kernel: files that are written with a value. */
#ifndef SELFTESTS_SETTING_H
#define SELFTESTS_SETTING_H

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Return: whether the kernel has taken all of @value. */
static inline bool setting_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, value, strlen(value)) == (ssize_t)strlen(value);
	close(fd);
	return done;
}

#endif /* SELFTESTS_SETTING_H */
