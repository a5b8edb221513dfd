// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <linux/sockbind.h>

#include "array.h"
#include "buf.h"
#include "complain.h"
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
	{ "nmissed_hook", "binds not seen",
	  AT(nmissed[SOCKBIND_PROBE_HOOK]), SOCKBIND_PROBE_HOOK },
	{ "nmissed_sys_bind", "results not known",
	  AT(nmissed[SOCKBIND_PROBE_SYS_BIND]), SOCKBIND_PROBE_SYS_BIND },
	{ "nmissed_io_bind", "results not known, of io_uring",
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

/* A UUID. */
static void put_instance(struct buf *b, const struct sockbind_info *info)
{
	static const uint8_t parts[] = { 4, 2, 2, 2, 6 };
	const uint8_t *bytes = info->instance;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (i)
			buf_char(b, '-');
		buf_hex_bytes(b, bytes, parts[i]);
		bytes += parts[i];
	}
}

static void print_json(const struct sockbind_info *info, const char *instance)
{
	size_t i;

	printf("{\"type\":\"stats\",\"abi_version\":%u,\"instance\":\"%s\"",
	       info->version, instance);
	printf(",\"outcome\":%u,\"rings\":%u,\"records\":%u", info->outcome,
	       info->rings, info->records);
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (in_force(info, counters[i].probe))
			printf(",\"%s\":%llu", counters[i].name,
			       counter(info, counters[i].offset));
	printf("}\n");
}

static void print_line(const char *name, unsigned long long value,
		       const char *help)
{
	printf("%-18s %12llu  %s\n", name, value, help);
}

static void print_text(const struct sockbind_info *info, const char *instance)
{
	static const char * const outcomes[] = {
		"the request only",
		"the result of a bind too",
		"result and verdict of the security modules too",
	};
	size_t i;

	printf("%-18s %s\n", "instance", instance);
	print_line("abi_version", info->version, "of records and ioctls");
	print_line("outcome", info->outcome,
		   info->outcome < ARRAY_SIZE(outcomes) ?
		   outcomes[info->outcome] : "unknown");
	print_line("rings", info->rings, "one for each possible CPU");
	print_line("records", info->records, "that a ring holds");
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (in_force(info, counters[i].probe))
			print_line(counters[i].name,
				   counter(info, counters[i].offset),
				   counters[i].help);
}

/**
 * stats_print() - print what the device has told, on standard output
 * @info: what GET_INFO told
 * @json: as a JSON object, in one line
 *
 * Return: an exit status.
 */
int stats_print(const struct sockbind_info *info, bool json)
{
	char instance[37];
	struct buf b = { .data = instance, .size = sizeof(instance) - 1 };

	put_instance(&b, info);
	instance[b.len] = '\0';
	if (json)
		print_json(info, instance);
	else
		print_text(info, instance);
	return flush_stdout();
}
