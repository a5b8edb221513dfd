/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/sockbind: opened, checked and read in batches. Prints nothing. */
#ifndef SOCKBIND_READER_H
#define SOCKBIND_READER_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/sockbind.h>

#define READER_BATCH	128	/* records in one read */
#define READER_READS	2	/* whose records are looked at together */

enum reader_result {
	READER_OK,
	READER_OPEN_FAILED,	/* errno tells */
	READER_NOT_A_DEVICE,	/* it does not know GET_INFO */
	READER_INFO_FAILED,	/* errno tells */
	READER_BAD_VERSION,	/* see @info */
	READER_SEEK_FAILED,	/* errno tells */
	READER_READ_FAILED,	/* errno tells */
	READER_GONE,		/* end of file */
	READER_CUT_OFF,		/* a read ended inside a record */
};

/**
 * struct reader - an open device
 * @fd: its descriptor, to be polled for POLLIN
 * @info: what GET_INFO told at the start
 * @count: records in @batch
 * @full: the last read may have left some
 * @batch: result of the last reader_read(), and of reader_read_on() after it
 */
struct reader {
	int fd;
	struct sockbind_info info;
	size_t count;
	bool full;
	union sockbind_record batch[READER_READS * READER_BATCH];
};

enum reader_result reader_open(struct reader *reader, const char *device,
			       bool only_new);
enum reader_result reader_seek(struct reader *reader, bool only_new);
enum reader_result reader_read(struct reader *reader);
enum reader_result reader_read_on(struct reader *reader);

#endif /* SOCKBIND_READER_H */
