// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel says in several places who is on a function, and names few of them:
 *
 *	livepatch	/sys/kernel/livepatch/PATCH/OBJECT/FUNCTION,NUMBER
 *	kprobes		debugfs, a line each, without an owner
 *	events		tracefs, of those kprobes and of fprobes
 *	ftrace		tracefs, how many it calls at the function; all kprobes on
 *			ftrace are one of them
 *
 * What is known to be the module's own is left out.
 */
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "array.h"
#include "buf.h"
#include "others.h"

#define LIVEPATCH	"/sys/kernel/livepatch/"
#define KPROBES		"/sys/kernel/debug/kprobes/list"

#define LINE_SIZE	512

static const struct {
	const char *name;
	uint32_t probes;	/* the module's own */
} functions[] = {
	{ "security_socket_bind",
	  1U << SOCKBIND_PROBE_HOOK | 1U << SOCKBIND_PROBE_LSM },
	{ "__sys_bind", 1U << SOCKBIND_PROBE_SYS_BIND },
	{ "sys_bind", 1U << SOCKBIND_PROBE_SYS_BIND },	/* before 4.17 */
	{ "io_bind", 1U << SOCKBIND_PROBE_IO_BIND },
};

static FILE *open_tracefs(const char *name)
{
	static const char * const dirs[] = {
		"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
	};
	FILE *file = NULL;
	char path[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dirs) && !file; i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		file = fopen(path, "re");
	}
	return file;
}

/* Whether a word, up to what may follow a name, is the function's. */
static bool is_function(const char *word, const char *function)
{
	const size_t len = strlen(function);

	return !strncmp(word, function, len) && strchr("+% \t\n", word[len]);
}

static void begin_item(struct buf *b)
{
	if (b->len)
		buf_str(b, ", ");
}

static void put_count(struct buf *b, unsigned int count, const char *what)
{
	if (!count)
		return;
	begin_item(b);
	buf_u64(b, count);
	buf_char(b, ' ');
	buf_str(b, what);
	if (count > 1)
		buf_char(b, 's');
}

/* Return: how many live patches replace the function. */
static unsigned int put_livepatches(struct buf *b, const char *function)
{
	char pattern[128];
	unsigned int count = 0;
	const char *patch;
	glob_t found;
	size_t i;

	snprintf(pattern, sizeof(pattern), LIVEPATCH "*/*/%s,*", function);
	if (glob(pattern, GLOB_NOSORT, NULL, &found))
		return 0;
	for (i = 0; i < found.gl_pathc; i++) {
		patch = found.gl_pathv[i] + strlen(LIVEPATCH);
		begin_item(b);
		buf_str(b, "live patch ");
		buf_mem(b, patch, strcspn(patch, "/"));
		count++;
	}
	globfree(&found);
	return count;
}

/*
 * A line is "p:GROUP/EVENT FUNCTION...", of a return probe "r:" or "rN:", of an
 * fprobe "f:". Return: how many are kprobes, and whether there is an fprobe.
 */
static unsigned int put_events(struct buf *b, const char *function,
			       bool *fprobe)
{
	FILE *file = open_tracefs("dynamic_events") ?:
		     open_tracefs("kprobe_events");
	unsigned int count = 0;
	char line[LINE_SIZE];
	char *name, *where;

	while (file && fgets(line, sizeof(line), file)) {
		name = strchr(line, ':');
		where = strchr(line, ' ');
		if (!name || !where || name > where ||
		    !is_function(where + 1, function) ||
		    !strchr("prf", line[0]))
			continue;
		*where = '\0';
		begin_item(b);
		buf_str(b, "event ");
		buf_str(b, name + 1);
		if (line[0] == 'f')
			*fprobe = true;
		else
			count++;
	}
	if (file)
		fclose(file);
	return count;
}

/* A line is "ADDRESS  TYPE  FUNCTION+OFFSET  [FLAG]...". */
static unsigned int count_kprobes(const char *function, bool *on_ftrace)
{
	FILE *file = fopen(KPROBES, "re");
	char line[LINE_SIZE], word[LINE_SIZE];
	unsigned int count = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %*s %511s", word) != 1 ||
		    !is_function(word, function))
			continue;
		count++;
		if (strstr(line, "[FTRACE]"))
			*on_ftrace = true;
	}
	if (file)
		fclose(file);
	return count;
}

/* A line is "FUNCTION (COUNT) FLAGS ...". Return: COUNT, and its direct call. */
static unsigned int count_callees(const char *function, bool *direct)
{
	FILE *file = open_tracefs("enabled_functions");
	char line[LINE_SIZE], flags[8];
	unsigned int count = 0;
	const char *at;

	while (file && !count && fgets(line, sizeof(line), file)) {
		at = strchr(line, '(');
		if (!at || !is_function(line, function))
			continue;
		count = (unsigned int)strtoul(at + 1, NULL, 10);
		/* Letters, each of which may be missing, and blanks. */
		for (at = strchr(at, ')'); at && *++at;) {
			if (sscanf(at, " %7s", flags) != 1 || flags[1])
				break;
			if (flags[0] == 'D')
				*direct = true;
			at = strchr(at, flags[0]);
		}
	}
	if (file)
		fclose(file);
	return count;
}

static unsigned int less(unsigned int count, unsigned int known)
{
	return count > known ? count - known : 0;
}

/**
 * others_function() - name a function that the module probes
 * @i: its number, from 0
 *
 * Return: its name; NULL: there are no more.
 */
const char *others_function(unsigned int i)
{
	return i < ARRAY_SIZE(functions) ? functions[i].name : NULL;
}

/**
 * others_put() - append who else is on a function, as far as it can be known
 * @b: where to
 * @i: number of the function
 * @info: what the module has there
 *
 * Bytes of it come from outside.
 *
 * Return: whether there is anybody.
 */
bool others_put(struct buf *b, unsigned int i, const struct sockbind_info *info)
{
	const char *function = functions[i].name;
	const uint32_t ours = functions[i].probes & info->probes;
	const unsigned int kprobes =
		(unsigned int)__builtin_popcount(ours & info->kprobes);
	const unsigned int traced = !!(ours & ~info->kprobes);
	bool on_ftrace = false, direct = false, fprobe = false;
	unsigned int patches, events, callees;

	patches = put_livepatches(b, function);
	events = put_events(b, function, &fprobe);
	put_count(b, less(count_kprobes(function, &on_ftrace),
			  kprobes + events),
		  "other kprobe");
	callees = count_callees(function, &direct);
	if (direct) {
		begin_item(b);
		buf_str(b, "a BPF trampoline");
	}
	/* All live patches of a function are one, and so are all fprobes. */
	put_count(b, less(callees, traced + on_ftrace + !!patches + direct +
				   fprobe),
		  "function tracer");
	return b->len;
}
