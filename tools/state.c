// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file is text: its form, the boot and the instance of the module, then a line
 * for each CPU and, once all have been read, "others 0" for those that had no
 * record. Numbers only grow, so it is written over in one write(2), after what it
 * tells of: a reader that is killed in between tells those records again, and
 * misses none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "complain.h"
#include "recording.h"
#include "state.h"

#define MAGIC		"sockbind-state 1\n"
#define INSTANCE_LEN	32
#define BOOT_ID_LEN	36

/* Longest line of a CPU, and CPUs that a kernel can have, with room to spare. */
#define LINE_MAX_LEN	40
#define CPUS_MAX	65536

/* No record of the CPU has been seen, and what was before is not known. */
#define UNKNOWN		UINT64_MAX

static int complain_file(const struct state *state, const char *what)
{
	return complain(state->path,
			"cannot %s it (%s): name a file in a directory of your own with --state",
			what, strerror(errno));
}

static int complain_format(const struct state *state)
{
	return complain(state->path,
			"it is no state of sockbind: name another file with --state, or remove it");
}

static int reserve(struct state *state, size_t cpus)
{
	struct state_place *places;

	if (cpus <= state->cpus)
		return 0;
	places = reallocarray(state->places, cpus, sizeof(*places));
	if (!places)
		return -1;
	state->places = places;
	for (; state->cpus < cpus; state->cpus++)
		places[state->cpus] = (struct state_place){
			.next = state->others,
		};
	return 0;
}

/* The place of @cpu; NULL: no such CPU, or no memory. */
static struct state_place *find_place(struct state *state, uint32_t cpu)
{
	if (cpu >= CPUS_MAX || reserve(state, (size_t)cpu + 1))
		return NULL;
	return &state->places[cpu];
}

static void put_instance(struct buf *b, const struct state *state)
{
	buf_hex_bytes(b, state->origin->instance,
		      sizeof(state->origin->instance));
}

/* A place of another instance of the module says nothing about this one's. */
static int forget(struct state *state, const char *boot)
{
	warnx("%s: %s since the last run: records that it had not read then are lost",
	      state->path, strcmp(boot, state->origin->boot_id) ?
			   "this host was booted" :
			   "the module was loaded again");
	return ftruncate(state->fd, 0) ? complain_file(state, "write") : 0;
}

static int read_places(struct state *state, FILE *file)
{
	char boot[BOOT_ID_LEN + 1], instance[INSTANCE_LEN + 1], last;
	char own[INSTANCE_LEN];
	struct buf b = { .data = own, .size = sizeof(own) };
	struct state_place *place;
	unsigned long long next;
	unsigned int cpu;

	if (fscanf(file, MAGIC "boot %36[0-9a-f-] instance %32[0-9a-f]",
		   boot, instance) != 2)
		return complain_format(state);
	put_instance(&b, state);
	if (b.len != strlen(instance) || memcmp(own, instance, b.len))
		return forget(state, boot);
	if (fscanf(file, " others %llu", &next) == 1)
		state->others = next;
	while (fscanf(file, " cpu %u %llu%c", &cpu, &next, &last) == 3) {
		place = last == '\n' ? find_place(state, cpu) : NULL;
		if (!place)
			return complain_format(state);
		place->next = next;
	}
	return feof(file) ? 0 : complain_format(state);
}

static int read_file(struct state *state)
{
	struct stat st;
	FILE *file;
	int fd, status;

	if (fstat(state->fd, &st))
		return complain_file(state, "read");
	if (!S_ISREG(st.st_mode))
		return complain_format(state);
	if (!st.st_size)
		return 0;
	fd = dup(state->fd);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file)
		return complain_file(state, "read");
	status = read_places(state, file);
	fclose(file);
	return status;
}

/**
 * state_open() - open a state file, or make one
 * @state: result
 * @path: its path
 * @origin: the module whose records are read
 *
 * Return: 0, or an exit status; then it has complained.
 */
int state_open(struct state *state, const char *path,
	       const struct recording_header *origin)
{
	*state = (struct state){
		.path = path,
		.origin = origin,
		.others = UNKNOWN,
		.dirty = true,
	};
	state->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (state->fd < 0)
		return complain_file(state, "open");
	if (flock(state->fd, LOCK_EX | LOCK_NB))
		return complain(path,
				"another sockbind keeps its place there: name another file with --state, or end that one");
	return read_file(state);
}

/* Number of the last record that it stands for. */
static uint64_t last_of(const struct sockbind_lost *lost)
{
	return lost->hdr.type == SOCKBIND_RECORD_LOST ? lost->last :
							 lost->hdr.seq;
}

/*
 * A record that was damaged moves the place only if its number is the one that
 * follows, a loss that contradicts itself never: what is behind is not to be taken
 * for told.
 */
static bool is_trusted(const struct state_place *place,
		       const struct sockbind_header *hdr)
{
	const uint64_t last = last_of((const void *)hdr);

	if (hdr->size != SOCKBIND_RECORD_SIZE ||
	    hdr->version != SOCKBIND_ABI_VERSION)
		return hdr->seq == place->next && last == hdr->seq;
	return last >= hdr->seq && last != UINT64_MAX;
}

static const void *make_gap(struct state *state, const void *record,
			    uint64_t first, uint64_t last)
{
	const struct sockbind_header *hdr = record;

	state->gap.lost = (struct sockbind_lost){
		.hdr = {
			.size = SOCKBIND_RECORD_SIZE,
			.version = SOCKBIND_ABI_VERSION,
			.type = SOCKBIND_RECORD_LOST,
			.cpu = hdr->cpu,
			.seq = first,
		},
		.last = last,
	};
	return &state->gap;
}

/**
 * state_gap() - tell the records that are missing before one
 * @state: state file
 * @record: record of the device, not yet taken
 *
 * Return: NULL, or a record of type SOCKBIND_RECORD_LOST.
 */
const void *state_gap(struct state *state, const void *record)
{
	const struct sockbind_header *hdr = record;
	const struct state_place *place = find_place(state, hdr->cpu);

	if (!place || place->next == UNKNOWN || hdr->seq <= place->next ||
	    !is_trusted(place, hdr))
		return NULL;
	return make_gap(state, record, place->next, hdr->seq - 1);
}

/**
 * state_take() - note a record as told
 * @state: state file
 * @record: record of the device
 *
 * Return: @record; NULL if a former run has told it; of a loss, what it has not.
 */
const void *state_take(struct state *state, const void *record)
{
	const struct sockbind_header *hdr = record;
	const uint64_t last = last_of(record);
	struct state_place *place = find_place(state, hdr->cpu);

	if (!place || !is_trusted(place, hdr))
		return record;
	if (place->next != UNKNOWN && !place->in_step) {
		if (last < place->next)
			return NULL;
		if (hdr->seq < place->next)
			record = make_gap(state, record, place->next, last);
	}
	*place = (struct state_place){ .next = last + 1, .in_step = true };
	state->dirty = true;
	return record;
}

/**
 * state_empty() - note that the device has been read to its end
 * @state: state file
 *
 * A CPU without a record so far has never had one: its first one will be 0.
 */
void state_empty(struct state *state)
{
	size_t cpu;

	if (!state->others)
		return;
	state->others = 0;
	for (cpu = 0; cpu < state->cpus; cpu++)
		if (state->places[cpu].next == UNKNOWN)
			state->places[cpu].next = 0;
	state->dirty = true;
}

static void put_places(struct state *state, struct buf *b)
{
	size_t cpu;

	buf_str(b, MAGIC "boot ");
	buf_str(b, state->origin->boot_id);
	buf_str(b, " instance ");
	put_instance(b, state);
	buf_char(b, '\n');
	if (!state->others)
		buf_str(b, "others 0\n");
	for (cpu = 0; cpu < state->cpus; cpu++) {
		if (state->places[cpu].next == state->others)
			continue;
		buf_str(b, "cpu ");
		buf_u64(b, cpu);
		buf_char(b, ' ');
		buf_u64(b, state->places[cpu].next);
		buf_char(b, '\n');
	}
}

/**
 * state_save() - write the place to the file
 * @state: state file
 *
 * Return: 0, or an exit status; then it has complained.
 */
int state_save(struct state *state)
{
	const size_t size = (state->cpus + 4) * LINE_MAX_LEN;
	struct buf b = { .size = size };
	ssize_t len;

	if (!state->dirty)
		return 0;
	b.data = malloc(size);
	if (!b.data)
		return complain_file(state, "write");
	put_places(state, &b);
	len = pwrite(state->fd, b.data, b.len, 0);
	free(b.data);
	if (len != (ssize_t)b.len)
		return complain_file(state, "write");
	state->dirty = false;
	return 0;
}
