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
#include <linux/compiler.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/sockbind.h>

struct file;
struct io_kiocb;
struct socket;

/**
 * struct sockbind_slot - a bind under way
 * @task: owner; NULL: free. Claimed by cmpxchg, freed by store-release.
 * @tid: thread id of the owner
 * @sock: socket that the hook was called for
 * @file: its file, if a reference to it is held; else NULL
 * @req: io_uring request; NULL: __sys_bind() was entered
 * @fd: argument of __sys_bind()
 * @filled: whether the hook was called, and @rec was filled
 * @rec: the record
 */
struct sockbind_slot {
	struct task_struct *task;
	pid_t tid;
	const struct socket *sock;
	struct file *file;
	struct io_kiocb *req;
	int fd;
	bool filled;
	struct sockbind_bind rec;
} ____cacheline_aligned_in_smp;

extern struct sockbind_slot *sockbind_slots;
extern unsigned int sockbind_slots_mask;

int sockbind_slots_init(unsigned int binds);
void sockbind_slots_exit(void);
u64 sockbind_slots_pending(void);

struct sockbind_slot *sockbind_slot_claim_next(void);
struct sockbind_slot *sockbind_slot_find_next(void);

/* The slots of a task's window, by number. */
static __always_inline struct sockbind_slot *sockbind_slot_at(unsigned int i)
{
	return &sockbind_slots[(current->pid + i) & sockbind_slots_mask];
}

/**
 * sockbind_slot_claim - begin a bind
 * @slot: gets a slot that is not filled
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

/*
 * Whether another task may change the descriptors of this one. The acquire pairs
 * with the full barrier of atomic_dec_and_test() in put_files_struct(): if no task
 * may, what the last one that could has done to them is seen.
 */
static __always_inline bool sockbind_files_shared(void)
{
	return atomic_read_acquire(&current->files->count) != 1;
}

/**
 * sockbind_slot_hold - keep the socket of a call of __sys_bind() until it returns
 * @slot: the task's, with @sock, when the hook is called
 * @shared: sockbind_files_shared(), before @fd was looked up
 * @found: whether @fd was found to refer to the socket
 *
 * __sys_bind() holds the file now, and will have let it go when the return probe
 * runs. Another thread may have closed or replaced the descriptor by then, to hide
 * the port that the kernel chose. Where no other task can, the descriptor table
 * holds the file.
 */
static __always_inline void sockbind_slot_hold(struct sockbind_slot *slot,
					       bool shared, bool found)
{
	if (likely(!shared && found))
		return;
	get_file(slot->sock->file);
	slot->file = slot->sock->file;
}

/**
 * sockbind_slot_drop - let go of what sockbind_slot_hold() has kept
 * @slot: slot that nobody else uses
 *
 * If it was the last reference, this task releases the file when it returns to user
 * space, as it does after the fdput() of __sys_bind().
 */
static __always_inline void sockbind_slot_drop(struct sockbind_slot *slot)
{
	if (unlikely(slot->file)) {
		fput(slot->file);
		slot->file = NULL;
	}
}

/**
 * sockbind_slot_free - end a bind
 * @slot: the task's
 */
static __always_inline void sockbind_slot_free(struct sockbind_slot *slot)
{
	WRITE_ONCE(slot->filled, false);
	/* Pairs with the acquire in sockbind_slot_claim(). */
	smp_store_release(&slot->task, NULL);
}

#endif /* SOCKBIND_SLOT_H */
