// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that readers of a ring can ever see while its producer writes a few
 * records, on a machine that reorders whatever the barriers let it.
 *
 * module/ring_core.h is compiled as it is. Its loads, stores and barriers run
 * on a memory of histories: every location keeps all values that were stored to
 * it, each with a view. A view tells how far, in every location, a thread has
 * seen. A load may return any value that is not older than the loader's view of
 * the location; which one, the search decides, and tries them all.
 *
 *	store		its view is what the producer had seen at the last (A)
 *	store-release	its view is all that the producer has seen (C, E)
 *	load-acquire	the reader has seen what the value's view has (D)
 *	smp_rmb()	the same, of all values that were loaded before (B)
 *	load of reserved
 *			the same, for the copy whose address depends on it (E)
 *
 * The producer reads nothing that readers write, so its stores are the same in
 * every run and come first, and readers know nothing of each other: one reader
 * that may see any past stands for any number of them, and for a producer that
 * is at any point. What the reader can be in between two calls is its cursor
 * and its views, so the search goes over these, for as many calls as there are.
 */
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/sockbind.h>

static void note_relaxed(void);
static void note_release(void);
static void write_fence(void);
static void read_fence(void);
static __u64 load(const void *address, bool acquire);
static void copy(void *to, const void *from, size_t size);

#define READ_ONCE(x)		((__typeof__(x))load(&(x), false))
#define WRITE_ONCE(x, value)	do {	\
	note_relaxed();			\
	(x) = (value);			\
	note_relaxed();			\
} while (0)
/* A */
#define smp_wmb()		write_fence()
/* B */
#define smp_rmb()		read_fence()
/* C, E */
#define smp_store_release(p, value)	do {	\
	note_relaxed();			\
	*(p) = (value);			\
	note_release();			\
} while (0)
/* D */
#define smp_load_acquire(p)	((ring_pos_t)load(p, true))
#define ring_core_copy(to, from, size)	copy(to, from, size)

#include "../lib/ring_record.h"
#include "ring_core.h"

#define RING_MAX	4
#define WORDS		(SOCKBIND_RECORD_SIZE / sizeof(__u64))
#define WRITTEN_MAX	16
#define ASLEEP		256
#define ROUNDS_MAX	32
#define CHOICES_MAX	1024
#define ROUNDS_KNOWN	65536

/* reserved, committed, and what changes in each record: see make_record(). */
#define LOCATIONS_MAX	(2 + 4 * RING_MAX)
#define RESERVED	0
#define COMMITTED	1

/**
 * struct view - how far a thread has seen
 * @at: of each location, the index in its history
 */
struct view {
	__u8 at[LOCATIONS_MAX];
};

/**
 * struct location - a word of memory that changes
 * @address: where
 * @size: bytes
 * @stores: entries of the history, the value at the start included
 * @value: what was stored
 * @view: what a thread that synchronises with the store has seen
 */
struct location {
	const void *address;
	size_t size;
	unsigned int stores;
	__u64 value[WRITTEN_MAX + 1];
	struct view view[WRITTEN_MAX + 1];
};

/**
 * struct reader - a reader in between two calls
 * @cursor: full number of the record that it wants
 * @seen: what its loads cannot go behind
 * @loaded: the views of all that it loaded, for its next read fence
 */
struct reader {
	__u64 cursor;
	struct view seen;
	struct view loaded;
};

static struct ring_core ring;
static union sockbind_record records[RING_MAX];
static __u64 start, oldest;

static struct ring_core old_ring;
static union sockbind_record old_records[RING_MAX];
static struct location locations[LOCATIONS_MAX];
static unsigned int nr_locations;

static struct view written, fenced;
static struct reader reader;
static struct view reserved_view;
static unsigned int rounds;

static unsigned int choice[CHOICES_MAX], choices[CHOICES_MAX];
static unsigned int nr_choices, next_choice;
static jmp_buf known;

static struct {
	unsigned long states, runs, records, losses, again;
} count;

static void broken(const char *what)
{
	printf("# ring of %u from %llu, reader at %llu: %s\n",
	       (unsigned int)ring.mask + 1, (unsigned long long)start,
	       (unsigned long long)reader.cursor, what);
	exit(EXIT_FAILURE);
}

static void join(struct view *to, const struct view *from)
{
	unsigned int i;

	for (i = 0; i < nr_locations; i++)
		if (to->at[i] < from->at[i])
			to->at[i] = from->at[i];
}

/* The next number below @n of the run under way. */
static unsigned int choose(unsigned int n)
{
	if (next_choice == nr_choices) {
		if (nr_choices == CHOICES_MAX)
			broken("the call does not end");
		choice[nr_choices] = 0;
		choices[nr_choices++] = n;
	}
	return choice[next_choice++];
}

/* Return: whether there is another run, which begins then. */
static bool choose_otherwise(void)
{
	next_choice = 0;
	while (nr_choices && choice[nr_choices - 1] + 1 == choices[nr_choices - 1])
		nr_choices--;
	if (!nr_choices)
		return false;
	choice[nr_choices - 1]++;
	return true;
}

static struct location *find_location(const void *address)
{
	unsigned int i;

	for (i = 0; i < nr_locations; i++) {
		const char *first = locations[i].address;

		if ((const char *)address >= first &&
		    (const char *)address < first + locations[i].size)
			return &locations[i];
	}
	return NULL;
}

static struct location *add_location(const void *address, const void *old,
				     size_t size)
{
	struct location *location = &locations[nr_locations];

	if (nr_locations++ == LOCATIONS_MAX)
		broken("more words change than should");
	*location = (struct location) {
		.address = address,
		.size = size,
		.stores = 1,
	};
	memcpy(&location->value[0], old, size);
	return location;
}

/* Note the store to @address, if there was one. @old: what was there before. */
static void note_store(const void *address, void *old, size_t size,
		       const struct view *view)
{
	struct location *location = find_location(address);
	unsigned int i;

	if (!memcmp(address, old, size))
		return;
	if (!location)
		location = add_location(address, old, size);
	i = location->stores++;
	if (i > WRITTEN_MAX)
		broken("more is stored than should");
	memcpy(&location->value[i], address, size);
	location->view[i] = *view;
	location->view[i].at[location - locations] = i;
	written.at[location - locations] = i;
	memcpy(old, address, size);
}

static void note_stores(const struct view *view)
{
	const struct view common = *view;
	unsigned int i, word;

	note_store(&ring.reserved, &old_ring.reserved, sizeof(ring.reserved),
		   &common);
	note_store(&ring.committed, &old_ring.committed,
		   sizeof(ring.committed), &common);
	for (i = 0; i <= ring.mask; i++)
		for (word = 0; word < WORDS; word++)
			note_store((__u64 *)&records[i] + word,
				   (__u64 *)&old_records[i] + word,
				   sizeof(__u64), &common);
}

/* Plain stores since the last time too: they are found out by comparing. */
static void note_relaxed(void)
{
	note_stores(&fenced);
}

static void note_release(void)
{
	note_stores(&written);
}

static void write_fence(void)
{
	note_relaxed();
	fenced = written;
}

static void read_fence(void)
{
	join(&reader.seen, &reader.loaded);
}

/* Return: what @location holds for the reader: any value of @floor or later. */
static __u64 load_any(struct location *location, unsigned int floor)
{
	const unsigned int n = location - locations;
	unsigned int i;

	if (floor < reader.seen.at[n])
		floor = reader.seen.at[n];
	i = location->stores - 1 - choose(location->stores - floor);
	reader.seen.at[n] = i;
	join(&reader.loaded, &location->view[i]);
	if (n == RESERVED)
		reserved_view = location->view[i];
	return location->value[i];
}

static __u64 load(const void *address, bool acquire)
{
	struct location *location = find_location(address);
	__u64 value;

	if (!location)
		return *(const __u16 *)address;
	value = load_any(location, 0);
	if (acquire)
		join(&reader.seen,
		     &location->view[reader.seen.at[location - locations]]);
	return value >> 8 * ((const char *)address -
			     (const char *)location->address);
}

/**
 * struct round - a read that begins again
 * @call: during which call
 * @reader: the reader
 * @reserved_view: what the address of the copy depends on
 */
struct round {
	unsigned long call;
	struct reader reader;
	struct view reserved_view;
};

static struct round round_known[ROUNDS_KNOWN];
static unsigned long call;

static unsigned int hash(const void *from, size_t size)
{
	const unsigned char *byte = from;
	unsigned int sum = 2166136261U;

	while (size--)
		sum = (sum ^ *byte++) * 16777619;
	return sum;
}

/*
 * What was copied before is thrown away, so all that can follow depends on
 * these few. If it was searched already, the run ends here.
 */
static void begin_again(void)
{
	struct round round, *slot;
	unsigned int i;

	if (next_choice < nr_choices)
		return;
	memset(&round, 0, sizeof(round));
	round.call = call;
	round.reader = reader;
	round.reserved_view = reserved_view;
	for (i = hash(&round, sizeof(round)); ; i++) {
		slot = &round_known[i % ROUNDS_KNOWN];
		if (slot->call != call)
			break;
		if (!memcmp(slot, &round, sizeof(round)))
			longjmp(known, 1);
	}
	*slot = round;
}

static void copy(void *to, const void *from, size_t size)
{
	size_t i;

	if (++rounds > ROUNDS_MAX)
		broken("a read does not end");
	if (rounds > 1)
		begin_again();
	for (i = 0; i < size / sizeof(__u64); i++) {
		const __u64 *word = (const __u64 *)from + i;
		struct location *location = find_location(word);

		((__u64 *)to)[i] = location ?
			load_any(location, reserved_view.at[location - locations]) :
			*word;
	}
}

/* Three words of it tell the number that it belongs to. */
static void make_record(union sockbind_record *record, __u64 seq)
{
	memset(record, 0, sizeof(*record));
	record->hdr = (struct sockbind_header) {
		.size = SOCKBIND_RECORD_SIZE,
		.version = SOCKBIND_ABI_VERSION,
		.type = SOCKBIND_RECORD_BIND,
		.seq = seq,
	};
	record->bind.time_boot = seq + 1000;
	((__u64 *)record)[WORDS - 1] = seq + 2000;
}

/* All but the number, which commit gives; and then an interrupt, which binds. */
static void produce(void)
{
	union sockbind_record *record = ring_core_reserve(&ring), *nested;
	union sockbind_record filled;

	if (!record)
		broken("the producer cannot reserve");
	make_record(&filled, ring.seq);
	filled.hdr.seq = record->hdr.seq;
	*record = filled;
	nested = ring_core_reserve(&ring);
	if (nested) {
		*nested = filled;
		ring_core_commit(&ring, nested);
	}
	ring_core_commit(&ring, record);
}

static void produce_all(unsigned int size, unsigned int n)
{
	unsigned int i;

	memset(records, 0, sizeof(records));
	ring = (struct ring_core) { .mask = size - 1, .records = records };
	oldest = start < size ? 0 : start - size;
	ring.seq = oldest;
	ring.reserved = oldest;
	ring.committed = oldest;
	for (i = 0; i < start - oldest; i++)
		produce();

	/* That was the past, which every reader has seen. */
	memcpy(&old_ring, &ring, sizeof(ring));
	memcpy(old_records, records, sizeof(records));
	memset(&written, 0, sizeof(written));
	memset(&fenced, 0, sizeof(fenced));
	nr_locations = 0;
	add_location(&ring.reserved, &ring.reserved, sizeof(ring.reserved));
	add_location(&ring.committed, &ring.committed, sizeof(ring.committed));
	for (i = 0; i < n; i++)
		produce();
	note_relaxed();
}

/* Whether the reader knows by now that all before @seq is overwritten. */
static bool is_gone_before(__u64 seq)
{
	return seq <= oldest ||
		seq + ring.mask + 1 <= start + reader.seen.at[RESERVED];
}

/* The calls that a reader can make, and what each promises. */
static void call_next(void)
{
	const __u64 wanted = reader.cursor;
	union sockbind_record record;

	if ((ring_pos_t)wanted == ring_core_committed(&ring))
		return;
	ring_core_next(&ring, &reader.cursor, &record);
	if (record.hdr.type == SOCKBIND_RECORD_LOST) {
		count.losses++;
		if (reader.cursor <= wanted ||
		    !is_lost(&record, 0, wanted, reader.cursor - 1))
			broken("a wrong notice of a loss");
		if (!is_gone_before(reader.cursor))
			broken("a loss of records that are not lost");
	} else {
		count.records++;
		if (reader.cursor != wanted + 1)
			broken("a record out of order");
		if (!is_record(&record, wanted))
			broken("a torn record, or another one");
	}
}

static void call_oldest(void)
{
	const __u64 reserved = start + reader.seen.at[RESERVED];

	reader.cursor = ring_core_oldest(&ring);
	if (reader.cursor < oldest ||
	    reader.cursor + ring.mask + 1 < reserved)
		broken("the oldest record was gone before the call");
	if (!is_gone_before(reader.cursor))
		broken("there is an older record than the oldest");
}

static void call_end(void)
{
	const __u64 committed = start + reader.seen.at[COMMITTED];

	reader.cursor = ring_core_end(&ring);
	if (reader.cursor < committed)
		broken("the end was passed before the call");
	if (reader.cursor > start + reader.seen.at[RESERVED])
		broken("the end is beyond all records");
}

static void (*const calls[])(void) = { call_next, call_oldest, call_end };

/* States that were reached, in an open hash table and in their order. */
#define TABLE_SIZE	65536

static struct reader queue[TABLE_SIZE / 2];
static unsigned int table[TABLE_SIZE];

static void reach(const struct reader *state)
{
	unsigned int i;

	for (i = hash(state, sizeof(*state)); table[i % TABLE_SIZE]; i++)
		if (!memcmp(&queue[table[i % TABLE_SIZE] - 1], state,
			    sizeof(*state)))
			return;
	if (count.states == TABLE_SIZE / 2)
		broken("too many states");
	queue[count.states++] = *state;
	table[i % TABLE_SIZE] = count.states;
}

/* One run of the call @make by a reader that is at @state. */
static void run(const struct reader *state, void (*make)(void))
{
	reader = *state;
	memset(&reserved_view, 0, sizeof(reserved_view));
	rounds = 0;
	count.runs++;
	if (setjmp(known))
		return;
	make();
	count.again += rounds > 1;
	reach(&reader);
}

static void explore(unsigned int size, unsigned int n)
{
	unsigned long done = 0;
	bool arrived = false;
	unsigned int i;

	memset(&count, 0, sizeof(count));
	memset(table, 0, sizeof(table));
	memset(&reader, 0, sizeof(reader));
	produce_all(size, n);
	reader.cursor = oldest;
	reach(&reader);
	/* One that slept: its low byte is that of a record in the ring. */
	if (oldest >= ASLEEP) {
		reader.cursor = oldest - ASLEEP;
		reach(&reader);
	}
	for (; done < count.states; done++) {
		arrived |= queue[done].cursor == start + n;
		for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
			call++;
			do
				run(&queue[done], calls[i]);
			while (choose_otherwise());
		}
	}
	if (!arrived || !count.records || !count.losses || !count.again)
		broken("not all was tried");
	printf("# ring of %u, records %llu to %llu: %lu states, %lu runs, ",
	       size, (unsigned long long)start,
	       (unsigned long long)start + n - 1, count.states, count.runs);
	printf("%lu records, %lu losses, %lu copied again\n",
	       count.records, count.losses, count.again);
}

/* Arguments: records of the ring, how many there were, how many are written. */
int main(int argc, char **argv)
{
	if (argc != 4)
		return EXIT_FAILURE;
	start = strtoull(argv[2], NULL, 0);
	explore(strtoul(argv[1], NULL, 0), strtoul(argv[3], NULL, 0));
	return EXIT_SUCCESS;
}
