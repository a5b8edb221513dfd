// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <linux/sockbind.h>

#include "array.h"
#include "complain.h"
#include "identity.h"
#include "stats.h"

#define NOT_A_PROBE	SOCKBIND_PROBES

#define AT(member)	offsetof(struct sockbind_info, member)

/* As in sysfs, and in its order. */
static const struct {
	const char *name;
	const char *help;
	size_t offset;
	unsigned int probe;
} counters[] = {
	{ "seen", "binds that reached the hook",
	  AT(seen), NOT_A_PROBE },
	{ "recorded", "of these, written to the rings",
	  AT(recorded), NOT_A_PROBE },
	{ "filtered", "kept out by the capture filter",
	  AT(filtered), NOT_A_PROBE },
	{ "pending", "not ended yet",
	  AT(pending), NOT_A_PROBE },
	{ "dropped_nested", "dropped, the probe interrupted itself",
	  AT(dropped_nested), NOT_A_PROBE },
	{ "dropped_abandoned", "dropped, the task died in the bind",
	  AT(dropped_abandoned), NOT_A_PROBE },
	{ "overwritten", "of those recorded, held no longer",
	  AT(overwritten), NOT_A_PROBE },
	{ "without_result", "of those recorded, their result is not known",
	  AT(without_result), NOT_A_PROBE },
	{ "nmissed_hook", "binds not seen",
	  AT(nmissed[SOCKBIND_PROBE_HOOK]), SOCKBIND_PROBE_HOOK },
	{ "nmissed_sys_bind", "calls whose end was not seen",
	  AT(nmissed[SOCKBIND_PROBE_SYS_BIND]), SOCKBIND_PROBE_SYS_BIND },
	{ "nmissed_io_bind", "the same, of io_uring",
	  AT(nmissed[SOCKBIND_PROBE_IO_BIND]), SOCKBIND_PROBE_IO_BIND },
	{ "nmissed_lsm", "verdicts not known",
	  AT(nmissed[SOCKBIND_PROBE_LSM]), SOCKBIND_PROBE_LSM },
};

static unsigned long long counter(const struct sockbind_info *info,
				  size_t offset)
{
	uint64_t value;

	memcpy(&value, (const char *)info + offset, sizeof(value));
	return value;
}

/* A probe that is not in force misses nothing. */
static bool in_force(const struct sockbind_info *info, unsigned int probe)
{
	return probe == NOT_A_PROBE || info->probes & 1U << probe;
}

static void print_json(const struct sockbind_info *info,
		       const struct identity *identity)
{
	size_t i;

	printf("{\"type\":\"stats\",%.*s\"abi_version\":%u",
	       (int)identity->json_len, identity->json, info->version);
	printf(",\"outcome\":%u,\"rings\":%u,\"records\":%u", info->outcome,
	       info->rings, info->records);
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (in_force(info, counters[i].probe))
			printf(",\"%s\":%llu", counters[i].name,
			       counter(info, counters[i].offset));
	printf(",\"process_records\":%u,\"disarmed\":%u}\n",
	       info->process_records, info->disarmed);
}

static void print_line(const char *name, unsigned long long value,
		       const char *help)
{
	printf("%-18s %12llu  %s\n", name, value, help);
}

static void print_text(const struct sockbind_info *info,
		       const struct identity *identity)
{
	static const char * const outcomes[] = {
		"the request only",
		"the result of a bind too",
		"result and verdict of the security modules too",
	};
	size_t i;

	printf("%-18s %.*s\n", "instance", (int)identity->instance.len,
	       (const char *)identity->instance.data);
	print_line("abi_version", info->version, "of records and ioctls");
	print_line("outcome", info->outcome,
		   info->outcome < ARRAY_SIZE(outcomes) ?
		   outcomes[info->outcome] : "unknown");
	print_line("rings", info->rings, "one for each possible CPU");
	print_line("records", info->records, "that a ring holds");
	print_line("process_records", info->process_records,
		   info->process_records ? "that the ring of processes holds" :
					   "processes are not recorded");
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (in_force(info, counters[i].probe))
			print_line(counters[i].name,
				   counter(info, counters[i].offset),
				   counters[i].help);
	print_line("disarmed", info->disarmed,
		   info->disarmed ? "probes that the kernel does not run, as bits" :
				    "the kernel runs all probes");
}

/**
 * stats_print() - print what the device has told, on standard output
 * @info: what GET_INFO told
 * @identity: of which module
 * @json: as a JSON object, in one line
 *
 * Return: an exit status.
 */
int stats_print(const struct sockbind_info *info,
		const struct identity *identity, bool json)
{
	if (json)
		print_json(info, identity);
	else
		print_text(info, identity);
	return flush_stdout();
}
