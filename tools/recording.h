/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file that --record writes and --replay reads.
 *
 * A header, then frames without a gap between them. Numbers are in the byte
 * order of the host that wrote them, as in the records. Where a frame could
 * start there may be a header again: recordings can be joined with cat(1). A
 * file that ends inside a frame was cut off there, and so was one whose rest is
 * zeros.
 */
#ifndef SOCKBIND_RECORDING_H
#define SOCKBIND_RECORDING_H

#include <byteswap.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/types.h>

struct address_bytes;
struct resolved;

#define RECORDING_MAGIC		"SOCKBIND"	/* without the NUL */
#define RECORDING_MAGIC_LEN	8
#define RECORDING_BYTE_ORDER	0x01020304
#define RECORDING_VERSION	1

/* Longest payload of a frame. */
#define RECORDING_FRAME_MAX	4096	/* PATH_MAX */

/* struct recording_frame.type; a reader skips those that it does not know. */
enum {
	RECORDING_END,		/* zeros: what was here is not on the disk */
	RECORDING_RECORD,	/* union sockbind_record, as read(2) told it */
	/* Names of the record that follows, as in struct resolved. */
	RECORDING_USER,
	RECORDING_REAL_USER,
	RECORDING_LOGIN_USER,
	RECORDING_EXE,
	RECORDING_CGROUP,
	RECORDING_RUNTIME,
	RECORDING_CONTAINER,
	RECORDING_POD,
	RECORDING_TYPES
};

/**
 * struct recording_header - start of a recording
 * @magic: RECORDING_MAGIC
 * @byte_order: RECORDING_BYTE_ORDER, as the writer's processor has it
 * @version: RECORDING_VERSION
 * @abi: SOCKBIND_ABI_VERSION of the records
 * @size: bytes of the header: a later release may have more
 * @reserved: zero
 * @time_real: CLOCK_REALTIME when the file was begun, in ns
 * @instance: struct sockbind_info.instance of the module
 * @boot_id: /proc/sys/kernel/random/boot_id, padded with NULs like the following
 * @host: uname(2)'s nodename
 * @release: its release
 * @machine: its machine
 */
struct recording_header {
	__u8 magic[RECORDING_MAGIC_LEN];
	__u32 byte_order;
	__u16 version;
	__u16 abi;
	__u32 size;
	__u32 reserved;
	__u64 time_real;
	__u8 instance[16];
	char boot_id[40];
	char host[72];
	char release[72];
	char machine[72];
};

/**
 * struct recording_frame - start of a frame
 * @type: RECORDING_RECORD, ...
 * @size: bytes that follow, up to RECORDING_FRAME_MAX
 */
struct recording_frame {
	__u32 type;
	__u32 size;
};

/**
 * recording_u16() - a number of a recording from or for this host
 * @swapped: the recording is in the other byte order
 * @value: number
 *
 * Return: the same in the other one's byte order.
 */
static inline uint16_t recording_u16(bool swapped, uint16_t value)
{
	return swapped ? bswap_16(value) : value;
}

/**
 * recording_u32() - a number of a recording from or for this host
 * @swapped: the recording is in the other byte order
 * @value: number
 *
 * Return: the same in the other one's byte order.
 */
static inline uint32_t recording_u32(bool swapped, uint32_t value)
{
	return swapped ? bswap_32(value) : value;
}

struct address_bytes *recording_name(struct resolved *names, unsigned int type);

#endif /* SOCKBIND_RECORDING_H */
