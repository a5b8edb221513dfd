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
	if (only_new && lseek(reader->fd, 0, SEEK_END) < 0) {
		result = READER_SEEK_FAILED;
		goto close;
	}
	return READER_OK;

close:
	error = errno;
	close(reader->fd);
	errno = error;
	return result;
}

/**
 * reader_read() - read the next batch, without waiting
 * @reader: open device
 *
 * Return: READER_OK, with no record if there is none now, or what is wrong.
 */
enum reader_result reader_read(struct reader *reader)
{
	ssize_t len;

	reader->count = 0;
	len = read(reader->fd, reader->batch, sizeof(reader->batch));
	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? READER_OK :
							   READER_READ_FAILED;
	if (!len)
		return READER_GONE;
	if (len % SOCKBIND_RECORD_SIZE)
		return READER_CUT_OFF;
	reader->count = (size_t)len / SOCKBIND_RECORD_SIZE;
	return READER_OK;
}
