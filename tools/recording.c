// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "recording.h"
#include "resolve.h"

/**
 * recording_name() - find the place of a name
 * @names: names
 * @type: type of a frame, which may be unknown
 *
 * Return: the place, or NULL if that is no type of a name.
 */
struct address_bytes *recording_name(struct resolved *names, unsigned int type)
{
	switch (type) {
	case RECORDING_USER:
		return &names->user;
	case RECORDING_REAL_USER:
		return &names->real_user;
	case RECORDING_LOGIN_USER:
		return &names->login_user;
	case RECORDING_EXE:
		return &names->exe;
	case RECORDING_CGROUP:
		return &names->cgroup;
	case RECORDING_RUNTIME:
		return &names->runtime;
	case RECORDING_CONTAINER:
		return &names->container;
	case RECORDING_POD:
		return &names->pod;
	default:
		return NULL;
	}
}
