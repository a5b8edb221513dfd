// SPDX-License-Identifier: GPL-2.0-only
/*
 * The columns of bindsnoop(8) of libbpf-tools, with its widths, for what parses
 * them. It knows sockets of IP only, and so does this.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "decode.h"
#include "escape.h"
#include "labels.h"
#include "output.h"

#define OPTION_LETTERS	5

/* IPPROTO_MPTCP, for C libraries before 2.32 */
#define PROTOCOL_MPTCP	262

/* Pads what was written from @from on, and parts it from what follows. */
static void end_column(struct buf *b, size_t from, size_t width)
{
	const size_t len = b->len - from;

	buf_spaces(b, len < width ? width - len : 0);
	buf_char(b, ' ');
}

static void put_number(struct buf *b, uint64_t number, size_t width)
{
	const size_t from = b->len;

	buf_u64(b, number);
	end_column(b, from, width);
}

static void put_text(struct buf *b, const char *text, size_t width)
{
	const size_t from = b->len;

	buf_str(b, text);
	end_column(b, from, width);
}

static void put_result(struct buf *b, const struct bind_event *event)
{
	const int32_t returned = event->returned;
	const size_t from = b->len;

	if (returned < 0)
		buf_char(b, '-');
	if (returned)
		buf_u64(b, returned < 0 ? -(uint64_t)returned :
					  (uint64_t)returned);
	else
		buf_char(b, event->succeeded ? '0' : '?');
	end_column(b, from, 3);
}

static const char *protocol_name(uint16_t protocol)
{
	switch (protocol) {
	/* To who asks for what listens by TCP: ss -t has these too. */
	case PROTOCOL_MPTCP:
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	default:
		return "UNK";
	}
}

static void put_options(struct buf *b, uint32_t options)
{
	const size_t from = b->len;

	label_options(b, options, OPTION_LETTERS);
	end_column(b, from, 5);
}

/* Without an interface, which has a column of its own. */
static void put_address(struct buf *b, const struct address *a,
			const struct address_socket *socket)
{
	const size_t from = b->len;
	char ip[ADDRESS_IP_MAX];

	if (address_is_inet(a))
		buf_mem(b, ip, (size_t)(address_ip_put(ip, a) - ip));
	else
		address_text(b, a, socket, false);
	end_column(b, from, 48);
}

static void bindsnoop_begin(struct output *out)
{
	struct buf *b = &out->buf;

	if (!out->header)
		return;
	put_text(b, "PID", 7);
	put_text(b, "COMM", 16);
	put_text(b, "RET", 3);
	put_text(b, "PROTO", 5);
	put_text(b, "OPTS", 5);
	put_text(b, "IF", 4);
	put_text(b, "PORT", 5);
	put_text(b, "ADDR", 48);
	b->data[b->len - 1] = '\n';
}

static void bindsnoop_bind(struct output *out, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	const struct address *a = bind_event_address(event);
	struct buf *b = &out->buf;
	size_t from;

	if (raw->family != AF_INET && raw->family != AF_INET6)
		return;
	put_number(b, raw->pid, 7);
	from = b->len;
	escape_text(b, event->thread_comm.data, event->thread_comm.len, false);
	end_column(b, from, 16);
	put_result(b, event);
	put_text(b, protocol_name(raw->protocol), 5);
	put_options(b, raw->opts);
	put_number(b, raw->ifindex, 4);
	put_number(b, label_port_number(event), 5);
	put_address(b, a, &event->socket);
	b->data[b->len - 1] = '\n';
}

const struct output_ops output_bindsnoop = {
	.name = "bindsnoop",
	.help = "the columns of bindsnoop(8), sockets of IP only",
	.begin = bindsnoop_begin,
	.bind = bindsnoop_bind,
};
