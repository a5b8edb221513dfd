// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kprobe on security_socket_bind: every bind of user space passes it, in
 * task context and without a lock held, before the protocol is asked.
 *
 * The handler runs with preemption off, on some kernels and architectures with
 * interrupts off or in what looks like an NMI. So nothing that it calls sleeps,
 * takes a lock, allocates, wakes, faults or prints.
 */

#include <linux/err.h>
#include <linux/kprobes.h>
#include <linux/net.h>
#include <linux/ptrace.h>
#include <linux/socket.h>
#include <linux/sockbind.h>

#include "compat.h"
#include "filter.h"
#include "origin.h"
#include "outcome.h"
#include "probe.h"
#include "record.h"
#include "ring.h"
#include "stats.h"

/* The outcome will not be told: the record is written where it stays. */
static void commit_request(struct socket *sock, const struct sockaddr *addr,
			   int addrlen)
{
	union sockbind_record *record;

	if (!sockbind_filter_request(sock->sk, addr, addrlen)) {
		sockbind_stats_inc(SOCKBIND_STAT_FILTERED);
		return;
	}
	record = sockbind_ring_reserve();
	if (!record) {
		sockbind_stats_inc(SOCKBIND_STAT_DROPPED_NESTED);
		return;
	}
	sockbind_record_request(&record->bind, sock, addr, addrlen);
	sockbind_origin_syscall(&record->bind, sock);
	sockbind_ring_commit(record);
}

/* int security_socket_bind(struct socket *, struct sockaddr *, int) */
static int hook_called(struct kprobe *kp, struct pt_regs *regs)
{
	struct socket *sock = (struct socket *)sockbind_arg(regs, 0);
	const struct sockaddr *addr = (struct sockaddr *)sockbind_arg(regs, 1);
	int addrlen = sockbind_arg(regs, 2);

	sockbind_stats_inc(SOCKBIND_STAT_SEEN);
	if (!sockbind_outcome_request(sock, addr, addrlen))
		commit_request(sock, addr, addrlen);
	return 0;
}

/* No post_handler: it would keep the probe from being optimised. */
static struct kprobe hook_probe = {
	.symbol_name	= "security_socket_bind",
	.pre_handler	= hook_called,
};

/**
 * sockbind_probe_init - begin to see binds
 *
 * Context: may sleep; rings and return probes are ready. Return: 0 or a
 * negative errno, which it explains.
 */
int __init sockbind_probe_init(void)
{
	int err = register_kprobe(&hook_probe);

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
	unregister_kprobe(&hook_probe);
}

/**
 * sockbind_probe_nmissed - times that the hook was called and the handler not
 */
unsigned long sockbind_probe_nmissed(void)
{
	return hook_probe.nmissed;
}
