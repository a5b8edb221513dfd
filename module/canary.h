/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_CANARY_H
#define SOCKBIND_CANARY_H

#include <linux/types.h>

struct kprobe;

int sockbind_canary_init(void);
void sockbind_canary_exit(void);

/* Called by probe.c and outcome.c, at load: */
bool sockbind_canary_without_ftrace(void);
int sockbind_canary_register(struct kprobe *kp);

/* Called by stats.c: */
u32 sockbind_canary_disarmed(u32 kprobes);

#endif /* SOCKBIND_CANARY_H */
