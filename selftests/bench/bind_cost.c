// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cost of one bind(2), the median of many, by the cycle counter.
 *
 *	bind_cost [-p N] [WORK...]	a line "WORK MEDIAN" each; -p: with a
 *					pause before every Nth call, for what
 *					waits for it to read and go to sleep
 *	bind_cost -n N [-w]		bind N times; -w: wait to be killed then
 */
#include <arpa/inet.h>
#include <err.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "counter.h"

#define ROUNDS		1001

/* Several ticks of any kernel. */
#define PAUSE_NS	20000000

#define PORT		5000
#define PORT_AGAIN	5001
#define UNIX_PATH	"/tmp/bench/socket"

static const struct sockaddr_in inet_addr4 = {
	.sin_family = AF_INET,
	.sin_addr.s_addr = __builtin_bswap32(INADDR_LOOPBACK),
	.sin_port = __builtin_bswap16(PORT),
};

static const struct sockaddr_in6 inet_addr6 = {
	.sin6_family = AF_INET6,
	.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	.sin6_port = __builtin_bswap16(PORT),
};

/* A new socket. Return: its bind's cost. */
static uint64_t bind_new(int family, int type, const void *addr, socklen_t len)
{
	int fd = socket(family, type, 0);
	uint64_t before, after;

	if (fd < 0)
		err(1, "socket");
	before = counter();
	if (bind(fd, addr, len))
		err(1, "bind");
	after = counter();
	close(fd);
	return after - before;
}

static uint64_t udp4(void)
{
	return bind_new(AF_INET, SOCK_DGRAM, &inet_addr4, sizeof(inet_addr4));
}

static uint64_t udp6(void)
{
	return bind_new(AF_INET6, SOCK_DGRAM, &inet_addr6, sizeof(inet_addr6));
}

static uint64_t tcp4(void)
{
	return bind_new(AF_INET, SOCK_STREAM, &inet_addr4, sizeof(inet_addr4));
}

static uint64_t tcp6(void)
{
	return bind_new(AF_INET6, SOCK_STREAM, &inet_addr6, sizeof(inet_addr6));
}

static uint64_t unix_path(void)
{
	static const struct sockaddr_un addr = {
		.sun_family = AF_UNIX,
		.sun_path = UNIX_PATH,
	};
	uint64_t cost = bind_new(AF_UNIX, SOCK_STREAM, &addr,
				 offsetof(struct sockaddr_un, sun_path) +
				 sizeof(UNIX_PATH));

	unlink(UNIX_PATH);
	return cost;
}

/* A second bind of the same socket, which fails. */
static uint64_t again(void)
{
	static int fd = -1;
	struct sockaddr_in addr = inet_addr4;
	uint64_t before, after;

	addr.sin_port = htons(PORT_AGAIN);
	if (fd < 0) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
			err(1, "bind");
	}
	before = counter();
	if (!bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		errx(1, "the second bind did not fail");
	after = counter();
	return after - before;
}

/* A system call that is no bind. */
static uint64_t getppid_call(void)
{
	uint64_t before, after;

	before = counter();
	syscall(SYS_getppid);
	after = counter();
	return after - before;
}

/*
 * The first bind of a process, whose identity is recorded then. In real time the
 * thread that does the rest waits until it has ended, and is not counted.
 */
static uint64_t new_process(void)
{
	const struct sched_param param = { .sched_priority = 1 };
	uint64_t cost = 0;
	int pipes[2];

	if (pipe(pipes))
		err(1, "pipe");
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		if (sched_setscheduler(0, SCHED_FIFO, &param))
			err(1, "sched_setscheduler");
		/* What a fork leaves to be copied is not the bind's. */
		getppid_call();
		cost = udp4();
		if (write(pipes[1], &cost, sizeof(cost)) != sizeof(cost))
			_exit(1);
		_exit(0);
	}
	if (read(pipes[0], &cost, sizeof(cost)) != sizeof(cost))
		errx(1, "the process did not bind");
	wait(NULL);
	close(pipes[0]);
	close(pipes[1]);
	return cost;
}

static const struct work {
	const char *name;
	uint64_t (*once)(void);
} works[] = {
	{ "udp4", udp4 },
	{ "udp6", udp6 },
	{ "tcp4", tcp4 },
	{ "tcp6", tcp6 },
	{ "unix", unix_path },
	{ "again", again },
	{ "new", new_process },
	{ "getppid", getppid_call },
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t median(uint64_t (*once)(void), int pause)
{
	static const struct timespec ts = { .tv_nsec = PAUSE_NS };
	static uint64_t cost[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		if (pause && i % pause == 0)
			nanosleep(&ts, NULL);
		cost[i] = once();
	}
	qsort(cost, ROUNDS, sizeof(*cost), by_value);
	return cost[ROUNDS / 2];
}

static void measure(const struct work *work, int pause)
{
	median(work->once, pause);	/* caches and pools are filled */
	printf("%s %llu\n", work->name,
	       (unsigned long long)median(work->once, pause));
}

static const struct work *find_work(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(works); i++)
		if (!strcmp(works[i].name, name))
			return &works[i];
	errx(2, "%s: no such work", name);
}

int main(int argc, char **argv)
{
	bool wait_after = false;
	int pause_before = 0;
	long n = -1;
	size_t i;
	int opt;

	while ((opt = getopt(argc, argv, "n:p:w")) != -1) {
		switch (opt) {
		case 'n':
			n = atol(optarg);
			break;
		case 'p':
			pause_before = atoi(optarg);
			break;
		case 'w':
			wait_after = true;
			break;
		default:
			return 2;
		}
	}
	if (n >= 0) {
		while (n--)
			udp4();
		while (wait_after)
			pause();
		return 0;
	}
	if (optind == argc)
		for (i = 0; i < ARRAY_SIZE(works); i++)
			measure(&works[i], pause_before);
	for (; optind < argc; optind++)
		measure(find_work(argv[optind]), pause_before);
	return 0;
}
