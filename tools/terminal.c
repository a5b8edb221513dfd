// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "array.h"
#include "terminal.h"

#define DEFAULT_WIDTH	80

/**
 * terminal_size() - ask how large it is
 *
 * Return: its size now; it may change at any time.
 */
struct terminal terminal_size(void)
{
	struct terminal terminal = { .width = DEFAULT_WIDTH };
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return terminal;
	terminal.rows = size.ws_row;
	if (size.ws_col)
		terminal.width = size.ws_col;
	return terminal;
}

/**
 * terminal_is_utf8() - say whether characters beyond ASCII may be shown
 *
 * By the variables alone: the locale itself need not be installed.
 *
 * Return: true if they may.
 */
bool terminal_is_utf8(void)
{
	static const char * const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		value = getenv(names[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") ||
			       strcasestr(value, "utf8");
	}
	return false;
}

/**
 * terminal_has_color() - say whether colours may be shown
 *
 * Return: true on a terminal that has them, unless NO_COLOR is set.
 */
bool terminal_has_color(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       term && *term && strcmp(term, "dumb");
}
