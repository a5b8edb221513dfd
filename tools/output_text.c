// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text: a line per bind, for people.
 *
 * A column starts where the header has it, or after what is too long for the
 * column before: a long name moves its neighbours only as far as they have no
 * room to give.
 */
#include <stdint.h>

#include "decode.h"
#include "escape.h"
#include "names.h"
#include "output.h"
#include "resolve.h"

#define NS_PER_SEC	1000000000

/* First character of each column; 80 leave 18 to the address. */
enum {
	COLUMN_PID = 16,
	COLUMN_COMM = 23,
	COLUMN_USER = 36,
	COLUMN_RESULT = 45,
	COLUMN_PROTO = 56,
	COLUMN_ADDRESS = 62,
};

#define RED	"\033[31m"
#define BOLD	"\033[1m"
#define PLAIN	"\033[0m"

/**
 * struct line - the line being written
 * @out: output that it goes to
 * @counted: offset in the buffer up to which @column is right
 * @column: characters in the line up to there
 */
struct line {
	struct output *out;
	size_t counted;
	unsigned int column;
};

static struct line line_start(struct output *out)
{
	return (struct line){ .out = out, .counted = out->buf.len };
}

static unsigned int line_column(struct line *line)
{
	const struct buf *b = &line->out->buf;

	for (; line->counted < b->len; line->counted++)
		if ((b->data[line->counted] & 0xc0) != 0x80)
			line->column++;
	return line->column;
}

static void line_go(struct line *line, unsigned int column)
{
	const unsigned int have = line_column(line);

	buf_spaces(&line->out->buf, column > have ? column - have : 1);
}

/* Colours take no column. */
static void line_color(struct line *line, const char *color)
{
	if (!line->out->color)
		return;
	line_column(line);
	buf_str(&line->out->buf, color);
	line->counted = line->out->buf.len;
}

static void text_begin(struct output *out)
{
	struct line line = line_start(out);

	if (!out->header)
		return;
	buf_str(&out->buf, "TIME");
	line_go(&line, COLUMN_COMM - 4);
	buf_str(&out->buf, "PID");
	line_go(&line, COLUMN_COMM);
	buf_str(&out->buf, "COMM");
	line_go(&line, COLUMN_USER);
	buf_str(&out->buf, "USER");
	line_go(&line, COLUMN_RESULT);
	buf_str(&out->buf, "RESULT");
	line_go(&line, COLUMN_PROTO);
	buf_str(&out->buf, "PROTO");
	line_go(&line, COLUMN_ADDRESS);
	buf_str(&out->buf, "ADDRESS\n");
}

static void set_clock(struct output *out, time_t second)
{
	struct buf clock = { .data = out->clock, .size = sizeof(out->clock) };
	struct tm tm = { 0 };

	localtime_r(&second, &tm);
	buf_digits(&clock, (unsigned int)tm.tm_hour, 2);
	buf_char(&clock, ':');
	buf_digits(&clock, (unsigned int)tm.tm_min, 2);
	buf_char(&clock, ':');
	buf_digits(&clock, (unsigned int)tm.tm_sec, 2);
	out->second = second;
}

static void put_time(struct output *out, uint64_t ns)
{
	time_t second = (time_t)(ns / NS_PER_SEC);

	if (second != out->second || !out->clock[0])
		set_clock(out, second);
	buf_mem(&out->buf, out->clock, sizeof(out->clock));
	buf_char(&out->buf, '.');
	buf_digits(&out->buf, ns % NS_PER_SEC / 1000, 6);
}

static void put_pid(struct line *line, uint32_t pid)
{
	unsigned int column = COLUMN_COMM - 2;
	uint32_t rest;

	for (rest = pid / 10; rest && column > COLUMN_PID; rest /= 10)
		column--;
	line_go(line, column);
	buf_u64(&line->out->buf, pid);
}

/* The effective user: that is whom the kernel judges. */
static void put_user(struct output *out, const struct bind_event *event)
{
	if (event->names && event->names->user.len)
		escape_text(&out->buf, event->names->user.data,
			    event->names->user.len, out->utf8);
	else
		buf_u64(&out->buf, event->raw.euid);
}

static void put_errno(struct output *out, int error)
{
	const char *name = names_errno(error);

	if (name) {
		buf_str(&out->buf, name);
	} else {
		buf_str(&out->buf, "errno ");
		buf_u64(&out->buf, (unsigned int)error);
	}
}

static void put_result(struct line *line, const struct bind_event *event)
{
	struct output *out = line->out;

	if (event->succeeded) {
		buf_str(&out->buf, "ok");
		return;
	}
	if (!event->error && !event->lsm_error) {
		buf_char(&out->buf, '?');
		return;
	}
	line_color(line, RED);
	put_errno(out, event->error ? event->error : event->lsm_error);
	if (event->lsm_error)
		buf_str(&out->buf, "/lsm");
	line_color(line, PLAIN);
}

static void put_proto(struct output *out, const struct sockbind_bind *raw)
{
	const char *name = names_socket(raw->family, raw->sock_type,
					raw->protocol);

	if (!name)
		name = names_family(raw->family);
	if (name)
		buf_str(&out->buf, name);
	else
		buf_u64(&out->buf, raw->family);
}

static void put_address(struct output *out, const struct bind_event *event)
{
	const char *arrow = out->utf8 ? " \u2192 " : " -> ";

	address_text(&out->buf, &event->request, &event->socket, out->utf8);
	if (event->raw.hdr.flags & SOCKBIND_F_FINAL_PRIVATE) {
		buf_str(&out->buf, arrow);
		buf_char(&out->buf, '?');
	}
	if (!event->has_final || event->change == ADDRESS_SAME)
		return;
	buf_str(&out->buf, arrow);
	if (event->change == ADDRESS_PORT_CHANGED) {
		buf_char(&out->buf, ':');
		buf_u64(&out->buf, event->final.inet.port);
	} else {
		address_text(&out->buf, &event->final, &event->socket,
			     out->utf8);
	}
}

static void text_bind(struct output *out, const struct bind_event *event)
{
	struct line line = line_start(out);

	put_time(out, event->raw.time_real);
	put_pid(&line, event->raw.pid);
	line_go(&line, COLUMN_COMM);
	escape_text(&out->buf, event->comm.data, event->comm.len, out->utf8);
	line_go(&line, COLUMN_USER);
	put_user(out, event);
	line_go(&line, COLUMN_RESULT);
	put_result(&line, event);
	line_go(&line, COLUMN_PROTO);
	put_proto(out, &event->raw);
	line_go(&line, COLUMN_ADDRESS);
	if (event->privileged)
		line_color(&line, BOLD);
	put_address(out, event);
	if (event->privileged)
		line_color(&line, PLAIN);
	buf_char(&out->buf, '\n');
}

const struct output_ops output_text = {
	.begin = text_begin,
	.bind = text_bind,
};
