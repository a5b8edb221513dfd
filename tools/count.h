/* SPDX-License-Identifier: GPL-2.0-only */
/* Binds counted in groups: those that some columns show alike. */
#ifndef SOCKBIND_COUNT_H
#define SOCKBIND_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "identity.h"
#include "output.h"

/* What groups may take: a program that binds at random must not eat memory. */
#define COUNT_GROUPS	16384
#define COUNT_GROUP_MAX	16384
#define COUNT_TEXT	(4 << 20)

/**
 * struct count_group - binds that look alike
 * @count: how many
 * @text: values of the columns, each with a NUL at its end
 * @len: bytes there
 */
struct count_group {
	uint64_t count;
	const char *text;
	size_t len;
};

/**
 * struct count - a table of groups
 * @by: columns that tell groups apart
 * @timed: it is one table of several: show the time of its last bind
 * @last: that time, in ns since the epoch
 * @counted: binds in this table
 * @mixed: they are not all of @identity
 * @identity: where the first of them is from, members of JSON
 * @identity_len: bytes there
 * @others: binds of groups for which there was no room
 * @groups: the groups
 * @used: how many
 * @text: values of the columns of all groups
 * @text_len: bytes in use
 * @slots: hash table: index of a group and one; 0: free
 * @widths: characters that the columns take
 * @scratch: an output to write a group's values to
 * @storage: its buffer
 */
struct count {
	struct column_list by;
	bool timed;
	uint64_t last;
	uint64_t counted;
	bool mixed;
	char identity[IDENTITY_JSON_MAX];
	size_t identity_len;
	uint64_t others;
	struct count_group groups[COUNT_GROUPS];
	size_t used;
	char text[COUNT_TEXT];
	size_t text_len;
	uint16_t slots[2 * COUNT_GROUPS];
	unsigned int widths[COLUMNS_MAX];
	struct output scratch;
	char storage[OUTPUT_EVENT_MAX];
};

void count_open(struct count *count, const struct output *out);
void count_add(struct count *count, const struct bind_event *event);
void count_sort(struct count *count);
bool count_put(struct count *count, struct output *out, size_t line);
void count_clear(struct count *count);

#endif /* SOCKBIND_COUNT_H */
