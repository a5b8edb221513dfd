// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "array.h"
#include "buf.h"
#include "digits.h"
#include "escape.h"

#define INVALID	UINT32_MAX
#define REPLACEMENT 0xfffd

#define ONES		0x0101010101010101U
#define HIGH_BITS	(ONES * 0x80)

/*
 * Takes one UTF-8 sequence off the front. Overlong forms, surrogates and what
 * is beyond U+10FFFF are no UTF-8: these give INVALID and a length of 1.
 */
static uint32_t utf8_next(const uint8_t *bytes, size_t len, size_t *used)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code = bytes[0];
	size_t need, i;

	*used = 1;
	if (code < 0x80)
		return code;
	if (code >= 0xc0 && code < 0xe0) {
		need = 2;
		code &= 0x1f;
	} else if (code >= 0xe0 && code < 0xf0) {
		need = 3;
		code &= 0x0f;
	} else if (code >= 0xf0 && code < 0xf8) {
		need = 4;
		code &= 0x07;
	} else {
		return INVALID;
	}
	if (len < need)
		return INVALID;
	for (i = 1; i < need; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return INVALID;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	if (code < least[need] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return INVALID;
	*used = need;
	return code;
}

/*
 * False for what moves the cursor, hides, or reorders the text around it, and
 * for what no font has.
 */
static bool printable(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x0000, 0x001f },	/* C0 */
		{ 0x007f, 0x009f },	/* DEL, C1 */
		{ 0x00ad, 0x00ad },	/* soft hyphen */
		{ 0x0300, 0x036f },	/* combining marks */
		{ 0x061c, 0x061c },	/* Arabic letter mark */
		{ 0x115f, 0x1160 },	/* Hangul fillers */
		{ 0x180b, 0x180f },	/* Mongolian selectors */
		{ 0x200b, 0x200f },	/* zero width, direction marks */
		{ 0x2028, 0x202e },	/* separators, embedding */
		{ 0x2060, 0x206f },	/* invisible operators, isolates */
		{ 0x20d0, 0x20ff },	/* combining marks for symbols */
		{ 0x3164, 0x3164 },	/* Hangul filler */
		{ 0xe000, 0xf8ff },	/* private use */
		{ 0xfe00, 0xfe0f },	/* variation selectors */
		{ 0xfeff, 0xfeff },	/* byte order mark */
		{ 0xfff0, 0xffff },	/* specials */
		{ 0xe0000, INVALID },	/* tags, selectors, private use */
	};
	size_t i;

	if (code >= 0x20 && code < 0x7f)
		return true;
	for (i = 0; i < ARRAY_SIZE(hidden); i++)
		if (code <= hidden[i].last)
			return code < hidden[i].first;
	return false;
}

/*
 * Of eight bytes at once: printable ASCII, and neither '"' nor '\\'. A borrow or
 * carry comes only out of a byte that is told by itself.
 */
static inline bool word_is_plain(uint64_t word)
{
	return !((word | (word + ONES) | (word - ONES * ' ') |
		  ((word ^ ONES * '"') - ONES) |
		  ((word ^ ONES * '\\') - ONES)) & HIGH_BITS);
}

static inline uint64_t word64(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

static inline uint64_t word32(const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* As one word, some of them twice: their order does not matter. */
static inline uint64_t short_word(const uint8_t *bytes, size_t len)
{
	if (len >= 4)
		return word32(bytes) | word32(bytes + len - 4) << 32;
	return ONES * bytes[0] ^ (uint64_t)(bytes[0] ^ bytes[len / 2]) << 8 ^
	       (uint64_t)(bytes[0] ^ bytes[len - 1]) << 16;
}

/* True where neither form has to change a byte; @len is not 0. */
static inline bool is_plain(const uint8_t *bytes, size_t len)
{
	const uint8_t *last;

	if (len < 8)
		return word_is_plain(short_word(bytes, len));
	last = bytes + len - 8;
	for (; bytes < last; bytes += 8)
		if (!word_is_plain(word64(bytes)))
			return false;
	return word_is_plain(word64(last));
}

static void text_byte(struct buf *b, uint8_t byte)
{
	buf_char(b, '\\');
	switch (byte) {
	case '\n':
		buf_char(b, 'n');
		break;
	case '\r':
		buf_char(b, 'r');
		break;
	case '\t':
		buf_char(b, 't');
		break;
	case '\\':
		buf_char(b, '\\');
		break;
	default:
		buf_char(b, 'x');
		buf_hex(b, byte, 2);
	}
}

/**
 * escape_text() - append bytes as a terminal may see them
 * @b: buffer
 * @bytes: first byte
 * @len: number of bytes
 * @utf8: printable UTF-8 beyond ASCII may pass
 *
 * Everything else becomes \n, \r, \t, \\ or \xHH.
 */
void escape_text(struct buf *b, const uint8_t *bytes, size_t len, bool utf8)
{
	size_t i, used;
	uint32_t code;

	if (len && is_plain(bytes, len)) {
		buf_mem(b, bytes, len);
		return;
	}
	while (len) {
		code = utf8_next(bytes, len, &used);
		if (code != '\\' && printable(code) && (utf8 || code < 0x80))
			buf_mem(b, bytes, used);
		else
			for (i = 0; i < used; i++)
				text_byte(b, bytes[i]);
		bytes += used;
		len -= used;
	}
}

static char *json_unit(char *p, uint32_t unit)
{
	*p++ = '\\';
	*p++ = 'u';
	return digits_hex(p, unit, 4);
}

static char *json_char(char *p, uint32_t code)
{
	if (code <= 0xffff)
		return json_unit(p, code);
	p = json_unit(p, 0xd800 + ((code - 0x10000) >> 10));
	return json_unit(p, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

/**
 * escape_json() - write bytes as the inside of a JSON string
 * @p: where to, with room for ESCAPE_JSON_MAX a byte
 * @bytes: first byte
 * @len: number of bytes
 * @exact: set to false if the bytes cannot be had back from the string; NULL:
 *	they are not to
 *
 * The result is valid UTF-8 and safe for a terminal. A byte that is not part
 * of valid UTF-8 becomes \u00HH, which cannot be told from the character of
 * that number, and without @exact U+FFFD, as in other programs.
 *
 * Return: behind the last byte written.
 */
char *escape_json(char *p, const uint8_t *bytes, size_t len, bool *exact)
{
	size_t used;
	uint32_t code;

	if (len && is_plain(bytes, len))
		return mempcpy(p, bytes, len);
	while (len) {
		code = utf8_next(bytes, len, &used);
		if (code == INVALID) {
			p = json_unit(p, exact ? bytes[0] : REPLACEMENT);
			if (exact)
				*exact = false;
		} else if (code == '\\' || code == '"') {
			*p++ = '\\';
			*p++ = (char)code;
		} else if (printable(code)) {
			p = mempcpy(p, bytes, used);
		} else {
			p = json_char(p, code);
		}
		bytes += used;
		len -= used;
	}
	return p;
}
