/* SPDX-License-Identifier: GPL-2.0-only */
/* The columns that a bind can be shown in: table, CSV, groups of a count. */
#ifndef SOCKBIND_COLUMNS_H
#define SOCKBIND_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

struct bind_event;
struct output;

#define COLUMNS_MAX	80

/* What a terminal with colours is to show in one. */
enum column_color {
	COLUMN_PLAIN,
	COLUMN_RESULT,		/* a failure is red */
	COLUMN_ADDRESS,		/* a privileged port that was taken is bold */
};

/**
 * struct column - one property of a bind, as text
 * @name: name in a list of columns
 * @title: header of the column
 * @help: what it shows
 * @width: characters that it has at least
 * @wide: characters that it has where there is room for all
 * @right: it is aligned to the right
 * @color: what is told by a colour
 * @needs: names that it wants resolved, RESOLVE_*
 * @identity: it is where records are from
 * @odd: ODD_* of the members that it shows
 * @put: append the value, escaped for a terminal; nothing if it is unknown or
 *	there is none
 */
struct column {
	const char *name;
	const char *title;
	const char *help;
	unsigned char width;
	unsigned char wide;
	bool right;
	bool identity;
	enum column_color color;
	unsigned int needs;
	unsigned int odd;
	void (*put)(struct output *out, const struct bind_event *event);
};

/**
 * struct column_list - columns in the order in which they are shown
 * @cols: the columns, none of them twice
 * @count: how many
 */
struct column_list {
	const struct column *cols[COLUMNS_MAX];
	size_t count;
};

const struct column *column_at(size_t index);
const struct column *column_find(const char *name, size_t len);
const char *column_list_parse(struct column_list *list, const char *text);
unsigned int column_list_needs(const struct column_list *list);

#endif /* SOCKBIND_COLUMNS_H */
