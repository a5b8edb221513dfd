/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of JSON objects, one call each; commas come by themselves. */
#ifndef SOCKBIND_JSON_H
#define SOCKBIND_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

void json_open(struct buf *b, const char *name);
void json_close(struct buf *b);
void json_bool(struct buf *b, const char *name, bool value);
void json_u64(struct buf *b, const char *name, uint64_t value);
void json_s64(struct buf *b, const char *name, int64_t value);
void json_id(struct buf *b, const char *name, uint64_t value);
void json_name(struct buf *b, const char *name, const char *value);
void json_bytes(struct buf *b, const char *name, const uint8_t *bytes,
		size_t len);
void json_hex(struct buf *b, const char *name, const uint8_t *bytes,
	      size_t len);

#endif /* SOCKBIND_JSON_H */
