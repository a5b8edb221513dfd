// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wake-ups: none is lost, none is for nothing, none waits for a task that does
 * not sleep, and a bind pays for none while the readers are awake.
 */
#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "capture.h"
#include "cpu.h"
#include "fuzz.h"
#include "module.h"
#include "proc.h"
#include "setting.h"

#define TRACING		"/sys/kernel/tracing/"
#define EVENT		"sockbind_test/wakeup_work"

/* Each takes a tick. */
#define ROUNDS		200

/* What is to happen, or not, is waited for this long. */
#define TICKS		25

#define TIMEOUT		120

/* A task that does not sleep: its priority, and when it gives up, in seconds. */
#define SPINNER		50
#define SPINNER_GIVES_UP	20

/* Time in ticks. */
static __u64 ticks(void)
{
	struct timespec now, tick;

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (now.tv_sec * 1000000000ULL + now.tv_nsec) / tick.tv_nsec;
}

/* Return: 0 when there may be a record. */
static int wait_in_read(int dev)
{
	(void)dev;
	return 0;
}

static int wait_in_poll(int dev)
{
	struct pollfd pollfd = { .fd = dev, .events = POLLIN };

	return poll(&pollfd, 1, -1) != 1 || pollfd.revents != POLLIN;
}

static int wait_in_epoll(int dev)
{
	static int epoll = -1;
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	if (epoll < 0) {
		epoll = epoll_create1(EPOLL_CLOEXEC);
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, dev, &event))
			return 1;
	}
	return epoll_wait(epoll, &event, 1, -1) != 1;
}

FIXTURE(wakeup)
{
	int dev;
	int told[2];
	pid_t sleeper;
};

FIXTURE_VARIANT(wakeup)
{
	int (*wait)(int dev);
};

FIXTURE_VARIANT_ADD(wakeup, read)
{
	.wait = wait_in_read,
};

FIXTURE_VARIANT_ADD(wakeup, poll)
{
	.wait = wait_in_poll,
};

FIXTURE_VARIANT_ADD(wakeup, epoll)
{
	.wait = wait_in_epoll,
};

/*
 * Sleep, read the one record that there is, tell, over and over. The end is the
 * test's. Edge-triggered epoll and poll alike find the device empty afterwards.
 */
static void sleep_and_tell(int dev, int told, int (*wait)(int dev))
{
	const bool blocking = wait == wait_in_read;
	union sockbind_record record;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fcntl(dev, F_SETFL, blocking ? 0 : O_NONBLOCK);
	for (;;) {
		if (wait(dev) || read(dev, &record, sizeof(record)) < 0)
			_exit(1);
		if (!blocking && read(dev, &record, sizeof(record)) >= 0)
			_exit(1);
		if (write(told, "", 1) != 1)
			_exit(1);
	}
}

FIXTURE_SETUP(wakeup)
{
	self->dev = capture_open(_metadata);
	ASSERT_EQ(0, pipe(self->told));
	self->sleeper = fork();
	ASSERT_LE(0, self->sleeper);
	if (!self->sleeper)
		sleep_and_tell(self->dev, self->told[1], variant->wait);
	close(self->told[1]);
}

FIXTURE_TEARDOWN(wakeup)
{
	kill(self->sleeper, SIGKILL);
	waitpid(self->sleeper, NULL, 0);
}

/* Times that a process went to sleep. */
static __u64 switches_of(struct __test_metadata *_metadata, pid_t pid)
{
	char path[64];
	__u64 switches;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	switches = proc_status(path, "\nvoluntary_ctxt_switches:", 10);
	ASSERT_NE(~0ULL, switches);
	return switches;
}

/*
 * The next bind comes as soon as the last was told of: sometimes before the
 * reader sleeps, sometimes after that, and sometimes just then.
 */
TEST_F_TIMEOUT(wakeup, none_is_lost, TIMEOUT)
{
	const int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char c;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_TRUE(cpu_run_on(i % cpus));
		bind_something(_metadata);
		ASSERT_EQ(1, read(self->told[0], &c, 1));
	}
}

TEST_F_TIMEOUT(wakeup, none_is_for_nothing, TIMEOUT)
{
	long before;
	__u64 end;
	char c;

	bind_something(_metadata);
	ASSERT_EQ(1, read(self->told[0], &c, 1));
	/* All there is has been said, and what may follow has a while. */
	end = ticks() + TICKS;
	while (ticks() < end)
		;
	before = switches_of(_metadata, self->sleeper);
	end += TICKS;
	while (ticks() < end)
		;
	EXPECT_EQ(before, switches_of(_metadata, self->sleeper));
}

/**
 * struct spinner - a task of SCHED_FIFO that never sleeps, alone on its CPU
 * @pid: the task
 * @asked: binds that it is to make
 * @made: binds that it has made
 */
struct spinner {
	pid_t pid;
	__u64 asked;
	__u64 made;
};

static void spin(struct __test_metadata *_metadata, struct spinner *spinner,
		 int dev, int cpu)
{
	const struct sched_param param = { .sched_priority = SPINNER };

	close(dev);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(SPINNER_GIVES_UP * fuzz_setting("SOCKBIND_PATIENCE", 1));
	if (!cpu_run_on(cpu) || sched_setscheduler(0, SCHED_FIFO, &param))
		_exit(1);
	for (;;) {
		if (__atomic_load_n(&spinner->asked, __ATOMIC_ACQUIRE) ==
		    spinner->made)
			continue;
		bind_something(_metadata);
		__atomic_add_fetch(&spinner->made, 1, __ATOMIC_RELEASE);
	}
}

/*
 * Start one on the last CPU, which does not keep @dev open. Return: NULL if there is
 * one CPU.
 */
static struct spinner *spinner_start(struct __test_metadata *_metadata, int dev)
{
	const int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct spinner *spinner = mmap(NULL, sizeof(*spinner),
				       PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	ASSERT_NE(MAP_FAILED, spinner);
	if (cpus == 1)
		return NULL;
	ASSERT_TRUE(cpu_run_on(0));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		spin(_metadata, spinner, dev, cpus - 1);
	spinner->pid = pid;
	return spinner;
}

/* Have it bind, and wait until it has. */
static void spinner_bind(struct __test_metadata *_metadata,
			 struct spinner *spinner)
{
	__u64 asked = __atomic_add_fetch(&spinner->asked, 1, __ATOMIC_RELEASE);

	while (__atomic_load_n(&spinner->made, __ATOMIC_ACQUIRE) != asked) {
		ASSERT_EQ(0, waitpid(spinner->pid, NULL, WNOHANG))
			TH_LOG("it had to give up");
		sched_yield();
	}
}

/* What happened did so while it was spinning. */
static void spinner_end(struct __test_metadata *_metadata,
			struct spinner *spinner)
{
	int status;

	ASSERT_EQ(0, kill(spinner->pid, SIGKILL));
	ASSERT_EQ(spinner->pid, waitpid(spinner->pid, &status, 0));
	EXPECT_EQ(SIGKILL, status)
		TH_LOG("it had to give up");
}

/* The CPU that owes the wake-up runs nothing else. The reader is on another. */
TEST_F_TIMEOUT(wakeup, while_a_task_spins, TIMEOUT)
{
	struct spinner *spinner;
	cpu_set_t first;
	char c;
	int i;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	ASSERT_EQ(0, sched_setaffinity(self->sleeper, sizeof(first), &first));
	spinner = spinner_start(_metadata, self->dev);
	if (!spinner)
		SKIP(return, "there is one CPU");
	for (i = 0; i < ROUNDS; i++) {
		spinner_bind(_metadata, spinner);
		ASSERT_EQ(1, read(self->told[0], &c, 1));
	}
	spinner_end(_metadata, spinner);
}

/* Threads of the kernel whose priority a test raises, at most. */
#define PREFERRED	256

/**
 * struct preferred - such a thread
 * @pid: the thread
 * @policy: its policy before
 * @param: its priority before
 */
struct preferred {
	pid_t pid;
	int policy;
	struct sched_param param;
};

/*
 * RCU's threads on the CPU where a task spins starve too, and without them no
 * module is unloaded: give them the priority that the manual advises. Where RCU
 * runs in softirqs, as it does without PREEMPT_RT, these may be ksoftirqd's.
 * Return: the number of them.
 */
static unsigned int prefer_rcu(struct preferred *threads)
{
	const struct sched_param param = { .sched_priority = SPINNER + 1 };
	struct preferred *thread = threads;
	char path[300], comm[32];
	const struct dirent *entry;
	DIR *dir = opendir("/proc");

	while ((entry = readdir(dir)) && thread < threads + PREFERRED) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		proc_text(path, comm, sizeof(comm));
		if (strncmp(comm, "rcu", 3) && strncmp(comm, "ksoftirqd", 9))
			continue;
		thread->pid = atoi(entry->d_name);
		thread->policy = sched_getscheduler(thread->pid);
		sched_getparam(thread->pid, &thread->param);
		sched_setscheduler(thread->pid, SCHED_FIFO, &param);
		thread++;
	}
	closedir(dir);
	return thread - threads;
}

/* A module with a probe on each function, and none of it ftrace's. */
FIXTURE(unload)
{
	int module;
	int dev;
	unsigned int threads;
	struct preferred thread[PREFERRED];
};

FIXTURE_SETUP(unload)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		SKIP(return, "there is one CPU");
	self->module = module_open_unloaded();
	ASSERT_LE(0, self->module);
	ASSERT_EQ(0, module_load(self->module, "outcome=2"));
	self->dev = capture_open(_metadata);
	self->threads = prefer_rcu(self->thread);
}

FIXTURE_TEARDOWN(unload)
{
	const struct preferred *thread;

	for (thread = self->thread; thread < self->thread + self->threads;
	     thread++)
		EXPECT_EQ(0, sched_setscheduler(thread->pid, thread->policy,
						&thread->param));
	EXPECT_EQ(0, module_load(self->module, ""));
}

/* The module owes a wake-up, to nobody any more, and goes all the same. */
TEST_F_TIMEOUT(unload, while_a_task_spins, TIMEOUT)
{
	struct spinner *spinner = spinner_start(_metadata, self->dev);
	pid_t sleeper;

	ASSERT_NE(NULL, spinner);
	sleeper = fork();
	ASSERT_LE(0, sleeper);
	if (!sleeper)
		_exit(wait_in_poll(self->dev));
	while (!proc_is_asleep(sleeper))
		sched_yield();
	spinner_bind(_metadata, spinner);
	ASSERT_EQ(0, kill(sleeper, SIGKILL));
	ASSERT_EQ(sleeper, waitpid(sleeper, NULL, 0));
	close(self->dev);
	EXPECT_EQ(0, module_unload());
	spinner_end(_metadata, spinner);
}

FIXTURE(cost)
{
	int dev;
};

FIXTURE_SETUP(cost)
{
	if (access(TRACING "kprobe_events", W_OK))
		SKIP(return, "tracefs has no kprobe_events");
	self->dev = capture_open(_metadata);
	ASSERT_TRUE(setting_write(TRACING "kprobe_events",
				  "p:" EVENT " sockbind:wakeup_work"));
	ASSERT_TRUE(setting_write(TRACING "events/" EVENT "/enable", "1"));
}

FIXTURE_TEARDOWN(cost)
{
	ASSERT_TRUE(setting_write(TRACING "events/" EVENT "/enable", "0"));
	ASSERT_TRUE(setting_write(TRACING "kprobe_events", "-:" EVENT));
}

/*
 * Times that a bind had its readers woken. One that came while another kprobe's
 * handler ran, as the interrupt of PREEMPT_RT does, is a miss of this one.
 */
static __u64 count_wakeups(struct __test_metadata *_metadata)
{
	FILE *file = fopen(TRACING "kprobe_profile", "r");
	unsigned long long hits, misses;
	char name[64];

	ASSERT_NE(NULL, file);
	do {
		ASSERT_EQ(3, fscanf(file, "%63s %llu %llu", name, &hits,
				    &misses));
	} while (strcmp(name, "wakeup_work"));
	fclose(file);
	return hits + misses;
}

/* Return: the number of binds in all those ticks. */
static __u64 bind_for_ticks(struct __test_metadata *_metadata)
{
	const __u64 end = ticks() + TICKS;
	__u64 binds = 0;

	do {
		bind_something(_metadata);
		binds++;
	} while (ticks() < end);
	return binds;
}

/* poll() that does not sleep, and read() too. */
TEST_F_TIMEOUT(cost, none_while_awake, TIMEOUT)
{
	struct pollfd pollfd = { .fd = self->dev, .events = POLLIN };
	union sockbind_record record;

	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	EXPECT_FALSE(capture_read(_metadata, self->dev, &record));
	bind_for_ticks(_metadata);
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_TRUE(capture_read(_metadata, self->dev, &record));
	bind_for_ticks(_metadata);
	EXPECT_EQ(0, count_wakeups(_metadata));
}

/* Follow, without end. */
static void follow(int dev)
{
	union sockbind_record records[64];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!wait_in_poll(dev))
		while (read(dev, records, sizeof(records)) > 0)
			;
	_exit(1);
}

/* A tick has one, for all the binds in it. */
TEST_F_TIMEOUT(cost, one_a_tick_while_asleep, TIMEOUT)
{
	__u64 start, binds, wakeups;
	pid_t follower;

	follower = fork();
	ASSERT_LE(0, follower);
	if (!follower)
		follow(self->dev);
	ASSERT_TRUE(cpu_run_on(0));
	start = ticks();
	binds = bind_for_ticks(_metadata);
	wakeups = count_wakeups(_metadata);
	TH_LOG("%llu binds, %llu wake-ups", (unsigned long long)binds,
	       (unsigned long long)wakeups);
	EXPECT_LT(0, wakeups);
	/* An interrupt of another's irq_work does ours too. */
	EXPECT_GE(2 * (ticks() - start + 1), wakeups);
	ASSERT_EQ(0, kill(follower, SIGKILL));
	ASSERT_EQ(follower, waitpid(follower, NULL, 0));
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
