/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that reads while others bind, and holds the device to its word: the
 * numbers of a CPU have no hole, and what it cannot have it is told.
 */
#ifndef SELFTESTS_WITNESS_H
#define SELFTESTS_WITNESS_H

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "capture.h"

/**
 * struct witness - what a reader saw
 * @dev: the reader
 * @end: eventfd, readable when nobody binds any more
 * @patience: timeout of its poll(): -1 to sleep, 0 to be always awake
 * @thread: its thread
 * @next: by CPU, the number that is due, one more
 * @records: records that it got
 * @lost: records that it was told to be lost
 * @wrong: records out of order, and wake-ups for nothing
 */
struct witness {
	int dev;
	int end;
	int patience;
	pthread_t thread;
	__u64 next[CPU_SETSIZE];
	__u64 records;
	__u64 lost;
	__u64 wrong;
};

static inline void witness_record(struct witness *witness,
				  const union sockbind_record *record)
{
	__u64 *next = &witness->next[record->hdr.cpu];
	__u64 last = record->hdr.seq;

	if (record->hdr.type == SOCKBIND_RECORD_LOST) {
		last = record->lost.last;
		witness->lost += last - record->hdr.seq + 1;
	} else {
		witness->records++;
	}
	witness->wrong += *next && *next != record->hdr.seq + 1;
	*next = last + 2;
}

/* Take what there is. Return: whether there was something. */
static inline bool witness_read(struct witness *witness)
{
	union sockbind_record records[3];
	bool some = false;
	ssize_t n, i;

	while ((n = read(witness->dev, records, sizeof(records))) > 0) {
		for (i = 0; i < n / (ssize_t)sizeof(*records); i++)
			witness_record(witness, &records[i]);
		some = true;
	}
	return some;
}

static inline void *witness_run(void *arg)
{
	struct witness *witness = arg;
	struct pollfd pollfds[] = {
		{ .fd = witness->dev, .events = POLLIN },
		{ .fd = witness->end, .events = POLLIN },
	};

	do {
		poll(pollfds, 2, witness->patience);
		if (!witness_read(witness) && pollfds[0].revents)
			witness->wrong++;
	} while (!pollfds[1].revents);
	return NULL;
}

/* Begin to read, from now on. */
static inline struct witness *
witness_start(struct __test_metadata *_metadata, int patience)
{
	struct witness *witness = calloc(1, sizeof(*witness));

	ASSERT_NE(NULL, witness);
	witness->patience = patience;
	witness->dev = capture_open(_metadata);
	witness->end = eventfd(0, EFD_CLOEXEC);
	ASSERT_LE(0, witness->end);
	ASSERT_EQ(0, pthread_create(&witness->thread, NULL, witness_run,
				    witness));
	return witness;
}

/* Read the rest. What was recorded is what was read and what was lost. */
static inline void witness_end(struct __test_metadata *_metadata,
			       struct witness *witness, __u64 recorded)
{
	ASSERT_EQ(0, eventfd_write(witness->end, 1));
	pthread_join(witness->thread, NULL);
	TH_LOG("%llu records, %llu lost", (unsigned long long)witness->records,
	       (unsigned long long)witness->lost);
	EXPECT_EQ(0, witness->wrong);
	EXPECT_EQ(recorded, witness->records + witness->lost);
	close(witness->end);
	close(witness->dev);
	free(witness);
}

#endif /* SELFTESTS_WITNESS_H */
