// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "complain.h"

/**
 * complain() - tell "sockbind: SUBJECT: cause: cure" on standard error
 * @subject: what it is about
 * @format: cause and cure, as for printf()
 *
 * Return: EXIT_FAILURE.
 */
int complain(const char *subject, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	warnx("%s: %s", subject, text);
	return EXIT_FAILURE;
}

/**
 * complain_write() - tell that a write failed, by errno
 * @subject: where to
 *
 * Return: EXIT_FAILURE.
 */
int complain_write(const char *subject)
{
	return complain(subject,
			"cannot write to it (%s): make room or write elsewhere",
			strerror(errno));
}

/**
 * flush_stdout() - write what stdio holds, or complain
 *
 * Return: EXIT_SUCCESS or EXIT_FAILURE.
 */
int flush_stdout(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_SUCCESS;
	return complain_write("standard output");
}
