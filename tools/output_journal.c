// SPDX-License-Identifier: GPL-2.0-only
/*
 * The native protocol of systemd's journal: a datagram per event, with a line
 * FIELD=VALUE each. No value holds a line break: all are escaped as for a
 * terminal.
 *
 * A field SOCKBIND_NAME has the value of the column NAME, and is absent where
 * that is empty. MESSAGE is for people; ERRNO is the journal's own. A loss has
 * SOCKBIND_LOST, how many, SOCKBIND_CPU, SOCKBIND_FIRST and SOCKBIND_LAST.
 * SOCKBIND_BLIND is 1 when the kernel stops running a probe, and 0 when it runs all
 * again; SOCKBIND_UNSEEN names what is not seen, SOCKBIND_LASTED_NS for how long.
 */
#include <ctype.h>

#include "decode.h"
#include "identity.h"
#include "output.h"
#include "resolve.h"
#include "watch.h"

#define FIELDS \
	"timestamp,pid,tid,ppid,nspid,comm,exe,cmdline,parents,uid,euid,user," \
	"login,session,container,runtime,pod,cgroup,result,family,type,proto," \
	"asked,final," \
	"addr,port,if,opts,scope,category,privileged,ephemeral,shared,fd," \
	"inode,mark,netns,mntns,pidns,userns,via,cpu,seq,instance,odd"
#define MESSAGE	"comm,pid,user,result,proto,address"

/* Severities of syslog(3). */
#define CRITICAL	"2"
#define WARNING	"4"
#define NOTICE	"5"
#define INFO	"6"

static struct column_list message;

static void journal_begin(struct output *out)
{
	if (!out->columns.count)
		column_list_parse(&out->columns, FIELDS);
	column_list_parse(&message, MESSAGE);
	out->utf8 = true;
}

static void put_common(struct buf *b, const char *severity)
{
	buf_str(b, "SYSLOG_IDENTIFIER=sockbind\nPRIORITY=");
	buf_str(b, severity);
	buf_str(b, "\nMESSAGE=");
}

static void put_field_name(struct buf *b, const char *name)
{
	buf_str(b, "SOCKBIND_");
	for (; *name; name++)
		buf_char(b, *name == '-' ? '_' : (char)toupper(*name));
	buf_char(b, '=');
}

static void put_field_number(struct buf *b, const char *name, uint64_t value)
{
	put_field_name(b, name);
	buf_u64(b, value);
	buf_char(b, '\n');
}

static void journal_bind(struct output *out, const struct bind_event *event)
{
	struct buf *b = &out->buf;
	size_t i, start, value;

	put_common(b, event->returned ? NOTICE : INFO);
	for (i = 0; i < message.count; i++) {
		if (i)
			buf_char(b, ' ');
		message.cols[i]->put(out, event);
	}
	buf_char(b, '\n');
	if (event->error) {
		buf_str(b, "ERRNO=");
		buf_u64(b, (unsigned int)event->error);
		buf_char(b, '\n');
	}
	for (i = 0; i < out->columns.count; i++) {
		start = b->len;
		put_field_name(b, out->columns.cols[i]->name);
		value = b->len;
		out->columns.cols[i]->put(out, event);
		if (b->len == value)
			b->len = start;
		else
			buf_char(b, '\n');
	}
}

static void journal_lost(struct output *out, const struct lost_event *lost)
{
	struct buf *b = &out->buf;

	put_common(b, WARNING);
	buf_str(b, "lost ");
	if (lost->count)
		buf_u64(b, lost->count);
	else
		buf_str(b, "an unknown number of");
	buf_str(b, " records of CPU ");
	buf_u64(b, lost->cpu);
	buf_char(b, '\n');
	if (lost->count)
		put_field_number(b, "lost", lost->count);
	put_field_number(b, "cpu", lost->cpu);
	if (out->identity->instance.len) {
		put_field_name(b, "instance");
		buf_mem(b, out->identity->instance.data,
			out->identity->instance.len);
		buf_char(b, '\n');
	}
	put_field_number(b, "first", lost->first);
	put_field_number(b, "last", lost->last);
	if (lost->odd)
		buf_str(b, "SOCKBIND_ODD=last\n");
}

static void journal_blind(struct output *out, const struct blind_event *event)
{
	struct buf *b = &out->buf;

	put_common(b, event->unseen == UNSEEN_NOTHING ? NOTICE : CRITICAL);
	watch_put_message(b, event);
	buf_char(b, '\n');
	put_field_number(b, "blind", event->unseen != UNSEEN_NOTHING);
	put_field_name(b, "unseen");
	buf_str(b, watch_unseen_name(event->unseen));
	buf_char(b, '\n');
	if (event->unseen == UNSEEN_NOTHING)
		put_field_number(b, "lasted_ns", event->lasted);
}

const struct output_ops output_journal = {
	.name = "journal",
	.help = "datagrams to systemd's journal, a field a column",
	.socket = "/run/systemd/journal/socket",
	.needs = RESOLVE_USER,
	.has_columns = true,
	.begin = journal_begin,
	.bind = journal_bind,
	.lost = journal_lost,
	.blind = journal_blind,
};
