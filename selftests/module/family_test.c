// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of every family that the kernel has: the record repeats the bytes of
 * the address, all of them and none more, whatever the family makes of them.
 */
#include <asm/byteorder.h>
#include <linux/can.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/qrtr.h>
#include <linux/tipc.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <linux/l2tp.h>
/* Not all releases of it include what it wants of the line above. */
#include <linux/vm_sockets.h>

#include "capture.h"

#ifndef IPPROTO_L2TP
#define IPPROTO_L2TP	115
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif
#ifndef AF_QIPCRTR
#define AF_QIPCRTR	42
#endif
#ifndef AF_SMC
#define AF_SMC		43
#endif
#ifndef AF_XDP
#define AF_XDP		44
#endif

#define BTPROTO_L2CAP	0
#define BTPROTO_HCI	1
#define BTPROTO_SCO	2
#define BTPROTO_RFCOMM	3
#define PF_KEY_V2	2

#define LOOPBACK { \
	.sin_family = AF_INET, \
	.sin_addr.s_addr = __constant_htonl(INADDR_LOOPBACK), \
}

FIXTURE(family)
{
	int dev;
	unsigned int outcome;
	char filter[256];
};

/* The address is one that the family accepts; without a length there is none. */
FIXTURE_VARIANT(family)
{
	int family;
	int type;
	int protocol;
	union {
		struct sockaddr sa;
		struct sockaddr_alg alg;
		struct sockaddr_can can;
		struct sockaddr_l2tpip l2tp;
		struct sockaddr_l2tpip6 l2tp6;
		struct sockaddr_ll ll;
		struct sockaddr_in sin;
		struct sockaddr_in6 sin6;
		struct sockaddr_nl nl;
		struct sockaddr_qrtr sq;
		struct sockaddr_tipc tipc;
		struct sockaddr_vm vm;
	};
	socklen_t len;
};

FIXTURE_VARIANT_ADD(family, packet) {
	.family = AF_PACKET,
	.type = SOCK_DGRAM,
	.ll.sll_family = AF_PACKET,
	.ll.sll_ifindex = 1,
	.len = sizeof(struct sockaddr_ll),
};

FIXTURE_VARIANT_ADD(family, netlink) {
	.family = AF_NETLINK,
	.type = SOCK_DGRAM,
	.protocol = NETLINK_KOBJECT_UEVENT,
	.nl.nl_family = AF_NETLINK,
	.nl.nl_groups = 1,
	.len = sizeof(struct sockaddr_nl),
};

FIXTURE_VARIANT_ADD(family, vsock) {
	.family = AF_VSOCK,
	.type = SOCK_STREAM,
	.vm.svm_family = AF_VSOCK,
	.vm.svm_port = VMADDR_PORT_ANY,
	.vm.svm_cid = VMADDR_CID_ANY,
	.len = sizeof(struct sockaddr_vm),
};

FIXTURE_VARIANT_ADD(family, alg) {
	.family = AF_ALG,
	.type = SOCK_SEQPACKET,
	.alg.salg_family = AF_ALG,
	.alg.salg_type = "hash",
	.alg.salg_name = "sha256",
	.len = sizeof(struct sockaddr_alg),
};

FIXTURE_VARIANT_ADD(family, can) {
	.family = AF_CAN,
	.type = SOCK_RAW,
	.protocol = CAN_RAW,
	.can.can_family = AF_CAN,
	.len = sizeof(struct sockaddr_can),
};

FIXTURE_VARIANT_ADD(family, tipc) {
	.family = AF_TIPC,
	.type = SOCK_RDM,
	.tipc.family = AF_TIPC,
	.tipc.addrtype = TIPC_ADDR_NAMESEQ,
	.tipc.scope = TIPC_NODE_SCOPE,
	.tipc.addr.nameseq = { 4711, 1, 2 },
	.len = sizeof(struct sockaddr_tipc),
};

FIXTURE_VARIANT_ADD(family, xdp) {
	.family = AF_XDP,
	.type = SOCK_RAW,
};

FIXTURE_VARIANT_ADD(family, l2cap) {
	.family = AF_BLUETOOTH,
	.type = SOCK_SEQPACKET,
	.protocol = BTPROTO_L2CAP,
	.sa.sa_family = AF_BLUETOOTH,
	.len = sizeof(struct sockaddr),
};

FIXTURE_VARIANT_ADD(family, hci) {
	.family = AF_BLUETOOTH,
	.type = SOCK_RAW,
	.protocol = BTPROTO_HCI,
	.sa.sa_family = AF_BLUETOOTH,
	.sa.sa_data = { -1, -1 },	/* HCI_DEV_NONE */
	.len = 6,			/* struct sockaddr_hci */
};

FIXTURE_VARIANT_ADD(family, sco) {
	.family = AF_BLUETOOTH,
	.type = SOCK_SEQPACKET,
	.protocol = BTPROTO_SCO,
	.sa.sa_family = AF_BLUETOOTH,
	.len = sizeof(struct sockaddr),
};

FIXTURE_VARIANT_ADD(family, rfcomm) {
	.family = AF_BLUETOOTH,
	.type = SOCK_STREAM,
	.protocol = BTPROTO_RFCOMM,
	.sa.sa_family = AF_BLUETOOTH,
	.len = sizeof(struct sockaddr),
};

FIXTURE_VARIANT_ADD(family, qipcrtr) {
	.family = AF_QIPCRTR,
	.type = SOCK_DGRAM,
	.sq.sq_family = AF_QIPCRTR,
	.sq.sq_node = 1,
	.len = sizeof(struct sockaddr_qrtr),
};

FIXTURE_VARIANT_ADD(family, smc) {
	.family = AF_SMC,
	.type = SOCK_STREAM,
	.sin = LOOPBACK,
	.len = sizeof(struct sockaddr_in),
};

FIXTURE_VARIANT_ADD(family, rds) {
	.family = AF_RDS,
	.type = SOCK_SEQPACKET,
	.sin = LOOPBACK,
	.len = sizeof(struct sockaddr_in),
};

FIXTURE_VARIANT_ADD(family, llc) {
	.family = AF_LLC,
	.type = SOCK_DGRAM,
};

FIXTURE_VARIANT_ADD(family, key) {
	.family = AF_KEY,
	.type = SOCK_RAW,
	.protocol = PF_KEY_V2,
};

FIXTURE_VARIANT_ADD(family, sctp) {
	.family = AF_INET,
	.type = SOCK_SEQPACKET,
	.protocol = IPPROTO_SCTP,
	.sin = LOOPBACK,
	.len = sizeof(struct sockaddr_in),
};

FIXTURE_VARIANT_ADD(family, mptcp) {
	.family = AF_INET,
	.type = SOCK_STREAM,
	.protocol = IPPROTO_MPTCP,
	.sin = LOOPBACK,
	.len = sizeof(struct sockaddr_in),
};

FIXTURE_VARIANT_ADD(family, l2tp) {
	.family = AF_INET,
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_L2TP,
	.l2tp.l2tp_family = AF_INET,
	.l2tp.l2tp_addr.s_addr = __constant_htonl(INADDR_LOOPBACK),
	.l2tp.l2tp_conn_id = 0xa1b2c3d4,
	.len = sizeof(struct sockaddr_l2tpip),
};

FIXTURE_VARIANT_ADD(family, l2tp6) {
	.family = AF_INET6,
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_L2TP,
	.l2tp6.l2tp_family = AF_INET6,
	.l2tp6.l2tp_unused = 4711,
	.l2tp6.l2tp_addr = IN6ADDR_LOOPBACK_INIT,
	.l2tp6.l2tp_conn_id = 0xa1b2c3d4,
	.len = sizeof(struct sockaddr_l2tpip6),
};

FIXTURE_VARIANT_ADD(family, raw) {
	.family = AF_INET,
	.type = SOCK_RAW,
	.protocol = IPPROTO_ICMP,
	.sin = LOOPBACK,
	.len = sizeof(struct sockaddr_in),
};

FIXTURE_VARIANT_ADD(family, raw6) {
	.family = AF_INET6,
	.type = SOCK_RAW,
	.protocol = IPPROTO_ICMPV6,
	.sin6.sin6_family = AF_INET6,
	.sin6.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	.len = sizeof(struct sockaddr_in6),
};

FIXTURE_VARIANT_ADD(family, unix_seqpacket) {
	.family = AF_UNIX,
	.type = SOCK_SEQPACKET,
	.sa.sa_family = AF_UNIX,
	.len = sizeof(sa_family_t),
};

FIXTURE_SETUP(family)
{
	int fd = open(CAPTURE_FAMILIES, O_RDONLY | O_CLOEXEC);

	self->dev = capture_open(_metadata);
	self->outcome = capture_info(_metadata, self->dev).outcome;
	ASSERT_LT(0, read(fd, self->filter, sizeof(self->filter) - 1));
	close(fd);
	capture_families(_metadata, "all");
	fd = socket(variant->family, variant->type, variant->protocol);
	if (fd < 0)
		SKIP(return, "the kernel has no such sockets");
	close(fd);
}

FIXTURE_TEARDOWN(family)
{
	capture_families(_metadata, self->filter);
}

static int option(int fd, int name)
{
	socklen_t len = sizeof(int);
	int value = -1;

	getsockopt(fd, SOL_SOCKET, name, &value, &len);
	return value;
}

/* bind(), and compare the record. Return: 0 or a negative errno. */
static int try_bind(struct __test_metadata *_metadata, int dev,
		    unsigned int outcome, int fd, const void *addr,
		    socklen_t len, struct sockbind_bind *rec)
{
	const __u8 zero[SOCKBIND_ADDR_MAX] = { 0 };
	int result;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, lseek(dev, 0, SEEK_END));
	result = bind(fd, addr, len) ? -errno : 0;
	ASSERT_EQ(1, capture_find(_metadata, dev, inode_of(fd), rec));

	ASSERT_EQ(len, rec->addrlen);
	EXPECT_EQ(0, memcmp(addr, rec->addr, len));
	EXPECT_EQ(0, memcmp(zero, rec->addr + len, sizeof(zero) - len));
	EXPECT_EQ(option(fd, SO_DOMAIN), rec->family);
	EXPECT_EQ(option(fd, SO_TYPE), rec->sock_type);
	EXPECT_EQ(option(fd, SO_PROTOCOL), rec->protocol);
	EXPECT_EQ(fd, rec->fd);
	EXPECT_EQ(outcome ? result : 0, rec->result);
	return result;
}

/* All bytes are those of no useful address. */
TEST_F(family, every_length)
{
	__u8 addr[SOCKBIND_ADDR_MAX];
	struct sockbind_bind rec;
	socklen_t len;
	int fd;

	memset(addr, 0xa5, sizeof(addr));
	memcpy(addr, &(sa_family_t) { variant->family }, sizeof(sa_family_t));
	for (len = 0; len <= sizeof(addr); len++) {
		fd = socket(variant->family, variant->type, variant->protocol);
		try_bind(_metadata, self->dev, self->outcome, fd, addr, len,
			 &rec);
		close(fd);
	}
}

/* What getsockname() tells, where a record does. Return: its length. */
static socklen_t expected_final(int fd, struct sockaddr_storage *name)
{
	socklen_t len = sizeof(*name);

	memset(name, 0, len);
	switch (option(fd, SO_DOMAIN)) {
	case AF_INET:
	case AF_INET6:
	case AF_UNIX:
	case AF_VSOCK:
		return getsockname(fd, (struct sockaddr *)name, &len) ? 0 : len;
	}
	return 0;
}

TEST_F(family, success)
{
	int fd = socket(variant->family, variant->type, variant->protocol);
	struct sockaddr_storage name;
	struct sockbind_bind rec;
	socklen_t len;

	if (!variant->len)
		SKIP(return, "no address of it is valid everywhere");
	EXPECT_EQ(0, try_bind(_metadata, self->dev, self->outcome, fd,
			      &variant->sa, variant->len, &rec));
	len = self->outcome ? expected_final(fd, &name) : 0;
	EXPECT_EQ(!!len, !!(rec.hdr.flags & SOCKBIND_F_FINAL_ADDR));
	ASSERT_EQ(len, rec.final_addrlen);
	EXPECT_EQ(0, memcmp(&name, rec.final_addr, len));
	EXPECT_EQ(self->outcome && (variant->family == AF_NETLINK ||
				    variant->family == AF_QIPCRTR),
		  !!(rec.hdr.flags & SOCKBIND_F_FINAL_PRIVATE));
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
