// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs that come and go. Needs at least one that can be taken offline.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "capture.h"
#include "cpu.h"
#include "fuzz.h"
#include "proc.h"
#include "setting.h"
#include "witness.h"

#define CPUS		"/sys/devices/system/cpu/"
#define FAIR_SERVERS	"/sys/kernel/debug/sched/fair_server/"

/* Times that all CPUs but the first go and come back in a storm. */
#define ROUNDS		4

/* Binds between a CPU's going and that of the next. */
#define STEP		100

#define BINDERS		4
#define TIMEOUT		300

FIXTURE(hotplug)
{
	int dev;
	struct sockbind_info info;
	int cpus;
	char runtime[32];
};

/* Return: 0 or a negative errno. */
static int set_online(int cpu, bool online)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), CPUS "cpu%d/online", cpu);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	err = write(fd, online ? "1" : "0", 1) == 1 ? 0 : -errno;
	close(fd);
	return err;
}

static void set_all_online(int cpus)
{
	int cpu;

	for (cpu = 1; cpu < cpus; cpu++)
		set_online(cpu, true);
}

/*
 * Where tasks starve, as they do on a slow kernel, a server of SCHED_DEADLINE runs
 * them. 6.12 counts it among the tasks of a CPU that goes, and warns that one is
 * left, with or without this module.
 */
static void set_fair_servers(int cpus, const char *runtime)
{
	char path[64];
	int cpu;

	for (cpu = 0; cpu < cpus; cpu++) {
		snprintf(path, sizeof(path), FAIR_SERVERS "cpu%d/runtime", cpu);
		setting_write(path, runtime);
	}
}

FIXTURE_SETUP(hotplug)
{
	self->cpus = sysconf(_SC_NPROCESSORS_CONF);
	set_all_online(self->cpus);
	if (access(CPUS "cpu1/online", W_OK))
		SKIP(return, "there is no CPU that can be taken offline");
	self->dev = capture_open(_metadata);
	self->info = capture_info(_metadata, self->dev);
	/* At last: without a whole setup there is no teardown. */
	proc_text(FAIR_SERVERS "cpu0/runtime", self->runtime,
		  sizeof(self->runtime));
	set_fair_servers(self->cpus, "0");
}

FIXTURE_TEARDOWN(hotplug)
{
	set_all_online(self->cpus);
	set_fair_servers(self->cpus, self->runtime);
}

static void expect_record(struct __test_metadata *_metadata, int dev,
			  __u64 inode, __u64 seq)
{
	union sockbind_record record;

	ASSERT_TRUE(capture_read(_metadata, dev, &record));
	EXPECT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
	EXPECT_EQ(1, record.hdr.cpu);
	EXPECT_EQ(inode, record.bind.inode);
	EXPECT_EQ(seq, record.hdr.seq);
}

/* Its ring stays, for those who read it and for those who come, and goes on. */
TEST_F(hotplug, records_of_an_offline_cpu)
{
	union sockbind_record record;
	struct pollfd pollfd;
	__u64 inode, seq;
	int late;

	ASSERT_TRUE(cpu_run_on(1));
	bind_something(_metadata);
	ASSERT_TRUE(capture_read(_metadata, self->dev, &record));
	ASSERT_EQ(1, record.hdr.cpu);
	seq = record.hdr.seq + 1;
	inode = bind_something(_metadata);

	ASSERT_TRUE(cpu_run_on(0));
	ASSERT_EQ(0, set_online(1, false));
	late = open(DEVICE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, late);
	pollfd = (struct pollfd) { .fd = self->dev, .events = POLLIN };
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	expect_record(_metadata, self->dev, inode, seq);
	EXPECT_EQ(1, capture_find(_metadata, late, inode, &record.bind));
	EXPECT_EQ(1, record.hdr.cpu);

	ASSERT_EQ(0, set_online(1, true));
	ASSERT_TRUE(cpu_run_on(1));
	inode = bind_something(_metadata);
	expect_record(_metadata, self->dev, inode, seq + 1);
	expect_record(_metadata, late, inode, seq + 1);
	close(late);
}

/* Return: a child that sleeps until there is a record. */
static pid_t start_sleeper(struct __test_metadata *_metadata, int dev)
{
	union sockbind_record record;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(read(dev, &record, sizeof(record)) != sizeof(record));
}

/* The wake-up that a CPU owes when it goes is not lost with it. */
TEST_F_TIMEOUT(hotplug, last_bind_wakes, TIMEOUT)
{
	pid_t child;
	int i, status;

	ASSERT_EQ(0, fcntl(self->dev, F_SETFL, 0));
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, set_online(1, true));
		ASSERT_TRUE(cpu_run_on(0));
		child = start_sleeper(_metadata, self->dev);
		ASSERT_TRUE(cpu_run_on(1));
		bind_something(_metadata);
		ASSERT_TRUE(cpu_run_on(0));
		ASSERT_EQ(0, set_online(1, false));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(0, status);
	}
}

/**
 * struct storm - threads that bind, wherever they are run
 * @metadata: the test
 * @binds: binds that they have made
 * @stop: whether they are to end
 * @thread: the threads
 */
struct storm {
	struct __test_metadata *metadata;
	__u64 binds;
	bool stop;
	pthread_t thread[BINDERS];
};

static void *bind_on(void *arg)
{
	struct storm *storm = arg;

	while (!__atomic_load_n(&storm->stop, __ATOMIC_RELAXED)) {
		bind_something(storm->metadata);
		__atomic_add_fetch(&storm->binds, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void start_storm(struct storm *storm)
{
	struct __test_metadata *_metadata = storm->metadata;
	int i;

	for (i = 0; i < BINDERS; i++)
		ASSERT_EQ(0, pthread_create(&storm->thread[i], NULL, bind_on,
					    storm));
}

/* Wait for more binds. */
static void go_on(struct storm *storm)
{
	__u64 goal = __atomic_load_n(&storm->binds, __ATOMIC_RELAXED) + STEP;

	while (__atomic_load_n(&storm->binds, __ATOMIC_RELAXED) < goal)
		sched_yield();
}

static void end_storm(struct storm *storm)
{
	int i;

	__atomic_store_n(&storm->stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < BINDERS; i++)
		pthread_join(storm->thread[i], NULL);
}

static void expect_counters(struct __test_metadata *_metadata,
			    const struct sockbind_info *before,
			    const struct sockbind_info *after, __u64 binds)
{
	int i;

	EXPECT_EQ(before->seen + binds, after->seen);
	EXPECT_EQ(before->recorded + binds, after->recorded);
	EXPECT_EQ(0, after->pending);
	EXPECT_EQ(after->seen, after->recorded + after->filtered +
		  after->dropped_nested + after->dropped_abandoned);
	EXPECT_EQ(0, after->dropped_nested + after->dropped_abandoned);
	EXPECT_EQ(before->rings, after->rings);
	for (i = 0; i < SOCKBIND_PROBES; i++)
		EXPECT_EQ(0, after->nmissed[i]);
}

/* Return: the number of records that the rings hold. */
static __u64 count_held(struct __test_metadata *_metadata)
{
	int dev = open(DEVICE, O_RDONLY | O_NONBLOCK);
	union sockbind_record record;
	__u64 held = 0;

	ASSERT_LE(0, dev);
	while (capture_read(_metadata, dev, &record)) {
		ASSERT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
		held++;
	}
	close(dev);
	return held;
}

/* CPU 0 is left alone, then all come back; a reader sleeps, one is awake. */
TEST_F_TIMEOUT(hotplug, storm, TIMEOUT)
{
	struct storm storm = { .metadata = _metadata };
	struct witness *witness[2];
	struct sockbind_info after;
	__u64 round, rounds = fuzz_setting("SOCKBIND_ROUNDS", ROUNDS);
	int cpu;

	witness[0] = witness_start(_metadata, -1);
	witness[1] = witness_start(_metadata, 0);
	start_storm(&storm);
	for (round = 0; round < 2 * rounds; round++) {
		for (cpu = 1; cpu < self->cpus; cpu++) {
			EXPECT_EQ(0, set_online(cpu, round % 2));
			go_on(&storm);
		}
	}
	EXPECT_EQ(0, set_online(1, false));
	end_storm(&storm);

	after = capture_info(_metadata, self->dev);
	expect_counters(_metadata, &self->info, &after, storm.binds);
	EXPECT_EQ(after.recorded, after.overwritten + count_held(_metadata));
	witness_end(_metadata, witness[0], storm.binds);
	witness_end(_metadata, witness[1], storm.binds);
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
