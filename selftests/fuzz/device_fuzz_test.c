// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of the device from many threads, on files that they share,
 * with arguments that make sense and arguments that do not, while others bind
 * and change the capture filter. Nothing may break, and what is read is whole.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "capture.h"
#include "fuzz.h"

#define ROUNDS	5000	/* of each thread */
#define THREADS	6
#define FILES	4
#define BATCH	16

/**
 * struct shared - what the threads have in common
 * @file: descriptors of the device
 * @scratch: a pipe, to splice to
 * @cpus: numbers of CPUs are below
 * @wrong: something was found to be wrong, and told
 * @records: that were read
 */
struct shared {
	int file[FILES];
	int scratch[2];
	unsigned int cpus;
	atomic_bool wrong;
	atomic_ulong records;
};

/**
 * struct thread - one of the threads
 * @shared: what it has in common with the others
 * @seed: its random numbers
 * @rounds: operations that it makes
 */
struct thread {
	struct shared *shared;
	__u64 seed;
	__u64 rounds;
};

static void wrong(struct shared *shared, const char *what)
{
	shared->wrong = true;
	printf("# not as it should be: %s\n", what);
}

static void check_record(struct shared *shared,
			 const union sockbind_record *record)
{
	const struct sockbind_header *hdr = &record->hdr;

	if (hdr->size != SOCKBIND_RECORD_SIZE ||
	    hdr->version != SOCKBIND_ABI_VERSION || hdr->reserved ||
	    hdr->cpu >= shared->cpus)
		wrong(shared, "a record's header");
	else if (hdr->type == SOCKBIND_RECORD_LOST &&
		 record->lost.last < hdr->seq)
		wrong(shared, "a loss that ends before it begins");
	else if (hdr->type == SOCKBIND_RECORD_BIND &&
		 record->bind.addrlen > SOCKBIND_ADDR_MAX)
		wrong(shared, "an address that is too long");
	else if (hdr->type != SOCKBIND_RECORD_LOST &&
		 hdr->type != SOCKBIND_RECORD_BIND)
		wrong(shared, "a record's type");
}

static void check_read(struct shared *shared, ssize_t n,
		       const union sockbind_record *record)
{
	if (n < 0) {
		if (errno != EAGAIN && errno != EINVAL && errno != EFAULT &&
		    errno != EBADF)
			wrong(shared, "the errno of a read");
		return;
	}
	if (!n || n % SOCKBIND_RECORD_SIZE) {
		wrong(shared, "the length of a read");
		return;
	}
	atomic_fetch_add(&shared->records, n / SOCKBIND_RECORD_SIZE);
	for (; record && n; n -= SOCKBIND_RECORD_SIZE)
		check_record(shared, record++);
}

/* Some sizes are no multiple of a record's, some hold less than one. */
static size_t random_size(__u64 *state)
{
	return fuzz_below(state, BATCH * SOCKBIND_RECORD_SIZE + 1);
}

/* Through a pipe, which holds whole records only, whoever fills and empties it. */
static void fuzz_splice(struct shared *shared, __u64 *state, int fd)
{
	union sockbind_record batch[BATCH];
	ssize_t n = splice(fd, NULL, shared->scratch[1], NULL,
			   random_size(state), SPLICE_F_NONBLOCK);

	if (n > 0 && n % SOCKBIND_RECORD_SIZE)
		wrong(shared, "the length of a splice");
	check_read(shared, read(shared->scratch[0], batch, sizeof(batch)),
		   batch);
}

static void fuzz_read(struct shared *shared, __u64 *state, int fd)
{
	union sockbind_record batch[BATCH];
	const size_t size = random_size(state);
	const size_t first = fuzz_below(state, size + 1);
	const struct iovec iov[2] = {
		{ batch, first },
		{ (char *)batch + first, size - first },
	};
	const struct iovec nowhere[2] = {
		{ batch, size },
		{ (void *)8, sizeof(batch) },
	};
	ssize_t n;

	switch (fuzz_below(state, 8)) {
	case 0:
		/* Nothing is there to write to. */
		n = read(fd, (void *)8, size);
		if (n > 0)
			wrong(shared, "a read to nowhere");
		break;
	case 1:
		n = readv(fd, iov, 2);
		/* The kernel does not ask the device for nothing. */
		if (size)
			check_read(shared, n, batch);
		break;
	case 2:
		/* The last page of the address space is not a process's. */
		n = read(fd, (void *)-4096L, SIZE_MAX / 2);
		if (n > 0)
			wrong(shared, "a read into the kernel");
		break;
	case 3:
		n = readv(fd, nowhere, 2);
		if (n > (ssize_t)size)
			wrong(shared, "a scattered read to nowhere");
		check_read(shared, n, batch);
		break;
	case 4:
		n = preadv2(fd, iov, 2, -1, RWF_NOWAIT);
		if (size)
			check_read(shared, n, batch);
		break;
	case 5:
		fuzz_splice(shared, state, fd);
		break;
	default:
		check_read(shared, read(fd, batch, size), batch);
	}
}

static void fuzz_refused(struct shared *shared, __u64 *state, int fd)
{
	union sockbind_record record = { 0 };
	off_t offset = 0;

	switch (fuzz_below(state, 6)) {
	case 0:
		if (write(fd, &record, sizeof(record)) >= 0)
			wrong(shared, "a write");
		break;
	case 1:
		if (pread(fd, &record, sizeof(record), offset) >= 0)
			wrong(shared, "a pread");
		break;
	case 2:
		if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED)
			wrong(shared, "an mmap");
		break;
	case 3:
		if (sendfile(shared->scratch[1], fd, &offset,
			     random_size(state)) > 0)
			wrong(shared, "a sendfile from an offset");
		break;
	case 4:
		if (!ftruncate(fd, (off_t)fuzz_next(state)))
			wrong(shared, "an ftruncate");
		break;
	default:
		if (open(DEVICE, O_RDWR | O_CLOEXEC) >= 0)
			wrong(shared, "an open to write");
	}
}

static void fuzz_ioctl(struct shared *shared, __u64 *state, int fd)
{
	struct sockbind_info info;
	unsigned long cmd;

	switch (fuzz_below(state, 3)) {
	case 0:
		if (!ioctl(fd, SOCKBIND_IOC_GET_INFO, &info) &&
		    info.record_size != SOCKBIND_RECORD_SIZE)
			wrong(shared, "GET_INFO");
		break;
	case 1:
		if (!ioctl(fd, SOCKBIND_IOC_GET_INFO, (void *)8))
			wrong(shared, "GET_INFO to nowhere");
		break;
	default:
		/* Those below 0x10000 with a 'T' or 'f' are any file's own. */
		cmd = (fuzz_next(state) & 0xffff00ff) | SOCKBIND_IOC_MAGIC << 8;
		if (cmd != SOCKBIND_IOC_GET_INFO &&
		    (!ioctl(fd, cmd, &info) ||
		     (errno != ENOTTY && errno != EBADF)))
			wrong(shared, "an ioctl that there is not");
	}
}

static void fuzz_wait(struct shared *shared, __u64 *state, int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = (short)fuzz_next(state) };
	struct epoll_event event = { .events = EPOLLIN };
	int epoll;

	switch (fuzz_below(state, 4)) {
	case 0:
		epoll = epoll_create1(EPOLL_CLOEXEC);
		if (epoll < 0)
			break;
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
		epoll_wait(epoll, &event, 1, 0);
		close(epoll);
		break;
	default:
		poll(&pollfd, 1, 0);
		if (pollfd.revents & POLLOUT)
			wrong(shared, "room to write");
	}
}

/* Another file in its place, while others are in the middle of a call. */
static void fuzz_reopen(struct shared *shared, __u64 *state)
{
	int fd = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	dup3(fd, shared->file[fuzz_below(state, FILES)], O_CLOEXEC);
	close(fd);
}

static void fuzz_bind(__u64 *state)
{
	struct sockaddr_storage addr;
	int fd = socket(fuzz_below(state, 2) ? AF_INET : AF_INET6,
			SOCK_DGRAM | SOCK_CLOEXEC, 0);

	fuzz_bytes(state, &addr, sizeof(addr));
	addr.ss_family = fuzz_below(state, 2) ? AF_INET : AF_INET6;
	bind(fd, (struct sockaddr *)&addr, fuzz_below(state, sizeof(addr)));
	close(fd);
}

static void fuzz_filter(__u64 *state)
{
	static const char * const lists[] = {
		"all", "inet", "!netlink", "!inet,!unix", "nonsense", "99,98",
	};
	const char *list = lists[fuzz_below(state, 5)];
	int fd = open(CAPTURE_FAMILIES, O_WRONLY | O_CLOEXEC);

	/* What is refused is told in the kernel's log: not every time. */
	if (strcmp(list, "nonsense") || !fuzz_below(state, 100))
		if (write(fd, list, strlen(list)) < 0)
			errno = 0;
	close(fd);
}

static void *fuzz_thread(void *arg)
{
	struct thread *thread = arg;
	struct shared *shared = thread->shared;
	__u64 *state = &thread->seed;

	while (thread->rounds-- && !shared->wrong) {
		int fd = shared->file[fuzz_below(state, FILES)];

		switch (fuzz_below(state, 16)) {
		case 0:
			fuzz_reopen(shared, state);
			break;
		case 1:
			fuzz_ioctl(shared, state, fd);
			break;
		case 2:
			fuzz_refused(shared, state, fd);
			break;
		case 3:
			fuzz_wait(shared, state, fd);
			break;
		case 4:
			lseek(fd, fuzz_below(state, 3) ?
				  0 : (off_t)fuzz_next(state),
			      (int)fuzz_below(state, 6));
			break;
		case 5:
			fuzz_filter(state);
			break;
		case 6:
		case 7:
		case 8:
		case 9:
			fuzz_bind(state);
			break;
		default:
			fuzz_read(shared, state, fd);
		}
	}
	return NULL;
}

FIXTURE(fuzz)
{
	struct shared shared;
};

FIXTURE_SETUP(fuzz)
{
	unsigned int i;

	self->shared = (struct shared){
		.cpus = (unsigned int)sysconf(_SC_NPROCESSORS_CONF),
	};
	ASSERT_EQ(0, pipe2(self->shared.scratch, O_CLOEXEC | O_NONBLOCK));
	for (i = 0; i < FILES; i++) {
		self->shared.file[i] = open(DEVICE, O_RDONLY | O_NONBLOCK |
					    O_CLOEXEC);
		ASSERT_LE(0, self->shared.file[i]);
	}
}

FIXTURE_TEARDOWN(fuzz)
{
	capture_families(_metadata, "!netlink");
}

TEST_F_TIMEOUT(fuzz, operations, 3600)
{
	const __u64 seed = fuzz_seed();
	const __u64 rounds = fuzz_setting("SOCKBIND_ROUNDS", ROUNDS);
	struct thread threads[THREADS];
	pthread_t id[THREADS];
	unsigned int i;

	for (i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){ &self->shared, seed + i, rounds };
		ASSERT_EQ(0, pthread_create(&id[i], NULL, fuzz_thread,
					    &threads[i]));
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
	EXPECT_FALSE(self->shared.wrong);
	EXPECT_NE(0, self->shared.records);
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
