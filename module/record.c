// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filling a record: who binds, which socket, what it asks for, and what it got.
 *
 * All of it runs in probe handlers, in the context of the task that binds, with
 * preemption off and so inside an RCU read-side critical section. It only loads
 * and stores: nothing here may sleep, take a lock, fault or print.
 *
 * Every byte of a record is written, once, and there is no memset() before: the
 * memory is a ring's or a pending slot's and holds an older record.
 */

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/ktime.h>
#include <linux/mm_types.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/proc_ns.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/af_unix.h>
#include <net/af_vsock.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <uapi/linux/can.h>
#include <uapi/linux/if_packet.h>
#include <uapi/linux/if_xdp.h>
#include <uapi/linux/netlink.h>
#include <uapi/linux/qrtr.h>
#include <linux/sockbind.h>

#include "compat.h"
#include "record.h"

static_assert(sizeof(struct sockbind_bind) == SOCKBIND_RECORD_SIZE);
static_assert(sizeof(struct sockbind_lost) == SOCKBIND_RECORD_SIZE);
static_assert(sizeof(union sockbind_record) == SOCKBIND_RECORD_SIZE);
static_assert(sizeof(struct sockaddr_storage) == SOCKBIND_ADDR_MAX);
static_assert(sizeof(struct sockaddr_in6) <= SOCKBIND_FINAL_ADDR_MAX);
static_assert(SOCKBIND_COMM_LEN == TASK_COMM_LEN);
static_assert(SOCKBIND_IFNAME_LEN == IFNAMSIZ);

/*
 * Where struct mnt_namespace, which is private to fs/, holds its struct
 * ns_common; negative: not known, and the mount namespace is not recorded.
 */
static int mnt_ns_common __ro_after_init = -1;

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
			mnt_ns_common = offsets[i];
			return;
		}
	}
}

static __always_inline u32 mnt_ns_inum(const struct nsproxy *nsproxy)
{
	const struct ns_common *ns;

	if (mnt_ns_common < 0 || !nsproxy)
		return 0;
	ns = (const void *)((const char *)nsproxy->mnt_ns + mnt_ns_common);
	return ns->inum;
}

static __always_inline void fill_times(struct sockbind_bind *rec)
{
	/* One reading of the clock, the rest is arithmetic. */
	ktime_t now = ktime_get();

	rec->time_boot = ktime_to_ns(ktime_mono_to_any(now, TK_OFFS_BOOT));
	rec->time_real = ktime_to_ns(ktime_mono_to_any(now, TK_OFFS_REAL));
}

/* Number of @pid in @ns, 0 if it has none there: pid_nr_ns(), inlined. */
static __always_inline u32 pid_in_ns(const struct pid *pid,
				     const struct pid_namespace *ns)
{
	if (pid && ns->level <= pid->level &&
	    pid->numbers[ns->level].ns == ns)
		return pid->numbers[ns->level].nr;
	return 0;
}

static __always_inline void fill_pids(struct sockbind_bind *rec,
				      const struct task_struct *leader)
{
	struct task_struct *parent;
	struct pid_namespace *ns = task_active_pid_ns(current);

	parent = rcu_dereference_sched(current->real_parent);
	rec->pid = current->tgid;
	rec->tid = current->pid;
	rec->ppid = parent->tgid;
	rec->pidns = ns->ns.inum;
	if (likely(!ns->level)) {
		rec->ns_pid = rec->pid;
		rec->ns_tid = rec->tid;
		rec->ns_ppid = rec->ppid;
	} else {
		rec->ns_pid = pid_in_ns(task_tgid(current), ns);
		rec->ns_tid = pid_in_ns(task_pid(current), ns);
		rec->ns_ppid = pid_in_ns(task_tgid(parent), ns);
	}

	rec->start_time = leader->start_boottime;
	memcpy(rec->comm, current->comm, sizeof(rec->comm));
	memcpy(rec->leader_comm, leader->comm, sizeof(rec->leader_comm));
	rec->loginuid = __kuid_val(audit_get_loginuid(current));
	rec->sessionid = audit_get_sessionid(current);
}

/* Return: flags. */
static __always_inline u32 fill_cred(struct sockbind_bind *rec,
				     const struct net *net)
{
	/* The subjective credentials: those that the security modules judge. */
	const struct cred *cred = current_cred();
	u32 flags = 0;

	/* A kuid is the number in the initial user namespace. */
	rec->uid = __kuid_val(cred->uid);
	rec->euid = __kuid_val(cred->euid);
	rec->gid = __kgid_val(cred->gid);
	rec->egid = __kgid_val(cred->egid);
	rec->userns = cred->user_ns->ns.inum;
	if (cap_raised(cred->cap_effective, CAP_NET_BIND_SERVICE))
		flags |= SOCKBIND_F_CAP_NET_BIND;
	if (cred->user_ns == net->user_ns)
		flags |= SOCKBIND_F_NETNS_OWNER;
	return flags;
}

static __always_inline void fill_exe(struct sockbind_bind *rec)
{
	const struct mm_struct *mm = current->mm;
	const struct file *file;
	const struct inode *inode;
	dev_t dev;

	rec->exe_inode = 0;
	rec->exe_major = 0;
	rec->exe_minor = 0;
	if (!mm)
		return;

	/*
	 * No reference is taken. Since 6.7 a struct file is reused without a
	 * grace period: one that has left mm->exe_file meanwhile may be another
	 * file's. If it is still there after its inode was read, it was this
	 * executable's, and the inode is freed by RCU only.
	 */
	file = rcu_dereference_sched(mm->exe_file);
	if (!file)
		return;
	inode = READ_ONCE(file->f_inode);
	smp_rmb(); /* f_inode, then exe_file; pairs with the RCU publication */
	if (!inode || rcu_access_pointer(mm->exe_file) != file)
		return;

	dev = inode->i_sb->s_dev;
	rec->exe_inode = inode->i_ino;
	rec->exe_major = MAJOR(dev);
	rec->exe_minor = MINOR(dev);
}

static __always_inline u64 cgroup_v2_id(void)
{
#ifdef CONFIG_CGROUPS
	return cgroup_id(task_dfl_cgroup(current));
#else
	return 0;
#endif
}

static __always_inline void fill_net(struct sockbind_bind *rec,
				     const struct net *net)
{
	rec->netns = net->ns.inum;
	rec->netns_cookie = sockbind_net_cookie(net);
	rec->unprivileged_port_start = sockbind_unprivileged_port_start(net);
}

static __always_inline bool is_inet(const struct sockbind_bind *rec)
{
	return rec->family == AF_INET || rec->family == AF_INET6;
}

static __always_inline u32 inet_opts(const struct sock *sk)
{
	u32 opts = 0;

	if (sockbind_inet_test(FREEBIND, freebind, sk))
		opts |= SOCKBIND_OPT_FREEBIND;
	if (sockbind_inet_test(TRANSPARENT, transparent, sk))
		opts |= SOCKBIND_OPT_TRANSPARENT;
	if (sockbind_inet_test(BIND_ADDRESS_NO_PORT, bind_address_no_port, sk))
		opts |= SOCKBIND_OPT_NO_PORT;
	if (sk->sk_ipv6only)
		opts |= SOCKBIND_OPT_V6ONLY;
	return opts;
}

static __always_inline void fill_socket(struct sockbind_bind *rec,
					const struct socket *sock,
					const struct sock *sk)
{
	u32 opts = 0;

	rec->inode = SOCK_INODE((struct socket *)sock)->i_ino;
	rec->family = READ_ONCE(sk->sk_family);
	rec->sock_type = sk->sk_type;
	rec->protocol = sk->sk_protocol;
	rec->mark = READ_ONCE(sk->sk_mark);
	if (sk->sk_reuse)
		opts |= SOCKBIND_OPT_REUSEADDR;
	if (sk->sk_reuseport)
		opts |= SOCKBIND_OPT_REUSEPORT;
	if (is_inet(rec))
		opts |= inet_opts(sk);
	rec->opts = opts;
}

/* The interface that the requested address names, 0: none. */
static __always_inline u32 addr_ifindex(const struct sockbind_bind *rec)
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

static __always_inline void fill_interface(struct sockbind_bind *rec,
					   const struct sock *sk)
{
	const struct net_device *dev;
	u32 ifindex = READ_ONCE(sk->sk_bound_dev_if);

	rec->hdr.flags &= ~SOCKBIND_F_IF_FROM_ADDR;
	if (!ifindex) {
		ifindex = addr_ifindex(rec);
		if (ifindex)
			rec->hdr.flags |= SOCKBIND_F_IF_FROM_ADDR;
	}
	rec->ifindex = ifindex;

	dev = ifindex ? dev_get_by_index_rcu(sock_net(sk), ifindex) : NULL;
	if (dev) {
		/* A renaming may be under way: bounded, and always ended. */
		data_race(memcpy(rec->ifname, dev->name, sizeof(rec->ifname)));
		rec->ifname[sizeof(rec->ifname) - 1] = '\0';
	} else {
		memset(rec->ifname, 0, sizeof(rec->ifname));
	}
}

/**
 * sockbind_record_request - fill a record when the hook is called
 * @rec: record, all of which is written except @via, @via_flags, @fd,
 *	@fd_status and @fixed_index (see origin.c), and the CPU and number
 * @sock: the hook's socket, pinned by the hook's caller
 * @addr: the hook's address, in kernel memory
 * @addrlen: its length, 0 to SOCKBIND_ADDR_MAX; what lies behind is the kernel's
 *	stack and is not read
 *
 * The socket is not locked: a concurrent setsockopt() may or may not be seen.
 *
 * Context: task, preemption off.
 */
void sockbind_record_request(struct sockbind_bind *rec, struct socket *sock,
			     const struct sockaddr *addr, int addrlen)
{
	const struct task_struct *leader = current->group_leader;
	const struct sock *sk = sock->sk;
	const struct net *net = sock_net(sk);
	size_t len = clamp(addrlen, 0, SOCKBIND_ADDR_MAX);

	rec->hdr.size = sizeof(*rec);
	rec->hdr.version = SOCKBIND_ABI_VERSION;
	rec->hdr.type = SOCKBIND_RECORD_BIND;
	rec->hdr.reserved = 0;
	rec->hdr.flags = fill_cred(rec, net);
	rec->duration = 0;
	rec->result = 0;
	rec->lsm = 0;
	rec->final_addrlen = 0;
	memset(rec->reserved, 0, sizeof(rec->reserved));
	memset(rec->final_addr, 0, sizeof(rec->final_addr));

	rec->addrlen = len;
	memcpy(rec->addr, addr, len);
	memset(rec->addr + len, 0, sizeof(rec->addr) - len);

	fill_times(rec);
	fill_pids(rec, leader);
	fill_exe(rec);
	rec->cgroup = cgroup_v2_id();
	rec->mntns = mnt_ns_inum(current->nsproxy);
	fill_net(rec, net);
	fill_socket(rec, sock, sk);
	fill_interface(rec, sk);
}

/**
 * sockbind_record_result - note what the bind came to
 * @rec: record filled by sockbind_record_request()
 * @result: 0 or a negative errno
 *
 * Context: task, preemption off, at the end of the bind.
 */
void sockbind_record_result(struct sockbind_bind *rec, int result)
{
	rec->result = result;
	rec->duration = ktime_get_boottime_ns() - rec->time_boot;
	rec->hdr.flags |= SOCKBIND_F_RESULT;
}

static void final_inet(struct sockbind_bind *rec, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct sockaddr_in *sin = (struct sockaddr_in *)rec->final_addr;

	/* inet_getname() */
	sin->sin_family = AF_INET;
	if (rec->sock_type != SOCK_RAW)
		sin->sin_port = READ_ONCE(inet->inet_sport);
	sin->sin_addr.s_addr = inet->inet_rcv_saddr;
	if (!sin->sin_addr.s_addr)
		sin->sin_addr.s_addr = inet->inet_saddr;
	rec->final_addrlen = sizeof(*sin);
}

#if IS_ENABLED(CONFIG_IPV6)
static void final_inet6(struct sockbind_bind *rec, const struct sock *sk)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)rec->final_addr;

	/* inet6_getname() */
	sin6->sin6_family = AF_INET6;
	if (rec->sock_type != SOCK_RAW)
		sin6->sin6_port = READ_ONCE(inet_sk(sk)->inet_sport);
	sin6->sin6_addr = sk->sk_v6_rcv_saddr;
	if (ipv6_addr_any(&sin6->sin6_addr) && np)
		sin6->sin6_addr = np->saddr;
	sin6->sin6_scope_id = ipv6_iface_scope_id(&sin6->sin6_addr,
						  READ_ONCE(sk->sk_bound_dev_if));
	rec->final_addrlen = sizeof(*sin6);
}
#else
static void final_inet6(struct sockbind_bind *rec, const struct sock *sk)
{
}
#endif

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
 * sockbind_record_final - note the address and the interface that a bind got
 * @rec: record of a bind that succeeded
 * @sk: its socket, which the caller keeps from being freed
 *
 * Context: task, preemption off, at the end of the bind.
 */
void sockbind_record_final(struct sockbind_bind *rec, const struct sock *sk)
{
	switch (rec->family) {
	case AF_INET:
		/* SMC's own address is that of a socket that it hides. */
		if (rec->protocol != SOCKBIND_IPPROTO_SMC)
			final_inet(rec, sk);
		break;
	case AF_INET6:
		if (rec->protocol != SOCKBIND_IPPROTO_SMC)
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

	/* A bind to a link-local address ties the socket to an interface. */
	fill_interface(rec, sk);
}
