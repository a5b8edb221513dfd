// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings: see recording.h. Records go as they came, in the byte order of
 * the host that made them; so do the names of each, in a frame before it.
 */
#include <linux/sockbind.h>

#include "decode.h"
#include "known.h"
#include "output.h"
#include "recording.h"
#include "resolve.h"

/* That of the last header. */
static struct recording_header origin;

static void put_header(struct output *out)
{
	struct recording_header header = *out->origin;

	known_begin_recording();
	origin = header;
	header.size = recording_u32(out->swapped, sizeof(header));
	buf_mem(&out->buf, &header, sizeof(header));
}

/* Joined recordings may be of several hosts. */
static void put_new_header(struct output *out)
{
	if (memcmp(out->origin, &origin, sizeof(origin)))
		put_header(out);
}

static void put_frame(struct output *out, unsigned int type,
		      const void *payload, size_t size)
{
	const struct recording_frame frame = {
		.type = recording_u32(out->swapped, type),
		.size = recording_u32(out->swapped, (uint32_t)size),
	};

	buf_mem(&out->buf, &frame, sizeof(frame));
	buf_mem(&out->buf, payload, size);
}

static void put_record(struct output *out, const void *record)
{
	put_frame(out, RECORDING_RECORD, record, SOCKBIND_RECORD_SIZE);
}

static void put_names(struct output *out, struct resolved names)
{
	const struct address_bytes *name;
	unsigned int type;

	for (type = 0; type < RECORDING_TYPES; type++) {
		name = recording_name(&names, type);
		if (name && name->len && name->len <= RECORDING_FRAME_MAX)
			put_frame(out, type, name->data, name->len);
	}
}

/* Once in each recording, before the first bind: --replay needs nothing else. */
static void put_process(struct output *out, const struct bind_event *event)
{
	struct known *known = event->process ? known_find(&event->raw) : NULL;
	struct sockbind_process raw;

	if (!known || known->written)
		return;
	known->written = true;
	raw = known->raw;
	if (out->swapped)
		decode_swap_process(&raw);
	put_record(out, &raw);
}

static void record_bind(struct output *out, const struct bind_event *event)
{
	put_new_header(out);
	put_process(out, event);
	put_names(out, *event->names);
	put_record(out, event->record);
}

static void record_lost(struct output *out, const struct lost_event *event)
{
	put_new_header(out);
	put_record(out, event->record);
}

/* It may be what is looked for. */
static void record_skipped(struct output *out, const void *record, size_t size)
{
	put_new_header(out);
	put_frame(out, RECORDING_RECORD, record, size);
}

const struct output_ops output_record = {
	.name = "record",
	.help = "what --replay reads",
	.needs = RESOLVE_USER | RESOLVE_LOGIN | RESOLVE_EXE | RESOLVE_CGROUP,
	.begin = put_header,
	.bind = record_bind,
	.lost = record_lost,
	.skipped = record_skipped,
};
