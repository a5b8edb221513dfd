// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of module/ring_core.h, as it is built into the module, in user
 * space: its arithmetic, and a producer among readers.
 *
 * Built several times with positions of different widths (ring_pos_t). Narrow
 * ones wrap around after a few records.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "ring_record.h"
#include "ring_user.h"
#include "kselftest_harness.h"

#define WORDS		(SOCKBIND_RECORD_SIZE / sizeof(__u64))
#define SEQ_WORD	(offsetof(struct sockbind_header, seq) / sizeof(__u64))
#define CPU		3

/* Positions that there are, 0 where too many to go through. */
#define POSITIONS	(sizeof(ring_pos_t) < 4 ? \
			 1UL << 8 * (sizeof(ring_pos_t) % 4) : 0)

#ifdef __SANITIZE_THREAD__
#define STORM		20000

const char *__tsan_default_suppressions(void);

/*
 * The number is a part of the payload, which the kernel's producer writes in
 * plain stores: data_race() is with the reader's copy.
 */
const char *__tsan_default_suppressions(void)
{
	return "race:ring_core_commit\n";
}
#else
#define STORM		400000
#endif
#define READERS		3
#define BURST		61

/* Record @seq: every word tells the number that it belongs to. */
static void make_record(union sockbind_record *record, __u64 seq)
{
	__u64 words[WORDS];
	size_t i;

	for (i = 0; i < WORDS; i++)
		words[i] = (seq + 1) * 0x9e3779b97f4a7c15ULL + i;
	memcpy(record, words, sizeof(words));
	record->hdr = (struct sockbind_header) {
		.size = SOCKBIND_RECORD_SIZE,
		.version = SOCKBIND_ABI_VERSION,
		.type = SOCKBIND_RECORD_BIND,
		.cpu = CPU,
		.flags = seq,
		.seq = seq,
	};
}

/* Written as the module does: all but the number, which commit gives. */
static bool produce(struct ring_core *ring)
{
	union sockbind_record *record = ring_core_reserve(ring);
	union sockbind_record filled;
	const unsigned long *from = (const unsigned long *)&filled;
	size_t i;

	if (!record)
		return false;
	make_record(&filled, ring->seq);
	for (i = 0; i < sizeof(filled) / sizeof(*from); i++)
		if (i * sizeof(*from) / sizeof(__u64) != SEQ_WORD)
			WRITE_ONCE(((unsigned long *)record)[i], from[i]);
	ring_core_commit(ring, record);
	return true;
}

static void produce_many(struct ring_core *ring, __u64 n)
{
	while (n--)
		produce(ring);
}

static bool is_available(const struct ring_core *ring, __u64 cursor)
{
	return (ring_pos_t)cursor != ring_core_committed(ring);
}

FIXTURE(ring)
{
	struct ring_core core;
	__u64 size;
};

FIXTURE_VARIANT(ring)
{
	unsigned int size;
};

FIXTURE_VARIANT_ADD(ring, of_2) { .size = 2, };
FIXTURE_VARIANT_ADD(ring, of_8) { .size = 8, };
FIXTURE_VARIANT_ADD(ring, of_128) { .size = 128, };

FIXTURE_SETUP(ring)
{
	self->size = variant->size;
	self->core = (struct ring_core) {
		.mask = variant->size - 1,
		.records = calloc(variant->size, SOCKBIND_RECORD_SIZE),
	};
	ASSERT_NE(NULL, self->core.records);
}

FIXTURE_TEARDOWN(ring)
{
	free(self->core.records);
}

TEST_F(ring, empty)
{
	EXPECT_EQ(0, ring_core_oldest(&self->core));
	EXPECT_EQ(0, ring_core_end(&self->core));
	EXPECT_FALSE(is_available(&self->core, 0));
}

TEST_F(ring, partly_filled)
{
	union sockbind_record record;
	__u64 cursor = 0, n = self->size - 1;
	__u64 seq;

	produce_many(&self->core, n);
	EXPECT_EQ(0, ring_core_oldest(&self->core));
	EXPECT_EQ(n, ring_core_end(&self->core));
	for (seq = 0; seq < n; seq++) {
		ASSERT_TRUE(is_available(&self->core, cursor));
		ring_core_next(&self->core, &cursor, &record);
		EXPECT_TRUE(is_record(&record, seq));
	}
	EXPECT_EQ(n, cursor);
	EXPECT_FALSE(is_available(&self->core, cursor));
}

TEST_F(ring, exactly_full_has_lost_nothing)
{
	union sockbind_record record;
	__u64 cursor = 0;
	__u64 seq;

	produce_many(&self->core, self->size);
	EXPECT_EQ(0, ring_core_oldest(&self->core));
	EXPECT_EQ(self->size, ring_core_end(&self->core));
	for (seq = 0; seq < self->size; seq++) {
		ring_core_next(&self->core, &cursor, &record);
		EXPECT_TRUE(is_record(&record, seq));
	}
	EXPECT_FALSE(is_available(&self->core, cursor));
}

/* Both ends, after every record, far past every wrap-around. */
TEST_F(ring, both_ends)
{
	__u64 rounds = POSITIONS ? 3 * POSITIONS : 4 * self->size;
	__u64 n;

	for (n = 1; n <= rounds; n++) {
		ASSERT_TRUE(produce(&self->core));
		ASSERT_EQ(n, ring_core_end(&self->core));
		ASSERT_EQ(n > self->size ? n - self->size : 0,
			  ring_core_oldest(&self->core));
	}
}

/* A reader that keeps up sees every record, once. */
TEST_F(ring, following)
{
	__u64 rounds = POSITIONS ? 3 * POSITIONS : 4 * self->size;
	union sockbind_record record;
	__u64 cursor = 0;
	__u64 seq;

	for (seq = 0; seq < rounds; seq++) {
		ASSERT_FALSE(is_available(&self->core, cursor));
		ASSERT_TRUE(produce(&self->core));
		ASSERT_TRUE(is_available(&self->core, cursor));
		ring_core_next(&self->core, &cursor, &record);
		ASSERT_TRUE(is_record(&record, seq));
	}
}

/* From every start, a loss of every length that the ring's size is near. */
TEST_F(ring, overwritten_reader)
{
	union sockbind_record record;
	__u64 behind, lost;

	produce_many(&self->core, self->size);
	for (behind = 1; behind <= 3 * self->size; behind++) {
		__u64 start = ring_core_end(&self->core);
		__u64 cursor = start;

		produce_many(&self->core, behind);
		lost = behind > self->size ? behind - self->size : 0;
		if (POSITIONS && behind % POSITIONS == 0)
			continue;
		ring_core_next(&self->core, &cursor, &record);
		if (!lost) {
			ASSERT_TRUE(is_record(&record, start));
			continue;
		}
		/* A narrow position may name a later record of the ring. */
		if (POSITIONS && behind > POSITIONS - self->size) {
			lost = cursor - start;
			ASSERT_LE(behind - self->size, lost);
			ASSERT_GT(behind, lost);
		}
		ASSERT_TRUE(is_lost(&record, CPU, start, start + lost - 1));
		ASSERT_EQ(start + lost, cursor);
		ring_core_next(&self->core, &cursor, &record);
		ASSERT_TRUE(is_record(&record, start + lost));
	}
}

/* The number in the record tells what the position cannot. */
TEST_F(ring, loss_beyond_all_positions)
{
	const __u64 wide = POSITIONS ? 2 * POSITIONS : 100000;
	union sockbind_record record;
	__u64 cursor = 5, end;

	produce_many(&self->core, wide + self->size + 7);
	end = ring_core_end(&self->core);
	ASSERT_EQ(wide + self->size + 7, end);
	ASSERT_TRUE(is_available(&self->core, cursor));
	ring_core_next(&self->core, &cursor, &record);
	EXPECT_TRUE(is_lost(&record, CPU, 5, wide + 6));
	EXPECT_EQ(wide + 7, cursor);
	while (cursor < end) {
		const __u64 seq = cursor;

		ring_core_next(&self->core, &cursor, &record);
		ASSERT_TRUE(is_record(&record, seq));
	}
	EXPECT_FALSE(is_available(&self->core, cursor));
}

TEST_F(ring, nested_reserve)
{
	union sockbind_record *outer, record;
	__u64 cursor = 0;

	outer = ring_core_reserve(&self->core);
	ASSERT_NE(NULL, outer);
	EXPECT_EQ(NULL, ring_core_reserve(&self->core));
	EXPECT_EQ(NULL, ring_core_reserve(&self->core));
	/* Nothing is readable yet. */
	EXPECT_FALSE(is_available(&self->core, 0));
	EXPECT_EQ(0, ring_core_end(&self->core));
	make_record(outer, 0);
	ring_core_commit(&self->core, outer);
	ring_core_next(&self->core, &cursor, &record);
	EXPECT_TRUE(is_record(&record, 0));
	EXPECT_TRUE(produce(&self->core));
	ring_core_next(&self->core, &cursor, &record);
	EXPECT_TRUE(is_record(&record, 1));
}

/* The oldest record is gone when its place is reserved, not later. */
TEST_F(ring, reserve_takes_the_oldest)
{
	union sockbind_record *reserved, record;
	__u64 cursor = 0;

	produce_many(&self->core, self->size);
	reserved = ring_core_reserve(&self->core);
	ASSERT_NE(NULL, reserved);
	memset(reserved, 0xff, sizeof(*reserved));
	EXPECT_EQ(1, ring_core_oldest(&self->core));
	EXPECT_EQ(self->size, ring_core_end(&self->core));
	ring_core_next(&self->core, &cursor, &record);
	EXPECT_TRUE(is_lost(&record, CPU, 0, 0));
	ring_core_next(&self->core, &cursor, &record);
	EXPECT_TRUE(is_record(&record, 1));
}

TEST_F(ring, read_a_part)
{
	struct {
		struct sockbind_header hdr;
		__u64 beyond;
	} part = { .beyond = 0x1234 };
	ring_pos_t pos = 0;

	produce_many(&self->core, self->size + 1);
	ring_core_read(&self->core, &pos, &part, sizeof(part.hdr));
	EXPECT_EQ(1, pos);
	EXPECT_EQ(1, part.hdr.seq);
	EXPECT_EQ(0x1234, part.beyond);
}

/**
 * struct storm - a producer and its readers
 * @ring: the ring
 * @start: number of the first record that the readers want
 * @end: number of the last record, and one
 * @ended: the producer is done
 */
struct storm {
	struct ring_core *ring;
	__u64 start;
	__u64 end;
	bool ended;
};

/**
 * struct witness - what one reader saw
 * @storm: of what
 * @thread: the reader
 * @records: records that it got
 * @lost: records that it was told to be lost
 * @wrong: records that were torn, out of order, or no notice of a loss
 */
struct witness {
	struct storm *storm;
	pthread_t thread;
	__u64 records;
	__u64 lost;
	__u64 wrong;
};

static void *read_storm(void *arg)
{
	struct witness *witness = arg;
	const struct storm *storm = witness->storm;
	__u64 cursor = storm->start;
	union sockbind_record record;

	for (;;) {
		/* With it come all records; pairs with produce_storm(). */
		const bool ended = smp_load_acquire(&storm->ended);
		const __u64 wanted = cursor;

		if (!is_available(storm->ring, cursor)) {
			if (ended)
				return NULL;
			sched_yield();
			continue;
		}
		ring_core_next(storm->ring, &cursor, &record);
		if (record.hdr.type == SOCKBIND_RECORD_LOST) {
			witness->wrong += cursor <= wanted ||
				!is_lost(&record, CPU, wanted, cursor - 1);
			witness->lost += cursor - wanted;
		} else {
			witness->wrong += cursor != wanted + 1 ||
				!is_record(&record, wanted);
			witness->records++;
		}
	}
}

static void *produce_storm(void *arg)
{
	struct storm *storm = arg;

	while (storm->ring->seq != storm->end) {
		produce(storm->ring);
		/* Else the readers see little but losses. */
		if (storm->ring->seq % BURST == 0)
			sched_yield();
	}
	/* Pairs with read_storm(). */
	smp_store_release(&storm->ended, true);
	return NULL;
}

/*
 * No torn record, none twice, none out of order, and none unaccounted for. The
 * low word of a 32-bit position wraps around in the middle.
 */
TEST_F_TIMEOUT(ring, storm, 300)
{
	const __u64 start = (1ULL << 32) - STORM / 2;
	struct witness witness[READERS];
	struct storm storm = {
		.ring = &self->core,
		.start = start,
		.end = start + STORM,
	};
	pthread_t producer;
	int i;

	if (POSITIONS)
		SKIP(return, "the producer may go round all positions in one copy");

	self->core.seq = start - self->size;
	self->core.reserved = self->core.seq;
	self->core.committed = self->core.seq;
	produce_many(&self->core, self->size);

	for (i = 0; i < READERS; i++) {
		witness[i] = (struct witness) { .storm = &storm };
		ASSERT_EQ(0, pthread_create(&witness[i].thread, NULL,
					    read_storm, &witness[i]));
	}
	ASSERT_EQ(0, pthread_create(&producer, NULL, produce_storm, &storm));
	pthread_join(producer, NULL);
	for (i = 0; i < READERS; i++) {
		pthread_join(witness[i].thread, NULL);
		TH_LOG("reader %d: %llu records, %llu lost", i,
		       (unsigned long long)witness[i].records,
		       (unsigned long long)witness[i].lost);
		EXPECT_EQ(0, witness[i].wrong);
		EXPECT_EQ(STORM, witness[i].records + witness[i].lost);
	}
	EXPECT_EQ(storm.end, ring_core_end(&self->core));
	EXPECT_EQ(storm.end - self->size, ring_core_oldest(&self->core));
}

TEST_HARNESS_MAIN
