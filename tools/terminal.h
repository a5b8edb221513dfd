/* SPDX-License-Identifier: GPL-2.0-only */
/* What standard output can show. */
#ifndef SOCKBIND_TERMINAL_H
#define SOCKBIND_TERMINAL_H

#include <stdbool.h>

/**
 * struct terminal - size of the terminal
 * @rows: lines on the screen; 0: standard output is no terminal
 * @width: characters in a line, 80 where nobody knows
 */
struct terminal {
	unsigned int rows;
	unsigned int width;
};

struct terminal terminal_size(void);
bool terminal_is_utf8(void);
bool terminal_has_color(void);

#endif /* SOCKBIND_TERMINAL_H */
