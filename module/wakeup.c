// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wake-up of the readers, on behalf of probe handlers that cannot do it.
 *
 * A handler queues an irq_work of its CPU, which wakes the readers at the next
 * tick. PREEMPT_RT runs such an irq_work in a thread, bound to the CPU, of
 * SCHED_FIFO priority 1. A task of a higher priority that does not sleep starves
 * that thread: while the task runs, no reader is woken and irq_work_sync() does
 * not return. On PREEMPT_RT the irq_work therefore runs in the interrupt itself,
 * and only wakes a thread of the module. This thread may run on any CPU, and the
 * scheduler moves it to one that runs nothing of a higher priority.
 */

#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "compat.h"
#include "wakeup.h"

DECLARE_WAIT_QUEUE_HEAD(sockbind_readers);

static void wake_readers(void)
{
	wake_up_interruptible_poll(&sockbind_readers, EPOLLIN | EPOLLRDNORM);
}

#ifdef CONFIG_PREEMPT_RT
atomic_t sockbind_wakeup_owed = ATOMIC_INIT(0);
static struct task_struct *thread;

static void wakeup_work(struct irq_work *work)
{
	if (!atomic_xchg(&sockbind_wakeup_owed, 1))
		wake_up_process(thread);
}

/*
 * Sleep for a tick before each wake-up, so that a tick's worth of binds makes one.
 * The timer is a hard one: others expire in a thread of their CPU, which may be
 * starved as that of irq_work is.
 */
static int wakeup_thread(void *unused)
{
	ktime_t tick = ns_to_ktime(TICK_NSEC);

	for (;;) {
		/* The full barrier pairs with that in wake_up_process(). */
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		if (!sockbind_wakeup_is_owed()) {
			schedule();
			continue;
		}
		schedule_hrtimeout(&tick, HRTIMER_MODE_REL_HARD);
		/* The full barrier pairs with that in sockbind_wakeup_queue(). */
		atomic_xchg(&sockbind_wakeup_owed, 0);
		wake_readers();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

/**
 * sockbind_wakeup_init - start the thread
 *
 * Context: may sleep. Return: 0 or a negative errno.
 */
int sockbind_wakeup_init(void)
{
	thread = kthread_create(wakeup_thread, NULL, "sockbind");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	sockbind_sched_set_fifo_low(thread);
	wake_up_process(thread);
	return 0;
}

/**
 * sockbind_wakeup_exit - end the thread
 *
 * Context: may sleep; irq_work_sync() was called for every irq_work.
 */
void sockbind_wakeup_exit(void)
{
	kthread_stop(thread);
}

#define init_work sockbind_init_irq_work_hard
#else
static void wakeup_work(struct irq_work *work)
{
	wake_readers();
}

#define init_work sockbind_init_irq_work_lazy
#endif

/**
 * sockbind_wakeup_init_work - prepare an irq_work that wakes the readers
 * @work: the irq_work, of which each CPU has one. irq_work_sync() before it goes.
 */
void sockbind_wakeup_init_work(struct irq_work *work)
{
	init_work(work, wakeup_work);
}
