// SPDX-License-Identifier: GPL-2.0-only
#include "buf.h"

static const char hex_digits[] = "0123456789abcdef";

/**
 * buf_digits() - append a number in decimal, with leading zeros
 * @b: buffer
 * @value: number
 * @digits: digits to show at least, up to 20
 */
void buf_digits(struct buf *b, uint64_t value, unsigned int digits)
{
	char text[20];	/* 2^64 - 1 has 20 digits */
	size_t at = sizeof(text);

	while (at && (value || sizeof(text) - at < digits)) {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	}
	buf_mem(b, text + at, sizeof(text) - at);
}

/**
 * buf_u64() - append a number in decimal
 * @b: buffer
 * @value: number
 */
void buf_u64(struct buf *b, uint64_t value)
{
	buf_digits(b, value, 1);
}

/**
 * buf_hex() - append a number in hexadecimal, without a prefix
 * @b: buffer
 * @value: number
 * @min_digits: digits to show at least, up to 16
 */
void buf_hex(struct buf *b, uint64_t value, unsigned int min_digits)
{
	char text[16];
	size_t at = sizeof(text);

	while (at && (value || sizeof(text) - at < min_digits)) {
		text[--at] = hex_digits[value & 0xf];
		value >>= 4;
	}
	buf_mem(b, text + at, sizeof(text) - at);
}

/**
 * buf_hex_bytes() - append bytes, two hexadecimal digits each
 * @b: buffer
 * @bytes: first byte
 * @len: number of bytes
 */
void buf_hex_bytes(struct buf *b, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		buf_char(b, hex_digits[bytes[i] >> 4]);
		buf_char(b, hex_digits[bytes[i] & 0xf]);
	}
}
