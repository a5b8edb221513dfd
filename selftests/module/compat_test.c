// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways into bind() that are not the native system call. Built for 64 and
 * for 32 bits; the latter is a 32-bit reader as well.
 */
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "capture.h"

#define HIGH_FD		700

/**
 * struct call - the arguments of a bind(), in the lower 4 GiB
 * @words: as socketcall() takes them
 * @addr: the address
 */
struct call {
	__u32 words[3];
	struct sockaddr_storage addr;
};

static int bind_native(struct call *call, int fd, socklen_t len)
{
	return syscall(__NR_bind, fd, &call->addr, len);
}

#ifdef __LP64__
/* The kernel takes an int: what is above is not part of it. */
static int bind_wide(struct call *call, int fd, socklen_t len)
{
	return syscall(__NR_bind, 0xa5a5a5a500000000UL | fd, &call->addr, len);
}
#endif

#if defined(MAP_32BIT) && defined(__LP64__)
static int bind_x32(struct call *call, int fd, socklen_t len)
{
	return syscall(0x40000000 | __NR_bind, fd, &call->addr, len);
}
#endif

/* Only x86 has it, and an entry that takes 32 bits from any program. */
#ifdef MAP_32BIT
#define I386_BIND	361
#define I386_SOCKETCALL	102
#define SYS_BIND_CALL	2

static __u32 low(const void *p)
{
	return (uintptr_t)p;
}

/* The entry of i386, which is open to 64-bit programs too. */
static int int80(__u32 nr, __u32 first, __u32 second, __u32 third)
{
	int result;

	asm volatile("int $0x80" : "=a" (result)
		     : "a" (nr), "b" (first), "c" (second), "d" (third)
		     : "memory");
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

static int bind_int80(struct call *call, int fd, socklen_t len)
{
	return int80(I386_BIND, fd, low(&call->addr), len);
}

static __u32 socketcall_args(struct call *call, int fd, socklen_t len)
{
	call->words[0] = fd;
	call->words[1] = low(&call->addr);
	call->words[2] = len;
	return low(call->words);
}

static int socketcall_int80(struct call *call, int fd, socklen_t len)
{
	return int80(I386_SOCKETCALL, SYS_BIND_CALL,
		     socketcall_args(call, fd, len), 0);
}
#endif

#if defined(MAP_32BIT) && !defined(__LP64__)
/* By the entry that the processor is best at. */
static int socketcall_native(struct call *call, int fd, socklen_t len)
{
	return syscall(I386_SOCKETCALL, SYS_BIND_CALL,
		       socketcall_args(call, fd, len));
}
#endif

/**
 * struct way - a way into bind()
 * @bind: as bind()
 * @via: SOCKBIND_VIA_* value
 * @via_flags: SOCKBIND_VIA_COMPAT, _X32
 */
struct way {
	int (*bind)(struct call *call, int fd, socklen_t len);
	__u8 via;
	__u8 via_flags;
};

/**
 * struct caller - the device, and one who binds
 * @dev: the device
 * @outcome: outcome level in force
 * @way: how it binds
 * @call: its arguments
 */
struct caller {
	int dev;
	unsigned int outcome;
	struct way way;
	struct call *call;
};

FIXTURE(entry)
{
	struct caller caller;
};

FIXTURE_VARIANT(entry)
{
	struct way way;
};

#ifdef __LP64__
FIXTURE_VARIANT_ADD(entry, bind) {
	.way = { bind_native, SOCKBIND_VIA_BIND, 0 },
};

FIXTURE_VARIANT_ADD(entry, bind_wide) {
	.way = { bind_wide, SOCKBIND_VIA_BIND, 0 },
};
#else
FIXTURE_VARIANT_ADD(entry, bind) {
	.way = { bind_native, SOCKBIND_VIA_BIND, SOCKBIND_VIA_COMPAT },
};
#endif

#if defined(MAP_32BIT) && defined(__LP64__)
FIXTURE_VARIANT_ADD(entry, bind_x32) {
	.way = { bind_x32, SOCKBIND_VIA_BIND, SOCKBIND_VIA_X32 },
};
#endif

#ifdef MAP_32BIT
FIXTURE_VARIANT_ADD(entry, bind_int80) {
	.way = { bind_int80, SOCKBIND_VIA_BIND, SOCKBIND_VIA_COMPAT },
};

FIXTURE_VARIANT_ADD(entry, socketcall_int80) {
	.way = { socketcall_int80, SOCKBIND_VIA_SOCKETCALL, SOCKBIND_VIA_COMPAT },
};
#endif

#if defined(MAP_32BIT) && !defined(__LP64__)
FIXTURE_VARIANT_ADD(entry, socketcall) {
	.way = { socketcall_native, SOCKBIND_VIA_SOCKETCALL, SOCKBIND_VIA_COMPAT },
};
#endif

/* To a 32-bit kernel no entry is foreign. */
static bool kernel_is_64bit(void)
{
	struct utsname uts;

	return uname(&uts) || strstr(uts.machine, "64");
}

FIXTURE_SETUP(entry)
{
	struct caller *caller = &self->caller;
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;

#ifdef MAP_32BIT
	flags |= MAP_32BIT;
#endif
	caller->dev = capture_open(_metadata);
	caller->outcome = capture_info(_metadata, caller->dev).outcome;
	caller->way = variant->way;
	if (!kernel_is_64bit())
		caller->way.via_flags = 0;
	caller->call = mmap(NULL, sizeof(*caller->call), PROT_READ | PROT_WRITE,
			    flags, -1, 0);
	ASSERT_NE(MAP_FAILED, caller->call);
	ASSERT_EQ(-1, caller->way.bind(caller->call, -1, 0));
	if (errno != EBADF)
		SKIP(return, "the kernel has no such entry");
}

FIXTURE_TEARDOWN(entry)
{
}

/* A loopback address with port 0. Return: its length. */
static socklen_t make_addr(int family, struct sockaddr_storage *addr)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)addr;
	struct sockaddr_in *sin = (struct sockaddr_in *)addr;

	memset(addr, 0, sizeof(*addr));
	addr->ss_family = family;
	if (family == AF_INET6) {
		sin6->sin6_addr = in6addr_loopback;
		return sizeof(*sin6);
	}
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(*sin);
}

/* Bind, and compare the record. */
static void expect_bind(struct __test_metadata *_metadata,
			const struct caller *caller, int expected, int fd,
			socklen_t len)
{
	struct sockbind_bind rec;
	int result;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, lseek(caller->dev, 0, SEEK_END));
	result = caller->way.bind(caller->call, fd, len) ? -errno : 0;
	ASSERT_EQ(expected, result);
	ASSERT_EQ(1, capture_find(_metadata, caller->dev, inode_of(fd), &rec));

	EXPECT_EQ(caller->way.via, rec.via);
	EXPECT_EQ(caller->way.via_flags, rec.via_flags);
	EXPECT_EQ(fd, rec.fd);
	EXPECT_EQ(SOCKBIND_FD_OK, rec.fd_status);
	EXPECT_EQ(-1, rec.fixed_index);
	EXPECT_EQ(getpid(), (int)rec.pid);
	ASSERT_EQ(len, rec.addrlen);
	EXPECT_EQ(0, memcmp(&caller->call->addr, rec.addr, len));
	EXPECT_EQ(!!caller->outcome, !!(rec.hdr.flags & SOCKBIND_F_RESULT));
	EXPECT_EQ(caller->outcome ? result : 0, rec.result);
	if (caller->outcome && !result)
		capture_expect_final(_metadata, fd, &rec);
}

TEST_F(entry, tcp4)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	expect_bind(_metadata, &self->caller, 0, fd,
		    make_addr(AF_INET, &self->caller.call->addr));
}

TEST_F(entry, udp6)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	expect_bind(_metadata, &self->caller, 0, fd,
		    make_addr(AF_INET6, &self->caller.call->addr));
}

TEST_F(entry, unix_autobind)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	make_addr(AF_UNIX, &self->caller.call->addr);
	expect_bind(_metadata, &self->caller, 0, fd, sizeof(sa_family_t));
}

TEST_F(entry, no_address)
{
	expect_bind(_metadata, &self->caller, -EINVAL,
		    socket(AF_INET, SOCK_STREAM, 0), 0);
}

/* The descriptor that was used, not the lowest of the socket. */
TEST_F(entry, duplicate)
{
	int fd = fcntl(socket(AF_INET, SOCK_STREAM, 0), F_DUPFD, HIGH_FD);

	expect_bind(_metadata, &self->caller, 0, fd,
		    make_addr(AF_INET, &self->caller.call->addr));
}

TEST_F(entry, in_use)
{
	int first = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len = make_addr(AF_INET, &self->caller.call->addr);
	struct sockaddr *addr = (struct sockaddr *)&self->caller.call->addr;

	ASSERT_EQ(0, bind(first, addr, len));
	ASSERT_EQ(0, getsockname(first, addr, &len));
	expect_bind(_metadata, &self->caller, -EADDRINUSE,
		    socket(AF_INET, SOCK_DGRAM, 0), len);
}

static __u32 parameter(struct __test_metadata *_metadata, const char *name)
{
	char path[64], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/module/sockbind/parameters/%s",
		 name);
	fd = open(path, O_RDONLY);
	ASSERT_LT(0, read(fd, text, sizeof(text) - 1));
	close(fd);
	return strtoul(text, NULL, 10);
}

TEST(info)
{
	struct sockbind_info info;

	info = capture_info(_metadata, capture_open(_metadata));
	EXPECT_EQ(sizeof(info), info.size);
	EXPECT_EQ(SOCKBIND_ABI_VERSION, info.version);
	EXPECT_EQ(SOCKBIND_RECORD_SIZE, info.record_size);
	/* Kernels of riscv64 may allow no return probe. */
#ifdef __riscv
	EXPECT_TRUE(!info.outcome ||
		    info.outcome == parameter(_metadata, "outcome"));
#else
	EXPECT_EQ(parameter(_metadata, "outcome"), info.outcome);
#endif
	EXPECT_EQ(get_nprocs_conf(), (int)info.rings);
	EXPECT_TRUE(info.probes & (1 << SOCKBIND_PROBE_HOOK));
}

/* A program of the system reads the same bytes, whatever its word size. */
TEST(same_bytes)
{
	int own = capture_open(_metadata), other = capture_open(_metadata);
	union sockbind_record mine, theirs;
	int pipes[2], status;
	pid_t child;

	bind_something(_metadata);
	ASSERT_EQ(0, pipe(pipes));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		dup2(other, STDIN_FILENO);
		dup2(pipes[1], STDOUT_FILENO);
		execlp("dd", "dd", "bs=448", "count=1", "status=none", NULL);
		_exit(1);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	ASSERT_EQ((ssize_t)sizeof(theirs),
		  read(pipes[0], &theirs, sizeof(theirs)));
	ASSERT_TRUE(capture_read(_metadata, own, &mine));
	EXPECT_EQ(0, memcmp(&mine, &theirs, sizeof(mine)));
}

/* The buffers are described in words of the program's size. */
TEST(scattered_read)
{
	int own = capture_open(_metadata), other = capture_open(_metadata);
	union sockbind_record mine, theirs[2];
	struct iovec iov[] = {
		{ theirs, 100 },
		{ (char *)theirs + 100, sizeof(theirs) - 100 },
	};

	bind_something(_metadata);
	ASSERT_EQ((ssize_t)sizeof(*theirs), preadv2(other, iov, 2, -1,
						    RWF_NOWAIT));
	ASSERT_TRUE(capture_read(_metadata, own, &mine));
	EXPECT_EQ(0, memcmp(&mine, theirs, sizeof(mine)));
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
