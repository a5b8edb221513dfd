/* SPDX-License-Identifier: GPL-2.0-only */
/* Where output goes: standard output, a file that is rotated, or the journal. */
#ifndef SOCKBIND_SINK_H
#define SOCKBIND_SINK_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct journal;

/**
 * struct sink - where output goes
 * @fd: open for writing
 * @path: path of the file or socket; NULL: standard output
 * @limit: bytes after which it is rotated; 0: never
 * @keep: old files that are kept, as PATH.1, the last one, to PATH.@keep
 * @size: bytes written to the file
 * @dirty: some of them may not have reached the disk
 * @journal: the journal; NULL: it goes elsewhere
 */
struct sink {
	int fd;
	const char *path;
	uint64_t limit;
	unsigned int keep;
	uint64_t size;
	bool dirty;
	struct journal *journal;
};

int sink_open(struct sink *sink, const char *path, uint64_t limit,
	      unsigned int keep);
int sink_connect(struct sink *sink, const char *path);
int sink_write(struct sink *sink, struct buf *b);
int sink_settle(struct sink *sink);
int sink_sync(struct sink *sink);
int sink_rotate(struct sink *sink);

#endif /* SOCKBIND_SINK_H */
