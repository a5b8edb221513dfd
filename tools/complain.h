/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong, in one sentence on standard error: the cause and the cure. */
#ifndef SOCKBIND_COMPLAIN_H
#define SOCKBIND_COMPLAIN_H

#include <err.h>
#include <stdlib.h>

/* Exit statuses, besides those of stdlib.h. */
enum {
	EXIT_USAGE = 2,		/* the command line */
	EXIT_INCOMPLETE = 3,	/* records are known to be missing */
};

int complain(const char *subject, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int complain_write(const char *subject);
int flush_stdout(void);

#endif /* SOCKBIND_COMPLAIN_H */
