/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels, and nothing else. The rest of the module is
 * written for the newest; here older ones are given what it uses. Features are
 * tested for, by a macro, a type or a configuration symbol; features.c finds what
 * none of these shows. No version number is: vendors' kernels have the features of
 * newer ones. Where a test is wrong, nothing must compile. The versions in
 * comments are those of the mainline.
 *
 * Included after the headers of the kernel.
 */
#ifndef SOCKBIND_COMPAT_H
#define SOCKBIND_COMPAT_H

#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <asm/syscall.h>
#include <asm/unistd.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <features.inc>

#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 14, 0)
#error "sockbind needs Linux 4.14 or newer."
#endif

/* System call numbers of other entries than the native one. */
#if defined(CONFIG_X86_64)
#define SOCKBIND_NR_COMPAT_BIND		361	/* named so since 5.4 only */
#define SOCKBIND_NR_COMPAT_SOCKETCALL	102
#define SOCKBIND_NR_X32_BIND		(__X32_SYSCALL_BIT | __NR_bind)
#elif defined(CONFIG_ARM64)
#define SOCKBIND_NR_COMPAT_BIND		282	/* the arm table has no socketcall */
#elif defined(__NR_socketcall)			/* one table for both: s390, powerpc */
#define SOCKBIND_NR_COMPAT_BIND		__NR_bind
#define SOCKBIND_NR_COMPAT_SOCKETCALL	__NR_socketcall
#endif

static __always_inline bool sockbind_in_x32_syscall(void)
{
#ifdef CONFIG_X86_64
	return task_pt_regs(current)->orig_ax & __X32_SYSCALL_BIT;
#else
	return false;
#endif
}

/*
 * Argument @n < 3 of a probed function. No architecture has the API in all
 * versions, and that of s390 is not for modules.
 */
static __always_inline unsigned long sockbind_arg(struct pt_regs *regs,
						  unsigned int n)
{
#if defined(CONFIG_X86_64)
	return n == 0 ? regs->di : n == 1 ? regs->si : regs->dx;
#elif defined(CONFIG_X86_32)
	return n == 0 ? regs->ax : n == 1 ? regs->dx : regs->cx;
#elif defined(CONFIG_ARM64)
	return regs->regs[n];
#elif defined(CONFIG_ARM)
	return regs->uregs[n];
#elif defined(CONFIG_PPC)
	return regs->gpr[3 + n];
#elif defined(CONFIG_RISCV)
	return (&regs->a0)[n];
#elif defined(CONFIG_S390)
	return regs->gprs[2 + n];
#else
	return regs_get_kernel_argument(regs, n);
#endif
}

/*
 * What a probed function returned. regs_return_value() is made for the end of a
 * system call: powerpc and MIPS negate the register there if a flag says that the
 * call failed. At the end of a function that flag means nothing, and on powerpc any
 * user can have it set, by XER.SO.
 */
static __always_inline unsigned long sockbind_return_value(struct pt_regs *regs)
{
#if defined(CONFIG_PPC)
	return regs->gpr[3];
#elif defined(CONFIG_MIPS)
	return regs->regs[2];
#else
	return regs_return_value(regs);
#endif
}

/*
 * The number of the system call that @current is in; negative: in none. Most kernels
 * set it to -1 when user space is interrupted, where io_uring may bind too.
 * syscall_get_nr() reads a register of user space on RISC-V then, and on Arm the
 * number of the last system call.
 */
static __always_inline int sockbind_syscall_nr(struct pt_regs *regs)
{
#if defined(CONFIG_RISCV)
	if (regs->cause != EXC_SYSCALL)
		return -1;
#elif defined(CONFIG_ARM)
	/* No call whose first argument is -1 reaches the hook. */
	if (regs->ARM_ORIG_r0 == -1UL)
		return -1;
#endif
	return syscall_get_nr(current, regs);
}

/*
 * < 6.2: ftrace does not tell the arguments of a function the same everywhere.
 * On s390 it does by a function that is not for modules.
 */
#if defined(SOCKBIND_HAVE_FTRACE_REGS_GET_ARGUMENT) && \
	IS_ENABLED(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) && !IS_ENABLED(CONFIG_S390)
#define SOCKBIND_HAVE_FTRACE_ARGS
#endif

/*
 * Where no kprobe may be on what ftrace changes at the entry of a function, it goes
 * behind that: the arguments are still where they were. Of return probes, which
 * have to be at the entry, there are none then.
 */
#if IS_ENABLED(CONFIG_RISCV) && IS_ENABLED(CONFIG_DYNAMIC_FTRACE) && \
	!IS_ENABLED(CONFIG_KPROBES_ON_FTRACE)
#include <linux/ftrace.h>

/* Newer ones change the second of two instructions only. */
#ifdef MCOUNT_AUIPC_SIZE
#define SOCKBIND_HOOK_OFFSET	(MCOUNT_AUIPC_SIZE + MCOUNT_JALR_SIZE)
#else
#define SOCKBIND_HOOK_OFFSET	MCOUNT_INSN_SIZE
#endif
#else
#define SOCKBIND_HOOK_OFFSET	0
#endif

/*
 * A handler runs with preemption off. Since 4.20 that is an RCU read-side critical
 * section. Before, it is none where RCU readers can be preempted, and there
 * rcu_read_lock() is two instructions; where they cannot it is none. For lockdep the
 * lock is taken everywhere: task_dfl_cgroup() accepts nothing else up to 5.10, and
 * rcu_dereference() complains in a handler that forgot it.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 20, 0) || IS_ENABLED(CONFIG_PROVE_RCU)
#define sockbind_rcu_read_lock		rcu_read_lock
#define sockbind_rcu_read_unlock	rcu_read_unlock
#else
#define sockbind_rcu_read_lock()	do { } while (0)
#define sockbind_rcu_read_unlock()	do { } while (0)
#endif

/*
 * Bytes that ftrace changes at the entry of a function, from where a kprobe on
 * ftrace is. Zero: it is not known that a kprobe behind them finds the arguments.
 */
#if IS_ENABLED(CONFIG_KPROBES_ON_FTRACE) && \
	(defined(CONFIG_X86) || defined(CONFIG_PPC) || \
	 defined(CONFIG_S390) || defined(CONFIG_RISCV))
#include <linux/ftrace.h>
#define SOCKBIND_FTRACE_SIZE	MCOUNT_INSN_SIZE
#else
#define SOCKBIND_FTRACE_SIZE	0
#endif

/* < 5.5 */
#ifdef SOCKBIND_HAVE_FTRACE_OPS_FL_PERMANENT
#define SOCKBIND_FTRACE_PERMANENT	1
#else
#define SOCKBIND_FTRACE_PERMANENT	0
#endif

/* < 5.11: what ftrace calls is given registers. */
#ifndef SOCKBIND_HAVE_FTRACE_REGS
#define ftrace_regs		pt_regs
#endif

/* io_uring can bind since 6.11; its structures are in a header since 6.0. */
#ifdef SOCKBIND_HAVE_IORING_OP_BIND
#include <linux/io_uring_types.h>

#define SOCKBIND_HAVE_IO_BIND

static __always_inline bool sockbind_io_fixed_file(const struct io_kiocb *req)
{
	return req->flags & REQ_F_FIXED_FILE;
}

static __always_inline int sockbind_io_fd(const struct io_kiocb *req)
{
	return req->cqe.fd;
}

static __always_inline int sockbind_io_result(const struct io_kiocb *req)
{
	return req->cqe.res;
}
#endif

/* < 5.12: the cookie is made when it is first asked for. */
static __always_inline u64 sockbind_net_cookie(const struct net *net)
{
#ifdef SOCKBIND_HAVE_NET_COOKIE_U64
	return net->net_cookie;
#else
	return 0;
#endif
}

static __always_inline u32 sockbind_unprivileged_port_start(const struct net *net)
{
#if IS_ENABLED(CONFIG_INET) && IS_ENABLED(CONFIG_SYSCTL)
	return READ_ONCE(net->ipv4.sysctl_ip_prot_sock);
#else
	return SOCKBIND_UNKNOWN;
#endif
}

/* < 6.6: the options are bit fields of struct inet_sock. */
#ifdef inet_test_bit
#define sockbind_inet_test(FLAG, field, sk)	inet_test_bit(FLAG, sk)
#else
#define sockbind_inet_test(FLAG, field, sk)	(inet_sk(sk)->field)
#endif

/* Whether any of the three that are asked for may be set. */
static __always_inline bool sockbind_inet_has_opts(const struct sock *sk)
{
#ifdef inet_test_bit
	return READ_ONCE(inet_sk(sk)->inet_flags) &
	       (BIT(INET_FLAGS_FREEBIND) | BIT(INET_FLAGS_TRANSPARENT) |
		BIT(INET_FLAGS_BIND_ADDRESS_NO_PORT));
#else
	return true;
#endif
}

/* An enumerator with a macro of its name, since 6.11. */
static __always_inline bool sockbind_is_smc(u16 protocol)
{
#ifdef IPPROTO_SMC
	return protocol == IPPROTO_SMC;
#else
	return false;
#endif
}

/*
 * A reference to the executable of an address space, which may be replaced
 * meanwhile; NULL: it has none. < 6.7: get_file_rcu() is a macro, and a file is
 * freed by RCU.
 */
static inline struct file *sockbind_get_exe_file(struct mm_struct *mm)
{
#ifdef get_file_rcu
	struct file *file = rcu_dereference(mm->exe_file);

	return file && get_file_rcu(file) ? file : NULL;
#else
	return get_file_rcu(&mm->exe_file);
#endif
}

static inline void sockbind_init_irq_work_lazy(struct irq_work *work,
					       void (*func)(struct irq_work *))
{
#ifdef IRQ_WORK_INIT_LAZY
	*work = IRQ_WORK_INIT_LAZY(func);
#else
	init_irq_work(work, func);
	/* Since 5.5 an atomic_t, of which that is the only member. */
	BUILD_BUG_ON(!__same_type(work->flags, atomic_t) &&
		     !__same_type(work->flags, unsigned long));
	if (__same_type(work->flags, atomic_t))
		atomic_set((atomic_t *)&work->flags, IRQ_WORK_LAZY);
	else
		*(unsigned long *)&work->flags = IRQ_WORK_LAZY;
#endif
}

/* Runs in hard interrupt context on PREEMPT_RT, too. */
static inline void sockbind_init_irq_work_hard(struct irq_work *work,
					       void (*func)(struct irq_work *))
{
#ifdef IRQ_WORK_INIT_HARD
	*work = IRQ_WORK_INIT_HARD(func);
#else
	init_irq_work(work, func);
#ifdef CONFIG_PREEMPT_RT
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)
	atomic_set(&work->flags, IRQ_WORK_HARD_IRQ);
#else
	work->flags = IRQ_WORK_HARD_IRQ;
#endif
#endif
#endif
}

#ifdef CONFIG_PREEMPT_RT
/* < 5.9: modules choose a priority themselves. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 9, 0)
#define sockbind_sched_set_fifo_low	sched_set_fifo_low
#else
#include <uapi/linux/sched/types.h>

static inline void sockbind_sched_set_fifo_low(struct task_struct *task)
{
	const struct sched_param param = { .sched_priority = 1 };

	sched_setscheduler(task, SCHED_FIFO, &param);
}
#endif
#endif

/*
 * < 6.14: poll_wait() has no full barrier between queueing the task and what
 * the caller then looks at, which wq_has_sleeper() pairs with.
 */
static inline void sockbind_poll_wait(struct file *file,
				      struct wait_queue_head *wq,
				      struct poll_table_struct *table)
{
	poll_wait(file, wq, table);
	smp_mb(); /* pairs with that in wq_has_sleeper() */
}

/* < 6.5: another function reads into a pipe by read_iter(). */
#ifdef SOCKBIND_HAVE_COPY_SPLICE_READ
#define sockbind_splice_read	copy_splice_read
#else
#define sockbind_splice_read	generic_file_splice_read
#endif

/* Long-term kernels before 5.10. */

/* There is no race detector that could be told. */
#ifndef data_race
#define data_race(expr)		(expr)
#endif

#ifndef static_assert
#define static_assert(expr)	_Static_assert(expr, #expr)
#endif

#ifndef rcu_replace_pointer
#define rcu_replace_pointer(rcu_ptr, ptr, c)				\
({									\
	typeof(ptr) old = rcu_dereference_protected((rcu_ptr), (c));	\
	rcu_assign_pointer((rcu_ptr), (ptr));				\
	old;								\
})
#endif

/* No task of io_uring, nor one in an exec that ends with a task's exit. */
#ifndef PF_IO_WORKER
#define PF_IO_WORKER		0
#endif

#ifndef SOCKBIND_HAVE_SYSFS_EMIT
#define sysfs_emit(buf, ...)	scnprintf(buf, PAGE_SIZE, __VA_ARGS__)
#endif

#ifndef SOCKBIND_HAVE_COPY_FROM_KERNEL_NOFAULT
#define copy_from_kernel_nofault	probe_kernel_read
#endif

#ifndef SOCKBIND_HAVE_COPY_FROM_USER_NOFAULT
static inline bool sockbind_user_range(const void __user *from, size_t size)
{
#ifdef VERIFY_READ
	return access_ok(VERIFY_READ, from, size);
#else
	return access_ok(from, size);
#endif
}

static inline long sockbind_copy_from_user(void *to, const void __user *from,
					   size_t size)
{
	unsigned long left = size;

	if (sockbind_user_range(from, size)) {
		pagefault_disable();
		left = __copy_from_user_inatomic(to, from, size);
		pagefault_enable();
	}
	return left ? -EFAULT : 0;
}

#define copy_from_user_nofault	sockbind_copy_from_user
#endif

#ifndef SOCKBIND_HAVE_START_BOOTTIME
#define start_boottime		real_start_time
#endif

#ifndef SOCKBIND_HAVE_U64_STATS_T
#include <asm/local64.h>

struct sockbind_u64_stats {
	local64_t count;
};

#define u64_stats_t		struct sockbind_u64_stats
#define u64_stats_read(stats)	local64_read(&(stats)->count)
#define u64_stats_inc(stats)	local64_inc(&(stats)->count)
#endif

#ifndef SOCKBIND_HAVE_CGROUP_ID
#include <linux/cgroup.h>

/* The number, or a union with one for user space, of which it is a member. */
static inline u64 sockbind_cgroup_id(const struct cgroup *cgroup)
{
	BUILD_BUG_ON(sizeof(cgroup->kn->id) != sizeof(u64));
	return *(const u64 *)&cgroup->kn->id;
}

#define cgroup_id		sockbind_cgroup_id
#endif

#ifndef SOCKBIND_HAVE_COMPAT_PTR_IOCTL
#ifdef CONFIG_COMPAT
#include <linux/compat.h>

static inline long sockbind_compat_ioctl(struct file *file, unsigned int cmd,
					 unsigned long arg)
{
	return file->f_op->unlocked_ioctl(file, cmd,
					  (unsigned long)compat_ptr(arg));
}

#define compat_ptr_ioctl	sockbind_compat_ioctl
#else
#define compat_ptr_ioctl	NULL
#endif
#endif

#ifndef SOCKBIND_HAVE_SYSCALL_GET_ALL_ARGUMENTS
#define syscall_get_arguments(task, regs, args)				\
	syscall_get_arguments(task, regs, 0, 6, args)
#endif

/* The function of bind(2), which socketcall(2) calls too. */
#ifdef SOCKBIND_HAVE___SYS_BIND
#define SOCKBIND_SYS_BIND	"__sys_bind"
#else
#define SOCKBIND_SYS_BIND	"sys_bind"
#endif

#ifdef AF_XDP
#include <uapi/linux/if_xdp.h>
#else
#define AF_XDP			44

struct sockaddr_xdp {
	__u16 sxdp_family;
	__u16 sxdp_flags;
	__u32 sxdp_ifindex;
};
#endif

#ifndef struct_size
#define struct_size(p, member, n)					\
	(sizeof(*(p)) + (n) * sizeof(*(p)->member))
#endif

#ifndef SOCKBIND_HAVE_KVCALLOC
#define kvcalloc(n, size, flags)					\
	kvmalloc_array(n, size, (flags) | __GFP_ZERO)
#endif

#ifndef SOCKBIND_HAVE_POLL_T
#include <uapi/linux/eventpoll.h>

#define __poll_t		unsigned int
#endif

#ifndef SOCKBIND_HAVE_ASSIGN_BIT
#define __assign_bit(nr, addr, value)					\
	((value) ? __set_bit(nr, addr) : __clear_bit(nr, addr))
#endif

#endif /* SOCKBIND_COMPAT_H */
