/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the kernel was asked for the bind, and by which descriptor: see origin.c.
 * The native bind(2) is inline.
 *
 * Called from probe handlers: task context, preemption off.
 */
#ifndef SOCKBIND_ORIGIN_H
#define SOCKBIND_ORIGIN_H

#include <linux/compat.h>
#include <linux/fdtable.h>
#include <linux/net.h>
#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>
#include <asm/unistd.h>
#include <linux/sockbind.h>

#include "compat.h"

struct io_kiocb;

void sockbind_origin_other_syscall(struct sockbind_bind *rec,
				   const struct socket *sock);
void sockbind_origin_other_sys_bind(struct sockbind_bind *rec);
void sockbind_origin_io_uring(struct sockbind_bind *rec,
			      const struct socket *sock,
			      const struct io_kiocb *req);

/* What @fd refers to in @files: to be compared, not to be dereferenced. */
static __always_inline struct file *
sockbind_fd_file(const struct files_struct *files, int fd)
{
	const struct fdtable *fdt = rcu_dereference_raw(files->fdt);
	unsigned int i = fd;

	if (unlikely(i >= fdt->max_fds))
		return NULL;
	i = array_index_nospec(i, fdt->max_fds);
	return rcu_dereference_raw(fdt->fd[i]);
}

static __always_inline void sockbind_fill_found_fd(struct sockbind_bind *rec,
						   int fd, bool found)
{
	rec->fixed_index = -1;
	if (likely(found)) {
		rec->fd = fd;
		rec->fd_status = SOCKBIND_FD_OK;
	} else {
		rec->fd = -1;
		rec->fd_status = SOCKBIND_FD_CHANGED;
	}
}

/* A task that is exiting has no descriptors. */
static __always_inline void sockbind_fill_fd(struct sockbind_bind *rec,
					     const struct socket *sock, int fd)
{
	const struct files_struct *files = current->files;

	sockbind_fill_found_fd(rec, fd, files && sockbind_fd_file(files, fd) ==
					sock->file);
}

static __always_inline void sockbind_fill_no_fd(struct sockbind_bind *rec,
						u8 status)
{
	rec->fd = -1;
	rec->fd_status = status;
	rec->fixed_index = -1;
}

/* An io_uring thread has no system call; its registers are stale. */
static __always_inline bool sockbind_in_native_bind(struct pt_regs *regs)
{
#ifdef CONFIG_COMPAT
	/* Of x32 too, whose numbers are others. */
	if (in_compat_syscall())
		return false;
#endif
	return sockbind_syscall_nr(regs) == __NR_bind &&
	       !(current->flags & PF_IO_WORKER);
}

/**
 * sockbind_origin_syscall - tell the origin from the system call's registers
 * @rec: record, gets @via, @via_flags, @fd, @fd_status and @fixed_index
 * @sock: the hook's socket
 *
 * For a bind that no return probe saw begin.
 */
static __always_inline void sockbind_origin_syscall(struct sockbind_bind *rec,
						    const struct socket *sock)
{
	struct pt_regs *regs = task_pt_regs(current);
	unsigned long args[6];

	if (unlikely(!sockbind_in_native_bind(regs))) {
		sockbind_origin_other_syscall(rec, sock);
		return;
	}
	syscall_get_arguments(current, regs, args);
	rec->via = SOCKBIND_VIA_BIND;
	rec->via_flags = 0;
	sockbind_fill_fd(rec, sock, args[0]);
}

/**
 * sockbind_origin_sys_bind - tell the origin of a call of __sys_bind()
 * @rec: record, gets @via, @via_flags, @fd, @fd_status and @fixed_index
 * @sock: the hook's socket
 * @files: the task's
 * @fd: __sys_bind()'s argument
 */
static __always_inline void
sockbind_origin_sys_bind(struct sockbind_bind *rec, const struct socket *sock,
			 const struct files_struct *files, int fd)
{
	if (likely(sockbind_in_native_bind(task_pt_regs(current)))) {
		rec->via = SOCKBIND_VIA_BIND;
		rec->via_flags = 0;
	} else {
		sockbind_origin_other_sys_bind(rec);
	}
	sockbind_fill_found_fd(rec, fd,
			       sockbind_fd_file(files, fd) == sock->file);
}

#endif /* SOCKBIND_ORIGIN_H */
