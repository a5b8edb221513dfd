/* SPDX-License-Identifier: GPL-2.0-only */
/* Times, and times as text. The calendar is asked once a second, not once a record. */
#ifndef SOCKBIND_CLOCK_H
#define SOCKBIND_CLOCK_H

#include <stdint.h>
#include <time.h>

struct buf;

#define CLOCK_TEXT	(sizeof("2026-11-21 18:30:43") - 1)
#define CLOCK_UTC_MAX	48	/* 30 characters, and what digits.h writes behind */

/**
 * struct clock_text - a second, and how it is written
 * @second: seconds since the epoch
 * @text: the same; nothing has been asked while the first byte is 0
 */
struct clock_text {
	time_t second;
	char text[CLOCK_TEXT];
};

/**
 * struct clock - what was last written; zeros at the start
 * @local: in local time
 * @utc: in UTC
 */
struct clock {
	struct clock_text local;
	struct clock_text utc;
};

uint64_t clock_now(clockid_t id);

void clock_put_date(struct clock *clock, struct buf *b, uint64_t ns);
void clock_put_local(struct clock *clock, struct buf *b, uint64_t ns);
void clock_put_utc(struct clock *clock, struct buf *b, uint64_t ns);
char *clock_write_utc(struct clock *clock, char *p, uint64_t ns);

#endif /* SOCKBIND_CLOCK_H */
