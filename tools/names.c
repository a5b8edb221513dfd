// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

#include <linux/can.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/netlink.h>
#include <linux/sockbind.h>

#include "array.h"
#include "names.h"

#define NAME(constant) \
	[constant] = #constant
#define ERROR(name) \
	[E##name] = "E" #name

static const char * const errno_names[] = {
	ERROR(PERM),
	ERROR(NOENT),
	ERROR(SRCH),
	ERROR(INTR),
	ERROR(IO),
	ERROR(NXIO),
	ERROR(2BIG),
	ERROR(NOEXEC),
	ERROR(BADF),
	ERROR(CHILD),
	ERROR(AGAIN),
	ERROR(NOMEM),
	ERROR(ACCES),
	ERROR(FAULT),
	ERROR(NOTBLK),
	ERROR(BUSY),
	ERROR(EXIST),
	ERROR(XDEV),
	ERROR(NODEV),
	ERROR(NOTDIR),
	ERROR(ISDIR),
	ERROR(INVAL),
	ERROR(NFILE),
	ERROR(MFILE),
	ERROR(NOTTY),
	ERROR(TXTBSY),
	ERROR(FBIG),
	ERROR(NOSPC),
	ERROR(SPIPE),
	ERROR(ROFS),
	ERROR(MLINK),
	ERROR(PIPE),
	ERROR(DOM),
	ERROR(RANGE),
	ERROR(DEADLK),
	ERROR(NAMETOOLONG),
	ERROR(NOLCK),
	ERROR(NOSYS),
	ERROR(NOTEMPTY),
	ERROR(LOOP),
	ERROR(NOMSG),
	ERROR(IDRM),
	ERROR(CHRNG),
	ERROR(L2NSYNC),
	ERROR(L3HLT),
	ERROR(L3RST),
	ERROR(LNRNG),
	ERROR(UNATCH),
	ERROR(NOCSI),
	ERROR(L2HLT),
	ERROR(BADE),
	ERROR(BADR),
	ERROR(XFULL),
	ERROR(NOANO),
	ERROR(BADRQC),
	ERROR(BADSLT),
	ERROR(BFONT),
	ERROR(NOSTR),
	ERROR(NODATA),
	ERROR(TIME),
	ERROR(NOSR),
	ERROR(NONET),
	ERROR(NOPKG),
	ERROR(REMOTE),
	ERROR(NOLINK),
	ERROR(ADV),
	ERROR(SRMNT),
	ERROR(COMM),
	ERROR(PROTO),
	ERROR(MULTIHOP),
	ERROR(DOTDOT),
	ERROR(BADMSG),
	ERROR(OVERFLOW),
	ERROR(NOTUNIQ),
	ERROR(BADFD),
	ERROR(REMCHG),
	ERROR(LIBACC),
	ERROR(LIBBAD),
	ERROR(LIBSCN),
	ERROR(LIBMAX),
	ERROR(LIBEXEC),
	ERROR(ILSEQ),
	ERROR(RESTART),
	ERROR(STRPIPE),
	ERROR(USERS),
	ERROR(NOTSOCK),
	ERROR(DESTADDRREQ),
	ERROR(MSGSIZE),
	ERROR(PROTOTYPE),
	ERROR(NOPROTOOPT),
	ERROR(PROTONOSUPPORT),
	ERROR(SOCKTNOSUPPORT),
	ERROR(OPNOTSUPP),
	ERROR(PFNOSUPPORT),
	ERROR(AFNOSUPPORT),
	ERROR(ADDRINUSE),
	ERROR(ADDRNOTAVAIL),
	ERROR(NETDOWN),
	ERROR(NETUNREACH),
	ERROR(NETRESET),
	ERROR(CONNABORTED),
	ERROR(CONNRESET),
	ERROR(NOBUFS),
	ERROR(ISCONN),
	ERROR(NOTCONN),
	ERROR(SHUTDOWN),
	ERROR(TOOMANYREFS),
	ERROR(TIMEDOUT),
	ERROR(CONNREFUSED),
	ERROR(HOSTDOWN),
	ERROR(HOSTUNREACH),
	ERROR(ALREADY),
	ERROR(INPROGRESS),
	ERROR(STALE),
	ERROR(UCLEAN),
	ERROR(NOTNAM),
	ERROR(NAVAIL),
	ERROR(ISNAM),
	ERROR(REMOTEIO),
	ERROR(DQUOT),
	ERROR(NOMEDIUM),
	ERROR(MEDIUMTYPE),
	ERROR(CANCELED),
	ERROR(NOKEY),
	ERROR(KEYEXPIRED),
	ERROR(KEYREVOKED),
	ERROR(KEYREJECTED),
	ERROR(OWNERDEAD),
	ERROR(NOTRECOVERABLE),
	ERROR(RFKILL),
	ERROR(HWPOISON),
};

static const char * const family_names[] = {
	NAME(AF_UNSPEC),
	NAME(AF_UNIX),
	NAME(AF_INET),
	NAME(AF_AX25),
	NAME(AF_IPX),
	NAME(AF_APPLETALK),
	NAME(AF_NETROM),
	NAME(AF_BRIDGE),
	NAME(AF_ATMPVC),
	NAME(AF_X25),
	NAME(AF_INET6),
	NAME(AF_ROSE),
	NAME(AF_DECnet),
	NAME(AF_NETBEUI),
	NAME(AF_SECURITY),
	NAME(AF_KEY),
	NAME(AF_NETLINK),
	NAME(AF_PACKET),
	NAME(AF_ASH),
	NAME(AF_ECONET),
	NAME(AF_ATMSVC),
	NAME(AF_RDS),
	NAME(AF_SNA),
	NAME(AF_IRDA),
	NAME(AF_PPPOX),
	NAME(AF_WANPIPE),
	NAME(AF_LLC),
	NAME(AF_IB),
	NAME(AF_MPLS),
	NAME(AF_CAN),
	NAME(AF_TIPC),
	NAME(AF_BLUETOOTH),
	NAME(AF_IUCV),
	NAME(AF_RXRPC),
	NAME(AF_ISDN),
	NAME(AF_PHONET),
	NAME(AF_IEEE802154),
	NAME(AF_CAIF),
	NAME(AF_ALG),
	NAME(AF_NFC),
	NAME(AF_VSOCK),
	NAME(AF_KCM),
	NAME(AF_QIPCRTR),
	NAME(AF_SMC),
	NAME(AF_XDP),
	[45] = "AF_MCTP",	/* not in the libc of Debian 11 */
};

/* As ss(8) has them, /usr/share/iproute2/nl_protos. */
static const char * const netlink_names[] = {
	[NETLINK_ROUTE] = "rtnl",
	[NETLINK_USERSOCK] = "usersock",
	[NETLINK_FIREWALL] = "fw",
	[NETLINK_SOCK_DIAG] = "tcpdiag",
	[NETLINK_NFLOG] = "nflog",
	[NETLINK_XFRM] = "xfrm",
	[NETLINK_SELINUX] = "selinux",
	[NETLINK_ISCSI] = "iscsi",
	[NETLINK_AUDIT] = "audit",
	[NETLINK_FIB_LOOKUP] = "fiblookup",
	[NETLINK_CONNECTOR] = "connector",
	[NETLINK_NETFILTER] = "nft",
	[NETLINK_IP6_FW] = "ip6fw",
	[NETLINK_DNRTMSG] = "dec-rt",
	[NETLINK_KOBJECT_UEVENT] = "uevent",
	[NETLINK_GENERIC] = "genl",
	[NETLINK_SCSITRANSPORT] = "scsi-trans",
	[NETLINK_ECRYPTFS] = "ecryptfs",
	[NETLINK_RDMA] = "rdma",
	[NETLINK_CRYPTO] = "crypto",
	[NETLINK_SMC] = "smc",
};

static const char * const type_names[] = {
	NAME(SOCK_STREAM),
	NAME(SOCK_DGRAM),
	NAME(SOCK_RAW),
	NAME(SOCK_RDM),
	NAME(SOCK_SEQPACKET),
	NAME(SOCK_DCCP),
	NAME(SOCK_PACKET),
};

static const char * const bluetooth_names[] = {
	[BTPROTO_L2CAP] = "l2cap",
	[BTPROTO_HCI] = "hci",
	[BTPROTO_SCO] = "sco",
	[BTPROTO_RFCOMM] = "rfcomm",
	[BTPROTO_BNEP] = "bnep",
	[BTPROTO_CMTP] = "cmtp",
	[BTPROTO_HIDP] = "hidp",
	[BTPROTO_AVDTP] = "avdtp",
	[BTPROTO_ISO] = "iso",
};

static const char * const can_names[] = {
	[CAN_RAW] = "can",
	[CAN_BCM] = "bcm",
	[CAN_ISOTP] = "isotp",
	[CAN_J1939] = "j1939",
};

static const char * const via_names[] = {
	[SOCKBIND_VIA_BIND] = "bind",
	[SOCKBIND_VIA_SOCKETCALL] = "socketcall",
	[SOCKBIND_VIA_IO_URING] = "io_uring",
};

static const char *lookup(const char * const *names, size_t count,
			  unsigned int number)
{
	return number < count ? names[number] : NULL;
}

/**
 * names_errno() - name of an error number
 * @error: error, positive
 *
 * Return: its name, such as "EADDRINUSE", or NULL.
 */
const char *names_errno(int error)
{
	return lookup(errno_names, ARRAY_SIZE(errno_names),
		      (unsigned int)error);
}

/**
 * names_family() - name of an address family
 * @family: its number
 *
 * Return: its name, such as "AF_INET", or NULL.
 */
const char *names_family(unsigned int family)
{
	return lookup(family_names, ARRAY_SIZE(family_names), family);
}

/**
 * names_netlink() - name of a protocol of AF_NETLINK
 * @protocol: its number
 *
 * Return: its name as ss(8) has it, such as "rtnl", or NULL.
 */
const char *names_netlink(unsigned int protocol)
{
	return lookup(netlink_names, ARRAY_SIZE(netlink_names), protocol);
}

/**
 * names_type() - name of a socket type
 * @type: its number
 *
 * Return: its name, such as "SOCK_STREAM", or NULL.
 */
const char *names_type(unsigned int type)
{
	return lookup(type_names, ARRAY_SIZE(type_names), type);
}

/**
 * names_via() - name of the way that the kernel was asked by
 * @via: SOCKBIND_VIA_*
 *
 * Return: its name, such as "io_uring", or NULL.
 */
const char *names_via(unsigned int via)
{
	return lookup(via_names, ARRAY_SIZE(via_names), via);
}

static const char *inet_name(uint16_t type, uint16_t protocol)
{
	if (type == SOCK_RAW)
		return "raw";
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_UDPLITE:
		return "udpl";
	case IPPROTO_MPTCP:
		return "mptcp";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_DCCP:
		return "dccp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmp6";
	case 115:	/* IPPROTO_L2TP, for C libraries before 2.34 */
		return "l2tp";
	default:
		return "ip";
	}
}

static const char *by_type(uint16_t type, const char *stream,
			   const char *datagram, const char *seqpacket)
{
	switch (type) {
	case SOCK_STREAM:
		return stream;
	case SOCK_DGRAM:
		return datagram;
	case SOCK_SEQPACKET:
		return seqpacket;
	default:
		return NULL;
	}
}

/**
 * names_socket() - short name of a kind of socket
 * @family: family of the socket
 * @type: its type
 * @protocol: its protocol
 *
 * Return: the name, where ss(8) has one that (its column Netid), or NULL.
 */
const char *names_socket(uint16_t family, uint16_t type, uint16_t protocol)
{
	switch (family) {
	case AF_INET:
	case AF_INET6:
		return inet_name(type, protocol);
	case AF_UNIX:
		return by_type(type, "u_str", "u_dgr", "u_seq");
	case AF_NETLINK:
		return "nl";
	case AF_PACKET:
		return type == SOCK_DGRAM ? "p_dgr" : "p_raw";
	case AF_VSOCK:
		return by_type(type, "v_str", "v_dgr", "v_seq");
	case AF_TIPC:
		return "tipc";
	case AF_XDP:
		return "xdp";
	case AF_ALG:
		return "alg";
	case AF_QIPCRTR:
		return "qrtr";
	case AF_CAN:
		return lookup(can_names, ARRAY_SIZE(can_names), protocol);
	case AF_BLUETOOTH:
		return lookup(bluetooth_names, ARRAY_SIZE(bluetooth_names),
			      protocol);
	default:
		return NULL;
	}
}
