// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON: an object per line.
 *
 * What is unknown is absent. Numbers are numbers, and exact as text; the names
 * of numbers stand beside them. Two kinds of 64-bit number are kept apart:
 * quantities (*_ns, seq, first, last, count) are numbers, and a program that
 * reads them as doubles is off by less than 256 ns; identifiers that are to be
 * compared (inode, cgroup, net_cookie, j1939_name) are strings. Bytes that are
 * no valid UTF-8 become \u00HH, and a member NAME_hex beside NAME has them
 * exactly.
 *
 * type "bind":
 *   time, time_ns	wall clock: RFC 3339 in UTC, and ns since the epoch
 *   boot_ns		CLOCK_BOOTTIME
 *   duration_ns	with a known outcome
 *   cpu, seq		place of the record
 *   ok			true or false, if known
 *   errno, error	if known: 0, or the number and its name
 *   lsm_errno, lsm_error  if known: the security modules' verdict
 *   proto		as ss(8) calls it: tcp, udp, u_str, ...
 *   privileged		true: took a port that needs a privilege
 *   via		bind, socketcall or io_uring
 *   compat, x32, worker  true: 32-bit entry, x32 entry, io_uring thread
 *   process		pid, tid, ppid, ns_pid, ns_tid, ns_ppid, comm,
 *			thread_comm, leader_comm, uid, user, euid, euser, gid,
 *			egid, loginuid, session, cap_net_bind_service,
 *			start_ns, exe { major, minor, inode }, cgroup
 *   ns			net, net_cookie, mnt, pid, user, owns_net,
 *			unprivileged_port_start
 *   socket		fd or fd_status, fixed_index, inode, family,
 *			family_number, type, type_number, protocol, mark,
 *			ifindex, ifname, if_from_address, reuseaddr, reuseport,
 *			freebind, transparent, no_port, v6only
 *   request		len, family, family_number, text, members of the
 *			family (see put_members), short, raw (all bytes, hex)
 *   final		likewise, if known; "final_private": true where the
 *			kernel chose and does not tell
 *
 * process.comm is the program's name, that of the thread group's leader for
 * an io_uring worker.
 *
 * type "lost": cpu, first, last, count
 */
#include <sys/socket.h>

#include "array.h"
#include "decode.h"
#include "json.h"
#include "names.h"
#include "output.h"
#include "resolve.h"

/* Longest text of an address: 126 bytes as \xHH, and a few more. */
#define ADDRESS_TEXT_MAX	1024

static void put_time(struct output *out, uint64_t ns)
{
	char text[sizeof("2026-11-21T18:30:43.123456789Z")];
	struct buf time = { .data = text, .size = sizeof(text) - 1 };

	clock_put_utc(&out->clock, &time, ns);
	text[time.len] = '\0';
	json_name(&out->buf, "time", text);
	json_u64(&out->buf, "time_ns", ns);
}

static void put_unless_zero(struct buf *b, const char *name, uint32_t value)
{
	if (value)
		json_u64(b, name, value);
}

static void put_if_known(struct buf *b, const char *name, uint32_t value)
{
	if (value != SOCKBIND_UNKNOWN)
		json_u64(b, name, value);
}

static void put_id_if_known(struct buf *b, const char *name, uint64_t value)
{
	if (value)
		json_id(b, name, value);
}

static void put_if_true(struct buf *b, const char *name, bool value)
{
	if (value)
		json_bool(b, name, value);
}

static void put_outcome(struct buf *b, const struct bind_event *event)
{
	const __u32 flags = event->raw.hdr.flags;

	if (flags & SOCKBIND_F_RESULT) {
		json_u64(b, "duration_ns", event->raw.duration);
		json_bool(b, "ok", event->succeeded);
		json_s64(b, "errno", event->error);
		if (event->error)
			json_name(b, "error", names_errno(event->error));
	}
	if (flags & SOCKBIND_F_LSM) {
		json_s64(b, "lsm_errno", event->lsm_error);
		if (event->lsm_error)
			json_name(b, "lsm_error",
				  names_errno(event->lsm_error));
	}
}

static void put_via(struct buf *b, const struct sockbind_bind *raw)
{
	json_name(b, "via", names_via(raw->via));
	put_if_true(b, "compat", raw->via_flags & SOCKBIND_VIA_COMPAT);
	put_if_true(b, "x32", raw->via_flags & SOCKBIND_VIA_X32);
	put_if_true(b, "worker", raw->via_flags & SOCKBIND_VIA_WORKER);
}

static void put_resolved(struct buf *b, const char *name,
			 const struct address_bytes *value)
{
	if (value->len)
		json_bytes(b, name, value->data, value->len);
}

static void put_process(struct output *out, const struct bind_event *event)
{
	const struct resolved *names = event->names;
	const struct sockbind_bind *raw = &event->raw;
	struct buf *b = &out->buf;

	json_open(b, "process");
	json_u64(b, "pid", raw->pid);
	json_u64(b, "tid", raw->tid);
	json_u64(b, "ppid", raw->ppid);
	json_u64(b, "ns_pid", raw->ns_pid);
	json_u64(b, "ns_tid", raw->ns_tid);
	json_u64(b, "ns_ppid", raw->ns_ppid);
	json_bytes(b, "comm", event->comm.data, event->comm.len);
	json_bytes(b, "thread_comm", event->thread_comm.data,
		   event->thread_comm.len);
	json_bytes(b, "leader_comm", event->leader_comm.data,
		   event->leader_comm.len);
	json_u64(b, "uid", raw->uid);
	if (names)
		put_resolved(b, "user", &names->real_user);
	json_u64(b, "euid", raw->euid);
	if (names)
		put_resolved(b, "euser", &names->user);
	json_u64(b, "gid", raw->gid);
	json_u64(b, "egid", raw->egid);
	put_if_known(b, "loginuid", raw->loginuid);
	put_if_known(b, "session", raw->sessionid);
	json_bool(b, "cap_net_bind_service",
		  raw->hdr.flags & SOCKBIND_F_CAP_NET_BIND);
	json_u64(b, "start_ns", raw->start_time);
	if (raw->exe_inode) {
		json_open(b, "exe");
		json_u64(b, "major", raw->exe_major);
		json_u64(b, "minor", raw->exe_minor);
		json_id(b, "inode", raw->exe_inode);
		json_close(b);
	}
	put_id_if_known(b, "cgroup", raw->cgroup);
	json_close(b);
}

static void put_namespaces(struct buf *b, const struct sockbind_bind *raw)
{
	json_open(b, "ns");
	json_u64(b, "net", raw->netns);
	put_id_if_known(b, "net_cookie", raw->netns_cookie);
	put_unless_zero(b, "mnt", raw->mntns);
	json_u64(b, "pid", raw->pidns);
	json_u64(b, "user", raw->userns);
	json_bool(b, "owns_net", raw->hdr.flags & SOCKBIND_F_NETNS_OWNER);
	put_if_known(b, "unprivileged_port_start",
		     raw->unprivileged_port_start);
	json_close(b);
}

static void put_fd(struct buf *b, const struct sockbind_bind *raw)
{
	static const char * const names[] = {
		[SOCKBIND_FD_FIXED] = "fixed",
		[SOCKBIND_FD_CHANGED] = "changed",
		[SOCKBIND_FD_UNKNOWN] = "unknown",
	};

	if (raw->fd >= 0)
		json_s64(b, "fd", raw->fd);
	else if (raw->fd_status < ARRAY_SIZE(names))
		json_name(b, "fd_status", names[raw->fd_status]);
	if (raw->fixed_index >= 0)
		json_s64(b, "fixed_index", raw->fixed_index);
}

static void put_family(struct buf *b, unsigned int family)
{
	json_name(b, "family", names_family(family));
	json_u64(b, "family_number", family);
}

static void put_socket(struct buf *b, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	const __u32 opts = raw->opts;

	json_open(b, "socket");
	put_fd(b, raw);
	json_id(b, "inode", raw->inode);
	put_family(b, raw->family);
	json_name(b, "type", names_type(raw->sock_type));
	json_u64(b, "type_number", raw->sock_type);
	json_u64(b, "protocol", raw->protocol);
	json_u64(b, "mark", raw->mark);
	if (raw->ifindex) {
		json_u64(b, "ifindex", raw->ifindex);
		if (event->socket.ifname.len)
			json_bytes(b, "ifname", event->socket.ifname.data,
				   event->socket.ifname.len);
		put_if_true(b, "if_from_address",
			    raw->hdr.flags & SOCKBIND_F_IF_FROM_ADDR);
	}
	json_bool(b, "reuseaddr", opts & SOCKBIND_OPT_REUSEADDR);
	json_bool(b, "reuseport", opts & SOCKBIND_OPT_REUSEPORT);
	json_bool(b, "freebind", opts & SOCKBIND_OPT_FREEBIND);
	json_bool(b, "transparent", opts & SOCKBIND_OPT_TRANSPARENT);
	json_bool(b, "no_port", opts & SOCKBIND_OPT_NO_PORT);
	json_bool(b, "v6only", opts & SOCKBIND_OPT_V6ONLY);
	json_close(b);
}

static void put_ip(struct buf *b, const struct address *a)
{
	char text[48];
	struct buf ip = { .data = text, .size = sizeof(text) - 1 };

	address_ip_text(&ip, a);
	text[ip.len] = '\0';
	json_name(b, "address", text);
	json_u64(b, "port", a->inet.port);
	if (a->kind == ADDRESS_INET6) {
		put_unless_zero(b, "scope_id", a->inet.scope_id);
		put_unless_zero(b, "flowinfo", a->inet.flowinfo);
	}
}

static void put_bdaddr(struct buf *b, const struct address *a)
{
	char text[sizeof("00:11:22:33:44:55")];
	struct buf bdaddr = { .data = text, .size = sizeof(text) - 1 };

	address_bdaddr_text(&bdaddr, a);
	text[bdaddr.len] = '\0';
	json_name(b, "bdaddr", text);
}

static void put_can(struct buf *b, const struct address *a)
{
	json_u64(b, "ifindex", a->can.ifindex);
	if (a->can.transport) {
		json_u64(b, "rx_id", a->can.rx_id);
		json_u64(b, "tx_id", a->can.tx_id);
	}
	if (a->can.j1939) {
		json_id(b, "j1939_name", a->can.name);
		json_u64(b, "j1939_pgn", a->can.pgn);
		json_u64(b, "j1939_addr", a->can.addr);
	}
}

static void put_tipc(struct buf *b, const struct address *a)
{
	json_u64(b, "tipc_type", a->tipc.type);
	json_s64(b, "tipc_scope", a->tipc.scope);
	json_u64(b, "tipc_first", a->tipc.first);
	json_u64(b, "tipc_second", a->tipc.second);
	json_u64(b, "tipc_third", a->tipc.third);
}

/* The members of struct address, by family. */
static void put_members(struct buf *b, const struct address *a)
{
	switch (a->kind) {
	case ADDRESS_EMPTY:
	case ADDRESS_OTHER:
		break;
	case ADDRESS_SHORT:
		json_bool(b, "short", true);
		break;
	case ADDRESS_INET:
	case ADDRESS_INET6:
		put_ip(b, a);
		break;
	case ADDRESS_UNIX_PATH:
		json_bytes(b, "path", a->un.data, a->un.len);
		break;
	case ADDRESS_UNIX_ABSTRACT:
		json_bytes(b, "abstract", a->un.data, a->un.len);
		break;
	case ADDRESS_UNIX_AUTOBIND:
		json_bool(b, "autobind", true);
		break;
	case ADDRESS_NETLINK:
		json_u64(b, "port_id", a->netlink.pid);
		json_u64(b, "groups", a->netlink.groups);
		break;
	case ADDRESS_PACKET:
		json_u64(b, "ethertype", a->packet.protocol);
		json_u64(b, "ifindex", a->packet.ifindex);
		break;
	case ADDRESS_VSOCK:
		json_u64(b, "cid", a->vsock.cid);
		json_u64(b, "port", a->vsock.port);
		break;
	case ADDRESS_ALG:
		json_bytes(b, "alg_type", a->alg.type.data, a->alg.type.len);
		json_bytes(b, "alg_name", a->alg.name.data, a->alg.name.len);
		break;
	case ADDRESS_XDP:
		json_u64(b, "ifindex", a->xdp.ifindex);
		json_u64(b, "queue", a->xdp.queue);
		break;
	case ADDRESS_CAN:
		put_can(b, a);
		break;
	case ADDRESS_BT_HCI:
		json_u64(b, "dev", a->bt.dev);
		json_u64(b, "channel", a->bt.channel);
		break;
	case ADDRESS_BT_L2CAP:
		put_bdaddr(b, a);
		json_u64(b, "psm", a->bt.psm);
		json_u64(b, "cid", a->bt.cid);
		break;
	case ADDRESS_BT_RFCOMM:
		put_bdaddr(b, a);
		json_u64(b, "channel", a->bt.channel);
		break;
	case ADDRESS_BT_SCO:
	case ADDRESS_BT_ISO:
		put_bdaddr(b, a);
		break;
	case ADDRESS_TIPC:
		put_tipc(b, a);
		break;
	case ADDRESS_QIPCRTR:
		json_u64(b, "node", a->qipcrtr.node);
		json_u64(b, "port", a->qipcrtr.port);
		break;
	}
}

static void put_address(struct buf *b, const char *name,
			const struct address *a,
			const struct address_socket *socket)
{
	char storage[ADDRESS_TEXT_MAX];
	struct buf text = { .data = storage, .size = sizeof(storage) };

	json_open(b, name);
	json_u64(b, "len", a->raw.len);
	if (a->family >= 0)
		put_family(b, (unsigned int)a->family);
	address_text(&text, a, socket, false);
	json_bytes(b, "text", (const uint8_t *)storage, text.len);
	put_members(b, a);
	json_hex(b, "raw", a->raw.data, a->raw.len);
	json_close(b);
}

static void json_bind(struct output *out, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	struct buf *b = &out->buf;

	json_open(b, NULL);
	json_name(b, "type", "bind");
	put_time(out, raw->time_real);
	json_u64(b, "boot_ns", raw->time_boot);
	json_u64(b, "cpu", raw->hdr.cpu);
	json_u64(b, "seq", raw->hdr.seq);
	put_outcome(b, event);
	json_name(b, "proto", names_socket(raw->family, raw->sock_type,
					   raw->protocol));
	put_if_true(b, "privileged", event->privileged);
	put_via(b, raw);
	put_process(out, event);
	put_namespaces(b, raw);
	put_socket(b, event);
	put_address(b, "request", &event->request, &event->socket);
	if (event->has_final)
		put_address(b, "final", &event->final, &event->socket);
	put_if_true(b, "final_private",
		    raw->hdr.flags & SOCKBIND_F_FINAL_PRIVATE);
	json_close(b);
	buf_char(b, '\n');
}

static void json_lost(struct output *out, const struct lost_event *event)
{
	struct buf *b = &out->buf;

	json_open(b, NULL);
	json_name(b, "type", "lost");
	json_u64(b, "cpu", event->cpu);
	json_u64(b, "first", event->first);
	json_u64(b, "last", event->last);
	json_u64(b, "count", event->count);
	json_close(b);
	buf_char(b, '\n');
}

const struct output_ops output_json = {
	.name = "json",
	.help = "a JSON object per line",
	.needs = RESOLVE_USER | RESOLVE_LOGIN | RESOLVE_EXE | RESOLVE_CGROUP,
	.bind = json_bind,
	.lost = json_lost,
};
