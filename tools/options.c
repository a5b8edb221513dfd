// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "clock.h"
#include "complain.h"
#include "options.h"
#include "output.h"
#include "when.h"

#define DEFAULT_DEVICE	"/dev/sockbind"

/* What --count groups by: program, address and port. */
#define DEFAULT_BY	"comm,addr,port"

/* Old recordings: each is renamed whenever a new one is begun. */
#define KEEP_MAX	999

static const char help[] =
"Usage: sockbind [OPTION]...\n"
"A line for every bind(), failed ones too: first those that the module still\n"
"holds, then each as it comes, until Ctrl-C. More in sockbind(8).\n"
"\n"
"Form    -o, --output COL,..   the columns; --list-columns tells all\n"
"        -j, --json            --format=FORM   json, csv, tracee, bindsnoop, ...\n"
"        -n, --numeric         -H, --no-header         -q, --quiet    --banner\n"
"Filter  -p, --pid N           -P, --ports N           -u, --user NAME|N\n"
"        -c, --cgroup PATH     --comm NAME             --container ID\n"
"        --exe PATH\n"
"        --family inet,..      --proto tcp,udp,..      --addr IP|IP/BITS|/PATH\n"
"        --netns INODE|PID     --scope public,..       --category well-known,..\n"
"        --result EACCES,..    --failed  --ok          --privileged[=no]\n"
"        --ephemeral[=no]      --shared[=no]\n"
"        Lists have commas, ranges a -, patterns a *; what has a ! is left out.\n"
"Time    --since TIME          --until TIME            as journalctl takes them\n"
"        -W, --follow-new      --no-follow             new ones only, old ones\n"
"        -N, --number COUNT    --duration TIME         end after that\n"
"Count   --count               --by COL,..             --every TIME\n"
"File    --record FILE         --rotate SIZE[,COUNT]   --replay FILE\n"
"Else    -d, --device FILE     --state FILE            --check      --stats\n"
"        -h, --help            -V, --version\n"
"Status  0: good, 1: failure, 2: usage, 3: some records are lost\n";

/* Values of long options that have no letter. */
enum {
	OPTION_FILTER = 256,	/* and the kind of the filter */
	OPTION_BANNER = OPTION_FILTER + FILTER_KINDS,
	OPTION_BY,
	OPTION_CHECK,
	OPTION_COUNT,
	OPTION_DURATION,
	OPTION_EVERY,
	OPTION_FAILED,
	OPTION_FOLLOW,
	OPTION_FORMAT,
	OPTION_LIST_COLUMNS,
	OPTION_NO_FOLLOW,
	OPTION_OK,
	OPTION_RECORD,
	OPTION_REPLAY,
	OPTION_ROTATE,
	OPTION_SINCE,
	OPTION_STATE,
	OPTION_STATS,
	OPTION_UNTIL,
};

static const char letters[] = ":c:d:EhHjnN:o:p:P:qu:VWx";

static const struct option table[] = {
	{ "addr", required_argument, NULL, OPTION_FILTER + FILTER_ADDR },
	{ "category", required_argument, NULL,
	  OPTION_FILTER + FILTER_CATEGORY },
	{ "cgroup", required_argument, NULL, OPTION_FILTER + FILTER_CGROUP },
	{ "comm", required_argument, NULL, OPTION_FILTER + FILTER_COMM },
	{ "container", required_argument, NULL,
	  OPTION_FILTER + FILTER_CONTAINER },
	{ "ephemeral", optional_argument, NULL,
	  OPTION_FILTER + FILTER_EPHEMERAL },
	{ "exe", required_argument, NULL, OPTION_FILTER + FILTER_EXE },
	{ "family", required_argument, NULL, OPTION_FILTER + FILTER_FAMILY },
	{ "netns", required_argument, NULL, OPTION_FILTER + FILTER_NETNS },
	{ "pid", required_argument, NULL, OPTION_FILTER + FILTER_PID },
	{ "ports", required_argument, NULL, OPTION_FILTER + FILTER_PORT },
	{ "privileged", optional_argument, NULL,
	  OPTION_FILTER + FILTER_PRIVILEGED },
	{ "proto", required_argument, NULL, OPTION_FILTER + FILTER_PROTO },
	{ "result", required_argument, NULL, OPTION_FILTER + FILTER_RESULT },
	{ "scope", required_argument, NULL, OPTION_FILTER + FILTER_SCOPE },
	{ "shared", optional_argument, NULL, OPTION_FILTER + FILTER_SHARED },
	{ "user", required_argument, NULL, OPTION_FILTER + FILTER_USER },
	{ "banner", no_argument, NULL, OPTION_BANNER },
	{ "by", required_argument, NULL, OPTION_BY },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "count", no_argument, NULL, OPTION_COUNT },
	{ "device", required_argument, NULL, 'd' },
	{ "duration", required_argument, NULL, OPTION_DURATION },
	{ "every", required_argument, NULL, OPTION_EVERY },
	{ "failed", no_argument, NULL, OPTION_FAILED },
	{ "follow", no_argument, NULL, OPTION_FOLLOW },
	{ "follow-new", no_argument, NULL, 'W' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "list-columns", no_argument, NULL, OPTION_LIST_COLUMNS },
	{ "no-follow", no_argument, NULL, OPTION_NO_FOLLOW },
	{ "no-header", no_argument, NULL, 'H' },
	{ "number", required_argument, NULL, 'N' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "ok", no_argument, NULL, OPTION_OK },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "record", required_argument, NULL, OPTION_RECORD },
	{ "replay", required_argument, NULL, OPTION_REPLAY },
	{ "rotate", required_argument, NULL, OPTION_ROTATE },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "stats", no_argument, NULL, OPTION_STATS },
	{ "until", required_argument, NULL, OPTION_UNTIL },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

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
	exit(flush_stdout());
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
	char names[128] = "";
	size_t i;

	options->form = output_find(name);
	if (options->form)
		return;
	for (i = 0; output_at(i); i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names),
			 "%s%s", i ? ", " : "", output_at(i)->name);
	errx(EXIT_USAGE, "--format %s: there is no such format: it is to be one of %s",
	     name, names);
}

static void parse_columns(struct column_list *list, const char *option,
			  const char *text)
{
	const char *wrong = column_list_parse(list, text);

	if (wrong)
		bad_value(option, wrong,
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

static const char *filter_option(enum filter_kind kind)
{
	const struct option *option = table;

	while (option->val != OPTION_FILTER + (int)kind)
		option++;
	return option->name;
}

static void parse_filter(struct options *options, enum filter_kind kind,
			 const char *text)
{
	char *copy = strdup(text);
	const char *wrong, *cure;

	if (!copy)
		err(EXIT_FAILURE, "no memory for a filter, make it shorter");
	cure = filter_add(&options->filter, kind, copy, &wrong);
	if (cure)
		errx(EXIT_USAGE, "--%s %s: %s", filter_option(kind), wrong,
		     cure);
}

static uint64_t parse_when(const char *option, const char *text)
{
	uint64_t ns;

	if (!when_parse(text, clock_now(CLOCK_REALTIME), &ns))
		bad_value(option, text,
			  "it is to be a time, as in \"2026-11-21 18:30\", yesterday, 08:00, -1h or @1790000000");
	return ns;
}

static uint64_t parse_span(const char *option, const char *text)
{
	uint64_t ns;

	if (!when_parse_span(text, &ns) || !ns)
		bad_value(option, text,
			  "it is to be a time above 0, as in 10, 1.5s or 1h30min");
	return ns;
}

static uint64_t parse_count(const char *option, const char *text)
{
	uint64_t count;
	char *end;

	errno = 0;
	count = strtoull(text, &end, 10);
	if (!isdigit(*text) || *end || errno || !count)
		bad_value(option, text, "it is to be a number above 0");
	return count;
}

static bool can_count(const struct output_ops *form)
{
	return form == &output_text || form == &output_json;
}

/* What contradicts what. */
static void check_options(const struct options *options)
{
	if (options->numeric && options->filter.needs)
		bad_usage("-n",
			  "a filter is by name: give numbers, or leave this out");
	if (options->replay && options->filter.local)
		bad_usage("--netns",
			  "a recording may be of another host: give the inode number of the namespace");
	if (options->replay && (options->check || options->stats))
		bad_usage("--replay",
			  "what --check and --stats ask is the device: leave this out");
	if (options->replay && options->only_new)
		bad_usage("-W",
			  "nothing of a recording is new: leave this out");
	if (options->only_new && options->no_follow)
		bad_usage("--no-follow",
			  "there is nothing to print with -W: leave one of them out");
	if (options->state &&
	    (options->replay || options->only_new || options->count))
		bad_usage("--state",
			  "it is the place in a device that is read from where the last run ended: leave out --replay, -W and --count");
	if (options->filter.since > options->filter.until)
		bad_usage("--until",
			  "it is before --since: give a later time");
	if (options->count && (options->record || !can_count(options->form)))
		bad_usage("--count",
			  "groups are printed as text or, with -j, as JSON: leave this or the other format out");
	if (options->count && options->columns.count)
		bad_usage("-o", "the columns of --count are named with --by");
	if (options->rotate && !options->record)
		bad_usage("--rotate",
			  "there is nothing to rotate without --record");
	if (options->rotate && !strcmp(options->record, "-"))
		bad_usage("--rotate", "standard output cannot be rotated");
	if (options->record && !strcmp(options->record, "-") &&
	    isatty(STDOUT_FILENO))
		bad_usage("--record",
			  "standard output is a terminal: name a file, or lead it into a pipe");
}

static void take_filter(struct options *options, int option)
{
	switch (option) {
	case 'c':
		parse_filter(options, FILTER_CGROUP, optarg);
		break;
	case 'p':
		parse_filter(options, FILTER_PID, optarg);
		break;
	case 'P':
		parse_filter(options, FILTER_PORT, optarg);
		break;
	case 'u':
		parse_filter(options, FILTER_USER, optarg);
		break;
	case OPTION_FAILED:
		parse_filter(options, FILTER_RESULT, "!ok,!unknown");
		break;
	case OPTION_OK:
		parse_filter(options, FILTER_RESULT, "ok");
		break;
	case OPTION_SINCE:
		options->filter.since = parse_when("--since", optarg);
		break;
	case OPTION_UNTIL:
		options->filter.until = parse_when("--until", optarg);
		break;
	default:
		/* That of a label may be left out. */
		parse_filter(options, option - OPTION_FILTER, optarg ?: "yes");
	}
}

static void take_form(struct options *options, int option)
{
	switch (option) {
	case OPTION_BY:
		parse_columns(&options->by, "--by", optarg);
		options->count = true;
		break;
	case OPTION_COUNT:
		options->count = true;
		break;
	case OPTION_EVERY:
		options->every = parse_span("--every", optarg);
		options->count = true;
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
		parse_columns(&options->columns, "-o", optarg);
		break;
	case OPTION_FORMAT:
		parse_form(options, optarg);
		break;
	}
}

static void take_option(struct options *options, int option)
{
	switch (option) {
	case 'd':
		options->device = optarg;
		break;
	case 'E':
	case 'x':
		/* Those of bindsnoop: failures too. They always are. */
		break;
	case 'h':
		fputs(help, stdout);
		end_printed();
		break;
	case 'N':
		options->number = parse_count("-N", optarg);
		break;
	case 'q':
		options->quiet = true;
		break;
	case 'V':
		print_version();
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
	case OPTION_DURATION:
		options->duration = parse_span("--duration", optarg);
		break;
	case OPTION_FOLLOW:
		options->no_follow = false;
		break;
	case OPTION_LIST_COLUMNS:
		print_columns();
		break;
	case OPTION_NO_FOLLOW:
		options->no_follow = true;
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
	case OPTION_STATE:
		options->state = optarg;
		break;
	case OPTION_STATS:
		options->stats = true;
		break;
	}
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
	int option;

	*options = (struct options){
		.device = DEFAULT_DEVICE,
		.filter.until = UINT64_MAX,
		.form = &output_text,
		.header = true,
	};
	opterr = 0;
	while ((option = getopt_long(argc, argv, letters, table,
				     NULL)) != -1) {
		switch (option) {
		case ':':
			bad_option(argv, "this option needs a value");
			break;
		case '?':
			bad_option(argv, "no such option, or it takes no value");
			break;
		case 'c':
		case 'p':
		case 'P':
		case 'u':
		case OPTION_FAILED:
		case OPTION_OK:
		case OPTION_SINCE:
		case OPTION_UNTIL:
		case OPTION_FILTER ... OPTION_FILTER + FILTER_KINDS - 1:
			take_filter(options, option);
			break;
		case 'H':
		case 'j':
		case 'n':
		case 'o':
		case OPTION_BY:
		case OPTION_COUNT:
		case OPTION_EVERY:
		case OPTION_FORMAT:
			take_form(options, option);
			break;
		default:
			take_option(options, option);
		}
	}
	if (optind < argc)
		bad_usage(argv[optind], "no argument is expected");
	check_options(options);
	if (!options->by.count)
		column_list_parse(&options->by, DEFAULT_BY);
	if (options->record)
		options->form = &output_record;
}
