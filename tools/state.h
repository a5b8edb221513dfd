/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that keeps the reader's place, so that the next run goes on there: the
 * module's instance, and the number of the next record of each CPU. For loop.c.
 */
#ifndef SOCKBIND_STATE_H
#define SOCKBIND_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sockbind.h>

struct recording_header;

/**
 * struct state_place - how far the records of a CPU have been told
 * @next: number of the next one; UINT64_MAX: unknown
 * @in_step: one of this run has been told: those that follow it are new,
 *	whatever their numbers are
 */
struct state_place {
	uint64_t next;
	bool in_step;
};

/**
 * struct state - an open state file
 * @path: its path
 * @fd: open for reading and writing, and locked
 * @origin: the module whose records are read
 * @places: by CPU
 * @cpus: CPUs that @places holds
 * @others: number of the next record of the others
 * @dirty: @places is not in the file yet
 * @gap: a loss that the device did not tell
 */
struct state {
	const char *path;
	int fd;
	const struct recording_header *origin;
	struct state_place *places;
	size_t cpus;
	uint64_t others;
	bool dirty;
	union sockbind_record gap;
};

int state_open(struct state *state, const char *path,
	       const struct recording_header *origin);
const void *state_gap(struct state *state, const void *record);
const void *state_take(struct state *state, const void *record);
void state_empty(struct state *state);
int state_save(struct state *state);

#endif /* SOCKBIND_STATE_H */
