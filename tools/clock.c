// SPDX-License-Identifier: GPL-2.0-only
#include "buf.h"
#include "clock.h"
#include "digits.h"

#define NS_PER_SEC	1000000000

#define DATE_TEXT	(sizeof("2026-11-21") - 1)

static void write_text(struct clock_text *clock, const struct tm *tm,
		       char between)
{
	struct buf b = { .data = clock->text, .size = sizeof(clock->text) };

	buf_digits(&b, (unsigned int)tm->tm_year + 1900, 4);
	buf_char(&b, '-');
	buf_digits(&b, (unsigned int)tm->tm_mon + 1, 2);
	buf_char(&b, '-');
	buf_digits(&b, (unsigned int)tm->tm_mday, 2);
	buf_char(&b, between);
	buf_digits(&b, (unsigned int)tm->tm_hour, 2);
	buf_char(&b, ':');
	buf_digits(&b, (unsigned int)tm->tm_min, 2);
	buf_char(&b, ':');
	buf_digits(&b, (unsigned int)tm->tm_sec, 2);
}

static inline const char *text_of(struct clock_text *clock, uint64_t ns,
				  struct tm *(*convert)(const time_t *second,
							struct tm *tm),
				  char between)
{
	const time_t second = (time_t)(ns / NS_PER_SEC);
	struct tm tm = { 0 };

	if (second != clock->second || !clock->text[0]) {
		convert(&second, &tm);
		write_text(clock, &tm, between);
		clock->second = second;
	}
	return clock->text;
}

static const char *local_text(struct clock *clock, uint64_t ns)
{
	return text_of(&clock->local, ns, localtime_r, ' ');
}

static const char *utc_text(struct clock *clock, uint64_t ns)
{
	return text_of(&clock->utc, ns, gmtime_r, 'T');
}

/**
 * clock_now() - read a clock of the kernel
 * @id: CLOCK_*
 *
 * Return: ns since its epoch.
 */
uint64_t clock_now(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * NS_PER_SEC + (uint64_t)now.tv_nsec;
}

/**
 * clock_put_date() - append the day in local time
 * @clock: state
 * @b: buffer
 * @ns: ns since the epoch
 */
void clock_put_date(struct clock *clock, struct buf *b, uint64_t ns)
{
	buf_mem(b, local_text(clock, ns), DATE_TEXT);
}

/**
 * clock_put_local() - append the time of day in local time, to the microsecond
 * @clock: state
 * @b: buffer
 * @ns: ns since the epoch
 */
void clock_put_local(struct clock *clock, struct buf *b, uint64_t ns)
{
	buf_mem(b, local_text(clock, ns) + DATE_TEXT + 1,
		CLOCK_TEXT - DATE_TEXT - 1);
	buf_char(b, '.');
	buf_digits(b, ns % NS_PER_SEC / 1000, 6);
}

/**
 * clock_write_utc() - write day and time in UTC, RFC 3339 to the nanosecond
 * @clock: state
 * @p: where to, with room for CLOCK_UTC_MAX bytes
 * @ns: ns since the epoch
 *
 * Return: behind the last byte.
 */
char *clock_write_utc(struct clock *clock, char *p, uint64_t ns)
{
	memcpy(p, utc_text(clock, ns), CLOCK_TEXT);
	p[CLOCK_TEXT] = '.';
	p = digits_padded(p + CLOCK_TEXT + 1, ns % NS_PER_SEC, 9);
	*p++ = 'Z';
	return p;
}

/**
 * clock_put_utc() - append the same to a buffer
 * @clock: state
 * @b: buffer
 * @ns: ns since the epoch
 */
void clock_put_utc(struct clock *clock, struct buf *b, uint64_t ns)
{
	char text[CLOCK_UTC_MAX];

	buf_mem(b, text, (size_t)(clock_write_utc(clock, text, ns) - text));
}
