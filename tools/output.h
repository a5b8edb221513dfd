/* SPDX-License-Identifier: GPL-2.0-only */
/* What is common to the forms in which events are printed. */
#ifndef SOCKBIND_OUTPUT_H
#define SOCKBIND_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "buf.h"

struct bind_event;
struct lost_event;
struct output;

/*
 * No event takes more: 128 address bytes, each six characters in a JSON
 * string at most, stand in it twice, and some 2,000 bytes around that.
 */
#define OUTPUT_EVENT_MAX	8192

/**
 * struct output_ops - one form of output
 * @begin: append what comes first, or NULL
 * @bind: append a bind
 * @lost: append a loss, or NULL if it has no place in this form
 */
struct output_ops {
	void (*begin)(struct output *out);
	void (*bind)(struct output *out, const struct bind_event *event);
	void (*lost)(struct output *out, const struct lost_event *event);
};

/**
 * struct output - where and how events are printed
 * @ops: form of output
 * @buf: what is still to be written, with room for OUTPUT_EVENT_MAX bytes
 *	when an operation is called
 * @header: a header line is wanted
 * @utf8: text may hold characters beyond ASCII
 * @color: text may hold colours
 * @second: second since the epoch that @clock shows
 * @clock: HH:MM:SS of @second in local time
 */
struct output {
	const struct output_ops *ops;
	struct buf buf;
	bool header;
	bool utf8;
	bool color;
	time_t second;
	char clock[8];
};

extern const struct output_ops output_json;
extern const struct output_ops output_text;

#endif /* SOCKBIND_OUTPUT_H */
