/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who the processes are that bind: what process records say of them, kept for
 * the binds that come after. Pure: nothing is asked of this host.
 */
#ifndef SOCKBIND_KNOWN_H
#define SOCKBIND_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sockbind.h>

#include "address.h"

/**
 * struct known - a process that runs an executable
 * @raw: its record, numbers in the byte order of this host; pid 0: none
 * @path: path of the executable, in @raw; of length 0: unknown
 * @cmdline: its arguments, in @raw, each but the last ended by a NUL
 * @used: when it was last asked for; larger is later
 * @written: the recording under way has it
 */
struct known {
	struct sockbind_process raw;
	struct address_bytes path;
	struct address_bytes cmdline;
	uint64_t used;
	bool written;
};

/* What known_flag() may have to say. */
#define KNOWN_FLAGS	5

const char *known_mark(const struct known *known);
const char *known_flag(const struct known *known, size_t i);
bool known_argument(struct address_bytes *rest, struct address_bytes *argument);
struct address_bytes known_ancestor(const struct known *known, size_t i);
void known_learn(const struct sockbind_process *raw);
struct known *known_find(const struct sockbind_bind *raw);
void known_forget(void);
void known_begin_recording(void);

#endif /* SOCKBIND_KNOWN_H */
