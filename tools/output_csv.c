// SPDX-License-Identifier: GPL-2.0-only
/*
 * CSV: RFC 4180, a line per bind, for spreadsheets and data bases.
 *
 * What is unknown is empty. Values are escaped as for a terminal: no field
 * holds a line break, and all are ASCII or valid UTF-8.
 */
#include "output.h"

#define COLUMNS \
	"timestamp,pid,tid,ppid,comm,exe,uid,euid,user,login,container," \
	"result,errno,family,type,proto,asked,final,port,if,opts,scope," \
	"category,privileged,ephemeral,shared,netns,inode"

/* Puts what was written from @from on into quotes, if it needs them. */
static void quote(struct buf *b, size_t from)
{
	const size_t len = b->len - from;
	size_t quotes = 0, i, to;

	for (i = from; i < b->len; i++)
		quotes += b->data[i] == '"';
	if (!quotes && !memchr(b->data + from, ',', len))
		return;
	if (buf_room(b) < quotes + 2)
		return;

	b->len += quotes + 2;
	to = b->len;
	b->data[--to] = '"';
	for (i = from + len; i-- > from;) {
		b->data[--to] = b->data[i];
		if (b->data[to] == '"')
			b->data[--to] = '"';
	}
	b->data[--to] = '"';
}

static void put_line(struct output *out, const struct bind_event *event)
{
	const struct column_list *list = &out->columns;
	struct buf *b = &out->buf;
	size_t i, from;

	for (i = 0; i < list->count; i++) {
		if (i)
			buf_char(b, ',');
		from = b->len;
		if (event)
			list->cols[i]->put(out, event);
		else
			buf_str(b, list->cols[i]->name);
		quote(b, from);
	}
	buf_str(b, "\r\n");
}

static void csv_begin(struct output *out)
{
	if (!out->columns.count)
		column_list_parse(&out->columns, COLUMNS);
	/* The same file whatever the locale. */
	out->utf8 = true;
	if (out->header)
		put_line(out, NULL);
}

const struct output_ops output_csv = {
	.name = "csv",
	.help = "comma-separated values, RFC 4180",
	.has_columns = true,
	.begin = csv_begin,
	.bind = put_line,
};
