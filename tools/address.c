// SPDX-License-Identifier: GPL-2.0-only
#include <byteswap.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/can.h>

#include "address.h"
#include "buf.h"
#include "digits.h"
#include "escape.h"
#include "names.h"

/*
 * Layouts are given as offsets: the headers of half of these families clash
 * with libc's or come with packages of their own.
 */
#define FAMILY_LEN	2	/* sa_family_t, at the start of all */

/* Smallest length that the kernel takes for the family. */
#define INET_LEN	16
#define INET6_LEN	24	/* RFC 2133: without the scope id */
#define NETLINK_LEN	12
#define PACKET_LEN	20
#define VSOCK_LEN	16
#define ALG_LEN		24
#define XDP_LEN		16
#define CAN_LEN		8
#define CAN_TP_LEN	16
#define CAN_J1939_LEN	21
#define HCI_LEN		6
#define L2CAP_LEN	12
#define RFCOMM_LEN	9
#define SCO_LEN		8
#define ISO_LEN		9
#define TIPC_LEN	16
#define QIPCRTR_LEN	12

#define VSOCK_ANY	0xffffffffU	/* VMADDR_CID_ANY, VMADDR_PORT_ANY */
#define HCI_DEV_NONE	0xffffU

/* sockaddr_tipc.addrtype */
enum {
	TIPC_RANGE = 1,
	TIPC_SERVICE = 2,
	TIPC_SOCKET = 3,
};

/* Numbers in the byte order of the host that the socket is on. */
static uint16_t host16(const struct address_socket *sock, const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return sock->swapped ? bswap_16(value) : value;
}

static uint32_t host32(const struct address_socket *sock, const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return sock->swapped ? bswap_32(value) : value;
}

static uint64_t host64(const struct address_socket *sock, const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof(value));
	return sock->swapped ? bswap_64(value) : value;
}

static uint16_t net16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t net32(const uint8_t *p)
{
	return (uint32_t)net16(p) << 16 | net16(p + 2);
}

static uint16_t little16(const uint8_t *p)
{
	return (uint16_t)(p[1] << 8 | p[0]);
}

static struct address_bytes string_at(const uint8_t *p, size_t size)
{
	return (struct address_bytes){ p, strnlen((const char *)p, size) };
}

static void decode_inet(struct address *a, const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;

	if (a->raw.len < INET_LEN)
		return;
	a->kind = ADDRESS_INET;
	a->inet.port = net16(p + 2);
	a->inet.portless = sock->portless;
	memcpy(a->inet.ip, p + 4, 4);
}

static void decode_inet6(struct address *a, const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;

	if (a->raw.len < INET6_LEN)
		return;
	a->kind = ADDRESS_INET6;
	a->inet.port = net16(p + 2);
	a->inet.portless = sock->portless;
	a->inet.flowinfo = net32(p + 4);
	memcpy(a->inet.ip, p + 8, 16);
	if (a->raw.len >= 28)
		a->inet.scope_id = host32(sock, p + 24);
}

static void decode_unix(struct address *a)
{
	const uint8_t *name = a->raw.data + FAMILY_LEN;
	size_t len = a->raw.len - FAMILY_LEN;

	if (!len) {
		a->kind = ADDRESS_UNIX_AUTOBIND;
	} else if (name[0]) {
		a->kind = ADDRESS_UNIX_PATH;
		a->un = string_at(name, len);
	} else {
		a->kind = ADDRESS_UNIX_ABSTRACT;
		a->un = (struct address_bytes){ name + 1, len - 1 };
	}
}

static void decode_netlink(struct address *a, const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;

	if (a->raw.len < NETLINK_LEN)
		return;
	a->kind = ADDRESS_NETLINK;
	a->netlink.pid = host32(sock, p + 4);
	a->netlink.groups = host32(sock, p + 8);
}

static void decode_packet(struct address *a, const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;

	if (a->raw.len < PACKET_LEN)
		return;
	a->kind = ADDRESS_PACKET;
	a->packet.protocol = net16(p + 2);
	a->packet.ifindex = host32(sock, p + 4);
}

static void decode_vsock(struct address *a, const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;

	if (a->raw.len < VSOCK_LEN)
		return;
	a->kind = ADDRESS_VSOCK;
	a->vsock.port = host32(sock, p + 4);
	a->vsock.cid = host32(sock, p + 8);
}

static void decode_alg(struct address *a)
{
	const uint8_t *p = a->raw.data;

	if (a->raw.len < ALG_LEN)
		return;
	a->kind = ADDRESS_ALG;
	a->alg.type = string_at(p + 2, 14);
	a->alg.name = string_at(p + ALG_LEN, a->raw.len - ALG_LEN);
}

static void decode_xdp(struct address *a, const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;

	if (a->raw.len < XDP_LEN)
		return;
	a->kind = ADDRESS_XDP;
	a->xdp.ifindex = host32(sock, p + 4);
	a->xdp.queue = host32(sock, p + 8);
}

static void decode_can(struct address *a, const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;
	bool ours = sock->family == AF_CAN;

	if (a->raw.len < CAN_LEN)
		return;
	a->kind = ADDRESS_CAN;
	a->can.ifindex = host32(sock, p + 4);
	if (ours && sock->protocol == CAN_ISOTP &&
	    a->raw.len >= CAN_TP_LEN) {
		a->can.transport = true;
		a->can.rx_id = host32(sock, p + 8);
		a->can.tx_id = host32(sock, p + 12);
	}
	if (ours && sock->protocol == CAN_J1939 &&
	    a->raw.len >= CAN_J1939_LEN) {
		a->can.j1939 = true;
		a->can.name = host64(sock, p + 8);
		a->can.pgn = host32(sock, p + 16);
		a->can.addr = p[20];
	}
}

static void copy_bdaddr(struct address *a, const uint8_t *wire)
{
	size_t i;

	for (i = 0; i < sizeof(a->bt.bdaddr); i++)
		a->bt.bdaddr[i] = wire[sizeof(a->bt.bdaddr) - 1 - i];
}

static void decode_bluetooth(struct address *a,
			     const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;

	if (sock->family != AF_BLUETOOTH) {
		a->kind = ADDRESS_OTHER;
		return;
	}
	switch (sock->protocol) {
	case BTPROTO_HCI:
		if (a->raw.len < HCI_LEN)
			return;
		a->kind = ADDRESS_BT_HCI;
		a->bt.dev = host16(sock, p + 2);
		a->bt.channel = host16(sock, p + 4);
		break;
	case BTPROTO_L2CAP:
		if (a->raw.len < L2CAP_LEN)
			return;
		a->kind = ADDRESS_BT_L2CAP;
		a->bt.psm = little16(p + 2);
		copy_bdaddr(a, p + 4);
		a->bt.cid = little16(p + 10);
		break;
	case BTPROTO_RFCOMM:
		if (a->raw.len < RFCOMM_LEN)
			return;
		a->kind = ADDRESS_BT_RFCOMM;
		copy_bdaddr(a, p + 2);
		a->bt.channel = p[8];
		break;
	case BTPROTO_SCO:
		if (a->raw.len < SCO_LEN)
			return;
		a->kind = ADDRESS_BT_SCO;
		copy_bdaddr(a, p + 2);
		break;
	case BTPROTO_ISO:
		if (a->raw.len < ISO_LEN)
			return;
		a->kind = ADDRESS_BT_ISO;
		copy_bdaddr(a, p + 2);
		break;
	default:
		a->kind = ADDRESS_OTHER;
	}
}

static void decode_tipc(struct address *a, const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;

	if (a->raw.len < TIPC_LEN)
		return;
	a->kind = ADDRESS_TIPC;
	a->tipc.type = p[2];
	a->tipc.scope = (int8_t)p[3];
	a->tipc.first = host32(sock, p + 4);
	a->tipc.second = host32(sock, p + 8);
	a->tipc.third = host32(sock, p + 12);
}

static void decode_qipcrtr(struct address *a, const struct address_socket *sock)
{
	const uint8_t *p = a->raw.data;

	if (a->raw.len < QIPCRTR_LEN)
		return;
	a->kind = ADDRESS_QIPCRTR;
	a->qipcrtr.node = host32(sock, p + 4);
	a->qipcrtr.port = host32(sock, p + 8);
}

/**
 * address_decode() - decode a socket address
 * @a: result; it points into @raw
 * @raw: first byte of the address
 * @len: its length
 * @sock: socket that it was given for
 *
 * The address's own family decides. The socket's matters only where the layout
 * depends on the protocol, and for AF_UNSPEC, which AF_INET sockets take for
 * AF_INET.
 */
void address_decode(struct address *a, const uint8_t *raw, size_t len,
		    const struct address_socket *sock)
{
	*a = (struct address){
		.kind = len ? ADDRESS_SHORT : ADDRESS_EMPTY,
		.family = -1,
		.raw = { raw, len },
	};
	if (len < FAMILY_LEN)
		return;

	a->family = host16(sock, raw);
	switch (a->family) {
	case AF_UNSPEC:
		if (sock->family == AF_INET)
			decode_inet(a, sock);
		else
			a->kind = ADDRESS_OTHER;
		break;
	case AF_INET:
		decode_inet(a, sock);
		break;
	case AF_INET6:
		decode_inet6(a, sock);
		break;
	case AF_UNIX:
		decode_unix(a);
		break;
	case AF_NETLINK:
		decode_netlink(a, sock);
		break;
	case AF_PACKET:
		decode_packet(a, sock);
		break;
	case AF_VSOCK:
		decode_vsock(a, sock);
		break;
	case AF_ALG:
		decode_alg(a);
		break;
	case AF_XDP:
		decode_xdp(a, sock);
		break;
	case AF_CAN:
		decode_can(a, sock);
		break;
	case AF_BLUETOOTH:
		decode_bluetooth(a, sock);
		break;
	case AF_TIPC:
		decode_tipc(a, sock);
		break;
	case AF_QIPCRTR:
		decode_qipcrtr(a, sock);
		break;
	default:
		a->kind = ADDRESS_OTHER;
	}
}

static char *ipv4_put(char *p, const uint8_t *ip)
{
	size_t i;

	for (i = 0; i < 4; i++) {
		if (i)
			*p++ = '.';
		p = digits_u64(p, ip[i]);
	}
	return p;
}

/* First of the longest runs of zero groups; a single one is no run. */
static size_t longest_zeros(const uint8_t *ip, size_t *first)
{
	size_t best = 1, run = 0, i;

	*first = 8;
	for (i = 0; i < 8; i++) {
		run = net16(ip + 2 * i) ? 0 : run + 1;
		if (run > best) {
			best = run;
			*first = i + 1 - run;
		}
	}
	return best;
}

/* RFC 5952 */
static char *ipv6_put(char *p, const uint8_t *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	size_t zeros, first, i;

	if (!memcmp(ip, mapped, sizeof(mapped)))
		return ipv4_put(stpcpy(p, "::ffff:"), ip + sizeof(mapped));
	zeros = longest_zeros(ip, &first);
	for (i = 0; i < 8; i++) {
		if (i == first) {
			p = stpcpy(p, "::");
			i += zeros - 1;
			continue;
		}
		if (i && i != first + zeros)
			*p++ = ':';
		p = digits_hex(p, net16(ip + 2 * i), 1);
	}
	return p;
}

/**
 * address_ip_put() - write the IP address alone
 * @p: where to, with room for ADDRESS_IP_MAX bytes
 * @a: address, ADDRESS_INET or ADDRESS_INET6
 *
 * Return: behind the last byte.
 */
char *address_ip_put(char *p, const struct address *a)
{
	return a->kind == ADDRESS_INET ? ipv4_put(p, a->inet.ip) :
					 ipv6_put(p, a->inet.ip);
}

static void ip_text(struct buf *b, const struct address *a)
{
	char text[ADDRESS_IP_MAX];

	buf_mem(b, text, (size_t)(address_ip_put(text, a) - text));
}

static void interface_text(struct buf *b, uint32_t ifindex,
			   const struct address_socket *sock)
{
	if (!ifindex)
		buf_char(b, '*');
	else if (ifindex == sock->ifindex && sock->ifname.len)
		escape_text(b, sock->ifname.data, sock->ifname.len, false);
	else
		buf_u64(b, ifindex);
}

static void inet6_text(struct buf *b, const struct address *a,
		       const struct address_socket *sock)
{
	ip_text(b, a);
	if (a->inet.scope_id) {
		buf_char(b, '%');
		interface_text(b, a->inet.scope_id, sock);
	}
}

/* An '@' that starts a path is not to pass for an abstract name. */
static void path_text(struct buf *b, const struct address *a, bool utf8)
{
	const uint8_t *path = a->un.data;
	size_t len = a->un.len;

	if (path[0] == '@') {
		buf_str(b, "\\x40");
		path++;
		len--;
	}
	escape_text(b, path, len, utf8);
}

static void netlink_text(struct buf *b, const struct address *a,
			 const struct address_socket *sock)
{
	const char *name = NULL;

	if (sock->family == AF_NETLINK)
		name = names_netlink(sock->protocol);
	if (name) {
		buf_str(b, name);
		buf_char(b, ':');
	}
	buf_u64(b, a->netlink.pid);
	if (a->netlink.groups) {
		buf_str(b, " groups 0x");
		buf_hex(b, a->netlink.groups, 1);
	}
}

static void any_or_number(struct buf *b, uint32_t value)
{
	if (value == VSOCK_ANY)
		buf_char(b, '*');
	else
		buf_u64(b, value);
}

static void can_text(struct buf *b, const struct address *a,
		     const struct address_socket *sock)
{
	interface_text(b, a->can.ifindex, sock);
	if (a->can.transport) {
		buf_str(b, " rx 0x");
		buf_hex(b, a->can.rx_id, 3);
		buf_str(b, " tx 0x");
		buf_hex(b, a->can.tx_id, 3);
	}
	if (a->can.j1939) {
		buf_str(b, " name 0x");
		buf_hex(b, a->can.name, 16);
		buf_str(b, " pgn 0x");
		buf_hex(b, a->can.pgn, 5);
		buf_str(b, " addr 0x");
		buf_hex(b, a->can.addr, 2);
	}
}

/**
 * address_bdaddr_text() - append the Bluetooth device address alone
 * @b: buffer
 * @a: address, one of ADDRESS_BT_* that has one
 */
void address_bdaddr_text(struct buf *b, const struct address *a)
{
	size_t i;

	for (i = 0; i < sizeof(a->bt.bdaddr); i++) {
		if (i)
			buf_char(b, ':');
		buf_hex(b, a->bt.bdaddr[i], 2);
	}
}

static void hci_text(struct buf *b, const struct address *a)
{
	buf_str(b, "hci");
	if (a->bt.dev == HCI_DEV_NONE)
		buf_char(b, '*');
	else
		buf_u64(b, a->bt.dev);
	buf_str(b, " channel ");
	buf_u64(b, a->bt.channel);
}

static void l2cap_text(struct buf *b, const struct address *a)
{
	address_bdaddr_text(b, a);
	if (a->bt.cid) {
		buf_str(b, " cid 0x");
		buf_hex(b, a->bt.cid, 4);
	} else {
		buf_str(b, " psm 0x");
		buf_hex(b, a->bt.psm, 4);
	}
}

static void tipc_text(struct buf *b, const struct address *a)
{
	if (a->tipc.scope < 0)
		buf_str(b, "unbind ");
	buf_u64(b, a->tipc.first);
	buf_char(b, a->tipc.type == TIPC_SOCKET ? '@' : ':');
	if (a->tipc.type == TIPC_SOCKET) {
		buf_hex(b, a->tipc.second, 1);
		return;
	}
	buf_u64(b, a->tipc.second);
	if (a->tipc.type == TIPC_RANGE) {
		buf_char(b, '-');
		buf_u64(b, a->tipc.third);
	}
}

static void family_text(struct buf *b, int family)
{
	const char *name = names_family((unsigned int)family);

	if (name) {
		buf_str(b, name);
	} else {
		buf_str(b, "family ");
		buf_u64(b, (unsigned int)family);
	}
}

/* What is not decoded: its family, and the bytes that follow that. */
static void other_text(struct buf *b, const struct address *a)
{
	size_t skip = 0;

	if (a->family >= 0) {
		family_text(b, a->family);
		skip = FAMILY_LEN;
	} else {
		buf_str(b, "no family");
	}
	if (a->kind == ADDRESS_SHORT) {
		buf_str(b, " short len ");
		buf_u64(b, a->raw.len);
	}
	if (a->raw.len > skip) {
		buf_str(b, " 0x");
		buf_hex_bytes(b, a->raw.data + skip, a->raw.len - skip);
	}
}

/**
 * address_text() - append an address as people write it
 * @b: buffer
 * @a: address
 * @sock: socket that it was given for, for the interface's name
 * @utf8: names may show UTF-8 beyond ASCII
 */
void address_text(struct buf *b, const struct address *a,
		  const struct address_socket *sock, bool utf8)
{
	switch (a->kind) {
	case ADDRESS_UNKNOWN:
		buf_char(b, '?');
		break;
	case ADDRESS_EMPTY:
		buf_str(b, "(empty)");
		break;
	case ADDRESS_SHORT:
	case ADDRESS_OTHER:
		other_text(b, a);
		break;
	case ADDRESS_INET:
		if (a->family == AF_UNSPEC)
			buf_str(b, "AF_UNSPEC ");
		ip_text(b, a);
		if (a->inet.portless)
			break;
		buf_char(b, ':');
		buf_u64(b, a->inet.port);
		break;
	case ADDRESS_INET6:
		if (a->inet.portless) {
			inet6_text(b, a, sock);
			break;
		}
		buf_char(b, '[');
		inet6_text(b, a, sock);
		buf_str(b, "]:");
		buf_u64(b, a->inet.port);
		break;
	case ADDRESS_UNIX_PATH:
		path_text(b, a, utf8);
		break;
	case ADDRESS_UNIX_ABSTRACT:
		buf_char(b, '@');
		escape_text(b, a->un.data, a->un.len, utf8);
		break;
	case ADDRESS_UNIX_AUTOBIND:
		buf_str(b, "(autobind)");
		break;
	case ADDRESS_NETLINK:
		netlink_text(b, a, sock);
		break;
	case ADDRESS_PACKET:
		buf_str(b, "0x");
		buf_hex(b, a->packet.protocol, 4);
		buf_char(b, ':');
		interface_text(b, a->packet.ifindex, sock);
		break;
	case ADDRESS_VSOCK:
		any_or_number(b, a->vsock.cid);
		buf_char(b, ':');
		any_or_number(b, a->vsock.port);
		break;
	case ADDRESS_ALG:
		escape_text(b, a->alg.type.data, a->alg.type.len, utf8);
		buf_char(b, ':');
		escape_text(b, a->alg.name.data, a->alg.name.len, utf8);
		break;
	case ADDRESS_XDP:
		interface_text(b, a->xdp.ifindex, sock);
		buf_str(b, ":q");
		buf_u64(b, a->xdp.queue);
		break;
	case ADDRESS_CAN:
		can_text(b, a, sock);
		break;
	case ADDRESS_BT_HCI:
		hci_text(b, a);
		break;
	case ADDRESS_BT_L2CAP:
		l2cap_text(b, a);
		break;
	case ADDRESS_BT_RFCOMM:
		address_bdaddr_text(b, a);
		buf_str(b, " channel ");
		buf_u64(b, a->bt.channel);
		break;
	case ADDRESS_BT_SCO:
	case ADDRESS_BT_ISO:
		address_bdaddr_text(b, a);
		break;
	case ADDRESS_TIPC:
		tipc_text(b, a);
		break;
	case ADDRESS_QIPCRTR:
		buf_u64(b, a->qipcrtr.node);
		buf_char(b, ':');
		buf_u64(b, a->qipcrtr.port);
		break;
	}
}

/**
 * address_host_text() - append an address without its port
 * @b: buffer
 * @a: address
 * @sock: socket that it was given for
 * @utf8: names may show UTF-8 beyond ASCII
 *
 * Where there is no port of IP or AF_VSOCK this is the whole address.
 */
void address_host_text(struct buf *b, const struct address *a,
		       const struct address_socket *sock, bool utf8)
{
	if (a->kind == ADDRESS_INET)
		ip_text(b, a);
	else if (a->kind == ADDRESS_INET6)
		inet6_text(b, a, sock);
	else if (a->kind == ADDRESS_VSOCK)
		any_or_number(b, a->vsock.cid);
	else
		address_text(b, a, sock, utf8);
}

/**
 * address_compare() - say how the final address differs
 * @asked: address that bind() was given
 * @got: address that the socket has
 *
 * Flow information takes no part: a socket has none.
 *
 * Return: ADDRESS_*.
 */
enum address_change address_compare(const struct address *asked,
				    const struct address *got)
{
	if (asked->kind != got->kind)
		return ADDRESS_ALL_CHANGED;
	if (!address_is_inet(got)) {
		if (asked->raw.len == got->raw.len &&
		    !memcmp(asked->raw.data, got->raw.data, got->raw.len))
			return ADDRESS_SAME;
		return ADDRESS_ALL_CHANGED;
	}
	if (memcmp(asked->inet.ip, got->inet.ip, sizeof(got->inet.ip)) ||
	    asked->inet.scope_id != got->inet.scope_id)
		return ADDRESS_ALL_CHANGED;
	if (asked->inet.port != got->inet.port && !got->inet.portless)
		return ADDRESS_PORT_CHANGED;
	return ADDRESS_SAME;
}
