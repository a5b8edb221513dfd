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

#define PROTOCOL_L2TP	115	/* IPPROTO_L2TP, which older headers lack */

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

#define PROCESS(member)	offsetof(struct sockbind_process, member)

static const size_t process16[] = {
	PROCESS(exe_mode), PROCESS(path_len), PROCESS(cmdline_len),
};

static const size_t process32[] = {
	PROCESS(pid), PROCESS(exe_major), PROCESS(exe_minor),
	PROCESS(exe_generation), PROCESS(exe_uid), PROCESS(exe_gid),
	PROCESS(mntns), PROCESS(ancestor_pid[0]), PROCESS(ancestor_pid[1]),
	PROCESS(ancestor_pid[2]), PROCESS(ancestor_pid[3]),
};

static const size_t process64[] = {
	PROCESS(time_boot), PROCESS(time_real), PROCESS(duration),
	PROCESS(start_time), PROCESS(exe_inode),
};

static_assert(SOCKBIND_ANCESTORS == 4, "process32 names them all");

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

/**
 * decode_swap_process() - change the byte order of a record
 * @raw: the record
 */
void decode_swap_process(struct sockbind_process *raw)
{
	swap_header(&raw->hdr);
	swap_each(raw, process16, ARRAY_SIZE(process16), 2);
	swap_each(raw, process32, ARRAY_SIZE(process32), 4);
	swap_each(raw, process64, ARRAY_SIZE(process64), 8);
}

static struct address_bytes name_bytes(const __u8 *name, size_t size)
{
	return (struct address_bytes){ name, strnlen((const char *)name, size) };
}

static unsigned int find_odd(const struct sockbind_bind *raw)
{
	const __u32 flags = raw->hdr.flags;
	unsigned int odd = 0;

	if (flags & SOCKBIND_F_RESULT && !decode_is_error(raw->result))
		odd |= ODD_RESULT;
	if (flags & SOCKBIND_F_LSM && !decode_is_error(raw->lsm))
		odd |= ODD_LSM;
	if (raw->addrlen > SOCKBIND_ADDR_MAX)
		odd |= ODD_REQUEST;
	if (raw->final_addrlen > SOCKBIND_FINAL_ADDR_MAX ||
	    !raw->final_addrlen != !(flags & SOCKBIND_F_FINAL_ADDR))
		odd |= ODD_FINAL;
	if (raw->fd_status > SOCKBIND_FD_UNKNOWN ||
	    (raw->fd < 0 ? !raw->fd_status : raw->fd_status))
		odd |= ODD_FD;
	return odd;
}

/**
 * decode_odd_name() - name of a member that can be odd
 * @bit: its number in struct bind_event.odd, from 0
 *
 * Return: the name, or NULL behind the last one.
 */
const char *decode_odd_name(unsigned int bit)
{
	static const char * const names[] = {
		"result", "lsm", "request", "final", "fd", "last",
	};

	return bit < ARRAY_SIZE(names) ? names[bit] : NULL;
}

static void decode_outcome(struct bind_event *bind)
{
	const struct sockbind_bind *raw = &bind->raw;
	const int32_t result =
		raw->hdr.flags & SOCKBIND_F_RESULT ? raw->result : 0;
	const int32_t lsm = raw->hdr.flags & SOCKBIND_F_LSM ? raw->lsm : 0;

	bind->error = bind->odd & ODD_RESULT ? 0 : -result;
	bind->lsm_error = bind->odd & ODD_LSM ? 0 : -lsm;
	bind->returned = result ? result : lsm;
	bind->succeeded = raw->hdr.flags & SOCKBIND_F_RESULT && !result;
}

static void decode_request(struct bind_event *bind)
{
	const struct sockbind_bind *raw = &bind->raw;

	if (bind->odd & ODD_REQUEST)
		bind->request = (struct address){
			.kind = ADDRESS_UNKNOWN,
			.family = -1,
			.raw = { raw->addr, 0 },
		};
	else
		address_decode(&bind->request, raw->addr, raw->addrlen,
			       &bind->socket);
}

static void decode_final(struct bind_event *bind)
{
	const struct sockbind_bind *raw = &bind->raw;

	bind->has_final = raw->hdr.flags & SOCKBIND_F_FINAL_ADDR &&
			  !(bind->odd & ODD_FINAL);
	if (!bind->has_final)
		return;
	address_decode(&bind->final, raw->final_addr, raw->final_addrlen,
		       &bind->socket);
	bind->change = address_compare(&bind->request, &bind->final);
}

static enum decode_result decode_bind(struct bind_event *bind,
				      const void *record, bool swapped)
{
	struct sockbind_bind *raw = &bind->raw;

	bind->record = record;
	memcpy(raw, record, sizeof(*raw));
	if (swapped)
		swap_bind(raw);
	bind->odd = find_odd(raw);
	bind->socket = (struct address_socket){
		.family = raw->family,
		.protocol = raw->protocol,
		.ifindex = raw->ifindex,
		.ifname = name_bytes(raw->ifname, sizeof(raw->ifname)),
		.portless = raw->sock_type == SOCK_RAW ||
			    raw->protocol == PROTOCOL_L2TP,
		.swapped = swapped,
	};
	bind->thread_comm = name_bytes(raw->comm, sizeof(raw->comm));
	bind->leader_comm = name_bytes(raw->leader_comm,
				       sizeof(raw->leader_comm));
	bind->comm = bind->leader_comm.len ? bind->leader_comm :
					     bind->thread_comm;
	decode_outcome(bind);
	decode_request(bind);
	decode_final(bind);
	bind->names = &no_names;
	bind->process = NULL;
	return DECODE_BIND;
}

static enum decode_result decode_lost(struct lost_event *event,
				      const void *record, bool swapped)
{
	struct sockbind_lost lost;

	memcpy(&lost, record, sizeof(lost));
	if (swapped)
		swap_lost(&lost);
	*event = (struct lost_event){
		.record = record,
		.cpu = lost.hdr.cpu,
		.first = lost.hdr.seq,
		.last = lost.last,
	};
	if (lost.last >= lost.hdr.seq)
		event->count = lost.last - lost.hdr.seq + 1;
	if (!event->count)
		event->odd = ODD_LAST;
	return DECODE_LOST;
}

/* Each length agrees with its flag, and both texts are in @text. */
static bool is_odd_process(const struct sockbind_process *raw)
{
	const __u32 flags = raw->hdr.flags;

	return raw->path_len + raw->cmdline_len > SOCKBIND_TEXT_MAX ||
	       (raw->path_len && !(flags & SOCKBIND_P_PATH)) ||
	       (raw->cmdline_len && !(flags & SOCKBIND_P_CMDLINE)) ||
	       raw->ancestors > SOCKBIND_ANCESTORS;
}

static enum decode_result decode_process(struct process_event *event,
					 const void *record, bool swapped)
{
	struct sockbind_process *raw = &event->raw;

	memcpy(raw, record, sizeof(*raw));
	if (swapped)
		decode_swap_process(raw);
	event->odd = is_odd_process(raw);
	return DECODE_PROCESS;
}

/**
 * decode_record() - check and decode one record
 * @event: result of DECODE_BIND, DECODE_LOST and DECODE_PROCESS, else undefined
 * @record: first byte of the record, which may have any alignment
 * @size: bytes there, SOCKBIND_RECORD_SIZE if it is one of ours
 * @swapped: it was written on a host of the other byte order
 *
 * Return: DECODE_*.
 */
enum decode_result decode_record(struct event *event, const void *record,
				 size_t size, bool swapped)
{
	struct sockbind_header hdr;

	if (size != SOCKBIND_RECORD_SIZE)
		return DECODE_FOREIGN;
	memcpy(&hdr, record, sizeof(hdr));
	if (swapped)
		swap_header(&hdr);
	if (hdr.version != SOCKBIND_ABI_VERSION ||
	    hdr.size != SOCKBIND_RECORD_SIZE)
		return DECODE_FOREIGN;

	switch (hdr.type) {
	case SOCKBIND_RECORD_BIND:
		return decode_bind(&event->bind, record, swapped);
	case SOCKBIND_RECORD_LOST:
		return decode_lost(&event->lost, record, swapped);
	case SOCKBIND_RECORD_PROCESS:
		return decode_process(&event->process, record, swapped);
	default:
		return DECODE_UNKNOWN;
	}
}
