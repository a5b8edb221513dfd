// SPDX-License-Identifier: GPL-2.0-only
/*
 * sockbind - follow /dev/sockbind and print a line per bind
 *
 * Nothing in the loop binds a socket: one bind gives one line, not two.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "array.h"
#include "decode.h"
#include "output.h"
#include "reader.h"

#define DEFAULT_DEVICE	"/dev/sockbind"

enum {
	EXIT_USAGE = 2,
};

/**
 * struct config - what the command line asks for
 * @device: path of the device
 * @json: JSON, not text
 * @numeric: no user names
 * @header: a header line before the text
 * @only_new: only what comes from now on
 */
struct config {
	const char *device;
	bool json;
	bool numeric;
	bool header;
	bool only_new;
};

static atomic_bool stopping;
static int stop_fd;

static const char help[] =
"Usage: sockbind [OPTION]...\n"
"Print a line for every bind() that the sockbind module sees, failed ones too:\n"
"first those that it still holds, then each as it comes, until Ctrl-C.\n"
"\n"
"  -j, --json           a JSON object per line\n"
"  -W, --follow-new     only binds from now on\n"
"  -n, --numeric        user numbers, not names\n"
"  -H, --no-header      no header line\n"
"  -d, --device DEVICE  read DEVICE, not " DEFAULT_DEVICE "\n"
"  -h, --help           this text\n"
"      --version        versions of sockbind and of the ABI\n"
"\n"
"Columns: TIME of the bind, PID, COMM, USER (effective), RESULT (ok, the error,\n"
"or ? if unknown; /lsm: a security module denied it), PROTO (as in ss), ADDRESS\n"
"(what was asked for and, if that differs, what the socket got).\n"
"\n"
"Lost records are told on stderr, and in JSON also in the stream.\n"
"Exit status: 0 ended by Ctrl-C, SIGTERM or a closed pipe, 1 failure, 2 usage.\n";

/* "sockbind: SUBJECT: cause and cure" */
#define complain(subject, format, ...) \
	(warnx("%s: " format, subject, ##__VA_ARGS__), EXIT_FAILURE)

static void bad_usage(const char *option, const char *what)
{
	errx(EXIT_USAGE, "%s: %s, try \"sockbind -h\"", option, what);
}

/* getopt_long() names a short option in optopt, a long one not always. */
static void bad_option(char **argv, const char *what)
{
	const char option[] = { '-', (char)optopt, '\0' };

	bad_usage(isprint(optopt) ? option : argv[optind - 1], what);
}

static void parse_options(struct config *config, int argc, char **argv)
{
	enum {
		OPTION_VERSION = 256,
	};
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "follow-new", no_argument, NULL, 'W' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "no-header", no_argument, NULL, 'H' },
		{ "numeric", no_argument, NULL, 'n' },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":d:hHjnW", options,
				     NULL)) != -1) {
		switch (option) {
		case 'd':
			config->device = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		case 'H':
			config->header = false;
			break;
		case 'j':
			config->json = true;
			break;
		case 'n':
			config->numeric = true;
			break;
		case 'W':
			config->only_new = true;
			break;
		case OPTION_VERSION:
			printf("sockbind %s (ABI version %d)\n",
			       SOCKBIND_VERSION, SOCKBIND_ABI_VERSION);
			exit(EXIT_SUCCESS);
		case ':':
			bad_option(argv, "this option needs a value");
			break;
		default:
			bad_option(argv, "no such option, or it takes no value");
		}
	}
	if (optind < argc)
		bad_usage(argv[optind], "no argument is expected");
}

/* By the variables alone: the locale itself need not be installed. */
static bool charset_is_utf8(void)
{
	static const char * const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		value = getenv(names[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") ||
			       strcasestr(value, "utf8");
	}
	return false;
}

static bool color_is_wanted(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       term && *term && strcmp(term, "dumb");
}

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
			uint64_t *lost)
{
	struct event event;

	switch (decode_record(&event, record, sizeof(*record))) {
	case DECODE_BIND:
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
		  const struct config *config, uint64_t *lost)
{
	enum reader_result result;
	int status = 0;
	size_t i;

	if (out->ops->begin)
		out->ops->begin(out);

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
						 config->device);
		for (i = 0; i < reader->count && !status; i++)
			status = print_record(out, &reader->batch[i], lost);
	}
	if (!status)
		status = flush(out);
	return status < 0 ? EXIT_SUCCESS : status;
}

static int run(const struct config *config)
{
	/* A batch of text takes one write. */
	static char storage[65536 + OUTPUT_EVENT_MAX];
	static struct reader reader;
	struct output out = {
		.ops = config->json ? &output_json : &output_text,
		.buf = { .data = storage, .size = sizeof(storage) },
		.header = config->header,
		.numeric = config->numeric,
		.utf8 = charset_is_utf8(),
		.color = color_is_wanted(),
	};
	enum reader_result result;
	uint64_t lost = 0;
	int status;

	result = reader_open(&reader, config->device, config->only_new);
	if (result)
		return complain_reader(result, &reader, config->device);
	tzset();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	status = catch_signals();
	if (status)
		return status;

	status = follow(&reader, &out, config, &lost);
	if (lost)
		warnx("lost %llu record%s in all", (unsigned long long)lost,
		      lost == 1 ? "" : "s");
	close(reader.fd);
	close(stop_fd);
	return status;
}

int main(int argc, char **argv)
{
	struct config config = {
		.device = DEFAULT_DEVICE,
		.header = true,
	};

	parse_options(&config, argc, argv);
	return run(&config);
}
