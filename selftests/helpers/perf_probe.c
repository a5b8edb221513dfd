// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the calls of each FUNCTION with perf's own kprobes. When they are there,
 * and for every line that comes on standard input, print the numbers so far.
 */
#include <err.h>

#include "perf_probe.h"

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
	const int type = perf_probe_type();
	int probe[argc][cpus], i, cpu;
	char line[16];

	if (type < 0)
		errx(1, PERF_PROBE_TYPE ": this kernel has no perf kprobes");
	for (i = 1; i < argc; i++) {
		for (cpu = 0; cpu < cpus; cpu++) {
			probe[i][cpu] = perf_probe_open(type, argv[i], cpu);
			if (probe[i][cpu] < 0)
				err(1, "perf_event_open: %s on CPU %d", argv[i],
				    cpu);
		}
	}
	do {
		for (i = 1; i < argc; i++)
			printf("%llu ",
			       (unsigned long long)sum(probe[i], cpus));
		putchar('\n');
		fflush(stdout);
	} while (fgets(line, sizeof(line), stdin));
	return 0;
}
