// SPDX-License-Identifier: GPL-2.0-only
/*
 * What became of a bind: return probes on the functions around the hook.
 *
 *	__sys_bind()	bind(2), and socketcall(2), native and compat
 *	io_bind()	IORING_OP_BIND, since 6.11
 *	security_socket_bind()	the verdict of the security modules
 *
 * On entry to one of the first two a task claims a pending slot. The hook's
 * probe fills the record in the slot, and the return probe completes and commits
 * it. Where there is no slot, the hook's probe commits the record itself, with
 * the outcome unknown: return probes have a pool of instances, which binds that
 * block (on a dead FUSE server, say) can use up, and no bind may go unseen for
 * that.
 */

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/moduleparam.h>
#include <linux/net.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/sockbind.h>

#include "canary.h"
#include "compat.h"
#include "filter.h"
#include "origin.h"
#include "outcome.h"
#include "process.h"
#include "record.h"
#include "ring.h"
#include "slot.h"

static unsigned int outcome = 1;
module_param(outcome, uint, 0444);
MODULE_PARM_DESC(outcome, "What to record of a bind's outcome: 0 nothing, 1 its result and final address (default), 2 the security modules' verdict too");

/*
 * Binds under way at once whose outcome can be told. It takes binds that block
 * to have more than one a CPU; the limit is that of the memory they would take.
 */
#define INSTANCES_MIN		128
#define INSTANCES_PER_CPU	8
#define INSTANCES_MAX		1024

/* A record up to its address, and as much of that as most binds have. */
struct short_record {
	u64 words[offsetof(struct sockbind_bind, addr) / 8 +
		  DIV_ROUND_UP(sizeof(struct sockaddr_in6), 8)];
};

/* What lies behind the longer of the addresses is zero in both. */
static __always_inline void copy_record(struct sockbind_bind *to,
					const struct sockbind_bind *from)
{
	const struct short_record *words = (const struct short_record *)from;

	if (likely(max(to->addrlen, from->addrlen) <= sizeof(struct sockaddr_in6)))
		*(struct short_record *)to = *words;
	else
		*to = *from;
}

/* Copy the completed record into the ring of the CPU that the bind ended on. */
static __always_inline void slot_commit(const struct sockbind_slot *slot)
{
	struct sockbind_ring *ring = this_cpu_ptr(&sockbind_rings);
	union sockbind_record *record;

	if (!sockbind_filter_record(&slot->rec))
		return;
	record = sockbind_ring_reserve(ring);
	if (!record)
		return;
	copy_record(&record->bind, &slot->rec);
	sockbind_ring_commit(ring, record);
	sockbind_process_note(&slot->rec);
}

/*
 * Entry handlers return 0 to have the return probe run. It finds the slot by
 * what they leave in the instance.
 */
static __always_inline int enter(struct kretprobe_instance *ri, struct io_kiocb *req, int fd)
{
	struct sockbind_slot *slot;

	if (unlikely(!sockbind_slot_claim(&slot)))
		return 1;
	slot->tid = current->pid;
	slot->req = req;
	slot->fd = fd;
	*(struct sockbind_slot **)ri->data = slot;
	return 0;
}

static __always_inline struct sockbind_slot *
entered(struct kretprobe_instance *ri)
{
	return *(struct sockbind_slot **)ri->data;
}

static int sys_bind_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return enter(ri, NULL, sockbind_arg(regs, 0));
}

/*
 * The socket is still there: the slot, the descriptor table of this task alone, or
 * io_bind()'s request, which outlives it, holds the file.
 */
static __always_inline void end_bind(struct sockbind_slot *slot, int result)
{
	sockbind_rcu_read_lock();
	sockbind_record_result(&slot->rec, result);
	if (!result)
		sockbind_record_final(&slot->rec, slot->sock->sk);
	slot_commit(slot);
	sockbind_rcu_read_unlock();
}

/*
 * With a reference to the file; or the hook was not called, as the bind failed
 * before: of a bad descriptor, say.
 */
static noinline void end_other_sys_bind(struct sockbind_slot *slot, int result)
{
	if (slot->state == SOCKBIND_SLOT_HOLDING) {
		end_bind(slot, result);
		sockbind_slot_drop(slot);
	}
}

static int sys_bind_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sockbind_slot *slot = entered(ri);
	int result = sockbind_return_value(regs);

	if (likely(slot->state == SOCKBIND_SLOT_FILLED))
		end_bind(slot, result);
	else
		end_other_sys_bind(slot, result);
	sockbind_slot_free(slot);
	return 0;
}

static struct kretprobe sys_bind_probe = {
	.kp.symbol_name	= SOCKBIND_SYS_BIND,
	.entry_handler	= sys_bind_entry,
	.handler	= sys_bind_return,
	.data_size	= sizeof(struct sockbind_slot *),
};

#ifdef SOCKBIND_HAVE_IO_BIND
static int io_bind_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return enter(ri, (struct io_kiocb *)sockbind_arg(regs, 0), -1);
}

static int io_bind_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sockbind_slot *slot = entered(ri);

	if (likely(slot->state == SOCKBIND_SLOT_FILLED))
		end_bind(slot, sockbind_io_result(slot->req));
	sockbind_slot_free(slot);
	return 0;
}

static struct kretprobe io_bind_probe = {
	.kp.symbol_name	= "io_bind",
	.entry_handler	= io_bind_entry,
	.handler	= io_bind_return,
	.data_size	= sizeof(struct sockbind_slot *),
};
#endif

/*
 * No entry handler: to find the slot once more is cheaper. A bind without one
 * is not told apart before, and has none here either.
 */
static int lsm_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sockbind_slot *slot;

	if (likely(sockbind_slot_of_bind(&slot))) {
		slot->rec.lsm = sockbind_return_value(regs);
		slot->rec.hdr.flags |= SOCKBIND_F_LSM;
	}
	return 0;
}

static struct kretprobe lsm_probe = {
	.kp.symbol_name	= "security_socket_bind",
	.handler	= lsm_return,
};

/* By SOCKBIND_PROBE_*. The level is the least that wants the probe. */
static struct {
	struct kretprobe *probe;
	unsigned int level;
	bool registered;
} probes[SOCKBIND_PROBES] = {
	[SOCKBIND_PROBE_SYS_BIND]	= { &sys_bind_probe, 1 },
#ifdef SOCKBIND_HAVE_IO_BIND
	[SOCKBIND_PROBE_IO_BIND]	= { &io_bind_probe, 1 },
#endif
	[SOCKBIND_PROBE_LSM]		= { &lsm_probe, 2 },
};

static void __init register_probe(unsigned int i, int instances)
{
	struct kretprobe *probe = probes[i].probe;
	int err;

	probe->maxactive = instances;
	err = register_kretprobe(probe);
	if (!err) {
		probes[i].registered = true;
		return;
	}
	pr_warn("no return probe on %s (%pe): its outcome is not recorded\n",
		probe->kp.symbol_name, ERR_PTR(err));
}

/**
 * sockbind_outcome_init - register the return probes that @outcome wants
 *
 * One that cannot be had lowers what is recorded, and is no error.
 *
 * Context: may sleep. Return: 0 or a negative errno.
 */
int __init sockbind_outcome_init(void)
{
	int instances = clamp_t(int, INSTANCES_PER_CPU * num_possible_cpus(),
				INSTANCES_MIN, INSTANCES_MAX);
	unsigned int i;
	int err;

	if (outcome > 2) {
		pr_err("outcome=%u: not 0, 1 or 2\n", outcome);
		return -EINVAL;
	}
	if (!outcome)
		return 0;
	if (sockbind_canary_without_ftrace()) {
		pr_warn("no return probe runs while ftrace is off: results of binds are not recorded: \"sysctl kernel.ftrace_enabled=1\", then load the module again\n");
		return 0;
	}

	err = sockbind_slots_init(instances);
	if (err)
		return err;

	for (i = 0; i < SOCKBIND_PROBES; i++)
		if (probes[i].probe && outcome >= probes[i].level)
			register_probe(i, instances);
	return 0;
}

/**
 * sockbind_outcome_exit - unregister the return probes
 *
 * Binds under way are forgotten, and what is held for them is let go; their tasks
 * return without the probe.
 *
 * Context: may sleep; the hook's probe is gone.
 */
void sockbind_outcome_exit(void)
{
	unsigned int i;

	for (i = 0; i < SOCKBIND_PROBES; i++)
		if (probes[i].registered)
			unregister_kretprobe(probes[i].probe);
	sockbind_slots_exit();
}

/**
 * sockbind_outcome_level - outcome level in force
 */
unsigned int sockbind_outcome_level(void)
{
	if (!probes[SOCKBIND_PROBE_SYS_BIND].registered)
		return 0;
	return probes[SOCKBIND_PROBE_LSM].registered ? 2 : 1;
}

/**
 * sockbind_outcome_probes - return probes in force, a bit set of
 *	SOCKBIND_PROBE_*
 */
u32 sockbind_outcome_probes(void)
{
	u32 set = 0;
	unsigned int i;

	for (i = 0; i < SOCKBIND_PROBES; i++)
		if (probes[i].registered)
			set |= 1U << i;
	return set;
}

/**
 * sockbind_outcome_nmissed - times that a return probe had no instance
 * @probe: SOCKBIND_PROBE_*
 */
unsigned long sockbind_outcome_nmissed(unsigned int probe)
{
	if (!probes[probe].registered)
		return 0;
	return READ_ONCE(probes[probe].probe->nmissed) +
	       READ_ONCE(probes[probe].probe->kp.nmissed);
}
