/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_STATS_H
#define SOCKBIND_STATS_H

#include <linux/types.h>

struct attribute_group;
struct sockbind_info;

enum sockbind_stat {
	SOCKBIND_STAT_SEEN,
	SOCKBIND_STAT_FILTERED,
	SOCKBIND_STAT_DROPPED_NESTED,
	SOCKBIND_STAT_DROPPED_ABANDONED,
	SOCKBIND_STATS
};

extern const struct attribute_group *sockbind_stats_groups[];

void sockbind_stats_init(void);
void sockbind_stats_info(struct sockbind_info *info);

/* Called from probe handlers: task context, preemption off. */
void sockbind_stats_inc(enum sockbind_stat stat);

#endif /* SOCKBIND_STATS_H */
