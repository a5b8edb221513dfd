// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "process.h"

/* The initial pid namespace's, in every kernel. */
#define PROC_PID_INIT_INO	0xEFFFFFFCU

#define START_TIME_FIELD	22

#define NS_PER_SEC	1000000000LL

static bool is_initial(const char *ns)
{
	struct stat st;

	return !stat(ns, &st) && st.st_ino == PROC_PID_INIT_INO;
}

/**
 * process_numbers_agree() - whether /proc has the numbers that records have
 *
 * The numbers in /proc are those of the pid namespace that it was mounted in:
 * process 1 tells, or this one, where no capability lets it ask about another.
 *
 * Return: true where they are those of the initial namespace.
 */
bool process_numbers_agree(void)
{
	static int known = -1;

	if (known < 0)
		known = is_initial("/proc/1/ns/pid") ||
			is_initial("/proc/self/ns/pid");
	return known;
}

/* How far the clock of the reader's time namespace is ahead. */
static int64_t boottime_offset(void)
{
	static int64_t offset;
	static bool known;
	long long sec, ns;
	char line[64];
	FILE *file;

	if (known)
		return offset;
	known = true;
	file = fopen("/proc/self/timens_offsets", "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "boottime %lld %lld", &sec, &ns) == 2)
			offset = sec * NS_PER_SEC + ns;
	fclose(file);
	return offset;
}

static uint64_t start_ticks(uint64_t start_time)
{
	const uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);

	return (start_time + (uint64_t)boottime_offset()) /
	       (NS_PER_SEC / ticks);
}

/* The name of the program, in parentheses, may hold any of them and blanks. */
static bool started_at(int process, uint64_t ticks)
{
	char data[1024], *field;
	int number;

	if (process_read(process, "stat", data, sizeof(data)) <= 0)
		return false;
	field = strrchr(data, ')');
	for (number = 2; field && number < START_TIME_FIELD; number++)
		field = strchr(field + 1, ' ');
	return field && strtoull(field, NULL, 10) == ticks;
}

/**
 * process_open() - open the directory in /proc of the process that did a bind
 * @raw: record of the bind
 *
 * Return: its descriptor, or -1: it has ended, or cannot be told for sure.
 */
int process_open(const struct sockbind_bind *raw)
{
	char path[sizeof("/proc/4294967295")];
	int process;

	if (!process_numbers_agree())
		return -1;
	snprintf(path, sizeof(path), "/proc/%u", raw->pid);
	process = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return -1;
	if (started_at(process, start_ticks(raw->start_time)))
		return process;
	close(process);
	return -1;
}

/**
 * process_read() - read a file of a process
 * @process: its directory
 * @file: name of the file
 * @data: result, with a NUL behind it
 * @size: bytes there; what does not fit is left out
 *
 * Return: bytes read, without the NUL, or -1.
 */
ssize_t process_read(int process, const char *file, char *data, size_t size)
{
	size_t have = 0;
	ssize_t len;
	int fd;

	fd = openat(process, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	do {
		len = read(fd, data + have, size - 1 - have);
		have += len > 0 ? (size_t)len : 0;
	} while (len > 0);
	close(fd);
	data[have] = '\0';
	return len < 0 ? -1 : (ssize_t)have;
}

/**
 * process_link() - path of an open file, as /proc tells it
 * @fd: its descriptor
 * @data: result
 * @size: bytes there
 *
 * Return: bytes of the path, or -1: there is none, or it does not fit.
 */
ssize_t process_link(int fd, char *data, size_t size)
{
	char path[sizeof("/proc/self/fd/4294967295")];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	len = readlink(path, data, size);
	return len < (ssize_t)size ? len : -1;
}
