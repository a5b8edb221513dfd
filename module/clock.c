// SPDX-License-Identifier: GPL-2.0-only
/*
 * The offsets of the clocks, kept up to date by the timekeeper.
 *
 * ktime_mono_to_any() tells the same, under the timekeeper's sequence count. It
 * is a tenth of what filling a record takes, for two numbers that stay the same
 * for hours. A step of the wall clock leaves CLOCK_MONOTONIC alone: a bind at
 * the instant of the step is given the wall clock from before or after it, both
 * of which are right.
 *
 * 32-bit processors cannot load an offset in one piece, and ask the timekeeper.
 */

#include <linux/init.h>
#include <linux/notifier.h>
#include <linux/pvclock_gtod.h>
#include <linux/timekeeper_internal.h>

#include "clock.h"

#ifdef CONFIG_64BIT
ktime_t sockbind_clock_offset[TK_OFFS_MAX] __read_mostly;

static void set_offset(enum tk_offsets clock, ktime_t offset)
{
	/* Called at every tick: leave the cache line to its readers. */
	if (sockbind_clock_offset[clock] != offset)
		WRITE_ONCE(sockbind_clock_offset[clock], offset);
}

/* Called with the timekeeper locked. */
static int time_updated(struct notifier_block *nb, unsigned long was_set,
			void *timekeeper)
{
	const struct timekeeper *tk = timekeeper;

	set_offset(TK_OFFS_REAL, tk->offs_real);
	set_offset(TK_OFFS_BOOT, tk->offs_boot);
	return NOTIFY_OK;
}

static struct notifier_block time_notifier = {
	.notifier_call = time_updated,
};

/**
 * sockbind_clock_init - begin to follow the offsets, and learn them
 */
void __init sockbind_clock_init(void)
{
	pvclock_gtod_register_notifier(&time_notifier);
}

/**
 * sockbind_clock_exit - follow them no more
 *
 * Context: no probe handler is left.
 */
void sockbind_clock_exit(void)
{
	pvclock_gtod_unregister_notifier(&time_notifier);
}
#else
void __init sockbind_clock_init(void)
{
}

void sockbind_clock_exit(void)
{
}
#endif
