/* SPDX-License-Identifier: GPL-2.0-only */
/* What ring_core.h asks of its includer, from the kernel. */
#ifndef SOCKBIND_RING_KERNEL_H
#define SOCKBIND_RING_KERNEL_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <asm/barrier.h>

#include "compat.h"

/* A copy torn by the producer is found out, and thrown away, afterwards. */
#define ring_core_copy(to, from, size)	data_race(memcpy(to, from, size))

#include "ring_core.h"

#endif /* SOCKBIND_RING_KERNEL_H */
