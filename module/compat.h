/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels, and nothing else. The rest of the module is
 * written for the newest; here older ones are given what it uses. A feature is
 * tested for where it can be seen, by a macro or a configuration symbol; the
 * version number is the last resort.
 *
 * Included last.
 */
#ifndef SOCKBIND_COMPAT_H
#define SOCKBIND_COMPAT_H

#include <linux/file.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <asm/syscall.h>
#include <asm/unistd.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "sockbind needs Linux 5.10 or newer."
#endif

/* System call numbers of other entries than the native one. */
#if defined(CONFIG_X86_64)
#define SOCKBIND_NR_COMPAT_BIND		__NR_ia32_bind
#define SOCKBIND_NR_COMPAT_SOCKETCALL	__NR_ia32_socketcall
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
 * Argument @n < 3 of a probed function. Not every architecture has the API in all
 * versions, and that of s390 is not for modules.
 */
static __always_inline unsigned long sockbind_arg(struct pt_regs *regs,
						  unsigned int n)
{
#if defined(CONFIG_ARM)
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

/* io_uring can bind since 6.11; its structures are in a header since 6.0. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0) && IS_ENABLED(CONFIG_IO_URING)
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

static __always_inline struct file *sockbind_io_file(const struct io_kiocb *req)
{
	return req->file;
}
#endif

/* < 6.12: struct fd has a pointer to the file. */
#ifndef fd_file
#define fd_file(f)	((f).file)
#endif

/* < 5.11: sock_from_file() has an argument for the error too. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
static inline struct socket *sockbind_sock_from_file(struct file *file)
{
	int err;

	return sock_from_file(file, &err);
}
#else
#define sockbind_sock_from_file sock_from_file
#endif

/* < 5.12: the cookie is made when it is first asked for. */
static __always_inline u64 sockbind_net_cookie(const struct net *net)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
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

/* An enumerator with a macro of its name, since 6.11. */
#ifdef IPPROTO_SMC
#define SOCKBIND_IPPROTO_SMC	IPPROTO_SMC
#else
#define SOCKBIND_IPPROTO_SMC	(-1)
#endif

static inline void sockbind_init_irq_work_lazy(struct irq_work *work,
					       void (*func)(struct irq_work *))
{
#ifdef IRQ_WORK_INIT_LAZY
	*work = IRQ_WORK_INIT_LAZY(func);
#else
	init_irq_work(work, func);
	atomic_set(&work->flags, IRQ_WORK_LAZY);
#endif
}

/*
 * < 6.14: poll_wait() has no full barrier between queueing the task and what
 * the caller then looks at, which wq_has_sleeper() pairs with.
 */
static inline void sockbind_poll_wait(struct file *file,
				      struct wait_queue_head *wq,
				      struct poll_table_struct *table)
{
	poll_wait(file, wq, table);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
	smp_mb(); /* pairs with that in wq_has_sleeper() */
#endif
}

#endif /* SOCKBIND_COMPAT_H */
