/* SPDX-License-Identifier: GPL-2.0-only */
/* Where records come from: the device, or a recording. */
#ifndef SOCKBIND_SOURCE_H
#define SOCKBIND_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "identity.h"
#include "recording.h"
#include "resolve.h"

/* Bytes of a recording that are looked at together. */
#define SOURCE_BUFFER	65536

struct reader;
struct source;

/* What source_next() found. */
enum source_state {
	SOURCE_RECORD,
	SOURCE_EMPTY,		/* none at hand: wait, then source_fill() */
	SOURCE_END,		/* there will be no more */
	SOURCE_FAILED,		/* it has complained */
};

/**
 * struct source_ops - one kind of source
 * @next: take a record into @record and @names of the source
 * @fill: read what there is now, without waiting
 *
 * Both complain of what is wrong.
 */
struct source_ops {
	enum source_state (*next)(struct source *source);
	enum source_state (*fill)(struct source *source);
};

/**
 * struct source - an open source
 * @ops: its kind
 * @subject: its name, to complain of
 * @fd: to be polled for POLLIN before fill()
 * @live: names are to be asked of this host; else @names has them
 * @more: fill() will find something: no need to wait
 * @cut_off: a recording has ended inside a record, which was left out
 * @origin: the host that records come from, in that host's byte order
 * @identity: the same as text
 * @swapped: that is the other byte order
 * @record: record that next() has taken
 * @size: its bytes
 * @names: its names, if not @live
 * @at: offset of what comes next, in @buffer or as an index of @reader's batch
 * @len: bytes in @buffer, or records in @reader's batch
 * @reader: device
 * @buffer: bytes of the recording
 */
struct source {
	const struct source_ops *ops;
	const char *subject;
	int fd;
	bool live;
	bool more;
	bool cut_off;
	struct recording_header origin;
	struct identity identity;
	bool swapped;
	const void *record;
	size_t size;
	struct resolved names;
	size_t at;
	size_t len;
	struct reader *reader;
	uint8_t *buffer;
};

int source_open_device(struct source *source, const char *device,
		       bool only_new);
int source_learn(struct source *source, bool only_new);
int source_open_replay(struct source *source, const char *path);

#endif /* SOCKBIND_SOURCE_H */
