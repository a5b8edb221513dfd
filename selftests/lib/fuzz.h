/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzzers have in common: numbers that repeat with the seed, and how
 * many rounds. SOCKBIND_SEED and SOCKBIND_ROUNDS, in the environment, say else.
 */
#ifndef SELFTESTS_FUZZ_H
#define SELFTESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <linux/types.h>

static inline __u64 fuzz_setting(const char *name, __u64 otherwise)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

/* Told, so that a failure can be had again. */
static inline __u64 fuzz_seed(void)
{
	__u64 seed = fuzz_setting("SOCKBIND_SEED", (__u64)time(NULL));

	printf("# SOCKBIND_SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
	return seed;
}

/* splitmix64: any seed is a good one. */
static inline __u64 fuzz_next(__u64 *state)
{
	__u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* For tests that need no seed: the same numbers in each run. */
static inline __u32 fuzz_random(void)
{
	static __u64 state = 0x5eed;

	return (__u32)fuzz_next(&state);
}

/* Below @n. */
static inline unsigned int fuzz_below(__u64 *state, unsigned int n)
{
	return (unsigned int)(fuzz_next(state) % n);
}

static inline void fuzz_bytes(__u64 *state, void *bytes, size_t len)
{
	unsigned char *byte = bytes;

	while (len--)
		*byte++ = (unsigned char)fuzz_next(state);
}

#endif /* SELFTESTS_FUZZ_H */
