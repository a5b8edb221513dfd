/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef SOCKBIND_OPTIONS_H
#define SOCKBIND_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "columns.h"
#include "filter.h"

struct output_ops;

/**
 * struct options - what the command line asks for
 * @device: path of the device
 * @replay: path of the recording to read instead, or NULL
 * @record: path of the recording to write instead of printing, or NULL
 * @rotate: bytes after which that is rotated; 0: never
 * @keep: old ones that are kept then
 * @state: path of the file that keeps the reader's place, or NULL
 * @filter: which binds are wanted
 * @number: binds to print before the end; 0: any
 * @duration: time until the end, in ns; 0: any
 * @no_follow: end when all that has happened so far is printed
 * @form: form of output
 * @columns: columns to show; none: those of the form
 * @count: print groups of binds instead
 * @by: columns that tell those apart
 * @every: time from one table of them to the next, in ns; 0: one at the end
 * @header: a header line before the text
 * @numeric: no names of users
 * @only_new: only what comes from now on
 * @check: bind sockets and see whether that is seen
 * @stats: print what the device tells of itself
 * @banner: say on standard error that the reader has begun
 * @quiet: do not say there what is lost
 */
struct options {
	const char *device;
	const char *replay;
	const char *record;
	uint64_t rotate;
	unsigned int keep;
	const char *state;
	struct filter filter;
	uint64_t number;
	uint64_t duration;
	bool no_follow;
	const struct output_ops *form;
	struct column_list columns;
	bool count;
	struct column_list by;
	uint64_t every;
	bool header;
	bool numeric;
	bool only_new;
	bool check;
	bool stats;
	bool banner;
	bool quiet;
};

void options_parse(struct options *options, int argc, char **argv);

#endif /* SOCKBIND_OPTIONS_H */
