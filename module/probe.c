// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probe on security_socket_bind: every bind of user space passes it, in
 * task context and without a lock held, before the protocol is asked.
 *
 * The probe is a kprobe, which works everywhere. Where it is in force alone on
 * the function and the kernel can, ftrace calls us without it, at a third of
 * the cost on x86 and without the exception that a kprobe is on arm64.
 *
 * The handler runs with preemption off, on some kernels and architectures with
 * interrupts off or in what looks like an NMI. So nothing that it calls sleeps,
 * takes a lock, allocates, wakes, faults or prints.
 */

#include <linux/err.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/net.h>
#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <linux/socket.h>
#include <linux/sockbind.h>

#include "canary.h"
#include "compat.h"
#include "filter.h"
#include "origin.h"
#include "outcome.h"
#include "probe.h"
#include "process.h"
#include "record.h"
#include "ring.h"
#include "slot.h"
#include "stats.h"

/* Another task may change the descriptors. */
static noinline void fill_shared(struct sockbind_slot *slot)
{
	sockbind_origin_sys_bind(&slot->rec, slot->sock, current->files,
				 slot->fd);
	sockbind_slot_hold(slot);
}

/* The end of this bind will be seen: outcome.c completes and commits it. */
static __always_inline void fill_slot(struct sockbind_slot *slot,
				      const struct socket *sock,
				      const struct sockaddr *addr, int addrlen)
{
	const struct files_struct *files;

	sockbind_record_request(&slot->rec, sock, addr, addrlen);
	slot->sock = sock;
#ifdef SOCKBIND_HAVE_IO_BIND
	if (unlikely(slot->req)) {
		sockbind_origin_io_uring(&slot->rec, sock, slot->req);
		WRITE_ONCE(slot->state, SOCKBIND_SLOT_FILLED);
		return;
	}
#endif
	/*
	 * The acquire pairs with the full barrier of atomic_dec_and_test() in
	 * put_files_struct(): what a task that shared the table has done to it is
	 * seen. In a table of one task the descriptor stays, and holds the socket.
	 */
	files = current->files;
	if (unlikely(atomic_read_acquire(&files->count) != 1)) {
		fill_shared(slot);
		return;
	}
	sockbind_origin_sys_bind(&slot->rec, sock, files, slot->fd);
	if (unlikely(slot->rec.fd_status != SOCKBIND_FD_OK)) {
		sockbind_slot_hold(slot);
		return;
	}
	WRITE_ONCE(slot->state, SOCKBIND_SLOT_FILLED);
}

/*
 * No return probe will complete this bind: write the record into the ring. Return:
 * whether there is one.
 */
static __always_inline bool commit_request(const struct socket *sock,
					   const struct sockaddr *addr,
					   int addrlen)
{
	union sockbind_record *record;
	struct sockbind_ring *ring;

	if (!sockbind_filter_request(sock->sk, addr, addrlen))
		return false;
	ring = this_cpu_ptr(&sockbind_rings);
	record = sockbind_ring_reserve(ring);
	if (!record)
		return false;
	sockbind_record_request(&record->bind, sock, addr, addrlen);
	sockbind_origin_syscall(&record->bind, sock);
	sockbind_ring_commit(ring, record);
	return true;
}

/* There should be one: a pool is used up by binds that hang, or was never had. */
static noinline void commit_without_result(const struct socket *sock,
					   const struct sockaddr *addr,
					   int addrlen)
{
	if (commit_request(sock, addr, addrlen))
		sockbind_stats_inc(SOCKBIND_STAT_WITHOUT_RESULT);
	sockbind_process_note(&record->bind);
}

static __always_inline void record_bind(const struct socket *sock,
					const struct sockaddr *addr,
					int addrlen, bool outcome)
{
	struct sockbind_slot *slot;

	if (!sockbind_filter_family(sock->sk, addr, addrlen))
		return;
	if (!outcome)
		commit_request(sock, addr, addrlen);
	else if (sockbind_slot_of_bind(&slot))
		fill_slot(slot, sock, addr, addrlen);
	else
		commit_without_result(sock, addr, addrlen);
}

/* @outcome is constant: there is a handler for each, which has nothing to ask. */
static __always_inline void bind_requested(const struct socket *sock,
					   const struct sockaddr *addr,
					   int addrlen, bool outcome)
{
	sockbind_stats_inc(SOCKBIND_STAT_SEEN);
	sockbind_rcu_read_lock();
	record_bind(sock, addr, addrlen, outcome);
	sockbind_rcu_read_unlock();
}

/* int security_socket_bind(struct socket *, struct sockaddr *, int) */
static __always_inline int called(struct pt_regs *regs, bool outcome)
{
	bind_requested((struct socket *)sockbind_arg(regs, 0),
		       (struct sockaddr *)sockbind_arg(regs, 1),
		       sockbind_arg(regs, 2), outcome);
	return 0;
}

static int hook_called(struct kprobe *kp, struct pt_regs *regs)
{
	return called(regs, true);
}

static int hook_called_alone(struct kprobe *kp, struct pt_regs *regs)
{
	return called(regs, false);
}

/* No post_handler: it would keep the probe from being optimised. */
static struct kprobe hook_probe = {
	.symbol_name	= "security_socket_bind",
	.offset		= SOCKBIND_HOOK_OFFSET,
	.flags		= KPROBE_FLAG_DISABLED,
};

#ifdef SOCKBIND_HAVE_FTRACE_ARGS
/* No guard against recursion: what it calls never binds. */
static __always_inline void traced(struct ftrace_regs *fregs, bool outcome)
{
	preempt_disable_notrace();
	bind_requested((struct socket *)ftrace_regs_get_argument(fregs, 0),
		       (struct sockaddr *)ftrace_regs_get_argument(fregs, 1),
		       ftrace_regs_get_argument(fregs, 2), outcome);
	preempt_enable_notrace();
}

static void hook_traced(unsigned long ip, unsigned long parent_ip,
			struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	traced(fregs, true);
}

static void hook_traced_alone(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	traced(fregs, false);
}

/* While it is registered the kernel refuses to switch ftrace off. */
static struct ftrace_ops hook_ops = {
	.flags	= FTRACE_OPS_FL_PERMANENT,
};

/*
 * With a return probe on the same function ftrace would call both by way of a
 * list, which costs more than a second handler of that kprobe.
 */
static bool __init register_hook_ops(void)
{
	unsigned long addr = (unsigned long)hook_probe.addr - hook_probe.offset;

	if (sockbind_outcome_level() == 2)
		return false;
	hook_ops.func = sockbind_slots ? hook_traced : hook_traced_alone;
	if (!ftrace_set_filter_ip(&hook_ops, addr, 0, 0) &&
	    !register_ftrace_function(&hook_ops))
		return true;
	ftrace_free_filter(&hook_ops);
	return false;
}

static void unregister_hook_ops(void)
{
	unregister_ftrace_function(&hook_ops);
	ftrace_free_filter(&hook_ops);
}
#else
static bool __init register_hook_ops(void)
{
	return false;
}

static void unregister_hook_ops(void)
{
}
#endif

static bool hook_traces __ro_after_init;

static int __init register_hook(void)
{
	int err;

	hook_probe.pre_handler = sockbind_slots ? hook_called :
						  hook_called_alone;
	/* Disabled, it only finds the function. */
	err = register_kprobe(&hook_probe);
	if (err)
		return err;
	unregister_kprobe(&hook_probe);
	hook_traces = !sockbind_canary_without_ftrace() && register_hook_ops();
	if (hook_traces)
		return 0;
	/* enable_kprobe() would leave it off for good while all kprobes are off. */
	return sockbind_canary_register(&hook_probe);
}

/**
 * sockbind_probe_init - begin to see binds
 *
 * Context: may sleep; rings and return probes are ready. Return: 0 or a
 * negative errno, which it explains.
 */
int __init sockbind_probe_init(void)
{
	int err = register_hook();

	if (err == -ENOENT)
		pr_err("this kernel has no security_socket_bind to probe: it was built without CONFIG_SECURITY_NETWORK, and sockbind cannot work here\n");
	else if (err)
		pr_err("cannot probe security_socket_bind (%pe)\n",
		       ERR_PTR(err));
	return err;
}

/**
 * sockbind_probe_exit - see no more binds
 *
 * Context: may sleep. No handler runs any more on return.
 */
void sockbind_probe_exit(void)
{
	if (hook_traces)
		unregister_hook_ops();
	else
		unregister_kprobe(&hook_probe);
}

/**
 * sockbind_probe_is_kprobe - whether the hook's probe is a kprobe
 */
bool sockbind_probe_is_kprobe(void)
{
	return !hook_traces;
}

/**
 * sockbind_probe_nmissed - times that the hook was called and the handler not
 *
 * ftrace misses none.
 */
unsigned long sockbind_probe_nmissed(void)
{
	return READ_ONCE(hook_probe.nmissed);
}
