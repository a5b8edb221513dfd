// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "array.h"
#include "buf.h"
#include "decode.h"
#include "labels.h"

#define FIRST_REGISTERED 1024
#define FIRST_DYNAMIC	 49152

#define VSOCK_LOCAL	1	/* VMADDR_CID_LOCAL */
#define VSOCK_ANY	0xffffffffU	/* VMADDR_CID_ANY */

static bool is_vsock(const struct bind_event *event)
{
	return event->raw.family == AF_VSOCK &&
	       bind_event_address(event)->kind == ADDRESS_VSOCK;
}

/**
 * label_has_port() - say whether the address has a port: that of IP or AF_VSOCK
 * @event: bind
 *
 * Return: true if it has.
 */
bool label_has_port(const struct bind_event *event)
{
	if (address_is_inet(bind_event_address(event)))
		return !event->socket.portless;
	return is_vsock(event);
}

/**
 * label_port_number() - port that the socket got, or else asked for
 * @event: bind
 *
 * Return: the port; with !label_port_chosen() 0 or LABEL_VSOCK_ANY.
 */
uint32_t label_port_number(const struct bind_event *event)
{
	if (!label_has_port(event))
		return 0;
	return is_vsock(event) ? bind_event_address(event)->vsock.port :
				 bind_event_address(event)->inet.port;
}

/* LABEL_VSOCK_ANY: it has none, or the kernel was still to choose. */
static inline uint32_t chosen_port(const struct bind_event *event)
{
	const struct address *a = bind_event_address(event);

	if (!label_has_port(event))
		return LABEL_VSOCK_ANY;
	if (a->kind == ADDRESS_VSOCK)
		return a->vsock.port;
	return a->inet.port ? a->inet.port : LABEL_VSOCK_ANY;
}

/**
 * label_port_chosen() - say whether label_port_number() is a port
 * @event: bind
 *
 * Return: false if the address has none, or if the kernel was still to choose.
 */
bool label_port_chosen(const struct bind_event *event)
{
	return chosen_port(event) != LABEL_VSOCK_ANY;
}

/**
 * label_port() - range that the port is from
 * @event: bind
 *
 * Return: LABEL_PORT_*; LABEL_PORT_NONE also for AF_VSOCK, which the ranges are
 * not of.
 */
enum label_port label_port(const struct bind_event *event)
{
	const uint32_t port = chosen_port(event);

	if (port == LABEL_VSOCK_ANY || is_vsock(event))
		return LABEL_PORT_NONE;
	if (port < FIRST_REGISTERED)
		return LABEL_PORT_WELL_KNOWN;
	return port < FIRST_DYNAMIC ? LABEL_PORT_REGISTERED :
				      LABEL_PORT_DYNAMIC;
}

/**
 * label_port_name() - name of a range of ports
 * @port: range
 *
 * Return: its name, or NULL for LABEL_PORT_NONE.
 */
const char *label_port_name(enum label_port port)
{
	static const char * const names[LABEL_PORTS] = {
		[LABEL_PORT_WELL_KNOWN] = "well-known",
		[LABEL_PORT_REGISTERED] = "registered",
		[LABEL_PORT_DYNAMIC] = "dynamic",
	};

	return names[port];
}

/**
 * label_privileged() - say whether the port needs a privilege where it is
 * @event: bind
 *
 * A kernel without ip_unprivileged_port_start has it fixed at 1024, and so has
 * AF_VSOCK in all (LAST_RESERVED_PORT in net/vmw_vsock/af_vsock.c).
 *
 * Return: true if it is below that of the socket's network namespace.
 */
bool label_privileged(const struct bind_event *event)
{
	uint32_t start = event->raw.unprivileged_port_start;

	if (start == SOCKBIND_UNKNOWN || is_vsock(event))
		start = FIRST_REGISTERED;
	return chosen_port(event) < start;
}

/* Of an IPv4 address in host order; the first that holds. */
static enum label_scope scope_of_ipv4(const uint8_t *bytes)
{
	static const struct {
		uint32_t net, mask;
		enum label_scope scope;
	} nets[] = {
		{ 0x00000000, 0xffffffff, LABEL_SCOPE_WILDCARD },
		{ 0x7f000000, 0xff000000, LABEL_SCOPE_LOOPBACK },
		{ 0x0a000000, 0xff000000, LABEL_SCOPE_PRIVATE },
		{ 0xac100000, 0xfff00000, LABEL_SCOPE_PRIVATE },
		{ 0xc0a80000, 0xffff0000, LABEL_SCOPE_PRIVATE },
		{ 0x64400000, 0xffc00000, LABEL_SCOPE_PRIVATE },
		{ 0xa9fe0000, 0xffff0000, LABEL_SCOPE_LINK_LOCAL },
		{ 0xe0000000, 0xf0000000, LABEL_SCOPE_MULTICAST },
		{ 0xffffffff, 0xffffffff, LABEL_SCOPE_MULTICAST },
		{ 0x00000000, 0xff000000, LABEL_SCOPE_RESERVED },
		{ 0xc0000000, 0xffffff00, LABEL_SCOPE_RESERVED },
		{ 0xc0000200, 0xffffff00, LABEL_SCOPE_RESERVED },
		{ 0xc6120000, 0xfffe0000, LABEL_SCOPE_RESERVED },
		{ 0xc6336400, 0xffffff00, LABEL_SCOPE_RESERVED },
		{ 0xcb007100, 0xffffff00, LABEL_SCOPE_RESERVED },
		{ 0xf0000000, 0xf0000000, LABEL_SCOPE_RESERVED },
	};
	const uint32_t ip = (uint32_t)bytes[0] << 24 |
			    (uint32_t)bytes[1] << 16 |
			    (uint32_t)bytes[2] << 8 | bytes[3];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nets); i++)
		if ((ip & nets[i].mask) == nets[i].net)
			return nets[i].scope;
	return LABEL_SCOPE_PUBLIC;
}

static enum label_scope scope_of_ipv6(const uint8_t *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t zero[15];

	if (!memcmp(ip, zero, sizeof(zero)) && ip[15] <= 1)
		return ip[15] ? LABEL_SCOPE_LOOPBACK : LABEL_SCOPE_WILDCARD;
	if (!memcmp(ip, mapped, sizeof(mapped)))
		return scope_of_ipv4(ip + sizeof(mapped));
	if (ip[0] == 0xff)
		return LABEL_SCOPE_MULTICAST;
	if (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80)
		return LABEL_SCOPE_LINK_LOCAL;
	if ((ip[0] & 0xfe) == 0xfc || (ip[0] == 0xfe && ip[1] >= 0xc0))
		return LABEL_SCOPE_PRIVATE;
	if (!memcmp(ip, "\x20\x01\x0d\xb8", 4))
		return LABEL_SCOPE_RESERVED;
	/* 2000::/3, and 64:ff9b::/96 of translators to IPv4. */
	if ((ip[0] & 0xe0) == 0x20 ||
	    !memcmp(ip, "\x00\x64\xff\x9b\0\0\0\0\0\0\0\0", 12))
		return LABEL_SCOPE_PUBLIC;
	return LABEL_SCOPE_RESERVED;
}

static enum label_scope scope_of_interface(uint32_t ifindex)
{
	return ifindex ? LABEL_SCOPE_INTERFACE : LABEL_SCOPE_WILDCARD;
}

static enum label_scope scope_of_vsock(uint32_t cid)
{
	switch (cid) {
	case VSOCK_ANY:
		return LABEL_SCOPE_WILDCARD;
	case VSOCK_LOCAL:
		return LABEL_SCOPE_LOOPBACK;
	default:
		return LABEL_SCOPE_NONE;
	}
}

/**
 * label_scope() - say from where the address can be reached
 * @event: bind
 *
 * Return: LABEL_SCOPE_*, of the address that the socket got, or else asked for.
 */
enum label_scope label_scope(const struct bind_event *event)
{
	const struct address *a = bind_event_address(event);
	enum label_scope scope;

	switch (a->kind) {
	case ADDRESS_INET:
		scope = scope_of_ipv4(a->inet.ip);
		break;
	case ADDRESS_INET6:
		scope = scope_of_ipv6(a->inet.ip);
		break;
	case ADDRESS_PACKET:
		return scope_of_interface(a->packet.ifindex);
	case ADDRESS_XDP:
		return scope_of_interface(a->xdp.ifindex);
	case ADDRESS_CAN:
		return scope_of_interface(a->can.ifindex);
	case ADDRESS_VSOCK:
		return scope_of_vsock(a->vsock.cid);
	default:
		return LABEL_SCOPE_NONE;
	}
	if (scope == LABEL_SCOPE_WILDCARD)
		scope = scope_of_interface(event->raw.ifindex);
	return scope;
}

/**
 * label_scope_name() - name of a scope
 * @scope: scope
 *
 * Return: its name, or NULL for LABEL_SCOPE_NONE.
 */
const char *label_scope_name(enum label_scope scope)
{
	static const char * const names[LABEL_SCOPES] = {
		[LABEL_SCOPE_WILDCARD] = "wildcard",
		[LABEL_SCOPE_INTERFACE] = "interface",
		[LABEL_SCOPE_LOOPBACK] = "loopback",
		[LABEL_SCOPE_LINK_LOCAL] = "link-local",
		[LABEL_SCOPE_MULTICAST] = "multicast",
		[LABEL_SCOPE_PRIVATE] = "private",
		[LABEL_SCOPE_RESERVED] = "reserved",
		[LABEL_SCOPE_PUBLIC] = "public",
	};

	return names[scope];
}

/**
 * label_ephemeral() - say whether the kernel was to choose the port
 * @event: bind
 *
 * Return: true if port 0 was asked for.
 */
bool label_ephemeral(const struct bind_event *event)
{
	const struct address *a = &event->request;

	if (a->kind == ADDRESS_VSOCK)
		return a->vsock.port == LABEL_VSOCK_ANY;
	return address_is_inet(a) && label_has_port(event) && !a->inet.port;
}

/**
 * label_shared() - say whether the socket is ready to share its address
 * @event: bind
 *
 * Return: true if SO_REUSEADDR or SO_REUSEPORT is set.
 */
bool label_shared(const struct bind_event *event)
{
	return event->raw.opts & (SOCKBIND_OPT_REUSEADDR |
				  SOCKBIND_OPT_REUSEPORT);
}

/**
 * label_options() - append socket options as letters, as bindsnoop(8) has them
 * @b: buffer
 * @opts: SOCKBIND_OPT_*
 * @positions: how many of them; bindsnoop has 5
 */
void label_options(struct buf *b, uint32_t opts, size_t positions)
{
	static const struct {
		uint32_t option;
		char letter;
	} letters[] = {
		{ SOCKBIND_OPT_FREEBIND, 'F' },
		{ SOCKBIND_OPT_TRANSPARENT, 'T' },
		{ SOCKBIND_OPT_NO_PORT, 'N' },
		{ SOCKBIND_OPT_REUSEADDR, 'R' },
		{ SOCKBIND_OPT_REUSEPORT, 'r' },
		{ SOCKBIND_OPT_V6ONLY, '6' },
	};
	size_t i;

	for (i = 0; i < positions && i < ARRAY_SIZE(letters); i++)
		buf_char(b, opts & letters[i].option ? letters[i].letter : '.');
}
