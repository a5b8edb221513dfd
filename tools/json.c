// SPDX-License-Identifier: GPL-2.0-only
#include "escape.h"
#include "json.h"

/**
 * json_s64_value() - write a number that may be negative, and a comma
 * @p: where to
 * @value: the number
 *
 * Return: behind the comma.
 */
char *json_s64_value(char *p, int64_t value)
{
	if (value < 0)
		*p++ = '-';
	p = digits_u64(p, value < 0 ? -(uint64_t)value : (uint64_t)value);
	return json_text(p, ",");
}

/**
 * json_hex_value() - write bytes in hexadecimal, as a string, and a comma
 * @p: where to
 * @bytes: first byte
 * @len: number of bytes
 *
 * Return: behind the comma.
 */
char *json_hex_value(char *p, const uint8_t *bytes, size_t len)
{
	*p++ = '"';
	p = digits_hex_bytes(p, bytes, len);
	return json_text(p, "\",");
}

/**
 * json_escaped() - write bytes from outside as the value of a member
 * @p: where to, behind the member's name
 * @key: that name, a JSON_KEY()
 * @bytes: first byte
 * @len: number of bytes
 *
 * Return: behind the comma.
 */
char *json_escaped(char *p, const char *key, const uint8_t *bytes, size_t len)
{
	bool exact = true;

	*p++ = '"';
	p = escape_json(p, bytes, len, &exact);
	p = json_text(p, "\",");
	if (exact)
		return p;

	/* Less the quotation mark and the colon at its end. */
	p = mempcpy(p, key, strlen(key) - 2);
	p = json_text(p, "_hex\":");
	return json_hex_value(p, bytes, len);
}

/**
 * json_named() - write a string under a name that is no literal
 * @p: where to
 * @name: name of the member
 * @bytes: first byte
 * @len: number of bytes
 *
 * Return: behind the comma.
 */
char *json_named(char *p, const char *name, const uint8_t *bytes, size_t len)
{
	*p++ = '"';
	p = json_text(stpcpy(p, name), "\":\"");
	p = escape_json(p, bytes, len, NULL);
	return json_text(p, "\",");
}
