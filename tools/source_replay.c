// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "complain.h"
#include "known.h"
#include "source.h"

static enum source_state bad_recording(const struct source *source)
{
	complain(source->subject,
		 "the recording is damaged here: its rest cannot be read, replay a good copy");
	return SOURCE_FAILED;
}

static enum source_state no_recording(const struct source *source)
{
	complain(source->subject,
		 "it is no recording of sockbind, or was cut off at its start: name a file that --record has written");
	return SOURCE_FAILED;
}

/* SOURCE_RECORD stands for "go on" in what follows. */
static enum source_state take_header(struct source *source)
{
	struct recording_header *header = &source->origin;
	const uint8_t *p = source->buffer + source->at;
	const size_t have = source->len - source->at;
	uint32_t size;

	if (have >= RECORDING_MAGIC_LEN &&
	    memcmp(p, RECORDING_MAGIC, RECORDING_MAGIC_LEN))
		return no_recording(source);
	if (have < sizeof(*header))
		return SOURCE_EMPTY;
	memcpy(header, p, sizeof(*header));
	source->swapped = header->byte_order != RECORDING_BYTE_ORDER;
	if (recording_u32(source->swapped, header->byte_order) != RECORDING_BYTE_ORDER)
		return no_recording(source);
	if (recording_u16(source->swapped, header->version) != RECORDING_VERSION ||
	    recording_u16(source->swapped, header->abi) != SOCKBIND_ABI_VERSION) {
		complain(source->subject,
			 "it was recorded by another release (format %u, ABI version %u): replay it with the sockbind of that release",
			 recording_u16(source->swapped, header->version),
			 recording_u16(source->swapped, header->abi));
		return SOURCE_FAILED;
	}
	size = recording_u32(source->swapped, header->size);
	if (size < sizeof(*header) || size > RECORDING_FRAME_MAX)
		return bad_recording(source);
	if (have < size)
		return SOURCE_EMPTY;
	source->at += size;
	header->host[sizeof(header->host) - 1] = '\0';
	header->release[sizeof(header->release) - 1] = '\0';
	header->machine[sizeof(header->machine) - 1] = '\0';
	identity_set(&source->identity, header);
	/* Each recording has the processes of its binds, be it of another host. */
	known_forget();
	return SOURCE_RECORD;
}

/* What was here did not reach the disk before the power went. */
static enum source_state end_early(struct source *source)
{
	source->cut_off = true;
	return SOURCE_END;
}

/* Names point into the buffer. */
static void take_payload(struct source *source, uint32_t type,
			 struct address_bytes payload)
{
	struct address_bytes *name = recording_name(&source->names, type);

	if (name) {
		*name = payload;
	} else if (type == RECORDING_RECORD) {
		source->record = payload.data;
		source->size = payload.len;
	}
}

/* SOURCE_EMPTY: it is not all there yet. */
static enum source_state take_frame(struct source *source, size_t *at)
{
	const uint8_t *p = source->buffer + *at;
	const size_t have = source->len - *at;
	struct recording_frame frame;
	uint32_t type, size;

	if (have < sizeof(frame))
		return SOURCE_EMPTY;
	memcpy(&frame, p, sizeof(frame));
	type = recording_u32(source->swapped, frame.type);
	size = recording_u32(source->swapped, frame.size);
	if (type == RECORDING_END && !size)
		return end_early(source);
	if (type == RECORDING_END || size > RECORDING_FRAME_MAX)
		return bad_recording(source);
	if (have - sizeof(frame) < size)
		return SOURCE_EMPTY;
	*at += sizeof(frame) + size;
	take_payload(source, type,
		     (struct address_bytes){ p + sizeof(frame), size });
	return SOURCE_RECORD;
}

static bool at_header(const struct source *source)
{
	return source->len - source->at >= RECORDING_MAGIC_LEN &&
	       !memcmp(source->buffer + source->at, RECORDING_MAGIC,
		       RECORDING_MAGIC_LEN);
}

/* A record and the frames before it are taken together, or not at all. */
static enum source_state replay_next(struct source *source)
{
	enum source_state state = SOURCE_RECORD;
	size_t at;

	source->record = NULL;
	source->names = (struct resolved){ 0 };
	while (state == SOURCE_RECORD && at_header(source))
		state = take_header(source);
	at = source->at;
	while (state == SOURCE_RECORD && !source->record)
		state = take_frame(source, &at);
	if (state == SOURCE_RECORD)
		source->at = at;
	return state;
}

static enum source_state replay_fill(struct source *source)
{
	ssize_t len;

	source->len -= source->at;
	memmove(source->buffer, source->buffer + source->at, source->len);
	source->at = 0;
	/* Many frames and no record among them. */
	if (source->len == SOURCE_BUFFER)
		return bad_recording(source);
	len = read(source->fd, source->buffer + source->len,
		   SOURCE_BUFFER - source->len);
	if (len < 0 && errno != EINTR && errno != EAGAIN) {
		complain(source->subject,
			 "cannot read it (%s): name a file that --record has written",
			 strerror(errno));
		return SOURCE_FAILED;
	}
	if (!len)
		return source->len ? end_early(source) : SOURCE_END;
	if (len > 0)
		source->len += (size_t)len;
	return SOURCE_EMPTY;
}

static const struct source_ops replay_ops = {
	.next = replay_next,
	.fill = replay_fill,
};

/**
 * source_open_replay() - open a recording
 * @source: result
 * @path: its path; "-": standard input
 *
 * Return: 0, or an exit status; then it has complained.
 */
int source_open_replay(struct source *source, const char *path)
{
	static uint8_t buffer[SOURCE_BUFFER];
	const bool standard = !strcmp(path, "-");

	enum source_state state;

	*source = (struct source){
		.ops = &replay_ops,
		.subject = standard ? "standard input" : path,
		.fd = standard ? STDIN_FILENO :
				 open(path, O_RDONLY | O_CLOEXEC),
		.buffer = buffer,
	};
	if (source->fd < 0)
		return complain(path,
				"cannot open it (%s): name a file that --record has written",
				strerror(errno));
	do {
		state = replay_fill(source);
		if (state == SOURCE_EMPTY)
			state = take_header(source);
	} while (state == SOURCE_EMPTY);
	if (state == SOURCE_END)
		state = no_recording(source);
	return state == SOURCE_RECORD ? 0 : EXIT_FAILURE;
}
