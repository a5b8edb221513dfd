// SPDX-License-Identifier: GPL-2.0-only
/*
 * The outermost container counts: the names of cgroups below it were given by
 * what runs in it.
 */
#include <ctype.h>
#include <string.h>

#include "array.h"
#include "container.h"

#define ID_DIGITS	64
#define STATIC_POD	32	/* a hash, for pods that a file defines */

/* RUNTIME-ID.scope is how they name the cgroup of a container. */
static const struct {
	const char *prefix;
	const char *runtime;
} runtimes[] = {
	{ "docker", "docker" },
	{ "cri-containerd", "containerd" },
	{ "nerdctl", "containerd" },
	{ "crio", "cri-o" },
	{ "libpod-payload", "podman" },
	{ "libpod", "podman" },
};

static bool take_prefix(struct address_bytes *name, const char *prefix)
{
	const size_t len = strlen(prefix);

	if (name->len < len || memcmp(name->data, prefix, len))
		return false;
	name->data += len;
	name->len -= len;
	return true;
}

static bool take_suffix(struct address_bytes *name, const char *suffix)
{
	const size_t len = strlen(suffix);

	if (name->len < len ||
	    memcmp(name->data + name->len - len, suffix, len))
		return false;
	name->len -= len;
	return true;
}

static bool is(struct address_bytes name, const char *expected)
{
	return take_prefix(&name, expected) && !name.len;
}

/* Takes the next member off the front of the path, with the slash before it. */
static struct address_bytes next_member(struct address_bytes *path)
{
	struct address_bytes name;
	const uint8_t *slash;

	while (path->len && path->data[0] == '/') {
		path->data++;
		path->len--;
	}
	name = *path;
	slash = path->len ? memchr(path->data, '/', path->len) : NULL;
	if (slash)
		name.len = (size_t)(slash - path->data);
	path->data += name.len;
	path->len -= name.len;
	return name;
}

static bool is_id(struct address_bytes name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!isxdigit(name.data[i]))
			return false;
	return name.len == ID_DIGITS;
}

static void set_id(struct container *c, struct address_bytes id)
{
	memcpy(c->id, id.data, id.len);
	c->id_len = id.len;
}

static bool is_pod_uid(struct address_bytes name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!isxdigit(name.data[i]) && name.data[i] != '_' &&
		    name.data[i] != '-')
			return false;
	return true;
}

/* podUID, and kubepods-CLASS-podUID.slice, with _ where the UID has - */
static bool take_pod(struct container *c, struct address_bytes name)
{
	static const size_t lengths[] = { CONTAINER_POD_MAX, STATIC_POD };
	struct address_bytes uid;
	size_t i, j;

	take_suffix(&name, ".slice");
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		if (name.len < lengths[i])
			continue;
		uid = name;
		uid.len = lengths[i];
		uid.data += name.len - uid.len;
		name.len -= uid.len;
		if (is_pod_uid(uid) && take_suffix(&name, "pod") &&
		    (!name.len || take_suffix(&name, "-"))) {
			for (j = 0; j < uid.len; j++)
				c->pod[j] = uid.data[j] == '_' ? '-' :
					    uid.data[j];
			c->pod_len = uid.len;
			return true;
		}
		name.len += uid.len;
	}
	return false;
}

static bool take_container(struct container *c, struct address_bytes name,
			   const char *separator)
{
	struct address_bytes id;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(runtimes); i++) {
		id = name;
		if (take_prefix(&id, runtimes[i].prefix) &&
		    take_prefix(&id, separator) && is_id(id)) {
			c->runtime = runtimes[i].runtime;
			set_id(c, id);
			return true;
		}
	}
	return false;
}

/*
 * SLICE:RUNTIME:ID is meant to be read as RUNTIME-ID.scope in SLICE, but where
 * one program has been told to ask systemd and the next has not, it becomes the
 * name of the cgroup.
 */
static bool take_unread(struct container *c, struct address_bytes name)
{
	const uint8_t *colon = memchr(name.data, ':', name.len);
	struct address_bytes slice = name;

	if (!colon)
		return false;
	slice.len = (size_t)(colon - name.data);
	name.data += slice.len + 1;
	name.len -= slice.len + 1;
	if (!take_container(c, name, ":"))
		return false;
	take_pod(c, slice);
	return true;
}

static int hex_digit(uint8_t c)
{
	if (!isxdigit(c))
		return -1;
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* Undoes systemd-escape(1): \x2d is a dash. */
static bool set_machine(struct container *c, struct address_bytes name)
{
	size_t len = 0, i;
	uint8_t byte;

	for (i = 0; i < name.len; i++) {
		byte = name.data[i];
		if (byte == '\\' && name.len - i >= 4 &&
		    name.data[i + 1] == 'x' &&
		    hex_digit(name.data[i + 2]) >= 0 &&
		    hex_digit(name.data[i + 3]) >= 0) {
			byte = (uint8_t)(hex_digit(name.data[i + 2]) << 4 |
					 hex_digit(name.data[i + 3]));
			i += 3;
		}
		if (len == sizeof(c->id))
			return false;
		c->id[len++] = byte;
	}
	c->id_len = len;
	return len;
}

/*
 * systemd-nspawn@NAME.service and machine-NAME.scope, in which it keeps apart
 * what is in the machine and what is not; machines of others have the latter
 * too.
 */
static bool take_machine(struct container *c, struct address_bytes name,
			 struct address_bytes below)
{
	if (!is(next_member(&below), "payload"))
		return false;
	if (!(take_prefix(&name, "systemd-nspawn@") &&
	      take_suffix(&name, ".service")) &&
	    !(take_prefix(&name, "machine-") && take_suffix(&name, ".scope")))
		return false;
	if (!set_machine(c, name))
		return false;
	c->runtime = "systemd-nspawn";
	return true;
}

/**
 * container_find() - find the container that a cgroup is in
 * @container: result
 * @path: path of the cgroup, below the root of its hierarchy
 *
 * Return: whether it is in one. The pod may be known without.
 */
bool container_find(struct container *container, struct address_bytes path)
{
	struct address_bytes parent = { NULL, 0 }, name, scope;

	*container = (struct container){ 0 };
	for (;; parent = name) {
		name = next_member(&path);
		if (!name.len)
			break;
		scope = name;
		take_suffix(&scope, ".scope");
		if (take_container(container, scope, "-") ||
		    take_unread(container, name) ||
		    take_machine(container, name, path))
			return true;
		if (is_id(name) && (container->pod_len || is(parent, "docker"))) {
			if (!container->pod_len)
				container->runtime = "docker";
			set_id(container, name);
			return true;
		}
		take_pod(container, name);
	}
	return false;
}
