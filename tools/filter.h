/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which binds are wanted: lists of what may be, all of which must agree.
 *
 * The members of a list are separated by commas, and one after a "!" is left
 * out. Of those that fit a bind the last one decides; if none does, a list that
 * begins with "!" takes the bind, and any other leaves it out. The same holds
 * for the module's capture filter.
 */
#ifndef SOCKBIND_FILTER_H
#define SOCKBIND_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bind_event;
struct filter_item;

enum filter_kind {
	FILTER_PID,
	FILTER_PORT,
	FILTER_USER,
	FILTER_CGROUP,
	FILTER_COMM,
	FILTER_EXE,
	FILTER_FAMILY,
	FILTER_PROTO,
	FILTER_ADDR,
	FILTER_NETNS,
	FILTER_CONTAINER,
	FILTER_RESULT,
	FILTER_SCOPE,
	FILTER_CATEGORY,
	FILTER_PRIVILEGED,
	FILTER_EPHEMERAL,
	FILTER_SHARED,
	FILTER_KINDS
};

/**
 * struct filter_list - what may be, of one kind
 * @kind: the kind
 * @items: members
 * @count: how many
 * @needs: names that they want resolved, RESOLVE_*
 */
struct filter_list {
	enum filter_kind kind;
	struct filter_item *items;
	size_t count;
	unsigned int needs;
};

/**
 * struct filter - which binds are wanted
 * @since: earliest time, in ns since the epoch
 * @until: latest one
 * @lists: those that were given
 * @count: how many
 * @needs: names that they want resolved, RESOLVE_*
 * @local: one names something of this host, such as a process
 */
struct filter {
	uint64_t since;
	uint64_t until;
	struct filter_list lists[FILTER_KINDS];
	size_t count;
	unsigned int needs;
	bool local;
};

const char *filter_add(struct filter *filter, enum filter_kind kind,
		       char *text, const char **wrong);
bool filter_match(const struct filter *filter, const struct bind_event *event);
bool filter_match_names(const struct filter *filter,
			const struct bind_event *event);

#endif /* SOCKBIND_FILTER_H */
