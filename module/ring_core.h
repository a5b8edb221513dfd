/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring: one producer, any number of readers, oldest record overwritten.
 *
 * The producer never waits and never looks at a reader. Every reader keeps its
 * own position, copies a record out and asks afterwards whether the producer
 * was at it meanwhile; if so, the copy is thrown away and the reader goes on
 * at the oldest record that still is whole.
 *
 *	reserved	records whose writing has begun
 *	committed	records that are whole
 *
 * Record number p lies in records[p & mask]. It can be read once committed > p,
 * and its bytes are intact while reserved <= p + mask + 1. Memory starts zeroed,
 * with at least two records.
 *
 *	producer			reader
 *
 *	store-release reserved	(E)	load-acquire committed		(D)
 *	smp_wmb()		(A)	copy record
 *	write record p			smp_rmb()			(B)
 *	store-release committed	(C)	load reserved
 *
 * A pairs with B: a reader that copied a byte of record p where it wanted the
 * one that p overwrites sees reserved > p, and throws the copy away.
 * C pairs with D: a reader that sees committed > p sees all of record p.
 * E pairs with the address of the copy, where the reader computed that from
 * reserved: the oldest record that this leaves is whole. In a ring of two it is
 * the newest, and C alone lets its bytes come after the next reservation.
 *
 * Positions are of the machine's word size and wrap around, since only words
 * are loaded and stored in one piece on every architecture. They are the low
 * words of the full numbers, which are in the records: a reader compares that
 * of the record that it got with the one that it wanted, and so finds a loss of
 * any length.
 *
 * This file also builds in user space, where the tests are. Who includes it
 * provides READ_ONCE, smp_wmb, smp_rmb, smp_load_acquire,
 * smp_store_release and ring_core_copy(), which copies bytes that may change
 * meanwhile.
 */
#ifndef SOCKBIND_RING_CORE_H
#define SOCKBIND_RING_CORE_H

#include <linux/sockbind.h>

#ifndef ring_pos_t
#define ring_pos_t unsigned long
#endif

/**
 * struct ring_core - a ring of records
 * @reserved: records whose writing has begun; stored by the producer only
 * @committed: records that are whole; stored by the producer only
 * @mask: records that the ring holds, less one; a power of two less one
 * @seq: full number of the next record; the producer's own
 * @records: @mask + 1 records
 */
struct ring_core {
	ring_pos_t reserved;
	ring_pos_t committed;
	ring_pos_t mask;
	__u64 seq;
	union sockbind_record *records;
};

/**
 * ring_core_reserve - begin to write a record
 * @ring: ring of this producer
 *
 * The oldest record is gone from here on. The caller fills the record that it
 * is given, all of it but the number, and calls ring_core_commit().
 *
 * Return: the record, or NULL when the producer interrupted itself between a
 * reserve and its commit.
 */
static inline union sockbind_record *ring_core_reserve(struct ring_core *ring)
{
	ring_pos_t pos = ring->committed;

	if (ring->reserved != pos)
		return NULL;

	/* E, pairs with the address of the copy in ring_core_read() */
	smp_store_release(&ring->reserved, (ring_pos_t)(pos + 1));
	smp_wmb(); /* A, pairs with B in ring_core_read() */
	return &ring->records[pos & ring->mask];
}

/**
 * ring_core_commit - make the reserved record readable
 * @ring: ring of this producer
 * @record: what ring_core_reserve() returned, filled
 */
static inline void ring_core_commit(struct ring_core *ring,
				    union sockbind_record *record)
{
	record->hdr.seq = ring->seq++;
	/* C, pairs with D in ring_core_committed() */
	smp_store_release(&ring->committed, ring->reserved);
}

/**
 * ring_core_committed - position after the newest whole record
 * @ring: any ring
 *
 * Return: a position; the records before it are whole, or overwritten.
 */
static inline ring_pos_t ring_core_committed(const struct ring_core *ring)
{
	/* D, pairs with C in ring_core_commit() */
	return smp_load_acquire(&ring->committed);
}

/**
 * ring_core_read - copy the first bytes of one record out
 * @ring: any ring
 * @pos: position of the record, before ring_core_committed(). If it has been
 *	overwritten, it is moved on to the oldest record that has not.
 * @to: where the bytes go
 * @size: how many, up to SOCKBIND_RECORD_SIZE
 *
 * Each further round of the loop means that the producer has gone round the
 * whole ring during one copy.
 */
static inline void ring_core_read(const struct ring_core *ring, ring_pos_t *pos,
				  void *to, unsigned int size)
{
	for (;;) {
		ring_pos_t reserved;

		ring_core_copy(to, &ring->records[*pos & ring->mask], size);
		smp_rmb(); /* B, pairs with A in ring_core_reserve() */
		reserved = READ_ONCE(ring->reserved);
		if ((ring_pos_t)(reserved - *pos) <= ring->mask + 1)
			return;
		*pos = reserved - ring->mask - 1;
	}
}

/*
 * Whether the last record of the ring was ever written. It starts out zeroed,
 * and tells a position that is small from one that has wrapped around.
 */
static inline bool ring_core_filled_once(const struct ring_core *ring)
{
	return READ_ONCE(ring->records[ring->mask].hdr.size) != 0;
}

/**
 * ring_core_oldest - full number of the oldest record that can be read
 * @ring: any ring
 *
 * Return: a number; that of the next record if there was none yet.
 */
static inline __u64 ring_core_oldest(const struct ring_core *ring)
{
	ring_pos_t pos = READ_ONCE(ring->reserved);
	struct sockbind_header hdr;

	if (pos <= ring->mask && !ring_core_filled_once(ring))
		return 0;

	pos -= ring->mask + 1;
	ring_core_read(ring, &pos, &hdr, sizeof(hdr));
	return hdr.seq;
}

/**
 * ring_core_end - full number of the record after the newest
 * @ring: any ring
 *
 * Return: a number: how many records were ever committed.
 */
static inline __u64 ring_core_end(const struct ring_core *ring)
{
	ring_pos_t pos = ring_core_committed(ring);
	struct sockbind_header hdr;

	if (!pos && !ring_core_filled_once(ring))
		return 0;

	pos--;
	ring_core_read(ring, &pos, &hdr, sizeof(hdr));
	return hdr.seq + 1;
}

/**
 * ring_core_next - read a record, or the notice of a loss
 * @ring: any ring
 * @cursor: full number of the record that the reader wants; its low word is
 *	not ring_core_committed(). Moved on.
 * @to: gets the record; or, when that is gone, a lost record up to the one
 *	that is the oldest now, which the next call returns.
 */
static inline void ring_core_next(const struct ring_core *ring, __u64 *cursor,
				  union sockbind_record *to)
{
	ring_pos_t pos = *cursor;
	__u64 seq;

	ring_core_read(ring, &pos, to, sizeof(*to));
	seq = to->hdr.seq;
	if (seq == *cursor) {
		*cursor = seq + 1;
		return;
	}

	to->lost = (struct sockbind_lost) {
		.hdr = {
			.size = sizeof(to->lost),
			.version = SOCKBIND_ABI_VERSION,
			.type = SOCKBIND_RECORD_LOST,
			.cpu = to->hdr.cpu,
			.seq = *cursor,
		},
		.last = seq - 1,
	};
	*cursor = seq;
}

#endif /* SOCKBIND_RING_CORE_H */
