// SPDX-License-Identifier: GPL-2.0-only
/*
 * Binds a second, by a program on each of some CPUs:
 *
 *	bind_rate CPUS PERCENT		PERCENT of the time they bind, else they
 *					sleep
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mark.h"

#define NS_PER_S	1000000000LL
#define RUN_NS		(NS_PER_S / 5)
#define PERIOD_NS	20000000LL

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void sleep_until(long long when)
{
	struct timespec ts = {
		.tv_sec = when / NS_PER_S,
		.tv_nsec = when % NS_PER_S,
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static void bind_once(int cpu)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(5000 + cpu),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "bind");
	close(fd);
}

static uint64_t run(int cpu, int percent, long long start)
{
	long long period = start;
	cpu_set_t set;
	uint64_t n = 0;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "sched_setaffinity");
	while (period < start + RUN_NS) {
		sleep_until(period);
		while (now() < period + PERIOD_NS * percent / 100) {
			bind_once(cpu);
			n++;
		}
		period += PERIOD_NS;
	}
	return n;
}

int main(int argc, char **argv)
{
	int cpus = argc == 3 ? atoi(argv[1]) : 0;
	int percent = argc == 3 ? atoi(argv[2]) : 0;
	long long start = now() + NS_PER_S / 4;
	uint64_t *counts, sum = 0;
	int i, status, failed = 0;

	if (cpus < 1 || percent < 1 || percent > 100)
		errx(2, "usage: bind_rate CPUS PERCENT");
	counts = mmap(NULL, cpus * sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		err(1, "mmap");
	mark(MARK_START);
	for (i = 0; i < cpus; i++) {
		if (!fork()) {
			counts[i] = run(i, percent, start);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		failed |= status;
	mark(MARK_STOP);
	for (i = 0; i < cpus; i++)
		sum += counts[i];
	printf("%llu\n", (unsigned long long)(sum * NS_PER_S / RUN_NS));
	return !!failed;
}
