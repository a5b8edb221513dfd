/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cycle counter, which counts instructions in a guest that was started for
 * it (QEMU's -icount): one a nanosecond.
 */
#ifndef SELFTESTS_BENCH_COUNTER_H
#define SELFTESTS_BENCH_COUNTER_H

#include <stdint.h>

static inline uint64_t counter(void)
{
#if defined(__x86_64__)
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
	uint64_t value, frequency;

	__asm__ volatile("isb; mrs %0, cntvct_el0; mrs %1, cntfrq_el0"
			 : "=r"(value), "=r"(frequency) : : "memory");
	return value * (1000000000 / frequency);
#else
#error "no cycle counter is known for this architecture"
#endif
}

#endif /* SELFTESTS_BENCH_COUNTER_H */
