/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_RING_H
#define SOCKBIND_RING_H

#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/wait.h>

#include "ring_kernel.h"
#include "stats.h"

/**
 * struct sockbind_ring - a CPU's ring
 * @core: the ring
 * @wake: wakes the readers, at the next tick; queued by the CPU itself
 */
struct sockbind_ring {
	struct ring_core core;
	struct irq_work wake;
};

DECLARE_PER_CPU_ALIGNED(struct sockbind_ring, sockbind_rings);

/*
 * Where readers wait for records. It is woken at most a tick after a record is
 * committed while someone waits.
 */
extern struct wait_queue_head sockbind_readers;

int sockbind_ring_init(void);
void sockbind_ring_exit(void);

/* Called by readers of the rings, from task context. */
const struct ring_core *sockbind_ring_core(unsigned int cpu);
unsigned int sockbind_ring_records(void);

/**
 * sockbind_ring_reserve - begin a record
 * @ring: this CPU's
 *
 * Context: probe handler: task, preemption off until sockbind_ring_commit().
 * Return: the record, to be filled but for its number; NULL: the producer
 * interrupted itself, and the record is dropped, which is counted.
 */
static __always_inline union sockbind_record *
sockbind_ring_reserve(struct sockbind_ring *ring)
{
	union sockbind_record *record = ring_core_reserve(&ring->core);

	if (unlikely(!record))
		sockbind_stats_inc(SOCKBIND_STAT_DROPPED_NESTED);
	return record;
}

/**
 * sockbind_ring_commit - make the record readable, wake who waits for it
 * @ring: this CPU's
 * @record: from sockbind_ring_reserve(), filled
 *
 * The handlers must not take the wait queue's lock, which sleeps on PREEMPT_RT
 * and which the interrupted code may hold. The wake-up is left to the next
 * tick: to raise an interrupt at once costs more than all the rest of the
 * record, and a tick's worth of binds makes one wake-up.
 *
 * Context: task, preemption off since sockbind_ring_reserve().
 */
static __always_inline void sockbind_ring_commit(struct sockbind_ring *ring,
						 union sockbind_record *record)
{
	record->hdr.cpu = smp_processor_id();
	ring_core_commit(&ring->core, record);

	/*
	 * The full barrier in here pairs with the one between a reader's
	 * queueing itself and its look at the ring: in prepare_to_wait_event()
	 * for read(2), in poll_wait() for poll(2).
	 */
	if (unlikely(wq_has_sleeper(&sockbind_readers)))
		irq_work_queue(&ring->wake);
}

#endif /* SOCKBIND_RING_H */
