/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the kernel runs the module's probes: asked while a reader follows. */
#ifndef SOCKBIND_WATCH_H
#define SOCKBIND_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

/* What is not seen, since the kernel does not run the probe for it. */
enum unseen {
	UNSEEN_NOTHING,		/* all is seen */
	UNSEEN_RESULTS,		/* binds are, but not what became of them */
	UNSEEN_BINDS,
};

/**
 * struct blind_event - what is not seen has changed
 * @time: when that was found out: CLOCK_REALTIME, in ns
 * @unseen: what is not seen from now on
 * @why: why not, and what to do; NULL: all is seen again
 * @lasted: all is seen again: how long it was not, at most, in ns
 */
struct blind_event {
	uint64_t time;
	enum unseen unseen;
	const char *why;
	uint64_t lasted;
};

/**
 * struct watch - state of the watch
 * @unseen: what was not seen when the module was last asked
 * @seen_at: when all was last seen: CLOCK_BOOTTIME, in ns
 */
struct watch {
	enum unseen unseen;
	uint64_t seen_at;
};

void watch_begin(struct watch *watch);
bool watch_look(struct watch *watch, int fd, struct blind_event *event);
const char *watch_unseen_name(enum unseen unseen);
void watch_put_message(struct buf *b, const struct blind_event *event);

#endif /* SOCKBIND_WATCH_H */
