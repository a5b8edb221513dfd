// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the kernel was asked for the bind, and by which descriptor.
 *
 * The hook is given a socket and no descriptor. Where the function around it
 * was probed, its argument is the descriptor; else the system call's arguments
 * are, if there was one. To search the descriptor table would find the lowest
 * of several that refer to the socket, not the one that was used.
 *
 * A descriptor is believed if it refers to the socket when the hook runs:
 * another thread may close or replace it at any time.
 */

#include <linux/compat.h>
#include <linux/fdtable.h>
#include <linux/kprobes.h>
#include <linux/net.h>
#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>
#include <asm/unistd.h>
#include <linux/sockbind.h>

#include "compat.h"
#include "origin.h"

/* Negative: in none. */
static __always_inline int syscall_nr(void)
{
	return sockbind_syscall_nr(task_pt_regs(current));
}

/*
 * Return: flags of the system call @nr that this task is in. io_uring goes on
 * with a chain of requests when a task returns to user space, and that may be
 * from an interrupt: there is no system call then, and registers that say so.
 */
static __always_inline u8 entry_flags(int nr)
{
#ifdef CONFIG_COMPAT
	if (nr < 0)
		return 0;
	if (sockbind_in_x32_syscall())
		return SOCKBIND_VIA_X32;
	if (in_compat_syscall())
		return SOCKBIND_VIA_COMPAT;
#endif
	return 0;
}

static __always_inline bool is_socketcall(u8 flags, int nr)
{
#ifdef SOCKBIND_NR_COMPAT_SOCKETCALL
	if (flags & SOCKBIND_VIA_COMPAT)
		return nr == SOCKBIND_NR_COMPAT_SOCKETCALL;
#endif
#ifdef __NR_socketcall
	if (!flags)
		return nr == __NR_socketcall;
#endif
	return false;
}

static __always_inline bool is_bind(u8 flags, int nr)
{
#ifdef SOCKBIND_NR_COMPAT_BIND
	if (flags & SOCKBIND_VIA_COMPAT)
		return nr == SOCKBIND_NR_COMPAT_BIND;
#endif
#ifdef SOCKBIND_NR_X32_BIND
	if (flags & SOCKBIND_VIA_X32)
		return nr == SOCKBIND_NR_X32_BIND;
#endif
	return !flags && nr == __NR_bind;
}

/* The first member of socketcall()'s array of arguments, if it can be had. */
static bool socketcall_fd(u8 flags, unsigned long args, int *fd)
{
	unsigned long word;

#ifdef CONFIG_COMPAT
	if (flags & SOCKBIND_VIA_COMPAT) {
		u32 compat_word;

		if (copy_from_user_nofault(&compat_word, compat_ptr(args),
					   sizeof(compat_word)))
			return false;
		*fd = compat_word;
		return true;
	}
#endif
	if (copy_from_user_nofault(&word, (void __user *)args, sizeof(word)))
		return false;
	*fd = word;
	return true;
}

/**
 * sockbind_origin_other_syscall - sockbind_origin_syscall(), if it is not bind(2)
 * @rec: record, gets @via, @via_flags, @fd, @fd_status and @fixed_index
 * @sock: the hook's socket
 */
void sockbind_origin_other_syscall(struct sockbind_bind *rec,
				   const struct socket *sock)
{
	struct pt_regs *regs = task_pt_regs(current);
	unsigned long args[6];
	u8 flags;
	int nr, fd;

	/* An io_uring thread has no system call; its registers are stale. */
	if (current->flags & PF_IO_WORKER) {
		rec->via = SOCKBIND_VIA_IO_URING;
		rec->via_flags = SOCKBIND_VIA_WORKER;
		sockbind_fill_no_fd(rec, SOCKBIND_FD_UNKNOWN);
		return;
	}

	nr = syscall_nr();
	flags = entry_flags(nr);
	rec->via_flags = flags;
	if (is_bind(flags, nr)) {
		rec->via = SOCKBIND_VIA_BIND;
		syscall_get_arguments(current, regs, args);
		sockbind_fill_fd(rec, sock, args[0]);
	} else if (is_socketcall(flags, nr)) {
		rec->via = SOCKBIND_VIA_SOCKETCALL;
		syscall_get_arguments(current, regs, args);
		if (socketcall_fd(flags, args[1], &fd))
			sockbind_fill_fd(rec, sock, fd);
		else
			sockbind_fill_no_fd(rec, SOCKBIND_FD_UNKNOWN);
	} else {
#ifdef __NR_io_uring_enter
		/* The number is the same in all tables but x32's. */
		if ((nr & 0xffff) == __NR_io_uring_enter)
			rec->via = SOCKBIND_VIA_IO_URING;
		else
#endif
			rec->via = SOCKBIND_VIA_UNKNOWN;
		sockbind_fill_no_fd(rec, SOCKBIND_FD_UNKNOWN);
	}
}

/**
 * sockbind_origin_other_sys_bind - sockbind_origin_sys_bind(), if the system
 *	call is not bind(2)
 * @rec: record, gets @via and @via_flags
 */
void sockbind_origin_other_sys_bind(struct sockbind_bind *rec)
{
	int nr = syscall_nr();
	u8 flags = entry_flags(nr);

	rec->via = is_socketcall(flags, nr) ? SOCKBIND_VIA_SOCKETCALL :
					      SOCKBIND_VIA_BIND;
	rec->via_flags = flags;
}

#ifdef SOCKBIND_HAVE_IO_BIND
/**
 * sockbind_origin_io_uring - tell the origin of a call of io_bind()
 * @rec: record, gets @via, @via_flags, @fd, @fd_status and @fixed_index
 * @sock: the hook's socket
 * @req: io_bind()'s argument
 */
void sockbind_origin_io_uring(struct sockbind_bind *rec,
			      const struct socket *sock,
			      const struct io_kiocb *req)
{
	rec->via = SOCKBIND_VIA_IO_URING;
	if (current->flags & PF_IO_WORKER)
		rec->via_flags = SOCKBIND_VIA_WORKER;
	else
		rec->via_flags = entry_flags(syscall_nr());

	if (sockbind_io_fixed_file(req)) {
		sockbind_fill_no_fd(rec, SOCKBIND_FD_FIXED);
		rec->fixed_index = sockbind_io_fd(req);
	} else {
		sockbind_fill_fd(rec, sock, sockbind_io_fd(req));
	}
}
#endif
