// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile recordings and hostile options, in one process. An input is three
 * numbers, which choose a form, a filter and the length of a text; that text,
 * for all that is parsed; and a recording. With RECORDS in the first number what
 * follows is hostile records instead, in a recording that is not: behind each
 * there is a good one, and all of these are to be printed.
 *
 *	fuzz < INPUT		that input, as AFL does it
 *	fuzz ROUNDS FILE...	as many changes to each of these recordings
 *
 * With FUZZ_ENTRY the inputs are libFuzzer's, which has a main() of its own and
 * calls a function of that name.
 */
#include <err.h>
#include <fcntl.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include <linux/sockbind.h>

#include "../../tools/columns.h"
#include "../../tools/count.h"
#include "../../tools/filter.h"
#include "../../tools/loop.h"
#include "../../tools/options.h"
#include "../../tools/output.h"
#include "../../tools/recording.h"
#include "../../tools/sink.h"
#include "../../tools/source.h"
#include "../../tools/when.h"
#include "fuzz.h"

#define INPUT_MAX	65536
#define TEXT_MAX	64
#define CHANGES		8

#define RECORDS		0x40
#define RECORDS_MAX	64

/* What is printed is UTF-8. libc judges. */
static void check_text(int fd)
{
	static char text[65536];
	mbstate_t state = { 0 };
	size_t have = 0, used, n;
	ssize_t got;

	lseek(fd, 0, SEEK_SET);
	while ((got = read(fd, text + have, sizeof(text) - have)) > 0) {
		have += (size_t)got;
		for (used = 0; used < have; used += n ? n : 1) {
			n = mbrtowc(NULL, text + used, have - used, &state);
			if (n == (size_t)-1)
				abort();
			if (n == (size_t)-2)
				break;
		}
		/* The state holds the beginning of the next character. */
		have = 0;
	}
	if (!mbsinit(&state))
		abort();
}

/* Returns how many binds were printed; -1: it did not come to its end. */
static long replay(struct options *options, const uint8_t *data, size_t size)
{
	static char storage[65536 + OUTPUT_EVENT_MAX];
	static struct source source;
	static struct count count;
	struct sink sink = { .fd = memfd_create("output", 0) };
	struct output out = {
		.ops = options->form,
		.buf = { .data = storage, .size = sizeof(storage) },
		.columns = options->columns,
		.origin = &source.origin,
		.identity = &source.identity,
		.host = source.origin.host,
		.width = 80,
		.utf8 = true,
	};
	struct loop loop = {
		.options = options,
		.source = &source,
		.out = &out,
		.sink = &sink,
	};
	int fd = memfd_create("recording", 0);
	int status = 1;
	char path[32];

	if (sink.fd < 0 || fd < 0 || write(fd, data, size) < 0)
		err(1, "cannot make an input");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (options->count) {
		memset(&count, 0, sizeof(count));
		count.by = options->by;
		loop.count = &count;
	}
	if (!source_open_replay(&source, path)) {
		status = loop_run(&loop);
		if (options->form != &output_record)
			check_text(sink.fd);
	}
	/* Opened, if it was no recording, too. */
	close(source.fd);
	close(fd);
	close(sink.fd);
	return status ? -1 : (long)loop.taken;
}

struct framed {
	struct recording_frame frame;
	union sockbind_record record;
};

/* All but what the record holds. */
static void put_headers(struct framed *framed, __u16 type)
{
	framed->frame = (struct recording_frame){
		.type = RECORDING_RECORD,
		.size = sizeof(framed->record),
	};
	framed->record.hdr = (struct sockbind_header){
		.size = SOCKBIND_RECORD_SIZE,
		.version = SOCKBIND_ABI_VERSION,
		.type = type,
	};
}

/* Whatever a record holds, the one behind it is printed. */
static void replay_records(struct options *options, const uint8_t *data,
			   size_t size)
{
	static struct {
		struct recording_header header;
		struct framed framed[2 * RECORDS_MAX];
	} recording;
	struct framed *framed = recording.framed;
	const struct sockbind_header *hdr;
	size_t count = 0, len;
	long binds = 0;

	memset(&recording, 0, sizeof(recording));
	recording.header = (struct recording_header){
		.magic = { 'S', 'O', 'C', 'K', 'B', 'I', 'N', 'D' },
		.byte_order = RECORDING_BYTE_ORDER,
		.version = RECORDING_VERSION,
		.abi = SOCKBIND_ABI_VERSION,
		.size = sizeof(recording.header),
	};
	for (; size && count < RECORDS_MAX; count++, data += len, size -= len) {
		len = size < SOCKBIND_RECORD_SIZE ? size : SOCKBIND_RECORD_SIZE;
		put_headers(framed, 0);
		memcpy(&framed->record, data, len);
		if (data[0] % 4)
			put_headers(framed, (__u16)(data[0] % 4));
		hdr = &framed->record.hdr;
		binds += hdr->type == SOCKBIND_RECORD_BIND &&
			 hdr->version == SOCKBIND_ABI_VERSION &&
			 hdr->size == SOCKBIND_RECORD_SIZE;
		put_headers(framed + 1, SOCKBIND_RECORD_BIND);
		framed += 2;
	}
	binds += (long)count;
	if (replay(options, (uint8_t *)&recording,
		   (size_t)((uint8_t *)framed - (uint8_t *)&recording)) != binds)
		abort();
}

/* Returns false where the command line would have been refused. */
static bool parse(struct options *options, uint8_t kind, char *text)
{
	const char *wrong;
	uint64_t ns;

	if (column_list_parse(&options->columns, text))
		options->columns.count = 0;
	options->by = options->columns;
	options->count = options->by.count && kind & 0x80;
	if (when_parse(text, 1790000000000000000, &ns))
		options->filter.since = ns;
	if (when_parse_span(text, &ns))
		options->every = ns;
	return !*text || !filter_add(&options->filter, kind % FILTER_KINDS,
				     text, &wrong);
}

/* Any, but for what goes to a socket. */
static const struct output_ops *form(uint8_t number)
{
	const struct output_ops *ops = output_at(number % 8);

	return ops && !ops->socket ? ops : &output_record;
}

static void try_input(const uint8_t *data, size_t size)
{
	struct options options = {
		.filter.until = UINT64_MAX,
		.header = true,
	};
	char text[TEXT_MAX + 1] = "";
	size_t len, i;

	if (size < 3)
		return;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		err(1, "there is no locale C.UTF-8");
	options.form = form(data[0]);
	if (data[0] & RECORDS) {
		replay_records(&options, data + 3, size - 3);
		return;
	}
	len = data[2] % (TEXT_MAX + 1);
	if (len > size - 3)
		len = size - 3;
	memcpy(text, data + 3, len);
	if (parse(&options, data[1], text))
		replay(&options, data + 3 + len, size - 3 - len);
	for (i = 0; i < options.filter.count; i++)
		free(options.filter.lists[i].items);
}

#ifdef FUZZ_ENTRY
int FUZZ_ENTRY(const uint8_t *data, size_t size);

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
	try_input(data, size);
	return 0;
}
#else
/* What is in a text is mostly what some parser knows. */
static size_t put_text(uint8_t *text)
{
	static const char known[] =
		"0123456789,!-/:.@*[]+ agoinet6unixEACCESokyesdhms\\T";
	const size_t len = fuzz_random() % TEXT_MAX;
	size_t i;

	for (i = 0; i < len; i++)
		text[i] = fuzz_random() % 16 ?
			  (uint8_t)known[fuzz_random() % (sizeof(known) - 1)] :
			  (uint8_t)fuzz_random();
	return len;
}

static void change(uint8_t *data, size_t *size)
{
	const size_t at = fuzz_random() % *size;
	const size_t from = fuzz_random() % *size;
	size_t len = fuzz_random() % 64;

	switch (fuzz_random() % 8) {
	case 0:
		*size = at + 1;
		break;
	case 1:
		if (len > *size - at)
			len = *size - at;
		if (len > *size - from)
			len = *size - from;
		memmove(data + at, data + from, len);
		break;
	case 2:
		data[at] = fuzz_random() % 2 ? 0xff : 0;
		break;
	default:
		data[at] = (uint8_t)fuzz_random();
	}
}

static void run(const uint8_t *seed, size_t seed_size, unsigned int rounds)
{
	static uint8_t input[3 + TEXT_MAX + INPUT_MAX];
	size_t size, len;
	unsigned int i;

	while (rounds--) {
		input[0] = (uint8_t)fuzz_random();
		input[1] = (uint8_t)fuzz_random();
		/* Most texts are refused: half of the rounds have none. */
		len = fuzz_random() % 2 ? put_text(input + 3) : 0;
		input[2] = (uint8_t)len;
		memcpy(input + 3 + len, seed, seed_size);
		size = seed_size;
		for (i = fuzz_random() % CHANGES; i; i--)
			change(input + 3 + len, &size);
		try_input(input, 3 + len + size);
	}
}

static size_t read_file(int fd, uint8_t *data)
{
	const ssize_t size = read(fd, data, INPUT_MAX);

	if (fd < 0 || size <= 0)
		err(1, "cannot read an input");
	close(fd);
	return (size_t)size;
}

int main(int argc, char **argv)
{
	static uint8_t data[INPUT_MAX];
	size_t size;
	int i;

	if (argc == 2)
		errx(2, "usage: fuzz [ROUNDS FILE...]");
	if (argc == 1)
		try_input(data, read_file(STDIN_FILENO, data));
	for (i = 2; i < argc; i++) {
		size = read_file(open(argv[i], O_RDONLY), data);
		/* What is complained of is no failure. */
		if (!freopen("/dev/null", "w", stderr))
			return 1;
		run(data, size, (unsigned int)atoi(argv[1]));
	}
	return 0;
}
#endif
