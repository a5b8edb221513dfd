// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "array.h"
#include "when.h"

#define NS_PER_SEC	1000000000ULL
#define DAY		(24 * 3600 * NS_PER_SEC)

/* Far from where sums would wrap: some 100 years, and the year 2262. */
#define MAX_SPAN	(36525 * DAY)
#define MAX_TIME	((uint64_t)INT64_MAX)

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "us", 1000 }, { "usec", 1000 },
	{ "ms", 1000000 }, { "msec", 1000000 },
	{ "s", NS_PER_SEC }, { "sec", NS_PER_SEC }, { "second", NS_PER_SEC },
	{ "seconds", NS_PER_SEC }, { "", NS_PER_SEC },
	{ "m", 60 * NS_PER_SEC }, { "min", 60 * NS_PER_SEC },
	{ "minute", 60 * NS_PER_SEC }, { "minutes", 60 * NS_PER_SEC },
	{ "h", 3600 * NS_PER_SEC }, { "hr", 3600 * NS_PER_SEC },
	{ "hour", 3600 * NS_PER_SEC }, { "hours", 3600 * NS_PER_SEC },
	{ "d", DAY }, { "day", DAY }, { "days", DAY },
	{ "w", 7 * DAY }, { "week", 7 * DAY }, { "weeks", 7 * DAY },
	{ "M", 30 * DAY + 37800 * NS_PER_SEC },
	{ "month", 30 * DAY + 37800 * NS_PER_SEC },
	{ "months", 30 * DAY + 37800 * NS_PER_SEC },
	{ "y", 365 * DAY + 21600 * NS_PER_SEC },
	{ "year", 365 * DAY + 21600 * NS_PER_SEC },
	{ "years", 365 * DAY + 21600 * NS_PER_SEC },
};

static const char *skip_blanks(const char *p)
{
	while (isblank(*p))
		p++;
	return p;
}

static uint64_t find_unit(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (strlen(units[i].name) == len &&
		    !memcmp(units[i].name, name, len))
			return units[i].ns;
	return 0;
}

/* What is behind the point, as parts of @unit. */
static uint64_t parse_decimals(const char **p, uint64_t unit)
{
	uint64_t ns = 0;

	if (**p != '.')
		return 0;
	for (++*p; isdigit(**p); ++*p) {
		unit /= 10;
		ns += (uint64_t)(**p - '0') * unit;
	}
	return ns;
}

/* A number and its unit, added to @ns. */
static bool parse_term(const char **p, uint64_t *ns)
{
	const char *number = *p, *unit;
	unsigned long long count;
	uint64_t scale;
	char *end;

	if (!isdigit(*number))
		return false;
	errno = 0;
	count = strtoull(number, &end, 10);
	number = end;
	/* The unit first: it is behind the decimals. */
	unit = skip_blanks(number + strspn(number, ".0123456789"));
	for (*p = unit; isalpha(**p); ++*p)
		;
	scale = find_unit(unit, (size_t)(*p - unit));
	if (errno || !scale || count > MAX_SPAN / scale)
		return false;
	*ns += count * scale + parse_decimals(&number, scale);
	*p = skip_blanks(*p);
	/* All of it was one number with at most one point. */
	return skip_blanks(number) == unit && *ns <= MAX_SPAN;
}

static bool parse_terms(const char **p, uint64_t *ns)
{
	*ns = 0;
	do {
		if (!parse_term(p, ns))
			return false;
	} while (isdigit(**p));
	return true;
}

/* "1h30min", "2 days ago", "-90", "+5min" */
static bool parse_relative(const char *p, uint64_t now, uint64_t *ns)
{
	bool before = *p == '-';
	uint64_t span;

	if (before || *p == '+') {
		p++;
		if (!parse_terms(&p, &span) || *p)
			return false;
	} else {
		if (!parse_terms(&p, &span))
			return false;
		before = !strcasecmp(p, "ago");
		if (!before && strcasecmp(p, "left"))
			return false;
	}
	if (before && span > now)
		return false;
	*ns = before ? now - span : now + span;
	return true;
}

/* "@1790000000.5" */
static bool parse_epoch(const char *p, uint64_t *ns)
{
	unsigned long long seconds;
	char *end;

	if (!isdigit(*p))
		return false;
	errno = 0;
	seconds = strtoull(p, &end, 10);
	p = end;
	if (errno || seconds > MAX_TIME / NS_PER_SEC)
		return false;
	*ns = seconds * NS_PER_SEC + parse_decimals(&p, NS_PER_SEC);
	return !*p;
}

/* As mktime() takes it. */
static struct tm start_of_day(uint64_t now)
{
	const time_t seconds = (time_t)(now / NS_PER_SEC);
	struct tm tm;

	localtime_r(&seconds, &tm);
	tm.tm_hour = 0;
	tm.tm_min = 0;
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return tm;
}

static bool parse_day(const char *p, uint64_t now, uint64_t *ns)
{
	static const char * const days[] = { "yesterday", "today", "tomorrow" };
	struct tm tm = start_of_day(now);
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(days); i++) {
		if (strcasecmp(p, days[i]))
			continue;
		tm.tm_mday += i - 1;
		*ns = (uint64_t)mktime(&tm) * NS_PER_SEC;
		return true;
	}
	return false;
}

/* The rest of a date: decimals of a second, and UTC instead of local time. */
static bool finish_date(const char *p, struct tm *tm, uint64_t *ns)
{
	const int day = tm->tm_mday;
	const uint64_t part = parse_decimals(&p, NS_PER_SEC);
	const char *zone = skip_blanks(p);
	const bool utc = !strcasecmp(zone, "Z") || !strcasecmp(zone, "UTC");
	time_t seconds;

	if (*zone && !utc)
		return false;
	seconds = utc ? timegm(tm) : mktime(tm);
	/* The 31st of February would become one of March. */
	if (seconds < 0 || tm->tm_mday != day ||
	    (uint64_t)seconds > MAX_TIME / NS_PER_SEC)
		return false;
	*ns = (uint64_t)seconds * NS_PER_SEC + part;
	return true;
}

static bool parse_date(const char *p, uint64_t now, uint64_t *ns)
{
	static const char * const formats[] = {
		"%Y-%m-%d%n%H:%M:%S", "%Y-%m-%dT%H:%M:%S",
		"%Y-%m-%d%n%H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d",
		"%H:%M:%S", "%H:%M",
	};
	const char *rest;
	struct tm tm;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		tm = start_of_day(now);
		rest = strptime(p, formats[i], &tm);
		if (rest && finish_date(rest, &tm, ns))
			return true;
	}
	return false;
}

/**
 * when_parse() - read a point in time
 * @text: as journalctl(1) takes it, such as "2026-11-21 18:30", "yesterday",
 *	"-1h", "10 minutes ago", "@1790000000"
 * @now: what it is relative to, in ns since the epoch
 * @ns: result, in ns since the epoch
 *
 * Return: true, or false if it is none.
 */
bool when_parse(const char *text, uint64_t now, uint64_t *ns)
{
	const char *p = skip_blanks(text);

	if (*p == '@')
		return parse_epoch(p + 1, ns);
	if (!strcasecmp(p, "now")) {
		*ns = now;
		return true;
	}
	return parse_day(p, now, ns) || parse_relative(p, now, ns) ||
	       parse_date(p, now, ns);
}

/**
 * when_parse_span() - read a span of time
 * @text: such as "10", "1.5s", "1h 30min"
 * @ns: result
 *
 * Return: true, or false if it is none.
 */
bool when_parse_span(const char *text, uint64_t *ns)
{
	const char *p = skip_blanks(text);

	return parse_terms(&p, ns) && !*p;
}
