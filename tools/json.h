/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Members of JSON objects, one call each, written at a bare pointer: the caller
 * knows that there is room. Each call returns the byte behind what it wrote.
 *
 * A member ends with a comma, which json_close() takes back: no object is
 * empty. Names are literals, whose length is known where the call is inlined.
 */
#ifndef SOCKBIND_JSON_H
#define SOCKBIND_JSON_H

/* __always_inline, which musl does not define. */
#include <linux/stddef.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "digits.h"

/* The name of a member, a literal, and what belongs around it. */
#define JSON_KEY(name)	"\"" name "\":"

/* A byte takes at most that many, in a string and in hexadecimal. */
#define JSON_BYTE_MAX	8

char *json_escaped(char *p, const char *key, const uint8_t *bytes, size_t len);
char *json_named(char *p, const char *name, const uint8_t *bytes, size_t len);
char *json_hex_value(char *p, const uint8_t *bytes, size_t len);
char *json_s64_value(char *p, int64_t value);

/**
 * json_text() - write a literal
 * @p: where to
 * @text: the literal
 *
 * Return: behind it.
 */
static __always_inline char *json_text(char *p, const char *text)
{
	const size_t len = strlen(text);

	memcpy(p, text, len);
	return p + len;
}

/**
 * json_put_key() - write the name of a member, after which its value is to come
 * @p: where to
 * @key: the name, a JSON_KEY()
 *
 * Return: behind the colon.
 */
static __always_inline char *json_put_key(char *p, const char *key)
{
	return json_text(p, key);
}

/**
 * json_begin() - begin an object that is in no other
 * @p: where to
 *
 * Return: behind the brace.
 */
static __always_inline char *json_begin(char *p)
{
	return json_text(p, "{");
}

/**
 * json_end() - end an object that is in no other, and its line
 * @p: where to
 *
 * Return: behind the end of the line.
 */
static __always_inline char *json_end(char *p)
{
	return json_text(p - 1, "}\n");
}

/**
 * json_put_open() - begin an object that is a member
 * @p: where to
 * @key: name of the member, a JSON_KEY()
 *
 * Return: behind the brace.
 */
static __always_inline char *json_put_open(char *p, const char *key)
{
	return json_text(json_put_key(p, key), "{");
}

/**
 * json_close() - end an object that is a member
 * @p: where to
 *
 * Return: behind the comma.
 */
static __always_inline char *json_close(char *p)
{
	return json_text(p - 1, "},");
}

/**
 * json_put_bool() - write true or false
 * @p: where to
 * @key: name of the member, a JSON_KEY()
 * @value: its value
 *
 * Return: behind the comma.
 */
static __always_inline char *json_put_bool(char *p, const char *key, bool value)
{
	p = json_put_key(p, key);
	return value ? json_text(p, "true,") : json_text(p, "false,");
}

/**
 * json_put_u64() - write a number
 * @p: where to
 * @key: name of the member, a JSON_KEY()
 * @value: its value
 *
 * Return: behind the comma.
 */
static __always_inline char *json_put_u64(char *p, const char *key, uint64_t value)
{
	return json_text(digits_u64(json_put_key(p, key), value), ",");
}

/**
 * json_put_s64() - write a number that may be negative
 * @p: where to
 * @key: name of the member, a JSON_KEY()
 * @value: its value
 *
 * Return: behind the comma.
 */
static __always_inline char *json_put_s64(char *p, const char *key, int64_t value)
{
	return json_s64_value(json_put_key(p, key), value);
}

/**
 * json_put_id() - write a 64-bit identifier, as a string
 * @p: where to
 * @key: name of the member, a JSON_KEY()
 * @value: its value
 *
 * A reader that takes numbers for doubles would take two of them for one.
 *
 * Return: behind the comma.
 */
static __always_inline char *json_put_id(char *p, const char *key, uint64_t value)
{
	p = json_text(json_put_key(p, key), "\"");
	return json_text(digits_u64(p, value), "\",");
}

/**
 * json_put_name() - write a string of ours, which needs no escaping
 * @p: where to
 * @key: name of the member, a JSON_KEY()
 * @value: its value; NULL: leave the member out
 *
 * Return: behind the comma.
 */
static __always_inline char *json_put_name(char *p, const char *key,
					   const char *value)
{
	if (!value)
		return p;
	p = json_text(json_put_key(p, key), "\"");
	return json_text(stpcpy(p, value), "\",");
}

/**
 * json_put_hex() - write bytes as a string of hexadecimal digits
 * @p: where to
 * @key: name of the member, a JSON_KEY()
 * @bytes: first byte
 * @len: number of bytes
 *
 * Return: behind the comma.
 */
static __always_inline char *json_put_hex(char *p, const char *key,
					  const uint8_t *bytes, size_t len)
{
	return json_hex_value(json_put_key(p, key), bytes, len);
}

/**
 * json_put_bytes() - write bytes from outside as a string
 * @p: where to, with room for JSON_BYTE_MAX a byte
 * @key: name of the member, a JSON_KEY()
 * @bytes: first byte
 * @len: number of bytes
 *
 * Where the bytes are not valid UTF-8, a member with "_hex" after its name
 * tells them exactly.
 *
 * Return: behind the comma.
 */
static __always_inline char *json_put_bytes(char *p, const char *key,
					    const uint8_t *bytes, size_t len)
{
	return json_escaped(json_put_key(p, key), key, bytes, len);
}

#define json_key(p, name)	json_put_key(p, JSON_KEY(name))
#define json_open(p, name)	json_put_open(p, JSON_KEY(name))
#define json_bool(p, name, value) json_put_bool(p, JSON_KEY(name), value)
#define json_u64(p, name, value) json_put_u64(p, JSON_KEY(name), value)
#define json_s64(p, name, value) json_put_s64(p, JSON_KEY(name), value)
#define json_id(p, name, value)	json_put_id(p, JSON_KEY(name), value)
#define json_name(p, name, value) json_put_name(p, JSON_KEY(name), value)
#define json_hex(p, name, bytes, len) \
	json_put_hex(p, JSON_KEY(name), bytes, len)
#define json_bytes(p, name, bytes, len) \
	json_put_bytes(p, JSON_KEY(name), bytes, len)

#endif /* SOCKBIND_JSON_H */
