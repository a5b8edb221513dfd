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
 *
 * Only its task touches a claimed slot, and a task is in one bind at a time:
 * what needs an atomic operation is the claim.
 */

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/net.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>
#include <linux/sockbind.h>

#include "compat.h"
#include "filter.h"
#include "origin.h"
#include "outcome.h"
#include "record.h"
#include "ring.h"
#include "stats.h"

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

/* Slots per instance, and slots that a task's slot is sought in. */
#define SLOTS_PER_INSTANCE	4
#define WINDOW			4

/**
 * struct slot - a bind under way
 * @task: owner; NULL: free. Claimed by cmpxchg, freed by store-release.
 * @tid: thread id of the owner
 * @sock: socket that the hook was called for, to be compared only
 * @req: io_uring request; NULL: __sys_bind() was entered
 * @fd: argument of __sys_bind()
 * @filled: whether the hook was called, and @rec was filled
 * @rec: the record
 *
 * Slots are found by hashing the task, so that the slots of two CPUs share no
 * cache line.
 */
struct slot {
	struct task_struct *task;
	pid_t tid;
	const struct socket *sock;
	struct io_kiocb *req;
	int fd;
	bool filled;
	struct sockbind_bind rec;
} ____cacheline_aligned_in_smp;

static struct slot *slots __ro_after_init;
static unsigned int slot_bits __ro_after_init;

static __always_inline struct slot *slot_at(unsigned int first, unsigned int i)
{
	return &slots[(first + i) & ((1U << slot_bits) - 1)];
}

static __always_inline struct slot *slot_find(unsigned int first)
{
	unsigned int i;

	for (i = 0; i < WINDOW; i++) {
		struct slot *slot = slot_at(first, i);

		if (READ_ONCE(slot->task) == current)
			return slot;
	}
	return NULL;
}

static struct slot *slot_claim(void)
{
	unsigned int i, first = hash_ptr(current, slot_bits);
	struct slot *slot = slot_find(first);

	if (unlikely(slot)) {
		/* Left by a task that died inside a bind, and was at @current. */
		if (slot->filled)
			sockbind_stats_inc(SOCKBIND_STAT_DROPPED_ABANDONED);
		return slot;
	}

	for (i = 0; i < WINDOW; i++) {
		slot = slot_at(first, i);
		if (!READ_ONCE(slot->task) &&
		    !cmpxchg_acquire(&slot->task, NULL, current))
			return slot;
	}
	return NULL;
}

/* Copy the completed record into the ring of the CPU that the bind ended on. */
static void slot_commit(struct slot *slot)
{
	union sockbind_record *record;

	if (!sockbind_filter_record(&slot->rec)) {
		sockbind_stats_inc(SOCKBIND_STAT_FILTERED);
		return;
	}
	record = sockbind_ring_reserve();
	if (!record) {
		sockbind_stats_inc(SOCKBIND_STAT_DROPPED_NESTED);
		return;
	}
	record->bind = slot->rec;
	sockbind_ring_commit(record);
}

static void slot_free(struct slot *slot)
{
	WRITE_ONCE(slot->filled, false);
	/* Pairs with the acquire in slot_claim(). */
	smp_store_release(&slot->task, NULL);
}

/*
 * Entry handlers return 0 to have the return probe run. It finds the slot by
 * the number that they leave in the instance.
 */
static int enter(struct kretprobe_instance *ri, struct io_kiocb *req, int fd)
{
	struct slot *slot = slot_claim();

	if (!slot)
		return 1;
	slot->tid = current->pid;
	slot->req = req;
	slot->fd = fd;
	WRITE_ONCE(slot->filled, false);
	*(u32 *)ri->data = slot - slots;
	return 0;
}

/* The slot of a return; NULL if it holds no bind, which frees it. */
static struct slot *leave(struct kretprobe_instance *ri)
{
	struct slot *slot = &slots[*(u32 *)ri->data];

	if (slot->filled)
		return slot;
	/* It failed before the hook, for a bad descriptor say. */
	slot_free(slot);
	return NULL;
}

static int sys_bind_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return enter(ri, NULL, sockbind_arg(regs, 0));
}

/*
 * __sys_bind() has given its reference to the file back: the socket that the
 * hook was called for may be gone. Ask the descriptor table again, and believe
 * the answer if it is the same socket.
 */
static void final_by_fd(struct slot *slot)
{
	struct fd f = fdget(slot->fd);
	struct socket *sock;

	if (!fd_file(f))
		return;
	sock = sockbind_sock_from_file(fd_file(f));
	if (sock && sock == slot->sock)
		sockbind_record_final(&slot->rec, sock->sk);
	fdput(f);
}

static int sys_bind_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct slot *slot = leave(ri);

	if (slot) {
		int result = regs_return_value(regs);

		sockbind_record_result(&slot->rec, result);
		if (!result)
			final_by_fd(slot);
		slot_commit(slot);
		slot_free(slot);
	}
	return 0;
}

static struct kretprobe sys_bind_probe = {
	.kp.symbol_name	= "__sys_bind",
	.entry_handler	= sys_bind_entry,
	.handler	= sys_bind_return,
	.data_size	= sizeof(u32),
};

#ifdef SOCKBIND_HAVE_IO_BIND
static int io_bind_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return enter(ri, (struct io_kiocb *)sockbind_arg(regs, 0), -1);
}

/* The request outlives io_bind(), and holds the file. */
static int io_bind_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct slot *slot = leave(ri);

	if (slot) {
		struct socket *sock;
		int result = sockbind_io_result(slot->req);

		sockbind_record_result(&slot->rec, result);
		sock = sockbind_sock_from_file(sockbind_io_file(slot->req));
		if (!result && sock && sock == slot->sock)
			sockbind_record_final(&slot->rec, sock->sk);
		slot_commit(slot);
		slot_free(slot);
	}
	return 0;
}

static struct kretprobe io_bind_probe = {
	.kp.symbol_name	= "io_bind",
	.entry_handler	= io_bind_entry,
	.handler	= io_bind_return,
	.data_size	= sizeof(u32),
};
#endif

static int lsm_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct slot *slot = slot_find(hash_ptr(current, slot_bits));

	if (!slot)
		return 1;
	*(u32 *)ri->data = slot - slots;
	return 0;
}

static int lsm_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct slot *slot = &slots[*(u32 *)ri->data];

	slot->rec.lsm = regs_return_value(regs);
	slot->rec.hdr.flags |= SOCKBIND_F_LSM;
	return 0;
}

static struct kretprobe lsm_probe = {
	.kp.symbol_name	= "security_socket_bind",
	.entry_handler	= lsm_entry,
	.handler	= lsm_return,
	.data_size	= sizeof(u32),
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

/**
 * sockbind_outcome_request - fill the record of a bind whose end will be seen
 * @sock: the hook's socket
 * @addr: the hook's address
 * @addrlen: its length
 *
 * Context: task, preemption off, when the hook is called. Return: false if this
 * task has no slot; the caller is to commit a record at once.
 */
bool sockbind_outcome_request(struct socket *sock, const struct sockaddr *addr,
			      int addrlen)
{
	struct slot *slot;

	if (!slots)
		return false;
	slot = slot_find(hash_ptr(current, slot_bits));
	/* A dead task's slot is no slot, though it was where @current is now. */
	if (!slot || slot->tid != current->pid)
		return false;

	sockbind_record_request(&slot->rec, sock, addr, addrlen);
#ifdef SOCKBIND_HAVE_IO_BIND
	if (slot->req)
		sockbind_origin_io_uring(&slot->rec, sock, slot->req);
	else
#endif
		sockbind_origin_sys_bind(&slot->rec, sock, slot->fd);
	slot->sock = sock;
	WRITE_ONCE(slot->filled, true);
	return true;
}

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

	if (outcome > 2) {
		pr_err("outcome=%u: not 0, 1 or 2\n", outcome);
		return -EINVAL;
	}
	if (!outcome)
		return 0;

	slot_bits = order_base_2(SLOTS_PER_INSTANCE * instances);
	slots = vzalloc(sizeof(*slots) << slot_bits);
	if (!slots)
		return -ENOMEM;

	for (i = 0; i < SOCKBIND_PROBES; i++)
		if (probes[i].probe && outcome >= probes[i].level)
			register_probe(i, instances);
	return 0;
}

/**
 * sockbind_outcome_exit - unregister the return probes
 *
 * Binds under way are forgotten; their tasks return without the probe.
 *
 * Context: may sleep; the hook's probe is gone.
 */
void sockbind_outcome_exit(void)
{
	unsigned int i;

	for (i = 0; i < SOCKBIND_PROBES; i++)
		if (probes[i].registered)
			unregister_kretprobe(probes[i].probe);
	vfree(slots);
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
	return probes[probe].probe->nmissed + probes[probe].probe->kp.nmissed;
}

/**
 * sockbind_outcome_pending - binds that have passed the hook and not ended
 */
u64 sockbind_outcome_pending(void)
{
	u64 n = 0;
	unsigned int i;

	for (i = 0; slots && i < 1U << slot_bits; i++)
		if (READ_ONCE(slots[i].filled))
			n++;
	return n;
}
