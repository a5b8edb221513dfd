// SPDX-License-Identifier: GPL-2.0-only
#include "buf.h"
#include "digits.h"

/**
 * buf_digits() - append a number in decimal, with leading zeros
 * @b: buffer
 * @value: number
 * @digits: digits to show at least, up to 20
 */
void buf_digits(struct buf *b, uint64_t value, unsigned int digits)
{
	char text[DIGITS_U64];

	buf_mem(b, text, (size_t)(digits_padded(text, value, digits) - text));
}

/**
 * buf_u64() - append a number in decimal
 * @b: buffer
 * @value: number
 */
void buf_u64(struct buf *b, uint64_t value)
{
	char text[DIGITS_U64];
	char *p = b->data + b->len;

	if (buf_room(b) >= DIGITS_U64)
		b->len += (size_t)(digits_u64(p, value) - p);
	else
		buf_mem(b, text, (size_t)(digits_u64(text, value) - text));
}

/**
 * buf_hex() - append a number in hexadecimal, without a prefix
 * @b: buffer
 * @value: number
 * @min_digits: digits to show at least, up to 16
 */
void buf_hex(struct buf *b, uint64_t value, unsigned int min_digits)
{
	char text[DIGITS_HEX];

	buf_mem(b, text, (size_t)(digits_hex(text, value, min_digits) - text));
}

/**
 * buf_hex_bytes() - append bytes, two hexadecimal digits each
 * @b: buffer
 * @bytes: first byte
 * @len: number of bytes
 */
void buf_hex_bytes(struct buf *b, const uint8_t *bytes, size_t len)
{
	char *p = b->data + b->len;

	if (len > buf_room(b) / 2)
		len = buf_room(b) / 2;
	b->len += (size_t)(digits_hex_bytes(p, bytes, len) - p);
}
