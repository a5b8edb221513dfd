// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "reader.h"

static enum reader_result check_info(struct reader *reader)
{
	if (ioctl(reader->fd, SOCKBIND_IOC_GET_INFO, &reader->info) < 0)
		return errno == ENOTTY ? READER_NOT_A_DEVICE :
					 READER_INFO_FAILED;
	if (reader->info.version != SOCKBIND_ABI_VERSION ||
	    reader->info.record_size != SOCKBIND_RECORD_SIZE)
		return READER_BAD_VERSION;
	return READER_OK;
}

/**
 * reader_open() - open the device and see that both speak the same ABI
 * @reader: result
 * @device: path of the device
 * @only_new: skip the records that it holds now
 *
 * Return: READER_OK; else the descriptor is closed and errno kept.
 */
enum reader_result reader_open(struct reader *reader, const char *device,
			       bool only_new)
{
	enum reader_result result;
	int error;

	reader->count = 0;
	reader->fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (reader->fd < 0)
		return READER_OPEN_FAILED;

	result = check_info(reader);
	if (result)
		goto close;
	if (only_new)
		result = reader_seek(reader, true);
	if (!result)
		return READER_OK;

close:
	error = errno;
	close(reader->fd);
	errno = error;
	return result;
}

/**
 * reader_seek() - go to either end
 * @reader: open device
 * @only_new: behind the newest record; else to the oldest
 *
 * Return: READER_OK, or what is wrong.
 */
enum reader_result reader_seek(struct reader *reader, bool only_new)
{
	return lseek(reader->fd, 0, only_new ? SEEK_END : SEEK_SET) < 0 ?
	       READER_SEEK_FAILED : READER_OK;
}

/**
 * reader_read_on() - read behind what the last call has read, without waiting
 * @reader: open device, with room for READER_BATCH records in @batch
 *
 * Return: READER_OK, with no record more if there is none now, or what is wrong.
 */
enum reader_result reader_read_on(struct reader *reader)
{
	ssize_t len;

	reader->full = false;
	len = read(reader->fd, reader->batch + reader->count,
		   READER_BATCH * sizeof(*reader->batch));
	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? READER_OK :
							   READER_READ_FAILED;
	if (!len)
		return READER_GONE;
	if (len % SOCKBIND_RECORD_SIZE)
		return READER_CUT_OFF;
	reader->full = len == READER_BATCH * sizeof(*reader->batch);
	reader->count += (size_t)len / SOCKBIND_RECORD_SIZE;
	return READER_OK;
}

/**
 * reader_read() - read the next batch, without waiting
 * @reader: open device
 *
 * Return: READER_OK, with no record if there is none now, or what is wrong.
 */
enum reader_result reader_read(struct reader *reader)
{
	reader->count = 0;
	return reader_read_on(reader);
}
