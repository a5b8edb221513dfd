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

struct known;
struct resolved;

/* What decode_record() found. */
enum decode_result {
	DECODE_BIND,
	DECODE_LOST,
	DECODE_PROCESS,
	DECODE_UNKNOWN,		/* a type to be skipped */
	DECODE_FOREIGN,		/* of another ABI version or size */
};

/*
 * Members that contradict the rest of their record, or the ABI. They are taken
 * for unknown, but for ODD_RESULT and ODD_LSM: these numbers are what the kernel
 * had, whatever they mean.
 */
enum {
	ODD_RESULT = 0x01,	/* neither 0 nor a negative errno */
	ODD_LSM = 0x02,		/* the same */
	ODD_REQUEST = 0x04,	/* longer than any address */
	ODD_FINAL = 0x08,	/* the same, or its flag and its length disagree */
	ODD_FD = 0x10,		/* no such status, or it and the number disagree */
	ODD_LAST = 0x20,	/* of a loss: before the first, or all there can be */
};

#define DECODE_MAX_ERRNO	4095

/**
 * decode_is_error() - say whether a number is what a system call may return
 * @number: 0, a negative errno, or anything else
 */
static inline bool decode_is_error(int32_t number)
{
	return number <= 0 && number >= -DECODE_MAX_ERRNO;
}

/**
 * struct bind_event - a bind, its raw record and what that means
 * @record: the record, as decode_record() was given it
 * @raw: copy of the record, its numbers in the byte order of this host
 * @socket: what the addresses need to know of the socket
 * @request: address that was asked for
 * @final: address that the socket got, with @has_final
 * @has_final: it is known
 * @change: how @final differs from @request, with @has_final
 * @comm: name to show for the program: that of the thread group's leader
 * @thread_comm: name of the thread
 * @leader_comm: name of the thread group's leader
 * @error: errno that the bind failed with, positive; 0: it did not fail, or
 *	how it ended is unknown
 * @lsm_error: errno of the security modules' verdict, positive; 0: none
 * @returned: what bind(), or else the security modules, returned: a negative
 *	errno, or what is odd; 0: no failure is known
 * @succeeded: it is known to have succeeded
 * @odd: ODD_* of the members that contradict the rest
 * @names: the names that the host has for its numbers; decode_record() knows
 *	none, and has it point at empty ones
 * @process: what its record says of the process; NULL: none has been seen, as
 *	decode_record() has it
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
	int32_t returned;
	bool succeeded;
	unsigned int odd;
	const struct resolved *names;
	const struct known *process;
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
 * Return: positive; 0: none is known, or bind_event_is_odd().
 */
static inline int bind_event_error(const struct bind_event *event)
{
	return decode_is_error(event->returned) ? -event->returned : 0;
}

/**
 * bind_event_is_odd() - say whether it ended with a number that is no errno
 * @event: bind
 */
static inline bool bind_event_is_odd(const struct bind_event *event)
{
	return !decode_is_error(event->returned);
}

/**
 * struct lost_event - records that the reader was too slow for
 * @record: the record, as decode_record() was given it
 * @cpu: CPU whose ring they were in
 * @first: number of the first one
 * @last: number of the last one
 * @count: how many; 0: unknown
 * @odd: ODD_LAST, or 0
 */
struct lost_event {
	const void *record;
	uint32_t cpu;
	uint64_t first;
	uint64_t last;
	uint64_t count;
	unsigned int odd;
};

/**
 * struct process_event - the identity of a process
 * @raw: copy of the record, its numbers in the byte order of this host
 * @odd: its lengths contradict the ABI: nothing of it is to be believed
 */
struct process_event {
	struct sockbind_process raw;
	bool odd;
};

/**
 * struct event - a decoded record
 * @bind: DECODE_BIND
 * @lost: DECODE_LOST
 * @process: DECODE_PROCESS
 */
struct event {
	union {
		struct bind_event bind;
		struct lost_event lost;
		struct process_event process;
	};
};

const char *decode_odd_name(unsigned int bit);
void decode_swap_process(struct sockbind_process *raw);
enum decode_result decode_record(struct event *event, const void *record,
				 size_t size, bool swapped);

#endif /* SOCKBIND_DECODE_H */
