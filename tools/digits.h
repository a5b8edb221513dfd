/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers as text, written at a bare pointer: the caller knows that there is
 * room. Each returns the byte behind what it wrote.
 */
#ifndef SOCKBIND_DIGITS_H
#define SOCKBIND_DIGITS_H

#include <stddef.h>
#include <stdint.h>

#define DIGITS_U64	24	/* 2^64 - 1 has 20; whole words are written */
#define DIGITS_HEX	16

char *digits_long(char *p, uint64_t value);
char *digits_padded(char *p, uint64_t value, unsigned int digits);
char *digits_hex(char *p, uint64_t value, unsigned int min_digits);
char *digits_hex_bytes(char *p, const uint8_t *bytes, size_t len);

/**
 * digits_u64() - write a number in decimal
 * @p: where to
 * @value: number, most often a small one
 *
 * Return: behind the last digit.
 */
static inline char *digits_u64(char *p, uint64_t value)
{
	if (value > 9)
		return digits_long(p, value);
	*p++ = (char)('0' + value);
	return p;
}

#endif /* SOCKBIND_DIGITS_H */
