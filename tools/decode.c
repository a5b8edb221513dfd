// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "array.h"
#include "decode.h"
#include "resolve.h"

static_assert(sizeof(union sockbind_record) == SOCKBIND_RECORD_SIZE,
	      "a record has the size that the ABI names");

#define MAX_ERRNO	4095

static const struct resolved no_names;

/* The members that depend on the byte order, by their number of bytes. */
#define BIND(member)	offsetof(struct sockbind_bind, member)

static const size_t header16[] = {
	BIND(hdr.size), BIND(hdr.version), BIND(hdr.type),
};

static const size_t header32[] = {
	BIND(hdr.cpu), BIND(hdr.flags),
};

static const size_t header64[] = {
	BIND(hdr.seq),
};

static const size_t bind16[] = {
	BIND(family), BIND(sock_type), BIND(addrlen),
};

static const size_t bind32[] = {
	BIND(result), BIND(lsm), BIND(fd), BIND(fixed_index), BIND(opts),
	BIND(mark), BIND(ifindex), BIND(pid), BIND(tid), BIND(ppid),
	BIND(ns_pid), BIND(ns_tid), BIND(ns_ppid), BIND(uid), BIND(euid),
	BIND(gid), BIND(egid), BIND(loginuid), BIND(sessionid),
	BIND(exe_major), BIND(exe_minor), BIND(netns), BIND(mntns),
	BIND(pidns), BIND(userns), BIND(unprivileged_port_start),
};

static const size_t bind64[] = {
	BIND(time_boot), BIND(time_real), BIND(duration), BIND(inode),
	BIND(start_time), BIND(exe_inode), BIND(cgroup), BIND(netns_cookie),
};

static const size_t bind_protocol[] = {
	BIND(protocol),
};

static const size_t lost64[] = {
	offsetof(struct sockbind_lost, last),
};

static void swap_each(void *record, const size_t *offsets, size_t count,
		      size_t size)
{
	uint8_t *first, *last, byte;

	for (; count; count--, offsets++) {
		first = (uint8_t *)record + *offsets;
		last = first + size - 1;
		for (; first < last; first++, last--) {
			byte = *first;
			*first = *last;
			*last = byte;
		}
	}
}

static void swap_header(struct sockbind_header *hdr)
{
	swap_each(hdr, header16, ARRAY_SIZE(header16), 2);
	swap_each(hdr, header32, ARRAY_SIZE(header32), 4);
	swap_each(hdr, header64, ARRAY_SIZE(header64), 8);
}

static void swap_bind(struct sockbind_bind *raw)
{
	swap_header(&raw->hdr);
	swap_each(raw, bind16, ARRAY_SIZE(bind16), 2);
	swap_each(raw, bind32, ARRAY_SIZE(bind32), 4);
	swap_each(raw, bind64, ARRAY_SIZE(bind64), 8);
	/* Its bytes are in network order there. */
	if (raw->family != AF_PACKET)
		swap_each(raw, bind_protocol, ARRAY_SIZE(bind_protocol), 2);
}

static void swap_lost(struct sockbind_lost *lost)
{
	swap_header(&lost->hdr);
	swap_each(lost, lost64, ARRAY_SIZE(lost64), 8);
}

static struct address_bytes name_bytes(const __u8 *name, size_t size)
{
	return (struct address_bytes){ name, strnlen((const char *)name, size) };
}

static bool is_error(int32_t result)
{
	return result <= 0 && result >= -MAX_ERRNO;
}

static bool consistent(const struct sockbind_bind *raw)
{
	const __u32 flags = raw->hdr.flags;

	if (raw->addrlen > SOCKBIND_ADDR_MAX ||
	    raw->final_addrlen > SOCKBIND_FINAL_ADDR_MAX)
		return false;
	if (!!raw->final_addrlen != !!(flags & SOCKBIND_F_FINAL_ADDR))
		return false;
	return is_error(raw->result) && is_error(raw->lsm);
}

static void decode_final(struct bind_event *bind)
{
	const struct sockbind_bind *raw = &bind->raw;

	bind->has_final = raw->hdr.flags & SOCKBIND_F_FINAL_ADDR;
	if (!bind->has_final)
		return;
	address_decode(&bind->final, raw->final_addr, raw->final_addrlen,
		       &bind->socket);
	bind->change = address_compare(&bind->request, &bind->final);

	/* A raw socket has no port: that of the request meant nothing. */
	if (bind->change == ADDRESS_PORT_CHANGED &&
	    raw->sock_type == SOCK_RAW)
		bind->change = ADDRESS_SAME;
}

static enum decode_result decode_bind(struct bind_event *bind,
				      const void *record, bool swapped)
{
	struct sockbind_bind *raw = &bind->raw;
	__u32 flags;

	bind->record = record;
	memcpy(raw, record, sizeof(*raw));
	if (swapped)
		swap_bind(raw);
	if (!consistent(raw))
		return DECODE_CORRUPT;

	flags = raw->hdr.flags;
	bind->socket = (struct address_socket){
		.family = raw->family,
		.protocol = raw->protocol,
		.ifindex = raw->ifindex,
		.ifname = name_bytes(raw->ifname, sizeof(raw->ifname)),
		.swapped = swapped,
	};
	bind->thread_comm = name_bytes(raw->comm, sizeof(raw->comm));
	bind->leader_comm = name_bytes(raw->leader_comm,
				       sizeof(raw->leader_comm));
	bind->comm = raw->via_flags & SOCKBIND_VIA_WORKER ?
		     bind->leader_comm : bind->thread_comm;
	bind->error = flags & SOCKBIND_F_RESULT ? -raw->result : 0;
	bind->lsm_error = flags & SOCKBIND_F_LSM ? -raw->lsm : 0;
	bind->succeeded = flags & SOCKBIND_F_RESULT && !raw->result;

	address_decode(&bind->request, raw->addr, raw->addrlen, &bind->socket);
	decode_final(bind);
	bind->names = &no_names;
	return DECODE_BIND;
}

static enum decode_result decode_lost(struct lost_event *event,
				      const void *record, bool swapped)
{
	struct sockbind_lost lost;

	memcpy(&lost, record, sizeof(lost));
	if (swapped)
		swap_lost(&lost);
	if (lost.last < lost.hdr.seq)
		return DECODE_CORRUPT;
	*event = (struct lost_event){
		.record = record,
		.cpu = lost.hdr.cpu,
		.first = lost.hdr.seq,
		.last = lost.last,
		.count = lost.last - lost.hdr.seq + 1,
	};
	return event->count ? DECODE_LOST : DECODE_CORRUPT;
}

/**
 * decode_record() - check and decode one record
 * @event: result of DECODE_BIND and DECODE_LOST, else undefined
 * @record: first byte of the record, which may have any alignment
 * @size: bytes there
 * @swapped: it was written on a host of the other byte order
 *
 * Return: DECODE_*.
 */
enum decode_result decode_record(struct event *event, const void *record,
				 size_t size, bool swapped)
{
	struct sockbind_header hdr;

	if (size < sizeof(hdr))
		return DECODE_CORRUPT;
	memcpy(&hdr, record, sizeof(hdr));
	if (swapped)
		swap_header(&hdr);
	if (hdr.version != SOCKBIND_ABI_VERSION ||
	    hdr.size != SOCKBIND_RECORD_SIZE)
		return DECODE_BAD_VERSION;
	if (size < SOCKBIND_RECORD_SIZE)
		return DECODE_CORRUPT;

	switch (hdr.type) {
	case SOCKBIND_RECORD_BIND:
		return decode_bind(&event->bind, record, swapped);
	case SOCKBIND_RECORD_LOST:
		return decode_lost(&event->lost, record, swapped);
	default:
		return DECODE_UNKNOWN;
	}
}
