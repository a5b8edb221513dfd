// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arithmetic of module/ring_core.h, for CBMC: a ring of SIZE records that has
 * taken any number of them up to 2^62, a reader that is any number of records
 * behind, and a producer that writes any number of records between any two of
 * the reader's steps and during each copy.
 *
 * Memory is in order here; what reordering does is for explore.c. The producer
 * of the readers' proofs is what the producer's own proof says of one step,
 * taken any number of times: the ring is the function of two numbers that
 * set_ring() computes. A copy that the producer was at is any bytes at all.
 */
#include <stdbool.h>
#include <stddef.h>

#include <linux/sockbind.h>

static void advance(void);
static void copy(void *to, const void *from, size_t size);

#define READ_ONCE(x)		(advance(), (x))
/* A */
#define smp_wmb()		((void)0)
/* B */
#define smp_rmb()		((void)0)
/* C, E */
#define smp_store_release(p, value)	(*(p) = (value))
/* D */
#define smp_load_acquire(p)	(advance(), *(p))
#define ring_core_copy(to, from, size)	copy(to, from, size)

#include "ring_core.h"

/*
 * Copies of one call that the producer may be at. A further one would begin as
 * the first does, with nothing but a position.
 */
#define BUSY_COPIES	1

/* Without a body: CBMC takes any value. */
static __u64 nondet_u64(void);
static bool nondet_bool(void);

#define assume(condition)	__CPROVER_assume(condition)
#define prove(condition, what)	__CPROVER_assert(condition, what)

static union sockbind_record records[SIZE];
static struct ring_core ring;

/* Full numbers: records whose writing has begun, and that are whole. */
static __u64 reserved, committed;
static __u64 wanted;
static unsigned int copies;

/* Of the last copy: the record that it was made of, unless it was torn. */
static __u64 copied;
static bool torn;

static void set_ring(void)
{
	ring.reserved = reserved;
	ring.committed = committed;
	records[SIZE - 1].hdr.size = committed >= SIZE ?
		SOCKBIND_RECORD_SIZE : 0;
}

/*
 * A narrow position stands for the full number that is next to it: during one
 * call the producer does not go round all positions, nor does it come upon one
 * that looks like the one that the reader wants.
 */
static void assume_positions(__u64 before)
{
	const __u64 positions = 1ULL << (8 * sizeof(ring_pos_t) - 1) << 1;

	if (!positions)
		return;
	assume(reserved - before < positions - 2 * SIZE);
	assume(reserved < wanted + positions - SIZE ||
	       (reserved - wanted) % positions > reserved - before);
}

static void advance(void)
{
	const __u64 was_reserved = reserved, was_committed = committed;

	if (copies > BUSY_COPIES)
		return;
	committed = nondet_u64();
	reserved = committed + nondet_bool();
	assume(was_reserved <= reserved && was_committed <= committed);
	assume(committed < 1ULL << 63);
	set_ring();
}

/* The record in slot @slot: the newest that has begun to be written there. */
static __u64 record_in(unsigned int slot)
{
	return reserved - 1 - ((reserved - 1 - slot) & ring.mask);
}

static void copy(void *to, const void *from, size_t bytes)
{
	const unsigned int slot = (const union sockbind_record *)from - records;
	struct sockbind_header *hdr = to;

	copies++;
	advance();
	copied = record_in(slot);
	torn = copied >= committed || slot >= reserved;
	advance();
	torn |= copied != record_in(slot);
	hdr->seq = torn ? nondet_u64() : copied;
	hdr->type = SOCKBIND_RECORD_BIND;
}

static void any_ring(void)
{
	ring.mask = SIZE - 1;
	ring.records = records;
	committed = nondet_u64();
	assume(committed < 1ULL << 62);
	reserved = committed;
	copies = 0;
	ring.seq = committed;
	set_ring();
}

/* One record, interrupted at any point, makes the ring of the next number. */
void prove_producer(void)
{
	union sockbind_record *record;

	any_ring();
	record = ring_core_reserve(&ring);
	prove(record == &records[committed & (SIZE - 1)], "the oldest's place");
	prove(ring.reserved == (ring_pos_t)(committed + 1), "begun");
	prove(ring.committed == (ring_pos_t)committed, "not whole yet");
	prove(!ring_core_reserve(&ring), "no record within a record");
	record->hdr.size = SOCKBIND_RECORD_SIZE;
	ring_core_commit(&ring, record);
	prove(record->hdr.seq == committed, "its number");
	prove(ring.reserved == (ring_pos_t)(committed + 1), "reserved");
	prove(ring.committed == (ring_pos_t)(committed + 1), "whole");
	prove(ring.seq == committed + 1, "the next number");
	prove(committed + 1 < SIZE || records[SIZE - 1].hdr.size ||
	      committed >= SIZE, "filled once");
}

void prove_next(void)
{
	union sockbind_record record;
	__u64 cursor, before;

	any_ring();
	wanted = nondet_u64();
	assume(wanted <= committed);
	cursor = wanted;
	assume((ring_pos_t)cursor != ring_core_committed(&ring));
	before = committed;

	ring_core_next(&ring, &cursor, &record);
	assume_positions(before);
	prove(!torn, "no torn record");
	prove(copied < committed, "no record before its commit");
	if (record.hdr.type != SOCKBIND_RECORD_LOST) {
		prove(copied == wanted, "the record that was wanted");
		prove(record.hdr.seq == wanted, "its number");
		prove(cursor == wanted + 1, "then the one after");
		return;
	}
	prove(record.hdr.seq == wanted, "lost from the wanted one");
	prove(record.lost.last == cursor - 1, "to before the next one");
	prove(cursor > wanted, "no loss of nothing");
	prove(cursor == copied, "the next one is in the ring");
	prove(cursor + SIZE <= reserved || sizeof(ring_pos_t) < 8,
	      "no loss of a record that is there");
}

void prove_oldest(void)
{
	__u64 before, oldest;

	any_ring();
	before = committed;
	wanted = before;
	oldest = ring_core_oldest(&ring);
	assume_positions(before);
	prove(!copies || !torn, "no torn header");
	prove(oldest + SIZE >= before, "in the ring when the call began");
	prove(!oldest || oldest + SIZE <= reserved, "none older in the ring");
}

void prove_end(void)
{
	__u64 before, end;

	any_ring();
	before = committed;
	wanted = before;
	end = ring_core_end(&ring);
	assume_positions(before);
	prove(!copies || !torn, "no torn header");
	prove(end >= before && end <= committed, "as many as were committed");
}
