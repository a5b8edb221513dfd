/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a bind's numbers mean to an administrator. Pure functions; for columns,
 * JSON members and filters.
 */
#ifndef SOCKBIND_LABELS_H
#define SOCKBIND_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bind_event;
struct buf;

/* Ranges of RFC 6335. */
enum label_port {
	LABEL_PORT_NONE,	/* no port, or not chosen yet */
	LABEL_PORT_WELL_KNOWN,	/* 1 to 1023 */
	LABEL_PORT_REGISTERED,	/* 1024 to 49151 */
	LABEL_PORT_DYNAMIC,	/* 49152 to 65535 */
	LABEL_PORTS
};

/* From where the address can be reached. */
enum label_scope {
	LABEL_SCOPE_NONE,	/* not an address of a network */
	LABEL_SCOPE_WILDCARD,	/* every address */
	LABEL_SCOPE_INTERFACE,	/* every address, on one interface */
	LABEL_SCOPE_LOOPBACK,
	LABEL_SCOPE_LINK_LOCAL,
	LABEL_SCOPE_MULTICAST,	/* or broadcast */
	LABEL_SCOPE_PRIVATE,	/* RFC 1918, RFC 4193, RFC 6598 */
	LABEL_SCOPE_RESERVED,	/* not for use: documentation, benchmarks */
	LABEL_SCOPE_PUBLIC,
	LABEL_SCOPES
};

/* AF_VSOCK: the kernel is to choose, VMADDR_PORT_ANY. */
#define LABEL_VSOCK_ANY	0xffffffffU

bool label_has_port(const struct bind_event *event);
uint32_t label_port_number(const struct bind_event *event);
bool label_port_chosen(const struct bind_event *event);
enum label_port label_port(const struct bind_event *event);
const char *label_port_name(enum label_port port);
bool label_privileged(const struct bind_event *event);
enum label_scope label_scope(const struct bind_event *event);
const char *label_scope_name(enum label_scope scope);
bool label_ephemeral(const struct bind_event *event);
bool label_shared(const struct bind_event *event);
void label_options(struct buf *b, uint32_t opts, size_t positions);

#endif /* SOCKBIND_LABELS_H */
