// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "array.h"
#include "buf.h"
#include "identity.h"

static struct address_bytes bytes_of(const char *text, size_t len)
{
	return (struct address_bytes){ (const uint8_t *)text, len };
}

/* As a UUID; none is all zero. */
static size_t put_instance(char *text, const uint8_t *bytes)
{
	static const uint8_t parts[] = { 4, 2, 2, 2, 6 };
	static const uint8_t none[16];
	struct buf b = { .data = text, .size = IDENTITY_UUID };
	size_t i;

	if (!memcmp(bytes, none, sizeof(none)))
		return 0;
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (i)
			buf_char(&b, '-');
		buf_hex_bytes(&b, bytes, parts[i]);
		bytes += parts[i];
	}
	return b.len;
}

/* A recording may have any bytes there. */
static size_t put_boot_id(char *text, const char *id, size_t size)
{
	const size_t len = strnlen(id, size);

	if (len != IDENTITY_UUID ||
	    strspn(id, "0123456789abcdef-") != IDENTITY_UUID)
		return 0;
	memcpy(text, id, IDENTITY_UUID);
	return len;
}

static __always_inline char *put_member(char *p, const char *key,
					const struct address_bytes *value)
{
	return value->len ? json_put_bytes(p, key, value->data, value->len) : p;
}

/**
 * identity_set() - take over where records are from
 * @identity: result
 * @header: of the recording, or what it would be; of any bytes
 */
void identity_set(struct identity *identity,
		  const struct recording_header *header)
{
	char *p = identity->json;
	size_t len;

	len = strnlen(header->host, sizeof(header->host));
	memcpy(identity->host_text, header->host, len);
	identity->host = bytes_of(identity->host_text, len);
	len = put_boot_id(identity->boot_text, header->boot_id,
			  sizeof(header->boot_id));
	identity->boot_id = bytes_of(identity->boot_text, len);
	len = put_instance(identity->instance_text, header->instance);
	identity->instance = bytes_of(identity->instance_text, len);

	p = put_member(p, JSON_KEY("host"), &identity->host);
	p = put_member(p, JSON_KEY("boot_id"), &identity->boot_id);
	p = put_member(p, JSON_KEY("instance"), &identity->instance);
	identity->json_len = (size_t)(p - identity->json);
}
