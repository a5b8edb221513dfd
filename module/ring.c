// SPDX-License-Identifier: GPL-2.0-only
/*
 * One ring per possible CPU, so that CPU hotplug needs no code.
 *
 * A ring has one producer, the CPU: every bind passes the hook in task context,
 * the probe handlers run with preemption off, and a bind in an interrupt does
 * not exist.
 */

#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include <linux/sockbind.h>

#include "compat.h"
#include "ring.h"
#include "ring_kernel.h"
#include "wakeup.h"

#define RECORDS_DEFAULT	1024
#define RECORDS_MIN	2
#define RECORDS_MAX	65536

/* What all rings together may take of the kernel's memory. */
#define RINGS_SIZE_MAX	SZ_64M

static unsigned int records;
module_param(records, uint, 0444);
MODULE_PARM_DESC(records, "Records per possible CPU, 448 bytes each: a power of two from 2 to 65536, all rings together up to 64 MiB (default 0: 1024, or as many as fit)");

DEFINE_PER_CPU_ALIGNED(struct sockbind_ring, sockbind_rings);

static bool rings_fit(unsigned int n)
{
	return (u64)n * SOCKBIND_RECORD_SIZE * num_possible_cpus() <=
	       RINGS_SIZE_MAX;
}

/* Return: records per ring, or a negative errno, which it explains. */
static int ring_records(void)
{
	unsigned int n = records;

	if (!n) {
		n = RECORDS_DEFAULT;
		while (n > RECORDS_MIN && !rings_fit(n))
			n /= 2;
		return n;
	}

	if (n < RECORDS_MIN || n > RECORDS_MAX || !is_power_of_2(n)) {
		pr_err("records=%u: not a power of two from %u to %u\n",
		       n, RECORDS_MIN, RECORDS_MAX);
		return -EINVAL;
	}
	if (!rings_fit(n)) {
		pr_err("records=%u: the rings of %u possible CPUs would take %llu KiB, more than %u KiB; choose a smaller number or leave it out\n",
		       n, num_possible_cpus(),
		       (u64)n * SOCKBIND_RECORD_SIZE * num_possible_cpus() /
		       SZ_1K, RINGS_SIZE_MAX / SZ_1K);
		return -EINVAL;
	}
	return n;
}

/**
 * sockbind_ring_init - allocate the rings
 *
 * Context: may sleep. Return: 0 or a negative errno.
 */
int sockbind_ring_init(void)
{
	unsigned int cpu;
	int n = ring_records();

	if (n < 0)
		return n;

	for_each_possible_cpu(cpu) {
		struct sockbind_ring *ring = per_cpu_ptr(&sockbind_rings, cpu);

		ring->core.mask = n - 1;
		ring->core.records = vzalloc_node(n * SOCKBIND_RECORD_SIZE,
						  cpu_to_node(cpu));
		if (!ring->core.records)
			goto err_free_rings;
		sockbind_wakeup_init_work(&ring->wake);
	}
	return 0;

err_free_rings:
	sockbind_ring_exit();
	return -ENOMEM;
}

/**
 * sockbind_ring_exit - free the rings
 *
 * Context: may sleep; no producer and no reader is left.
 */
void sockbind_ring_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct sockbind_ring *ring = per_cpu_ptr(&sockbind_rings, cpu);

		irq_work_sync(&ring->wake);
		vfree(ring->core.records);
	}
}

/**
 * sockbind_ring_core - the ring of a CPU
 * @cpu: a possible CPU
 */
const struct ring_core *sockbind_ring_core(unsigned int cpu)
{
	return &per_cpu_ptr(&sockbind_rings, cpu)->core;
}

/**
 * sockbind_ring_records - records that one ring holds
 */
unsigned int sockbind_ring_records(void)
{
	return sockbind_ring_core(cpumask_first(cpu_possible_mask))->mask + 1;
}
