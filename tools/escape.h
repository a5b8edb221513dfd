/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes from outside made harmless for a terminal or a JSON string. */
#ifndef SOCKBIND_ESCAPE_H
#define SOCKBIND_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define ESCAPE_JSON_MAX	6	/* characters for a byte, as \u00HH */

void escape_text(struct buf *b, const uint8_t *bytes, size_t len, bool utf8);
char *escape_json(char *p, const uint8_t *bytes, size_t len, bool *exact);

#endif /* SOCKBIND_ESCAPE_H */
