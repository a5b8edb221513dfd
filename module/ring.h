/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_RING_H
#define SOCKBIND_RING_H

#include <linux/types.h>

struct ring_core;
struct wait_queue_head;
union sockbind_record;

int sockbind_ring_init(void);
void sockbind_ring_exit(void);

/* Called from probe handlers: task context, preemption off. */
union sockbind_record *sockbind_ring_reserve(void);
void sockbind_ring_commit(union sockbind_record *record);

/* Called by readers of the rings, from task context. */
const struct ring_core *sockbind_ring_core(unsigned int cpu);
unsigned int sockbind_ring_records(void);
struct wait_queue_head *sockbind_ring_waitqueue(void);

#endif /* SOCKBIND_RING_H */
