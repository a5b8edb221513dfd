// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "array.h"
#include "clock.h"
#include "complain.h"
#include "count.h"
#include "decode.h"
#include "journal.h"
#include "known.h"
#include "loop.h"
#include "options.h"
#include "output.h"
#include "sink.h"
#include "source.h"
#include "state.h"
#include "stop.h"

/* How long the module may be blind before that is said. */
#define WATCH_NS	NS_PER_SEC

/* How much time of a recording may not have reached the disk. */
#define SYNC_NS		NS_PER_SEC

/* What the kernel's clock for handlers may be ahead of the one for programs. */
#define CLOCK_SLACK_NS	NS_PER_SEC
#define NS_PER_SEC	1000000000ULL

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

/* For one event more. */
static int make_room(struct loop *loop)
{
	const struct output *out = loop->out;

	return out->ops->socket || buf_room(&out->buf) < OUTPUT_EVENT_MAX ?
	       flush(loop) : 0;
}

/* The groups of the count, and the next table begins. */
static int print_table(struct loop *loop)
{
	size_t line = 0;
	int status;

	count_sort(loop->count);
	do {
		status = make_room(loop);
	} while (!status && count_put(loop->count, loop->out, line++));
	count_clear(loop->count);
	return status;
}

/* In a recording time goes by with its records. */
static int pass_time(struct loop *loop, uint64_t time)
{
	const uint64_t every = loop->options->every;
	int status = 0;

	if (!every || loop->source->live)
		return 0;
	if (loop->table_at && time >= loop->table_at)
		status = print_table(loop);
	if (time >= loop->table_at)
		loop->table_at = time - time % every + every;
	return status;
}

static int take_bind(struct loop *loop, struct bind_event *event)
{
	const struct options *options = loop->options;
	struct source *source = loop->source;
	int status;

	/* What is asked of the host costs more than all the rest. */
	if (!filter_match(&options->filter, event))
		return 0;
	if (!options->numeric) {
		if (source->live)
			resolve_bind(&source->names, &event->raw,
				     loop->needs);
		event->names = &source->names;
	}
	if (!filter_match_names(&options->filter, event))
		return 0;
	if (++loop->taken == options->number)
		loop->ended = true;
	if (!loop->count) {
		loop->out->ops->bind(loop->out, event);
		return 0;
	}
	status = pass_time(loop, event->raw.time_real);
	count_add(loop->count, event);
	return status;
}

static int take_lost(struct loop *loop, const struct lost_event *lost,
		     const char *why)
{
	struct output *out = loop->out;
	int status;

	/* Each may be any number: their sum is not to come round to none. */
	if (__builtin_add_overflow(loop->lost, lost->count, &loop->lost))
		loop->lost = UINT64_MAX;
	if (out->ops->lost)
		out->ops->lost(out, lost);
	if (loop->options->quiet)
		return 0;
	status = flush(loop);
	if (status)
		return status;
	if (lost->count)
		warnx("lost %llu record%s of CPU %u (%s)",
		      (unsigned long long)lost->count,
		      lost->count == 1 ? "" : "s", lost->cpu, why);
	else
		warnx("lost records of CPU %u, how many cannot be told (from %llu to %llu)",
		      lost->cpu, (unsigned long long)lost->first,
		      (unsigned long long)lost->last);
	return 0;
}

/* The journal takes a loss always, which is short. */
static int take_refused(struct loop *loop, const struct bind_event *event)
{
	const struct sockbind_header *hdr = &event->raw.hdr;
	const struct lost_event lost = {
		.cpu = hdr->cpu,
		.first = hdr->seq,
		.last = hdr->seq,
		.count = 1,
	};
	char why[64];

	snprintf(why, sizeof(why), "the journal refuses it: %s",
		 strerror(errno));
	return take_lost(loop, &lost, why);
}

static int take_blind(struct loop *loop, const struct blind_event *event)
{
	struct output *out = loop->out;
	char text[512];
	struct buf b = { .data = text, .size = sizeof(text) - 1 };
	int status;

	if (event->unseen == UNSEEN_BINDS)
		loop->blind = true;
	if (out->ops->blind)
		out->ops->blind(out, event);
	status = flush(loop);
	if (status || loop->options->quiet)
		return status;
	watch_put_message(&b, event);
	text[b.len] = '\0';
	warnx("%s", text);
	return 0;
}

static int look(struct loop *loop)
{
	struct blind_event event;

	if (!loop->source->live ||
	    !watch_look(&loop->watch, loop->source->fd, &event))
		return 0;
	return take_blind(loop, &event);
}

/*
 * The device, or the recording, has said that it speaks our version: a record
 * that does not is damaged, and those behind it need not be.
 */
static int skip_record(struct loop *loop)
{
	struct output *out = loop->out;
	struct source *source = loop->source;
	int status;

	if (out->ops->skipped)
		out->ops->skipped(out, source->record, source->size);
	if (loop->skipped++ || loop->options->quiet)
		return 0;
	status = flush(loop);
	if (!status)
		complain(source->subject,
			 "a record is of another ABI version or size than %u and %u: it is left out",
			 SOCKBIND_ABI_VERSION, SOCKBIND_RECORD_SIZE);
	return status;
}

/*
 * The device tells records in the order in which they were written, so that
 * after this one there is none from before the end. One that was written in the
 * future says nothing about the others.
 */
static bool is_late(const struct loop *loop, const struct sockbind_bind *raw)
{
	const uint64_t written = raw->time_boot + raw->duration;

	return loop->source->live && loop->closing && written > loop->closed &&
	       written <= clock_now(CLOCK_BOOTTIME) + CLOCK_SLACK_NS;
}

/* The device's were learned when they were read: they come after their binds. */
static void take_process(struct loop *loop, const struct process_event *process)
{
	loop->odd += process->odd;
	if (!process->odd && !loop->source->live)
		known_learn(&process->raw);
}

static int take_record(struct loop *loop, const void *record, size_t size)
{
	const struct source *source = loop->source;
	struct output *out = loop->out;
	struct event event;
	int status = 0;

	out->swapped = source->swapped;
	switch (decode_record(&event, record, size, source->swapped)) {
	case DECODE_BIND:
		if (is_late(loop, &event.bind.raw)) {
			loop->ended = true;
			break;
		}
		loop->odd += event.bind.odd != 0;
		event.bind.process = known_find(&event.bind.raw);
		status = take_bind(loop, &event.bind);
		break;
	case DECODE_LOST:
		loop->odd += event.lost.odd != 0;
		status = take_lost(loop, &event.lost,
				   "the reader was too slow");
		break;
	case DECODE_PROCESS:
		take_process(loop, &event.process);
		break;
	case DECODE_UNKNOWN:
		break;
	case DECODE_FOREIGN:
		status = skip_record(loop);
		break;
	}
	status = status ?: make_room(loop);
	return status == JOURNAL_REFUSED ? take_refused(loop, &event.bind) :
					   status;
}

/* What a former run has told is not told again, what it missed is a loss. */
static int take_new_record(struct loop *loop)
{
	const void *record = loop->source->record, *gap;
	const struct sockbind_header *hdr = record;
	const size_t size = loop->source->size;
	int status = 0;

	/* Who a process is, all runs are to know. */
	if (!loop->state || hdr->type == SOCKBIND_RECORD_PROCESS)
		return take_record(loop, record, size);
	if (hdr->type == SOCKBIND_RECORD_BIND &&
	    hdr->version == SOCKBIND_ABI_VERSION && is_late(loop, record)) {
		loop->ended = true;
		return 0;
	}
	gap = state_gap(loop->state, record);
	if (gap)
		status = take_record(loop, gap, size);
	record = state_take(loop->state, record);
	return status || !record ? status : take_record(loop, record, size);
}

static int keep_place(struct loop *loop)
{
	const int status = sink_settle(loop->sink);

	return status || !loop->state ? status : state_save(loop->state);
}

/* To end when all that has happened up to now is printed. */
static void close_loop(struct loop *loop)
{
	if (loop->closing)
		return;
	loop->closing = true;
	loop->closed = clock_now(CLOCK_BOOTTIME);
}

/* Takes the time that is left until @at into account. Returns true at @at. */
static bool is_due(uint64_t at, clockid_t clock, uint64_t *left)
{
	const uint64_t time = clock_now(clock);

	if (time >= at)
		return true;
	if (at - time < *left)
		*left = at - time;
	return false;
}

static int sync_sink(struct loop *loop, uint64_t *left)
{
	if (!loop->sink->dirty)
		return 0;
	if (!loop->sync_at)
		loop->sync_at = clock_now(CLOCK_MONOTONIC) + SYNC_NS;
	if (!is_due(loop->sync_at, CLOCK_MONOTONIC, left))
		return 0;
	loop->sync_at = 0;
	return sink_sync(loop->sink);
}

static int keep_watch(struct loop *loop, uint64_t *left)
{
	if (!loop->source->live ||
	    !is_due(loop->watch_at, CLOCK_MONOTONIC, left))
		return 0;
	loop->watch_at = clock_now(CLOCK_MONOTONIC) + WATCH_NS;
	if (*left > WATCH_NS)
		*left = WATCH_NS;
	return look(loop);
}

/* Does what is due, and tells how long there is nothing else: @left, in ns. */
static int keep_times(struct loop *loop, uint64_t *left)
{
	const uint64_t until = loop->options->filter.until;
	int status = keep_watch(loop, left);

	if (loop->end_at && is_due(loop->end_at, CLOCK_MONOTONIC, left))
		close_loop(loop);
	if (loop->source->live && until < UINT64_MAX &&
	    is_due(until, CLOCK_REALTIME, left))
		close_loop(loop);
	if (!status && loop->table_at && loop->source->live &&
	    is_due(loop->table_at, CLOCK_MONOTONIC, left)) {
		loop->table_at += loop->options->every;
		status = print_table(loop);
	}
	return status ?: sync_sink(loop, left);
}

/* Until there are records, a signal, or nobody who reads our output. */
static int wait_for_records(struct loop *loop, uint64_t left)
{
	struct pollfd fds[] = {
		{ .fd = loop->source->fd, .events = POLLIN },
		{ .fd = stop_fd(), .events = POLLIN },
		{ .fd = loop->sink->fd },
	};
	const struct timespec timeout = {
		.tv_sec = (time_t)(left / NS_PER_SEC),
		.tv_nsec = (long)(left % NS_PER_SEC),
	};

	if (ppoll(fds, ARRAY_SIZE(fds), left < UINT64_MAX ? &timeout : NULL,
		  NULL) < 0) {
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

static enum source_state refill(struct loop *loop, int *status)
{
	struct source *source = loop->source;
	uint64_t left = UINT64_MAX;
	enum source_state state;
	bool closing;

	if (loop->state && loop->filled && !source->more)
		state_empty(loop->state);
	*status = keep_times(loop, &left) ?: flush(loop) ?: keep_place(loop);
	closing = loop->closing;
	if (!*status && !source->more && !closing)
		*status = wait_for_records(loop, left);
	if (*status)
		return SOURCE_END;
	state = source->ops->fill(source);
	loop->filled = true;
	/* What was to be printed has been, if there is no more of it now. */
	if (closing && (!source->live || !source->len))
		loop->ended = true;
	return state;
}

static void start(struct loop *loop)
{
	const struct options *options = loop->options;

	if (options->duration)
		loop->end_at = clock_now(CLOCK_MONOTONIC) + options->duration;
	if (options->no_follow && loop->source->live)
		close_loop(loop);
	loop->needs = options->filter.needs;
	if (loop->count) {
		count_open(loop->count, loop->out);
		loop->needs |= column_list_needs(&options->by);
		if (options->every && loop->source->live)
			loop->table_at = clock_now(CLOCK_MONOTONIC) + options->every;
		return;
	}
	output_begin(loop->out);
	loop->needs |= output_needs(loop->out);
}

static void stop(struct loop *loop)
{
	if (loop->source->live)
		close_loop(loop);
	else
		loop->ended = true;
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

	start(loop);
	watch_begin(&loop->watch);
	while (!status && !loop->ended && state < SOURCE_END) {
		if (stop_asked())
			stop(loop);
		state = source->ops->next(source);
		if (state == SOURCE_RECORD)
			status = take_new_record(loop);
		else if (state == SOURCE_EMPTY)
			state = refill(loop, &status);
	}
	if (!status)
		status = look(loop);
	if (!status && loop->count)
		status = print_table(loop);
	if (!status)
		status = flush(loop) ?: sink_sync(loop->sink) ?: keep_place(loop);
	if (state == SOURCE_FAILED)
		return EXIT_FAILURE;
	return status < 0 ? EXIT_SUCCESS : status;
}
