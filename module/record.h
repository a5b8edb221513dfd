/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Filling a record: who binds, which socket, what it asks for, and what it got.
 *
 * All of it runs in probe handlers, in the context of the task that binds, with
 * preemption off and inside an RCU read-side critical section, which is
 * sockbind_rcu_read_lock()'s where preemption off is none. It only loads and stores:
 * nothing here may sleep, take a lock, fault or print.
 *
 * What every bind goes through is inline, so that a handler is one function: a
 * call costs more than most fields. What few binds need is behind one, in
 * record.c.
 *
 * The memory is a ring's or a pending slot's: it starts zeroed, then holds an
 * older record. There is no memset() before; every byte is written, but for
 * those of which it is known that they are zero: @reserved, and what lies
 * behind the older record's @addrlen and @final_addrlen.
 */
#ifndef SOCKBIND_RECORD_H
#define SOCKBIND_RECORD_H

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm_types.h>
#include <linux/net.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <uapi/linux/l2tp.h>
#include <linux/sockbind.h>

#include "clock.h"
#include "compat.h"

/*
 * Where struct mnt_namespace, which is private to fs/, holds its struct
 * ns_common; negative: not known, and the mount namespace is not recorded.
 */
extern int sockbind_mnt_ns_common;

void sockbind_record_init(void);

/* The rare cases. */
void sockbind_record_ns_pids(struct sockbind_bind *rec);
void sockbind_record_interface(struct sockbind_bind *rec, const struct net *net,
			       u32 ifindex);
u32 sockbind_record_opts(const struct sock *sk);
u32 sockbind_record_addr_ifindex(const struct sockbind_bind *rec);
void sockbind_record_final_other(struct sockbind_bind *rec,
				 const struct sock *sk);

static __always_inline u32 sockbind_mnt_ns_inum(const struct nsproxy *nsproxy)
{
	const struct ns_common *ns;

	if (unlikely(sockbind_mnt_ns_common < 0 || !nsproxy))
		return 0;
	ns = (const void *)((const char *)nsproxy->mnt_ns +
			    sockbind_mnt_ns_common);
	return ns->inum;
}

static __always_inline void sockbind_fill_times(struct sockbind_bind *rec)
{
	ktime_t now = ktime_get();

	rec->time_boot = sockbind_clock_ns(now, TK_OFFS_BOOT);
	rec->time_real = sockbind_clock_ns(now, TK_OFFS_REAL);
}

static __always_inline void sockbind_fill_task(struct sockbind_bind *rec)
{
	struct task_struct *task = current, *leader = task->group_leader;
	u32 pid = task->tgid, tid = task->pid;
	u32 ppid = rcu_dereference(task->real_parent)->tgid;
	/* Both loaded first, they are copied as one word. */
	u32 loginuid = __kuid_val(audit_get_loginuid(task));
	u32 sessionid = audit_get_sessionid(task);

	rec->pid = pid;
	rec->tid = tid;
	rec->ppid = ppid;
	if (likely(!task_pid(task)->level)) {
		/* In the initial namespace, where the numbers are the same. */
		rec->pidns = init_pid_ns.ns.inum;
		rec->ns_pid = pid;
		rec->ns_tid = tid;
		rec->ns_ppid = ppid;
	} else {
		sockbind_record_ns_pids(rec);
	}

	rec->start_time = leader->start_boottime;
	memcpy(rec->comm, task->comm, sizeof(rec->comm));
	memcpy(rec->leader_comm, leader->comm, sizeof(rec->leader_comm));
	rec->loginuid = loginuid;
	rec->sessionid = sessionid;
}

/* Return: flags. */
static __always_inline u32 sockbind_fill_cred(struct sockbind_bind *rec,
					      const struct net *net)
{
	/* The subjective credentials: those that the security modules judge. */
	const struct cred *cred = current_cred();
	const struct user_namespace *userns = cred->user_ns;
	u32 flags = 0;

	/* A kuid is the number in the initial user namespace. */
	rec->uid = __kuid_val(cred->uid);
	rec->euid = __kuid_val(cred->euid);
	rec->gid = __kgid_val(cred->gid);
	rec->egid = __kgid_val(cred->egid);
	rec->userns = userns->ns.inum;
	if (cap_raised(cred->cap_effective, CAP_NET_BIND_SERVICE))
		flags |= SOCKBIND_F_CAP_NET_BIND;
	if (userns == net->user_ns)
		flags |= SOCKBIND_F_NETNS_OWNER;
	return flags;
}

static __always_inline void sockbind_fill_exe(struct sockbind_bind *rec)
{
	const struct mm_struct *mm = current->mm;
	const struct file *file;
	const struct inode *inode;
	dev_t dev;

	if (unlikely(!mm))
		goto unknown;

	/*
	 * No reference is taken. Since 6.7 a struct file is reused without a
	 * grace period: one that has left mm->exe_file meanwhile may be another
	 * file's. If it is still there after its inode was read, it was this
	 * executable's, and the inode is freed by RCU only.
	 */
	file = rcu_dereference(mm->exe_file);
	if (unlikely(!file))
		goto unknown;
	inode = READ_ONCE(file->f_inode);
	smp_rmb(); /* f_inode, then exe_file; pairs with the RCU publication */
	if (unlikely(!inode || rcu_access_pointer(mm->exe_file) != file))
		goto unknown;

	dev = inode->i_sb->s_dev;
	rec->exe_inode = inode->i_ino;
	rec->exe_major = MAJOR(dev);
	rec->exe_minor = MINOR(dev);
	return;

unknown:
	rec->exe_inode = 0;
	rec->exe_major = 0;
	rec->exe_minor = 0;
}

static __always_inline u64 sockbind_cgroup_v2_id(void)
{
#ifdef CONFIG_CGROUPS
	return cgroup_id(task_dfl_cgroup(current));
#else
	return 0;
#endif
}

static __always_inline void sockbind_fill_net(struct sockbind_bind *rec,
					      const struct net *net)
{
	rec->netns = net->ns.inum;
	rec->netns_cookie = sockbind_net_cookie(net);
	rec->unprivileged_port_start = sockbind_unprivileged_port_start(net);
}

static __always_inline bool sockbind_is_inet(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
}

static __always_inline bool sockbind_has_opts(const struct sock *sk)
{
	return sk->sk_reuse || sk->sk_reuseport || sk->sk_ipv6only ||
	       (sockbind_is_inet(sk) && sockbind_inet_has_opts(sk));
}

static __always_inline void sockbind_fill_socket(struct sockbind_bind *rec,
						 const struct socket *sock,
						 const struct sock *sk)
{
	rec->inode = SOCK_INODE((struct socket *)sock)->i_ino;
	rec->family = READ_ONCE(sk->sk_family);
	rec->sock_type = sk->sk_type;
	rec->protocol = sk->sk_protocol;
	rec->mark = READ_ONCE(sk->sk_mark);
	if (likely(!sockbind_has_opts(sk)))
		rec->opts = 0;
	else
		rec->opts = sockbind_record_opts(sk);
}

/* The lengths of most binds are copied without a loop. */
static __always_inline void sockbind_fill_addr(struct sockbind_bind *rec,
					       const struct sockaddr *addr,
					       int addrlen)
{
	size_t len = clamp(addrlen, 0, SOCKBIND_ADDR_MAX);
	size_t old_len = rec->addrlen;

	switch (len) {
	case sizeof(struct sockaddr_in):
		memcpy(rec->addr, addr, sizeof(struct sockaddr_in));
		break;
	case sizeof(struct sockaddr_in6):
		memcpy(rec->addr, addr, sizeof(struct sockaddr_in6));
		break;
	default:
		memcpy(rec->addr, addr, len);
	}
	if (unlikely(old_len > len))
		memset(rec->addr + len, 0, old_len - len);
	rec->addrlen = len;
}

/* Return: SOCKBIND_F_IF_FROM_ADDR if the requested address names it. */
static __always_inline u32 sockbind_fill_interface(struct sockbind_bind *rec,
						   const struct sock *sk)
{
	u32 ifindex = READ_ONCE(sk->sk_bound_dev_if), flags = 0;
	sa_family_t family;

	/* AF_INET and the families below it know no interface. */
	memcpy(&family, rec->addr, sizeof(family));
	if (!ifindex && family > AF_INET) {
		ifindex = sockbind_record_addr_ifindex(rec);
		if (ifindex)
			flags = SOCKBIND_F_IF_FROM_ADDR;
	}
	if (unlikely(ifindex)) {
		sockbind_record_interface(rec, sock_net(sk), ifindex);
	} else {
		rec->ifindex = 0;
		memset(rec->ifname, 0, sizeof(rec->ifname));
	}
	return flags;
}

/**
 * sockbind_record_request - fill a record when the hook is called
 * @rec: record, all of which is written except @via, @via_flags, @fd,
 *	@fd_status and @fixed_index (see origin.h), and the CPU and number
 * @sock: the hook's socket, pinned by the hook's caller
 * @addr: the hook's address, in kernel memory
 * @addrlen: its length, 0 to SOCKBIND_ADDR_MAX; what lies behind is the kernel's
 *	stack and is not read
 *
 * The socket is not locked: a concurrent setsockopt() may or may not be seen.
 *
 * Context: task, preemption off.
 */
static __always_inline void
sockbind_record_request(struct sockbind_bind *rec, const struct socket *sock,
			const struct sockaddr *addr, int addrlen)
{
	const struct sock *sk = sock->sk;
	const struct net *net = sock_net(sk);
	u32 flags;

	rec->hdr.size = sizeof(*rec);
	rec->hdr.version = SOCKBIND_ABI_VERSION;
	rec->hdr.type = SOCKBIND_RECORD_BIND;
	rec->hdr.reserved = 0;
	rec->duration = 0;
	rec->result = 0;
	rec->lsm = 0;
	if (rec->final_addrlen) {
		memset(rec->final_addr, 0, sizeof(rec->final_addr));
		rec->final_addrlen = 0;
	}

	sockbind_fill_addr(rec, addr, addrlen);
	sockbind_fill_task(rec);
	sockbind_fill_exe(rec);
	rec->cgroup = sockbind_cgroup_v2_id();
	rec->mntns = sockbind_mnt_ns_inum(current->nsproxy);
	sockbind_fill_net(rec, net);
	sockbind_fill_socket(rec, sock, sk);
	flags = sockbind_fill_cred(rec, net);
	flags |= sockbind_fill_interface(rec, sk);
	rec->hdr.flags = flags;
	sockbind_fill_times(rec);
}

/**
 * sockbind_record_result - note what the bind came to
 * @rec: record filled by sockbind_record_request()
 * @result: 0 or a negative errno
 *
 * Context: task, preemption off, at the end of the bind.
 */
static __always_inline void sockbind_record_result(struct sockbind_bind *rec,
						   int result)
{
	rec->result = result;
	rec->hdr.flags |= SOCKBIND_F_RESULT;
	rec->duration = sockbind_clock_ns(ktime_get(), TK_OFFS_BOOT) -
			rec->time_boot;
}

/*
 * An SMC socket keeps its address in an internal TCP socket, which is not read
 * here. That of an L2TP socket has no port.
 */
static __always_inline bool
sockbind_is_plain_inet(const struct sockbind_bind *rec)
{
	return rec->family == AF_INET &&
	       !sockbind_is_smc(rec->protocol) &&
	       rec->protocol != IPPROTO_L2TP;
}

/* As inet_getname() does, to which the protocol of a raw socket is its port. */
static __always_inline void sockbind_final_inet(struct sockbind_bind *rec,
						const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct sockaddr_in *sin = (struct sockaddr_in *)rec->final_addr;

	sin->sin_family = AF_INET;
	sin->sin_port = READ_ONCE(inet->inet_sport);
	sin->sin_addr.s_addr = inet->inet_rcv_saddr;
	if (!sin->sin_addr.s_addr)
		sin->sin_addr.s_addr = inet->inet_saddr;
	rec->final_addrlen = sizeof(*sin);
}

/**
 * sockbind_record_final - note the address and the interface that a bind got
 * @rec: record of a bind that succeeded
 * @sk: its socket, which the caller keeps from being freed
 *
 * Context: task, preemption off, at the end of the bind.
 */
static __always_inline void sockbind_record_final(struct sockbind_bind *rec,
						  const struct sock *sk)
{
	if (likely(sockbind_is_plain_inet(rec))) {
		sockbind_final_inet(rec, sk);
		rec->hdr.flags |= SOCKBIND_F_FINAL_ADDR;
	} else {
		sockbind_record_final_other(rec, sk);
	}

	/* A bind to a link-local address ties the socket to an interface. */
	if (unlikely(READ_ONCE(sk->sk_bound_dev_if)) || rec->ifindex) {
		rec->hdr.flags &= ~SOCKBIND_F_IF_FROM_ADDR;
		rec->hdr.flags |= sockbind_fill_interface(rec, sk);
	}
}

#endif /* SOCKBIND_RECORD_H */
