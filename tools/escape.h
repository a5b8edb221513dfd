/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes from outside made harmless for a terminal or a JSON string. */
#ifndef SOCKBIND_ESCAPE_H
#define SOCKBIND_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

void escape_text(struct buf *b, const uint8_t *bytes, size_t len, bool utf8);
bool escape_json(struct buf *b, const uint8_t *bytes, size_t len);

#endif /* SOCKBIND_ESCAPE_H */
