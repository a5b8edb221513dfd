// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a host does to a module in years, in minutes: it comes and goes, its
 * readers are killed, probes are disarmed, memory runs out, the machine sleeps,
 * clocks are set and process ids come round; with binds and readers all the
 * time. SOCKBIND_ROUNDS, in the environment, says how often each.
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "capture.h"
#include "fuzz.h"
#include "module.h"
#include "perf_probe.h"
#include "setting.h"
#include "witness.h"

#define ROUNDS		5
#define TIMEOUT		300

#define BINDERS		2
#define READERS		2

/* Records that a reader takes before it closes the device. */
#define BATCH		20

/* Binds from one disturbance to the next. */
#define STEP		20

/*
 * Microseconds that a thread leaves its CPU alone after each of its turns: where
 * emulated CPUs run in turn, one that is busy keeps others waiting for long, and
 * time in which all are idle is free.
 */
#define PAUSE		5000

#define KPROBES		"/sys/kernel/debug/kprobes/enabled"
#define TRACING		"/sys/kernel/tracing/"
#define CGROUP		"/sys/fs/cgroup/"
#define POWER		"/sys/power/"
#define PID_MAX		"/proc/sys/kernel/pid_max"

/* Process ids, where there are to be few; the least that the kernel takes. */
#define FEW_PIDS	"310"

/**
 * struct crowd - threads that bind, and threads that open, read and poll
 * @thread: the threads
 * @stop: whether they are to end
 * @binds: binds that they have made
 * @opens: times that they have opened the device
 * @wrong: what should not be
 */
struct crowd {
	pthread_t thread[BINDERS + READERS];
	atomic_bool stop;
	atomic_ulong binds;
	atomic_ulong opens;
	atomic_ulong wrong;
};

FIXTURE(abuse)
{
	int module;
	__u64 rounds;
	struct crowd crowd;
};

/* Return: its result, 0 or a negative errno. */
static int bind_any(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = bind(fd, (struct sockaddr *)&sin, sizeof(sin)) ? -errno : 0;

	close(fd);
	return result;
}

static void *bind_on(void *arg)
{
	struct crowd *crowd = arg;

	while (!crowd->stop) {
		if (bind_any())
			crowd->wrong++;
		crowd->binds++;
		usleep(PAUSE);
	}
	return NULL;
}

/* Not all: there is always more. Return: what is not as it should be. */
static unsigned int read_some(int dev)
{
	struct pollfd pollfd = { .fd = dev, .events = POLLIN };
	struct witness witness = { .dev = dev };
	union sockbind_record record;
	unsigned int i;

	poll(&pollfd, 1, 10);
	for (i = 0; i < BATCH; i++)
		if (read(dev, &record, sizeof(record)) == sizeof(record))
			witness_record(&witness, &record);
	return witness.wrong;
}

/* The device may be there or not, but what it tells has no hole. */
static void *read_on(void *arg)
{
	struct crowd *crowd = arg;
	struct sockbind_info info;

	while (!crowd->stop) {
		int dev = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

		if (dev < 0) {
			crowd->wrong += errno != ENOENT && errno != ENODEV &&
					errno != ENXIO;
			usleep(PAUSE);
			continue;
		}
		crowd->opens++;
		crowd->wrong += read_some(dev);
		crowd->wrong += ioctl(dev, SOCKBIND_IOC_GET_INFO, &info) != 0;
		crowd->wrong += lseek(dev, 0, SEEK_END) != 0;
		/* So that the module is in use about half of the time. */
		usleep(PAUSE);
		close(dev);
		usleep(PAUSE);
	}
	return NULL;
}

static void start_crowd(struct __test_metadata *_metadata, struct crowd *crowd)
{
	unsigned int i;

	for (i = 0; i < BINDERS + READERS; i++)
		ASSERT_EQ(0, pthread_create(&crowd->thread[i], NULL,
					    i < BINDERS ? bind_on : read_on,
					    crowd));
}

/* Wait for more binds. */
static void go_on(struct crowd *crowd)
{
	const unsigned long goal = crowd->binds + STEP;

	while (crowd->binds < goal)
		usleep(PAUSE);
}

static void end_crowd(struct __test_metadata *_metadata, struct crowd *crowd)
{
	unsigned int i;

	crowd->stop = true;
	for (i = 0; i < BINDERS + READERS; i++)
		ASSERT_EQ(0, pthread_join(crowd->thread[i], NULL));
	EXPECT_EQ(0, crowd->wrong);
	TH_LOG("%lu binds, %lu opens", crowd->binds, crowd->opens);
}

/* Return: times that it was in use. */
static unsigned int unload(struct __test_metadata *_metadata)
{
	unsigned int busy = 0;

	while (module_unload()) {
		ASSERT_EQ(EWOULDBLOCK, errno);
		busy++;
		usleep(PAUSE);
	}
	return busy;
}

FIXTURE_SETUP(abuse)
{
	self->module = module_open_unloaded();
	ASSERT_LE(0, self->module);
	self->rounds = fuzz_setting("SOCKBIND_ROUNDS", ROUNDS);
	ASSERT_EQ(0, module_load(self->module, ""));
	start_crowd(_metadata, &self->crowd);
}

/* Nobody has kept it: all files were closed, all binds have ended. */
FIXTURE_TEARDOWN(abuse)
{
	int dev = capture_open(_metadata);
	struct sockbind_info info;
	struct sockbind_bind rec;

	end_crowd(_metadata, &self->crowd);
	ASSERT_EQ(0, lseek(dev, 0, SEEK_END));
	ASSERT_EQ(1, capture_find(_metadata, dev, bind_something(_metadata),
				  &rec));
	EXPECT_TRUE(rec.hdr.flags & SOCKBIND_F_RESULT);
	info = capture_info(_metadata, dev);
	EXPECT_EQ(0, info.pending);
	EXPECT_EQ(0, info.dropped_nested + info.dropped_abandoned);
	EXPECT_EQ(info.seen, info.recorded + info.filtered);
	close(dev);
	EXPECT_EQ(0, module_unload());
}

static __u64 seen(struct __test_metadata *_metadata)
{
	int dev = open(DEVICE, O_RDONLY | O_CLOEXEC);
	struct sockbind_info info;

	ASSERT_LE(0, dev);
	info = capture_info(_metadata, dev);
	close(dev);
	return info.seen;
}

TEST_F_TIMEOUT(abuse, loads, TIMEOUT)
{
	static const char * const parameters[] = {
		"outcome=0 records=2", "outcome=1 records=2",
		"outcome=2 records=2", "",
	};
	unsigned int busy = 0;
	__u64 i;

	for (i = 0; i < self->rounds; i++) {
		busy += unload(_metadata);
		ASSERT_EQ(0, module_load(self->module, parameters[i % 4]));
		while (seen(_metadata) < STEP)
			usleep(PAUSE);
	}
	unload(_metadata);
	ASSERT_EQ(0, module_load(self->module, ""));
	TH_LOG("%llu loads, found in use %u times",
	       (unsigned long long)self->rounds, busy);
}

/* In one state of a reader, for ever. */
static void read_for_ever(unsigned int state)
{
	static union sockbind_record records[64];
	struct sockbind_info info;
	struct pollfd pollfd = { .events = POLLIN };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int dev = open(DEVICE, O_RDONLY | O_CLOEXEC);

		pollfd.fd = dev;
		switch (state) {
		case 0:
			for (;;)
				read(dev, records, sizeof(records));
		case 1:
			for (;;) {
				lseek(dev, 0, SEEK_SET);
				read(dev, records, sizeof(records));
			}
		case 2:
			for (;;) {
				lseek(dev, 0, SEEK_END);
				poll(&pollfd, 1, -1);
			}
		case 3:
			for (;;)
				ioctl(dev, SOCKBIND_IOC_GET_INFO, &info);
		}
		close(dev);
	}
}

TEST_F_TIMEOUT(abuse, killed_readers, TIMEOUT)
{
	int status;
	pid_t child;
	__u64 i;

	for (i = 0; i < 5 * self->rounds; i++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			read_for_ever(i % 5);
		go_on(&self->crowd);
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(SIGKILL, WTERMSIG(status));
	}
}

TEST_F_TIMEOUT(abuse, disarmed_probes, TIMEOUT)
{
	__u64 i;

	if (access(KPROBES, W_OK))
		SKIP(return, "there is no " KPROBES);
	for (i = 0; i < self->rounds; i++) {
		ASSERT_TRUE(setting_write(KPROBES, "0"));
		go_on(&self->crowd);
		ASSERT_TRUE(setting_write(KPROBES, "1"));
		go_on(&self->crowd);
	}
}

TEST_F_TIMEOUT(abuse, probes_of_others, TIMEOUT)
{
	const int type = perf_probe_type();
	int perf = -1;
	__u64 i;

	if (access(TRACING "kprobe_events", W_OK))
		SKIP(return, "there is no " TRACING "kprobe_events");
	for (i = 0; i < self->rounds; i++) {
		if (type >= 0) {
			perf = perf_probe_open(type, "security_socket_bind", 0);
			ASSERT_LE(0, perf);
			go_on(&self->crowd);
		}
		ASSERT_TRUE(setting_write(TRACING "kprobe_events",
					  "p:abuse/p security_socket_bind"));
		ASSERT_TRUE(setting_write(TRACING "kprobe_events",
					  "r:abuse/r __sys_bind"));
		ASSERT_TRUE(setting_write(TRACING "events/abuse/enable", "1"));
		go_on(&self->crowd);
		/* Of all functions it would trace little else. */
		if (setting_write(TRACING "set_ftrace_filter", "security_socket_bind") &&
		    setting_write(TRACING "current_tracer", "function_graph"))
			go_on(&self->crowd);
		ASSERT_TRUE(setting_write(TRACING "events/abuse/enable", "0"));
		ASSERT_TRUE(setting_write(TRACING "kprobe_events", "-:abuse/p"));
		ASSERT_TRUE(setting_write(TRACING "kprobe_events", "-:abuse/r"));
		go_on(&self->crowd);
		if (type >= 0)
			ASSERT_EQ(0, close(perf));
		ASSERT_TRUE(setting_write(TRACING "current_tracer", "nop"));
	}
	close(open(TRACING "set_ftrace_filter", O_WRONLY | O_TRUNC));
}

/* Until it gets no more, or is killed for it. */
static void open_for_ever(void)
{
	const struct rlimit files = { 1 << 20, 1 << 20 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!setting_write(CGROUP "abuse/cgroup.procs", "0") ||
	    setrlimit(RLIMIT_NOFILE, &files))
		_exit(1);
	while (open(DEVICE, O_RDONLY) >= 0)
		continue;
	_exit(errno == ENOMEM ? 0 : 1);
}

TEST_F_TIMEOUT(abuse, memory, TIMEOUT)
{
	int status;
	pid_t child;
	__u64 i;

	if (!setting_write(CGROUP "cgroup.subtree_control", "+memory"))
		SKIP(return, "there is no memory controller");
	ASSERT_EQ(0, mkdir(CGROUP "abuse", 0755));
	ASSERT_TRUE(setting_write(CGROUP "abuse/memory.max", "4M"));
	for (i = 0; i < self->rounds; i++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			open_for_ever();
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL :
			    !WEXITSTATUS(status));
		go_on(&self->crowd);
	}
	EXPECT_EQ(0, rmdir(CGROUP "abuse"));
}

static __u64 now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (__u64)ts.tv_sec * 1000000000 + (__u64)ts.tv_nsec;
}

/* A bind is given the times at which it was. */
static void expect_times(struct __test_metadata *_metadata)
{
	int dev = capture_open(_metadata);
	struct sockbind_bind rec;
	__u64 boot, real, inode;

	boot = now(CLOCK_BOOTTIME);
	real = now(CLOCK_REALTIME);
	inode = bind_something(_metadata);
	EXPECT_EQ(1, capture_find(_metadata, dev, inode, &rec));
	EXPECT_LE(boot, rec.time_boot);
	EXPECT_GE(now(CLOCK_BOOTTIME), rec.time_boot + rec.duration);
	EXPECT_LE(real, rec.time_real);
	EXPECT_GE(now(CLOCK_REALTIME), rec.time_real);
	close(dev);
}

/*
 * To all but the moment in which a machine is off, from where only a clock that
 * not all have would wake it. The kernel comes back from that moment at once.
 */
TEST_F_TIMEOUT(abuse, suspend, TIMEOUT)
{
	static const char * const depths[] = {
		"freezer", "devices", "platform", "processors", "core",
	};
	__u64 i;

	if (access(POWER "pm_test", W_OK) ||
	    !setting_write(POWER "mem_sleep", "deep"))
		SKIP(return, "there is no " POWER "pm_test");
	ASSERT_TRUE(setting_write("/sys/module/suspend/parameters/pm_test_delay",
				  "0"));
	for (i = 0; i < 5 * self->rounds; i++) {
		ASSERT_TRUE(setting_write(POWER "pm_test", depths[i % 5]));
		ASSERT_TRUE(setting_write(POWER "state", "mem"));
		go_on(&self->crowd);
	}
	ASSERT_TRUE(setting_write(POWER "pm_test", "none"));
	end_crowd(_metadata, &self->crowd);
	expect_times(_metadata);
	self->crowd.stop = false;
	start_crowd(_metadata, &self->crowd);
}

/* Forwards and back again, by more each time. */
TEST_F_TIMEOUT(abuse, clock_steps, TIMEOUT)
{
	struct timespec ts;
	__u64 i;

	end_crowd(_metadata, &self->crowd);
	for (i = 0; i < 10 * self->rounds; i++) {
		clock_gettime(CLOCK_REALTIME, &ts);
		ts.tv_sec += i % 2 ? -(time_t)i * 3600 : (time_t)i * 3600;
		ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &ts));
		expect_times(_metadata);
	}
	self->crowd.stop = false;
	start_crowd(_metadata, &self->crowd);
}

/* All that there is to read, but a loss. */
static void expect_outcomes(struct __test_metadata *_metadata, int dev)
{
	union sockbind_record record;

	while (capture_read(_metadata, dev, &record))
		EXPECT_TRUE(record.hdr.type == SOCKBIND_RECORD_LOST ||
			    record.hdr.flags & SOCKBIND_F_RESULT);
}

/* The slot of a task's number is free again, whoever had it before. */
TEST_F_TIMEOUT(abuse, process_ids, TIMEOUT)
{
	char before[16] = "";
	int status, fd = open(PID_MAX, O_RDONLY | O_CLOEXEC);
	int dev = capture_open(_metadata);
	pid_t child;
	__u64 i;

	ASSERT_LT(0, read(fd, before, sizeof(before) - 1));
	close(fd);
	ASSERT_TRUE(setting_write(PID_MAX, FEW_PIDS));
	for (i = 0; i < 200 * self->rounds; i++) {
		child = fork();
		ASSERT_LE(0, child);
		if (!child)
			_exit(bind_any() != 0);
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(0, status);
		expect_outcomes(_metadata, dev);
	}
	close(dev);
	ASSERT_TRUE(setting_write(PID_MAX, before));
}

int main(int argc, char **argv)
{
	return capture_root_main(argc, argv, "only root loads modules");
}
