// SPDX-License-Identifier: GPL-2.0-only
/*
 * IORING_OP_BIND: which task did it for whom, by which descriptor, and what
 * came of it, compared with the completion and with getsockname(). And the device
 * itself, read through an io_uring.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "capture.h"

/* Since Linux 6.11; older headers have no name for it. */
#define OP_BIND		56

#define NOBODY		65534
#define PROGRAM		"uring-program"
#define ENTRIES		4

/**
 * struct uring - an io_uring instance
 * @fd: its descriptor; -1: there is none
 * @missing: why it cannot bind; NULL: it can
 * @params: what the kernel told of it
 * @rings: both rings
 * @sqes: what @rings' submission queue has indexes of
 */
struct uring {
	int fd;
	const char *missing;
	struct io_uring_params params;
	__u8 *rings;
	struct io_uring_sqe *sqes;
};

static __u32 *ring_word(const struct uring *uring, __u32 offset)
{
	return (__u32 *)(uring->rings + offset);
}

/* Since 5.1. */
static bool kernel_has_uring(void)
{
	return syscall(__NR_io_uring_enter, -1, 0, 0, 0, NULL, 0) < 0 &&
	       errno == EBADF;
}

static bool uring_can_bind(const struct uring *uring)
{
	struct {
		struct io_uring_probe probe;
		struct io_uring_probe_op ops[OP_BIND + 1];
	} known = { 0 };

	return !syscall(__NR_io_uring_register, uring->fd,
			IORING_REGISTER_PROBE, &known, OP_BIND + 1) &&
	       known.ops[OP_BIND].flags & IO_URING_OP_SUPPORTED;
}

/* Where it cannot bind, @uring says why, and that is no failure. */
static void uring_open(struct __test_metadata *_metadata, struct uring *uring,
		       __u32 setup)
{
	struct io_uring_params *params = &uring->params;
	size_t size;

	*uring = (struct uring) { .params.flags = setup };
	uring->fd = syscall(__NR_io_uring_setup, ENTRIES, params);
	if (uring->fd < 0 && errno == EPERM) {
		uring->missing = "kernel.io_uring_disabled forbids io_uring";
		return;
	}
	if (!kernel_has_uring()) {
		uring->missing = "the kernel has no io_uring";
		return;
	}
	ASSERT_LE(0, uring->fd);
	ASSERT_TRUE(params->features & IORING_FEAT_SINGLE_MMAP);
	size = params->cq_off.cqes +
	       params->cq_entries * sizeof(struct io_uring_cqe);
	uring->rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			    uring->fd, IORING_OFF_SQ_RING);
	ASSERT_NE(MAP_FAILED, uring->rings);
	uring->sqes = mmap(NULL, ENTRIES * sizeof(*uring->sqes),
			   PROT_READ | PROT_WRITE, MAP_SHARED, uring->fd,
			   IORING_OFF_SQES);
	ASSERT_NE(MAP_FAILED, uring->sqes);
	/* It can read all the same. */
	if (!uring_can_bind(uring))
		uring->missing = "the kernel has no IORING_OP_BIND";
}

/* Take the slot of the queue after the last. */
static void uring_queue(const struct uring *uring,
			const struct io_uring_sqe *sqe)
{
	const struct io_sqring_offsets *off = &uring->params.sq_off;
	__u32 *tail = ring_word(uring, off->tail);
	__u32 i = *tail & (uring->params.sq_entries - 1);

	uring->sqes[i] = *sqe;
	ring_word(uring, off->array)[i] = i;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
}

static void uring_enter(struct __test_metadata *_metadata,
			const struct uring *uring, unsigned int submit,
			unsigned int wait)
{
	ASSERT_EQ((int)submit, syscall(__NR_io_uring_enter, uring->fd, submit,
				       wait, IORING_ENTER_GETEVENTS |
				       IORING_ENTER_SQ_WAKEUP, NULL, 0));
}

static bool uring_has_completed(const struct uring *uring)
{
	const struct io_cqring_offsets *off = &uring->params.cq_off;

	return __atomic_load_n(ring_word(uring, off->tail), __ATOMIC_ACQUIRE) !=
	       *ring_word(uring, off->head);
}

/* Return: the result of the oldest completion, which is there. */
static int uring_complete(struct __test_metadata *_metadata,
			  const struct uring *uring)
{
	const struct io_cqring_offsets *off = &uring->params.cq_off;
	__u32 *head = ring_word(uring, off->head);
	const struct io_uring_cqe *cqe;

	ASSERT_TRUE(uring_has_completed(uring));
	cqe = (const void *)ring_word(uring, off->cqes);
	cqe += *head & (uring->params.cq_entries - 1);
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return cqe->res;
}

static struct io_uring_sqe bind_sqe(int fd, __u8 flags, const void *addr,
				    socklen_t len)
{
	return (struct io_uring_sqe) {
		.opcode = OP_BIND,
		.flags = flags,
		.fd = fd,
		.addr = (uintptr_t)addr,
		.addr2 = len,
	};
}

/**
 * struct asker - the device, and how the ring is asked
 * @dev: the device
 * @outcome: outcome level in force
 * @uring: the ring
 * @flags: IOSQE_* of every request
 * @thread: what the name of the thread that binds begins with; NULL: it is the
 *	one that asks
 */
struct asker {
	int dev;
	unsigned int outcome;
	struct uring uring;
	__u8 flags;
	const char *thread;
};

FIXTURE(uring)
{
	struct asker asker;
	char dir[32];
};

FIXTURE_VARIANT(uring)
{
	__u32 setup;
	__u8 flags;
	const char *thread;
};

FIXTURE_VARIANT_ADD(uring, inline) { };
FIXTURE_VARIANT_ADD(uring, worker) {
	.flags = IOSQE_ASYNC,
	.thread = "iou-wrk-",
};

FIXTURE_VARIANT_ADD(uring, sqpoll) {
	.setup = IORING_SETUP_SQPOLL,
	.thread = "iou-sqp-",
};

FIXTURE_SETUP(uring)
{
	struct asker *asker = &self->asker;

	asker->dev = capture_open(_metadata);
	asker->outcome = capture_info(_metadata, asker->dev).outcome;
	asker->flags = variant->flags;
	asker->thread = variant->thread;
	uring_open(_metadata, &asker->uring, variant->setup);
	if (asker->uring.missing)
		SKIP(return, "%s", asker->uring.missing);
	snprintf(self->dir, sizeof(self->dir), "/tmp/sockbind.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, chdir(self->dir));
	ASSERT_EQ(0, prctl(PR_SET_NAME, PROGRAM));
}

FIXTURE_TEARDOWN(uring)
{
	unlink("socket");
	rmdir(self->dir);
}

static void expect_thread(struct __test_metadata *_metadata, const char *thread,
			  const struct sockbind_bind *rec)
{
	EXPECT_EQ(getpid(), (int)rec->pid);
	EXPECT_EQ(getpid(), (int)rec->ns_pid);
	EXPECT_EQ(getppid(), (int)rec->ppid);
	EXPECT_STREQ(PROGRAM, (const char *)rec->leader_comm);
	EXPECT_EQ(geteuid(), rec->euid);
	if (thread) {
		EXPECT_EQ(SOCKBIND_VIA_WORKER, rec->via_flags);
		EXPECT_NE(rec->pid, rec->tid);
		EXPECT_EQ(0, strncmp(thread, (const char *)rec->comm,
				     strlen(thread)));
	} else {
		EXPECT_EQ(0, rec->via_flags);
		EXPECT_EQ(rec->pid, rec->tid);
		EXPECT_STREQ(PROGRAM, (const char *)rec->comm);
	}
}

/* Without probes on the outcome, nothing tells the descriptor either. */
static void expect_descriptor(struct __test_metadata *_metadata,
			      unsigned int outcome,
			      const struct io_uring_sqe *sqe,
			      const struct sockbind_bind *rec)
{
	const bool fixed = sqe->flags & IOSQE_FIXED_FILE;

	EXPECT_EQ(SOCKBIND_VIA_IO_URING, rec->via);
	EXPECT_EQ(outcome && fixed ? sqe->fd : -1, rec->fixed_index);
	EXPECT_EQ(outcome && !fixed ? sqe->fd : -1, rec->fd);
	EXPECT_EQ(!outcome ? SOCKBIND_FD_UNKNOWN :
		  fixed ? SOCKBIND_FD_FIXED : SOCKBIND_FD_OK, rec->fd_status);
}

static void expect_outcome(struct __test_metadata *_metadata,
			   unsigned int outcome, int result,
			   const struct sockbind_bind *rec)
{
	EXPECT_EQ(!!outcome, !!(rec->hdr.flags & SOCKBIND_F_RESULT));
	EXPECT_EQ(outcome >= 2, !!(rec->hdr.flags & SOCKBIND_F_LSM));
	EXPECT_EQ(outcome ? result : 0, rec->result);
	EXPECT_EQ(0, rec->lsm);
	EXPECT_EQ(!outcome, !rec->duration);
}

/* Bind through the ring, and compare the record. Return: the completion's. */
static int try_bind(struct __test_metadata *_metadata,
		    const struct asker *asker, const struct io_uring_sqe *sqe,
		    __u64 inode, struct sockbind_bind *rec)
{
	const void *addr = (const void *)(uintptr_t)sqe->addr;
	int result;

	ASSERT_EQ(0, lseek(asker->dev, 0, SEEK_END));
	uring_queue(&asker->uring, sqe);
	uring_enter(_metadata, &asker->uring, 1, 1);
	result = uring_complete(_metadata, &asker->uring);
	ASSERT_EQ(1, capture_find(_metadata, asker->dev, inode, rec));

	ASSERT_EQ(sqe->addr2, rec->addrlen);
	EXPECT_EQ(0, memcmp(addr, rec->addr, rec->addrlen));
	expect_thread(_metadata, asker->thread, rec);
	expect_descriptor(_metadata, asker->outcome, sqe, rec);
	expect_outcome(_metadata, asker->outcome, result, rec);
	return result;
}

/* A loopback address, port 0. Return: its length. */
static socklen_t make_addr(int family, struct sockaddr_in6 *addr)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)addr;

	*addr = (struct sockaddr_in6) { .sin6_family = family };
	if (family == AF_INET6) {
		addr->sin6_addr = in6addr_loopback;
		return sizeof(*addr);
	}
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(*sin);
}

static void bind_inet(struct __test_metadata *_metadata,
		      const struct asker *asker, int family, int type)
{
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(family, &addr);
	int fd = socket(family, type, 0);
	struct io_uring_sqe sqe = bind_sqe(fd, asker->flags, &addr, len);

	EXPECT_EQ(0, try_bind(_metadata, asker, &sqe, inode_of(fd),
			      &rec));
	EXPECT_EQ(family, rec.family);
	EXPECT_EQ(type, rec.sock_type);
	if (asker->outcome)
		capture_expect_final(_metadata, fd, &rec);
}

TEST_F(uring, tcp4)
{
	bind_inet(_metadata, &self->asker, AF_INET, SOCK_STREAM);
}

TEST_F(uring, udp4)
{
	bind_inet(_metadata, &self->asker, AF_INET, SOCK_DGRAM);
}

TEST_F(uring, tcp6)
{
	bind_inet(_metadata, &self->asker, AF_INET6, SOCK_STREAM);
}

TEST_F(uring, udp6)
{
	bind_inet(_metadata, &self->asker, AF_INET6, SOCK_DGRAM);
}

/* It makes a file, which may block: the kernel leaves it to a worker. */
TEST_F(uring, unix_path)
{
	struct sockaddr_un sun = { AF_UNIX, "socket" };
	struct sockbind_bind rec;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct io_uring_sqe sqe = bind_sqe(fd, variant->flags, &sun,
					   sizeof(sun));

	self->asker.thread = "iou-wrk-";
	EXPECT_EQ(0, try_bind(_metadata, &self->asker, &sqe, inode_of(fd),
			      &rec));
	EXPECT_EQ(AF_UNIX, rec.family);
	EXPECT_EQ(0, access("socket", F_OK));
}

/* The descriptor that was used, not the lowest of the socket. */
TEST_F(uring, duplicate)
{
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(AF_INET, &addr);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct io_uring_sqe sqe = bind_sqe(dup(fd), variant->flags, &addr, len);

	EXPECT_EQ(0, try_bind(_metadata, &self->asker, &sqe, inode_of(fd),
			      &rec));
}

TEST_F(uring, fixed_file)
{
	const int other = open("/dev/null", O_RDONLY);
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(AF_INET, &addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	const int files[] = { other, other, fd };
	struct io_uring_sqe sqe = bind_sqe(2, variant->flags | IOSQE_FIXED_FILE,
					   &addr, len);

	ASSERT_EQ(0, syscall(__NR_io_uring_register, self->asker.uring.fd,
			     IORING_REGISTER_FILES, files, 3));
	EXPECT_EQ(0, try_bind(_metadata, &self->asker, &sqe, inode_of(fd),
			      &rec));
	if (self->asker.outcome)
		capture_expect_final(_metadata, fd, &rec);
}

/* The socket has no descriptor at all. */
TEST_F(uring, fixed_file_only)
{
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(AF_INET6, &addr);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct io_uring_sqe sqe = bind_sqe(0, variant->flags | IOSQE_FIXED_FILE,
					   &addr, len);
	__u64 inode = inode_of(fd);

	ASSERT_EQ(0, syscall(__NR_io_uring_register, self->asker.uring.fd,
			     IORING_REGISTER_FILES, &fd, 1));
	close(fd);
	EXPECT_EQ(0, try_bind(_metadata, &self->asker, &sqe, inode, &rec));
	if (!self->asker.outcome)
		return;

	/* Its port is taken, and by nobody else. */
	ASSERT_EQ(len, rec.final_addrlen);
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	EXPECT_EQ(-1, bind(fd, (struct sockaddr *)rec.final_addr, len));
	EXPECT_EQ(EADDRINUSE, errno);
}

TEST_F(uring, in_use)
{
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(AF_INET, &addr);
	int first = socket(AF_INET, SOCK_STREAM, 0);
	int second = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe sqe = bind_sqe(second, variant->flags, &addr, len);

	ASSERT_EQ(0, bind(first, (struct sockaddr *)&addr, len));
	ASSERT_EQ(0, getsockname(first, (struct sockaddr *)&addr, &len));
	EXPECT_EQ(-EADDRINUSE, try_bind(_metadata, &self->asker, &sqe,
					inode_of(second), &rec));
	EXPECT_FALSE(rec.hdr.flags & SOCKBIND_F_FINAL_ADDR);
}

TEST_F(uring, access_denied)
{
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(AF_INET, &addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe sqe = bind_sqe(fd, variant->flags, &addr, len);

	addr.sin6_port = htons(80);
	ASSERT_EQ(0, setegid(NOBODY));
	ASSERT_EQ(0, seteuid(NOBODY));
	/* The poller has the credentials of whom the ring was made by. */
	uring_open(_metadata, &self->asker.uring, variant->setup);
	if (self->asker.uring.missing) {
		ASSERT_EQ(0, seteuid(0));
		SKIP(return, "%s", self->asker.uring.missing);
	}
	EXPECT_EQ(-EACCES, try_bind(_metadata, &self->asker, &sqe, inode_of(fd),
				    &rec));
	EXPECT_FALSE(rec.hdr.flags & SOCKBIND_F_CAP_NET_BIND);
	ASSERT_EQ(0, seteuid(0));
}

/*
 * What follows a poll in a chain runs when the poll is done, at the task's next
 * return to user space: here from an interrupt, where there is no system call
 * that could be asked how it was entered.
 */
TEST(from_interrupt)
{
	int dev = capture_open(_metadata), fd = socket(AF_INET, SOCK_DGRAM, 0);
	unsigned int outcome = capture_info(_metadata, dev).outcome;
	bool *spinning = mmap(NULL, 1, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct io_uring_sqe poll = { .opcode = IORING_OP_POLL_ADD };
	struct io_uring_sqe sqe;
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	struct uring uring;
	int pipes[2];
	pid_t child;

	uring_open(_metadata, &uring, 0);
	if (uring.missing)
		SKIP(return, "%s", uring.missing);
	ASSERT_EQ(0, pipe(pipes));
	poll.fd = pipes[0];
	poll.flags = IOSQE_IO_LINK;
	poll.poll_events = POLLIN;
	sqe = bind_sqe(fd, 0, &addr, make_addr(AF_INET, &addr));
	uring_queue(&uring, &poll);
	uring_queue(&uring, &sqe);
	uring_enter(_metadata, &uring, 2, 0);

	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		while (!__atomic_load_n(spinning, __ATOMIC_RELAXED))
			sched_yield();
		_exit(write(pipes[1], "", 1) != 1);
	}
	__atomic_store_n(spinning, true, __ATOMIC_RELAXED);
	while (!uring_has_completed(&uring))
		;
	EXPECT_LT(0, uring_complete(_metadata, &uring));
	while (!uring_has_completed(&uring))
		;
	EXPECT_EQ(0, uring_complete(_metadata, &uring));

	ASSERT_EQ(1, capture_find(_metadata, dev, inode_of(fd), &rec));
	EXPECT_EQ(0, rec.via_flags);
	EXPECT_EQ(getpid(), (int)rec.tid);
	expect_outcome(_metadata, outcome, 0, &rec);
	if (outcome)
		expect_descriptor(_metadata, outcome, &sqe, &rec);
	else
		EXPECT_EQ(SOCKBIND_FD_UNKNOWN, rec.fd_status);
	ASSERT_EQ(child, waitpid(child, NULL, 0));
}

/**
 * struct request - a read of the device that is under way
 * @sqe: what was asked for
 * @iov: its buffers
 * @records: where these are
 */
struct request {
	struct io_uring_sqe sqe;
	struct iovec iov[2];
	union sockbind_record records[2];
};

FIXTURE(uring_read)
{
	int dev;
	struct uring uring;
	struct request request;
};

FIXTURE_VARIANT(uring_read)
{
	__u8 opcode;
	unsigned int buffers;
};

FIXTURE_VARIANT_ADD(uring_read, one_buffer) {
	.opcode = IORING_OP_READ,
};

FIXTURE_VARIANT_ADD(uring_read, one_vector) {
	.opcode = IORING_OP_READV,
	.buffers = 1,
};

FIXTURE_VARIANT_ADD(uring_read, two_vectors) {
	.opcode = IORING_OP_READV,
	.buffers = 2,
};

FIXTURE_SETUP(uring_read)
{
	struct request *request = &self->request;
	unsigned int i;

	self->dev = capture_open(_metadata);
	ASSERT_EQ(0, fcntl(self->dev, F_SETFL, 0));
	uring_open(_metadata, &self->uring, 0);
	if (self->uring.fd < 0)
		SKIP(return, "there is no io_uring");
	for (i = 0; i < 2; i++)
		request->iov[i] = (struct iovec){
			&request->records[i], sizeof(union sockbind_record),
		};
	request->sqe = (struct io_uring_sqe){
		.opcode = variant->opcode,
		.fd = self->dev,
		.off = -1,
		.addr = (uintptr_t)(variant->buffers ? (void *)request->iov :
						       request->records),
		.len = variant->buffers ? : sizeof(union sockbind_record),
	};
}

FIXTURE_TEARDOWN(uring_read)
{
	close(self->uring.fd);
}

static unsigned int threads_of_this_process(void)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *entry;
	unsigned int n = 0;

	while ((entry = readdir(dir)))
		n += *entry->d_name != '.';
	closedir(dir);
	return n;
}

/* The record completes the request, and the second buffer may stay empty. */
TEST_F(uring_read, there)
{
	const union sockbind_record *record = self->request.records;
	__u64 inode = bind_something(_metadata);

	uring_queue(&self->uring, &self->request.sqe);
	uring_enter(_metadata, &self->uring, 1, 1);
	ASSERT_EQ(sizeof(*record), uring_complete(_metadata, &self->uring));
	EXPECT_EQ(inode, record->bind.inode);
}

/* The request waits as poll() does: no thread of the kernel sleeps for it. */
TEST_F(uring_read, to_come)
{
	const union sockbind_record *record = self->request.records;
	__u64 inode;

	uring_queue(&self->uring, &self->request.sqe);
	uring_enter(_metadata, &self->uring, 1, 0);
	EXPECT_EQ(1, threads_of_this_process());
	EXPECT_FALSE(uring_has_completed(&self->uring));
	inode = bind_something(_metadata);
	uring_enter(_metadata, &self->uring, 0, 1);
	ASSERT_EQ(sizeof(*record), uring_complete(_metadata, &self->uring));
	EXPECT_EQ(inode, record->bind.inode);
}

/* A worker of the kernel may wait, in read(). */
TEST_F(uring_read, worker)
{
	const union sockbind_record *record = self->request.records;
	__u64 inode;

	self->request.sqe.flags = IOSQE_ASYNC;
	uring_queue(&self->uring, &self->request.sqe);
	uring_enter(_metadata, &self->uring, 1, 0);
	inode = bind_something(_metadata);
	uring_enter(_metadata, &self->uring, 0, 1);
	ASSERT_EQ(sizeof(*record), uring_complete(_metadata, &self->uring));
	EXPECT_EQ(inode, record->bind.inode);
}

/* Whole records only, as read() has it. */
TEST_F(uring_read, short_buffer)
{
	self->request.iov[0].iov_len -= 100;
	self->request.iov[1].iov_len = 99;
	if (!variant->buffers)
		self->request.sqe.len--;
	bind_something(_metadata);
	uring_queue(&self->uring, &self->request.sqe);
	uring_enter(_metadata, &self->uring, 1, 1);
	EXPECT_EQ(-EINVAL, uring_complete(_metadata, &self->uring));
}

TEST_F(uring_read, poll)
{
	const struct io_uring_sqe sqe = {
		.opcode = IORING_OP_POLL_ADD,
		.fd = self->dev,
		.poll_events = POLLIN | POLLOUT,
	};

	uring_queue(&self->uring, &sqe);
	uring_enter(_metadata, &self->uring, 1, 0);
	EXPECT_FALSE(uring_has_completed(&self->uring));
	bind_something(_metadata);
	uring_enter(_metadata, &self->uring, 0, 1);
	EXPECT_EQ(POLLIN, uring_complete(_metadata, &self->uring));
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
