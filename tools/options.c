// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "complain.h"
#include "options.h"
#include "output.h"

#define DEFAULT_DEVICE	"/dev/sockbind"

/* Old recordings: each is renamed whenever a new one is begun. */
#define KEEP_MAX	999

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

static void bad_value(const char *option, const char *value, const char *cure)
{
	errx(EXIT_USAGE, "%s %s: %s", option, value, cure);
}

/* What was asked for has been printed, if there was room for it. */
static void end_printed(void)
{
	if (fflush(stdout) || ferror(stdout))
		exit(complain("standard output",
			      "cannot write to it (%s): make room or write elsewhere",
			      strerror(errno)));
	exit(EXIT_SUCCESS);
}

static void print_version(void)
{
	printf("sockbind %s (ABI version %d)\n", SOCKBIND_VERSION,
	       SOCKBIND_ABI_VERSION);
	end_printed();
}

static void print_columns(void)
{
	const struct column *column;
	size_t i;

	for (i = 0; (column = column_at(i)); i++)
		printf("%-16s %s\n", column->name, column->help);
	end_printed();
}

static void parse_form(struct options *options, const char *name)
{
	options->form = output_find(name);
	if (!options->form)
		bad_value("--format", name,
			  "there is no such format: \"sockbind -h\" names them");
}

static void parse_columns(struct options *options, const char *text)
{
	const char *wrong = column_list_parse(&options->columns, text);

	if (wrong)
		bad_value("-o", wrong,
			  "there is no such column, or it comes twice: \"sockbind --list-columns\" names them");
}

/* With k, M or G behind it. 0: it is none. */
static uint64_t parse_size(const char *text, char **end)
{
	static const char units[] = "kMG";
	const uint64_t number = strtoull(text, end, 10);
	const char *unit = **end ? strchr(units, **end) : NULL;
	const size_t bits = unit ? 10 * (size_t)(unit - units + 1) : 0;

	if (unit)
		++*end;
	return isdigit(*text) && number <= UINT64_MAX >> bits ?
	       number << bits : 0;
}

static void parse_rotate(struct options *options, const char *text)
{
	unsigned long keep = 1;
	char *end;

	errno = 0;
	options->rotate = parse_size(text, &end);
	if (*end == ',' && isdigit(end[1]))
		keep = strtoul(end + 1, &end, 10);
	if (!options->rotate || *end || errno || !keep || keep > KEEP_MAX)
		bad_value("--rotate", text,
			  "it is to be SIZE or SIZE,COUNT, as in 64M,9");
	options->keep = (unsigned int)keep;
}

/* What contradicts what. */
static void check_options(const struct options *options)
{
	if (options->rotate && !options->record)
		bad_usage("--rotate", "there is nothing to rotate without --record");
	if (options->rotate && !strcmp(options->record, "-"))
		bad_usage("--rotate", "standard output cannot be rotated");
	if (options->record && !strcmp(options->record, "-") &&
	    isatty(STDOUT_FILENO))
		bad_usage("--record",
			  "standard output is a terminal: name a file, or lead it into a pipe");
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
		OPTION_BANNER = 256,
		OPTION_CHECK,
		OPTION_FORMAT,
		OPTION_LIST_COLUMNS,
		OPTION_RECORD,
		OPTION_REPLAY,
		OPTION_ROTATE,
		OPTION_STATS,
		OPTION_VERSION,
	};
	static const struct option table[] = {
		{ "banner", no_argument, NULL, OPTION_BANNER },
		{ "check", no_argument, NULL, OPTION_CHECK },
		{ "device", required_argument, NULL, 'd' },
		{ "follow-new", no_argument, NULL, 'W' },
		{ "format", required_argument, NULL, OPTION_FORMAT },
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "list-columns", no_argument, NULL, OPTION_LIST_COLUMNS },
		{ "no-header", no_argument, NULL, 'H' },
		{ "numeric", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "record", required_argument, NULL, OPTION_RECORD },
		{ "replay", required_argument, NULL, OPTION_REPLAY },
		{ "rotate", required_argument, NULL, OPTION_ROTATE },
		{ "stats", no_argument, NULL, OPTION_STATS },
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
	while ((option = getopt_long(argc, argv, ":d:hHjno:qW", table,
				     NULL)) != -1) {
		switch (option) {
		case 'd':
			options->device = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			end_printed();
			break;
		case 'H':
			options->header = false;
			break;
		case 'j':
			options->form = &output_json;
			break;
		case 'n':
			options->numeric = true;
			break;
		case 'o':
			parse_columns(options, optarg);
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'W':
			options->only_new = true;
			break;
		case OPTION_BANNER:
			options->banner = true;
			break;
		case OPTION_CHECK:
			options->check = true;
			break;
		case OPTION_FORMAT:
			parse_form(options, optarg);
			break;
		case OPTION_LIST_COLUMNS:
			print_columns();
			break;
		case OPTION_RECORD:
			options->record = optarg;
			break;
		case OPTION_REPLAY:
			options->replay = optarg;
			break;
		case OPTION_ROTATE:
			parse_rotate(options, optarg);
			break;
		case OPTION_STATS:
			options->stats = true;
			break;
		case OPTION_VERSION:
			print_version();
			break;
		case ':':
			bad_option(argv, "this option needs a value");
			break;
		default:
			bad_option(argv, "no such option, or it takes no value");
		}
	}
	if (optind < argc)
		bad_usage(argv[optind], "no argument is expected");
	check_options(options);
	if (options->record)
		options->form = &output_record;
}
