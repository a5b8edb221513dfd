// SPDX-License-Identifier: GPL-2.0-only
#include "array.h"
#include "buf.h"
#include "escape.h"

#define INVALID	UINT32_MAX

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

/* Length of the front part that neither form has to change. */
static size_t plain_run(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] < 0x20 || bytes[i] >= 0x7f || bytes[i] == '\\' ||
		    bytes[i] == '"')
			break;
	return i;
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
	size_t i, used, plain;
	uint32_t code;

	while (len) {
		plain = plain_run(bytes, len);
		buf_mem(b, bytes, plain);
		bytes += plain;
		len -= plain;
		if (!len)
			return;

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

static void json_unit(struct buf *b, uint32_t unit)
{
	buf_str(b, "\\u");
	buf_hex(b, unit, 4);
}

/**
 * escape_json() - append bytes as the inside of a JSON string
 * @b: buffer
 * @bytes: first byte
 * @len: number of bytes
 *
 * The result is valid UTF-8 and safe for a terminal. A byte that is not part
 * of valid UTF-8 becomes \u00HH, which cannot be told from the character of
 * that number.
 *
 * Return: true if the bytes can be had back from the string.
 */
bool escape_json(struct buf *b, const uint8_t *bytes, size_t len)
{
	bool exact = true;
	size_t used, plain;
	uint32_t code;

	while (len) {
		plain = plain_run(bytes, len);
		buf_mem(b, bytes, plain);
		bytes += plain;
		len -= plain;
		if (!len)
			break;

		code = utf8_next(bytes, len, &used);
		if (code == INVALID) {
			json_unit(b, bytes[0]);
			exact = false;
		} else if (code == '\\' || code == '"') {
			buf_char(b, '\\');
			buf_char(b, (char)code);
		} else if (printable(code)) {
			buf_mem(b, bytes, used);
		} else if (code > 0xffff) {
			json_unit(b, 0xd800 + ((code - 0x10000) >> 10));
			json_unit(b, 0xdc00 + ((code - 0x10000) & 0x3ff));
		} else {
			json_unit(b, code);
		}
		bytes += used;
		len -= used;
	}
	return exact;
}
