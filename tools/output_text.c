// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text: a table with a line per bind, for people.
 *
 * A column starts where the header has it, or after what is too long for the
 * column before: a long name moves its neighbours only as far as they have no
 * room to give.
 */
#include <endian.h>

#include "decode.h"
#include "labels.h"
#include "output.h"
#include "terminal.h"

/* The address is last: nothing moves where it is long. */
#define NARROW	"time,pid,comm,who,result,proto,address"
#define WIDE	"time,pid,comm,user,container,result,proto,opts,if,address"

#define WIDE_WIDTH	120

#define RED	"\033[31m"
#define BOLD	"\033[1m"
#define PLAIN	"\033[0m"

#define ONES	0x0101010101010101ULL

/* What is unknown, or not there. */
#define NOTHING	'-'

/* Behind a value that contradicts the rest of its record. */
#define ODD	'!'

/* Columns are as wide as their longest usual value if that fits for all. */
static void set_layout(struct output *out)
{
	const struct column_list *list = &out->columns;
	unsigned int narrow = 0, wide = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		wide += list->cols[i]->wide + 1U;
	for (i = 0; i < list->count; i++) {
		out->starts[i] = (unsigned short)narrow;
		narrow += wide <= out->width + 1 ? list->cols[i]->wide + 1U :
						   list->cols[i]->width + 1U;
	}
	out->starts[i] = (unsigned short)narrow;
}

/* How many of eight bytes go on a UTF-8 sequence: those of 10 and six bits. */
static size_t continuations(uint64_t word)
{
	return ((word >> 7 & ~word >> 6) & ONES) * ONES >> 56;
}

/*
 * Characters from @from on. The last word may reach behind what is written:
 * there is room for much more of an event than a column.
 */
static size_t characters(const struct output *out, size_t from)
{
	const char *cell = out->buf.data + from;
	const size_t len = out->buf.len - from;
	size_t count = len, i;
	uint64_t word;

	if (!out->utf8)
		return count;
	for (i = 0; i < len; i += sizeof(word)) {
		memcpy(&word, cell + i, sizeof(word));
		word = le64toh(word);
		if (len - i < sizeof(word))
			word &= (1ULL << (len - i) * 8) - 1;
		count -= continuations(word);
	}
	return count;
}

/*
 * Moves what was written at @from to the right end of column @i. Returns how
 * far.
 */
static size_t align_right(struct output *out, size_t i, size_t from,
			  size_t at, size_t len)
{
	struct buf *b = &out->buf;
	const size_t end = out->starts[i + 1] - 1U;
	size_t pad;

	if (at + len >= end)
		return 0;
	pad = end - at - len;
	buf_spaces(b, pad);
	memmove(b->data + from + pad, b->data + from, b->len - from - pad);
	memset(b->data + from, ' ', pad);
	return pad;
}

static const char *color_of(const struct output *out,
			    const struct column *column,
			    const struct bind_event *event)
{
	if (!out->color || !event)
		return NULL;
	if (column->color == COLUMN_RESULT && event->returned)
		return RED;
	if (column->color == COLUMN_ADDRESS && event->succeeded &&
	    label_privileged(event))
		return BOLD;
	return NULL;
}

static void put_cell(struct output *out, const struct column *column,
		     const struct bind_event *event)
{
	const size_t from = out->buf.len;

	if (!event) {
		buf_str(&out->buf, column->title);
		return;
	}
	column->put(out, event);
	if (out->buf.len == from)
		buf_char(&out->buf, NOTHING);
	if (event->odd & column->odd)
		buf_char(&out->buf, ODD);
}

/* A line of values, or without @event the header. */
static void put_line(struct output *out, const struct bind_event *event)
{
	const struct column_list *list = &out->columns;
	const struct column *column;
	struct buf *b = &out->buf;
	size_t at = 0, i, from, len, gap;
	const char *color;

	for (i = 0; i < list->count; i++) {
		column = list->cols[i];
		if (i) {
			gap = out->starts[i] > at ? out->starts[i] - at : 1;
			buf_spaces(b, gap);
			at += gap;
		}
		color = color_of(out, column, event);
		if (color)
			buf_str(b, color);
		from = b->len;
		put_cell(out, column, event);
		len = characters(out, from);
		at += len;
		if (column->right)
			at += align_right(out, i, from, at - len, len);
		if (color)
			buf_str(b, PLAIN);
	}
	buf_char(b, '\n');
}

static void put_header(struct output *out)
{
	set_layout(out);
	out->lines = 1;
	put_line(out, NULL);
}

static void text_begin(struct output *out)
{
	if (!out->columns.count)
		column_list_parse(&out->columns,
				  out->width < WIDE_WIDTH ? NARROW : WIDE);
	if (out->header)
		put_header(out);
	else
		set_layout(out);
}

static void text_bind(struct output *out, const struct bind_event *event)
{
	struct terminal terminal;

	if (out->header && out->rows && out->lines >= out->rows - 1) {
		terminal = terminal_size();
		out->rows = terminal.rows;
		out->width = terminal.width;
		put_header(out);
	}
	put_line(out, event);
	out->lines++;
}

const struct output_ops output_text = {
	.name = "text",
	.help = "a table, for people",
	.has_columns = true,
	.begin = text_begin,
	.bind = text_bind,
};
