// SPDX-License-Identifier: GPL-2.0-only
/*
 * The place that --state keeps, record by record: what was told is not told
 * again, what is missing is told, and one odd record changes neither.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "kselftest_harness.h"

#include "../../tools/recording.h"
#include "../../tools/state.h"

/* What a record of the device came to. */
struct told {
	uint64_t gap_first;
	uint64_t gap_last;
	bool gap;
	bool told;
};

FIXTURE(place) {
	char path[32];
	struct recording_header origin;
	struct state state;
};

static void open_state(struct __test_metadata *_metadata,
		       FIXTURE_DATA(place) * self)
{
	ASSERT_EQ(0, state_open(&self->state, self->path, &self->origin));
}

FIXTURE_SETUP(place)
{
	int fd;

	snprintf(self->path, sizeof(self->path), "/tmp/place_test.XXXXXX");
	self->origin = (struct recording_header){
		.instance = { 1 },
		.boot_id = "01234567-89ab-cdef-0123-456789abcdef",
	};
	fd = mkstemp(self->path);
	ASSERT_LE(0, fd);
	close(fd);
	open_state(_metadata, self);
}

FIXTURE_TEARDOWN(place)
{
	unlink(self->path);
}

static void run_again(struct __test_metadata *_metadata,
		      FIXTURE_DATA(place) * self)
{
	ASSERT_EQ(0, state_save(&self->state));
	close(self->state.fd);
	free(self->state.places);
	open_state(_metadata, self);
}

static struct told tell(struct state *state, const union sockbind_record *record)
{
	const struct sockbind_lost *gap = state_gap(state, record);
	struct told told = { 0 };

	if (gap) {
		told.gap = true;
		told.gap_first = gap->hdr.seq;
		told.gap_last = gap->last;
	}
	told.told = state_take(state, record);
	return told;
}

static union sockbind_record a_record(uint16_t type, uint64_t seq)
{
	return (union sockbind_record){
		.hdr = {
			.size = SOCKBIND_RECORD_SIZE,
			.version = SOCKBIND_ABI_VERSION,
			.type = type,
			.seq = seq,
		},
	};
}

static struct told tell_bind(struct state *state, uint64_t seq)
{
	const union sockbind_record record = a_record(SOCKBIND_RECORD_BIND, seq);

	return tell(state, &record);
}

static struct told tell_lost(struct state *state, uint64_t first, uint64_t last)
{
	union sockbind_record record = a_record(SOCKBIND_RECORD_LOST, first);

	record.lost.last = last;
	return tell(state, &record);
}

static struct told tell_foreign(struct state *state, uint64_t seq)
{
	union sockbind_record record = a_record(SOCKBIND_RECORD_BIND, seq);

	record.hdr.version++;
	return tell(state, &record);
}

TEST_F(place, goes_on)
{
	EXPECT_TRUE(tell_bind(&self->state, 7).told);
	EXPECT_TRUE(tell_bind(&self->state, 8).told);
	run_again(_metadata, self);
	EXPECT_FALSE(tell_bind(&self->state, 7).told);
	EXPECT_FALSE(tell_bind(&self->state, 8).told);
	EXPECT_TRUE(tell_bind(&self->state, 9).told);
	EXPECT_FALSE(tell_bind(&self->state, 10).gap);
}

TEST_F(place, tells_what_is_missing)
{
	struct told told;

	tell_bind(&self->state, 7);
	run_again(_metadata, self);
	told = tell_bind(&self->state, 11);
	EXPECT_TRUE(told.gap);
	EXPECT_EQ(8, told.gap_first);
	EXPECT_EQ(10, told.gap_last);
	EXPECT_TRUE(told.told);
}

/* It says that all there ever will be was told. */
TEST_F(place, number_that_is_odd)
{
	tell_bind(&self->state, 7);
	EXPECT_TRUE(tell_bind(&self->state, UINT64_MAX - 3).told);
	EXPECT_TRUE(tell_bind(&self->state, 8).told);
	EXPECT_TRUE(tell_bind(&self->state, 9).told);
	run_again(_metadata, self);
	EXPECT_FALSE(tell_bind(&self->state, 9).told);
	EXPECT_TRUE(tell_bind(&self->state, 10).told);
	EXPECT_TRUE(tell_bind(&self->state, UINT64_MAX).told);
	EXPECT_TRUE(tell_bind(&self->state, 11).told);
}

TEST_F(place, loss_that_is_odd)
{
	struct told told;

	tell_bind(&self->state, 7);
	EXPECT_TRUE(tell_lost(&self->state, 8, 3).told);
	EXPECT_TRUE(tell_lost(&self->state, 8, UINT64_MAX).told);
	EXPECT_FALSE(tell_lost(&self->state, 100, 3).gap);
	told = tell_bind(&self->state, 10);
	EXPECT_TRUE(told.gap);
	EXPECT_EQ(8, told.gap_first);
	EXPECT_EQ(9, told.gap_last);
	EXPECT_TRUE(tell_lost(&self->state, 11, 12).told);
	EXPECT_FALSE(tell_bind(&self->state, 13).gap);
}

/* Its number is believed where it is the next one. */
TEST_F(place, header_that_is_odd)
{
	struct told told;

	tell_bind(&self->state, 7);
	EXPECT_TRUE(tell_foreign(&self->state, UINT64_MAX - 1).told);
	EXPECT_FALSE(tell_foreign(&self->state, 100).gap);
	EXPECT_TRUE(tell_foreign(&self->state, 8).told);
	run_again(_metadata, self);
	EXPECT_FALSE(tell_bind(&self->state, 8).told);
	told = tell_bind(&self->state, 9);
	EXPECT_FALSE(told.gap);
	EXPECT_TRUE(told.told);
}

TEST_HARNESS_MAIN
