// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "clock.h"
#include "complain.h"
#include "decode.h"
#include "known.h"
#include "reader.h"
#include "source.h"

/*
 * How long after a bind the record of its process may be read. The module takes
 * less than a millisecond for it, unless the host is very busy.
 */
#define PROCESS_NS	10000000

#define BOOT_ID	"/proc/sys/kernel/random/boot_id"

static int complain_open(const char *device)
{
	switch (errno) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return complain(device,
				"no such device: load the module with \"modprobe sockbind\" or \"insmod module/sockbind.ko\"");
	case EACCES:
	case EPERM:
		return complain(device,
				"no permission: run as root, or let a udev rule give your group access");
	case EBUSY:
		return complain(device,
				"the device is busy: end the program that holds it, \"fuser -v\" names it");
	default:
		return complain(device,
				"cannot open it (%s): name the sockbind device with -d",
				strerror(errno));
	}
}

static int complain_reader(enum reader_result result,
			   const struct reader *reader, const char *device)
{
	switch (result) {
	case READER_OPEN_FAILED:
		return complain_open(device);
	case READER_NOT_A_DEVICE:
		return complain(device,
				"not a sockbind device, or one of another release: name the right one with -d, or rebuild reader and module from the same release");
	case READER_BAD_VERSION:
		return complain(device,
				"it speaks ABI version %u (records of %u bytes), this reader speaks %u (%u bytes): rebuild reader and module from the same release",
				reader->info.version, reader->info.record_size,
				SOCKBIND_ABI_VERSION, SOCKBIND_RECORD_SIZE);
	case READER_GONE:
		return complain(device,
				"the device has ended: load the module and start again");
	case READER_CUT_OFF:
		return complain(device,
				"a read ended inside a record: rebuild reader and module from the same release");
	default:
		return complain(device,
				"cannot read it (%s): look into dmesg, load the module and start again",
				strerror(errno));
	}
}

static enum source_state device_next(struct source *source)
{
	if (source->at == source->len)
		return SOURCE_EMPTY;
	source->record = &source->reader->batch[source->at++];
	return SOURCE_RECORD;
}

/* The record of a process comes after that of its bind, but soon. */
static void learn_batch(const struct reader *reader)
{
	struct event event;
	size_t i;

	for (i = 0; i < reader->count; i++) {
		if (reader->batch[i].hdr.type == SOCKBIND_RECORD_PROCESS &&
		    decode_record(&event, &reader->batch[i],
				  SOCKBIND_RECORD_SIZE, false) == DECODE_PROCESS &&
		    !event.process.odd)
			known_learn(&event.process.raw);
	}
}

/* How long to wait for the process of a bind: it is known, or will never be. */
static uint64_t time_left(const struct sockbind_bind *bind, uint64_t now)
{
	const uint64_t until = bind->time_boot + bind->duration + PROCESS_NS;

	if (bind->hdr.type != SOCKBIND_RECORD_BIND || until <= now ||
	    known_find(bind))
		return 0;
	/* Clocks of time namespaces differ. */
	return until - now < PROCESS_NS ? until - now : PROCESS_NS;
}

/* How long to wait for the processes of all binds of a batch. */
static uint64_t batch_time_left(const struct reader *reader)
{
	const uint64_t now = clock_now(CLOCK_BOOTTIME);
	uint64_t left = 0, time;
	size_t i;

	if (!reader->info.process_records)
		return 0;
	for (i = 0; i < reader->count; i++) {
		time = time_left(&reader->batch[i].bind, now);
		if (time > left)
			left = time;
	}
	return left;
}

static bool wait_for_more(const struct reader *reader, uint64_t ns)
{
	struct pollfd fd = { .fd = reader->fd, .events = POLLIN };
	const struct timespec timeout = { .tv_nsec = (long)ns };

	return ppoll(&fd, 1, &timeout, NULL) > 0;
}

static enum reader_result read_batch(struct reader *reader)
{
	enum reader_result result = reader_read(reader);
	uint64_t left;

	learn_batch(reader);
	while (!result && reader->count <= READER_BATCH) {
		left = batch_time_left(reader);
		if (!left || !wait_for_more(reader, left))
			break;
		result = reader_read_on(reader);
		learn_batch(reader);
	}
	return result;
}

static enum source_state device_fill(struct source *source)
{
	struct reader *reader = source->reader;
	enum reader_result result;

	result = read_batch(reader);
	if (result) {
		complain_reader(result, reader, source->subject);
		return SOURCE_FAILED;
	}
	source->at = 0;
	source->len = reader->count;
	/* A full batch has more behind it. */
	source->more = reader->full;
	return SOURCE_EMPTY;
}

static const struct source_ops device_ops = {
	.next = device_next,
	.fill = device_fill,
};

static void read_boot_id(char *id, int size)
{
	FILE *file = fopen(BOOT_ID, "re");

	if (!file)
		return;
	if (fgets(id, size, file))
		id[strcspn(id, "\n")] = '\0';
	fclose(file);
}

static void describe_host(struct recording_header *origin,
			  const struct sockbind_info *info)
{
	struct utsname uts;

	*origin = (struct recording_header){
		.byte_order = RECORDING_BYTE_ORDER,
		.version = RECORDING_VERSION,
		.abi = info->version,
		.size = sizeof(*origin),
		.time_real = clock_now(CLOCK_REALTIME),
	};
	memcpy(origin->magic, RECORDING_MAGIC, sizeof(origin->magic));
	memcpy(origin->instance, info->instance, sizeof(origin->instance));
	read_boot_id(origin->boot_id, sizeof(origin->boot_id));
	if (uname(&uts))
		return;
	snprintf(origin->host, sizeof(origin->host), "%s", uts.nodename);
	snprintf(origin->release, sizeof(origin->release), "%s", uts.release);
	snprintf(origin->machine, sizeof(origin->machine), "%s", uts.machine);
}

/**
 * source_open_device() - open the device
 * @source: result
 * @device: its path
 * @only_new: skip the records that it holds now
 *
 * Return: 0, or an exit status; then it has complained.
 */
int source_open_device(struct source *source, const char *device,
		       bool only_new)
{
	static struct reader reader;
	enum reader_result result;

	result = reader_open(&reader, device, only_new);
	if (result)
		return complain_reader(result, &reader, device);
	*source = (struct source){
		.ops = &device_ops,
		.subject = device,
		.fd = reader.fd,
		.live = true,
		.size = SOCKBIND_RECORD_SIZE,
		.reader = &reader,
	};
	describe_host(&source->origin, &reader.info);
	identity_set(&source->identity, &source->origin);
	return 0;
}

/**
 * source_learn() - learn which processes the device knows
 * @source: device
 * @only_new: go behind the records that it holds now; else back to the oldest
 *
 * A run that begins behind their records is to know them all the same.
 *
 * Return: 0, or an exit status; then it has complained.
 */
int source_learn(struct source *source, bool only_new)
{
	struct reader *reader = source->reader;
	const struct sockbind_info *info = &reader->info;
	/* Others go on to bind meanwhile. */
	uint64_t left = (uint64_t)info->rings * info->records +
			info->process_records;
	enum reader_result result;

	if (!info->process_records)
		return 0;
	result = reader_seek(reader, false);
	while (!result) {
		result = reader_read(reader);
		learn_batch(reader);
		if (!reader->count || left <= reader->count)
			break;
		left -= reader->count;
	}
	if (!result)
		result = reader_seek(reader, only_new);
	return result ? complain_reader(result, reader, source->subject) : 0;
}
