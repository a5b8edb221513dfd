/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_STATS_H
#define SOCKBIND_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>

#include "compat.h"

struct attribute_group;
struct sockbind_info;

enum sockbind_stat {
	SOCKBIND_STAT_SEEN,
	SOCKBIND_STAT_FILTERED,
	SOCKBIND_STAT_DROPPED_NESTED,
	SOCKBIND_STAT_DROPPED_ABANDONED,
	SOCKBIND_STAT_WITHOUT_RESULT,
	SOCKBIND_STAT_PROCESS_SEEN,
	SOCKBIND_STAT_PROCESS_KNOWN,
	SOCKBIND_STAT_PROCESS_DROPPED,
	SOCKBIND_STATS
};

extern const struct attribute_group *sockbind_stats_groups[];

void sockbind_stats_init(void);
u32 sockbind_stats_disarmed(void);
void sockbind_stats_info(struct sockbind_info *info);

struct sockbind_cpu_stats {
	u64_stats_t count[SOCKBIND_STATS];
	struct u64_stats_sync sync;
};

DECLARE_PER_CPU(struct sockbind_cpu_stats, sockbind_cpu_stats);

/**
 * sockbind_stats_inc - count one
 * @stat: what
 *
 * Context: probe handler: task, preemption off.
 */
static inline void sockbind_stats_inc(enum sockbind_stat stat)
{
	struct sockbind_cpu_stats *stats = this_cpu_ptr(&sockbind_cpu_stats);

	u64_stats_update_begin(&stats->sync);
	u64_stats_inc(&stats->count[stat]);
	u64_stats_update_end(&stats->sync);
}

#endif /* SOCKBIND_STATS_H */
