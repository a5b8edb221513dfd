// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters, and the state that GET_INFO and sysfs tell.
 */

#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/sysfs.h>
#include <linux/uuid.h>
#include <linux/sockbind.h>

#include "canary.h"
#include "compat.h"
#include "outcome.h"
#include "probe.h"
#include "process.h"
#include "ring.h"
#include "slot.h"
#include "stats.h"

DEFINE_PER_CPU(struct sockbind_cpu_stats, sockbind_cpu_stats);

/* Names this load of the module; sequence numbers start again with each. */
static u8 instance[UUID_SIZE] __ro_after_init;

/**
 * sockbind_stats_init - make the counters ready
 */
void __init sockbind_stats_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(&sockbind_cpu_stats, cpu)->sync);
	generate_random_uuid(instance);
}

static u64 stat_sum(enum sockbind_stat stat)
{
	unsigned int cpu, start;
	u64 n, sum = 0;

	for_each_possible_cpu(cpu) {
		const struct sockbind_cpu_stats *stats =
			per_cpu_ptr(&sockbind_cpu_stats, cpu);

		do {
			start = u64_stats_fetch_begin(&stats->sync);
			n = u64_stats_read(&stats->count[stat]);
		} while (u64_stats_fetch_retry(&stats->sync, start));
		sum += n;
	}
	return sum;
}

static u32 kprobes_in_force(void)
{
	u32 kprobes = sockbind_outcome_probes();

	if (sockbind_probe_is_kprobe())
		kprobes |= BIT(SOCKBIND_PROBE_HOOK);
	return kprobes;
}

/**
 * sockbind_stats_disarmed - probes in force that the kernel does not run now
 *
 * Context: may sleep. Return: a bit set of SOCKBIND_PROBE_*.
 */
u32 sockbind_stats_disarmed(void)
{
	return sockbind_canary_disarmed(kprobes_in_force());
}

static u32 process_records(void)
{
	const struct ring_core *ring = sockbind_process_ring();

	return ring ? ring->mask + 1 : 0;
}

static u64 processes_recorded(void)
{
	const struct ring_core *ring = sockbind_process_ring();

	return ring ? ring_core_end(ring) : 0;
}

/**
 * sockbind_stats_info - tell the state of the device
 * @info: filled whole
 *
 * Context: may sleep.
 */
void sockbind_stats_info(struct sockbind_info *info)
{
	unsigned int i, cpu;

	*info = (struct sockbind_info) {
		.size = sizeof(*info),
		.version = SOCKBIND_ABI_VERSION,
		.record_size = SOCKBIND_RECORD_SIZE,
		.outcome = sockbind_outcome_level(),
		.records = sockbind_ring_records(),
		.rings = num_possible_cpus(),
		.probes = BIT(SOCKBIND_PROBE_HOOK) | sockbind_outcome_probes(),
		.without_result = stat_sum(SOCKBIND_STAT_WITHOUT_RESULT),
		.seen = stat_sum(SOCKBIND_STAT_SEEN),
		.filtered = stat_sum(SOCKBIND_STAT_FILTERED),
		.pending = sockbind_slots_pending(),
		.dropped_nested = stat_sum(SOCKBIND_STAT_DROPPED_NESTED),
		.dropped_abandoned = stat_sum(SOCKBIND_STAT_DROPPED_ABANDONED),
		.disarmed = sockbind_stats_disarmed(),
		.kprobes = kprobes_in_force(),
		.process_records = process_records(),
	};
	memcpy(info->instance, instance, sizeof(info->instance));

	for_each_possible_cpu(cpu) {
		const struct ring_core *ring = sockbind_ring_core(cpu);
		u64 oldest = ring_core_oldest(ring);

		info->recorded += ring_core_end(ring);
		info->overwritten += oldest;
	}

	info->nmissed[SOCKBIND_PROBE_HOOK] = sockbind_probe_nmissed();
	for (i = SOCKBIND_PROBE_HOOK + 1; i < SOCKBIND_PROBES; i++)
		info->nmissed[i] = sockbind_outcome_nmissed(i);
}

#define INFO_ATTR(name, format, expression)				\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	struct sockbind_info info;					\
									\
	sockbind_stats_info(&info);					\
	return sysfs_emit(buf, format "\n", expression);		\
}									\
static DEVICE_ATTR_RO(name)

INFO_ATTR(abi_version, "%u", info.version);
INFO_ATTR(instance, "%pUb", info.instance);
INFO_ATTR(outcome, "%u", info.outcome);
INFO_ATTR(records, "%u", info.records);
INFO_ATTR(rings, "%u", info.rings);
INFO_ATTR(seen, "%llu", info.seen);
INFO_ATTR(recorded, "%llu", info.recorded);
INFO_ATTR(overwritten, "%llu", info.overwritten);
INFO_ATTR(filtered, "%llu", info.filtered);
INFO_ATTR(pending, "%llu", info.pending);
INFO_ATTR(dropped_nested, "%llu", info.dropped_nested);
INFO_ATTR(dropped_abandoned, "%llu", info.dropped_abandoned);
INFO_ATTR(without_result, "%llu", info.without_result);
INFO_ATTR(nmissed_hook, "%llu", info.nmissed[SOCKBIND_PROBE_HOOK]);
INFO_ATTR(nmissed_sys_bind, "%llu", info.nmissed[SOCKBIND_PROBE_SYS_BIND]);
INFO_ATTR(nmissed_io_bind, "%llu", info.nmissed[SOCKBIND_PROBE_IO_BIND]);
INFO_ATTR(nmissed_lsm, "%llu", info.nmissed[SOCKBIND_PROBE_LSM]);
INFO_ATTR(disarmed, "%u", info.disarmed);
INFO_ATTR(process_records, "%u", info.process_records);

#define PROCESS_ATTR(name, expression)					\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, "%llu\n", expression);			\
}									\
static DEVICE_ATTR_RO(name)

PROCESS_ATTR(processes_seen, stat_sum(SOCKBIND_STAT_PROCESS_SEEN));
PROCESS_ATTR(processes_recorded, processes_recorded());
PROCESS_ATTR(processes_known, stat_sum(SOCKBIND_STAT_PROCESS_KNOWN));
PROCESS_ATTR(processes_dropped, stat_sum(SOCKBIND_STAT_PROCESS_DROPPED));
PROCESS_ATTR(processes_pending, sockbind_process_pending());

static struct attribute *stats_attrs[] = {
	&dev_attr_abi_version.attr,
	&dev_attr_instance.attr,
	&dev_attr_outcome.attr,
	&dev_attr_records.attr,
	&dev_attr_rings.attr,
	&dev_attr_seen.attr,
	&dev_attr_recorded.attr,
	&dev_attr_overwritten.attr,
	&dev_attr_filtered.attr,
	&dev_attr_pending.attr,
	&dev_attr_dropped_nested.attr,
	&dev_attr_dropped_abandoned.attr,
	&dev_attr_without_result.attr,
	&dev_attr_nmissed_hook.attr,
	&dev_attr_nmissed_sys_bind.attr,
	&dev_attr_nmissed_io_bind.attr,
	&dev_attr_nmissed_lsm.attr,
	&dev_attr_disarmed.attr,
	&dev_attr_process_records.attr,
	&dev_attr_processes_seen.attr,
	&dev_attr_processes_recorded.attr,
	&dev_attr_processes_known.attr,
	&dev_attr_processes_dropped.attr,
	&dev_attr_processes_pending.attr,
	NULL
};

static const struct attribute_group stats_group = {
	.attrs = stats_attrs,
};

/* Attributes of the misc device. */
const struct attribute_group *sockbind_stats_groups[] = {
	&stats_group,
	NULL
};
