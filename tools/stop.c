// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "complain.h"
#include "stop.h"

static atomic_bool stopping;
static int event = -1;

static void on_stop(int signal)
{
	const int error = errno;
	const uint64_t one = 1;

	(void)signal;
	stopping = true;
	/* It can only fail when it already counts to 2^64 - 2. */
	if (write(event, &one, sizeof(one)) < 0)
		stopping = true;
	errno = error;
}

/**
 * stop_catch() - let signals end the program in good order
 *
 * The first one asks for the end, wherever the program is; a second one kills,
 * should that hang in a name service. A closed pipe and a file that grows too
 * large are errors of write(2), no signals.
 *
 * Return: 0, or an exit status; then it has complained.
 */
int stop_catch(void)
{
	struct sigaction stop = {
		.sa_handler = on_stop,
		.sa_flags = SA_RESETHAND,
	};

	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event < 0)
		return complain("eventfd",
				"cannot make one (%s): raise the limit of open files",
				strerror(errno));
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return 0;
}

/**
 * stop_ask() - end as if by a signal
 */
void stop_ask(void)
{
	stopping = true;
}

/**
 * stop_asked() - say whether the end was asked for
 *
 * Return: true if it was.
 */
bool stop_asked(void)
{
	return stopping;
}

/**
 * stop_fd() - give what wakes poll(2) when the end is asked for
 *
 * Return: a descriptor, to be polled for POLLIN.
 */
int stop_fd(void)
{
	return event;
}
