// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON: an object per line, as sockbind.schema.json describes it and
 * sockbind-formats(5) explains it. What is unknown is absent.
 *
 * Two kinds of 64-bit number are kept apart: quantities are numbers, and a
 * program that reads them as doubles is off by less than 256 ns; identifiers
 * that are to be compared are strings.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <sys/socket.h>

#include "array.h"
#include "decode.h"
#include "escape.h"
#include "identity.h"
#include "json.h"
#include "known.h"
#include "labels.h"
#include "names.h"
#include "output.h"
#include "resolve.h"
#include "watch.h"

/* Longest text of an address: 126 bytes as \xHH, and a few more. */
#define ADDRESS_TEXT_MAX	1024

#define NS_PER_SEC	1000000000
#define FRACTION	9	/* its digits */

static char *put_identity(char *p, const struct output *out)
{
	return mempcpy(p, out->identity->json, out->identity->json_len);
}

static char *put_time(char *p, struct clock *clock, uint64_t ns)
{
	const char *fraction;

	p = clock_write_utc(clock, json_text(json_key(p, "time"), "\""), ns);
	fraction = p - 1 - FRACTION;
	p = json_text(p, "\",");
	if (ns < NS_PER_SEC)
		return json_u64(p, "time_ns", ns);
	/* The same nine digits. */
	p = digits_u64(json_key(p, "time_ns"), ns / NS_PER_SEC);
	memcpy(p, fraction, FRACTION);
	return json_text(p + FRACTION, ",");
}

static char *put_outcome(char *p, const struct bind_event *event)
{
	const __u32 flags = event->raw.hdr.flags;

	if (flags & SOCKBIND_F_RESULT) {
		p = json_u64(p, "duration_ns", event->raw.duration);
		p = json_bool(p, "ok", event->succeeded);
		if (event->odd & ODD_RESULT)
			p = json_s64(p, "result", event->raw.result);
		else
			p = json_u64(p, "errno", (unsigned int)event->error);
		if (event->error)
			p = json_name(p, "error", names_errno(event->error));
	}
	if (event->odd & ODD_LSM) {
		p = json_s64(p, "lsm_result", event->raw.lsm);
	} else if (flags & SOCKBIND_F_LSM) {
		p = json_u64(p, "lsm_errno", (unsigned int)event->lsm_error);
		if (event->lsm_error)
			p = json_name(p, "lsm_error",
				      names_errno(event->lsm_error));
	}
	return p;
}

static char *put_via(char *p, const struct sockbind_bind *raw)
{
	const __u8 flags = raw->via_flags;

	if (names_via(raw->via))
		p = json_name(p, "via", names_via(raw->via));
	else if (raw->via)
		p = json_u64(p, "via_number", raw->via);
	if (flags & SOCKBIND_VIA_COMPAT)
		p = json_bool(p, "compat", true);
	if (flags & SOCKBIND_VIA_X32)
		p = json_bool(p, "x32", true);
	if (flags & SOCKBIND_VIA_WORKER)
		p = json_bool(p, "worker", true);
	return p;
}

static char *put_labels(char *p, const struct bind_event *event)
{
	const enum label_port port = label_port(event);

	p = json_open(p, "labels");
	p = json_name(p, "port", label_port_name(port));
	if (port || label_port_chosen(event))
		p = json_bool(p, "privileged", label_privileged(event));
	p = json_name(p, "scope", label_scope_name(label_scope(event)));
	if (!(event->odd & ODD_REQUEST))
		p = json_bool(p, "ephemeral", label_ephemeral(event));
	p = json_bool(p, "shared", label_shared(event));
	return json_close(p);
}

/* A name that is there, cut where it would be longer than any can be. */
static __always_inline char *put_resolved(char *p, const char *key,
					  const struct address_bytes *value,
					  size_t max)
{
	if (!value->len)
		return p;
	return json_put_bytes(p, key, value->data,
			  value->len < max ? value->len : max);
}

/* What the record of the process says of the file, beside its path. */
static char *put_file(char *p, const struct known *process)
{
	const struct sockbind_process *raw = &process->raw;

	if (raw->exe_uid != SOCKBIND_UNKNOWN)
		p = json_u64(p, "uid", raw->exe_uid);
	if (raw->exe_gid != SOCKBIND_UNKNOWN)
		p = json_u64(p, "gid", raw->exe_gid);
	if (raw->exe_mode)
		p = json_u64(p, "mode", raw->exe_mode);
	if (raw->exe_generation)
		p = json_u64(p, "generation", raw->exe_generation);
	if (raw->exe_fstype[0])
		p = json_bytes(p, "fstype", raw->exe_fstype,
			       strnlen((const char *)raw->exe_fstype,
				       sizeof(raw->exe_fstype)));
	return p;
}

static char *put_path(char *p, const struct known *process)
{
	const __u32 flags = process->raw.hdr.flags;

	p = json_bytes(p, "path", process->path.data, process->path.len);
	p = json_bool(p, "host_path", flags & SOCKBIND_P_HOST_PATH);
	if (flags & SOCKBIND_P_PATH_CUT)
		p = json_bool(p, "path_cut", true);
	if (flags & SOCKBIND_P_DELETED)
		p = json_bool(p, "deleted", true);
	if (flags & SOCKBIND_P_MEMFD)
		p = json_bool(p, "memfd", true);
	return p;
}

static char *put_exe(char *p, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	const struct known *process = event->process;

	if (!raw->exe_inode)
		return p;
	p = json_open(p, "exe");
	if (process && process->path.len)
		p = put_path(p, process);
	else
		p = put_resolved(p, JSON_KEY("path"), &event->names->exe,
				 OUTPUT_PATH_MAX);
	p = json_u64(p, "major", raw->exe_major);
	p = json_u64(p, "minor", raw->exe_minor);
	p = json_id(p, "inode", raw->exe_inode);
	if (process)
		p = put_file(p, process);
	return json_close(p);
}

static char *put_cmdline(char *p, const struct known *process)
{
	struct address_bytes rest = process->cmdline, argument;
	bool exact = true;

	if (!rest.len)
		return p;
	p = json_text(json_key(p, "cmdline"), "[");
	while (known_argument(&rest, &argument)) {
		p = json_text(p, "\"");
		p = escape_json(p, argument.data, argument.len, &exact);
		p = json_text(p, "\",");
	}
	p = json_text(p - 1, "],");
	if (!exact)
		p = json_hex(p, "cmdline_hex", process->cmdline.data,
			     process->cmdline.len);
	if (process->raw.hdr.flags & SOCKBIND_P_CMDLINE_CUT)
		p = json_bool(p, "cmdline_cut", true);
	return p;
}

static char *put_parents(char *p, const struct known *process)
{
	struct address_bytes comm;
	size_t i;

	if (!process->raw.ancestors)
		return p;
	p = json_text(json_key(p, "parents"), "[");
	for (i = 0; i < process->raw.ancestors; i++) {
		comm = known_ancestor(process, i);
		p = json_u64(json_begin(p), "pid", process->raw.ancestor_pid[i]);
		p = json_bytes(p, "comm", comm.data, comm.len);
		p = json_close(p);
	}
	return json_text(p - 1, "],");
}

/* One that is @like, and whose value there needed no escaping, is copied. */
static __always_inline char *put_like(char *p, const char *key,
				      const struct address_bytes *bytes,
				      const struct address_bytes *like,
				      const char *value, size_t len)
{
	if (len != like->len + 3 || bytes->len != like->len ||
	    memcmp(bytes->data, like->data, bytes->len))
		return json_put_bytes(p, key, bytes->data, bytes->len);
	return mempcpy(json_put_key(p, key), value, len);
}

static char *put_users(char *p, const struct bind_event *event)
{
	const struct resolved *names = event->names;
	const struct sockbind_bind *raw = &event->raw;
	const char *value;
	size_t len;

	p = json_u64(p, "uid", raw->uid);
	value = json_key(p, "user");
	p = put_resolved(p, JSON_KEY("user"), &names->real_user, OUTPUT_NAME_MAX);
	len = (size_t)(p - value);
	p = json_u64(p, "euid", raw->euid);
	if (names->real_user.len && names->user.len <= OUTPUT_NAME_MAX)
		p = put_like(p, JSON_KEY("euser"), &names->user, &names->real_user,
			     value, len);
	else
		p = put_resolved(p, JSON_KEY("euser"), &names->user, OUTPUT_NAME_MAX);
	p = json_u64(p, "gid", raw->gid);
	p = json_u64(p, "egid", raw->egid);
	if (raw->loginuid != SOCKBIND_UNKNOWN)
		p = json_u64(p, "loginuid", raw->loginuid);
	p = put_resolved(p, JSON_KEY("login"), &names->login_user, OUTPUT_NAME_MAX);
	if (raw->sessionid != SOCKBIND_UNKNOWN)
		p = json_u64(p, "session", raw->sessionid);
	return p;
}

/**
 * struct number - a number and its text, for others that may be the same
 * @value: the number
 * @text: its digits, with room for whole words to be copied
 * @len: how many
 */
struct number {
	uint32_t value;
	char text[DIGITS_U64];
	size_t len;
};

static struct number number_of(uint32_t value)
{
	struct number number = { .value = value };

	number.len = (size_t)(digits_u64(number.text, value) - number.text);
	return number;
}

static __always_inline char *put_number(char *p, const char *key,
					uint32_t value,
					const struct number *number)
{
	if (value != number->value)
		return json_put_u64(p, key, value);
	p = json_put_key(p, key);
	memcpy(p, number->text, sizeof(number->text));
	return json_text(p + number->len, ",");
}

/* In most processes all of these are the same. */
static char *put_pids(char *p, const struct sockbind_bind *raw)
{
	const struct number pid = number_of(raw->pid);

	p = put_number(p, JSON_KEY("pid"), raw->pid, &pid);
	p = put_number(p, JSON_KEY("tid"), raw->tid, &pid);
	p = json_u64(p, "ppid", raw->ppid);
	p = put_number(p, JSON_KEY("ns_pid"), raw->ns_pid, &pid);
	p = put_number(p, JSON_KEY("ns_tid"), raw->ns_tid, &pid);
	return json_u64(p, "ns_ppid", raw->ns_ppid);
}

/* The leader of a thread group is called as its other threads most often. */
static char *put_comms(char *p, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	const struct address_bytes *thread = &event->thread_comm;
	const struct address_bytes *leader = &event->leader_comm;
	const char *value = json_key(p, "comm");
	size_t len;

	p = json_bytes(p, "comm", event->comm.data, event->comm.len);
	len = (size_t)(p - value);
	/* Nothing but quotation marks and a comma was added. */
	if (len == event->comm.len + 3 &&
	    !memcmp(raw->comm, raw->leader_comm, sizeof(raw->comm))) {
		p = mempcpy(json_key(p, "thread_comm"), value, len);
		return mempcpy(json_key(p, "leader_comm"), value, len);
	}
	p = json_bytes(p, "thread_comm", thread->data, thread->len);
	return json_bytes(p, "leader_comm", leader->data, leader->len);
}

static char *put_process(char *p, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;

	p = put_pids(json_open(p, "process"), raw);
	p = put_comms(p, event);
	p = put_users(p, event);
	p = json_bool(p, "cap_net_bind_service",
		      raw->hdr.flags & SOCKBIND_F_CAP_NET_BIND);
	p = json_u64(p, "start_ns", raw->start_time);
	p = put_exe(p, event);
	if (event->process) {
		p = put_cmdline(p, event->process);
		p = put_parents(p, event->process);
	}
	if (raw->cgroup)
		p = json_id(p, "cgroup", raw->cgroup);
	p = put_resolved(p, JSON_KEY("cgroup_path"), &event->names->cgroup,
			 OUTPUT_PATH_MAX);
	return json_close(p);
}

static char *put_container(char *p, const struct resolved *names)
{
	if (!names->container.len)
		return p;
	p = json_open(p, "container");
	p = put_resolved(p, JSON_KEY("id"), &names->container, OUTPUT_NAME_MAX);
	p = put_resolved(p, JSON_KEY("runtime"), &names->runtime, OUTPUT_NAME_MAX);
	p = put_resolved(p, JSON_KEY("pod"), &names->pod, OUTPUT_NAME_MAX);
	return json_close(p);
}

/**
 * struct memo - text that was last written, to be copied while it is the same
 * @key: all that it is made of
 * @len: bytes of @text; 0: nothing was written yet
 * @text: the text
 */
struct memo {
	uint64_t key[4];
	size_t len;
	char text[256];
};

/* True if the text is there; else the caller is to write and to end it. */
static bool memo_has(struct memo *memo, const uint64_t *key)
{
	if (memo->len && memo->key[0] == key[0] && memo->key[1] == key[1] &&
	    memo->key[2] == key[2] && memo->key[3] == key[3])
		return true;
	memcpy(memo->key, key, sizeof(memo->key));
	return false;
}

static void memo_end(struct memo *memo, const char *end)
{
	memo->len = (size_t)(end - memo->text);
}

static char *write_namespaces(char *p, const struct sockbind_bind *raw)
{
	p = json_open(p, "ns");
	p = json_u64(p, "net", raw->netns);
	if (raw->netns_cookie)
		p = json_id(p, "net_cookie", raw->netns_cookie);
	if (raw->mntns)
		p = json_u64(p, "mnt", raw->mntns);
	p = json_u64(p, "pid", raw->pidns);
	p = json_u64(p, "user", raw->userns);
	p = json_bool(p, "owns_net", raw->hdr.flags & SOCKBIND_F_NETNS_OWNER);
	if (raw->unprivileged_port_start != SOCKBIND_UNKNOWN)
		p = json_u64(p, "unprivileged_port_start",
			     raw->unprivileged_port_start);
	return json_close(p);
}

/* They are those of most other processes too. */
static char *put_namespaces(char *p, const struct sockbind_bind *raw)
{
	static struct memo memo;
	const uint64_t key[] = {
		raw->netns_cookie,
		raw->netns | (uint64_t)raw->mntns << 32,
		raw->pidns | (uint64_t)raw->userns << 32,
		raw->unprivileged_port_start |
		(uint64_t)(raw->hdr.flags & SOCKBIND_F_NETNS_OWNER) << 32,
	};

	if (!memo_has(&memo, key))
		memo_end(&memo, write_namespaces(memo.text, raw));
	return mempcpy(p, memo.text, memo.len);
}

static char *put_fd(char *p, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	static const char * const names[] = {
		[SOCKBIND_FD_FIXED] = "fixed",
		[SOCKBIND_FD_CHANGED] = "changed",
		[SOCKBIND_FD_UNKNOWN] = "unknown",
	};

	if (raw->fd >= 0 && !(event->odd & ODD_FD))
		p = json_u64(p, "fd", (unsigned int)raw->fd);
	else if (!(event->odd & ODD_FD))
		p = json_name(p, "fd_status", names[raw->fd_status]);
	if (raw->fixed_index >= 0)
		p = json_u64(p, "fixed_index", (unsigned int)raw->fixed_index);
	return p;
}

static char *put_family(char *p, unsigned int family)
{
	p = json_name(p, "family", names_family(family));
	return json_u64(p, "family_number", family);
}

static char *put_interface(char *p, const struct bind_event *event)
{
	const struct address_bytes *name = &event->socket.ifname;

	if (!event->raw.ifindex)
		return p;
	p = json_u64(p, "ifindex", event->raw.ifindex);
	if (name->len)
		p = json_bytes(p, "ifname", name->data, name->len);
	if (event->raw.hdr.flags & SOCKBIND_F_IF_FROM_ADDR)
		p = json_bool(p, "if_from_address", true);
	return p;
}

static char *write_kind(char *p, const struct sockbind_bind *raw)
{
	const __u32 opts = raw->opts;

	p = put_family(p, raw->family);
	p = json_name(p, "type", names_type(raw->sock_type));
	p = json_u64(p, "type_number", raw->sock_type);
	/* In network byte order there, which is no number. */
	p = json_u64(p, "protocol", raw->family == AF_PACKET ?
				    ntohs(raw->protocol) : raw->protocol);
	p = json_u64(p, "mark", raw->mark);
	p = json_bool(p, "reuseaddr", opts & SOCKBIND_OPT_REUSEADDR);
	p = json_bool(p, "reuseport", opts & SOCKBIND_OPT_REUSEPORT);
	p = json_bool(p, "freebind", opts & SOCKBIND_OPT_FREEBIND);
	p = json_bool(p, "transparent", opts & SOCKBIND_OPT_TRANSPARENT);
	p = json_bool(p, "no_port", opts & SOCKBIND_OPT_NO_PORT);
	return json_bool(p, "v6only", opts & SOCKBIND_OPT_V6ONLY);
}

/* One is kept for each of a few kinds. */
static char *put_kind(char *p, const struct sockbind_bind *raw)
{
	static struct memo memos[16];
	struct memo *memo = &memos[(raw->family ^ raw->sock_type << 2) %
				   ARRAY_SIZE(memos)];
	const uint64_t key[] = {
		raw->family | (uint64_t)raw->sock_type << 16 |
		(uint64_t)raw->protocol << 32,
		raw->opts, raw->mark, 0,
	};

	if (!memo_has(memo, key))
		memo_end(memo, write_kind(memo->text, raw));
	return mempcpy(p, memo->text, memo->len);
}

static char *put_socket(char *p, const struct bind_event *event)
{
	p = json_open(p, "socket");
	p = put_fd(p, event);
	p = json_id(p, "inode", event->raw.inode);
	p = put_kind(p, &event->raw);
	p = put_interface(p, event);
	return json_close(p);
}

static char *put_ip(char *p, const struct address *a)
{
	p = address_ip_put(json_text(json_key(p, "address"), "\""), a);
	p = json_text(p, "\",");
	if (!a->inet.portless)
		p = json_u64(p, "port", a->inet.port);
	if (a->kind == ADDRESS_INET6) {
		if (a->inet.scope_id)
			p = json_u64(p, "scope_id", a->inet.scope_id);
		if (a->inet.flowinfo)
			p = json_u64(p, "flowinfo", a->inet.flowinfo);
	}
	return p;
}

static char *put_bdaddr(char *p, const struct address *a)
{
	char text[sizeof("00:11:22:33:44:55")];
	struct buf b = { .data = text, .size = sizeof(text) };

	address_bdaddr_text(&b, a);
	return json_bytes(p, "bdaddr", (const uint8_t *)text, b.len);
}

static char *put_can(char *p, const struct address *a)
{
	p = json_u64(p, "ifindex", a->can.ifindex);
	if (a->can.transport) {
		p = json_u64(p, "rx_id", a->can.rx_id);
		p = json_u64(p, "tx_id", a->can.tx_id);
	}
	if (a->can.j1939) {
		p = json_id(p, "j1939_name", a->can.name);
		p = json_u64(p, "j1939_pgn", a->can.pgn);
		p = json_u64(p, "j1939_addr", a->can.addr);
	}
	return p;
}

static char *put_tipc(char *p, const struct address *a)
{
	p = json_u64(p, "tipc_type", a->tipc.type);
	p = json_s64(p, "tipc_scope", a->tipc.scope);
	p = json_u64(p, "tipc_first", a->tipc.first);
	p = json_u64(p, "tipc_second", a->tipc.second);
	return json_u64(p, "tipc_third", a->tipc.third);
}

/* The members of struct address, by family. */
static char *put_members(char *p, const struct address *a)
{
	switch (a->kind) {
	case ADDRESS_UNKNOWN:
	case ADDRESS_EMPTY:
	case ADDRESS_OTHER:
		break;
	case ADDRESS_SHORT:
		p = json_bool(p, "short", true);
		break;
	case ADDRESS_INET:
	case ADDRESS_INET6:
		p = put_ip(p, a);
		break;
	case ADDRESS_UNIX_PATH:
		p = json_bytes(p, "path", a->un.data, a->un.len);
		break;
	case ADDRESS_UNIX_ABSTRACT:
		p = json_bytes(p, "abstract", a->un.data, a->un.len);
		break;
	case ADDRESS_UNIX_AUTOBIND:
		p = json_bool(p, "autobind", true);
		break;
	case ADDRESS_NETLINK:
		p = json_u64(p, "port_id", a->netlink.pid);
		p = json_u64(p, "groups", a->netlink.groups);
		break;
	case ADDRESS_PACKET:
		p = json_u64(p, "ethertype", a->packet.protocol);
		p = json_u64(p, "ifindex", a->packet.ifindex);
		break;
	case ADDRESS_VSOCK:
		p = json_u64(p, "cid", a->vsock.cid);
		p = json_u64(p, "port", a->vsock.port);
		break;
	case ADDRESS_ALG:
		p = json_bytes(p, "alg_type", a->alg.type.data, a->alg.type.len);
		p = json_bytes(p, "alg_name", a->alg.name.data, a->alg.name.len);
		break;
	case ADDRESS_XDP:
		p = json_u64(p, "ifindex", a->xdp.ifindex);
		p = json_u64(p, "queue", a->xdp.queue);
		break;
	case ADDRESS_CAN:
		p = put_can(p, a);
		break;
	case ADDRESS_BT_HCI:
		p = json_u64(p, "dev", a->bt.dev);
		p = json_u64(p, "channel", a->bt.channel);
		break;
	case ADDRESS_BT_L2CAP:
		p = put_bdaddr(p, a);
		p = json_u64(p, "psm", a->bt.psm);
		p = json_u64(p, "cid", a->bt.cid);
		break;
	case ADDRESS_BT_RFCOMM:
		p = put_bdaddr(p, a);
		p = json_u64(p, "channel", a->bt.channel);
		break;
	case ADDRESS_BT_SCO:
	case ADDRESS_BT_ISO:
		p = put_bdaddr(p, a);
		break;
	case ADDRESS_TIPC:
		p = put_tipc(p, a);
		break;
	case ADDRESS_QIPCRTR:
		p = json_u64(p, "node", a->qipcrtr.node);
		p = json_u64(p, "port", a->qipcrtr.port);
		break;
	}
	return p;
}

/* As address_text() has it: most are of IP, with nothing to escape. */
static char *put_ip_text(char *p, const struct address *a)
{
	p = json_text(json_key(p, "text"), "\"");
	if (a->kind == ADDRESS_INET6)
		*p++ = '[';
	p = address_ip_put(p, a);
	p = a->kind == ADDRESS_INET6 ? json_text(p, "]:") : json_text(p, ":");
	return json_text(digits_u64(p, a->inet.port), "\",");
}

static char *put_text(char *p, const struct address *a,
		      const struct address_socket *socket)
{
	char text[ADDRESS_TEXT_MAX];
	struct buf b = { .data = text, .size = sizeof(text) };

	if (((a->kind == ADDRESS_INET && a->family == AF_INET) ||
	     (a->kind == ADDRESS_INET6 && !a->inet.scope_id)) &&
	    !a->inet.portless)
		return put_ip_text(p, a);
	address_text(&b, a, socket, false);
	return json_bytes(p, "text", (const uint8_t *)text, b.len);
}

static char *put_address(char *p, const struct address *a,
			 const struct address_socket *socket)
{
	p = json_u64(p, "len", a->raw.len);
	if (a->family >= 0)
		p = put_family(p, (unsigned int)a->family);
	p = put_text(p, a, socket);
	p = put_members(p, a);
	p = json_hex(p, "raw", a->raw.data, a->raw.len);
	return json_close(p);
}

/* Most sockets get what they asked for. */
static char *put_addresses(char *p, const struct bind_event *event)
{
	const struct address *asked = &event->request;
	const struct address *got = &event->final;
	const char *value;

	if (event->odd & ODD_REQUEST)
		return event->has_final ?
		       put_address(json_open(p, "final"), got, &event->socket) :
		       p;
	p = json_open(p, "request");
	value = p;
	p = put_address(p, asked, &event->socket);
	if (!event->has_final)
		return p;
	if (asked->raw.len == got->raw.len &&
	    !memcmp(asked->raw.data, got->raw.data, got->raw.len))
		return mempcpy(json_open(p, "final"), value,
			       (size_t)(p - value));
	return put_address(json_open(p, "final"), got, &event->socket);
}

static char *put_odd(char *p, unsigned int odd)
{
	unsigned int bit;

	if (!odd)
		return p;
	p = json_text(json_key(p, "odd"), "[");
	for (bit = 0; decode_odd_name(bit); bit++)
		if (odd & 1U << bit)
			p = json_text(stpcpy(json_text(p, "\""),
					     decode_odd_name(bit)), "\",");
	return json_text(p - 1, "],");
}

static void json_bind(struct output *out, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	struct buf *b = &out->buf;
	char *p = b->data + b->len;

	assert(buf_room(b) >= OUTPUT_EVENT_MAX);
	p = json_begin(p);
	p = json_name(p, "type", "bind");
	p = put_time(p, &out->clock, raw->time_real);
	p = json_u64(p, "boot_ns", raw->time_boot);
	p = put_identity(p, out);
	p = json_u64(p, "cpu", raw->hdr.cpu);
	p = json_u64(p, "seq", raw->hdr.seq);
	p = put_outcome(p, event);
	p = json_name(p, "proto", names_socket(raw->family, raw->sock_type,
					       raw->protocol));
	p = put_via(p, raw);
	p = put_labels(p, event);
	p = put_process(p, event);
	p = put_container(p, event->names);
	p = put_namespaces(p, raw);
	p = put_socket(p, event);
	p = put_addresses(p, event);
	if (raw->hdr.flags & SOCKBIND_F_FINAL_PRIVATE)
		p = json_bool(p, "final_private", true);
	p = put_odd(p, event->odd);
	p = json_end(p);
	b->len = (size_t)(p - b->data);
}

static void json_lost(struct output *out, const struct lost_event *event)
{
	struct buf *b = &out->buf;
	char *p = b->data + b->len;

	assert(buf_room(b) >= OUTPUT_EVENT_MAX);
	p = json_begin(p);
	p = json_name(p, "type", "lost");
	p = put_identity(p, out);
	p = json_u64(p, "cpu", event->cpu);
	p = json_u64(p, "first", event->first);
	p = json_u64(p, "last", event->last);
	if (event->count)
		p = json_u64(p, "count", event->count);
	p = put_odd(p, event->odd);
	p = json_end(p);
	b->len = (size_t)(p - b->data);
}

static void json_blind(struct output *out, const struct blind_event *event)
{
	struct buf *b = &out->buf;
	char *p = b->data + b->len;

	assert(buf_room(b) >= OUTPUT_EVENT_MAX);
	p = json_begin(p);
	p = json_name(p, "type", "blind");
	p = put_identity(p, out);
	p = put_time(p, &out->clock, event->time);
	p = json_name(p, "unseen", watch_unseen_name(event->unseen));
	if (event->why)
		p = json_bytes(p, "why", (const uint8_t *)event->why,
			       strlen(event->why));
	else
		p = json_u64(p, "lasted_ns", event->lasted);
	p = json_end(p);
	b->len = (size_t)(p - b->data);
}

const struct output_ops output_json = {
	.name = "json",
	.help = "a JSON object per line",
	.needs = RESOLVE_USER | RESOLVE_LOGIN | RESOLVE_EXE | RESOLVE_CGROUP,
	.bind = json_bind,
	.lost = json_lost,
	.blind = json_blind,
};
