// SPDX-License-Identifier: GPL-2.0-only
#include "buf.h"
#include "escape.h"
#include "json.h"

static void quoted_name(struct buf *b, const char *name, const char *suffix)
{
	if (b->len && b->data[b->len - 1] != '{')
		buf_char(b, ',');
	buf_char(b, '"');
	buf_str(b, name);
	buf_str(b, suffix);
	buf_str(b, "\":");
}

/**
 * json_open() - begin an object
 * @b: buffer
 * @name: its name in the object around it; NULL: there is none around it
 */
void json_open(struct buf *b, const char *name)
{
	if (name)
		quoted_name(b, name, "");
	buf_char(b, '{');
}

/**
 * json_close() - end an object
 * @b: buffer
 */
void json_close(struct buf *b)
{
	buf_char(b, '}');
}

/**
 * json_bool() - append true or false
 * @b: buffer
 * @name: name of the member
 * @value: its value
 */
void json_bool(struct buf *b, const char *name, bool value)
{
	quoted_name(b, name, "");
	buf_str(b, value ? "true" : "false");
}

/**
 * json_u64() - append a number
 * @b: buffer
 * @name: name of the member
 * @value: its value
 */
void json_u64(struct buf *b, const char *name, uint64_t value)
{
	quoted_name(b, name, "");
	buf_u64(b, value);
}

/**
 * json_s64() - append a number that may be negative
 * @b: buffer
 * @name: name of the member
 * @value: its value
 */
void json_s64(struct buf *b, const char *name, int64_t value)
{
	quoted_name(b, name, "");
	if (value < 0)
		buf_char(b, '-');
	buf_u64(b, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

/**
 * json_id() - append a 64-bit identifier, as a string
 * @b: buffer
 * @name: name of the member
 * @value: its value
 */
void json_id(struct buf *b, const char *name, uint64_t value)
{
	quoted_name(b, name, "");
	buf_char(b, '"');
	buf_u64(b, value);
	buf_char(b, '"');
}

/**
 * json_name() - append a string of ours, which needs no escaping
 * @b: buffer
 * @name: name of the member
 * @value: its value; NULL: leave the member out
 */
void json_name(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	quoted_name(b, name, "");
	buf_char(b, '"');
	buf_str(b, value);
	buf_char(b, '"');
}

/**
 * json_bytes() - append bytes from outside as a string
 * @b: buffer
 * @name: name of the member
 * @bytes: first byte
 * @len: number of bytes
 *
 * Where the bytes are not valid UTF-8, a member with "_hex" after its name
 * tells them exactly.
 */
void json_bytes(struct buf *b, const char *name, const uint8_t *bytes,
		size_t len)
{
	bool exact;

	quoted_name(b, name, "");
	buf_char(b, '"');
	exact = escape_json(b, bytes, len);
	buf_char(b, '"');
	if (exact)
		return;
	quoted_name(b, name, "_hex");
	buf_char(b, '"');
	buf_hex_bytes(b, bytes, len);
	buf_char(b, '"');
}

/**
 * json_hex() - append bytes as a string of hexadecimal digits
 * @b: buffer
 * @name: name of the member
 * @bytes: first byte
 * @len: number of bytes
 */
void json_hex(struct buf *b, const char *name, const uint8_t *bytes,
	      size_t len)
{
	quoted_name(b, name, "");
	buf_char(b, '"');
	buf_hex_bytes(b, bytes, len);
	buf_char(b, '"');
}
