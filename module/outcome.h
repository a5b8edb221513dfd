/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_OUTCOME_H
#define SOCKBIND_OUTCOME_H

#include <linux/types.h>

int sockbind_outcome_init(void);
void sockbind_outcome_exit(void);

/* Called by stats.c: */
unsigned int sockbind_outcome_level(void);
unsigned long sockbind_outcome_nmissed(unsigned int probe);
u32 sockbind_outcome_probes(void);

#endif /* SOCKBIND_OUTCOME_H */
