// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cost of one bind(2): the median of many, by the cycle counter, which counts
 * instructions in a guest that was started for it (QEMU's -icount).
 */

#include <arpa/inet.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS 1001

static uint64_t counter(void)
{
#if defined(__x86_64__)
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
	uint64_t value;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value) : : "memory");
	return value;
#else
#error "no cycle counter is known for this architecture"
#endif
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* A UDP socket that gets a free port of the loopback address. */
static uint64_t bind_udp(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(5000),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t before, after;

	if (fd < 0)
		err(1, "socket");
	before = counter();
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "bind");
	after = counter();
	close(fd);
	return after - before;
}

/* A second bind of the same socket, which fails. */
static uint64_t rebind_udp(void)
{
	static int fd = -1;
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(5001),
	};
	uint64_t before, after;

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

static uint64_t median(uint64_t (*once)(void))
{
	static uint64_t cost[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++)
		cost[i] = once();
	qsort(cost, ROUNDS, sizeof(*cost), by_value);
	return cost[ROUNDS / 2];
}

int main(void)
{
	median(bind_udp);	/* caches and pools are filled */
	printf("%llu %llu\n", (unsigned long long)median(bind_udp),
	       (unsigned long long)median(rebind_udp));
	return 0;
}
