// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event security_socket_bind as Tracee 0.24 prints it with --output json:
 * every member, under its name, in its order and with its type. Where Tracee
 * is known to be wrong, sockbind-formats(5) says what stands here instead.
 */
#include <assert.h>
#include <sys/socket.h>

#include "decode.h"
#include "escape.h"
#include "json.h"
#include "known.h"
#include "output.h"
#include "resolve.h"

/* For what Tracee has numbers and names of its own. */
#define EVENT_ID	"738"
#define POLICY		"default"

/* Tracee rounds the time that a task began to that, for its hash. */
#define START_ROUND	100000000
#define HASH_SEED	0x18273645

static uint32_t rotate(uint32_t value, unsigned int bits)
{
	return value << bits | value >> (32 - bits);
}

static uint32_t swap32(uint32_t value)
{
	return __builtin_bswap32(value);
}

/* MurmurHash3, 32 bit, of three words; Tracee's bytes are big-endian. */
static uint32_t hash_words(uint32_t first, uint32_t second, uint32_t third)
{
	const uint32_t words[] = { swap32(first), swap32(second), swap32(third) };
	uint32_t hash = HASH_SEED;
	size_t i;

	for (i = 0; i < 3; i++) {
		hash ^= rotate(words[i] * 0xcc9e2d51, 15) * 0x1b873593;
		hash = rotate(hash, 13) * 5 + 0xe6546b64;
	}
	hash ^= sizeof(words);
	hash = (hash ^ hash >> 16) * 0x85ebca6b;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35;
	return hash ^ hash >> 16;
}

/* Tracee's id of a task: its number, and when it began. */
static uint32_t entity_id(uint32_t tid, uint64_t start)
{
	start -= start % START_ROUND;
	return hash_words(tid, (uint32_t)(start >> 32), (uint32_t)start);
}

/* A wall clock, as all of Tracee's times. */
static uint64_t process_start(const struct sockbind_bind *raw)
{
	return raw->time_real - raw->time_boot + raw->start_time;
}

static char *put_string(char *p, const struct address_bytes *bytes, size_t max)
{
	*p++ = '"';
	p = escape_json(p, bytes->data, bytes->len < max ? bytes->len : max,
			NULL);
	return json_text(p, "\"");
}

static char *put_name(char *p, const struct address_bytes *name)
{
	return json_text(put_string(p, name, OUTPUT_NAME_MAX), ",");
}

static char *put_ids(char *p, const struct sockbind_bind *raw)
{
	/* The record has when the process began, not the thread. */
	const bool leader = raw->tid == raw->pid;

	p = json_u64(p, "timestamp", raw->time_real);
	p = json_u64(p, "threadStartTime", leader ? process_start(raw) : 0);
	p = json_u64(p, "processorId", raw->hdr.cpu);
	p = json_u64(p, "processId", raw->ns_pid);
	p = json_u64(p, "cgroupId", raw->cgroup);
	p = json_u64(p, "threadId", raw->ns_tid);
	p = json_u64(p, "parentProcessId", raw->ns_ppid);
	p = json_u64(p, "hostProcessId", raw->pid);
	p = json_u64(p, "hostThreadId", raw->tid);
	p = json_u64(p, "hostParentProcessId", raw->ppid);
	p = json_u64(p, "userId", raw->uid);
	p = json_u64(p, "mountNamespace", raw->mntns);
	return json_u64(p, "pidNamespace", raw->pidns);
}

/* As the column exe has it: a path of another mount namespace has a % before it. */
static char *put_executable(char *p, const struct bind_event *event)
{
	const struct known *process = event->process;

	if (!process || !process->path.len)
		return put_string(p, &event->names->exe, OUTPUT_PATH_MAX);
	p = stpcpy(json_text(p, "\""), known_mark(process));
	p = escape_json(p, process->path.data, process->path.len, NULL);
	return json_text(p, "\"");
}

static char *put_names(char *p, const struct output *out,
		       const struct bind_event *event)
{
	const struct resolved *names = event->names;
	const char *host = out->host ? out->host : "";
	const struct address_bytes host_bytes = {
		(const uint8_t *)host, strlen(host),
	};

	p = put_name(json_key(p, "processName"), &event->thread_comm);
	p = json_text(json_key(p, "executable"), "{\"path\":");
	p = put_executable(p, event);
	p = json_text(p, "},");
	p = put_name(json_key(p, "hostName"), &host_bytes);
	p = put_name(json_key(p, "containerId"), &names->container);
	p = json_text(json_key(p, "container"), "{");
	if (names->container.len)
		p = put_string(json_key(p, "id"), &names->container,
			       OUTPUT_NAME_MAX);
	p = json_text(json_key(json_text(p, "},"), "kubernetes"), "{");
	if (names->pod.len)
		p = put_string(json_key(p, "podUID"), &names->pod,
			       OUTPUT_NAME_MAX);
	return json_text(p, "},");
}

static const char *syscall_name(const struct sockbind_bind *raw)
{
	switch (raw->via) {
	case SOCKBIND_VIA_BIND:
		return "bind";
	case SOCKBIND_VIA_SOCKETCALL:
		return "socketcall";
	case SOCKBIND_VIA_IO_URING:
		return "io_uring_enter";
	default:
		return "";
	}
}

static char *put_call(char *p, const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	const uint64_t start = process_start(raw);
	const bool in_container = event->names->container.len;

	p = json_name(p, "eventId", EVENT_ID);
	p = json_name(p, "eventName", "security_socket_bind");
	p = json_text(p, "\"matchedPolicies\":[\"" POLICY "\"],");
	p = json_u64(p, "argsNum", 2);
	p = json_s64(p, "returnValue", event->returned);
	p = json_name(p, "syscall", syscall_name(raw));
	p = json_text(p, "\"stackAddresses\":null,");
	p = json_open(p, "contextFlags");
	p = json_bool(p, "containerStarted", in_container);
	p = json_bool(p, "isCompat", raw->via_flags & SOCKBIND_VIA_COMPAT);
	p = json_close(p);
	p = json_u64(p, "threadEntityId",
		     raw->tid == raw->pid ? entity_id(raw->tid, start) : 0);
	p = json_u64(p, "processEntityId", entity_id(raw->pid, start));
	return json_u64(p, "parentEntityId", 0);
}

static char *put_number(char *p, const char *name, uint64_t number)
{
	*p++ = '"';
	p = json_text(stpcpy(p, name), "\":\"");
	return json_text(digits_u64(p, number), "\",");
}

/* As Go prints it: an IPv4 address that is mapped loses its prefix. */
static char *put_ipv6(char *p, const struct address *a)
{
	static const char mapped[] = "::ffff:";
	char text[ADDRESS_IP_MAX];
	size_t skip;

	*address_ip_put(text, a) = '\0';
	skip = strchr(text, '.') ? sizeof(mapped) - 1 : 0;
	return json_name(p, "sin6_addr", text + skip);
}

static char *put_path(char *p, const char *prefix,
		      const struct address_bytes *path)
{
	p = stpcpy(json_text(json_key(p, "sun_path"), "\""), prefix);
	p = escape_json(p, path->data, path->len, NULL);
	return json_text(p, "\",");
}

static char *put_sockaddr(char *p, const struct address *a)
{
	static const struct address_bytes nothing;

	/* Keys are in the order of the alphabet: Tracee has a map there. */
	switch (a->kind) {
	case ADDRESS_INET:
		p = json_name(p, "sa_family", "AF_INET");
		p = json_text(json_key(p, "sin_addr"), "\"");
		p = json_text(address_ip_put(p, a), "\",");
		return put_number(p, "sin_port", a->inet.port);
	case ADDRESS_INET6:
		p = json_name(p, "sa_family", "AF_INET6");
		p = put_ipv6(p, a);
		p = put_number(p, "sin6_flowinfo", a->inet.flowinfo);
		p = put_number(p, "sin6_port", a->inet.port);
		return put_number(p, "sin6_scopeid", a->inet.scope_id);
	case ADDRESS_UNIX_PATH:
		p = json_name(p, "sa_family", "AF_UNIX");
		return put_path(p, "", &a->un);
	case ADDRESS_UNIX_ABSTRACT:
		p = json_name(p, "sa_family", "AF_UNIX");
		return put_path(p, "@", &a->un);
	case ADDRESS_UNIX_AUTOBIND:
		p = json_name(p, "sa_family", "AF_UNIX");
		return put_path(p, "", &nothing);
	default:
		return json_name(p, "sa_family", a->family == AF_INET ?
				 "AF_INET" : "AF_INET6");
	}
}

static char *put_args(char *p, const struct bind_event *event)
{
	p = json_text(p, "\"args\":[{\"name\":\"sockfd\",\"type\":\"int32\",");
	p = json_close(json_s64(p, "value", event->odd & ODD_FD ? -1 : event->raw.fd));
	p = json_text(p, "{\"name\":\"local_addr\",\"type\":\"SockAddr\",");
	p = put_sockaddr(json_open(p, "value"), &event->request);
	p = json_close(json_close(p));
	/* The comma behind the last one gives way. */
	return json_text(p - 1, "],");
}

/* Tracee knows no others. The kernel takes AF_UNSPEC for AF_INET there. */
static bool is_known(const struct address *a)
{
	return a->kind == ADDRESS_INET || a->family == AF_INET ||
	       a->family == AF_INET6 || a->family == AF_UNIX;
}

static void tracee_bind(struct output *out, const struct bind_event *event)
{
	struct buf *b = &out->buf;
	char *p = b->data + b->len;

	assert(buf_room(b) >= OUTPUT_EVENT_MAX);
	if (!is_known(&event->request))
		return;
	p = json_begin(p);
	p = put_ids(p, &event->raw);
	p = put_names(p, out, event);
	p = put_call(p, event);
	p = put_args(p, event);
	p = json_end(p);
	b->len = (size_t)(p - b->data);
}

const struct output_ops output_tracee = {
	.name = "tracee",
	.help = "security_socket_bind as Tracee 0.24 prints it in JSON",
	.needs = RESOLVE_EXE | RESOLVE_CGROUP,
	.bind = tracee_bind,
};
