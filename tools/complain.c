// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

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
