// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "complain.h"
#include "decode.h"
#include "loop.h"
#include "options.h"
#include "output.h"
#include "sink.h"
#include "source.h"
#include "stop.h"

/* Everything is written before a wait: what reads our output is live. */
static int flush(struct loop *loop)
{
	struct sink *sink = loop->sink;
	int status = sink_write(sink, &loop->out->buf);

	if (status || !sink->limit || sink->size < sink->limit)
		return status;
	status = sink_rotate(sink);
	if (!status)
		output_begin(loop->out);
	return status;
}

static int take_bind(struct loop *loop, struct bind_event *event)
{
	struct source *source = loop->source;
	struct output *out = loop->out;

	if (!loop->options->numeric) {
		if (source->live)
			resolve_bind(&source->names, &event->raw,
				     output_needs(out));
		event->names = &source->names;
	}
	out->ops->bind(out, event);
	return 0;
}

static int take_lost(struct loop *loop, const struct lost_event *lost)
{
	struct output *out = loop->out;
	int status;

	loop->lost += lost->count;
	if (out->ops->lost)
		out->ops->lost(out, lost);
	status = flush(loop);
	if (status || loop->options->quiet)
		return status;
	warnx("lost %llu record%s of CPU %u (the reader was too slow)",
	      (unsigned long long)lost->count, lost->count == 1 ? "" : "s",
	      lost->cpu);
	return 0;
}

static int take_record(struct loop *loop)
{
	const struct source *source = loop->source;
	struct output *out = loop->out;
	struct event event;
	int status = 0;

	out->swapped = source->swapped;
	switch (decode_record(&event, source->record, SOCKBIND_RECORD_SIZE,
			      source->swapped)) {
	case DECODE_BIND:
		status = take_bind(loop, &event.bind);
		break;
	case DECODE_LOST:
		status = take_lost(loop, &event.lost);
		break;
	case DECODE_UNKNOWN:
		break;
	case DECODE_BAD_VERSION:
		return complain(source->subject,
				"a record is of another ABI version or size than %u and %u: use the reader of that release",
				SOCKBIND_ABI_VERSION, SOCKBIND_RECORD_SIZE);
	case DECODE_CORRUPT:
		return complain(source->subject,
				"a record contradicts itself: rebuild reader and module from the same release, or replay a good copy");
	}
	if (status || buf_room(&out->buf) >= OUTPUT_EVENT_MAX)
		return status;
	return flush(loop);
}

/* Until there are records, a signal, or nobody who reads our output. */
static int wait_for_records(struct loop *loop)
{
	struct pollfd fds[] = {
		{ .fd = loop->source->fd, .events = POLLIN },
		{ .fd = stop_fd(), .events = POLLIN },
		{ .fd = loop->sink->fd },
	};

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0) {
		if (errno == EINTR)
			return 0;
		return complain("poll",
				"cannot wait for records (%s): start again",
				strerror(errno));
	}
	if (fds[2].revents & POLLERR)
		stop_ask();
	return 0;
}

/* Returns SOURCE_RECORD to go on. */
static enum source_state refill(struct loop *loop, int *status)
{
	*status = flush(loop);
	if (!*status && !loop->source->more)
		*status = wait_for_records(loop);
	if (*status || stop_asked())
		return SOURCE_END;
	return loop->source->ops->fill(loop->source);
}

/**
 * loop_run() - run until there is an end
 * @loop: what runs
 *
 * Return: 0, or an exit status; then it has complained.
 */
int loop_run(struct loop *loop)
{
	struct source *source = loop->source;
	enum source_state state = SOURCE_EMPTY;
	int status = 0;

	output_begin(loop->out);
	while (!status && !stop_asked() && state < SOURCE_END) {
		state = source->ops->next(source);
		if (state == SOURCE_RECORD)
			status = take_record(loop);
		else if (state == SOURCE_EMPTY)
			state = refill(loop, &status);
	}
	if (!status)
		status = flush(loop);
	if (state == SOURCE_FAILED)
		return EXIT_FAILURE;
	return status < 0 ? EXIT_SUCCESS : status;
}
