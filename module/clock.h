/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot time and wall-clock time of one instant, from one reading of the clock.
 *
 * Both are CLOCK_MONOTONIC and an offset, which changes only when a clock is
 * set or the system resumes: see clock.c.
 */
#ifndef SOCKBIND_CLOCK_H
#define SOCKBIND_CLOCK_H

#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

void sockbind_clock_init(void);
void sockbind_clock_exit(void);

#ifdef CONFIG_64BIT
extern ktime_t sockbind_clock_offset[TK_OFFS_MAX];
#endif

/**
 * sockbind_clock_ns - an instant on another clock
 * @now: from ktime_get()
 * @clock: TK_OFFS_REAL or TK_OFFS_BOOT
 *
 * Return: nanoseconds.
 */
static __always_inline u64 sockbind_clock_ns(ktime_t now, enum tk_offsets clock)
{
#ifdef CONFIG_64BIT
	return now + READ_ONCE(sockbind_clock_offset[clock]);
#else
	return ktime_to_ns(ktime_mono_to_any(now, clock));
#endif
}

#endif /* SOCKBIND_CLOCK_H */
