/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The identity of the processes that bind: see process.c. The check whether a
 * process is known is inline, since every recorded bind makes it.
 */
#ifndef SOCKBIND_PROCESS_H
#define SOCKBIND_PROCESS_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/sockbind.h>

#include "ring_kernel.h"

/* A power of two: a process is found by its number. */
#define SOCKBIND_KNOWN	1024

/**
 * struct sockbind_known - a process whose record is in the ring
 * @start_time: low word of its start time
 * @pid: process id
 * @expires: low word of the position in the ring at which it is recorded again
 * @exe_inode: inode number of its executable
 * @exe_dev: @exe_major and @exe_minor of its record, as one word
 *
 * Only the thread writes. A handler may read an entry while it is replaced, its
 * members in any order: it then finds neither of the two processes, which costs a
 * second record of one, or an executable of its own process that was recorded
 * before.
 */
struct sockbind_known {
	unsigned long start_time;
	u32 pid;
	u32 expires;
	u64 exe_inode;
	u64 exe_dev;
};

extern struct sockbind_known sockbind_known[SOCKBIND_KNOWN];

/* The thread is its only producer. Without records no process is recorded. */
extern struct ring_core sockbind_processes;

int sockbind_process_init(void);
void sockbind_process_exit(void);

void sockbind_process_request(const struct sockbind_bind *bind);

/* Called by chardev.c and stats.c: */
const struct ring_core *sockbind_process_ring(void);
u64 sockbind_process_pending(void);

/* In an order that little-endian processors load as one word. */
static __always_inline u64 sockbind_exe_dev(u32 major, u32 minor)
{
	return (u64)minor << 32 | major;
}

static __always_inline bool
sockbind_process_is_known(const struct sockbind_bind *bind)
{
	const unsigned int i = bind->pid % SOCKBIND_KNOWN;
	const struct sockbind_known *known = &sockbind_known[i];
	const u64 dev = sockbind_exe_dev(bind->exe_major, bind->exe_minor);

	if (unlikely(data_race(known->start_time) !=
		     (unsigned long)bind->start_time))
		return false;
	if (unlikely(data_race(known->pid) != bind->pid))
		return false;
	if (unlikely(data_race(known->exe_inode) != bind->exe_inode))
		return false;
	if (unlikely(data_race(known->exe_dev) != dev))
		return false;
	return likely((s32)((u32)data_race(sockbind_processes.committed) -
			    data_race(known->expires)) < 0);
}

/**
 * sockbind_process_note - have the process of a bind recorded, unless it is
 * @bind: record of the bind, which has been committed; its task is current
 *
 * Context: probe handler: task, preemption off.
 */
static __always_inline void
sockbind_process_note(const struct sockbind_bind *bind)
{
	if (unlikely(!sockbind_process_is_known(bind)))
		sockbind_process_request(bind);
}

#endif /* SOCKBIND_PROCESS_H */
