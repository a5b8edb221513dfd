// SPDX-License-Identifier: GPL-2.0-only
/*
 * More binds under way at once than return probes have instances, or than there are
 * slots in a window: they name sockets below a mount whose FUSE server, which is
 * this program's, never looks a name up.
 */
#include <linux/fuse.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "capture.h"
#include "clone.h"
#include "fuzz.h"
#include "module.h"

/* As the module has them, in INSTANCES_*. */
#define INSTANCES_MIN		128
#define INSTANCES_PER_CPU	8
#define INSTANCES_MAX		1024

/* As the module has them, in slot.c. */
#define SLOTS_PER_BIND		4
#define WINDOW			4

/* Thread ids that nobody has, nor that many above them. */
#define FREE_PID		24000

/* Binds of others meanwhile. */
#define OTHERS			10

#define TIMEOUT		300

/**
 * struct binder - a thread in a bind that hangs
 * @thread: the thread
 * @fd: its socket
 * @inode: of the socket
 * @addr: what it asks for
 * @result: what came of it, 0 or a negative errno
 * @records: how many there are of it
 * @rec: the last of them
 */
struct binder {
	pthread_t thread;
	int fd;
	__u64 inode;
	struct sockaddr_un addr;
	int result;
	unsigned int records;
	struct sockbind_bind rec;
};

/**
 * struct crowd - all of them
 * @binders: the threads
 * @count: how many they are
 * @records: how many records there are of them
 */
struct crowd {
	struct binder *binders;
	unsigned int count;
	unsigned int records;
};

FIXTURE(exhaust)
{
	int dev;
	unsigned int instances;
	struct sockbind_info before;
	char dir[32];
	pid_t server;
	struct crowd crowd;
};

/* Mount, say hello, and then say nothing. Does not return. */
static void serve(const char *dir, int ready)
{
	struct {
		struct fuse_out_header header;
		struct fuse_init_out init;
	} reply = {
		.header.len = sizeof(reply),
		.init.major = FUSE_KERNEL_VERSION,
		.init.minor = FUSE_KERNEL_MINOR_VERSION,
		.init.max_write = FUSE_MIN_READ_BUFFER / 2,
	};
	union {
		struct fuse_in_header header;
		__u8 bytes[FUSE_MIN_READ_BUFFER];
	} request;
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[64];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (mount("sockbind", dir, "fuse", MS_NOSUID | MS_NODEV, options) ||
	    read(fd, &request, sizeof(request)) < 0 ||
	    request.header.opcode != FUSE_INIT)
		_exit(1);
	reply.header.unique = request.header.unique;
	if (write(fd, &reply, sizeof(reply)) != sizeof(reply) ||
	    write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* Return: process id of the server, which has mounted, and not the device. */
static pid_t start_server(struct __test_metadata *_metadata, const char *dir,
			  int dev)
{
	int ready[2];
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(dev);
		serve(dir, ready[1]);
	}
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &c, 1));
	close(ready[0]);
	return pid;
}

FIXTURE_SETUP(exhaust)
{
	unsigned int instances;

	self->dev = capture_open(_metadata);
	self->before = capture_info(_metadata, self->dev);
	if (!self->before.outcome)
		SKIP(return, "the module was loaded without return probes");
	if (access("/dev/fuse", F_OK))
		SKIP(return, "the kernel has no FUSE");
	instances = INSTANCES_PER_CPU * self->before.rings;
	if (instances < INSTANCES_MIN)
		instances = INSTANCES_MIN;
	if (instances > INSTANCES_MAX)
		instances = INSTANCES_MAX;
	self->instances = instances;

	snprintf(self->dir, sizeof(self->dir), "/tmp/sockbind.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->server = start_server(_metadata, self->dir, self->dev);
}

FIXTURE_TEARDOWN(exhaust)
{
	umount2(self->dir, MNT_DETACH);
	rmdir(self->dir);
}

static void *hang(void *arg)
{
	struct binder *binder = arg;

	binder->result = bind(binder->fd, (struct sockaddr *)&binder->addr,
			      sizeof(binder->addr)) ? -errno : 0;
	return NULL;
}

static void start_crowd(struct __test_metadata *_metadata, struct crowd *crowd,
			unsigned int count, const char *dir)
{
	pthread_attr_t attr;
	unsigned int i;

	crowd->count = count;
	crowd->binders = calloc(count, sizeof(*crowd->binders));
	ASSERT_NE(NULL, crowd->binders);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	for (i = 0; i < count; i++) {
		struct binder *binder = &crowd->binders[i];

		binder->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ASSERT_LE(0, binder->fd);
		binder->inode = inode_of(binder->fd);
		binder->addr.sun_family = AF_UNIX;
		snprintf(binder->addr.sun_path, sizeof(binder->addr.sun_path),
			 "%s/%u", dir, i);
		ASSERT_EQ(0, pthread_create(&binder->thread, &attr, hang,
					    binder));
	}
}

/* Take the records that there are. */
static void count_records(struct __test_metadata *_metadata, int dev,
			  struct crowd *crowd)
{
	union sockbind_record record;
	unsigned int i;

	while (capture_read(_metadata, dev, &record)) {
		if (record.hdr.type == SOCKBIND_RECORD_PROCESS)
			continue;
		ASSERT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
		for (i = 0; i < crowd->count; i++) {
			struct binder *binder = &crowd->binders[i];

			if (binder->inode != record.bind.inode)
				continue;
			binder->records++;
			binder->rec = record.bind;
			crowd->records++;
		}
	}
}

/* Until all hang: each is pending, or its record is there. */
static struct sockbind_info wait_for_crowd(struct __test_metadata *_metadata,
					   int dev, struct crowd *crowd)
{
	struct sockbind_info info;

	for (;;) {
		info = capture_info(_metadata, dev);
		count_records(_metadata, dev, crowd);
		if (info.pending + crowd->records == crowd->count)
			return capture_info(_metadata, dev);
		sched_yield();
	}
}

/* Whether there is an AF_UNIX socket of that inode number. */
static bool exists(struct __test_metadata *_metadata, __u64 inode)
{
	FILE *file = fopen("/proc/net/unix", "r");
	unsigned long long number;
	bool found = false;
	char line[256];

	ASSERT_NE(NULL, file);
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%*s %*s %*s %*s %*s %*s %llu",
			       &number) == 1 && number == inode;
	fclose(file);
	return found;
}

/*
 * The end of the server is the end of all waiting. The descriptors are closed before:
 * a socket lives until its bind has ended, and no longer.
 */
static void end_crowd(struct __test_metadata *_metadata, pid_t server,
		      struct crowd *crowd)
{
	unsigned int i;

	for (i = 0; i < crowd->count; i++) {
		close(crowd->binders[i].fd);
		EXPECT_TRUE(exists(_metadata, crowd->binders[i].inode));
	}
	ASSERT_EQ(0, kill(server, SIGKILL));
	ASSERT_EQ(server, waitpid(server, NULL, 0));
	for (i = 0; i < crowd->count; i++) {
		struct binder *binder = &crowd->binders[i];

		ASSERT_EQ(0, pthread_join(binder->thread, NULL));
		EXPECT_TRUE(binder->result == -ECONNABORTED ||
			    binder->result == -ENOTCONN);
		EXPECT_FALSE(exists(_metadata, binder->inode));
	}
}

static void expect_binder(struct __test_metadata *_metadata,
			  const struct binder *binder)
{
	const struct sockbind_bind *rec = &binder->rec;
	const bool ended = rec->hdr.flags & SOCKBIND_F_RESULT;

	ASSERT_EQ(1, binder->records);
	EXPECT_EQ(LIBC_VIA, rec->via);
	EXPECT_EQ(binder->fd, rec->fd);
	EXPECT_EQ(getpid(), (int)rec->pid);
	ASSERT_EQ(sizeof(binder->addr), rec->addrlen);
	EXPECT_EQ(0, memcmp(&binder->addr, rec->addr, rec->addrlen));
	EXPECT_EQ(ended ? binder->result : 0, rec->result);
	EXPECT_EQ(ended, !!rec->duration);
}

/* Return: flags of the record of a bind that does not hang. */
static __u32 other_bind(struct __test_metadata *_metadata)
{
	int dev = capture_open(_metadata);
	__u64 inode = bind_something(_metadata);
	struct sockbind_bind rec;

	ASSERT_EQ(1, capture_find(_metadata, dev, inode, &rec));
	EXPECT_EQ(LIBC_VIA, rec.via);
	EXPECT_EQ(SOCKBIND_FD_OK, rec.fd_status);
	close(dev);
	return rec.hdr.flags;
}

TEST_F_TIMEOUT(exhaust, no_instances, TIMEOUT)
{
	const __u64 before = self->before.nmissed[SOCKBIND_PROBE_SYS_BIND];
	const __u64 others = fuzz_setting("SOCKBIND_ROUNDS", OTHERS);
	const unsigned int count = 2 * self->instances;
	struct sockbind_info info;
	unsigned int i, ended = 0;
	const struct sockaddr_un un = { .sun_family = AF_UNIX };
	__u64 missed, other, unknown;

	if (self->before.records < count)
		SKIP(return, "the rings are too small");
	start_crowd(_metadata, &self->crowd, count, self->dir);
	info = wait_for_crowd(_metadata, self->dev, &self->crowd);
	EXPECT_EQ(self->instances, info.pending);
	/* The others had none, or no slot. */
	missed = info.nmissed[SOCKBIND_PROBE_SYS_BIND] - before;
	EXPECT_LT(0, missed);
	EXPECT_GE(self->crowd.records, missed);
	for (i = 0; i < count; i++)
		EXPECT_FALSE(self->crowd.binders[i].rec.hdr.flags &
			     SOCKBIND_F_RESULT);

	/* Nobody is kept from being seen. */
	for (other = 0; other < others; other++) {
		EXPECT_FALSE(other_bind(_metadata) & SOCKBIND_F_RESULT);
		count_records(_metadata, self->dev, &self->crowd);
	}
	info = capture_info(_metadata, self->dev);
	EXPECT_EQ(before + missed + others, info.nmissed[SOCKBIND_PROBE_SYS_BIND]);
	EXPECT_EQ(self->instances, info.pending);
	unknown = self->before.without_result + self->crowd.records + others;
	EXPECT_EQ(unknown, info.without_result);

	/* A bind that does not reach the hook is missed by the return probe too. */
	EXPECT_EQ(-1, bind(-1, (struct sockaddr *)&un, sizeof(un)));
	info = capture_info(_metadata, self->dev);
	EXPECT_EQ(before + missed + others + 1,
		  info.nmissed[SOCKBIND_PROBE_SYS_BIND]);
	EXPECT_EQ(unknown, info.without_result);

	end_crowd(_metadata, self->server, &self->crowd);
	count_records(_metadata, self->dev, &self->crowd);
	for (i = 0; i < count; i++) {
		expect_binder(_metadata, &self->crowd.binders[i]);
		if (self->crowd.binders[i].rec.hdr.flags & SOCKBIND_F_RESULT)
			ended++;
	}
	EXPECT_EQ(self->instances, ended);

	info = capture_info(_metadata, self->dev);
	EXPECT_EQ(0, info.pending);
	EXPECT_EQ(self->before.seen + count + others, info.seen);
	EXPECT_EQ(self->before.recorded + count + others, info.recorded);
	EXPECT_EQ(info.seen, info.recorded + info.filtered +
		  info.dropped_nested + info.dropped_abandoned);
	EXPECT_EQ(unknown, info.without_result);
	EXPECT_TRUE(other_bind(_metadata) & SOCKBIND_F_RESULT);
}

/* A child of that number binds. Return: its number. */
static pid_t child_binds(struct __test_metadata *_metadata, pid_t pid,
			 const struct sockaddr *addr, socklen_t len)
{
	const pid_t child = clone_as(pid);

	ASSERT_LE(0, child);
	if (!child) {
		bind(socket(addr->sa_family, SOCK_DGRAM, 0), addr, len);
		_exit(0);
	}
	return child;
}

/* Tasks with consecutive numbers hang in all slots that another one may have. */
TEST_F_TIMEOUT(exhaust, window, TIMEOUT)
{
	const struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	union sockbind_record record;
	struct sockbind_info info;
	unsigned int slots = 1, i, found = 0;
	pid_t pid;

	if (!clone_has_pid())
		SKIP(return, "the kernel has no clone3()");
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/x", self->dir);
	for (i = 0; i < WINDOW; i++)
		child_binds(_metadata, FREE_PID + i, (struct sockaddr *)&un,
			    sizeof(un));
	do {
		sched_yield();
		info = capture_info(_metadata, self->dev);
	} while (info.pending != WINDOW);

	while (slots < SLOTS_PER_BIND * self->instances)
		slots *= 2;
	pid = child_binds(_metadata, FREE_PID + slots, (struct sockaddr *)&sin,
			  sizeof(sin));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	while (capture_read(_metadata, self->dev, &record)) {
		if (record.bind.pid != (__u32)pid)
			continue;
		EXPECT_FALSE(record.hdr.flags & SOCKBIND_F_RESULT);
		found++;
	}
	EXPECT_EQ(1, found);

	info = capture_info(_metadata, self->dev);
	EXPECT_EQ(self->before.without_result + 1, info.without_result);
	EXPECT_EQ(self->before.nmissed[SOCKBIND_PROBE_SYS_BIND],
		  info.nmissed[SOCKBIND_PROBE_SYS_BIND]);
	ASSERT_EQ(0, kill(self->server, SIGKILL));
	for (i = 0; i <= WINDOW; i++)
		ASSERT_LT(0, waitpid(-1, NULL, 0));
}

/* They return to where the probe was. */
TEST_F_TIMEOUT(exhaust, unload, TIMEOUT)
{
	const int module = module_open();
	struct sockbind_info info;
	char parameters[64];

	ASSERT_LE(0, module);
	start_crowd(_metadata, &self->crowd, self->instances / 2, self->dir);
	info = wait_for_crowd(_metadata, self->dev, &self->crowd);
	close(self->dev);
	ASSERT_EQ(0, module_unload());
	end_crowd(_metadata, self->server, &self->crowd);

	snprintf(parameters, sizeof(parameters), "outcome=%u records=%u",
		 info.outcome, info.records);
	ASSERT_EQ(0, module_load(module, parameters));
	EXPECT_TRUE(other_bind(_metadata) & SOCKBIND_F_RESULT);
}

#define LIVEPATCH	"/sys/kernel/livepatch/livepatch"

static int livepatch_number(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[8] = "";
	ssize_t len;

	if (fd < 0)
		return -1;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	return len > 0 ? atoi(text) : -1;
}

static void disable_livepatch(struct __test_metadata *_metadata)
{
	int fd = open(LIVEPATCH "/enabled", O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_EQ(1, write(fd, "0", 1));
	close(fd);
	while (!access(LIVEPATCH, F_OK))
		sched_yield();
	ASSERT_EQ(0, syscall(__NR_delete_module, "livepatch", O_NONBLOCK));
}

/* Their tasks come over to the live patch of the hook's function, and go back. */
TEST_F_TIMEOUT(exhaust, livepatch, TIMEOUT)
{
	int livepatch = module_file("selftests/livepatch.ko");
	const unsigned int count = self->instances / 2;
	struct sockbind_info info;
	unsigned int i;

	if (livepatch < 0)
		SKIP(return, "the kernel has no live patches");
	if (self->before.records < count)
		SKIP(return, "the rings are too small");
	start_crowd(_metadata, &self->crowd, count, self->dir);
	wait_for_crowd(_metadata, self->dev, &self->crowd);
	ASSERT_EQ(0, module_load(livepatch, ""));
	while (livepatch_number(LIVEPATCH "/transition"))
		sched_yield();
	info = capture_info(_metadata, self->dev);
	EXPECT_EQ(count, info.pending + self->crowd.records);
	EXPECT_TRUE(other_bind(_metadata) & SOCKBIND_F_RESULT);
	disable_livepatch(_metadata);
	EXPECT_TRUE(other_bind(_metadata) & SOCKBIND_F_RESULT);

	end_crowd(_metadata, self->server, &self->crowd);
	count_records(_metadata, self->dev, &self->crowd);
	for (i = 0; i < count; i++)
		expect_binder(_metadata, &self->crowd.binders[i]);
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
