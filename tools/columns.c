// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "array.h"
#include "columns.h"
#include "decode.h"
#include "escape.h"
#include "identity.h"
#include "known.h"
#include "labels.h"
#include "names.h"
#include "output.h"
#include "resolve.h"

/* Of a container's id, docker ps shows that much. */
#define CONTAINER_ID	64
#define CONTAINER_SHORT	12

#define OPTION_LETTERS	6

static void put_name(struct output *out, const char *name)
{
	if (name)
		buf_str(&out->buf, name);
}

static void put_bytes(struct output *out, const struct address_bytes *bytes)
{
	escape_text(&out->buf, bytes->data, bytes->len, out->utf8);
}

static void put_number(struct output *out, uint64_t number)
{
	buf_u64(&out->buf, number);
}

static void put_if_known(struct output *out, uint32_t number)
{
	if (number != SOCKBIND_UNKNOWN)
		put_number(out, number);
}

static void put_unless_zero(struct output *out, uint64_t number)
{
	if (number)
		put_number(out, number);
}

static void put_yes_or_no(struct output *out, bool yes)
{
	buf_str(&out->buf, yes ? "yes" : "no");
}

static void put_time(struct output *out, const struct bind_event *event)
{
	clock_put_local(&out->clock, &out->buf, event->raw.time_real);
}

static void put_date(struct output *out, const struct bind_event *event)
{
	clock_put_date(&out->clock, &out->buf, event->raw.time_real);
}

static void put_timestamp(struct output *out, const struct bind_event *event)
{
	clock_put_utc(&out->clock, &out->buf, event->raw.time_real);
}

static void put_duration(struct output *out, const struct bind_event *event)
{
	if (event->raw.hdr.flags & SOCKBIND_F_RESULT)
		put_number(out, event->raw.duration);
}

static void put_pid(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.pid);
}

static void put_tid(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.tid);
}

static void put_ppid(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.ppid);
}

static void put_nspid(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.ns_pid);
}

static void put_comm(struct output *out, const struct bind_event *event)
{
	put_bytes(out, &event->comm);
}

static void put_thread(struct output *out, const struct bind_event *event)
{
	put_bytes(out, &event->thread_comm);
}

/* Where the record has none, /proc may have had one, which is the host's. */
static void put_exe(struct output *out, const struct bind_event *event)
{
	const struct known *process = event->process;

	if (!process || !process->path.len) {
		put_bytes(out, &event->names->exe);
		return;
	}
	buf_str(&out->buf, known_mark(process));
	put_bytes(out, &process->path);
	if (process->raw.hdr.flags & SOCKBIND_P_DELETED)
		buf_str(&out->buf, " (deleted)");
}

static void put_exe_owner(struct output *out, const struct bind_event *event)
{
	const struct known *process = event->process;

	if (!process || process->raw.exe_uid == SOCKBIND_UNKNOWN)
		return;
	put_number(out, process->raw.exe_uid);
	buf_char(&out->buf, ':');
	put_number(out, process->raw.exe_gid);
}

static void put_word(struct output *out, size_t start, const char *word)
{
	if (!word)
		return;
	if (out->buf.len > start)
		buf_char(&out->buf, ',');
	buf_str(&out->buf, word);
}

static void put_exe_flags(struct output *out, const struct bind_event *event)
{
	const size_t start = out->buf.len;
	size_t i;

	for (i = 0; event->process && i < KNOWN_FLAGS; i++)
		put_word(out, start, known_flag(event->process, i));
}

/* As a shell would take it but for quotes: what has them is no argument's end. */
static void put_cmdline(struct output *out, const struct bind_event *event)
{
	const struct known *process = event->process;
	struct address_bytes rest, argument;
	const char *space = "";

	if (!process)
		return;
	rest = process->cmdline;
	while (known_argument(&rest, &argument)) {
		buf_str(&out->buf, space);
		put_bytes(out, &argument);
		space = " ";
	}
	if (process->raw.hdr.flags & SOCKBIND_P_CMDLINE_CUT)
		buf_str(&out->buf, "...");
}

/* The parent first. */
static void put_parents(struct output *out, const struct bind_event *event)
{
	const struct known *process = event->process;
	struct address_bytes comm;
	size_t i;

	for (i = 0; process && i < process->raw.ancestors; i++) {
		if (i)
			buf_char(&out->buf, ',');
		comm = known_ancestor(process, i);
		put_bytes(out, &comm);
		buf_char(&out->buf, ':');
		put_number(out, process->raw.ancestor_pid[i]);
	}
}

static void put_name_or_number(struct output *out,
			       const struct address_bytes *name,
			       uint32_t number)
{
	if (name->len)
		put_bytes(out, name);
	else
		put_if_known(out, number);
}

/* The effective user: that is whom the kernel judges. */
static void put_user(struct output *out, const struct bind_event *event)
{
	put_name_or_number(out, &event->names->user, event->raw.euid);
}

static void put_login(struct output *out, const struct bind_event *event)
{
	put_name_or_number(out, &event->names->login_user, event->raw.loginuid);
}

/* A name of a machine is not an id, and is shown in full. */
static bool is_long_id(const struct address_bytes *id)
{
	size_t i;

	for (i = 0; i < id->len; i++)
		if (!strchr("0123456789abcdef", id->data[i]))
			return false;
	return id->len == CONTAINER_ID;
}

static void put_container(struct output *out, const struct bind_event *event)
{
	struct address_bytes id = event->names->container;

	if (is_long_id(&id))
		id.len = CONTAINER_SHORT;
	put_bytes(out, &id);
}

static void put_who(struct output *out, const struct bind_event *event)
{
	put_user(out, event);
	if (!event->names->container.len)
		return;
	buf_char(&out->buf, '@');
	put_container(out, event);
}

static void put_runtime(struct output *out, const struct bind_event *event)
{
	put_bytes(out, &event->names->runtime);
}

static void put_pod(struct output *out, const struct bind_event *event)
{
	put_bytes(out, &event->names->pod);
}

static void put_cgroup(struct output *out, const struct bind_event *event)
{
	put_bytes(out, &event->names->cgroup);
}

static void put_cgroup_id(struct output *out, const struct bind_event *event)
{
	put_unless_zero(out, event->raw.cgroup);
}

static void put_uid(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.uid);
}

static void put_euid(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.euid);
}

static void put_gid(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.gid);
}

static void put_egid(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.egid);
}

static void put_session(struct output *out, const struct bind_event *event)
{
	put_if_known(out, event->raw.sessionid);
}

static void put_cap(struct output *out, const struct bind_event *event)
{
	put_yes_or_no(out, event->raw.hdr.flags & SOCKBIND_F_CAP_NET_BIND);
}

/* A negative errno by its name, what is odd by its number. */
static void put_returned(struct output *out, int32_t number)
{
	const char *name =
		decode_is_error(number) ? names_errno(-number) : NULL;

	if (name) {
		buf_str(&out->buf, name);
		return;
	}
	if (decode_is_error(number))
		buf_str(&out->buf, "errno ");
	else if (number < 0)
		buf_char(&out->buf, '-');
	buf_u64(&out->buf, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void put_result(struct output *out, const struct bind_event *event)
{
	if (event->succeeded) {
		buf_str(&out->buf, "ok");
		return;
	}
	if (!event->returned) {
		buf_char(&out->buf, '?');
		return;
	}
	put_returned(out, event->returned);
	if (event->lsm_error || event->odd & ODD_LSM)
		buf_str(&out->buf, "/lsm");
}

static void put_errno(struct output *out, const struct bind_event *event)
{
	if (event->raw.hdr.flags & SOCKBIND_F_RESULT &&
	    !(event->odd & ODD_RESULT))
		put_number(out, (unsigned int)event->error);
}

static void put_lsm(struct output *out, const struct bind_event *event)
{
	if (!(event->raw.hdr.flags & SOCKBIND_F_LSM))
		return;
	if (event->raw.lsm)
		put_returned(out, event->raw.lsm);
	else
		buf_str(&out->buf, "ok");
}

static void put_family(struct output *out, const struct bind_event *event)
{
	const char *name = names_family(event->raw.family);

	if (name)
		buf_str(&out->buf, name);
	else
		put_number(out, event->raw.family);
}

static void put_proto(struct output *out, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	const char *name = names_socket(raw->family, raw->sock_type,
					raw->protocol);

	if (name)
		buf_str(&out->buf, name);
	else
		put_family(out, event);
}

static void put_type(struct output *out, const struct bind_event *event)
{
	const char *name = names_type(event->raw.sock_type);

	if (name)
		buf_str(&out->buf, name);
	else
		put_number(out, event->raw.sock_type);
}

static void put_asked(struct output *out, const struct bind_event *event)
{
	if (!(event->odd & ODD_REQUEST))
		address_text(&out->buf, &event->request, &event->socket,
			     out->utf8);
}

static void put_final(struct output *out, const struct bind_event *event)
{
	if (event->has_final)
		address_text(&out->buf, &event->final, &event->socket,
			     out->utf8);
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
		put_number(out, event->final.inet.port);
	} else {
		put_final(out, event);
	}
}

static void put_host(struct output *out, const struct bind_event *event)
{
	address_host_text(&out->buf, bind_event_address(event), &event->socket,
			  out->utf8);
}

static void put_port(struct output *out, const struct bind_event *event)
{
	if (label_has_port(event) && label_port_number(event) != LABEL_VSOCK_ANY)
		put_number(out, label_port_number(event));
}

/* The positions and letters of bindsnoop(8), and one more. */
static void put_opts(struct output *out, const struct bind_event *event)
{
	label_options(&out->buf, event->raw.opts, OPTION_LETTERS);
}

static void put_interface(struct output *out, const struct bind_event *event)
{
	if (event->socket.ifname.len)
		put_bytes(out, &event->socket.ifname);
	else
		put_unless_zero(out, event->raw.ifindex);
}

static void put_fd(struct output *out, const struct bind_event *event)
{
	if (event->raw.fd >= 0 && !(event->odd & ODD_FD))
		put_number(out, (unsigned int)event->raw.fd);
}

static void put_inode(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.inode);
}

static void put_mark(struct output *out, const struct bind_event *event)
{
	buf_str(&out->buf, "0x");
	buf_hex(&out->buf, event->raw.mark, 1);
}

static void put_netns(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.netns);
}

static void put_netcookie(struct output *out, const struct bind_event *event)
{
	put_unless_zero(out, event->raw.netns_cookie);
}

static void put_mntns(struct output *out, const struct bind_event *event)
{
	put_unless_zero(out, event->raw.mntns);
}

static void put_pidns(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.pidns);
}

static void put_userns(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.userns);
}

static void put_via(struct output *out, const struct bind_event *event)
{
	const __u8 flags = event->raw.via_flags;

	const char *name = names_via(event->raw.via);

	if (name)
		put_name(out, name);
	else
		put_unless_zero(out, event->raw.via);
	if (flags & SOCKBIND_VIA_COMPAT)
		buf_str(&out->buf, "/compat");
	if (flags & SOCKBIND_VIA_X32)
		buf_str(&out->buf, "/x32");
	if (flags & SOCKBIND_VIA_WORKER)
		buf_str(&out->buf, "/worker");
}

static void put_cpu(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.hdr.cpu);
}

static void put_seq(struct output *out, const struct bind_event *event)
{
	put_number(out, event->raw.hdr.seq);
}

static void put_host_name(struct output *out, const struct bind_event *event)
{
	(void)event;
	put_bytes(out, &out->identity->host);
}

static void put_boot_id(struct output *out, const struct bind_event *event)
{
	(void)event;
	put_bytes(out, &out->identity->boot_id);
}

static void put_instance(struct output *out, const struct bind_event *event)
{
	(void)event;
	put_bytes(out, &out->identity->instance);
}

static void put_category(struct output *out, const struct bind_event *event)
{
	put_name(out, label_port_name(label_port(event)));
}

static void put_privileged(struct output *out, const struct bind_event *event)
{
	if (label_port_chosen(event))
		put_yes_or_no(out, label_privileged(event));
}

static void put_scope(struct output *out, const struct bind_event *event)
{
	put_name(out, label_scope_name(label_scope(event)));
}

static void put_ephemeral(struct output *out, const struct bind_event *event)
{
	if (!(event->odd & ODD_REQUEST))
		put_yes_or_no(out, label_ephemeral(event));
}

static void put_shared(struct output *out, const struct bind_event *event)
{
	put_yes_or_no(out, label_shared(event));
}

static void put_labels(struct output *out, const struct bind_event *event)
{
	const size_t start = out->buf.len;

	put_word(out, start, label_scope_name(label_scope(event)));
	put_word(out, start, label_port_name(label_port(event)));
	if (label_privileged(event))
		put_word(out, start, "privileged");
	if (label_ephemeral(event))
		put_word(out, start, "ephemeral");
	if (label_shared(event))
		put_word(out, start, "shared");
}

static void put_odd(struct output *out, const struct bind_event *event)
{
	const size_t start = out->buf.len;
	unsigned int bit;

	for (bit = 0; decode_odd_name(bit); bit++)
		if (event->odd & 1U << bit)
			put_word(out, start, decode_odd_name(bit));
}

#define COLUMN(column, head, narrow, full, text, ...) { \
	.name = column, .title = head, .width = narrow, .wide = full, \
	.help = text, ##__VA_ARGS__ }

static const struct column columns[] = {
	COLUMN("time", "TIME", 15, 15, "time of the bind, local",
	       .put = put_time),
	COLUMN("date", "DATE", 10, 10, "day of the bind, local",
	       .put = put_date),
	COLUMN("timestamp", "TIMESTAMP", 30, 30, "day and time in UTC, RFC 3339",
	       .put = put_timestamp),
	COLUMN("duration", "DURATION", 8, 10, "how long the bind took, in ns",
	       .right = true, .put = put_duration),
	COLUMN("pid", "PID", 6, 7, "process", .right = true, .put = put_pid),
	COLUMN("tid", "TID", 6, 7, "thread", .right = true, .put = put_tid),
	COLUMN("ppid", "PPID", 6, 7, "parent process", .right = true,
	       .put = put_ppid),
	COLUMN("nspid", "NSPID", 6, 7, "process, in its own pid namespace",
	       .right = true, .put = put_nspid),
	COLUMN("comm", "COMM", 12, 15, "program", .put = put_comm),
	COLUMN("thread", "THREAD", 12, 15, "name of the thread",
	       .put = put_thread),
	COLUMN("exe", "EXE", 20, 32, "executable file; % before it: not on the host",
	       .needs = RESOLVE_EXE, .put = put_exe),
	COLUMN("exe-owner", "OWNER", 9, 11, "owner and group of that file",
	       .put = put_exe_owner),
	COLUMN("exe-flags", "EXE-FLAGS", 12, 16,
	       "deleted, memfd, elsewhere, setuid, setgid",
	       .put = put_exe_flags),
	COLUMN("cmdline", "CMDLINE", 24, 48,
	       "command line, as the process has it", .put = put_cmdline),
	COLUMN("parents", "PARENTS", 24, 40, "names and pids of its ancestors",
	       .put = put_parents),
	COLUMN("user", "USER", 8, 12, "effective user",
	       .needs = RESOLVE_USER, .put = put_user),
	COLUMN("who", "USER", 8, 25, "effective user, @container if in one",
	       .needs = RESOLVE_USER | RESOLVE_CGROUP, .put = put_who),
	COLUMN("login", "LOGIN", 8, 12, "user who logged in",
	       .needs = RESOLVE_LOGIN, .put = put_login),
	COLUMN("uid", "UID", 5, 10, "real user id", .right = true,
	       .put = put_uid),
	COLUMN("euid", "EUID", 5, 10, "effective user id", .right = true,
	       .put = put_euid),
	COLUMN("gid", "GID", 5, 10, "real group id", .right = true,
	       .put = put_gid),
	COLUMN("egid", "EGID", 5, 10, "effective group id", .right = true,
	       .put = put_egid),
	COLUMN("session", "SESSION", 7, 10, "audit session", .right = true,
	       .put = put_session),
	COLUMN("cap", "CAP", 3, 3, "CAP_NET_BIND_SERVICE in effect",
	       .put = put_cap),
	COLUMN("container", "CONTAINER", 12, 12, "container, short id or name",
	       .needs = RESOLVE_CGROUP, .put = put_container),
	COLUMN("runtime", "RUNTIME", 10, 14, "what runs the container",
	       .needs = RESOLVE_CGROUP, .put = put_runtime),
	COLUMN("pod", "POD", 36, 36, "uid of the Kubernetes pod",
	       .needs = RESOLVE_CGROUP, .put = put_pod),
	COLUMN("cgroup", "CGROUP", 24, 48, "path of the cgroup",
	       .needs = RESOLVE_CGROUP, .put = put_cgroup),
	COLUMN("cgroup-id", "CGROUPID", 8, 10, "id of the cgroup", .right = true,
	       .put = put_cgroup_id),
	COLUMN("result", "RESULT", 10, 18,
	       "ok, the error (/lsm: denied by a security module), ? unknown",
	       .color = COLUMN_RESULT, .odd = ODD_RESULT | ODD_LSM,
	       .put = put_result),
	COLUMN("errno", "ERRNO", 5, 5, "number of the error, 0 for ok",
	       .right = true, .odd = ODD_RESULT, .put = put_errno),
	COLUMN("lsm", "LSM", 10, 10, "verdict of the security modules",
	       .odd = ODD_LSM, .put = put_lsm),
	COLUMN("family", "FAMILY", 10, 12, "address family of the socket",
	       .put = put_family),
	COLUMN("type", "TYPE", 11, 14, "type of the socket", .put = put_type),
	COLUMN("proto", "PROTO", 5, 5, "kind of socket, as in ss",
	       .put = put_proto),
	COLUMN("address", "ADDRESS", 18, 48,
	       "what was asked for and, if that differs, what it got",
	       .color = COLUMN_ADDRESS, .odd = ODD_REQUEST | ODD_FINAL,
	       .put = put_address),
	COLUMN("asked", "ASKED", 18, 48, "address that was asked for",
	       .odd = ODD_REQUEST, .put = put_asked),
	COLUMN("final", "FINAL", 18, 48, "address that the socket got",
	       .odd = ODD_FINAL, .put = put_final),
	COLUMN("addr", "ADDR", 15, 39, "address without the port, final if known",
	       .odd = ODD_REQUEST | ODD_FINAL, .put = put_host),
	COLUMN("port", "PORT", 5, 5, "port, final if known", .right = true,
	       .odd = ODD_REQUEST | ODD_FINAL, .put = put_port),
	COLUMN("opts", "OPTS", 6, 6,
	       "F freebind T transparent N no port R reuseaddr r reuseport 6 v6only",
	       .put = put_opts),
	COLUMN("if", "IF", 8, 15, "interface", .put = put_interface),
	COLUMN("fd", "FD", 3, 4, "descriptor of the socket", .right = true,
	       .odd = ODD_FD, .put = put_fd),
	COLUMN("inode", "INODE", 8, 10, "inode number of the socket, as in ss -e",
	       .right = true, .put = put_inode),
	COLUMN("mark", "MARK", 4, 10, "mark of the socket", .put = put_mark),
	COLUMN("netns", "NETNS", 10, 10, "network namespace of the socket",
	       .right = true, .put = put_netns),
	COLUMN("netcookie", "NETCOOKIE", 9, 9, "cookie of that namespace",
	       .right = true, .put = put_netcookie),
	COLUMN("mntns", "MNTNS", 10, 10, "mount namespace", .right = true,
	       .put = put_mntns),
	COLUMN("pidns", "PIDNS", 10, 10, "pid namespace", .right = true,
	       .put = put_pidns),
	COLUMN("userns", "USERNS", 10, 10, "user namespace", .right = true,
	       .put = put_userns),
	COLUMN("via", "VIA", 10, 15, "bind, socketcall or io_uring",
	       .put = put_via),
	COLUMN("cpu", "CPU", 3, 3, "CPU whose ring held the record",
	       .right = true, .put = put_cpu),
	COLUMN("seq", "SEQ", 8, 10, "number of the record on that CPU",
	       .right = true, .put = put_seq),
	COLUMN("category", "CATEGORY", 10, 10, "well-known, registered or dynamic port",
	       .put = put_category),
	COLUMN("privileged", "PRIV", 4, 4, "port needs a privilege in its namespace",
	       .put = put_privileged),
	COLUMN("scope", "SCOPE", 10, 10,
	       "wildcard, interface, loopback, link-local, private, public, ...",
	       .put = put_scope),
	COLUMN("ephemeral", "EPHEMERAL", 9, 9, "port 0 was asked for",
	       .put = put_ephemeral),
	COLUMN("shared", "SHARED", 6, 6, "SO_REUSEADDR or SO_REUSEPORT is set",
	       .put = put_shared),
	COLUMN("labels", "LABELS", 24, 30, "words for all of these",
	       .put = put_labels),
	COLUMN("host", "HOST", 12, 24, "host that the record is of",
	       .identity = true, .put = put_host_name),
	COLUMN("boot-id", "BOOT-ID", 36, 36, "boot of that host",
	       .identity = true, .put = put_boot_id),
	COLUMN("instance", "INSTANCE", 36, 36,
	       "load of the module: with CPU and SEQ the key of a record",
	       .identity = true, .put = put_instance),
	COLUMN("odd", "ODD", 6, 12, "what contradicts the rest of its record",
	       .put = put_odd),
};

static_assert(ARRAY_SIZE(columns) <= COLUMNS_MAX, "a list can name them all");

/**
 * column_at() - walk all columns
 * @index: place in the table
 *
 * Return: the column, or NULL behind the last one.
 */
const struct column *column_at(size_t index)
{
	return index < ARRAY_SIZE(columns) ? &columns[index] : NULL;
}

/**
 * column_find() - find a column by its name
 * @name: first character of the name
 * @len: its length
 *
 * Return: the column, or NULL.
 */
const struct column *column_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(columns); i++)
		if (strlen(columns[i].name) == len &&
		    !strncasecmp(columns[i].name, name, len))
			return &columns[i];
	return NULL;
}

static bool has_column(const struct column_list *list,
		       const struct column *column)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->cols[i] == column)
			return true;
	return false;
}

/**
 * column_list_parse() - read a list of columns
 * @list: result
 * @text: names with commas between them
 *
 * Return: NULL, or the part of @text that starts with what is wrong: no such
 * column, or one that has been named before.
 */
const char *column_list_parse(struct column_list *list, const char *text)
{
	const struct column *column;
	size_t len;

	list->count = 0;
	for (;; text++) {
		len = strcspn(text, ",");
		column = column_find(text, len);
		if (!column || has_column(list, column))
			return text;
		list->cols[list->count++] = column;
		text += len;
		if (!*text)
			return NULL;
	}
}

/**
 * column_list_needs() - names that columns want resolved
 * @list: the columns
 *
 * Return: RESOLVE_* of all of them.
 */
unsigned int column_list_needs(const struct column_list *list)
{
	unsigned int needs = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		needs |= list->cols[i]->needs;
	return needs;
}
