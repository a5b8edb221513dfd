// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "buf.h"
#include "complain.h"
#include "journal.h"
#include "sink.h"
#include "stop.h"

static const char *subject(const struct sink *sink)
{
	return sink->path ? sink->path : "standard output";
}

/* FILE, or FILE.NUMBER. */
static void old_name(char name[PATH_MAX], const struct sink *sink,
		     unsigned int number)
{
	if (number)
		snprintf(name, PATH_MAX, "%s.%u", sink->path, number);
	else
		snprintf(name, PATH_MAX, "%s", sink->path);
}

/* FILE becomes FILE.1, that becomes FILE.2, and so on. */
static int shift_files(const struct sink *sink)
{
	char from[PATH_MAX], to[PATH_MAX];
	unsigned int i;

	for (i = sink->keep; i--;) {
		old_name(from, sink, i);
		old_name(to, sink, i + 1);
		if (rename(from, to) && errno != ENOENT)
			return complain(from,
					"cannot rename it (%s): record into a directory of your own",
					strerror(errno));
	}
	return 0;
}

static int open_new(struct sink *sink)
{
	sink->size = 0;
	sink->fd = open(sink->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0600);
	if (sink->fd < 0)
		return complain(sink->path,
				"cannot create it (%s): name a file in a directory of your own",
				strerror(errno));
	return 0;
}

/* What it holds may be evidence: it is not overwritten. */
static int open_existing(struct sink *sink, const struct stat *st)
{
	if (S_ISREG(st->st_mode) && st->st_size) {
		if (!sink->limit)
			return complain(sink->path,
					"the file exists: name another one, or have it kept with --rotate");
		return shift_files(sink) ?: open_new(sink);
	}
	if (!S_ISREG(st->st_mode) && sink->limit)
		return complain(sink->path,
				"it is no file, which --rotate needs: leave that out");
	sink->fd = open(sink->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return sink->fd < 0 ? complain_write(subject(sink)) : 0;
}

/**
 * sink_open() - open a file for output
 * @sink: result
 * @path: its path; NULL or "-": standard output
 * @limit: bytes after which it is rotated; 0: never
 * @keep: old files that are kept, at least one
 *
 * Return: 0, or an exit status; then it has complained.
 */
int sink_open(struct sink *sink, const char *path, uint64_t limit,
	      unsigned int keep)
{
	struct stat st;

	*sink = (struct sink){ .fd = STDOUT_FILENO };
	if (!path || !strcmp(path, "-"))
		return 0;
	sink->path = path;
	sink->limit = limit;
	sink->keep = keep;
	return stat(path, &st) ? open_new(sink) : open_existing(sink, &st);
}

/* Somebody has made it non-blocking, for all who share it. */
static void wait_for_room(const struct sink *sink)
{
	struct pollfd fds[] = {
		{ .fd = sink->fd, .events = POLLOUT },
		{ .fd = stop_fd(), .events = POLLIN },
	};

	poll(fds, ARRAY_SIZE(fds), -1);
}

/**
 * sink_connect() - connect to the journal for output
 * @sink: result
 * @path: path of its socket; every sink_write() is an entry
 *
 * Return: 0, or an exit status; then it has complained.
 */
int sink_connect(struct sink *sink, const char *path)
{
	static struct journal journal;
	const int status = journal_open(&journal, path);

	*sink = (struct sink){
		.fd = journal.fd,
		.path = path,
		.journal = &journal,
	};
	return status;
}

/**
 * sink_write() - write all
 * @sink: where
 * @b: what; it is empty then
 *
 * Return: 0; -1 if a signal ended a write that had to wait, or if nobody reads
 * the pipe any more; JOURNAL_REFUSED, with errno, if the journal will never take it;
 * else an exit status, then it has complained.
 */
int sink_write(struct sink *sink, struct buf *b)
{
	ssize_t len;

	if (sink->journal)
		return journal_send(sink->journal, b);
	while (b->len) {
		len = write(sink->fd, b->data, b->len);
		if (len < 0 && errno == EPIPE)
			return -1;
		if (len < 0 && errno == EAGAIN)
			wait_for_room(sink);
		else if (len < 0 && errno != EINTR)
			return complain_write(subject(sink));
		if (len > 0) {
			b->len -= (size_t)len;
			memmove(b->data, b->data + len, b->len);
			sink->size += (size_t)len;
			sink->dirty = sink->path;
		}
		/* It had to wait: the signal has cut it short. */
		if (b->len && stop_asked())
			return -1;
	}
	return 0;
}

/**
 * sink_settle() - wait until who reads has what was written, where that can be known
 * @sink: where
 *
 * Return: 0, or -1 if a signal ended that.
 */
int sink_settle(struct sink *sink)
{
	return sink->journal ? journal_settle(sink->journal) : 0;
}

/**
 * sink_sync() - see to it that what was written has reached the disk
 * @sink: where
 *
 * Return: 0, or an exit status; then it has complained.
 */
int sink_sync(struct sink *sink)
{
	if (!sink->dirty)
		return 0;
	sink->dirty = false;
	/* EINVAL: neither a file nor a disk. */
	if (fdatasync(sink->fd) && errno != EINVAL && errno != EROFS)
		return complain_write(subject(sink));
	return 0;
}

/**
 * sink_rotate() - keep a file that has grown to its limit, begin a new one
 * @sink: where
 *
 * Return: 0, or an exit status; then it has complained.
 */
int sink_rotate(struct sink *sink)
{
	int status = sink_sync(sink);

	close(sink->fd);
	return status ?: shift_files(sink) ?: open_new(sink);
}
