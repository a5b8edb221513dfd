// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "clock.h"
#include "complain.h"
#include "reader.h"
#include "source.h"

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

static enum source_state device_fill(struct source *source)
{
	struct reader *reader = source->reader;
	enum reader_result result;

	result = reader_read(reader);
	if (result) {
		complain_reader(result, reader, source->subject);
		return SOURCE_FAILED;
	}
	source->at = 0;
	source->len = reader->count;
	/* A full batch has more behind it. */
	source->more = reader->count == READER_BATCH;
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
