// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of pending slots, and slots that are not the first of a window.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/net.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "slot.h"
#include "stats.h"

/* Slots per bind that may be under way, and slots that a task's is among. */
#define SLOTS_PER_BIND	4
#define WINDOW		4

/*
 * Not __ro_after_init: in modules kmemleak does not look there, and would take
 * the table for lost where no return probe points into it.
 */
struct sockbind_slot *sockbind_slots __read_mostly;
unsigned int sockbind_slots_mask __ro_after_init;

/**
 * sockbind_slots_init - allocate the table
 * @binds: how many may be under way at once
 *
 * Context: may sleep. Return: 0 or a negative errno.
 */
int __init sockbind_slots_init(unsigned int binds)
{
	unsigned int n = roundup_pow_of_two(SLOTS_PER_BIND * binds);

	sockbind_slots = vzalloc(n * sizeof(*sockbind_slots));
	if (!sockbind_slots)
		return -ENOMEM;
	sockbind_slots_mask = n - 1;
	return 0;
}

/**
 * sockbind_slots_exit - free the table
 *
 * Binds that hang, and those that have ended without their return probe, still hold
 * their sockets.
 *
 * Context: may sleep; no handler is left.
 */
void sockbind_slots_exit(void)
{
	unsigned int i;

	for (i = 0; sockbind_slots && i <= sockbind_slots_mask; i++)
		sockbind_slot_drop(&sockbind_slots[i]);
	vfree(sockbind_slots);
}

/**
 * sockbind_slots_pending - binds that have passed the hook and not ended
 */
u64 sockbind_slots_pending(void)
{
	u64 n = 0;
	unsigned int i;

	for (i = 0; sockbind_slots && i <= sockbind_slots_mask; i++)
		if (READ_ONCE(sockbind_slots[i].state) != SOCKBIND_SLOT_EMPTY)
			n++;
	return n;
}

/**
 * sockbind_slot_find_next - the slot that is claimed for this task
 *
 * Return: NULL if there is none.
 */
struct sockbind_slot *sockbind_slot_find_next(void)
{
	unsigned int i;

	for (i = 0; i < WINDOW; i++) {
		struct sockbind_slot *slot = sockbind_slot_at(i);

		if (READ_ONCE(slot->task) == current)
			return slot;
	}
	return NULL;
}

/**
 * sockbind_slot_claim_next - sockbind_slot_claim(), the whole window
 */
struct sockbind_slot *sockbind_slot_claim_next(void)
{
	struct sockbind_slot *slot = sockbind_slot_find_next();
	unsigned int i;

	if (slot) {
		/* Left by a task that died inside a bind, and was at @current. */
		if (slot->state != SOCKBIND_SLOT_EMPTY)
			sockbind_stats_inc(SOCKBIND_STAT_DROPPED_ABANDONED);
		sockbind_slot_drop(slot);
		WRITE_ONCE(slot->state, SOCKBIND_SLOT_EMPTY);
		return slot;
	}

	for (i = 0; i < WINDOW; i++) {
		slot = sockbind_slot_at(i);
		if (!READ_ONCE(slot->task) &&
		    !cmpxchg_acquire(&slot->task, NULL, current))
			return slot;
	}
	return NULL;
}

/**
 * sockbind_slot_hold - keep the socket of a call of __sys_bind() until it returns
 * @slot: the task's, filled
 *
 * __sys_bind() holds the file now, and will have let it go when the return probe
 * runs. Another thread may have closed or replaced the descriptor by then, to hide
 * the port that the kernel chose.
 *
 * Context: probe handler of the hook.
 */
void sockbind_slot_hold(struct sockbind_slot *slot)
{
	get_file(slot->sock->file);
	WRITE_ONCE(slot->state, SOCKBIND_SLOT_HOLDING);
}

/**
 * sockbind_slot_drop - let go of what sockbind_slot_hold() has kept, if it has
 * @slot: the task's, or one that no task uses; it is used no more
 *
 * If it was the last reference, this task releases the file when it returns to user
 * space, as it does after the fdput() of __sys_bind().
 */
void sockbind_slot_drop(struct sockbind_slot *slot)
{
	if (slot->state == SOCKBIND_SLOT_HOLDING)
		fput(slot->sock->file);
}
