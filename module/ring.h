/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_RING_H
#define SOCKBIND_RING_H

#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "ring_kernel.h"
#include "stats.h"
#include "wakeup.h"

/**
 * struct sockbind_ring - a CPU's ring
 * @core: the ring
 * @wake: wakes the readers; queued by the CPU itself
 */
struct sockbind_ring {
	struct ring_core core;
	struct irq_work wake;
};

DECLARE_PER_CPU_ALIGNED(struct sockbind_ring, sockbind_rings);

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
 * sockbind_ring_commit - make the record readable, have the readers woken
 * @ring: this CPU's
 * @record: from sockbind_ring_reserve(), filled
 *
 * Context: task, preemption off since sockbind_ring_reserve().
 */
static __always_inline void sockbind_ring_commit(struct sockbind_ring *ring,
						 union sockbind_record *record)
{
	record->hdr.cpu = smp_processor_id();
	ring_core_commit(&ring->core, record);
	sockbind_wakeup_queue(&ring->wake);
}

#endif /* SOCKBIND_RING_H */
