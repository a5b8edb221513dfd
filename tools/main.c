// SPDX-License-Identifier: GPL-2.0-only
/*
 * sockbind - follow /dev/sockbind and print a line per bind
 *
 * Nothing in the loop binds a socket: one bind gives one line, not two.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "complain.h"
#include "count.h"
#include "loop.h"
#include "options.h"
#include "output.h"
#include "privileges.h"
#include "reader.h"
#include "selfcheck.h"
#include "sink.h"
#include "source.h"
#include "state.h"
#include "stats.h"
#include "stop.h"
#include "terminal.h"

static int open_source(struct source *source, const struct options *options)
{
	if (options->replay)
		return source_open_replay(source, options->replay);
	return source_open_device(source, options->device, options->only_new) ?:
	       source_learn(source, options->only_new);
}

static int print_stats(const struct options *options)
{
	static struct source source;
	const int status = source_open_device(&source, options->device, true);

	return status ?: stats_print(&source.reader->info, &source.identity,
				     options->form == &output_json);
}

/* What the output lacks, and the exit status. */
static int summary(const struct loop *loop, int status)
{
	const struct source *source = loop->source;
	const bool incomplete = loop->lost || loop->odd || loop->skipped ||
				loop->blind || source->cut_off;

	if (!loop->options->quiet) {
		if (loop->lost)
			warnx("lost %llu record%s in all",
			      (unsigned long long)loop->lost,
			      loop->lost == 1 ? "" : "s");
		if (loop->odd)
			complain(source->subject,
				 "%llu of its records cannot be right, as the column odd shows: rebuild reader and module from the same release, or report it with a recording",
				 (unsigned long long)loop->odd);
		if (loop->skipped)
			complain(source->subject,
				 "%llu of its records could not be read and are left out, of another ABI version or size: rebuild reader and module from the same release",
				 (unsigned long long)loop->skipped);
		if (source->cut_off)
			warnx("%s: it is cut off inside a record, which is left out",
			      source->subject);
	}
	return !status && incomplete ? EXIT_INCOMPLETE : status;
}

static int open_sink(struct sink *sink, const struct options *options)
{
	if (options->form->socket)
		return sink_connect(sink, options->form->socket);
	return sink_open(sink, options->record, options->rotate, options->keep);
}

static int run(const struct options *options)
{
	/* A batch of text takes one write. */
	static char storage[65536 + OUTPUT_EVENT_MAX];
	static struct source source;
	static struct sink sink;
	static struct state state;
	static struct count count;
	const struct terminal terminal = terminal_size();
	struct output out = {
		.ops = options->form,
		.buf = { .data = storage, .size = sizeof(storage) },
		.origin = &source.origin,
		.identity = &source.identity,
		.columns = options->columns,
		.header = options->header,
		.utf8 = terminal_is_utf8(),
		.color = terminal_has_color(),
		.width = terminal.width,
		.rows = terminal.rows,
	};
	struct loop loop = {
		.options = options,
		.source = &source,
		.out = &out,
		.sink = &sink,
		.count = options->count ? &count : NULL,
	};
	int status;

	status = open_source(&source, options) ?:
		 open_sink(&sink, options);
	if (!status && options->state) {
		status = state_open(&state, options->state, &source.origin);
		loop.state = &state;
	}
	if (status)
		return status;
	out.swapped = source.swapped;
	out.host = source.origin.host;
	count.by = options->by;
	count.timed = options->every;
	tzset();
	if (privileges_drop(source.live && !options->numeric))
		return complain("privileges",
				"cannot give them up (%s): allow capset(2) and prctl(2) where system calls are filtered",
				strerror(errno));
	status = stop_catch();
	if (status)
		return status;

	if (options->banner)
		warnx("reading %s", source.subject);
	status = loop_run(&loop);
	return summary(&loop, status);
}

/*
 * A file that is opened must not be taken for one of the standard ones. What
 * was closed cannot be read from or written to, only messages are dropped.
 */
static void fill_closed_files(void)
{
	static const int modes[] = {
		[STDIN_FILENO] = O_WRONLY,
		[STDOUT_FILENO] = O_RDONLY,
		[STDERR_FILENO] = O_WRONLY,
	};
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			_exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	struct options options;

	fill_closed_files();
	options_parse(&options, argc, argv);
	if (options.check)
		return selfcheck(options.device);
	if (options.stats)
		return print_stats(&options);
	return run(&options);
}
