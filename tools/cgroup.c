// SPDX-License-Identifier: GPL-2.0-only
/*
 * The id in the record is the file handle of a directory in the hierarchy of
 * cgroup v2. Opened so, the directory tells its path, whether or not the
 * process still runs. Where that is not allowed, or processes are kept in
 * hierarchies of cgroup v1, the process itself is asked.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "cgroup.h"
#include "container.h"
#include "process.h"
#include "resolve.h"

#define SLOTS	256

/* linux/exportfs.h: an inode number and its generation, the halves of an id. */
#define FILEID_INO32_GEN	1

/**
 * struct slot - what is known of a cgroup
 * @id: its id; 0: the slot is empty
 * @len: bytes of @path
 * @path: its path, or NULL
 * @container: the container that it is in, if any
 */
struct slot {
	uint64_t id;
	size_t len;
	uint8_t *path;
	struct container container;
};

/**
 * struct host - how this host uses cgroups
 * @known: this has been looked up
 * @v1: there are hierarchies of cgroup v1
 * @root: where that of v2 is mounted, open, with @root_len
 * @root_len: bytes of its path; 0: nowhere
 * @root_path: its path
 */
struct host {
	bool known;
	bool v1;
	int root;
	size_t root_len;
	char root_path[PATH_MAX];
};

static struct slot slots[SLOTS];
static char lines[16384];	/* of /proc/PID/cgroup, for one call */
static struct host host;

/* Lines of /proc/PID/cgroup are HIERARCHY:CONTROLLERS:PATH; 0 is v2. */
static bool has_v1(void)
{
	bool found = false;
	char line[512];
	FILE *file;

	file = fopen("/proc/self/cgroup", "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		found |= line[0] >= '1' && line[0] <= '9' && strchr(line, ':');
	fclose(file);
	return found;
}

/* Of the whole hierarchy, in a directory whose name needs no quoting. */
static bool open_root(char *line)
{
	const char *root, *path;

	if (!strstr(line, " - cgroup2 "))
		return false;
	strtok(line, " ");
	strtok(NULL, " ");
	strtok(NULL, " ");
	root = strtok(NULL, " ");
	path = strtok(NULL, " ");
	if (!path || strcmp(root, "/"))
		return false;
	host.root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host.root < 0)
		return false;
	host.root_len = strlen(path);
	memcpy(host.root_path, path, host.root_len);
	return true;
}

static void look_up_host(void)
{
	size_t size = 0;
	char *line = NULL;
	FILE *file;

	host.known = true;
	host.v1 = has_v1();
	file = fopen("/proc/self/mountinfo", "re");
	if (!file)
		return;
	while (getline(&line, &size, file) > 0)
		if (open_root(line))
			break;
	free(line);
	fclose(file);
}

/* It may have been removed since it was opened. */
static bool is_deleted(const char *path, ssize_t len)
{
	static const char mark[] = " (deleted)";
	const ssize_t mark_len = sizeof(mark) - 1;

	return len >= mark_len && !memcmp(path + len - mark_len, mark, mark_len);
}

/* By the id alone. Since 5.5 there is a type for an id, too. */
static ssize_t path_by_handle(uint64_t id, char *path, size_t size)
{
	const uint32_t halves[] = { (uint32_t)id, (uint32_t)(id >> 32) };
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(halves)];
	} u = { .handle = {
		.handle_bytes = sizeof(halves),
		.handle_type = FILEID_INO32_GEN,
	} };
	ssize_t len;
	int fd;

	memcpy(u.handle.f_handle, halves, sizeof(halves));
	fd = open_by_handle_at(host.root, &u.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = process_link(fd, path, size);
	close(fd);
	if (len < (ssize_t)host.root_len || is_deleted(path, len) ||
	    memcmp(path, host.root_path, host.root_len))
		return -1;
	len -= (ssize_t)host.root_len;
	memmove(path, path + host.root_len, (size_t)len);
	if (len && path[0] != '/')
		return -1;
	if (!len)
		path[len++] = '/';
	return len;
}

static bool read_lines(const struct sockbind_bind *raw)
{
	const int process = process_open(raw);
	ssize_t len;

	if (process < 0)
		return false;
	len = process_read(process, "cgroup", lines, sizeof(lines));
	close(process);
	return len > 0;
}

/*
 * The process may have been moved: the directory has to have the id. Its inode
 * number is that, or on a 32-bit kernel and before 5.5 the lower half of it.
 */
static bool has_id(const char *path, uint64_t id)
{
	struct stat st;
	bool found;
	int fd;

	if (path[0] != '/' || !strncmp(path, "/..", 3))
		return false;
	fd = openat(host.root, path[1] ? path + 1 : ".",
		    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	found = !fstat(fd, &st) &&
		(st.st_ino == id || st.st_ino == (uint32_t)id);
	close(fd);
	return found;
}

static ssize_t path_by_process(const struct sockbind_bind *raw, char *path,
			       size_t size)
{
	char *line, *rest;
	size_t len;

	if (!read_lines(raw))
		return -1;
	for (line = strtok_r(lines, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "0::", 3))
			continue;
		len = strlen(line + 3);
		if (len >= size || !has_id(line + 3, raw->cgroup))
			return -1;
		memcpy(path, line + 3, len);
		return (ssize_t)len;
	}
	return -1;
}

static void ask(struct slot *slot, const struct sockbind_bind *raw)
{
	char path[PATH_MAX];
	ssize_t len;

	free(slot->path);
	*slot = (struct slot){ 0 };
	len = path_by_handle(raw->cgroup, path, sizeof(path));
	if (len < 0)
		len = path_by_process(raw, path, sizeof(path));
	slot->path = len > 0 ? malloc((size_t)len) : NULL;
	if (!slot->path)
		return;
	memcpy(slot->path, path, (size_t)len);
	slot->len = (size_t)len;
	slot->id = raw->cgroup;
	container_find(&slot->container,
		       (struct address_bytes){ slot->path, slot->len });
}

static void put_names(struct resolved *names, struct address_bytes path,
		      const struct container *c)
{
	const char *runtime = c->runtime ? c->runtime : "";

	names->cgroup = path;
	names->runtime = (struct address_bytes){ (const uint8_t *)runtime,
						 strlen(runtime) };
	names->container = (struct address_bytes){ c->id, c->id_len };
	names->pod = (struct address_bytes){ c->pod, c->pod_len };
}

static void resolve_v2(struct resolved *names, const struct sockbind_bind *raw)
{
	struct slot *slot = &slots[(raw->cgroup ^ raw->cgroup >> 32) % SLOTS];

	if (!raw->cgroup || !host.root_len)
		return;
	if (slot->id != raw->cgroup)
		ask(slot, raw);
	put_names(names, (struct address_bytes){ slot->path, slot->len },
		  &slot->container);
}

/* Each hierarchy has a path of its own: the best is that with a container. */
static unsigned int rank(const char *line, struct address_bytes path,
			 const struct container *c)
{
	if (c->id_len)
		return 4;
	if (path.len <= 1)
		return 1;
	return strstr(line, ":name=systemd:") ? 3 : 2;
}

/* Nothing is kept: processes are moved, and there is no id to tell. */
static void resolve_v1(struct resolved *names, const struct sockbind_bind *raw)
{
	static struct container best;
	unsigned int best_rank = names->cgroup.len > 1 ? 3 : 0;
	struct address_bytes path;
	struct container c;
	char *line, *rest;

	if (!read_lines(raw))
		return;
	for (line = strtok_r(lines, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		path.data = (uint8_t *)strchr(line, '/');
		if (!path.data || !strncmp(line, "0::", 3))
			continue;
		path.len = strlen((const char *)path.data);
		container_find(&c, path);
		if (rank(line, path, &c) <= best_rank)
			continue;
		best_rank = rank(line, path, &c);
		best = c;
		put_names(names, path, &best);
	}
}

/**
 * cgroup_resolve() - names of the cgroup and the container that did a bind
 * @names: result: the last four members, valid until the next call
 * @raw: record of the bind
 */
void cgroup_resolve(struct resolved *names, const struct sockbind_bind *raw)
{
	if (!host.known)
		look_up_host();
	resolve_v2(names, raw);
	if (host.v1 && !names->container.len)
		resolve_v1(names, raw);
}
