// SPDX-License-Identifier: GPL-2.0-only
/*
 * On a CPU whose tick stops while one task runs (nohz_full=CPU, isolcpus=CPU): a
 * record reaches its reader though the task goes on in user space, and a bind that
 * nobody waits for disturbs the CPU in no way. There is no tick there for what is
 * to be done at the next one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "capture.h"
#include "cpu.h"
#include "proc.h"

#define NOHZ_FULL	"/sys/devices/system/cpu/nohz_full"

#define ROUNDS		50

/* The tick has stopped after these, and would have come. */
#define TICKS		3

#define TIMEOUT		120

/* Time in ticks, which the other CPUs keep. */
static __u64 ticks(void)
{
	struct timespec now, tick;

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (now.tv_sec * 1000000000ULL + now.tv_nsec) / tick.tv_nsec;
}

static void run_for_ticks(void)
{
	const __u64 end = ticks() + TICKS;

	while (ticks() < end)
		;
}

/*
 * The interrupts of a kind that a CPU has had, by its name in /proc/interrupts.
 * Return: all ones if there is no such kind here.
 */
static __u64 interrupts_of(const char *kind, int cpu)
{
	FILE *file = fopen("/proc/interrupts", "r");
	char line[4096], *at = NULL;
	__u64 n = ~0ULL;

	while (!at && fgets(line, sizeof(line), file))
		at = strstr(line, kind);
	fclose(file);
	for (at = at ? at + strlen(kind) : NULL; at && cpu >= 0; cpu--)
		n = strtoull(at, &at, 10);
	return n;
}

FIXTURE(nohz)
{
	int dev;
	int cpu;
};

/* Reader and binder are on CPUs of their own. */
FIXTURE_SETUP(nohz)
{
	char cpus[64];

	proc_text(NOHZ_FULL, cpus, sizeof(cpus));
	if (*cpus < '1' || *cpus > '9')
		SKIP(return, "boot with nohz_full=1 isolcpus=1");
	self->cpu = atoi(cpus);
	self->dev = capture_open(_metadata);
}

FIXTURE_TEARDOWN(nohz)
{
}

/* Sleep, read the one record that there is, count. The end is the test's. */
static void sleep_and_count(int dev, int *read_so_far)
{
	union sockbind_record record;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fcntl(dev, F_SETFL, 0);
	while (read(dev, &record, sizeof(record)) == sizeof(record))
		__atomic_add_fetch(read_so_far, 1, __ATOMIC_RELAXED);
	_exit(1);
}

/* It makes no call between the bind and that. */
TEST_F_TIMEOUT(nohz, arrives_while_the_binder_runs, TIMEOUT)
{
	int *read_so_far, i;
	pid_t reader;

	read_so_far = mmap(NULL, sizeof(*read_so_far), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, read_so_far);
	reader = fork();
	ASSERT_LE(0, reader);
	if (!reader) {
		cpu_run_on(0);
		sleep_and_count(self->dev, read_so_far);
	}
	ASSERT_TRUE(cpu_run_on(self->cpu));
	for (i = 1; i <= ROUNDS; i++) {
		run_for_ticks();
		bind_something(_metadata);
		while (__atomic_load_n(read_so_far, __ATOMIC_RELAXED) < i)
			;
	}
	ASSERT_EQ(0, kill(reader, SIGKILL));
	ASSERT_EQ(reader, waitpid(reader, NULL, 0));
}

/* Each has a while in which nothing else happens. */
TEST_F_TIMEOUT(nohz, disturbs_nobody, TIMEOUT)
{
	__u64 ticks_before, works_before, ticked, works;
	int i;

	if (interrupts_of("LOC:", self->cpu) == ~0ULL)
		SKIP(return, "ticks and works are counted on x86");
	ASSERT_TRUE(cpu_run_on(self->cpu));
	run_for_ticks();
	ticks_before = interrupts_of("LOC:", self->cpu);
	works_before = interrupts_of("IWI:", self->cpu);
	for (i = 0; i < ROUNDS; i++) {
		bind_something(_metadata);
		run_for_ticks();
	}
	ticked = interrupts_of("LOC:", self->cpu) - ticks_before;
	works = interrupts_of("IWI:", self->cpu) - works_before;
	TH_LOG("%d binds: %llu ticks, %llu irq_works", ROUNDS,
	       (unsigned long long)ticked, (unsigned long long)works);
	EXPECT_GT(ROUNDS / 2, ticked);
	EXPECT_GT(ROUNDS / 2, works);
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
