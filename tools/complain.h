/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong, in one sentence on standard error: the cause and the cure. */
#ifndef SOCKBIND_COMPLAIN_H
#define SOCKBIND_COMPLAIN_H

#include <err.h>
#include <stdlib.h>

/* Exit statuses, besides those of stdlib.h. */
enum {
	EXIT_USAGE = 2,		/* the command line */
};

/* "sockbind: SUBJECT: cause: cure"; its value is the exit status. */
#define complain(subject, format, ...) \
	(warnx("%s: " format, subject, ##__VA_ARGS__), EXIT_FAILURE)

#endif /* SOCKBIND_COMPLAIN_H */
