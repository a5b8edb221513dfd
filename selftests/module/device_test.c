// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/sockbind: who may open it, and what every operation does, is told and
 * refuses. Holds for every size of the rings.
 */
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "capture.h"
#include "cpu.h"
#include "proc.h"
#include "witness.h"

#define NOBODY		65534
#define SYSFS		"/sys/class/misc/sockbind/"

/* Binds of each thread of a storm. */
#define STORM		2000
#define BINDERS		3

/* Threads that read one file, and how often they read all of it. */
#define SHARERS		3
#define SHARE_ROUNDS	3

FIXTURE(device)
{
	int dev;
	struct sockbind_info info;
};

FIXTURE_SETUP(device)
{
	/* One ring, which holds a known number of records. */
	ASSERT_TRUE(cpu_run_on(sched_getcpu()));
	self->dev = capture_open(_metadata);
	self->info = capture_info(_metadata, self->dev);
}

FIXTURE_TEARDOWN(device)
{
	close(self->dev);
}

static void bind_many(struct __test_metadata *_metadata, __u64 n)
{
	while (n--)
		bind_something(_metadata);
}

static void expect_no_more(struct __test_metadata *_metadata, int dev)
{
	union sockbind_record record;

	EXPECT_FALSE(capture_read(_metadata, dev, &record));
}

/* The next record, which is of that socket. */
static void expect_record_of(struct __test_metadata *_metadata, int dev,
			     __u64 inode)
{
	union sockbind_record record;

	ASSERT_TRUE(capture_read(_metadata, dev, &record));
	EXPECT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
	EXPECT_EQ(inode, record.bind.inode);
}

static void expect_child(struct __test_metadata *_metadata, pid_t child)
{
	int status;

	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(device, is_read_only)
{
	EXPECT_EQ(-1, open(DEVICE, O_WRONLY));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, open(DEVICE, O_RDWR));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, write(self->dev, "", 1));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED,
				   self->dev, 0));
	EXPECT_EQ(ENODEV, errno);
}

TEST_F(device, is_for_root)
{
	struct stat st;

	ASSERT_EQ(0, stat(DEVICE, &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(0400, st.st_mode & 07777);
	EXPECT_EQ(0, st.st_uid);
	ASSERT_EQ(0, setuid(NOBODY));
	EXPECT_EQ(-1, open(DEVICE, O_RDONLY));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(device, short_buffer)
{
	static const size_t sizes[] = { 0, 1, SOCKBIND_RECORD_SIZE - 1 };
	union sockbind_record record;
	__u64 inode = bind_something(_metadata);
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		EXPECT_EQ(-1, read(self->dev, &record, sizes[i]));
		EXPECT_EQ(EINVAL, errno);
	}
	expect_record_of(_metadata, self->dev, inode);
}

TEST_F(device, nothing_to_read)
{
	union sockbind_record record;

	EXPECT_EQ(-1, read(self->dev, &record, sizeof(record)));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(device, part_of_a_record_is_not_given)
{
	__u64 first = bind_something(_metadata);
	__u64 second = bind_something(_metadata);
	union sockbind_record records[2];

	EXPECT_EQ(sizeof(*records), read(self->dev, records,
					 sizeof(*records) * 3 / 2));
	EXPECT_EQ(first, records[0].bind.inode);
	expect_record_of(_metadata, self->dev, second);
	expect_no_more(_metadata, self->dev);
}

TEST_F(device, many_records_in_one_read)
{
	union sockbind_record records[4];
	__u64 first = bind_something(_metadata);
	__u64 second = bind_something(_metadata);

	EXPECT_EQ(2 * sizeof(*records), read(self->dev, records,
					     sizeof(records)));
	EXPECT_EQ(first, records[0].bind.inode);
	EXPECT_EQ(second, records[1].bind.inode);
	EXPECT_EQ(records[0].hdr.seq + 1, records[1].hdr.seq);
}

/*
 * Two pages, of which the second cannot be written. Return: the place in the first
 * that has room for one record.
 */
static char *last_room(struct __test_metadata *_metadata)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, pages);
	ASSERT_EQ(0, mprotect(pages + page, page, PROT_NONE));
	return pages + page - sizeof(union sockbind_record);
}

TEST_F(device, bad_buffer_loses_nothing)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	char *one = last_room(_metadata);
	__u64 first, second;

	first = bind_something(_metadata);
	second = bind_something(_metadata);

	EXPECT_EQ(-1, read(self->dev, one + sizeof(union sockbind_record),
			   page));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, read(self->dev, one + 1, page));
	EXPECT_EQ(EFAULT, errno);
	/* There is room for one. */
	EXPECT_EQ(sizeof(union sockbind_record), read(self->dev, one, page));
	EXPECT_EQ(first, ((union sockbind_record *)one)->bind.inode);
	expect_record_of(_metadata, self->dev, second);
}

/* A record lies across buffers; what they hold of the next one is not filled. */
TEST_F(device, scattered_buffer)
{
	union sockbind_record records[2];
	char *bytes = (char *)records;
	struct iovec iov[] = {
		{ bytes, 100 },
		{ bytes + 100, 0 },
		{ bytes + 100, 300 },
		{ bytes + 400, sizeof(records) - 400 - 1 },
	};
	__u64 first = bind_something(_metadata);
	__u64 second = bind_something(_metadata);

	memset(records, 'x', sizeof(records));
	ASSERT_EQ(sizeof(*records), readv(self->dev, iov, 4));
	EXPECT_EQ(SOCKBIND_RECORD_SIZE, records[0].hdr.size);
	EXPECT_EQ(first, records[0].bind.inode);
	EXPECT_EQ('x', bytes[sizeof(*records)]);
	expect_record_of(_metadata, self->dev, second);
	expect_no_more(_metadata, self->dev);
}

/* A second buffer that stays empty does not hold the first one's record back. */
TEST_F(device, scattered_read_does_not_wait_for_more)
{
	union sockbind_record records[2];
	struct iovec iov[] = {
		{ &records[0], sizeof(*records) },
		{ &records[1], sizeof(*records) },
	};
	__u64 inode = bind_something(_metadata);

	ASSERT_EQ(0, fcntl(self->dev, F_SETFL, 0));
	ASSERT_EQ(sizeof(*records), readv(self->dev, iov, 2));
	EXPECT_EQ(inode, records[0].bind.inode);
}

TEST_F(device, short_scattered_buffer)
{
	union sockbind_record record;
	struct iovec iov[] = {
		{ &record, 100 },
		{ (char *)&record + 100, sizeof(record) - 100 - 1 },
	};
	__u64 inode = bind_something(_metadata);

	EXPECT_EQ(-1, readv(self->dev, iov, 2));
	EXPECT_EQ(EINVAL, errno);
	expect_record_of(_metadata, self->dev, inode);
}

/* The fault is in the middle of the second record, and in another buffer. */
TEST_F(device, bad_scattered_buffer_loses_nothing)
{
	union sockbind_record record;
	char *one = last_room(_metadata);
	struct iovec iov[] = {
		{ &record, 100 },
		{ one + 100, sizeof(record) },
		{ &record, sizeof(record) },
	};
	__u64 first = bind_something(_metadata);
	__u64 second = bind_something(_metadata);

	EXPECT_EQ(-1, readv(self->dev, iov + 1, 2));
	EXPECT_EQ(EFAULT, errno);
	iov[0] = (struct iovec){ &record, sizeof(record) };
	EXPECT_EQ(sizeof(record), readv(self->dev, iov, 3));
	EXPECT_EQ(first, record.bind.inode);
	expect_record_of(_metadata, self->dev, second);
}

/* Where the file is not O_NONBLOCK, this call is. */
TEST_F(device, preadv2_nowait)
{
	union sockbind_record record;
	struct iovec iov = { &record, sizeof(record) };
	__u64 inode;

	ASSERT_EQ(0, fcntl(self->dev, F_SETFL, 0));
	EXPECT_EQ(-1, preadv2(self->dev, &iov, 1, -1, RWF_NOWAIT));
	EXPECT_EQ(EAGAIN, errno);
	inode = bind_something(_metadata);
	ASSERT_EQ(sizeof(record), preadv2(self->dev, &iov, 1, -1, RWF_NOWAIT));
	EXPECT_EQ(inode, record.bind.inode);
	EXPECT_EQ(-1, preadv2(self->dev, &iov, 1, 0, RWF_NOWAIT));
	EXPECT_EQ(ESPIPE, errno);
}

/* A page that is there once this process says so. Return: it, or NULL. */
static void *late_page(struct __test_metadata *_metadata, int *fault)
{
	const size_t size = sysconf(_SC_PAGESIZE);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	*fault = syscall(__NR_userfaultfd, O_CLOEXEC);
	if (*fault < 0)
		return NULL;
	range.range.start = (uintptr_t)page;
	range.range.len = size;
	ASSERT_EQ(0, ioctl(*fault, UFFDIO_API, &api));
	ASSERT_EQ(0, ioctl(*fault, UFFDIO_REGISTER, &range));
	return page;
}

/**
 * struct page_reader - a thread that reads into a page that is not there
 * @dev: the device
 * @page: the page
 * @size: what read() returned
 */
struct page_reader {
	int dev;
	void *page;
	ssize_t size;
};

static void *read_page(void *arg)
{
	struct page_reader *reader = arg;

	reader->size = read(reader->dev, reader->page,
			    sizeof(union sockbind_record));
	return NULL;
}

/* Another thread is in the middle of a read, and would have to be waited for. */
TEST_F(device, nowait_while_another_reads)
{
	union sockbind_record record;
	struct iovec iov = { &record, sizeof(record) };
	struct page_reader reader = { .dev = self->dev };
	struct uffdio_zeropage zero = { 0 };
	struct uffd_msg msg;
	pthread_t thread;
	__u64 first, second;
	int fault;

	reader.page = late_page(_metadata, &fault);
	if (!reader.page)
		SKIP(return, "the kernel has no userfaultfd()");
	first = bind_something(_metadata);
	second = bind_something(_metadata);
	ASSERT_EQ(0, pthread_create(&thread, NULL, read_page, &reader));
	ASSERT_EQ(sizeof(msg), read(fault, &msg, sizeof(msg)));
	ASSERT_EQ(UFFD_EVENT_PAGEFAULT, msg.event);

	EXPECT_EQ(-1, preadv2(self->dev, &iov, 1, -1, RWF_NOWAIT));
	EXPECT_EQ(EAGAIN, errno);

	zero.range.start = (uintptr_t)reader.page;
	zero.range.len = sysconf(_SC_PAGESIZE);
	ASSERT_EQ(0, ioctl(fault, UFFDIO_ZEROPAGE, &zero));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	ASSERT_EQ(sizeof(record), reader.size);
	EXPECT_EQ(first, ((union sockbind_record *)reader.page)->bind.inode);
	expect_record_of(_metadata, self->dev, second);
}

/* Through a pipe come the same bytes, whole records only. */
TEST_F(device, splice)
{
	union sockbind_record records[2];
	__u64 first, second;
	int pipes[2];

	ASSERT_EQ(0, pipe2(pipes, O_NONBLOCK));
	EXPECT_EQ(-1, splice(self->dev, NULL, pipes[1], NULL, sizeof(records),
			     0));
	EXPECT_EQ(EAGAIN, errno);
	first = bind_something(_metadata);
	second = bind_something(_metadata);
	EXPECT_EQ(-1, splice(self->dev, NULL, pipes[1], NULL,
			     sizeof(*records) - 1, 0));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_EQ(sizeof(*records), splice(self->dev, NULL, pipes[1], NULL,
					   sizeof(records) - 1, 0));
	ASSERT_EQ(sizeof(*records), read(pipes[0], records, sizeof(records)));
	EXPECT_EQ(first, records[0].bind.inode);
	expect_record_of(_metadata, self->dev, second);
}

/* A full pipe takes no part of a record, and none is lost. */
TEST_F(device, splice_to_a_full_pipe)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	union sockbind_record record;
	__u64 next, in_pipe = 0;
	int pipes[2];
	ssize_t n;

	if (self->info.records * sizeof(record) < 2 * page)
		SKIP(return, "the rings hold less than two pages");
	ASSERT_EQ(0, pipe2(pipes, O_NONBLOCK));
	ASSERT_EQ((int)page, fcntl(pipes[1], F_SETPIPE_SZ, page));
	bind_many(_metadata, 2 * page / sizeof(record));
	ASSERT_TRUE(capture_read(_metadata, self->dev, &record));
	next = record.hdr.seq + 1;

	do {
		n = splice(self->dev, NULL, pipes[1], NULL, 2 * page,
			   SPLICE_F_NONBLOCK);
		in_pipe += n > 0 ? n : 0;
	} while (n > 0);
	ASSERT_EQ(-1, n);
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_LT(0, in_pipe);
	EXPECT_EQ(0, in_pipe % sizeof(record));
	for (; in_pipe; in_pipe -= sizeof(record)) {
		ASSERT_EQ(sizeof(record), read(pipes[0], &record,
					       sizeof(record)));
		ASSERT_EQ(next++, record.hdr.seq);
	}
	EXPECT_EQ(-1, read(pipes[0], &record, sizeof(record)));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_TRUE(capture_read(_metadata, self->dev, &record));
	EXPECT_EQ(next, record.hdr.seq);
}

/* Before 6.0 the kernel has it from regular files and block devices alone. */
TEST_F(device, sendfile)
{
	union sockbind_record records[3];
	int file = memfd_create("records", MFD_CLOEXEC);
	__u64 first = bind_something(_metadata);
	__u64 second = bind_something(_metadata);
	off_t offset = 0;
	ssize_t n;

	ASSERT_LE(0, file);
	EXPECT_EQ(-1, sendfile(file, self->dev, &offset, sizeof(records)));
	EXPECT_EQ(ESPIPE, errno);
	n = sendfile(file, self->dev, NULL, sizeof(records));
	if (n < 0 && errno == EINVAL) {
		expect_record_of(_metadata, self->dev, first);
		SKIP(return, "the kernel has no sendfile() from a device");
	}
	ASSERT_EQ(2 * sizeof(*records), n);
	ASSERT_EQ(n, pread(file, records, sizeof(records), 0));
	EXPECT_EQ(first, records[0].bind.inode);
	EXPECT_EQ(second, records[1].bind.inode);
	expect_no_more(_metadata, self->dev);
}

TEST_F(device, lseek_goes_to_the_ends)
{
	union sockbind_record record;
	__u64 last, inode = 0;

	bind_something(_metadata);
	last = bind_something(_metadata);
	ASSERT_EQ(0, lseek(self->dev, 0, SEEK_END));
	expect_no_more(_metadata, self->dev);
	ASSERT_EQ(0, lseek(self->dev, 0, SEEK_SET));
	while (capture_read(_metadata, self->dev, &record)) {
		EXPECT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
		inode = record.bind.inode;
	}
	EXPECT_EQ(last, inode);
}

TEST_F(device, lseek_goes_nowhere_else)
{
	static const int whence[] = { SEEK_CUR, SEEK_DATA, SEEK_HOLE, 99 };
	__u64 inode = bind_something(_metadata);
	size_t i;

	for (i = 0; i < sizeof(whence) / sizeof(*whence); i++) {
		EXPECT_EQ(-1, lseek(self->dev, 0, whence[i]));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(-1, lseek(self->dev, 1, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, lseek(self->dev, -1, SEEK_END));
	EXPECT_EQ(ESPIPE, errno);
	expect_record_of(_metadata, self->dev, inode);
}

TEST_F(device, has_no_offset)
{
	union sockbind_record record;
	struct iovec iov = { &record, sizeof(record) };
	__u64 inode = bind_something(_metadata);

	EXPECT_EQ(-1, pread(self->dev, &record, sizeof(record), 0));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, preadv(self->dev, &iov, 1, 0));
	EXPECT_EQ(ESPIPE, errno);
	expect_record_of(_metadata, self->dev, inode);
}

/* Everyone sees everything, whoever has read it before. */
TEST_F(device, readers_share_nothing)
{
	int second = capture_open(_metadata);
	__u64 inode = bind_something(_metadata);
	union sockbind_record record;
	int found = 0, late;

	expect_record_of(_metadata, self->dev, inode);
	expect_record_of(_metadata, second, inode);
	expect_no_more(_metadata, self->dev);
	expect_no_more(_metadata, second);

	/* Who comes later finds what was there before. */
	late = open(DEVICE, O_RDONLY | O_NONBLOCK);
	while (capture_read(_metadata, late, &record))
		found += record.bind.inode == inode;
	EXPECT_EQ(1, found);
}

TEST_F(device, duplicates_share_their_place)
{
	int duplicate = dup(self->dev);
	__u64 first = bind_something(_metadata);
	__u64 second = bind_something(_metadata);

	expect_record_of(_metadata, self->dev, first);
	expect_record_of(_metadata, duplicate, second);
	expect_no_more(_metadata, self->dev);
}

TEST_F(device, a_child_shares_the_place)
{
	__u64 first = bind_something(_metadata);
	__u64 second = bind_something(_metadata);
	union sockbind_record record;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child)
		_exit(read(self->dev, &record, sizeof(record)) !=
		      sizeof(record) || record.bind.inode != first);
	expect_child(_metadata, child);
	expect_record_of(_metadata, self->dev, second);
	expect_no_more(_metadata, self->dev);
}

TEST_F(device, poll)
{
	struct pollfd pollfd = { .fd = self->dev, .events = POLLIN };

	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	bind_something(_metadata);
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_EQ(POLLIN, pollfd.revents);
	pollfd.events = POLLIN | POLLRDNORM | POLLOUT | POLLPRI;
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_EQ(POLLIN | POLLRDNORM, pollfd.revents);
	ASSERT_EQ(0, lseek(self->dev, 0, SEEK_END));
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
}

/* Wait until a child sleeps in the system call that it is about to make. */
static void wait_until_blocked(struct __test_metadata *_metadata, pid_t child)
{
	while (!proc_is_asleep(child)) {
		ASSERT_EQ(0, waitpid(child, NULL, WNOHANG));
		sched_yield();
	}
}

TEST_F(device, a_bind_wakes_read)
{
	union sockbind_record record;
	pid_t parent = getpid(), child;

	ASSERT_EQ(0, fcntl(self->dev, F_SETFL, 0));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(read(self->dev, &record, sizeof(record)) !=
		      sizeof(record) || (int)record.bind.pid != parent);
	wait_until_blocked(_metadata, child);
	bind_something(_metadata);
	expect_child(_metadata, child);
}

TEST_F(device, a_bind_wakes_poll)
{
	struct pollfd pollfd = { .fd = self->dev, .events = POLLIN };
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child)
		_exit(poll(&pollfd, 1, -1) != 1 || pollfd.revents != POLLIN);
	wait_until_blocked(_metadata, child);
	bind_something(_metadata);
	expect_child(_metadata, child);
}

/* All who wait, not one. */
TEST_F(device, a_bind_wakes_every_reader)
{
	union sockbind_record record;
	pid_t children[4];
	int i, dev;

	for (i = 0; i < 4; i++) {
		dev = capture_open(_metadata);
		ASSERT_EQ(0, fcntl(dev, F_SETFL, 0));
		children[i] = fork();
		ASSERT_LE(0, children[i]);
		if (!children[i])
			_exit(read(dev, &record, sizeof(record)) !=
			      sizeof(record));
		close(dev);
	}
	for (i = 0; i < 4; i++)
		wait_until_blocked(_metadata, children[i]);
	bind_something(_metadata);
	for (i = 0; i < 4; i++)
		expect_child(_metadata, children[i]);
}

static int signalled[2];

static void tell_signal(int signal)
{
	(void)signal;
	if (write(signalled[1], "", 1) != 1)
		_exit(1);
}

/*
 * Return: a child that is signalled in a read(), with SA_RESTART or not. It ends
 * well if read() comes to @result, with @error.
 */
static pid_t signal_reader(struct __test_metadata *_metadata, int dev,
			   int flags, ssize_t result, int error)
{
	const struct sigaction action = {
		.sa_handler = tell_signal,
		.sa_flags = flags,
	};
	union sockbind_record record;
	pid_t child;
	char c;

	ASSERT_EQ(0, fcntl(dev, F_SETFL, 0));
	ASSERT_EQ(0, pipe(signalled));
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(read(dev, &record, sizeof(record)) != result ||
		      (result < 0 && errno != error));
	wait_until_blocked(_metadata, child);
	ASSERT_EQ(0, kill(child, SIGUSR1));
	ASSERT_EQ(1, read(signalled[0], &c, 1));
	return child;
}

TEST_F(device, a_signal_ends_read)
{
	pid_t child = signal_reader(_metadata, self->dev, 0, -1, EINTR);

	expect_child(_metadata, child);
}

TEST_F(device, a_signal_restarts_read)
{
	pid_t child = signal_reader(_metadata, self->dev, SA_RESTART,
				    sizeof(union sockbind_record), 0);

	wait_until_blocked(_metadata, child);
	bind_something(_metadata);
	expect_child(_metadata, child);
}

TEST_F(device, a_fatal_signal_ends_read)
{
	union sockbind_record record;
	pid_t child;
	int status;

	ASSERT_EQ(0, fcntl(self->dev, F_SETFL, 0));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(read(self->dev, &record, sizeof(record)) < 0);
	wait_until_blocked(_metadata, child);
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
}

/* CPUs as in "0-3" or "0,2-5". Return: the number of them. */
static unsigned int possible_cpus(struct __test_metadata *_metadata)
{
	unsigned int n = 0, first, last;
	FILE *file = fopen("/sys/devices/system/cpu/possible", "r");

	ASSERT_NE(NULL, file);
	do {
		ASSERT_EQ(1, fscanf(file, "%u", &first));
		n += fscanf(file, "-%u", &last) == 1 ? last - first + 1 : 1;
	} while (fgetc(file) == ',');
	fclose(file);
	return n;
}

TEST_F(device, info)
{
	static const __u32 probes[] = {
		1U << SOCKBIND_PROBE_HOOK,
		1U << SOCKBIND_PROBE_HOOK | 1U << SOCKBIND_PROBE_SYS_BIND,
		1U << SOCKBIND_PROBE_HOOK | 1U << SOCKBIND_PROBE_SYS_BIND |
			1U << SOCKBIND_PROBE_LSM,
	};
	const struct sockbind_info *info = &self->info;
	const __u8 none[16] = { 0 };
	int i;

	EXPECT_EQ(sizeof(*info), info->size);
	EXPECT_EQ(SOCKBIND_ABI_VERSION, info->version);
	EXPECT_EQ(SOCKBIND_RECORD_SIZE, info->record_size);
	ASSERT_GE(2, info->outcome);
	EXPECT_EQ(probes[info->outcome],
		  info->probes & ~(1U << SOCKBIND_PROBE_IO_BIND));
	EXPECT_LE(2, info->records);
	EXPECT_EQ(0, info->records & (info->records - 1));
	EXPECT_EQ(possible_cpus(_metadata), info->rings);
	EXPECT_NE(0, memcmp(info->instance, none, sizeof(none)));
	EXPECT_EQ(0, info->without_result);
	EXPECT_EQ(0, info->disarmed);
	EXPECT_EQ(info->probes & ~(1U << SOCKBIND_PROBE_HOOK),
		  info->kprobes & ~(1U << SOCKBIND_PROBE_HOOK));
	EXPECT_EQ(0, info->process_records & (info->process_records - 1));
	EXPECT_EQ(0, info->reserved2);
	EXPECT_EQ(0, info->reserved);
	for (i = 0; i < SOCKBIND_PROBES; i++)
		EXPECT_EQ(0, info->nmissed[i]);
}

TEST_F(device, counters)
{
	const __u64 held = self->info.rings * self->info.records;
	struct sockbind_info info;
	const __u64 n = 5;

	bind_many(_metadata, n);
	info = capture_info(_metadata, self->dev);
	EXPECT_EQ(self->info.seen + n, info.seen);
	EXPECT_EQ(self->info.recorded + n, info.recorded);
	EXPECT_EQ(self->info.filtered, info.filtered);
	EXPECT_EQ(0, info.pending);
	EXPECT_EQ(0, info.dropped_nested);
	EXPECT_EQ(info.seen, info.recorded + info.filtered + info.pending +
			     info.dropped_nested + info.dropped_abandoned);
	EXPECT_LE(info.recorded - info.overwritten, held);

	bind_many(_metadata, self->info.records);
	info = capture_info(_metadata, self->dev);
	EXPECT_LE(self->info.overwritten + n, info.overwritten);
}

static __u64 sysfs_number(struct __test_metadata *_metadata, const char *name)
{
	char path[128];
	unsigned long long value;
	FILE *file;

	snprintf(path, sizeof(path), SYSFS "%s", name);
	file = fopen(path, "r");
	ASSERT_NE(NULL, file)
		TH_LOG("no %s", path);
	ASSERT_EQ(1, fscanf(file, "%llu", &value));
	fclose(file);
	return value;
}

TEST_F(device, sysfs_tells_the_same)
{
	struct sockbind_info info;
	char instance[64], expected[64], *c = expected;
	FILE *file;
	int i;

	bind_something(_metadata);
	info = capture_info(_metadata, self->dev);
	EXPECT_EQ(info.version, sysfs_number(_metadata, "abi_version"));
	EXPECT_EQ(info.outcome, sysfs_number(_metadata, "outcome"));
	EXPECT_EQ(info.records, sysfs_number(_metadata, "records"));
	EXPECT_EQ(info.rings, sysfs_number(_metadata, "rings"));
	EXPECT_EQ(info.seen, sysfs_number(_metadata, "seen"));
	EXPECT_EQ(info.recorded, sysfs_number(_metadata, "recorded"));
	EXPECT_EQ(info.overwritten, sysfs_number(_metadata, "overwritten"));
	EXPECT_EQ(info.filtered, sysfs_number(_metadata, "filtered"));
	EXPECT_EQ(info.pending, sysfs_number(_metadata, "pending"));
	EXPECT_EQ(info.dropped_nested,
		  sysfs_number(_metadata, "dropped_nested"));
	EXPECT_EQ(info.dropped_abandoned,
		  sysfs_number(_metadata, "dropped_abandoned"));
	EXPECT_EQ(info.without_result,
		  sysfs_number(_metadata, "without_result"));
	EXPECT_EQ(0, sysfs_number(_metadata, "nmissed_hook"));
	EXPECT_EQ(0, sysfs_number(_metadata, "nmissed_sys_bind"));
	EXPECT_EQ(0, sysfs_number(_metadata, "nmissed_io_bind"));
	EXPECT_EQ(0, sysfs_number(_metadata, "nmissed_lsm"));
	EXPECT_EQ(0, sysfs_number(_metadata, "disarmed"));
	EXPECT_EQ(info.process_records,
		  sysfs_number(_metadata, "process_records"));

	file = fopen(SYSFS "instance", "r");
	ASSERT_NE(NULL, file);
	ASSERT_EQ(1, fscanf(file, "%63s", instance));
	fclose(file);
	for (i = 0; i < 16; i++) {
		const bool dash = i >= 4 && i <= 10 && i % 2 == 0;

		c += sprintf(c, dash ? "-%02x" : "%02x", info.instance[i]);
	}
	EXPECT_STREQ(expected, instance);
}

TEST_F(device, unknown_ioctls)
{
	const unsigned long unknown[] = {
		_IO(SOCKBIND_IOC_MAGIC, 0),
		_IO(SOCKBIND_IOC_MAGIC, 1),
		_IOR(SOCKBIND_IOC_MAGIC, 0, int),
		_IOW(SOCKBIND_IOC_MAGIC, 0, struct sockbind_info),
		_IOR('x', 0, struct sockbind_info),
		0, ~0U,
	};
	struct sockbind_info info;
	size_t i;

	for (i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		EXPECT_EQ(-1, ioctl(self->dev, unknown[i], &info));
		EXPECT_EQ(ENOTTY, errno);
	}
	EXPECT_EQ(-1, ioctl(self->dev, SOCKBIND_IOC_GET_INFO, NULL));
	EXPECT_EQ(EFAULT, errno);
}

/* A loss is told to the record, at its place, and then comes the oldest. */
TEST_F(device, loss_is_exact)
{
	const __u64 lost = self->info.records + 3;
	union sockbind_record record;
	__u64 start, i;

	bind_something(_metadata);
	ASSERT_TRUE(capture_read(_metadata, self->dev, &record));
	start = record.hdr.seq + 1;
	bind_many(_metadata, self->info.records + lost);

	ASSERT_TRUE(capture_read(_metadata, self->dev, &record));
	EXPECT_EQ(SOCKBIND_RECORD_LOST, record.hdr.type);
	EXPECT_EQ(SOCKBIND_ABI_VERSION, record.hdr.version);
	EXPECT_EQ(0, record.hdr.flags);
	EXPECT_EQ(start, record.hdr.seq);
	EXPECT_EQ(start + lost - 1, record.lost.last);
	for (i = 0; i < sizeof(record.lost.reserved); i++)
		ASSERT_EQ(0, record.lost.reserved[i]);
	for (i = 0; i < self->info.records; i++) {
		ASSERT_TRUE(capture_read(_metadata, self->dev, &record));
		ASSERT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
		ASSERT_EQ(start + lost + i, record.hdr.seq);
	}
	expect_no_more(_metadata, self->dev);
}

TEST_F(device, a_full_ring_has_lost_nothing)
{
	union sockbind_record record;
	__u64 i;

	bind_many(_metadata, self->info.records);
	for (i = 0; i < self->info.records; i++) {
		ASSERT_TRUE(capture_read(_metadata, self->dev, &record));
		ASSERT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
	}
	expect_no_more(_metadata, self->dev);
}

/* What was gone before is no loss. */
TEST_F(device, overwritten_before_open)
{
	union sockbind_record record;
	int late;

	bind_many(_metadata, self->info.records + 3);
	late = open(DEVICE, O_RDONLY | O_NONBLOCK);
	while (capture_read(_metadata, late, &record))
		ASSERT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
	ASSERT_EQ(0, lseek(self->dev, 0, SEEK_SET));
	ASSERT_TRUE(capture_read(_metadata, self->dev, &record));
	EXPECT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
}

static __u64 commit_time(const union sockbind_record *record)
{
	return record->bind.time_boot + record->bind.duration;
}

/* Bind on one CPU after the other; one read gives them in order of time. */
TEST_F(device, cpus_are_merged)
{
	const int cpus = self->info.rings < 4 ? self->info.rings : 4;
	union sockbind_record records[8];
	__u64 inode[8];
	int i;

	if (cpus == 1)
		SKIP(return, "there is one CPU");
	/* Two on each, which the smallest rings hold. */
	for (i = 0; i < 2 * cpus; i++) {
		if (!cpu_run_on(i % cpus))
			SKIP(return, "CPU %d is offline", i % cpus);
		inode[i] = bind_something(_metadata);
	}
	ASSERT_EQ((ssize_t)(i * sizeof(*records)),
		  read(self->dev, records, sizeof(records)));
	while (i--) {
		EXPECT_EQ(inode[i], records[i].bind.inode);
		if (i)
			EXPECT_LE(commit_time(&records[i - 1]),
				  commit_time(&records[i]));
	}
}

static void run_everywhere(void)
{
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	sched_setaffinity(0, sizeof(all), &all);
}

static void *bind_storm(void *arg)
{
	run_everywhere();
	bind_many(arg, STORM);
	return NULL;
}

/* No hole, and records and losses are all that was recorded. */
TEST_F(device, storm)
{
	struct witness *witness[2];
	pthread_t binder[BINDERS];
	__u64 recorded;
	int i;

	for (i = 0; i < 2; i++)
		witness[i] = witness_start(_metadata, 0);
	for (i = 0; i < BINDERS; i++)
		ASSERT_EQ(0, pthread_create(&binder[i], NULL, bind_storm,
					    _metadata));
	for (i = 0; i < BINDERS; i++)
		pthread_join(binder[i], NULL);
	recorded = capture_info(_metadata, self->dev).recorded -
		   self->info.recorded;
	EXPECT_EQ(BINDERS * STORM, recorded);
	for (i = 0; i < 2; i++)
		witness_end(_metadata, witness[i], recorded);
}

/**
 * struct share - threads that read one file
 * @dev: the file
 * @cpu: CPU whose records count
 * @start: number of the first of them
 * @begin: all are ready for a round
 * @end: all have found nothing more
 * @taken: by number, how often a record was read in all rounds
 */
struct share {
	int dev;
	unsigned int cpu;
	__u64 start;
	pthread_barrier_t begin;
	pthread_barrier_t end;
	unsigned int *taken;
};

static void *take_share(void *arg)
{
	struct share *share = arg;
	union sockbind_record record;
	int i;

	run_everywhere();
	for (i = 0; i < SHARE_ROUNDS; i++) {
		pthread_barrier_wait(&share->begin);
		while (read(share->dev, &record, sizeof(record)) > 0)
			if (record.hdr.cpu == share->cpu)
				__atomic_add_fetch(&share->taken[record.hdr.seq -
								 share->start],
						   1, __ATOMIC_RELAXED);
		pthread_barrier_wait(&share->end);
	}
	return NULL;
}

/* Each record goes to one of them. */
TEST_F_TIMEOUT(device, threads_share_a_file, 120)
{
	struct share share = { .dev = self->dev };
	union sockbind_record record;
	pthread_t thread[SHARERS];
	unsigned int i;

	bind_something(_metadata);
	ASSERT_TRUE(capture_read(_metadata, self->dev, &record));
	share.cpu = record.hdr.cpu;
	share.start = record.hdr.seq + 1;
	bind_many(_metadata, self->info.records);
	share.taken = calloc(self->info.records, sizeof(*share.taken));
	ASSERT_NE(NULL, share.taken);
	pthread_barrier_init(&share.begin, NULL, SHARERS + 1);
	pthread_barrier_init(&share.end, NULL, SHARERS + 1);

	for (i = 0; i < SHARERS; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, take_share,
					    &share));
	for (i = 0; i < SHARE_ROUNDS; i++) {
		ASSERT_EQ(0, lseek(self->dev, 0, SEEK_SET));
		pthread_barrier_wait(&share.begin);
		pthread_barrier_wait(&share.end);
	}
	for (i = 0; i < SHARERS; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < self->info.records; i++)
		ASSERT_EQ(SHARE_ROUNDS, share.taken[i])
			TH_LOG("record %u", i);
	free(share.taken);
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
