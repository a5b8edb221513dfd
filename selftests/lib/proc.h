/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells in small files, of processes above all. */
#ifndef SELFTESTS_PROC_H
#define SELFTESTS_PROC_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/types.h>

/* The text of a file, empty if there is none. */
static inline void proc_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, size - 1);

	text[n < 0 ? 0 : n] = '\0';
	close(fd);
}

static inline __u32 proc_number(const char *path, __u32 otherwise)
{
	char text[32];

	proc_text(path, text, sizeof(text));
	return *text ? strtoul(text, NULL, 10) : otherwise;
}

/*
 * Of a file "stat", the text from field @field on, from the third, in the memory
 * that the next call uses. Return: NULL if there is none.
 */
static inline const char *proc_stat(const char *path, int field)
{
	static char text[1024];
	const char *at;
	int i;

	proc_text(path, text, sizeof(text));
	/* Behind the name, the second, which may hold anything. */
	at = strrchr(text, ')');
	for (i = 2; i < field && at; i++)
		at = strchr(at + 1, ' ');
	return at ? at + 1 : NULL;
}

/*
 * Whether a process sleeps, in a call that a signal ends. Which call that is, /proc
 * does not tell everywhere: not on arm in 5.10.
 */
static inline bool proc_is_asleep(pid_t pid)
{
	const char *state;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	state = proc_stat(path, 3);
	return state && *state == 'S';
}

/* Of a file "status", the number behind @key. Return: all ones if there is none. */
static inline __u64 proc_status(const char *path, const char *key, int base)
{
	char text[8192];
	const char *line;

	proc_text(path, text, sizeof(text));
	line = strstr(text, key);
	return line ? strtoull(line + strlen(key), NULL, base) : ~0ULL;
}

#endif /* SELFTESTS_PROC_H */
