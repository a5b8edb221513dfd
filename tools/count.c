// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <stdlib.h>

#include "array.h"
#include "count.h"
#include "decode.h"
#include "json.h"

/* Digits of a count that are aligned: more push the line. */
#define COUNT_WIDTH	7

static_assert(COUNT_GROUPS <= UINT16_MAX, "a slot holds the index of any group");

static unsigned int characters(const char *text)
{
	unsigned int count = 0;

	for (; *text; text++)
		count += ((uint8_t)*text & 0xc0) != 0x80;
	return count;
}

/* FNV-1a */
static uint32_t hash(const char *text, size_t len)
{
	uint32_t value = 2166136261;

	while (len--)
		value = (value ^ (uint8_t)*text++) * 16777619;
	return value;
}

/* The slot of the group with these values, or the one where it belongs. */
static uint16_t *find_slot(struct count *count, const struct buf *values)
{
	size_t i = hash(values->data, values->len) % ARRAY_SIZE(count->slots);
	const struct count_group *group;

	for (; count->slots[i]; i = (i + 1) % ARRAY_SIZE(count->slots)) {
		group = &count->groups[count->slots[i] - 1];
		if (group->len == values->len &&
		    !memcmp(group->text, values->data, values->len))
			break;
	}
	return &count->slots[i];
}

static struct count_group *add_group(struct count *count,
				     const struct buf *values)
{
	struct count_group *group = &count->groups[count->used];
	char *text = count->text + count->text_len;

	if (count->used == COUNT_GROUPS || values->len > COUNT_GROUP_MAX ||
	    values->len > COUNT_TEXT - count->text_len)
		return NULL;
	memcpy(text, values->data, values->len);
	*group = (struct count_group){ .text = text, .len = values->len };
	count->text_len += values->len;
	count->used++;
	return group;
}

/**
 * count_open() - begin to count
 * @count: table, all zero but for @by and @timed
 * @out: output for which values are made
 */
void count_open(struct count *count, const struct output *out)
{
	count->scratch = *out;
	count->scratch.buf = (struct buf){
		.data = count->storage,
		.size = sizeof(count->storage),
	};
}

/* Joined recordings may be of several. */
static void add_identity(struct count *count)
{
	const struct identity *identity = count->scratch.identity;

	if (!count->counted++) {
		count->identity_len = identity->json_len;
		memcpy(count->identity, identity->json, identity->json_len);
	} else if (count->identity_len != identity->json_len ||
		   memcmp(count->identity, identity->json,
			  identity->json_len)) {
		count->mixed = true;
	}
}

/**
 * count_add() - count a bind
 * @count: table
 * @event: bind
 */
void count_add(struct count *count, const struct bind_event *event)
{
	struct output *out = &count->scratch;
	struct count_group *group = NULL;
	uint16_t *slot;
	size_t i;

	out->buf.len = 0;
	for (i = 0; i < count->by.count; i++) {
		count->by.cols[i]->put(out, event);
		buf_char(&out->buf, '\0');
	}
	add_identity(count);
	count->last = event->raw.time_real;
	slot = find_slot(count, &out->buf);
	if (*slot) {
		group = &count->groups[*slot - 1];
	} else {
		group = add_group(count, &out->buf);
		if (group)
			*slot = (uint16_t)count->used;
	}
	if (group)
		group->count++;
	else
		count->others++;
}

static int compare(const void *a, const void *b)
{
	const struct count_group *first = a, *second = b;
	const size_t len = first->len < second->len ? first->len : second->len;

	if (first->count != second->count)
		return first->count < second->count ? 1 : -1;
	return memcmp(first->text, second->text, len);
}

/**
 * count_sort() - sort the groups, to be printed: nothing can be added then
 * @count: table
 *
 * The largest come first.
 */
void count_sort(struct count *count)
{
	unsigned int width;
	const char *value;
	size_t i, j;

	qsort(count->groups, count->used, sizeof(count->groups[0]), compare);
	for (j = 0; j < count->by.count; j++)
		count->widths[j] = characters(count->by.cols[j]->title);
	for (i = 0; i < count->used; i++) {
		value = count->groups[i].text;
		for (j = 0; j < count->by.count; j++) {
			width = characters(value);
			if (width > count->widths[j])
				count->widths[j] = width;
			value += strlen(value) + 1;
		}
	}
}

static void put_number(struct buf *b, uint64_t number)
{
	uint64_t limit = 10;
	size_t digits = 1;

	for (; digits < COUNT_WIDTH && number >= limit; limit *= 10)
		digits++;
	buf_spaces(b, COUNT_WIDTH - digits);
	buf_u64(b, number);
}

static void put_time(const struct count *count, struct output *out)
{
	clock_put_date(&out->clock, &out->buf, count->last);
	buf_char(&out->buf, ' ');
	clock_put_local(&out->clock, &out->buf, count->last);
	buf_char(&out->buf, '\n');
}

/* The last column is not padded: it would wrap. */
static void put_cell(const struct count *count, struct buf *b, size_t column,
		     const char *value)
{
	const size_t blanks = count->widths[column] - characters(value);
	const bool right = count->by.cols[column]->right;

	buf_char(b, ' ');
	if (right)
		buf_spaces(b, blanks);
	buf_str(b, value);
	if (!right && column + 1 < count->by.count)
		buf_spaces(b, blanks);
}

static void put_titles(const struct count *count, struct output *out)
{
	size_t i;

	if (count->timed)
		put_time(count, out);
	if (!out->header)
		return;
	buf_str(&out->buf, "  COUNT");
	for (i = 0; i < count->by.count; i++)
		put_cell(count, &out->buf, i, count->by.cols[i]->title);
	buf_char(&out->buf, '\n');
}

static void put_text(const struct count *count, struct output *out,
		     const struct count_group *group)
{
	const char *value = group->text;
	size_t i;

	put_number(&out->buf, group->count);
	for (i = 0; group->len && i < count->by.count; i++) {
		put_cell(count, &out->buf, i, value);
		value += strlen(value) + 1;
	}
	if (!group->len)
		buf_str(&out->buf, " in groups for which there was no room");
	buf_char(&out->buf, '\n');
}

static void put_json(const struct count *count, struct output *out,
		     const struct count_group *group)
{
	struct buf *b = &out->buf;
	char *p = b->data + b->len;
	const char *value = group->text;
	const struct column *column;
	size_t i, len;

	assert(buf_room(b) >= OUTPUT_EVENT_MAX);
	p = json_begin(p);
	p = json_name(p, "type", "count");
	if (!count->mixed)
		p = mempcpy(p, count->identity, count->identity_len);
	if (count->timed)
		p = json_u64(p, "time_ns", count->last);
	p = json_u64(p, "count", group->count);
	for (i = 0; group->len && i < count->by.count; i++) {
		column = count->by.cols[i];
		len = strlen(value);
		if (len && (count->mixed || !column->identity))
			p = json_named(p, column->name,
				       (const uint8_t *)value, len);
		value += len + 1;
	}
	p = json_end(p);
	b->len = (size_t)(p - b->data);
}

/**
 * count_put() - append a line of the table
 * @count: table, sorted
 * @out: where to, with room for OUTPUT_EVENT_MAX bytes
 * @line: its number, from 0
 *
 * Return: true if there was such a line.
 */
bool count_put(struct count *count, struct output *out, size_t line)
{
	const struct count_group others = { .count = count->others };
	const struct count_group *group = &others;

	if (line < count->used)
		group = &count->groups[line];
	else if (line > count->used || !others.count)
		return false;
	if (out->ops == &output_json) {
		put_json(count, out, group);
		return true;
	}
	if (!line)
		put_titles(count, out);
	put_text(count, out, group);
	return true;
}

/**
 * count_clear() - begin the next table
 * @count: table
 */
void count_clear(struct count *count)
{
	memset(count->slots, 0, sizeof(count->slots));
	count->used = 0;
	count->text_len = 0;
	count->others = 0;
	count->counted = 0;
	count->mixed = false;
}
