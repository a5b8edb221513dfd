/* SPDX-License-Identifier: GPL-2.0-only */
/* What is common to the forms in which events are printed. */
#ifndef SOCKBIND_OUTPUT_H
#define SOCKBIND_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "clock.h"
#include "columns.h"

struct bind_event;
struct identity;
struct blind_event;
struct lost_event;
struct output;
struct recording_header;

/* Names are cut there: none that the kernel or a name service gives is longer. */
#define OUTPUT_PATH_MAX	4096
#define OUTPUT_NAME_MAX	256

/*
 * No event takes more: two paths and six names, each byte at most six
 * characters in a JSON string and two more in hexadecimal, and some 18,000
 * bytes around that.
 */
#define OUTPUT_EVENT_MAX \
	(8 * (2 * OUTPUT_PATH_MAX + 6 * OUTPUT_NAME_MAX) + 24576)

/**
 * struct output_ops - one form of output
 * @name: its name for --format
 * @help: what it is
 * @socket: socket of the journal that each event goes to on its own; NULL: they
 *	are written to standard output, together
 * @needs: names that it wants resolved, RESOLVE_*, besides those of columns
 * @has_columns: the columns can be chosen
 * @begin: append what comes first, or NULL
 * @bind: append a bind
 * @lost: append a loss, or NULL if it has no place in this form
 * @skipped: append a record that cannot be read, or NULL
 * @blind: append what is not seen from now on, or NULL as with @lost
 */
struct output_ops {
	const char *name;
	const char *help;
	const char *socket;
	unsigned int needs;
	bool has_columns;
	void (*begin)(struct output *out);
	void (*bind)(struct output *out, const struct bind_event *event);
	void (*lost)(struct output *out, const struct lost_event *event);
	void (*skipped)(struct output *out, const void *record, size_t size);
	void (*blind)(struct output *out, const struct blind_event *event);
};

/**
 * struct output - where and how events are printed
 * @ops: form of output
 * @buf: what is still to be written, with room for OUTPUT_EVENT_MAX bytes
 *	when an operation is called
 * @columns: columns to show; none: those that the form has for the width
 * @origin: the host that the records are of, in its byte order
 * @identity: the same as text
 * @swapped: that is the other byte order
 * @host: name of the host that the events are of, or NULL
 * @header: a header line is wanted
 * @utf8: text may hold characters beyond ASCII
 * @color: text may hold colours
 * @width: characters in a line
 * @rows: lines on the screen, to show the header again after; 0: no terminal
 * @lines: lines since the header
 * @starts: first character of each column
 * @clock: state of the columns that show a time
 */
struct output {
	const struct output_ops *ops;
	struct buf buf;
	struct column_list columns;
	const struct recording_header *origin;
	const struct identity *identity;
	bool swapped;
	const char *host;
	bool header;
	bool utf8;
	bool color;
	unsigned int width;
	unsigned int rows;
	unsigned int lines;
	unsigned short starts[COLUMNS_MAX + 1];
	struct clock clock;
};

extern const struct output_ops output_bindsnoop;
extern const struct output_ops output_csv;
extern const struct output_ops output_journal;
extern const struct output_ops output_json;
extern const struct output_ops output_record;
extern const struct output_ops output_text;
extern const struct output_ops output_tracee;

const struct output_ops *output_at(size_t index);
const struct output_ops *output_find(const char *name);
void output_begin(struct output *out);
unsigned int output_needs(const struct output *out);

#endif /* SOCKBIND_OUTPUT_H */
