// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes can be off without an error anywhere: only a bind that is seen proves
 * that binds are seen. Each is told by its socket's inode number.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "address.h"
#include "array.h"
#include "buf.h"
#include "complain.h"
#include "decode.h"
#include "diagnosis.h"
#include "escape.h"
#include "known.h"
#include "names.h"
#include "others.h"
#include "privileges.h"
#include "reader.h"
#include "resolve.h"
#include "selfcheck.h"
#include "source.h"

/* A thread of the module records a process: that is how long it may take, in ms. */
#define PROCESS_MS	2000

#define PARAMETERS	"/sys/module/sockbind/parameters/"

/* What became of a bind of ours. */
enum sight {
	SIGHT_SEEN,
	SIGHT_HIDDEN,		/* by the capture filter */
	SIGHT_UNSEEN,		/* the probe was not run */
	SIGHT_LOST,		/* overwritten before it could be read */
	SIGHT_NONE,		/* there are no such sockets here */
};

/**
 * struct check - what has been found out
 * @reader: the device
 * @failed: something is wrong
 * @seen: a bind was seen
 * @hidden: a bind was kept out by the capture filter
 * @missed: probes that could not be run for a bind of ours, a bit each
 * @raw: the last bind that was seen, with @seen
 */
struct check {
	struct reader *reader;
	bool failed;
	bool seen;
	bool hidden;
	unsigned int missed;
	struct sockbind_bind raw;
};

/* Like warnx(), but part of the answer. */
__attribute__((format(printf, 2, 3)))
static void say(const char *verdict, const char *format, ...)
{
	va_list args;

	printf("%-5s ", verdict);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

#define fail(check, format, ...) \
	((check)->failed = true, say("FAIL", format, ##__VA_ARGS__))

/* Bytes from outside. */
static const char *harmless(const void *bytes, size_t len)
{
	static char text[4096];
	struct buf b = { .data = text, .size = sizeof(text) - 1 };

	escape_text(&b, bytes, len, false);
	text[b.len] = '\0';
	return text;
}

static void get_info(const struct check *check, struct sockbind_info *info)
{
	/* It has worked when the device was opened. */
	if (ioctl(check->reader->fd, SOCKBIND_IOC_GET_INFO, info))
		*info = check->reader->info;
}

/* The kernel chooses the rest: nobody's port or name is taken. */
static int bind_a_socket(int fd, int family)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	switch (family) {
	case AF_INET:
		return bind(fd, (struct sockaddr *)&in, sizeof(in));
	case AF_INET6:
		return bind(fd, (struct sockaddr *)&in6, sizeof(in6));
	default:
		return bind(fd, (struct sockaddr *)&un, sizeof(un.sun_family));
	}
}

static enum sight find_record(struct check *check, ino_t inode)
{
	enum sight sight = SIGHT_UNSEEN;
	struct event event;
	size_t i;

	while (!reader_read(check->reader) && check->reader->count) {
		for (i = 0; i < check->reader->count; i++) {
			switch (decode_record(&event, &check->reader->batch[i],
					      SOCKBIND_RECORD_SIZE, false)) {
			case DECODE_BIND:
				if (event.bind.raw.inode != inode)
					break;
				check->raw = event.bind.raw;
				return SIGHT_SEEN;
			case DECODE_LOST:
				sight = SIGHT_LOST;
				break;
			default:
				break;
			}
		}
	}
	return sight;
}

static enum sight look(struct check *check, int family, int *error)
{
	struct sockbind_info before, after;
	enum sight sight;
	struct stat st;
	unsigned int i;
	int fd;

	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return SIGHT_NONE;
	get_info(check, &before);
	*error = bind_a_socket(fd, family) ? errno : 0;
	get_info(check, &after);
	/* Without its inode number the socket would not be there. */
	sight = fstat(fd, &st) ? SIGHT_NONE : find_record(check, st.st_ino);
	close(fd);

	check->missed = 0;
	for (i = 0; i < SOCKBIND_PROBES; i++)
		if (after.nmissed[i] != before.nmissed[i])
			check->missed |= 1U << i;
	if (sight == SIGHT_UNSEEN && after.seen != before.seen)
		return SIGHT_HIDDEN;
	return sight;
}

static void fail_unseen(struct check *check, const char *family)
{
	if (check->missed & 1U << SOCKBIND_PROBE_HOOK)
		fail(check,
		     "%s: a bind was not seen: another probe was in the way: end what else sets probes",
		     family);
	else
		fail(check, "%s: a bind was not seen: %s", family,
		     diagnosis_unseen());
}

static void fail_without_result(struct check *check, const char *family)
{
	if (check->missed & 1U << SOCKBIND_PROBE_SYS_BIND)
		fail(check,
		     "%s: a bind was seen without its result: binds that hang use up all instances of the return probe; end them",
		     family);
	else
		fail(check,
		     "%s: a bind was seen without its result: %s", family,
		     diagnosis_unseen());
}

/* It was seen: is it what we know to be true? */
static void judge_record(struct check *check, const char *family, int error)
{
	const struct sockbind_bind *raw = &check->raw;
	const char *name = names_errno(error);

	check->seen = true;
	if (!(raw->hdr.flags & SOCKBIND_F_RESULT)) {
		if (check->reader->info.outcome)
			fail_without_result(check, family);
		else
			say("ok", "%s: a bind was seen", family);
	} else if (raw->result != -error) {
		fail(check,
		     "%s: the result of a bind was %d, and not %d: rebuild reader and module from the same release",
		     family, raw->result, -error);
	} else {
		say("ok", "%s: a bind was seen, with its result: %s", family,
		    error ? name ? name : "an error" : "ok");
	}
}

static void check_family(struct check *check, int family)
{
	const char *name = names_family((unsigned int)family);
	int error = 0, tries = 8;
	enum sight sight;

	/* Under a storm of binds a small ring may not hold ours for long. */
	do {
		sight = look(check, family, &error);
	} while (sight == SIGHT_LOST && --tries);

	switch (sight) {
	case SIGHT_SEEN:
		judge_record(check, name, error);
		break;
	case SIGHT_HIDDEN:
		check->hidden = true;
		say("note", "%s: a bind was kept out by the capture filter",
		    name);
		break;
	case SIGHT_UNSEEN:
		fail_unseen(check, name);
		break;
	case SIGHT_LOST:
		say("note",
		    "%s: a bind was overwritten before it could be read: load the module with a larger records=",
		    name);
		break;
	case SIGHT_NONE:
		say("note", "%s: there are no such sockets here", name);
		break;
	}
}

/* What a bind has to come through before it is recorded. */
static void tell_filter(struct check *check)
{
	char families[4096], ports[4096];

	if (!check->hidden || check->seen || check->failed)
		return;
	diagnosis_line(PARAMETERS "families", families, sizeof(families));
	diagnosis_line(PARAMETERS "ports", ports, sizeof(ports));
	fail(check,
	     "no bind is recorded: the capture filter is families=%s ports=%s: write \"all\" to both, in %s",
	     families, ports, PARAMETERS);
}

static void check_outcome(struct check *check)
{
	const struct sockbind_info *info = &check->reader->info;
	unsigned long long asked;
	char line[32];

	diagnosis_line(PARAMETERS "outcome", line, sizeof(line));
	asked = strtoull(line, NULL, 10);
	if (asked > info->outcome && diagnosis_ftrace_is_off())
		fail(check,
		     "outcome=%llu was lowered to %u, since ftrace is off: \"sysctl kernel.ftrace_enabled=1\", then load the module again",
		     asked, info->outcome);
	else if (asked > info->outcome)
		fail(check,
		     "outcome=%llu was lowered to %u: the kernel cannot have all the return probes; dmesg tells which",
		     asked, info->outcome);
	else if (!info->outcome)
		say("note",
		    "results are not recorded, as outcome=0 asks: load the module with outcome=1");
}

static void tell_missed(const struct check *check)
{
	struct sockbind_info info;

	get_info(check, &info);
	if (info.nmissed[SOCKBIND_PROBE_HOOK])
		say("note",
		    "%llu binds were not seen since the module was loaded: other probes were in the way",
		    (unsigned long long)info.nmissed[SOCKBIND_PROBE_HOOK]);
	if (info.outcome && info.without_result)
		say("note",
		    "%llu binds were recorded without their result since the module was loaded: binds that hang used up the return probes",
		    (unsigned long long)info.without_result);
}

/* They are no fault: it is for who looks for one. */
static void tell_others(const struct check *check)
{
	const struct sockbind_info *info = &check->reader->info;
	const char *function;
	char others[2048];
	unsigned int i;

	for (i = 0; (function = others_function(i)); i++) {
		struct buf b = { .data = others, .size = sizeof(others) };

		if (others_put(&b, i, info))
			say("note", "%s: others are on it: %s", function,
			    harmless(others, b.len));
	}
}

/* A child of ours binds the socket, and is gone. */
static bool bind_in_child(int fd)
{
	const pid_t pid = fork();
	int status;

	if (!pid)
		_exit(bind_a_socket(fd, AF_INET) ? EXIT_FAILURE : EXIT_SUCCESS);
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

/*
 * Until the bind of the socket and its process are there: the record of the process
 * comes second.
 */
static const struct known *find_process(const struct check *check, ino_t inode)
{
	struct reader *reader = check->reader;
	struct pollfd pollfd = { .fd = reader->fd, .events = POLLIN };
	struct sockbind_bind bind = { .pid = 0 };
	struct event event;
	size_t i;

	do {
		if (reader_read(reader))
			return NULL;
		for (i = 0; i < reader->count; i++) {
			switch (decode_record(&event, &reader->batch[i],
					      SOCKBIND_RECORD_SIZE, false)) {
			case DECODE_BIND:
				if (event.bind.raw.inode == inode)
					bind = event.bind.raw;
				break;
			case DECODE_PROCESS:
				if (!event.process.odd)
					known_learn(&event.process.raw);
				break;
			default:
				break;
			}
		}
		if (known_find(&bind))
			return known_find(&bind);
	} while (poll(&pollfd, 1, PROCESS_MS) > 0);
	return NULL;
}

static void check_process(struct check *check)
{
	const struct known *process;
	struct stat st;
	int fd;

	if (!check->reader->info.process_records) {
		say("note",
		    "processes are not recorded, as process=0 asks: load the module without it to know those that have ended");
		return;
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || fstat(fd, &st) || check->hidden || !check->seen ||
	    !bind_in_child(fd)) {
		say("note", "process: it cannot be found out who has ended");
	} else {
		process = find_process(check, st.st_ino);
		if (!process)
			fail(check,
			     "process: one that bound a socket and ended is not known: \"cat /sys/class/misc/sockbind/processes_dropped\" counts those that were too many at once; else look into dmesg");
		else
			say("ok", "process: one that has ended is known: %s%s",
			    known_mark(process),
			    harmless(process->path.data, process->path.len));
	}
	if (fd >= 0)
		close(fd);
}

static void tell_name(const char *what, const struct address_bytes *name,
		      const char *cure)
{
	if (name->len)
		say("ok", "%s: %s", what, harmless(name->data, name->len));
	else
		say("note", "%s: it is not known: %s", what, cure);
}

/* With no more privileges than when it runs. */
static void check_names(struct check *check)
{
	struct resolved names;

	if (!check->seen)
		return;
	if (privileges_drop(true)) {
		fail(check,
		     "privileges cannot be given up (%s): allow capset(2) and prctl(2) where system calls are filtered",
		     strerror(errno));
		return;
	}
	resolve_bind(&names, &check->raw,
		     RESOLVE_USER | RESOLVE_EXE | RESOLVE_CGROUP);
	tell_name("user", &names.user, "nothing in passwd(5) names it, or that is a container's");
	tell_name("executable", &names.exe,
		  "it is told where /proc is that of the host (podman run --pid host), to who has CAP_SYS_PTRACE");
	tell_name("cgroup", &names.cgroup,
		  "it is told where cgroup v2 is mounted, to who has CAP_DAC_READ_SEARCH");
}

static void tell_why_not_open(const char *device)
{
	const char *why = diagnosis_no_device(device);
	char text[1024];

	if (why)
		say("FAIL", "%s", why);
	if (why && diagnosis_log(text, sizeof(text)))
		say("note", "the kernel's log says: %s",
		    harmless(text, strlen(text)));
}

static void check_device(struct check *check)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNIX };
	const struct sockbind_info *info = &check->reader->info;
	size_t i;

	say("ok", "device: ABI version %u, %u rings of %u records, outcome=%u",
	    info->version, info->rings, info->records, info->outcome);
	check_outcome(check);
	/* All come through the same probes: one that is unseen says it all. */
	for (i = 0; i < ARRAY_SIZE(families) && !check->failed; i++)
		check_family(check, families[i]);
	tell_filter(check);
	tell_missed(check);
	tell_others(check);
	if (!check->failed)
		check_process(check);
	check_names(check);
}

/**
 * selfcheck() - bind sockets and see whether that is seen
 * @device: path of the device
 *
 * What is found out is printed on standard output, a line each.
 *
 * Return: an exit status: EXIT_SUCCESS if binds are seen, as they were.
 */
int selfcheck(const char *device)
{
	static struct source source;
	struct check check = { .failed = false };
	int status;

	status = source_open_device(&source, device, true);
	if (status) {
		tell_why_not_open(device);
	} else {
		check.reader = source.reader;
		check_device(&check);
		status = check.failed ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	return flush_stdout() == EXIT_SUCCESS ? status : EXIT_FAILURE;
}
