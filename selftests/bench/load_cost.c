// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions that loading a module takes, without waiting:
 *
 *	load_cost MODULE.ko [PARAMETERS]
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long thread_time(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts))
		err(1, "clock_gettime");
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	long long before;
	int fd;

	if (argc < 2)
		errx(2, "usage: load_cost MODULE.ko [PARAMETERS]");
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", argv[1]);
	before = thread_time();
	if (syscall(SYS_finit_module, fd, argc > 2 ? argv[2] : "", 0))
		err(1, "%s cannot be loaded", argv[1]);
	printf("%lld\n", thread_time() - before);
	return 0;
}
