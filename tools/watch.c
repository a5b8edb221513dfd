// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module whose probes were switched off records nothing and reports no error to
 * who reads it. It finds that out when it is asked for its state.
 */
#include <sys/ioctl.h>
#include <time.h>

#include <linux/sockbind.h>

#include "buf.h"
#include "clock.h"
#include "diagnosis.h"
#include "watch.h"

#define NS_PER_MS	1000000ULL

static enum unseen unseen_by(const struct sockbind_info *info)
{
	if (info->disarmed & 1U << SOCKBIND_PROBE_HOOK)
		return UNSEEN_BINDS;
	return info->disarmed ? UNSEEN_RESULTS : UNSEEN_NOTHING;
}

/**
 * watch_begin() - begin to watch
 * @watch: state of the watch
 */
void watch_begin(struct watch *watch)
{
	watch->unseen = UNSEEN_NOTHING;
	watch->seen_at = clock_now(CLOCK_BOOTTIME);
}

/**
 * watch_look() - ask the module what it does not see
 * @watch: state of the watch
 * @fd: the device
 * @event: result, if that has changed
 *
 * Return: whether it has.
 */
bool watch_look(struct watch *watch, int fd, struct blind_event *event)
{
	const uint64_t now = clock_now(CLOCK_BOOTTIME);
	const enum unseen before = watch->unseen;
	struct sockbind_info info;

	if (ioctl(fd, SOCKBIND_IOC_GET_INFO, &info))
		return false;
	watch->unseen = unseen_by(&info);
	*event = (struct blind_event){
		.time = clock_now(CLOCK_REALTIME),
		.unseen = watch->unseen,
	};
	if (watch->unseen == UNSEEN_NOTHING) {
		event->lasted = now - watch->seen_at;
		watch->seen_at = now;
	} else if (watch->unseen != before) {
		event->why = diagnosis_unseen();
	}
	return watch->unseen != before;
}

/**
 * watch_unseen_name() - name what is not seen
 * @unseen: what
 *
 * Return: the name that programs read.
 */
const char *watch_unseen_name(enum unseen unseen)
{
	switch (unseen) {
	case UNSEEN_BINDS:
		return "binds";
	case UNSEEN_RESULTS:
		return "results";
	default:
		return "nothing";
	}
}

/**
 * watch_put_message() - append a sentence for people
 * @b: where to
 * @event: what has changed
 */
void watch_put_message(struct buf *b, const struct blind_event *event)
{
	if (event->unseen == UNSEEN_NOTHING) {
		buf_str(b, "binds and results are seen again; for ");
		buf_u64(b, event->lasted / NS_PER_MS);
		buf_str(b, " ms at most they were not");
		return;
	}
	buf_str(b, event->unseen == UNSEEN_BINDS ? "binds are not seen: " :
						   "results of binds are not seen: ");
	buf_str(b, event->why);
}
