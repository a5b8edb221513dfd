// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>
#include <linux/sockbind.h>

#include "exe.h"
#include "process.h"

/* Processes whose number and start collide share a slot: the last one has it. */
#define SLOTS	256

/* Since Linux 5.12, and not in older headers: fail rather than ask a file system. */
#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED	0x20
#endif

/* A walk over what is cached gives up where something changes under it. */
#define WALKS	5

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

/* Return: the id of the mount that a file was opened on, or -1. */
static int mount_id(int fd)
{
	char path[sizeof("/proc/self/fdinfo/4294967295")], data[1024], *line;
	int id = -1;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (process_read(AT_FDCWD, path, data, sizeof(data)) <= 0)
		return -1;
	line = strstr(data, "mnt_id:");
	if (!line || sscanf(line, "mnt_id: %d", &id) != 1)
		return -1;
	return id;
}

/*
 * The path is as the kernel makes it: absolute, without a symbolic link. What is
 * cached answers, since the file is in use, and no server of a file system is
 * asked, which may never answer.
 */
static int open_cached(const char *path)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_CACHED | RESOLVE_NO_SYMLINKS,
	};
	int walk, fd = -1;

	for (walk = 0; walk < WALKS && fd < 0; walk++)
		fd = (int)syscall(__NR_openat2, AT_FDCWD, path, &how,
				  sizeof(how));
	return fd;
}

/*
 * A process can make its path any: by mounts of its own, by a tree that is mounted
 * nowhere. It is told only if it leads to the same file of the same mount from here.
 */
static bool leads_to(const char *path, int exe, const struct sockbind_bind *raw)
{
	int fd = open_cached(path), id = mount_id(exe);
	bool same;

	if (fd < 0)
		return false;
	same = is_executable(fd, raw) && id >= 0 && mount_id(fd) == id;
	close(fd);
	return same;
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
		len = process_link(fd, path, size - 1);
	if (len > 0) {
		path[len] = '\0';
		if (!leads_to(path, fd, raw))
			len = -1;
	}
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
 * Return: the path, valid until the next call; empty: it cannot be told for sure.
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
