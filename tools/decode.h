/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A raw record, checked and decoded once for every output. Pure functions for
 * hostile bytes.
 */
#ifndef SOCKBIND_DECODE_H
#define SOCKBIND_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sockbind.h>

#include "address.h"

struct resolved;

/* What decode_record() found. */
enum decode_result {
	DECODE_BIND,
	DECODE_LOST,
	DECODE_UNKNOWN,		/* a type to be skipped */
	DECODE_BAD_VERSION,	/* another ABI version, or record size */
	DECODE_CORRUPT,		/* contradicts itself, or is cut off */
};

/**
 * struct bind_event - a bind, its raw record and what that means
 * @record: the record, as decode_record() was given it
 * @raw: copy of the record, its numbers in the byte order of this host
 * @socket: what the addresses need to know of the socket
 * @request: address that was asked for
 * @final: address that the socket got, with @has_final
 * @has_final: it is known
 * @change: how @final differs from @request, with @has_final
 * @comm: name to show for the program: that of the thread group's leader where
 *	an io_uring worker did the bind
 * @thread_comm: name of the thread
 * @leader_comm: name of the thread group's leader
 * @error: errno that the bind failed with, positive; 0: it did not fail, or
 *	how it ended is unknown
 * @lsm_error: errno of the security modules' verdict, positive; 0: none
 * @succeeded: it is known to have succeeded
 * @names: the names that the host has for its numbers; decode_record() knows
 *	none, and has it point at empty ones
 *
 * The other members point into @raw: do not copy the structure.
 */
struct bind_event {
	const void *record;
	struct sockbind_bind raw;
	struct address_socket socket;
	struct address request;
	struct address final;
	bool has_final;
	enum address_change change;
	struct address_bytes comm;
	struct address_bytes thread_comm;
	struct address_bytes leader_comm;
	int error;
	int lsm_error;
	bool succeeded;
	const struct resolved *names;
};

/**
 * bind_event_address() - address that the socket got, or else asked for
 * @event: bind
 */
static inline const struct address *
bind_event_address(const struct bind_event *event)
{
	return event->has_final ? &event->final : &event->request;
}

/**
 * bind_event_error() - errno that the bind, or else the security modules, ended
 *	with
 * @event: bind
 *
 * Return: positive; 0: none is known.
 */
static inline int bind_event_error(const struct bind_event *event)
{
	return event->error ? event->error : event->lsm_error;
}

/**
 * struct lost_event - records that the reader was too slow for
 * @record: the record, as decode_record() was given it
 * @cpu: CPU whose ring they were in
 * @first: number of the first one
 * @last: number of the last one
 * @count: how many
 */
struct lost_event {
	const void *record;
	uint32_t cpu;
	uint64_t first;
	uint64_t last;
	uint64_t count;
};

/**
 * struct event - a decoded record
 * @bind: DECODE_BIND
 * @lost: DECODE_LOST
 */
struct event {
	union {
		struct bind_event bind;
		struct lost_event lost;
	};
};

enum decode_result decode_record(struct event *event, const void *record,
				 size_t size, bool swapped);

#endif /* SOCKBIND_DECODE_H */
