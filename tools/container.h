/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The container that the path of a cgroup tells of. Pure functions for hostile
 * bytes. For cgroup.c.
 */
#ifndef SOCKBIND_CONTAINER_H
#define SOCKBIND_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

#define CONTAINER_ID_MAX	64	/* hex digits, or a name of a machine */
#define CONTAINER_POD_MAX	36	/* a UUID */

/**
 * struct container - a container
 * @runtime: what made it; NULL: the path does not tell
 * @id_len: bytes of @id
 * @id: its full id, or the name of the machine
 * @pod_len: bytes of @pod; 0: it is in no pod
 * @pod: uid of its Kubernetes pod
 */
struct container {
	const char *runtime;
	size_t id_len;
	uint8_t id[CONTAINER_ID_MAX];
	size_t pod_len;
	uint8_t pod[CONTAINER_POD_MAX];
};

bool container_find(struct container *container, struct address_bytes path);

#endif /* SOCKBIND_CONTAINER_H */
