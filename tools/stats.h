/* SPDX-License-Identifier: GPL-2.0-only */
/* --stats: what the device tells of itself, once. For main.c. */
#ifndef SOCKBIND_STATS_H
#define SOCKBIND_STATS_H

#include <stdbool.h>

struct identity;
struct sockbind_info;

int stats_print(const struct sockbind_info *info,
		const struct identity *identity, bool json);

#endif /* SOCKBIND_STATS_H */
