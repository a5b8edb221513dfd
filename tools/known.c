// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of fixed size, since whoever starts processes decides how many there
 * are. A process has its place in one set, by its number; in a full set the one
 * goes that was asked for least recently. A flood of processes spreads over all
 * sets, as their numbers do.
 */
#include <string.h>
#include <sys/stat.h>

#include "array.h"
#include "known.h"

#define SETS	1024
#define WAYS	8

static struct known table[SETS][WAYS];
static uint64_t now;

static struct known *set_of(uint32_t pid)
{
	return table[pid % SETS];
}

static bool is_of(const struct known *known, uint32_t pid,
		  uint64_t start_time, uint64_t inode, uint32_t major,
		  uint32_t minor)
{
	const struct sockbind_process *raw = &known->raw;

	return raw->pid == pid && raw->start_time == start_time &&
	       raw->exe_inode == inode && raw->exe_major == major &&
	       raw->exe_minor == minor;
}

/* The place of a process: its own, else the one that can best be done without. */
static struct known *place_of(const struct sockbind_process *raw)
{
	struct known *set = set_of(raw->pid), *oldest = set;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (is_of(&set[i], raw->pid, raw->start_time, raw->exe_inode,
			  raw->exe_major, raw->exe_minor))
			return &set[i];
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	return oldest;
}

/**
 * known_learn() - keep what a record says of a process
 * @raw: the record, consistent, in the byte order of this host
 */
void known_learn(const struct sockbind_process *raw)
{
	struct known *known = place_of(raw);
	const bool again = is_of(known, raw->pid, raw->start_time,
				 raw->exe_inode, raw->exe_major,
				 raw->exe_minor);

	*known = (struct known){
		.raw = *raw,
		.used = ++now,
		.written = again && known->written,
	};
	raw = &known->raw;
	known->path = (struct address_bytes){ raw->text, raw->path_len };
	known->cmdline = (struct address_bytes){
		raw->text + raw->path_len, raw->cmdline_len
	};
}

/**
 * known_find() - say which process did a bind
 * @raw: record of the bind, in the byte order of this host
 *
 * Return: the process, valid until the next known_learn(); NULL: no record of
 * it has been seen.
 */
struct known *known_find(const struct sockbind_bind *raw)
{
	struct known *set = set_of(raw->pid);
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (!raw->pid || !is_of(&set[i], raw->pid, raw->start_time,
					raw->exe_inode, raw->exe_major,
					raw->exe_minor))
			continue;
		set[i].used = ++now;
		return &set[i];
	}
	return NULL;
}

/**
 * known_forget() - forget all processes: what follows is of another host
 */
void known_forget(void)
{
	/* A recording may have any number of headers. */
	if (now)
		memset(table, 0, sizeof(table));
	now = 0;
}

/**
 * known_begin_recording() - note that a recording has been begun, and has none
 */
void known_begin_recording(void)
{
	size_t i, j;

	for (i = 0; i < SETS; i++)
		for (j = 0; j < WAYS; j++)
			table[i][j].written = false;
}

/**
 * known_mark() - what stands before a path, so that it is not taken for more
 * @known: process, with a path
 *
 * Return: "%" before one that does not lead to the executable from the root of its
 * host; "..." before the end of a long one.
 */
const char *known_mark(const struct known *known)
{
	const __u32 flags = known->raw.hdr.flags;
	const bool cut = flags & SOCKBIND_P_PATH_CUT;

	if (flags & SOCKBIND_P_HOST_PATH)
		return cut ? "..." : "";
	return cut ? "%..." : "%";
}

/**
 * known_flag() - what is unusual about an executable
 * @known: process
 * @i: number of the flag, less than KNOWN_FLAGS
 *
 * Return: a word, or NULL if it is not so.
 */
const char *known_flag(const struct known *known, size_t i)
{
	const struct sockbind_process *raw = &known->raw;
	const bool elsewhere = raw->hdr.flags & SOCKBIND_P_PATH &&
			       !(raw->hdr.flags & SOCKBIND_P_HOST_PATH);
	const struct {
		const char *name;
		bool is_set;
	} flags[KNOWN_FLAGS] = {
		{ "deleted", raw->hdr.flags & SOCKBIND_P_DELETED },
		{ "memfd", raw->hdr.flags & SOCKBIND_P_MEMFD },
		{ "elsewhere", elsewhere },
		{ "setuid", raw->exe_mode & S_ISUID },
		{ "setgid", raw->exe_mode & S_ISGID },
	};

	return flags[i].is_set ? flags[i].name : NULL;
}

/**
 * known_argument() - take an argument off the front of a command line
 * @rest: command line; what is behind the argument then
 * @argument: result
 *
 * Return: true if there was one.
 */
bool known_argument(struct address_bytes *rest, struct address_bytes *argument)
{
	size_t used;

	if (!rest->len)
		return false;
	*argument = *rest;
	argument->len = strnlen((const char *)rest->data, rest->len);
	used = argument->len + (argument->len < rest->len);
	rest->data += used;
	rest->len -= used;
	return true;
}

/**
 * known_ancestor() - name of an ancestor
 * @known: process
 * @i: which one, less than @raw.ancestors; 0: its parent
 *
 * Return: the name.
 */
struct address_bytes known_ancestor(const struct known *known, size_t i)
{
	const __u8 *name = known->raw.ancestor_comm[i];

	return (struct address_bytes){
		name, strnlen((const char *)name, SOCKBIND_COMM_LEN)
	};
}
