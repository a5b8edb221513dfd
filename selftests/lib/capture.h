/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the module have in common: open the device, bind, and find
 * the record. It is in the ring before bind() returns, so there is no waiting.
 */
#ifndef SELFTESTS_CAPTURE_H
#define SELFTESTS_CAPTURE_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "kselftest_harness.h"

#define DEVICE	"/dev/sockbind"

/* How bind() of the C library enters the kernel. */
#if defined(__i386) || defined(__s390__)
#define LIBC_VIA	SOCKBIND_VIA_SOCKETCALL
#else
#define LIBC_VIA	SOCKBIND_VIA_BIND
#endif

static inline __u64 inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

/* A reader, which sees what comes from now on. */
static inline int capture_open(struct __test_metadata *_metadata)
{
	int dev = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	ASSERT_LE(0, dev);
	ASSERT_EQ(0, lseek(dev, 0, SEEK_END));
	return dev;
}

static inline struct sockbind_info
capture_info(struct __test_metadata *_metadata, int dev)
{
	struct sockbind_info info;

	ASSERT_EQ(0, ioctl(dev, SOCKBIND_IOC_GET_INFO, &info));
	return info;
}

#define CAPTURE_FAMILIES	"/sys/module/sockbind/parameters/families"

/* Set the capture filter. */
static inline void capture_families(struct __test_metadata *_metadata,
				    const char *list)
{
	int fd = open(CAPTURE_FAMILIES, O_WRONLY | O_CLOEXEC);

	ASSERT_EQ((ssize_t)strlen(list), write(fd, list, strlen(list)));
	close(fd);
}

/* Return: false when there is no more record. */
static inline bool capture_read(struct __test_metadata *_metadata, int dev,
				union sockbind_record *record)
{
	ssize_t n = read(dev, record, sizeof(*record));

	if (n < 0 && errno == EAGAIN)
		return false;
	ASSERT_EQ(SOCKBIND_RECORD_SIZE, n);
	ASSERT_EQ(SOCKBIND_RECORD_SIZE, record->hdr.size);
	return true;
}

/* Take all records. Return: how many are of the socket; the last is in @rec. */
static inline int capture_find(struct __test_metadata *_metadata, int dev,
			       __u64 inode, struct sockbind_bind *rec)
{
	union sockbind_record record;
	int n = 0;

	while (capture_read(_metadata, dev, &record)) {
		if (record.hdr.type == SOCKBIND_RECORD_PROCESS)
			continue;
		ASSERT_EQ(SOCKBIND_RECORD_BIND, record.hdr.type);
		if (record.bind.inode != inode)
			continue;
		*rec = record.bind;
		n++;
	}
	return n;
}

/* The final address is what getsockname(2) tells. */
static inline void
capture_expect_final(struct __test_metadata *_metadata, int fd,
		     const struct sockbind_bind *rec)
{
	struct sockaddr_storage name = { 0 };
	socklen_t len = sizeof(name);

	EXPECT_TRUE(rec->hdr.flags & SOCKBIND_F_FINAL_ADDR);
	ASSERT_EQ(0, getsockname(fd, (struct sockaddr *)&name, &len));
	ASSERT_EQ(len, rec->final_addrlen);
	EXPECT_EQ(0, memcmp(&name, rec->final_addr, len));
}

/* A bind that succeeds. Return: inode number of the socket, which is closed. */
static inline __u64 bind_something(struct __test_metadata *_metadata)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	__u64 inode = inode_of(fd);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
	close(fd);
	return inode;
}

/*
 * SOCKBIND_PATIENCE, in the environment, is what all timeouts are multiplied by,
 * for kernels that are slow since they check much.
 */
static inline void capture_scale_timeouts(void)
{
	const char *patience = getenv("SOCKBIND_PATIENCE");
	struct __fixture_metadata *fixture;
	struct __test_metadata *test;

	for (fixture = __fixture_list; patience && fixture;
	     fixture = fixture->next)
		for (test = fixture->tests; test; test = test->next)
			test->timeout *= atoi(patience);
}

/* For a test that loads the module itself; @why: what only root does. */
static inline int capture_root_main(int argc, char **argv, const char *why)
{
	if (geteuid()) {
		ksft_print_header();
		ksft_exit_skip("%s\n", why);
	}
	capture_scale_timeouts();
	return test_harness_run(argc, argv);
}

static inline int capture_main(int argc, char **argv)
{
	if (access(DEVICE, F_OK)) {
		ksft_print_header();
		ksft_exit_skip("no " DEVICE ": load the module\n");
	}
	return capture_root_main(argc, argv, "only root reads " DEVICE);
}

#endif /* SELFTESTS_CAPTURE_H */
