/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef SOCKBIND_OPTIONS_H
#define SOCKBIND_OPTIONS_H

#include <stdbool.h>

struct output_ops;

/**
 * struct options - what the command line asks for
 * @device: path of the device
 * @form: form of output
 * @header: a header line before the text
 * @numeric: no names of users
 * @only_new: only what comes from now on
 */
struct options {
	const char *device;
	const struct output_ops *form;
	bool header;
	bool numeric;
	bool only_new;
};

void options_parse(struct options *options, int argc, char **argv);

#endif /* SOCKBIND_OPTIONS_H */
