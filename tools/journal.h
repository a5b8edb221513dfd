/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket of systemd's journal, and what went there and may not have arrived. */
#ifndef SOCKBIND_JOURNAL_H
#define SOCKBIND_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* The journal takes everything else, this entry never. Below all that is good. */
#define JOURNAL_REFUSED	(-2)

/**
 * struct journal - a connection to the journal
 * @path: path of its socket
 * @fd: a datagram socket, connected while the journal is there
 * @kept: entries that it has not taken for sure, one after another, each behind
 *	its length; NULL: no memory has been asked for
 * @len: bytes of @kept
 * @sent: how many of these are in the socket's queue, or have been taken
 * @away: it is not there, and that has been said
 * @give_up: CLOCK_MONOTONIC in ns until when it is waited for after the end was
 *	asked for; 0: that was not
 */
struct journal {
	const char *path;
	int fd;
	char *kept;
	size_t len;
	size_t sent;
	bool away;
	uint64_t give_up;
};

int journal_open(struct journal *journal, const char *path);
int journal_send(struct journal *journal, struct buf *entry);
int journal_settle(struct journal *journal);

#endif /* SOCKBIND_JOURNAL_H */
