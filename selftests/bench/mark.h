/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tell the plugin stores, where there is one, from when to when to look: a long
 * no-operation with a number that nobody else has in it.
 */
#ifndef SELFTESTS_BENCH_MARK_H
#define SELFTESTS_BENCH_MARK_H

#define MARK_STOP	0x50425300
#define MARK_START	0x50425301

/* nopl MARK(%rax) */
#define MARK_OPCODE	"\x0f\x1f\x80"

static inline __attribute__((always_inline)) void mark(unsigned int number)
{
#ifdef __x86_64__
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .long %c0" : : "i"(number));
#else
	(void)number;
#endif
}

#endif /* SELFTESTS_BENCH_MARK_H */
