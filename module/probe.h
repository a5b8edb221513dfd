/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_PROBE_H
#define SOCKBIND_PROBE_H

#include <linux/types.h>

int sockbind_probe_init(void);
void sockbind_probe_exit(void);

/* Called by stats.c: */
bool sockbind_probe_is_kprobe(void);
unsigned long sockbind_probe_nmissed(void);

#endif /* SOCKBIND_PROBE_H */
