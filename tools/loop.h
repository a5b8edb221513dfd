/* SPDX-License-Identifier: GPL-2.0-only */
/* From a source to an output, record by record, until there is an end. */
#ifndef SOCKBIND_LOOP_H
#define SOCKBIND_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "watch.h"

struct count;
struct options;
struct output;
struct sink;
struct source;
struct state;

/**
 * struct loop - what runs, and what came of it
 * @options: what the command line asks for
 * @source: where records come from
 * @out: form of output
 * @sink: where it goes
 * @count: table to count in; NULL: binds are printed
 * @state: where its place is kept; NULL: nowhere
 * @filled: the source has been asked for what it has
 * @lost: records that are known to be lost
 * @odd: records that contradict themselves
 * @skipped: records that are of another ABI version or size
 * @watch: whether the module sees what is bound
 * @watch_at: CLOCK_MONOTONIC when it is asked that again, in ns
 * @blind: there was a time when it did not
 * @needs: names that are to be resolved, RESOLVE_*
 * @taken: binds that have been printed
 * @ended: nothing more is to be done
 * @closing: it ends when what happened up to @closed is printed
 * @closed: CLOCK_BOOTTIME, in ns
 * @end_at: CLOCK_MONOTONIC of the end, in ns; 0: none
 * @table_at: time of the next table: CLOCK_MONOTONIC; of a recording,
 *	CLOCK_REALTIME
 * @sync_at: CLOCK_MONOTONIC when the sink is to be synced; 0: it is
 */
struct loop {
	const struct options *options;
	struct source *source;
	struct output *out;
	struct sink *sink;
	struct count *count;
	struct state *state;
	bool filled;
	uint64_t lost;
	uint64_t odd;
	uint64_t skipped;
	struct watch watch;
	uint64_t watch_at;
	bool blind;
	unsigned int needs;
	uint64_t taken;
	bool ended;
	bool closing;
	uint64_t closed;
	uint64_t end_at;
	uint64_t table_at;
	uint64_t sync_at;
};

int loop_run(struct loop *loop);

#endif /* SOCKBIND_LOOP_H */
