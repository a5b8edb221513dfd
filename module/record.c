// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known once, at load, and what few binds need: see record.h.
 */

#include <linux/netdevice.h>
#include <linux/proc_ns.h>
#include <linux/stddef.h>
#include <linux/uaccess.h>
#include <net/af_unix.h>
#include <net/af_vsock.h>
#include <net/ipv6.h>
#include <uapi/linux/can.h>
#include <uapi/linux/if_packet.h>
#include <uapi/linux/netlink.h>
#include <uapi/linux/qrtr.h>

#include "compat.h"
#include "record.h"

static_assert(sizeof(struct sockbind_bind) == SOCKBIND_RECORD_SIZE);
static_assert(sizeof(struct sockbind_lost) == SOCKBIND_RECORD_SIZE);
static_assert(sizeof(union sockbind_record) == SOCKBIND_RECORD_SIZE);
static_assert(sizeof(struct sockaddr_storage) == SOCKBIND_ADDR_MAX);
static_assert(sizeof(struct sockaddr_l2tpip6) <= SOCKBIND_FINAL_ADDR_MAX);
static_assert(SOCKBIND_COMM_LEN == TASK_COMM_LEN);
static_assert(SOCKBIND_IFNAME_LEN == IFNAMSIZ);

int sockbind_mnt_ns_common __ro_after_init = -1;

static bool __init is_mnt_ns_common(const struct ns_common *ns)
{
	const struct proc_ns_operations *ops;
	const char *name;
	char word[4];

	return !copy_from_kernel_nofault(&ops, &ns->ops, sizeof(ops)) &&
	       !copy_from_kernel_nofault(&name, &ops->name, sizeof(name)) &&
	       !copy_from_kernel_nofault(word, name, sizeof(word)) &&
	       !memcmp(word, "mnt", sizeof(word));
}

/**
 * sockbind_record_init - find out what the headers do not tell
 *
 * Context: task with a mount namespace, at load.
 */
void __init sockbind_record_init(void)
{
	/* First in the structure, or (before 5.11) behind a reference count. */
	static const int offsets[] __initconst = {
		0, ALIGN(sizeof(atomic_t), __alignof__(struct ns_common)),
	};
	const char *mnt_ns = (const char *)current->nsproxy->mnt_ns;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		if (is_mnt_ns_common((const void *)(mnt_ns + offsets[i]))) {
			sockbind_mnt_ns_common = offsets[i];
			return;
		}
	}
}

/* Number of @pid in @ns, 0 if it has none there: pid_nr_ns(), inlined. */
static u32 pid_in_ns(const struct pid *pid, const struct pid_namespace *ns)
{
	if (pid && ns->level <= pid->level &&
	    pid->numbers[ns->level].ns == ns)
		return pid->numbers[ns->level].nr;
	return 0;
}

/**
 * sockbind_record_ns_pids - note the numbers in another pid namespace
 * @rec: gets @pidns, @ns_pid, @ns_tid and @ns_ppid
 */
void sockbind_record_ns_pids(struct sockbind_bind *rec)
{
	const struct pid_namespace *ns = task_active_pid_ns(current);
	struct task_struct *parent = rcu_dereference(current->real_parent);

	rec->pidns = ns->ns.inum;
	rec->ns_pid = pid_in_ns(task_tgid(current), ns);
	rec->ns_tid = pid_in_ns(task_pid(current), ns);
	rec->ns_ppid = pid_in_ns(task_tgid(parent), ns);
}

/**
 * sockbind_record_opts - the options of a socket
 * @sk: socket
 *
 * Return: SOCKBIND_OPT_*
 */
u32 sockbind_record_opts(const struct sock *sk)
{
	u32 opts = 0;

	if (sk->sk_reuse)
		opts |= SOCKBIND_OPT_REUSEADDR;
	if (sk->sk_reuseport)
		opts |= SOCKBIND_OPT_REUSEPORT;
	if (!sockbind_is_inet(sk))
		return opts;
	if (sk->sk_ipv6only)
		opts |= SOCKBIND_OPT_V6ONLY;
	if (sockbind_inet_test(FREEBIND, freebind, sk))
		opts |= SOCKBIND_OPT_FREEBIND;
	if (sockbind_inet_test(TRANSPARENT, transparent, sk))
		opts |= SOCKBIND_OPT_TRANSPARENT;
	if (sockbind_inet_test(BIND_ADDRESS_NO_PORT, bind_address_no_port, sk))
		opts |= SOCKBIND_OPT_NO_PORT;
	return opts;
}

/**
 * sockbind_record_addr_ifindex - the interface that the requested address names
 * @rec: its record, with the address
 *
 * Return: 0 if it names none.
 */
u32 sockbind_record_addr_ifindex(const struct sockbind_bind *rec)
{
	const void *addr = rec->addr;
	sa_family_t family;

	if (rec->addrlen < sizeof(family))
		return 0;
	memcpy(&family, addr, sizeof(family));

	switch (family) {
	case AF_INET6:
		if (rec->addrlen >= sizeof(struct sockaddr_in6))
			return ((const struct sockaddr_in6 *)addr)->sin6_scope_id;
		return 0;
	case AF_PACKET:
		if (rec->addrlen >= offsetofend(struct sockaddr_ll, sll_ifindex))
			return ((const struct sockaddr_ll *)addr)->sll_ifindex;
		return 0;
	case AF_CAN:
		if (rec->addrlen >= offsetofend(struct sockaddr_can, can_ifindex))
			return ((const struct sockaddr_can *)addr)->can_ifindex;
		return 0;
	case AF_XDP:
		if (rec->addrlen >= offsetofend(struct sockaddr_xdp, sxdp_ifindex))
			return ((const struct sockaddr_xdp *)addr)->sxdp_ifindex;
		return 0;
	default:
		return 0;
	}
}

/**
 * sockbind_record_interface - note an interface and its name
 * @rec: gets @ifindex and @ifname
 * @net: network namespace of the interface
 * @ifindex: its index
 */
void sockbind_record_interface(struct sockbind_bind *rec, const struct net *net,
			       u32 ifindex)
{
	const struct net_device *dev;

	rec->ifindex = ifindex;
	dev = dev_get_by_index_rcu((struct net *)net, ifindex);
	if (dev) {
		/* A renaming may be under way: bounded, and always ended. */
		data_race(memcpy(rec->ifname, dev->name, sizeof(rec->ifname)));
		rec->ifname[sizeof(rec->ifname) - 1] = '\0';
	} else {
		memset(rec->ifname, 0, sizeof(rec->ifname));
	}
}

#if IS_ENABLED(CONFIG_IPV6)
static void final_inet6(struct sockbind_bind *rec, const struct sock *sk)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)rec->final_addr;

	/* inet6_getname() */
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = READ_ONCE(inet_sk(sk)->inet_sport);
	sin6->sin6_addr = sk->sk_v6_rcv_saddr;
	if (ipv6_addr_any(&sin6->sin6_addr) && np)
		sin6->sin6_addr = np->saddr;
	sin6->sin6_scope_id = ipv6_iface_scope_id(&sin6->sin6_addr,
						  READ_ONCE(sk->sk_bound_dev_if));
	rec->final_addrlen = sizeof(*sin6);
}

/* l2tp_ip6_getname(); the bind has stored the connection id that it was given. */
static void final_l2tp6(struct sockbind_bind *rec, const struct sock *sk)
{
	const struct sockaddr_l2tpip6 *asked = (const void *)rec->addr;
	struct sockaddr_l2tpip6 *got = (struct sockaddr_l2tpip6 *)rec->final_addr;

	/* It begins as struct sockaddr_in6 does. */
	final_inet6(rec, sk);
	got->l2tp_unused = 0;
	got->l2tp_conn_id = asked->l2tp_conn_id;
	rec->final_addrlen = sizeof(*got);
}
#else
static void final_inet6(struct sockbind_bind *rec, const struct sock *sk)
{
}

static void final_l2tp6(struct sockbind_bind *rec, const struct sock *sk)
{
}
#endif

/* l2tp_ip_getname(); the bind has stored the connection id that it was given. */
static void final_l2tp(struct sockbind_bind *rec, const struct sock *sk)
{
	const struct sockaddr_l2tpip *asked = (const void *)rec->addr;
	struct sockaddr_l2tpip *got = (struct sockaddr_l2tpip *)rec->final_addr;

	/* It begins as struct sockaddr_in does. */
	sockbind_final_inet(rec, sk);
	got->l2tp_unused = 0;
	got->l2tp_conn_id = asked->l2tp_conn_id;
}

/* The protocol, and not that of a raw socket. */
static bool is_l2tp(const struct sockbind_bind *rec)
{
	return rec->protocol == IPPROTO_L2TP && rec->sock_type != SOCK_RAW;
}

/* The name of an autobind; of others the request tells it all. */
static void final_unix(struct sockbind_bind *rec, const struct sock *sk)
{
	const struct unix_address *addr;

	if (rec->addrlen != offsetof(struct sockaddr_un, sun_path))
		return;

	/* Pairs with the release in unix_autobind(); lives with the socket. */
	addr = smp_load_acquire(&unix_sk(sk)->addr);
	/*
	 * To autobind a socket that has a name already changes nothing. What
	 * does not fit is such a name.
	 */
	if (!addr || addr->len > sizeof(rec->final_addr))
		return;
	memcpy(rec->final_addr, addr->name, addr->len);
	rec->final_addrlen = addr->len;
}

static void final_vsock(struct sockbind_bind *rec, const struct sock *sk)
{
	/* vsock_getname() */
	const struct sockaddr_vm *svm = &vsock_sk(sk)->local_addr;

	memcpy(rec->final_addr, svm, sizeof(*svm));
	rec->final_addrlen = sizeof(*svm);
}

static bool netlink_chose_portid(const struct sockbind_bind *rec)
{
	const struct sockaddr_nl *nl = (const struct sockaddr_nl *)rec->addr;

	return rec->addrlen >= sizeof(*nl) && !nl->nl_pid;
}

static bool qrtr_chose_port(const struct sockbind_bind *rec)
{
	const struct sockaddr_qrtr *sq = (const struct sockaddr_qrtr *)rec->addr;

	return rec->addrlen >= sizeof(*sq) && !sq->sq_port;
}

/**
 * sockbind_record_final_other - note the address of a socket that is not plain
 *	AF_INET
 * @rec: record of a bind that succeeded
 * @sk: its socket
 */
void sockbind_record_final_other(struct sockbind_bind *rec,
				 const struct sock *sk)
{
	switch (rec->family) {
	case AF_INET:
		if (is_l2tp(rec))
			final_l2tp(rec, sk);
		else if (!sockbind_is_smc(rec->protocol))
			sockbind_final_inet(rec, sk);
		break;
	case AF_INET6:
		if (is_l2tp(rec))
			final_l2tp6(rec, sk);
		else if (!sockbind_is_smc(rec->protocol))
			final_inet6(rec, sk);
		break;
	case AF_UNIX:
		final_unix(rec, sk);
		break;
	case AF_VSOCK:
		final_vsock(rec, sk);
		break;
	case AF_NETLINK:
		if (netlink_chose_portid(rec))
			rec->hdr.flags |= SOCKBIND_F_FINAL_PRIVATE;
		break;
	case AF_QIPCRTR:
		if (qrtr_chose_port(rec))
			rec->hdr.flags |= SOCKBIND_F_FINAL_PRIVATE;
		break;
	}
	if (rec->final_addrlen)
		rec->hdr.flags |= SOCKBIND_F_FINAL_ADDR;
}
