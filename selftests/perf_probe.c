// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the calls of each FUNCTION with perf's own kprobes, as perf and libbpf
 * set them. When they are there, and for every line that comes on standard
 * input, print the numbers so far.
 */
#include <err.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TYPE	"/sys/bus/event_source/devices/kprobe/type"

static unsigned int probe_type(void)
{
	FILE *file = fopen(TYPE, "r");
	unsigned int type;

	if (!file || fscanf(file, "%u", &type) != 1)
		errx(1, "%s: this kernel has no perf kprobes", TYPE);
	fclose(file);
	return type;
}

/* On that CPU, by whomever. */
static int open_probe(unsigned int type, const char *function, int cpu)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.kprobe_func = (uintptr_t)function,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
			 PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		err(1, "perf_event_open: %s on CPU %d", function, cpu);
	return fd;
}

static uint64_t sum(const int *probe, int cpus)
{
	uint64_t count, total = 0;
	int i;

	for (i = 0; i < cpus; i++) {
		if (read(probe[i], &count, sizeof(count)) != sizeof(count))
			err(1, "read");
		total += count;
	}
	return total;
}

int main(int argc, char **argv)
{
	const int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int type = probe_type();
	int probe[argc][cpus], i, cpu;
	char line[16];

	for (i = 1; i < argc; i++)
		for (cpu = 0; cpu < cpus; cpu++)
			probe[i][cpu] = open_probe(type, argv[i], cpu);
	do {
		for (i = 1; i < argc; i++)
			printf("%llu ",
			       (unsigned long long)sum(probe[i], cpus));
		putchar('\n');
		fflush(stdout);
	} while (fgets(line, sizeof(line), stdin));
	return 0;
}
