// SPDX-License-Identifier: GPL-2.0-only
/*
 * A storm of binds of all kinds from many processes at once, with readers that
 * keep up and readers that do not.
 *
 * Each process logs what it did in memory that all share, and each reader what
 * it was told. Holds for every size of the rings: where readers are to lose
 * nothing, the storm pauses before a ring could overflow, even if all binds
 * were made on the same CPU.
 */
#include <err.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "capture.h"
#include "fuzz.h"

#define BINDERS		16
#define BINDS		20000	/* of each binder, at most */
#define TOTAL_MAX	(BINDERS * BINDS)
#define READERS		2
#define CPUS_MAX	1024
#define TIMEOUT		600

/* Sockets that a binder keeps open, so that descriptors vary. */
#define KEPT		8

#define TAKEN_PORT	9999
#define OWN_PORT	10000

/**
 * struct entry - a bind, as its binder and a record tell it
 * @inode: of the socket
 * @pid: who
 * @fd: descriptor
 * @result: 0 or a negative errno
 * @protocol: IPPROTO_*
 * @family: AF_*
 * @type: SOCK_*
 * @port: requested, as in the address
 * @final_port: likewise
 */
struct entry {
	__u64 inode;
	__u32 pid;
	__s32 fd;
	__s32 result;
	__u32 protocol;
	__u16 family;
	__u16 type;
	__u16 port;
	__u16 final_port;
};

/**
 * struct reader - a reader, and what it has read of the storm
 * @dev: the device
 * @batch: records that it reads at once
 * @idle: whether it reads only when the storm has ended
 * @entries: number of @entry
 * @lost: number of records that it could not have
 * @next: for each CPU, number of the record that comes next
 * @entry: records
 */
struct reader {
	int dev;
	unsigned int batch;
	bool idle;
	unsigned int entries;
	__u64 lost;
	__u64 next[CPUS_MAX];
	struct entry entry[TOTAL_MAX];
};

/**
 * struct storm - what all processes share
 * @begin: all are ready for a round
 * @bound: the binders have done theirs
 * @drained: the readers have read all of it
 * @quiet: eventfd, readable from @bound to @drained
 * @binds: binds of each binder
 * @round: of these, binds in a round
 * @outcome: whether records tell it
 * @taken: a socket of each kind, bound to the address that it names
 * @log: what each binder did
 * @reader: the readers
 */
struct storm {
	pthread_barrier_t begin;
	pthread_barrier_t bound;
	pthread_barrier_t drained;
	int quiet;
	unsigned int binds;
	unsigned int round;
	bool outcome;
	int taken[5];
	struct entry log[TOTAL_MAX];
	struct reader reader[READERS];
};

static const struct {
	int family;
	int type;
	int protocol;
} kinds[] = {
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_UNIX, SOCK_DGRAM, 0 },
};

#define KINDS	(sizeof(kinds) / sizeof(*kinds))

/* What is asked for; all kinds of sockets ask for all of it, in turn. */
enum wish {
	ANY,	/* the kernel chooses */
	OWN,	/* nobody else asks for it */
	TAKEN,	/* EADDRINUSE */
	AGAIN,	/* EINVAL, the socket has one */
	SHORT,	/* EINVAL, but for AF_UNIX */
	WISHES
};

union any_addr {
	struct sockaddr sa;
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;
	struct sockaddr_un sun;
};

/* Return: its length. */
static socklen_t make_addr(union any_addr *addr, int family, enum wish wish,
			   unsigned int binder, unsigned int i)
{
	in_port_t port = 0;
	socklen_t len;

	if (wish == TAKEN)
		port = htons(TAKEN_PORT);
	else if (wish != ANY)
		port = htons(OWN_PORT + binder);

	memset(addr, 0, sizeof(*addr));
	addr->sa.sa_family = family;
	switch (family) {
	case AF_INET:
		addr->sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		addr->sin.sin_port = port;
		len = sizeof(addr->sin);
		break;
	case AF_INET6:
		addr->sin6.sin6_addr = in6addr_loopback;
		addr->sin6.sin6_port = port;
		len = sizeof(addr->sin6);
		break;
	default:
		len = sizeof(sa_family_t);
		if (wish == ANY)
			break;
		if (wish == TAKEN)
			binder = BINDERS;
		len += sprintf(addr->sun.sun_path + 1, "storm-%u-%u", binder,
			       wish == TAKEN ? 0 : i) + 1;
	}
	return wish == SHORT ? sizeof(sa_family_t) + sizeof(in_port_t) : len;
}

/* The port is at the same place in both families. */
static __u16 port_of(const void *addr, size_t len)
{
	struct sockaddr_in sin = { 0 };

	memcpy(&sin, addr, len < sizeof(sin) ? len : sizeof(sin));
	return sin.sin_family == AF_UNIX ? 0 : sin.sin_port;
}

static int open_socket(unsigned int kind)
{
	int fd = socket(kinds[kind].family, kinds[kind].type, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

/* Return: the descriptor, to be closed some time; -1: none. */
static int bind_once(const struct storm *storm, unsigned int binder,
		     unsigned int i, struct entry *entry)
{
	const unsigned int kind = i % KINDS;
	const enum wish wish = i / KINDS % WISHES;
	int fd = wish == AGAIN ? storm->taken[kind] : open_socket(kind);
	union any_addr addr;
	socklen_t len = make_addr(&addr, kinds[kind].family, wish, binder, i);
	int result = bind(fd, &addr.sa, len) ? -errno : 0;

	*entry = (struct entry) {
		.inode = inode_of(fd),
		.pid = getpid(),
		.fd = fd,
		.protocol = kinds[kind].protocol,
		.family = kinds[kind].family,
		.type = kinds[kind].type,
		.port = port_of(&addr, len),
	};
	if (storm->outcome)
		entry->result = result;
	if (storm->outcome && !result && kinds[kind].protocol) {
		len = sizeof(addr);
		if (getsockname(fd, &addr.sa, &len))
			err(1, "getsockname");
		entry->final_port = port_of(&addr, len);
	}
	return wish == AGAIN ? -1 : fd;
}

static void binder(struct storm *storm, unsigned int binder)
{
	struct entry *entry = &storm->log[binder * storm->binds];
	int kept[KEPT], fd;
	unsigned int i;

	memset(kept, -1, sizeof(kept));
	for (i = 0; i < storm->binds; i++) {
		if (i % storm->round == 0)
			pthread_barrier_wait(&storm->begin);
		fd = bind_once(storm, binder, i, entry++);
		if (fd >= 0) {
			close(kept[i % KEPT]);
			kept[i % KEPT] = fd;
		}
		if ((i + 1) % storm->round == 0 || i + 1 == storm->binds)
			pthread_barrier_wait(&storm->bound);
	}
}

/* Numbers of a CPU have no hole that was not told. */
static void count_record(struct reader *reader,
			 const struct sockbind_header *hdr, __u64 last)
{
	if (hdr->cpu >= CPUS_MAX)
		errx(1, "record of CPU %u", hdr->cpu);
	if (hdr->seq != reader->next[hdr->cpu] || last < hdr->seq)
		errx(1, "records %llu to %llu of CPU %u, rather than %llu",
		     hdr->seq, last, hdr->cpu, reader->next[hdr->cpu]);
	reader->next[hdr->cpu] = last + 1;
}

static void take_record(struct reader *reader,
			const union sockbind_record *record)
{
	const struct sockbind_bind *rec = &record->bind;

	if (record->hdr.type == SOCKBIND_RECORD_LOST) {
		count_record(reader, &record->hdr, record->lost.last);
		reader->lost += record->lost.last - record->hdr.seq + 1;
		return;
	}
	count_record(reader, &record->hdr, record->hdr.seq);
	if (reader->entries == TOTAL_MAX)
		errx(1, "more records than binds");
	reader->entry[reader->entries++] = (struct entry) {
		.inode = rec->inode,
		.pid = rec->pid,
		.fd = rec->fd,
		.result = rec->result,
		.protocol = rec->protocol,
		.family = rec->family,
		.type = rec->sock_type,
		.port = port_of(rec->addr, rec->addrlen),
		.final_port = port_of(rec->final_addr, rec->final_addrlen),
	};
}

/* Read all that there is. */
static void drain(struct reader *reader)
{
	union sockbind_record records[reader->batch];
	ssize_t n, i;

	for (;;) {
		n = read(reader->dev, records, sizeof(records));
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0 || n % SOCKBIND_RECORD_SIZE)
			err(1, "read: %zd", n);
		for (i = 0; i < n / SOCKBIND_RECORD_SIZE; i++)
			take_record(reader, &records[i]);
	}
}

static void follow(struct storm *storm, struct reader *reader)
{
	struct pollfd pollfds[] = {
		{ .fd = storm->quiet, .events = POLLIN },
		{ .fd = reader->idle ? -1 : reader->dev, .events = POLLIN },
	};
	unsigned int i;

	for (i = 0; i < storm->binds; i += storm->round) {
		pthread_barrier_wait(&storm->begin);
		do {
			if (poll(pollfds, 2, -1) < 0)
				err(1, "poll");
			drain(reader);
		} while (!pollfds[0].revents);
		pthread_barrier_wait(&storm->drained);
	}
}

FIXTURE(storm)
{
	struct storm *storm;
	struct sockbind_info before;
	struct sockbind_info after;
};

static void init_barrier(pthread_barrier_t *barrier, unsigned int count)
{
	pthread_barrierattr_t attr;

	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(barrier, &attr, count);
	pthread_barrierattr_destroy(&attr);
}

/* Go to the end, and note the numbers of the records that come next. */
static void open_reader(struct __test_metadata *_metadata,
			struct reader *reader)
{
	union sockbind_record record;

	reader->dev = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, reader->dev);
	while (capture_read(_metadata, reader->dev, &record)) {
		ASSERT_GT(CPUS_MAX, record.hdr.cpu);
		reader->next[record.hdr.cpu] = record.hdr.seq + 1;
	}
}

FIXTURE_SETUP(storm)
{
	union any_addr addr;
	struct storm *storm;
	unsigned int i;

	storm = mmap(NULL, sizeof(*storm), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, storm);
	self->storm = storm;

	storm->binds = fuzz_setting("SOCKBIND_ROUNDS",
				    BINDS / fuzz_setting("SOCKBIND_PATIENCE", 1));
	if (storm->binds > BINDS)
		storm->binds = BINDS;
	init_barrier(&storm->begin, BINDERS + READERS + 1);
	init_barrier(&storm->bound, BINDERS + 1);
	init_barrier(&storm->drained, READERS + 1);
	storm->quiet = eventfd(0, 0);
	ASSERT_LE(0, storm->quiet);

	for (i = 0; i < KINDS; i++) {
		socklen_t len = make_addr(&addr, kinds[i].family, TAKEN, 0, 0);

		storm->taken[i] = open_socket(i);
		ASSERT_EQ(0, bind(storm->taken[i], &addr.sa, len));
	}
	for (i = 0; i < READERS; i++)
		open_reader(_metadata, &storm->reader[i]);
	self->before = capture_info(_metadata, storm->reader[0].dev);
	storm->outcome = self->before.outcome;
}

FIXTURE_TEARDOWN(storm)
{
	munmap(self->storm, sizeof(*self->storm));
}

/* A process that fails would leave the others waiting. */
static void end_if_failed(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (info->si_status)
		_exit(1);
}

static void start_process(struct __test_metadata *_metadata,
			  struct storm *storm, unsigned int i)
{
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (child)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (i < BINDERS)
		binder(storm, i);
	else
		follow(storm, &storm->reader[i - BINDERS]);
	_exit(0);
}

static void run_storm(struct __test_metadata *_metadata, struct storm *storm)
{
	const struct sigaction action = {
		.sa_sigaction = end_if_failed,
		.sa_flags = SA_SIGINFO | SA_RESTART,
	};
	eventfd_t count;
	unsigned int i;
	int status;

	ASSERT_EQ(0, sigaction(SIGCHLD, &action, NULL));
	for (i = 0; i < BINDERS + READERS; i++)
		start_process(_metadata, storm, i);

	for (i = 0; i < storm->binds; i += storm->round) {
		pthread_barrier_wait(&storm->begin);
		pthread_barrier_wait(&storm->bound);
		ASSERT_EQ(0, eventfd_write(storm->quiet, 1));
		pthread_barrier_wait(&storm->drained);
		ASSERT_EQ(0, eventfd_read(storm->quiet, &count));
	}
	for (i = 0; i < BINDERS + READERS; i++) {
		ASSERT_LT(0, wait(&status));
		ASSERT_EQ(0, status);
	}
}

/* Nothing else binds in the guest. */
static void expect_counters(struct __test_metadata *_metadata,
			    const struct sockbind_info *before,
			    const struct sockbind_info *after, unsigned int total)
{
	unsigned int i;

	EXPECT_EQ(before->seen + total, after->seen);
	EXPECT_EQ(before->recorded + total, after->recorded);
	EXPECT_EQ(before->filtered, after->filtered);
	EXPECT_EQ(0, after->pending);
	EXPECT_EQ(0, after->dropped_nested);
	EXPECT_EQ(0, after->dropped_abandoned);
	EXPECT_EQ(after->seen, after->recorded + after->filtered);
	for (i = 0; i < SOCKBIND_PROBES; i++)
		EXPECT_EQ(before->nmissed[i], after->nmissed[i]);
}

/* Of each record it is known to the reader that it has it or that it lost it. */
static void expect_numbers(struct __test_metadata *_metadata,
			   const struct reader *reader,
			   const struct sockbind_info *after, unsigned int total)
{
	__u64 recorded = 0;
	unsigned int i;

	for (i = 0; i < CPUS_MAX; i++)
		recorded += reader->next[i];
	EXPECT_EQ(after->recorded, recorded);
	EXPECT_EQ(total, reader->entries + reader->lost);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct entry));
}

static void print_entry(struct __test_metadata *_metadata, const char *what,
			const struct entry *entry)
{
	TH_LOG("%s: pid %u fd %d inode %llu, %u/%u/%u port %u got %u result %d",
	       what, entry->pid, entry->fd, entry->inode, entry->family,
	       entry->type, entry->protocol, ntohs(entry->port),
	       ntohs(entry->final_port), entry->result);
}

/* Each record is of a bind, and each bind has one record at most. */
static void expect_entries(struct __test_metadata *_metadata,
			   const struct entry *log, unsigned int total,
			   struct reader *reader)
{
	const struct entry *end = log + total;
	unsigned int i;

	qsort(reader->entry, reader->entries, sizeof(*reader->entry), compare);
	for (i = 0; i < reader->entries; i++, log++) {
		while (log < end && compare(log, &reader->entry[i]) < 0)
			log++;
		if (log == end || compare(log, &reader->entry[i])) {
			print_entry(_metadata, "no such bind",
				    &reader->entry[i]);
			if (log < end)
				print_entry(_metadata, "the next is", log);
			ASSERT_TRUE(false);
		}
	}
}

static void expect_all(struct __test_metadata *_metadata, struct storm *storm,
		       const struct sockbind_info *before)
{
	const unsigned int total = BINDERS * storm->binds;
	struct sockbind_info after;
	unsigned int i;

	after = capture_info(_metadata, storm->reader[0].dev);
	expect_counters(_metadata, before, &after, total);
	qsort(storm->log, total, sizeof(struct entry), compare);
	for (i = 0; i < READERS; i++) {
		expect_numbers(_metadata, &storm->reader[i], &after, total);
		expect_entries(_metadata, storm->log, total,
			       &storm->reader[i]);
	}
}

/* The readers read the same, all of it. */
TEST_F_TIMEOUT(storm, followed, TIMEOUT)
{
	struct storm *storm = self->storm;
	unsigned int i;

	storm->round = self->before.records / BINDERS;
	if (!storm->round)
		SKIP(return, "the rings are too small for a bind of each");
	if (storm->round > storm->binds)
		storm->round = storm->binds;
	storm->reader[0].batch = 64;
	storm->reader[1].batch = 5;
	run_storm(_metadata, storm);

	for (i = 0; i < READERS; i++)
		EXPECT_EQ(0, storm->reader[i].lost);
	expect_all(_metadata, storm, &self->before);
}

TEST_F_TIMEOUT(storm, not_followed, TIMEOUT)
{
	struct storm *storm = self->storm;

	if ((__u64)self->before.records * self->before.rings >=
	    BINDERS * storm->binds)
		SKIP(return, "the rings hold all of the storm");
	storm->round = storm->binds;
	storm->reader[0].batch = 1;
	storm->reader[1].batch = 64;
	storm->reader[1].idle = true;
	run_storm(_metadata, storm);

	EXPECT_LT(0, storm->reader[1].lost);
	expect_all(_metadata, storm, &self->before);
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
