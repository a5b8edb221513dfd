/* SPDX-License-Identifier: GPL-2.0-only */
/* From a source to an output, record by record, until there is an end. */
#ifndef SOCKBIND_LOOP_H
#define SOCKBIND_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct options;
struct output;
struct sink;
struct source;

/**
 * struct loop - what runs, and what came of it
 * @options: what the command line asks for
 * @source: where records come from
 * @out: form of output
 * @sink: where it goes
 * @lost: records that are known to be lost
 */
struct loop {
	const struct options *options;
	struct source *source;
	struct output *out;
	struct sink *sink;
	uint64_t lost;
};

int loop_run(struct loop *loop);

#endif /* SOCKBIND_LOOP_H */
