/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a reader of a ring got what it is to get. Who includes it fills
 * records with a make_record() of its own.
 */
#ifndef SELFTESTS_RING_RECORD_H
#define SELFTESTS_RING_RECORD_H

#include <stdbool.h>
#include <string.h>

#include <linux/sockbind.h>

static void make_record(union sockbind_record *record, __u64 seq);

static inline bool is_record(const union sockbind_record *record, __u64 seq)
{
	union sockbind_record expected;

	make_record(&expected, seq);
	return !memcmp(record, &expected, sizeof(expected));
}

/* The loss of the records @first to @last of a CPU. */
static inline bool is_lost(const union sockbind_record *record, __u32 cpu,
			   __u64 first, __u64 last)
{
	const struct sockbind_lost expected = {
		.hdr = {
			.size = SOCKBIND_RECORD_SIZE,
			.version = SOCKBIND_ABI_VERSION,
			.type = SOCKBIND_RECORD_LOST,
			.cpu = cpu,
			.seq = first,
		},
		.last = last,
	};

	return !memcmp(record, &expected, sizeof(expected));
}

#endif /* SELFTESTS_RING_RECORD_H */
