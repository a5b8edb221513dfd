/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pending slots: the binds under way whose end will be seen.
 *
 * Only its task touches a claimed slot, and a task is in one bind at a time:
 * what needs an atomic operation is the claim. Slots are found by the thread id,
 * so that those of two CPUs share no cache line. The first slot of a task's
 * window is nearly always free; it is tried inline.
 */
#ifndef SOCKBIND_SLOT_H
#define SOCKBIND_SLOT_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/sockbind.h>

struct io_kiocb;
struct socket;

/**
 * enum sockbind_slot_state - what a claimed slot has
 * @SOCKBIND_SLOT_EMPTY: the hook was not called yet
 * @SOCKBIND_SLOT_FILLED: the hook was called; the record is filled
 * @SOCKBIND_SLOT_HOLDING: filled, with a reference to the file of the socket
 */
enum sockbind_slot_state {
	SOCKBIND_SLOT_EMPTY,
	SOCKBIND_SLOT_FILLED,
	SOCKBIND_SLOT_HOLDING,
};

/**
 * struct sockbind_slot - a bind under way
 * @task: owner; NULL: free. Claimed by cmpxchg, freed by store-release.
 * @tid: thread id of the owner
 * @sock: socket that the hook was called for
 * @req: io_uring request; NULL: __sys_bind() was entered
 * @fd: argument of __sys_bind()
 * @state: SOCKBIND_SLOT_*; SOCKBIND_SLOT_EMPTY in a free slot
 * @rec: the record
 */
struct sockbind_slot {
	struct task_struct *task;
	pid_t tid;
	const struct socket *sock;
	struct io_kiocb *req;
	int fd;
	u8 state;
	struct sockbind_bind rec;
} ____cacheline_aligned_in_smp;

extern struct sockbind_slot *sockbind_slots;
extern unsigned int sockbind_slots_mask;

int sockbind_slots_init(unsigned int binds);
void sockbind_slots_exit(void);
u64 sockbind_slots_pending(void);

struct sockbind_slot *sockbind_slot_claim_next(void);
struct sockbind_slot *sockbind_slot_find_next(void);
void sockbind_slot_hold(struct sockbind_slot *slot);
void sockbind_slot_drop(struct sockbind_slot *slot);

/* The slots of a task's window, by number. */
static __always_inline struct sockbind_slot *sockbind_slot_at(unsigned int i)
{
	return &sockbind_slots[(current->pid + i) & sockbind_slots_mask];
}

/**
 * sockbind_slot_claim - begin a bind
 * @slot: gets an empty slot
 *
 * Context: probe handler: task, preemption off. Return: false if there is none
 * left for this task.
 */
static __always_inline bool sockbind_slot_claim(struct sockbind_slot **slot)
{
	*slot = sockbind_slot_at(0);
	if (likely(!READ_ONCE((*slot)->task) &&
		   !cmpxchg_acquire(&(*slot)->task, NULL, current)))
		return true;
	*slot = sockbind_slot_claim_next();
	return *slot;
}

/**
 * sockbind_slot_of_bind - find the slot of the bind that this task is in
 * @slot: gets it
 *
 * Context: probe handler: task, preemption off; there is a table. Return: false
 * if there is none, and the end of the bind will not be seen.
 */
static __always_inline bool sockbind_slot_of_bind(struct sockbind_slot **slot)
{
	*slot = sockbind_slot_at(0);
	if (unlikely(READ_ONCE((*slot)->task) != current)) {
		*slot = sockbind_slot_find_next();
		if (!*slot)
			return false;
	}
	/* A dead task's slot is none, though it was where @current is now. */
	return likely((*slot)->tid == current->pid);
}

/**
 * sockbind_slot_free - end a bind
 * @slot: the task's
 */
static __always_inline void sockbind_slot_free(struct sockbind_slot *slot)
{
	WRITE_ONCE(slot->state, SOCKBIND_SLOT_EMPTY);
	/* Pairs with the acquire in sockbind_slot_claim(). */
	smp_store_release(&slot->task, NULL);
}

#endif /* SOCKBIND_SLOT_H */
