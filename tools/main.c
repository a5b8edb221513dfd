// SPDX-License-Identifier: GPL-2.0-only
/*
 * sockbind - follow /dev/sockbind and print a line per bind
 *
 * Nothing in the loop binds a socket: one bind gives one line, not two.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "array.h"
#include "complain.h"
#include "decode.h"
#include "options.h"
#include "output.h"
#include "privileges.h"
#include "reader.h"
#include "resolve.h"
#include "terminal.h"

static atomic_bool stopping;
static int stop_fd;

static void on_stop(int signal)
{
	const int error = errno;
	const uint64_t one = 1;

	(void)signal;
	stopping = true;
	/* It can only fail when it already counts to 2^64 - 2. */
	if (write(stop_fd, &one, sizeof(one)) < 0)
		stopping = true;
	errno = error;
}

/*
 * The first signal ends the loop, wherever it is; a second one kills, should
 * that hang in a name service.
 */
static int catch_signals(void)
{
	struct sigaction stop = {
		.sa_handler = on_stop,
		.sa_flags = SA_RESETHAND,
	};

	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		return complain("eventfd",
				"cannot make one (%s): raise the limit of open files",
				strerror(errno));
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

static int complain_open(const char *device)
{
	switch (errno) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return complain(device,
				"no such device: load the module with \"modprobe sockbind\" or \"insmod module/sockbind.ko\"");
	case EACCES:
	case EPERM:
		return complain(device,
				"no permission: run as root, or let a udev rule give your group access");
	case EBUSY:
		return complain(device,
				"the device is busy: end the program that holds it, \"fuser -v\" names it");
	default:
		return complain(device,
				"cannot open it (%s): name the sockbind device with -d",
				strerror(errno));
	}
}

static int complain_version(const char *subject, unsigned int version,
			    unsigned int size)
{
	return complain(subject,
			"it speaks ABI version %u (records of %u bytes), this reader speaks %u (%u bytes): rebuild reader and module from the same release",
			version, size, SOCKBIND_ABI_VERSION,
			SOCKBIND_RECORD_SIZE);
}

static int complain_reader(enum reader_result result,
			   const struct reader *reader, const char *device)
{
	switch (result) {
	case READER_OPEN_FAILED:
		return complain_open(device);
	case READER_NOT_A_DEVICE:
		return complain(device,
				"not a sockbind device, or one of another release: name the right one with -d, or rebuild reader and module from the same release");
	case READER_BAD_VERSION:
		return complain_version(device, reader->info.version,
					reader->info.record_size);
	case READER_GONE:
		return complain(device,
				"the device has ended: load the module and start again");
	case READER_CUT_OFF:
		return complain(device,
				"a read ended inside a record: rebuild reader and module from the same release");
	default:
		return complain(device,
				"cannot read it (%s): look into dmesg, load the module and start again",
				strerror(errno));
	}
}

/*
 * Returns 0 when all is written; -1 when a signal ended a write that had to
 * wait, or when nobody reads the pipe any more; else an exit status.
 */
static int flush(struct output *out)
{
	struct buf *b = &out->buf;
	ssize_t len;

	while (b->len) {
		len = write(STDOUT_FILENO, b->data, b->len);
		if (len < 0 && errno == EPIPE)
			return -1;
		if (len < 0 && errno != EINTR)
			return complain("standard output",
					"cannot write to it (%s): make room or write elsewhere",
					strerror(errno));
		if (len > 0) {
			b->len -= (size_t)len;
			memmove(b->data, b->data + len, b->len);
		}
		/* It had to wait: the signal has cut it short. */
		if (b->len && stopping)
			return -1;
	}
	return 0;
}

static int print_lost(struct output *out, const struct lost_event *lost)
{
	int status;

	if (out->ops->lost)
		out->ops->lost(out, lost);
	status = flush(out);
	if (status)
		return status;
	warnx("lost %llu record%s of CPU %u (the reader was too slow)",
	      (unsigned long long)lost->count, lost->count == 1 ? "" : "s",
	      lost->cpu);
	return 0;
}

static int print_record(struct output *out, const union sockbind_record *record,
			const struct options *options, uint64_t *lost)
{
	struct resolved names;
	struct event event;

	switch (decode_record(&event, record, sizeof(*record), false)) {
	case DECODE_BIND:
		if (!options->numeric) {
			resolve_bind(&names, &event.bind.raw, output_needs(out));
			event.bind.names = &names;
		}
		out->ops->bind(out, &event.bind);
		break;
	case DECODE_LOST:
		*lost += event.lost.count;
		return print_lost(out, &event.lost);
	case DECODE_UNKNOWN:
		break;
	case DECODE_BAD_VERSION:
		return complain_version("a record", record->hdr.version,
					record->hdr.size);
	case DECODE_CORRUPT:
		return complain("a record",
				"it contradicts itself: rebuild reader and module from the same release");
	}
	return buf_room(&out->buf) < OUTPUT_EVENT_MAX ? flush(out) : 0;
}

/* Until there are records, a signal, or nobody who reads our output. */
static int wait_for_records(const struct reader *reader)
{
	struct pollfd fds[] = {
		{ .fd = reader->fd, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0) {
		if (errno == EINTR)
			return 0;
		return complain("poll",
				"cannot wait for records (%s): start again",
				strerror(errno));
	}
	if (fds[2].revents & POLLERR)
		stopping = true;
	return 0;
}

static int follow(struct reader *reader, struct output *out,
		  const struct options *options, uint64_t *lost)
{
	enum reader_result result;
	int status = 0;
	size_t i;

	output_begin(out);

	while (!status && !stopping) {
		status = flush(out);
		/* A full batch has more behind it: no wait to be told so. */
		if (!status && reader->count < READER_BATCH)
			status = wait_for_records(reader);
		if (status || stopping)
			break;
		result = reader_read(reader);
		if (result)
			status = complain_reader(result, reader,
						 options->device);
		for (i = 0; i < reader->count && !status; i++)
			status = print_record(out, &reader->batch[i], options,
					      lost);
	}
	if (!status)
		status = flush(out);
	return status < 0 ? EXIT_SUCCESS : status;
}

static int run(const struct options *options)
{
	/* A batch of text takes one write. */
	static char storage[65536 + OUTPUT_EVENT_MAX];
	static struct reader reader;
	const struct terminal terminal = terminal_size();
	struct output out = {
		.ops = options->form,
		.buf = { .data = storage, .size = sizeof(storage) },
		.header = options->header,
		.utf8 = terminal_is_utf8(),
		.color = terminal_has_color(),
		.width = terminal.width,
		.rows = terminal.rows,
	};
	enum reader_result result;
	uint64_t lost = 0;
	int status;

	result = reader_open(&reader, options->device, options->only_new);
	if (result)
		return complain_reader(result, &reader, options->device);
	tzset();
	if (privileges_drop(!options->numeric))
		return complain("privileges",
				"cannot give them up (%s): allow capset(2) and prctl(2) where system calls are filtered",
				strerror(errno));
	status = catch_signals();
	if (status)
		return status;

	status = follow(&reader, &out, options, &lost);
	if (lost)
		warnx("lost %llu record%s in all", (unsigned long long)lost,
		      lost == 1 ? "" : "s");
	close(reader.fd);
	close(stop_fd);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;

	options_parse(&options, argc, argv);
	return run(&options);
}
