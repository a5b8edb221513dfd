/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What module/ring_core.h asks of its includer, from C11's memory model.
 *
 * A fence on either side of a relaxed access orders as the kernel's barrier
 * does. Payload is copied in relaxed words, since the producer may write it
 * meanwhile: a data race otherwise, and all that a race detector would see.
 */
#ifndef SELFTESTS_RING_USER_H
#define SELFTESTS_RING_USER_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/sockbind.h>

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value)	__atomic_store_n(&(x), value, __ATOMIC_RELAXED)
/* What each stands for in ring_core.h: */
/* A */
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
/* B */
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
/* C */
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
/* D */
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)

static inline void ring_core_copy(void *to, const void *from, size_t size)
{
	const unsigned long *source = from;
	unsigned long *word = to;
	size_t i;

	for (i = 0; i < size / sizeof(*word); i++)
		word[i] = READ_ONCE(source[i]);
}

#include "../../module/ring_core.h"

#endif /* SELFTESTS_RING_USER_H */
