// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <string.h>

#include "digits.h"

#define E8		100000000U
#define ZEROS		0x3030303030303030U

static const char hex_digits[] = "0123456789abcdef";

/*
 * The eight digits of a number below 10^8, one a byte, the first one lowest:
 * halves, quarters and digits are parted side by side in one word, since a
 * division for each digit would be half the work of a line of JSON. 10486/2^20
 * and 103/2^10 stand for 1/100 and 1/10, exact for what they are given.
 */
static inline uint64_t eight_digits(uint32_t value)
{
	uint64_t word = value / 10000 | (uint64_t)(value % 10000) << 32;
	uint64_t high;

	high = (word * 10486 >> 20) & 0x0000007f0000007fU;
	word = high | (word - 100 * high) << 16;
	high = (word * 103 >> 10) & 0x000f000f000f000fU;
	return high | (word - 10 * high) << 8;
}

/* Writes all but the first @skip of eight digits, and garbage behind them. */
static inline char *write_eight(char *p, uint64_t digits, unsigned int skip)
{
	digits = htole64((digits | ZEROS) >> 8 * skip);
	memcpy(p, &digits, sizeof(digits));
	return p + 8 - skip;
}

static inline unsigned int leading_zeros(uint64_t digits)
{
	/* The last digit is no leading one. */
	return (unsigned int)__builtin_ctzll(digits | 1ULL << 56) / 8;
}

static inline char *write_two(char *p, uint32_t value)
{
	const uint32_t ten = value * 103 >> 10;

	*p++ = (char)('0' + ten);
	*p++ = (char)('0' + value - 10 * ten);
	return p;
}

/* Most numbers are small. */
static inline char *write_four(char *p, uint32_t value)
{
	const uint32_t high = value / 100;

	if (high > 9)
		p = write_two(p, high);
	else if (high)
		*p++ = (char)('0' + high);
	else if (value < 10)
		return write_two(p, value * 10) - 1;
	return write_two(p, value % 100);
}

static inline char *write_up_to_eight(char *p, uint32_t value)
{
	uint64_t digits;

	if (value < 10000)
		return write_four(p, value);
	digits = eight_digits(value);
	return write_eight(p, digits, leading_zeros(digits));
}

/**
 * digits_long() - write a number in decimal
 * @p: where to, with room for DIGITS_U64 bytes
 * @value: number
 *
 * Return: behind the last digit.
 */
char *digits_long(char *p, uint64_t value)
{
	const uint64_t high = value / E8;

	if (!high)
		return write_up_to_eight(p, (uint32_t)value);
	if (high < E8) {
		p = write_up_to_eight(p, (uint32_t)high);
	} else {
		p = write_up_to_eight(p, (uint32_t)(high / E8));
		p = write_eight(p, eight_digits(high % E8), 0);
	}
	return write_eight(p, eight_digits(value % E8), 0);
}

/**
 * digits_padded() - write a number in decimal, with leading zeros
 * @p: where to, with room for DIGITS_U64 bytes
 * @value: number
 * @digits: digits to show at least, up to 16
 *
 * Return: behind the last digit.
 */
char *digits_padded(char *p, uint64_t value, unsigned int digits)
{
	const uint64_t high = value / E8;
	uint64_t word = eight_digits(value % E8);
	unsigned int skip;

	if (digits > 8) {
		p = high < 10 && digits == 9 ? digits_u64(p, high) :
			digits_padded(p, high, digits - 8);
		return write_eight(p, word, 0);
	}
	if (high)
		return write_eight(digits_long(p, high), word, 0);
	skip = leading_zeros(word);
	return write_eight(p, word, skip < 8 - digits ? skip : 8 - digits);
}

/**
 * digits_hex() - write a number in hexadecimal, without a prefix
 * @p: where to, with room for DIGITS_HEX bytes
 * @value: number
 * @min_digits: digits to show at least, up to DIGITS_HEX
 *
 * Return: behind the last digit.
 */
char *digits_hex(char *p, uint64_t value, unsigned int min_digits)
{
	unsigned int count =
		(67 - (unsigned int)__builtin_clzll(value | 1)) / 4;
	char *end;

	if (count < min_digits)
		count = min_digits;
	end = p + count;
	while (count--) {
		p[count] = hex_digits[value & 0xf];
		value >>= 4;
	}
	return end;
}

/* The eight hexadecimal digits of four bytes, the first one lowest. */
static inline uint64_t hex_word(const uint8_t *bytes)
{
	uint32_t four;
	uint64_t word;
	uint64_t letters;

	memcpy(&four, bytes, sizeof(four));
	word = le32toh(four);
	word = (word | word << 16) & 0x0000ffff0000ffffU;
	word = (word | word << 8) & 0x00ff00ff00ff00ffU;
	word = ((word >> 4) & 0x000f000f000f000fU) |
	       (word & 0x000f000f000f000fU) << 8;
	letters = ((word + 0x0606060606060606U) >> 4) & 0x0101010101010101U;
	return (word | ZEROS) + letters * ('a' - '0' - 10);
}

/**
 * digits_hex_bytes() - write bytes, two hexadecimal digits each
 * @p: where to, with room for twice @len bytes
 * @bytes: first byte
 * @len: number of bytes
 *
 * Return: behind the last digit.
 */
char *digits_hex_bytes(char *p, const uint8_t *bytes, size_t len)
{
	uint64_t digits;

	for (; len >= 4; len -= 4, bytes += 4, p += 8) {
		digits = htole64(hex_word(bytes));
		memcpy(p, &digits, sizeof(digits));
	}
	for (; len; len--, bytes++) {
		*p++ = hex_digits[*bytes >> 4];
		*p++ = hex_digits[*bytes & 0xf];
	}
	return p;
}
