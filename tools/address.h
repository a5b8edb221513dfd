/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A socket address: raw bytes to named members, and to text. Pure functions
 * for hostile bytes: nothing is read past the lengths given.
 */
#ifndef SOCKBIND_ADDRESS_H
#define SOCKBIND_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define ADDRESS_IP_MAX	64	/* 45 characters, and what digits.h writes behind */

/* What the members of struct address were decoded as. */
enum address_kind {
	ADDRESS_UNKNOWN,	/* its length contradicts the record */
	ADDRESS_EMPTY,		/* no bytes at all */
	ADDRESS_SHORT,		/* too short for its family */
	ADDRESS_OTHER,		/* of a family that is not decoded */
	ADDRESS_INET,		/* also AF_UNSPEC on an AF_INET socket */
	ADDRESS_INET6,
	ADDRESS_UNIX_PATH,
	ADDRESS_UNIX_ABSTRACT,
	ADDRESS_UNIX_AUTOBIND,	/* the kernel is to choose a name */
	ADDRESS_NETLINK,
	ADDRESS_PACKET,
	ADDRESS_VSOCK,
	ADDRESS_ALG,
	ADDRESS_XDP,
	ADDRESS_CAN,
	ADDRESS_BT_HCI,
	ADDRESS_BT_L2CAP,
	ADDRESS_BT_RFCOMM,
	ADDRESS_BT_SCO,
	ADDRESS_BT_ISO,
	ADDRESS_TIPC,
	ADDRESS_QIPCRTR,
};

/**
 * struct address_bytes - bytes inside the raw address
 * @data: first byte
 * @len: number of bytes
 */
struct address_bytes {
	const uint8_t *data;
	size_t len;
};

/**
 * struct address_socket - what the meaning of an address depends on
 * @family: family of the socket, AF_*
 * @protocol: protocol of the socket
 * @ifindex: interface that @ifname names; 0: none
 * @ifname: its name
 * @portless: what an address of IP has for a port is none
 * @swapped: it is on a host of the other byte order
 */
struct address_socket {
	uint16_t family;
	uint16_t protocol;
	uint32_t ifindex;
	struct address_bytes ifname;
	bool portless;
	bool swapped;
};

/**
 * struct address - a decoded socket address
 * @kind: which member of the union holds
 * @family: address family; -1: there are not even bytes for that
 * @raw: all its bytes, owned by the caller of address_decode()
 * @inet: ADDRESS_INET (4 bytes of @ip) and ADDRESS_INET6, ports and numbers in
 *	host order
 * @un: name of an AF_UNIX socket, without the NUL that ends a path or starts
 *	an abstract name
 * @netlink: AF_NETLINK
 * @packet: AF_PACKET, @protocol in host order
 * @vsock: AF_VSOCK
 * @alg: AF_ALG
 * @xdp: AF_XDP
 * @can: AF_CAN; @transport (ISO-TP) and @j1939 say which further members hold
 * @bt: AF_BLUETOOTH; @dev is that of HCI, @bdaddr in the order it is written,
 *	@psm and @cid are those of L2CAP, @channel is that of HCI and RFCOMM
 * @tipc: AF_TIPC; by @type: 1 service, first and last instance of a range, 2
 *	service and instance, 3 socket and node
 * @qipcrtr: AF_QIPCRTR
 */
struct address {
	enum address_kind kind;
	int family;
	struct address_bytes raw;
	union {
		struct {
			uint8_t ip[16];
			uint16_t port;
			uint32_t flowinfo;
			uint32_t scope_id;
			bool portless;
		} inet;
		struct address_bytes un;
		struct {
			uint32_t pid;
			uint32_t groups;
		} netlink;
		struct {
			uint16_t protocol;
			uint32_t ifindex;
		} packet;
		struct {
			uint32_t cid;
			uint32_t port;
		} vsock;
		struct {
			struct address_bytes type;
			struct address_bytes name;
		} alg;
		struct {
			uint32_t ifindex;
			uint32_t queue;
		} xdp;
		struct {
			uint32_t ifindex;
			bool transport;
			bool j1939;
			uint32_t rx_id;
			uint32_t tx_id;
			uint64_t name;
			uint32_t pgn;
			uint8_t addr;
		} can;
		struct {
			uint16_t dev;
			uint16_t channel;
			uint16_t psm;
			uint16_t cid;
			uint8_t bdaddr[6];
		} bt;
		struct {
			uint8_t type;
			int8_t scope;
			uint32_t first;
			uint32_t second;
			uint32_t third;
		} tipc;
		struct {
			uint32_t node;
			uint32_t port;
		} qipcrtr;
	};
};

/* How a final address differs from the one that was asked for. */
enum address_change {
	ADDRESS_SAME,
	ADDRESS_PORT_CHANGED,
	ADDRESS_ALL_CHANGED,
};

/**
 * address_is_inet() - say whether it is one of IP
 * @a: address
 */
static inline bool address_is_inet(const struct address *a)
{
	return a->kind == ADDRESS_INET || a->kind == ADDRESS_INET6;
}

void address_decode(struct address *a, const uint8_t *raw, size_t len,
		    const struct address_socket *sock);
char *address_ip_put(char *p, const struct address *a);
void address_bdaddr_text(struct buf *b, const struct address *a);
void address_host_text(struct buf *b, const struct address *a,
		       const struct address_socket *sock, bool utf8);
void address_text(struct buf *b, const struct address *a,
		  const struct address_socket *sock, bool utf8);
enum address_change address_compare(const struct address *asked,
				    const struct address *got);

#endif /* SOCKBIND_ADDRESS_H */
