// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>

#include <linux/sockbind.h>

#include "complain.h"
#include "options.h"
#include "output.h"

#define DEFAULT_DEVICE	"/dev/sockbind"

static const char help[] =
"Usage: sockbind [OPTION]...\n"
"Print a line for every bind() that the sockbind module sees, failed ones too:\n"
"first those that it still holds, then each as it comes, until Ctrl-C.\n"
"\n"
"  -j, --json           a JSON object per line\n"
"  -W, --follow-new     only binds from now on\n"
"  -n, --numeric        user numbers, not names\n"
"  -H, --no-header      no header line\n"
"  -d, --device DEVICE  read DEVICE, not " DEFAULT_DEVICE "\n"
"  -h, --help           this text\n"
"      --version        versions of sockbind and of the ABI\n"
"\n"
"Columns: TIME of the bind, PID, COMM, USER (effective), RESULT (ok, the error,\n"
"or ? if unknown; /lsm: a security module denied it), PROTO (as in ss), ADDRESS\n"
"(what was asked for and, if that differs, what the socket got).\n"
"\n"
"Lost records are told on stderr, and in JSON also in the stream.\n"
"Exit status: 0 ended by Ctrl-C, SIGTERM or a closed pipe, 1 failure, 2 usage.\n";

static void bad_usage(const char *option, const char *what)
{
	errx(EXIT_USAGE, "%s: %s, try \"sockbind -h\"", option, what);
}

/* getopt_long() names a short option in optopt, a long one not always. */
static void bad_option(char **argv, const char *what)
{
	const char option[] = { '-', (char)optopt, '\0' };

	bad_usage(isprint(optopt) ? option : argv[optind - 1], what);
}

/**
 * options_parse() - read the command line
 * @options: result
 * @argc: of main()
 * @argv: of main()
 *
 * Ends the program where there is nothing more to do, or with EXIT_USAGE.
 */
void options_parse(struct options *options, int argc, char **argv)
{
	enum {
		OPTION_VERSION = 256,
	};
	static const struct option table[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "follow-new", no_argument, NULL, 'W' },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "no-header", no_argument, NULL, 'H' },
		{ "numeric", no_argument, NULL, 'n' },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*options = (struct options){
		.device = DEFAULT_DEVICE,
		.form = &output_text,
		.header = true,
	};
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":d:hHjnW", table,
				     NULL)) != -1) {
		switch (option) {
		case 'd':
			options->device = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		case 'H':
			options->header = false;
			break;
		case 'j':
			options->form = &output_json;
			break;
		case 'n':
			options->numeric = true;
			break;
		case 'W':
			options->only_new = true;
			break;
		case OPTION_VERSION:
			printf("sockbind %s (ABI version %d)\n",
			       SOCKBIND_VERSION, SOCKBIND_ABI_VERSION);
			exit(EXIT_SUCCESS);
		case ':':
			bad_option(argv, "this option needs a value");
			break;
		default:
			bad_option(argv, "no such option, or it takes no value");
		}
	}
	if (optind < argc)
		bad_usage(argv[optind], "no argument is expected");
}
