// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_VSOCK in network namespaces, which are those of the record. From Linux 7 on
 * each may have ports of its own; before, and by default, all have the same.
 */
#include <sched.h>
#include <sys/socket.h>
/* Not all releases of it include what it wants of the line above. */
#include <linux/vm_sockets.h>

#include "capture.h"
#include "proc.h"
#include "setting.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif

#define PORT	20400

/* "global" or "local": of this namespace, and of those that come from it. */
#define MODE		"/proc/sys/net/vsock/ns_mode"
#define CHILD_MODE	"/proc/sys/net/vsock/child_ns_mode"

/* Return: 0 or a negative errno. */
static int bind_vsock(struct __test_metadata *_metadata, int dev)
{
	const struct sockaddr_vm svm = {
		.svm_family = AF_VSOCK,
		.svm_port = PORT,
		.svm_cid = VMADDR_CID_ANY,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const unsigned int outcome = capture_info(_metadata, dev).outcome;
	struct sockbind_bind rec;
	__u64 cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat net;
	int result;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, stat("/proc/self/ns/net", &net));
	result = bind(fd, (const struct sockaddr *)&svm, sizeof(svm)) ? -errno :
									0;
	ASSERT_EQ(1, capture_find(_metadata, dev, inode_of(fd), &rec));
	EXPECT_EQ(outcome ? result : 0, rec.result);
	EXPECT_EQ(0, memcmp(&svm, rec.addr, sizeof(svm)));
	EXPECT_EQ(net.st_ino, rec.netns);
	if (!getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len))
		EXPECT_EQ(cookie, rec.netns_cookie);
	if (outcome && !result)
		capture_expect_final(_metadata, fd, &rec);
	/* It stays open, with its port. */
	return result;
}

/* Once set, a namespace's mode for others stays: it is that of one of the test's own. */
TEST(namespaces)
{
	int dev, fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char mode[16];

	if (fd < 0)
		SKIP(return, "the kernel has no such sockets");
	dev = capture_open(_metadata);
	EXPECT_EQ(0, bind_vsock(_metadata, dev));
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_EQ(-EADDRINUSE, bind_vsock(_metadata, dev));
	/* No SKIP: that would hide what failed above. */
	if (access(CHILD_MODE, F_OK))
		return;
	ASSERT_TRUE(setting_write(CHILD_MODE, "local"));
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	proc_text(MODE, mode, sizeof(mode));
	ASSERT_STREQ("local\n", mode);
	EXPECT_EQ(0, bind_vsock(_metadata, dev));
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
