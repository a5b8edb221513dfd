// SPDX-License-Identifier: GPL-2.0-only
/*
 * A consumer of Falco's kernel module for the bind system call alone: it looks
 * every 30 ms whether there are events, as Falco's own does, and drops them. On
 * SIGTERM it prints how many there were, their bytes, and what was lost.
 *
 * The interface is that of the module's ppm_events_public.h, ppm_ringbuffer.h
 * and ppm_tp.h. One CPU, whose ring is that of /dev/scap0.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SCAP_ENABLE_SYSCALL	_IO('s', 29)
#define SCAP_ENABLE_TRACEPOINT	_IO('s', 31)
#define SCAP_SYS_ENTER		0
#define SCAP_SYS_EXIT		1

/* g_buffer_bytes_dim, as it is by default */
#define BUFFER_SIZE		(8 << 20)

#define POLL_NS			30000000

/**
 * struct ring_info - start of the page that tells the ring's state
 * @head: where the next event is written
 * @tail: where the next event is read
 * @events: events that the module has seen
 * @dropped: events that found the ring full
 */
struct ring_info {
	uint32_t head;
	uint32_t tail;
	uint64_t events;
	uint64_t dropped;
};

int main(void)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };
	int fd = open("/dev/scap0", O_RDWR | O_CLOEXEC);
	struct ring_info *info;
	uint64_t bytes = 0;
	sigset_t stop;
	void *buffer;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	if (fd < 0)
		err(1, "/dev/scap0");
	info = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	/* Twice, so that an event at the end goes on. */
	buffer = mmap(NULL, 2 * BUFFER_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (info == MAP_FAILED || buffer == MAP_FAILED)
		err(1, "mmap");
	if (ioctl(fd, SCAP_ENABLE_SYSCALL, SYS_bind) ||
	    ioctl(fd, SCAP_ENABLE_TRACEPOINT, SCAP_SYS_ENTER) ||
	    ioctl(fd, SCAP_ENABLE_TRACEPOINT, SCAP_SYS_EXIT))
		err(1, "ioctl");
	do {
		uint32_t head = __atomic_load_n(&info->head, __ATOMIC_ACQUIRE);

		bytes += (head - info->tail) % BUFFER_SIZE;
		__atomic_store_n(&info->tail, head, __ATOMIC_RELEASE);
	} while (sigtimedwait(&stop, NULL, &pause) < 0);
	printf("%llu %llu %llu\n", (unsigned long long)info->events,
	       (unsigned long long)bytes, (unsigned long long)info->dropped);
	return 0;
}
