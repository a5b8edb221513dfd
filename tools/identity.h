/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tells the records of one module from those of all others, as text: a
 * record has its CPU and its number there, which are no key without that.
 */
#ifndef SOCKBIND_IDENTITY_H
#define SOCKBIND_IDENTITY_H

#include <stddef.h>

#include "address.h"
#include "json.h"
#include "recording.h"

#define IDENTITY_UUID	36	/* characters */

/* Members with their names, and what digits.h writes behind. */
#define IDENTITY_JSON_MAX \
	(JSON_BYTE_MAX * (sizeof(((struct recording_header *)0)->host) + \
			  2 * IDENTITY_UUID) + 64)

/**
 * struct identity - where records are from; empty: that is unknown
 * @host: name of the host
 * @boot_id: id of the boot
 * @instance: id of this load of the module
 * @json: members of an object, with a comma behind each; not NUL-terminated
 * @json_len: its bytes
 *
 * The first three point into the last three: do not copy the structure.
 */
struct identity {
	struct address_bytes host;
	struct address_bytes boot_id;
	struct address_bytes instance;
	char json[IDENTITY_JSON_MAX];
	size_t json_len;
	char host_text[sizeof(((struct recording_header *)0)->host)];
	char boot_text[IDENTITY_UUID];
	char instance_text[IDENTITY_UUID];
};

void identity_set(struct identity *identity,
		  const struct recording_header *header);

#endif /* SOCKBIND_IDENTITY_H */
