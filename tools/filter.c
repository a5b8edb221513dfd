// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "buf.h"
#include "decode.h"
#include "filter.h"
#include "known.h"
#include "labels.h"
#include "names.h"
#include "resolve.h"

#define MAX_FAMILY	63
#define MAX_PROTOCOL	262	/* IPPROTO_MPTCP, the largest that has a name */

/* Largest process id that a kernel gives; inodes of namespaces are larger. */
#define MAX_PID		4194304

#define RESULT_UNKNOWN	(DECODE_MAX_ERRNO + 1)
#define RESULT_ODD	(DECODE_MAX_ERRNO + 2)

/* Ids of containers have 32 or 64 digits, and are given by their first ones. */
#define CONTAINER_ID	32

#define CGROUP_ROOT	"/sys/fs/cgroup"

/**
 * struct filter_item - a member of a list
 * @negated: it is left out
 * @text: what it was written as, or a pattern
 * @by_text: @text is compared; else a range, or a network
 * @first: first number of the range
 * @last: last number of the range
 * @ip: address of the network, an IPv4 one mapped to IPv6
 * @bits: length of its prefix
 * @needs: names that it wants resolved, RESOLVE_*
 * @local: it names something of this host
 */
struct filter_item {
	bool negated;
	bool by_text;
	bool local;
	const char *text;
	uint32_t first;
	uint32_t last;
	uint8_t ip[16];
	unsigned int bits;
	unsigned int needs;
};

/**
 * struct kind - what is special to a kind of list
 * @parse: take @text of an item; false: it is wrong
 * @match: the item fits the bind
 * @cure: what it should be
 */
struct kind {
	bool (*parse)(struct filter_item *item);
	bool (*match)(const struct filter_item *item,
		      const struct bind_event *event);
	const char *cure;
};

static bool parse_number(const char *text, const char **end, uint32_t max,
			 uint32_t *number)
{
	unsigned long value;
	char *rest;

	if (!isdigit(*text))
		return false;
	errno = 0;
	value = strtoul(text, &rest, 10);
	if (errno || value > max)
		return false;
	*number = (uint32_t)value;
	*end = rest;
	return true;
}

/* NUMBER or NUMBER-NUMBER */
static bool parse_range(struct filter_item *item, uint32_t max)
{
	const char *end;

	if (!parse_number(item->text, &end, max, &item->first))
		return false;
	item->last = item->first;
	if (*end == '-' && !parse_number(end + 1, &end, max, &item->last))
		return false;
	return !*end && item->first <= item->last;
}

static void set_number(struct filter_item *item, uint32_t number)
{
	item->first = number;
	item->last = number;
}

static bool in_range(const struct filter_item *item, uint32_t number)
{
	return number >= item->first && number <= item->last;
}

/* Bytes from outside may hold anything; a pattern ends at its NUL. */
static bool match_pattern(const char *pattern, struct address_bytes bytes)
{
	char text[SOCKBIND_ADDR_MAX + 1];
	size_t i;

	if (bytes.len >= sizeof(text))
		return false;
	for (i = 0; i < bytes.len; i++)
		text[i] = bytes.data[i] ? (char)bytes.data[i] : '@';
	text[i] = '\0';
	return !fnmatch(pattern, text, 0);
}

static bool begins_with(struct address_bytes bytes, const char *text)
{
	const size_t len = strlen(text);

	return bytes.len >= len && !memcmp(bytes.data, text, len);
}

static bool parse_pid(struct filter_item *item)
{
	return parse_range(item, UINT32_MAX);
}

static bool match_pid(const struct filter_item *item,
		      const struct bind_event *event)
{
	return in_range(item, event->raw.pid);
}

/* Those of AF_VSOCK have 32 bits. */
static bool parse_port(struct filter_item *item)
{
	return parse_range(item, UINT32_MAX);
}

static bool has_port(const struct filter_item *item, const struct address *a)
{
	return (address_is_inet(a) && in_range(item, a->inet.port)) ||
	       (a->kind == ADDRESS_VSOCK && in_range(item, a->vsock.port));
}

static bool match_port(const struct filter_item *item,
		       const struct bind_event *event)
{
	if (!label_has_port(event))
		return false;
	return has_port(item, &event->request) ||
	       (event->has_final && has_port(item, &event->final));
}

static bool parse_user(struct filter_item *item)
{
	if (isdigit(*item->text))
		return parse_range(item, UINT32_MAX);
	item->by_text = true;
	item->needs = RESOLVE_USER;
	return true;
}

static bool match_user(const struct filter_item *item,
		       const struct bind_event *event)
{
	if (!item->by_text)
		return in_range(item, event->raw.euid);
	return event->names->user.len == strlen(item->text) &&
	       begins_with(event->names->user, item->text);
}

/* With or without the root, and the slash at the end. */
static bool parse_cgroup(struct filter_item *item)
{
	const size_t root = strlen(CGROUP_ROOT);
	const char *path = item->text;
	size_t len;

	if (!strncmp(path, CGROUP_ROOT, root) &&
	    (path[root] == '/' || !path[root]))
		path += root;
	while (*path == '/')
		path++;
	len = strlen(path);
	while (len && path[len - 1] == '/')
		len--;
	item->text = strndup(path, len);
	item->needs = RESOLVE_CGROUP;
	return item->text;
}

/* The cgroup or one below. */
static bool match_cgroup(const struct filter_item *item,
			 const struct bind_event *event)
{
	struct address_bytes path = event->names->cgroup;
	const size_t len = strlen(item->text);

	if (!path.len || path.data[0] != '/')
		return false;
	path.data++;
	path.len--;
	return begins_with(path, item->text) &&
	       (!len || path.len == len || path.data[len] == '/');
}

static bool parse_text(struct filter_item *item)
{
	(void)item;
	return true;
}

static bool match_comm(const struct filter_item *item,
		       const struct bind_event *event)
{
	return match_pattern(item->text, event->comm) ||
	       match_pattern(item->text, event->thread_comm);
}

static bool parse_exe(struct filter_item *item)
{
	item->needs = RESOLVE_EXE;
	return true;
}

/* As the column exe has it: a path of another mount namespace has a % before it. */
static bool match_exe(const struct filter_item *item,
		      const struct bind_event *event)
{
	const struct known *process = event->process;
	const struct address_bytes *path = &event->names->exe;
	char text[PATH_MAX + 8];
	struct buf b = { .data = text, .size = sizeof(text) - 1 };

	if (process && process->path.len) {
		path = &process->path;
		buf_str(&b, known_mark(process));
	}
	if (!path->len)
		return false;
	buf_mem(&b, path->data, path->len);
	text[b.len] = '\0';
	return !fnmatch(item->text, text, 0);
}

/* inet, AF_INET or 2 */
static bool parse_family(struct filter_item *item)
{
	const char *text = item->text;
	const char *name;
	uint32_t i;

	if (isdigit(*text))
		return parse_range(item, UINT16_MAX);
	if (!strncasecmp(text, "af_", 3))
		text += 3;
	if (!strcasecmp(text, "local"))
		text = "unix";
	for (i = 0; i <= MAX_FAMILY; i++) {
		name = names_family(i);
		if (name && !strcasecmp(name + strlen("AF_"), text)) {
			set_number(item, i);
			return true;
		}
	}
	return false;
}

static bool match_family(const struct filter_item *item,
			 const struct bind_event *event)
{
	return in_range(item, event->raw.family) ||
	       (event->request.family >= 0 &&
		in_range(item, (uint32_t)event->request.family));
}

static bool is_protocol(uint32_t family, const char *text)
{
	const char *name;
	uint32_t type, protocol;

	for (type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++) {
		for (protocol = 0; protocol <= MAX_PROTOCOL; protocol++) {
			name = names_socket((uint16_t)family, (uint16_t)type,
					    (uint16_t)protocol);
			if (name && !strcmp(name, text))
				return true;
		}
	}
	return false;
}

/* As in the column, or the number of a protocol of IP. */
static bool parse_proto(struct filter_item *item)
{
	uint32_t family;

	if (isdigit(*item->text))
		return parse_range(item, UINT16_MAX);
	item->by_text = true;
	for (family = 0; family <= MAX_FAMILY; family++)
		if (is_protocol(family, item->text))
			return true;
	return false;
}

static bool match_proto(const struct filter_item *item,
			const struct bind_event *event)
{
	const struct sockbind_bind *raw = &event->raw;
	const char *name;

	if (!item->by_text)
		return (raw->family == AF_INET || raw->family == AF_INET6) &&
		       in_range(item, raw->protocol);
	name = names_socket(raw->family, raw->sock_type, raw->protocol);
	if (!name)
		return false;
	/* It is what most of its users take for TCP, and ss -t has it. */
	return !strcmp(name, item->text) ||
	       (!strcmp(name, "mptcp") && !strcmp(item->text, "tcp"));
}

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool parse_net(struct filter_item *item, const char *ip,
		      const char *bits)
{
	unsigned int max = 128;
	const char *end;

	if (inet_pton(AF_INET, ip, item->ip + sizeof(mapped)) == 1) {
		memcpy(item->ip, mapped, sizeof(mapped));
		max = 32;
	} else if (inet_pton(AF_INET6, ip, item->ip) != 1) {
		return false;
	}
	item->bits = max;
	if (bits && (!parse_number(bits, &end, max, &item->bits) || *end))
		return false;
	item->bits += 128 - max;
	return true;
}

/* IP, IP/BITS, or the name of a UNIX socket: /PATTERN, @PATTERN */
static bool parse_addr(struct filter_item *item)
{
	char ip[INET6_ADDRSTRLEN + 1];
	const char *slash;
	size_t len;

	item->by_text = *item->text == '/' || *item->text == '@';
	if (item->by_text)
		return true;
	slash = strchr(item->text, '/');
	len = slash ? (size_t)(slash - item->text) : strlen(item->text);
	if (len >= sizeof(ip))
		return false;
	memcpy(ip, item->text, len);
	ip[len] = '\0';
	return parse_net(item, ip, slash ? slash + 1 : NULL);
}

static bool match_net(const struct filter_item *item, const struct address *a)
{
	const unsigned int bytes = item->bits / 8;
	const unsigned int rest = 8 - item->bits % 8;
	uint8_t ip[16];

	if (!address_is_inet(a))
		return false;
	memcpy(ip, a->inet.ip, sizeof(ip));
	if (a->kind == ADDRESS_INET) {
		memcpy(ip, mapped, sizeof(mapped));
		memcpy(ip + sizeof(mapped), a->inet.ip, 4);
	}
	return !memcmp(ip, item->ip, bytes) &&
	       (rest == 8 || !((ip[bytes] ^ item->ip[bytes]) >> rest));
}

static bool match_address(const struct filter_item *item,
			  const struct address *a)
{
	if (!item->by_text)
		return match_net(item, a);
	if (a->kind == ADDRESS_UNIX_PATH)
		return match_pattern(item->text, a->un);
	return a->kind == ADDRESS_UNIX_ABSTRACT && *item->text == '@' &&
	       match_pattern(item->text + 1, a->un);
}

static bool match_addr(const struct filter_item *item,
		       const struct bind_event *event)
{
	return match_address(item, &event->request) ||
	       (event->has_final && match_address(item, &event->final));
}

/* A process, a file, or a name that ip-netns(8) gave. */
static bool parse_local_netns(struct filter_item *item, const char *before,
			      const char *after)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s%s", before, item->text, after);
	if (stat(path, &st))
		return false;
	item->local = true;
	set_number(item, (uint32_t)st.st_ino);
	return true;
}

static bool parse_netns(struct filter_item *item)
{
	unsigned int inode;

	if (sscanf(item->text, "net:[%u]", &inode) == 1) {
		set_number(item, inode);
		return true;
	}
	if (*item->text == '/')
		return parse_local_netns(item, "", "");
	if (!isdigit(*item->text))
		return parse_local_netns(item, "/run/netns/", "");
	if (!parse_range(item, UINT32_MAX))
		return false;
	return item->first > MAX_PID ||
	       parse_local_netns(item, "/proc/", "/ns/net");
}

static bool match_netns(const struct filter_item *item,
			const struct bind_event *event)
{
	return in_range(item, event->raw.netns);
}

static bool parse_container(struct filter_item *item)
{
	item->needs = RESOLVE_CGROUP;
	return true;
}

static bool match_container(const struct filter_item *item,
			    const struct bind_event *event)
{
	const struct address_bytes id = event->names->container;

	if (!id.len)
		return false;
	return match_pattern(item->text, id) ||
	       (id.len >= CONTAINER_ID && begins_with(id, item->text));
}

/* EACCES, a number, ok, unknown, or odd */
static bool parse_result(struct filter_item *item)
{
	const char *name;
	int error;

	if (isdigit(*item->text))
		return parse_range(item, DECODE_MAX_ERRNO);
	if (!strcasecmp(item->text, "ok")) {
		set_number(item, 0);
		return true;
	}
	if (!strcasecmp(item->text, "unknown")) {
		set_number(item, RESULT_UNKNOWN);
		return true;
	}
	if (!strcasecmp(item->text, "odd")) {
		set_number(item, RESULT_ODD);
		return true;
	}
	for (error = 1; error <= DECODE_MAX_ERRNO; error++) {
		name = names_errno(error);
		if (name && !strcasecmp(name, item->text)) {
			set_number(item, (uint32_t)error);
			return true;
		}
	}
	return false;
}

static bool match_result(const struct filter_item *item,
			 const struct bind_event *event)
{
	if (bind_event_is_odd(event))
		return in_range(item, RESULT_ODD);
	if (!event->returned && !event->succeeded)
		return in_range(item, RESULT_UNKNOWN);
	return in_range(item, (uint32_t)bind_event_error(event));
}

static bool parse_scope(struct filter_item *item)
{
	const char *name;
	uint32_t i;

	for (i = 0; i < LABEL_SCOPES; i++) {
		name = label_scope_name((enum label_scope)i);
		if (!strcasecmp(item->text, name ?: "none")) {
			set_number(item, i);
			return true;
		}
	}
	return false;
}

static bool match_scope(const struct filter_item *item,
			const struct bind_event *event)
{
	return in_range(item, label_scope(event));
}

static bool parse_category(struct filter_item *item)
{
	const char *name;
	uint32_t i;

	for (i = 0; i < LABEL_PORTS; i++) {
		name = label_port_name((enum label_port)i);
		if (!strcasecmp(item->text, name ?: "none")) {
			set_number(item, i);
			return true;
		}
	}
	return false;
}

static bool match_category(const struct filter_item *item,
			   const struct bind_event *event)
{
	return in_range(item, label_port(event));
}

static bool parse_bool(struct filter_item *item)
{
	set_number(item, !strcasecmp(item->text, "yes"));
	return item->first || !strcasecmp(item->text, "no");
}

static bool match_privileged(const struct filter_item *item,
			     const struct bind_event *event)
{
	return in_range(item, label_privileged(event));
}

static bool match_ephemeral(const struct filter_item *item,
			    const struct bind_event *event)
{
	return in_range(item, label_ephemeral(event));
}

static bool match_shared(const struct filter_item *item,
			 const struct bind_event *event)
{
	return in_range(item, label_shared(event));
}

#define BOOL_CURE	"it is to be yes or no"

static const struct kind kinds[FILTER_KINDS] = {
	[FILTER_PID] = {
		parse_pid, match_pid,
		"it is to be a process number or a range, as in 1,400-499,!450",
	},
	[FILTER_PORT] = {
		parse_port, match_port,
		"it is to be a port or a range, as in 22,8000-8999,!8080",
	},
	[FILTER_USER] = {
		parse_user, match_user,
		"it is to be a user's name, a number or a range, as in www-data,1000-1999",
	},
	[FILTER_CGROUP] = {
		parse_cgroup, match_cgroup,
		"it is to be the path of a cgroup, as in /system.slice",
	},
	[FILTER_COMM] = {
		parse_text, match_comm,
		"it is to be the name of a program, as in nginx,php-fpm*",
	},
	[FILTER_EXE] = {
		parse_exe, match_exe,
		"it is to be the path of an executable, as in /usr/sbin/*,!/usr/sbin/sshd",
	},
	[FILTER_FAMILY] = {
		parse_family, match_family,
		"it is to be an address family or its number, as in inet,inet6,unix",
	},
	[FILTER_PROTO] = {
		parse_proto, match_proto,
		"it is to be a protocol as in the column PROTO, or a number of one of IP, as in tcp,udp,u_str",
	},
	[FILTER_ADDR] = {
		parse_addr, match_addr,
		"it is to be an IP address or network, or a pattern for names of UNIX sockets, as in 10.0.0.0/8,::1,/run/*,@*",
	},
	[FILTER_NETNS] = {
		parse_netns, match_netns,
		"there is no such process or network namespace: \"lsns -t net\" shows inode numbers, which are good too",
	},
	[FILTER_CONTAINER] = {
		parse_container, match_container,
		"it is to be the start of a container's id, or a pattern, as in 4c01db0b339c,!*",
	},
	[FILTER_RESULT] = {
		parse_result, match_result,
		"it is to be the name or number of an error, ok, unknown or odd, as in EACCES,EADDRINUSE",
	},
	[FILTER_SCOPE] = {
		parse_scope, match_scope,
		"it is to be a scope as in the column of that name, as in public,wildcard",
	},
	[FILTER_CATEGORY] = {
		parse_category, match_category,
		"it is to be well-known, registered, dynamic or none",
	},
	[FILTER_PRIVILEGED] = { parse_bool, match_privileged, BOOL_CURE },
	[FILTER_EPHEMERAL] = { parse_bool, match_ephemeral, BOOL_CURE },
	[FILTER_SHARED] = { parse_bool, match_shared, BOOL_CURE },
};

static struct filter_list *find_list(struct filter *filter,
				     enum filter_kind kind)
{
	struct filter_list *list = filter->lists;

	while (list < filter->lists + filter->count && list->kind != kind)
		list++;
	if (list == filter->lists + filter->count) {
		filter->count++;
		*list = (struct filter_list){ .kind = kind };
	}
	return list;
}

/**
 * filter_add() - add members to a list
 * @filter: filter, all zero at first but for @until
 * @kind: kind of the list
 * @text: members, separated by commas; it is cut into them, and kept
 * @wrong: the member that is wrong, if one is
 *
 * Return: NULL, or what @wrong is to be.
 */
const char *filter_add(struct filter *filter, enum filter_kind kind,
		       char *text, const char **wrong)
{
	struct filter_list *list = find_list(filter, kind);
	struct filter_item *items, *item;
	char *part;

	while ((part = strsep(&text, ","))) {
		*wrong = part;
		items = realloc(list->items,
				(list->count + 1) * sizeof(*items));
		if (!items)
			return "there is no memory for it: make the list shorter";
		list->items = items;
		item = &items[list->count++];
		*item = (struct filter_item){
			.negated = *part == '!',
			.text = part + (*part == '!'),
		};
		if (!*item->text || !kinds[kind].parse(item))
			return kinds[kind].cure;
		list->needs |= item->needs;
		filter->needs |= item->needs;
		filter->local |= item->local;
	}
	return NULL;
}

static bool match_list(const struct filter_list *list,
		       const struct bind_event *event)
{
	const struct filter_item *item = list->items;
	const struct filter_item *end = item + list->count;
	bool wanted = item->negated;

	for (; item < end; item++)
		if (item->negated == wanted &&
		    kinds[list->kind].match(item, event))
			wanted = !wanted;
	return wanted;
}

static bool match_lists(const struct filter *filter,
			const struct bind_event *event, bool with_names)
{
	const struct filter_list *list = filter->lists;
	const struct filter_list *end = list + filter->count;

	for (; list < end; list++)
		if (!!list->needs == with_names && !match_list(list, event))
			return false;
	return true;
}

/**
 * filter_match() - say whether a bind is wanted, but for its names
 * @filter: filter
 * @event: bind, its names not resolved yet
 *
 * Return: true if it is.
 */
bool filter_match(const struct filter *filter, const struct bind_event *event)
{
	return event->raw.time_real >= filter->since &&
	       event->raw.time_real <= filter->until &&
	       match_lists(filter, event, false);
}

/**
 * filter_match_names() - say whether a bind is wanted, by its names
 * @filter: filter
 * @event: bind that filter_match() has taken, with the names that the filter
 *	needs
 *
 * Return: true if it is.
 */
bool filter_match_names(const struct filter *filter,
			const struct bind_event *event)
{
	return !filter->needs || match_lists(filter, event, true);
}
