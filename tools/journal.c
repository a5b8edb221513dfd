// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody answers a datagram. It is known to have been taken when no byte of ours is
 * in the queue any more and the socket at its other end is still open, for a queue is
 * emptied in these two ways only: by who reads it, and by its end. Until then it is
 * kept, and goes to the socket that takes the place of one that was closed.
 *
 * While the journal is full or away we wait: the module's rings hold what comes, and
 * tell exactly what they could not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "buf.h"
#include "clock.h"
#include "complain.h"
#include "journal.h"
#include "output.h"
#include "stop.h"

/* Bytes that are kept before it is asked whether they were taken. */
#define KEPT		65536
#define KEPT_MAX	(KEPT + sizeof(uint32_t) + OUTPUT_EVENT_MAX)

/* How often it is looked whether what cannot be polled for has come. */
#define TAKEN_MS	1	/* at first, then ever more seldom */
#define AWAY_MS		100
#define FULL_MS		1000

/* Who stops a service waits longer for it. */
#define GRACE_NS	5000000000ULL

#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int connect_to(const struct journal *journal)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		 journal->path);
	return connect(journal->fd, (struct sockaddr *)&address,
		       sizeof(address));
}

/**
 * journal_open() - connect to the journal
 * @journal: result
 * @path: path of its socket
 *
 * Return: 0, or an exit status; then it has complained.
 */
int journal_open(struct journal *journal, const char *path)
{
	*journal = (struct journal){
		.path = path,
		.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0),
		.kept = malloc(KEPT_MAX),
	};
	if (journal->fd < 0 || !journal->kept || connect_to(journal))
		return complain(path,
				"cannot connect to it (%s): choose a --format for which no service has to run",
				strerror(errno));
	return 0;
}

/* Waits for @events, a signal or @ms. Returns false when it is not worth waiting. */
static bool wait_for(struct journal *journal, short events, int ms)
{
	struct pollfd fds[] = {
		{ .fd = journal->fd, .events = events },
		{ .fd = stop_fd(), .events = POLLIN },
	};
	uint64_t now;

	if (stop_asked()) {
		now = clock_now(CLOCK_MONOTONIC);
		if (!journal->give_up)
			journal->give_up = now + GRACE_NS;
		if (now >= journal->give_up)
			return false;
		/* It would end every wait from now on. */
		fds[1].fd = -1;
	}
	poll(fds, 2, ms);
	return true;
}

static bool is_gone(int error)
{
	return error == ECONNREFUSED || error == ENOTCONN;
}

/*
 * By @error of a send. Returns false when the end was asked for and it makes no
 * sense to wait on.
 */
static bool wait_for_journal(struct journal *journal, int error)
{
	if (error == EAGAIN)
		return wait_for(journal, POLLOUT, FULL_MS);
	if (is_gone(error) && !connect_to(journal)) {
		/* What the other socket may not have passed on goes to this. */
		journal->sent = 0;
		return true;
	}
	if (!journal->away)
		warnx("%s: it takes no records (%s): start systemd-journald",
		      journal->path, strerror(error));
	journal->away = true;
	return !stop_asked() && wait_for(journal, 0, AWAY_MS);
}

/* The three return 0, or an errno. */
static int send_bytes(const struct journal *journal, const char *data,
		      size_t len)
{
	return send(journal->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ?
	       errno : 0;
}

static int send_descriptor(const struct journal *journal, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(fd))];
	} control = {
		.header = {
			.cmsg_len = CMSG_LEN(sizeof(fd)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		},
	};
	const struct msghdr message = {
		.msg_control = &control,
		.msg_controllen = sizeof(control.space),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(journal->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ?
	       errno : 0;
}

/* An entry that is too long for a datagram. */
static int send_as_file(const struct journal *journal, const char *data,
			size_t len)
{
	const int fd = memfd_create("sockbind", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, data, len) != (ssize_t)len ||
	    fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		error = errno;
	if (!error)
		error = send_descriptor(journal, fd);
	close(fd);
	return error;
}

static bool is_too_long(int error)
{
	return error == EMSGSIZE || error == ENOBUFS || error == ENOMEM;
}

static void has_sent(struct journal *journal, size_t len)
{
	journal->sent += len;
	if (journal->away)
		warnx("%s: it takes records again", journal->path);
	journal->away = false;
}

/* Returns 0, -1 if the end was asked for, or JOURNAL_REFUSED with errno. */
static int send_kept(struct journal *journal)
{
	const char *entry;
	uint32_t len;
	int error;

	while (journal->sent < journal->len) {
		entry = journal->kept + journal->sent;
		memcpy(&len, entry, sizeof(len));
		entry += sizeof(len);
		error = send_bytes(journal, entry, len);
		if (is_too_long(error)) {
			error = send_as_file(journal, entry, len);
			/* One that went to a former socket is waited for. */
			if (error && error != EAGAIN && !is_gone(error) &&
			    entry + len == journal->kept + journal->len) {
				journal->len = journal->sent;
				errno = error;
				return JOURNAL_REFUSED;
			}
		}
		if (!error)
			has_sent(journal, sizeof(len) + len);
		else if (!wait_for_journal(journal, error))
			return -1;
	}
	return 0;
}

/**
 * journal_send() - send an entry
 * @journal: where
 * @entry: it; it is empty then
 *
 * Return: 0; -1 if the end was asked for while it had to wait; JOURNAL_REFUSED, with
 * errno, if this entry cannot be sent.
 */
int journal_send(struct journal *journal, struct buf *entry)
{
	const uint32_t len = (uint32_t)entry->len;
	const int status = journal->len < KEPT ? 0 : journal_settle(journal);
	struct buf kept = {
		.data = journal->kept,
		.size = KEPT_MAX,
		.len = journal->len,
	};

	if (status || !len)
		return status;
	buf_mem(&kept, &len, sizeof(len));
	buf_mem(&kept, entry->data, len);
	journal->len = kept.len;
	entry->len = 0;
	return send_kept(journal);
}

/* Nothing of ours is in the queue. */
static bool is_queue_empty(const struct journal *journal)
{
	int bytes;

	return !ioctl(journal->fd, SIOCOUTQ, &bytes) && !bytes;
}

/**
 * journal_settle() - wait until the journal has taken all that was sent
 * @journal: where
 *
 * Return: 0, or -1 if the end was asked for meanwhile.
 */
int journal_settle(struct journal *journal)
{
	int ms = TAKEN_MS, error;

	while (journal->len) {
		if (send_kept(journal))
			return -1;
		if (!is_queue_empty(journal)) {
			if (!wait_for(journal, 0, ms))
				return -1;
			ms = ms < FULL_MS ? 2 * ms : ms;
			continue;
		}
		/* It ignores an empty datagram; a full queue is an open one, too. */
		error = send_bytes(journal, "", 0);
		if (!error || error == EAGAIN)
			break;
		if (!wait_for_journal(journal, error))
			return -1;
	}
	journal->len = 0;
	journal->sent = 0;
	return 0;
}
