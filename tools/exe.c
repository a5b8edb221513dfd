// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "exe.h"
#include "process.h"

/* Processes whose number and start collide share a slot: the last one has it. */
#define SLOTS	256

/**
 * struct slot - the answer for a process that runs an executable
 * @pid: number of the process; 0: the slot is empty
 * @major: major number of the executable's device
 * @minor: its minor number
 * @start_time: when the process started
 * @inode: inode number of the executable
 * @len: bytes of @path; 0: it could not be verified, and never will
 * @path: path of the executable, or NULL
 */
struct slot {
	uint32_t pid;
	uint32_t major;
	uint32_t minor;
	uint64_t start_time;
	uint64_t inode;
	size_t len;
	uint8_t *path;
};

static struct slot slots[SLOTS];

/*
 * Where both devices have major 0 they may differ: btrfs, overlayfs. The file
 * system is not asked: its server may never answer.
 */
static bool is_executable(int fd, const struct sockbind_bind *raw)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &stx) ||
	    stx.stx_ino != raw->exe_inode ||
	    stx.stx_dev_major != raw->exe_major)
		return false;
	return !raw->exe_major || stx.stx_dev_minor == raw->exe_minor;
}

/*
 * One descriptor is asked for both, the file and its path: the process may run
 * another executable meanwhile.
 */
static ssize_t verified_path(int process, const struct sockbind_bind *raw,
			     char *path, size_t size)
{
	ssize_t len = -1;
	int fd;

	fd = openat(process, "exe", O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (is_executable(fd, raw))
		len = process_link(fd, path, size);
	close(fd);
	return len;
}

static void ask(struct slot *slot, const struct sockbind_bind *raw)
{
	char path[PATH_MAX];
	ssize_t len;
	int process;

	free(slot->path);
	*slot = (struct slot){
		.pid = raw->pid,
		.major = raw->exe_major,
		.minor = raw->exe_minor,
		.start_time = raw->start_time,
		.inode = raw->exe_inode,
	};
	process = process_open(raw);
	if (process < 0)
		return;
	len = verified_path(process, raw, path, sizeof(path));
	close(process);
	slot->path = len > 0 ? malloc((size_t)len) : NULL;
	if (!slot->path)
		return;
	memcpy(slot->path, path, (size_t)len);
	slot->len = (size_t)len;
}

static bool is_for(const struct slot *slot, const struct sockbind_bind *raw)
{
	return slot->pid == raw->pid && slot->major == raw->exe_major &&
	       slot->minor == raw->exe_minor &&
	       slot->start_time == raw->start_time &&
	       slot->inode == raw->exe_inode;
}

/**
 * exe_path() - path of the executable that did a bind
 * @raw: record of the bind
 *
 * Return: the path as its process sees it, " (deleted)" behind it if it is gone,
 * valid until the next call; empty: it cannot be told for sure.
 */
struct address_bytes exe_path(const struct sockbind_bind *raw)
{
	struct slot *slot = &slots[(raw->pid ^ raw->start_time) % SLOTS];

	if (!raw->exe_inode || !raw->pid)
		return (struct address_bytes){ NULL, 0 };
	if (!is_for(slot, raw))
		ask(slot, raw);
	return (struct address_bytes){ slot->path, slot->len };
}
