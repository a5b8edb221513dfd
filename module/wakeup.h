/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_WAKEUP_H
#define SOCKBIND_WAKEUP_H

#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/wait.h>

/*
 * Where readers wait for records. It is woken at most a tick after a record is
 * committed while someone waits.
 */
extern struct wait_queue_head sockbind_readers;

#ifdef CONFIG_PREEMPT_RT
extern atomic_t sockbind_wakeup_owed;

int sockbind_wakeup_init(void);
void sockbind_wakeup_exit(void);

/* Whether the thread has yet to wake the readers, and will do so unasked. */
static __always_inline bool sockbind_wakeup_is_owed(void)
{
	return atomic_read(&sockbind_wakeup_owed);
}
#else
static inline int sockbind_wakeup_init(void)
{
	return 0;
}

static inline void sockbind_wakeup_exit(void)
{
}

static __always_inline bool sockbind_wakeup_is_owed(void)
{
	return false;
}
#endif

void sockbind_wakeup_init_work(struct irq_work *work);

/**
 * sockbind_wakeup_queue - wake the readers that wait, some time during a tick
 * @work: this CPU's, from sockbind_wakeup_init_work()
 *
 * The handlers must not take the wait queue's lock, which sleeps on PREEMPT_RT
 * and which the interrupted code may hold. The wake-up is left to the next
 * tick: to raise an interrupt at once costs more than all the rest of the
 * record, and a tick's worth of binds makes one wake-up.
 *
 * Context: task, preemption off; the record was committed.
 */
static __always_inline void sockbind_wakeup_queue(struct irq_work *work)
{
	/*
	 * The full barrier in wq_has_sleeper() pairs with two. One is between a
	 * reader's queueing itself and its look at the ring: in
	 * prepare_to_wait_event() for read(2), in poll_wait() for poll(2). The
	 * other is in atomic_xchg() in wake_by_thread(): who finds a wake-up
	 * owed has a record that this wake-up's readers see.
	 */
	if (unlikely(wq_has_sleeper(&sockbind_readers)) &&
	    !sockbind_wakeup_is_owed())
		irq_work_queue(work);
}

#endif /* SOCKBIND_WAKEUP_H */
