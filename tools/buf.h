/* SPDX-License-Identifier: GPL-2.0-only */
/* Bounded append buffer: what does not fit is left out, never written. */
#ifndef SOCKBIND_BUF_H
#define SOCKBIND_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * struct buf - bytes collected for one write
 * @data: storage, owned by the caller; not NUL-terminated
 * @size: bytes of @data
 * @len: bytes of it in use
 */
struct buf {
	char *data;
	size_t size;
	size_t len;
};

/**
 * buf_room() - bytes that can still be appended
 * @b: buffer
 *
 * Return: that number.
 */
static inline size_t buf_room(const struct buf *b)
{
	return b->size - b->len;
}

/**
 * buf_mem() - append bytes
 * @b: buffer
 * @mem: first byte
 * @len: number of bytes
 */
static inline void buf_mem(struct buf *b, const void *mem, size_t len)
{
	if (len > buf_room(b))
		len = buf_room(b);
	memcpy(b->data + b->len, mem, len);
	b->len += len;
}

/**
 * buf_str() - append a string
 * @b: buffer
 * @s: NUL-terminated string
 */
static inline void buf_str(struct buf *b, const char *s)
{
	buf_mem(b, s, strlen(s));
}

/**
 * buf_char() - append one character
 * @b: buffer
 * @c: character
 */
static inline void buf_char(struct buf *b, char c)
{
	if (buf_room(b))
		b->data[b->len++] = c;
}

/**
 * buf_spaces() - append blanks
 * @b: buffer
 * @count: number of blanks
 */
static inline void buf_spaces(struct buf *b, size_t count)
{
	if (count > buf_room(b))
		count = buf_room(b);
	memset(b->data + b->len, ' ', count);
	b->len += count;
}

void buf_u64(struct buf *b, uint64_t value);
void buf_digits(struct buf *b, uint64_t value, unsigned int digits);
void buf_hex(struct buf *b, uint64_t value, unsigned int min_digits);
void buf_hex_bytes(struct buf *b, const uint8_t *bytes, size_t len);

#endif /* SOCKBIND_BUF_H */
