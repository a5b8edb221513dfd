/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of numbers that the kernel fixes. NULL: the number has none. */
#ifndef SOCKBIND_NAMES_H
#define SOCKBIND_NAMES_H

#include <stdint.h>

/* Protocols of AF_BLUETOOTH: no header of libc or of the kernel has them. */
enum {
	BTPROTO_L2CAP = 0,
	BTPROTO_HCI = 1,
	BTPROTO_SCO = 2,
	BTPROTO_RFCOMM = 3,
	BTPROTO_BNEP = 4,
	BTPROTO_CMTP = 5,
	BTPROTO_HIDP = 6,
	BTPROTO_AVDTP = 7,
	BTPROTO_ISO = 8,
};

const char *names_errno(int error);
const char *names_family(unsigned int family);
const char *names_netlink(unsigned int protocol);
const char *names_socket(uint16_t family, uint16_t type, uint16_t protocol);
const char *names_type(unsigned int type);
const char *names_via(unsigned int via);

#endif /* SOCKBIND_NAMES_H */
