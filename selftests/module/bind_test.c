// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every bind here is compared, the whole record, with what the process knows of
 * itself, of its socket and of the clock.
 */
#include <arpa/inet.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <linux/if_packet.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <time.h>

#include "capture.h"
#include "cgroup_id.h"
#include "proc.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif

#define STATUS		"/proc/thread-self/status"
#define NOBODY		65534
#define HIGH_FD		700
#define NSEC_PER_SEC	1000000000ULL

/**
 * struct ids - numbers of a user in the initial user namespace
 * @uid: real user
 * @euid: effective user
 * @gid: real group
 * @egid: effective group
 */
struct ids {
	uid_t uid;
	uid_t euid;
	gid_t gid;
	gid_t egid;
};

/**
 * struct capture - the device, and what the process cannot ask later
 * @dev: the device
 * @outcome: outcome level in force
 * @netns: network namespace of the sockets
 * @ids: who the process is; NULL: ask the system
 * @dir: directory for sockets
 */
struct capture {
	int dev;
	unsigned int outcome;
	int netns;
	const struct ids *ids;
	char dir[32];
};

static void note_netns(struct __test_metadata *_metadata,
		       struct capture *capture)
{
	capture->netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, capture->netns);
}

static void begin(struct __test_metadata *_metadata, struct capture *capture)
{
	*capture = (struct capture) { .dir = "/tmp/sockbind.XXXXXX" };
	capture->dev = capture_open(_metadata);
	capture->outcome = capture_info(_metadata, capture->dev).outcome;
	note_netns(_metadata, capture);
	ASSERT_NE(NULL, mkdtemp(capture->dir));
	ASSERT_EQ(0, chdir(capture->dir));
}

static void end(struct capture *capture)
{
	rmdir(capture->dir);
	close(capture->netns);
	close(capture->dev);
}

static __u64 now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static __u64 inode_of_path(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static __u32 option(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int value = 0;

	return getsockopt(fd, level, name, &value, &len) ? 0 : value;
}

static void expect_process(struct __test_metadata *_metadata,
			   const struct sockbind_bind *rec)
{
	const char *start;
	char text[32];

	EXPECT_EQ(proc_status(STATUS, "\nTgid:", 10), rec->pid);
	EXPECT_EQ(proc_status(STATUS, "\nPid:", 10), rec->tid);
	EXPECT_EQ(proc_status(STATUS, "\nPPid:", 10), rec->ppid);
	EXPECT_EQ(getpid(), (int)rec->ns_pid);
	EXPECT_EQ(gettid(), (int)rec->ns_tid);
	EXPECT_EQ(getppid(), (int)rec->ns_ppid);
	EXPECT_EQ(inode_of_path("/proc/thread-self/ns/mnt"), rec->mntns);
	EXPECT_EQ(inode_of_path("/proc/thread-self/ns/pid"), rec->pidns);
	EXPECT_EQ(inode_of_path("/proc/thread-self/ns/user"), rec->userns);

	start = proc_stat("/proc/self/stat", 22);
	ASSERT_NE(NULL, start);
	EXPECT_EQ(strtoull(start, NULL, 10),
		  rec->start_time / (NSEC_PER_SEC / sysconf(_SC_CLK_TCK)));

	memset(text, 0, sizeof(text));
	prctl(PR_GET_NAME, text);
	EXPECT_STREQ(text, (const char *)rec->comm);
	proc_text("/proc/self/comm", text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	EXPECT_STREQ(text, (const char *)rec->leader_comm);
}

static void expect_user(struct __test_metadata *_metadata,
			const struct ids *ids, const struct sockbind_bind *rec)
{
	const struct ids own = { getuid(), geteuid(), getgid(), getegid() };

	if (!ids)
		ids = &own;
	EXPECT_EQ(ids->uid, rec->uid);
	EXPECT_EQ(ids->euid, rec->euid);
	EXPECT_EQ(ids->gid, rec->gid);
	EXPECT_EQ(ids->egid, rec->egid);
	EXPECT_EQ(proc_number("/proc/self/loginuid", SOCKBIND_UNKNOWN),
		  rec->loginuid);
	EXPECT_EQ(proc_number("/proc/self/sessionid", SOCKBIND_UNKNOWN),
		  rec->sessionid);
}

static void expect_program(struct __test_metadata *_metadata,
			   const struct sockbind_bind *rec)
{
	char text[PATH_MAX], path[PATH_MAX + 16], *own;
	struct statfs fs;
	struct stat st;

	ASSERT_EQ(0, stat("/proc/self/exe", &st));
	EXPECT_EQ(st.st_ino, rec->exe_inode);
	EXPECT_EQ(major(st.st_dev), rec->exe_major);
	if (major(st.st_dev))
		EXPECT_EQ(minor(st.st_dev), rec->exe_minor);

	EXPECT_NE(0, rec->cgroup);
	proc_text("/proc/self/cgroup", text, sizeof(text));
	own = strstr(text, "0::");
	if (!own || statfs("/sys/fs/cgroup", &fs) ||
	    fs.f_type != CGROUP2_SUPER_MAGIC)
		return;
	own[strcspn(own, "\n")] = '\0';
	snprintf(path, sizeof(path), "/sys/fs/cgroup%s", own + strlen("0::"));
	EXPECT_EQ(cgroup_id(path), rec->cgroup);
}

static void expect_netns(struct __test_metadata *_metadata,
			 const struct capture *capture, int fd,
			 const struct sockbind_bind *rec)
{
	socklen_t len = sizeof(__u64);
	__u64 cookie = 0;

	EXPECT_EQ(inode_of(capture->netns), rec->netns);
	getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);
	EXPECT_EQ(cookie, rec->netns_cookie);
	EXPECT_EQ(proc_number("/proc/sys/net/ipv4/ip_unprivileged_port_start",
			      SOCKBIND_UNKNOWN), rec->unprivileged_port_start);
}

static __u32 socket_opts(int fd)
{
	const int family = option(fd, SOL_SOCKET, SO_DOMAIN);
	__u32 opts = 0;

	if (option(fd, SOL_SOCKET, SO_REUSEADDR))
		opts |= SOCKBIND_OPT_REUSEADDR;
	if (option(fd, SOL_SOCKET, SO_REUSEPORT))
		opts |= SOCKBIND_OPT_REUSEPORT;
	if (family == AF_INET && option(fd, IPPROTO_IP, IP_FREEBIND))
		opts |= SOCKBIND_OPT_FREEBIND;
	if (family == AF_INET && option(fd, IPPROTO_IP, IP_TRANSPARENT))
		opts |= SOCKBIND_OPT_TRANSPARENT;
	if (family == AF_INET &&
	    option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT))
		opts |= SOCKBIND_OPT_NO_PORT;
	if (family == AF_INET6 && option(fd, IPPROTO_IPV6, IPV6_FREEBIND))
		opts |= SOCKBIND_OPT_FREEBIND;
	if (family == AF_INET6 && option(fd, IPPROTO_IPV6, IPV6_TRANSPARENT))
		opts |= SOCKBIND_OPT_TRANSPARENT;
	if (family == AF_INET6 && option(fd, IPPROTO_IPV6, IPV6_V6ONLY))
		opts |= SOCKBIND_OPT_V6ONLY;
	return opts;
}

static void expect_socket(struct __test_metadata *_metadata, int fd,
			  const struct sockbind_bind *rec)
{
	EXPECT_EQ(fd, rec->fd);
	EXPECT_EQ(SOCKBIND_FD_OK, rec->fd_status);
	EXPECT_EQ(-1, rec->fixed_index);
	EXPECT_EQ(inode_of(fd), rec->inode);
	EXPECT_EQ(option(fd, SOL_SOCKET, SO_DOMAIN), rec->family);
	EXPECT_EQ(option(fd, SOL_SOCKET, SO_TYPE), rec->sock_type);
	EXPECT_EQ(option(fd, SOL_SOCKET, SO_PROTOCOL), rec->protocol);
	EXPECT_EQ(option(fd, SOL_SOCKET, SO_MARK), rec->mark);
	EXPECT_EQ(LIBC_VIA, rec->via);
	EXPECT_EQ(0, rec->via_flags);
}

static bool all_zero(const __u8 *bytes, size_t n)
{
	while (n--)
		if (bytes[n])
			return false;
	return true;
}

static void expect_request(struct __test_metadata *_metadata, const void *addr,
			   socklen_t len, const struct sockbind_bind *rec)
{
	EXPECT_EQ(SOCKBIND_ABI_VERSION, rec->hdr.version);
	EXPECT_EQ(SOCKBIND_RECORD_BIND, rec->hdr.type);
	EXPECT_EQ(0, rec->hdr.reserved);
	EXPECT_TRUE(all_zero(rec->reserved, sizeof(rec->reserved)));
	ASSERT_EQ(len, rec->addrlen);
	EXPECT_EQ(0, memcmp(addr, rec->addr, len));
	EXPECT_TRUE(all_zero(rec->addr + len, sizeof(rec->addr) - len));
}

/* What getsockname() says, where the record is to say it. */
static socklen_t expected_final(const struct capture *capture, int fd,
				const struct sockbind_bind *rec, void *name,
				socklen_t size)
{
	socklen_t len = size;

	memset(name, 0, size);
	if (!capture->outcome || rec->result)
		return 0;
	switch (rec->family) {
	case AF_INET:
	case AF_INET6:
		break;
	case AF_UNIX:
		if (rec->addrlen == sizeof(sa_family_t))
			break;
		return 0;
	default:
		return 0;
	}
	return getsockname(fd, name, &len) ? 0 : len;
}

static void expect_final(struct __test_metadata *_metadata,
			 const struct capture *capture, int fd,
			 const struct sockbind_bind *rec)
{
	struct sockaddr_storage name;
	socklen_t len = expected_final(capture, fd, rec, &name, sizeof(name));

	ASSERT_LE(len, SOCKBIND_FINAL_ADDR_MAX);
	EXPECT_EQ(len, rec->final_addrlen);
	EXPECT_EQ(0, memcmp(&name, rec->final_addr, sizeof(rec->final_addr)));
}

/* The number can be had since 5.1, the name with CONFIG_NETDEVICES. */
static bool tells_interface(int fd, __u32 *index)
{
	char name[IF_NAMESIZE] = "";
	socklen_t len = sizeof(*index);

	*index = 0;
	if (!getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, index, &len))
		return true;
	len = sizeof(name);
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len))
		return false;
	*index = if_nametoindex(name);
	return true;
}

static __u32 scope_of(const struct sockbind_bind *rec)
{
	struct sockaddr_in6 sin6;

	memcpy(&sin6, rec->addr, sizeof(sin6));
	return rec->addrlen >= sizeof(sin6) && sin6.sin6_family == AF_INET6 ?
	       sin6.sin6_scope_id : 0;
}

static __u32 expected_flags(const struct capture *capture, __u32 bound,
			    const struct sockbind_bind *rec)
{
	const int owner = ioctl(capture->netns, NS_GET_USERNS);
	__u32 flags = 0;

	if (capture->outcome >= 1)
		flags |= SOCKBIND_F_RESULT;
	if (capture->outcome >= 2)
		flags |= SOCKBIND_F_LSM;
	if (rec->final_addrlen)
		flags |= SOCKBIND_F_FINAL_ADDR;
	if (!bound && scope_of(rec))
		flags |= SOCKBIND_F_IF_FROM_ADDR;
	if (proc_status(STATUS, "\nCapEff:", 16) & (1 << CAP_NET_BIND_SERVICE))
		flags |= SOCKBIND_F_CAP_NET_BIND;
	if (inode_of(owner) == inode_of_path("/proc/thread-self/ns/user"))
		flags |= SOCKBIND_F_NETNS_OWNER;
	close(owner);
	return flags;
}

static void expect_interface(struct __test_metadata *_metadata, __u32 bound,
			     const struct sockbind_bind *rec)
{
	const __u32 ifindex = bound ? bound : scope_of(rec);
	char name[IF_NAMESIZE] = "";

	EXPECT_EQ(ifindex, rec->ifindex);
	if (ifindex)
		if_indextoname(ifindex, name);
	EXPECT_STREQ(name, (const char *)rec->ifname);
}

/* bind(), and compare the record. Return: 0 or a negative errno. */
static int try_bind(struct __test_metadata *_metadata,
		    const struct capture *capture, int fd, const void *addr,
		    socklen_t len, struct sockbind_bind *rec)
{
	__u64 real_before, real_after, boot_before, boot_after;
	/* The bind of an IPv6 socket may set IPV6_V6ONLY. */
	__u32 opts = socket_opts(fd);
	__u32 bound;
	int result;

	ASSERT_LE(0, fd);
	tells_interface(fd, &bound);
	ASSERT_EQ(0, lseek(capture->dev, 0, SEEK_END));
	real_before = now(CLOCK_REALTIME);
	boot_before = now(CLOCK_BOOTTIME);
	result = bind(fd, addr, len) ? -errno : 0;
	boot_after = now(CLOCK_BOOTTIME);
	real_after = now(CLOCK_REALTIME);
	ASSERT_EQ(1, capture_find(_metadata, capture->dev, inode_of(fd), rec));

	/* A bind to a link-local address ties the socket to an interface. */
	if (capture->outcome && !result)
		tells_interface(fd, &bound);

	EXPECT_EQ(capture->outcome ? result : 0, rec->result);
	/* No security module denies these; some say what the family will. */
	EXPECT_TRUE(!rec->lsm || rec->lsm == result);
	EXPECT_LE(boot_before, rec->time_boot);
	EXPECT_GE(boot_after, rec->time_boot + rec->duration);
	EXPECT_EQ(!capture->outcome, !rec->duration);
	EXPECT_LE(real_before, rec->time_real);
	EXPECT_GE(real_after, rec->time_real);
	EXPECT_GT((__u32)get_nprocs_conf(), rec->hdr.cpu);
	expect_process(_metadata, rec);
	expect_user(_metadata, capture->ids, rec);
	expect_program(_metadata, rec);
	expect_netns(_metadata, capture, fd, rec);
	expect_socket(_metadata, fd, rec);
	EXPECT_EQ(opts, rec->opts);
	expect_request(_metadata, addr, len, rec);
	expect_interface(_metadata, bound, rec);
	expect_final(_metadata, capture, fd, rec);
	EXPECT_EQ(expected_flags(capture, bound, rec), rec->hdr.flags);
	return result;
}

/* A bind that ends before the hook. */
static void expect_no_record(struct __test_metadata *_metadata,
			     const struct capture *capture, int error, int fd,
			     const void *addr, socklen_t len)
{
	union sockbind_record record;

	ASSERT_EQ(0, lseek(capture->dev, 0, SEEK_END));
	EXPECT_EQ(-1, bind(fd, addr, len));
	EXPECT_EQ(error, errno);
	while (capture_read(_metadata, capture->dev, &record))
		EXPECT_NE(getpid(), (int)record.bind.pid);
}

/**
 * struct kind - a kind of socket, and of names for it
 * @family: AF_*
 * @type: SOCK_*
 * @abstract: no path
 */
struct kind {
	int family;
	int type;
	bool abstract;
};

FIXTURE(bind)
{
	struct capture capture;
};

FIXTURE_VARIANT(bind)
{
	struct kind kind;
};

FIXTURE_VARIANT_ADD(bind, tcp4) { .kind = { AF_INET, SOCK_STREAM }, };
FIXTURE_VARIANT_ADD(bind, udp4) { .kind = { AF_INET, SOCK_DGRAM }, };
FIXTURE_VARIANT_ADD(bind, tcp6) { .kind = { AF_INET6, SOCK_STREAM }, };
FIXTURE_VARIANT_ADD(bind, udp6) { .kind = { AF_INET6, SOCK_DGRAM }, };
FIXTURE_VARIANT_ADD(bind, unix_path) { .kind = { AF_UNIX, SOCK_STREAM }, };
FIXTURE_VARIANT_ADD(bind, unix_abstract) {
	.kind = { AF_UNIX, SOCK_DGRAM, true },
};

FIXTURE_SETUP(bind)
{
	begin(_metadata, &self->capture);
}

FIXTURE_TEARDOWN(bind)
{
	unlink("socket");
	end(&self->capture);
}

static int open_socket(const struct kind *kind)
{
	return socket(kind->family, kind->type | SOCK_CLOEXEC, 0);
}

/**
 * union any_addr - an address, and the bytes behind it
 */
union any_addr {
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;
	struct sockaddr_un sun;
	__u8 bytes[SOCKBIND_ADDR_MAX];
};

static in_port_t *port_of(const struct kind *kind,
			  union any_addr *addr)
{
	switch (kind->family) {
	case AF_INET:
		return &addr->sin.sin_port;
	case AF_INET6:
		return &addr->sin6.sin6_port;
	default:
		return NULL;
	}
}

/* An address of this host, with port 0. Return: its length. */
static socklen_t make_addr(const struct kind *kind,
			   union any_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->sin.sin_family = kind->family;
	switch (kind->family) {
	case AF_INET:
		addr->sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(addr->sin);
	case AF_INET6:
		addr->sin6.sin6_addr = in6addr_loopback;
		return sizeof(addr->sin6);
	default:
		return sizeof(sa_family_t) +
		       sprintf(addr->sun.sun_path + kind->abstract,
			       kind->abstract ? "sockbind-%d" : "socket",
			       getpid()) + 1;
	}
}

/* The same, with a port that is free. */
static socklen_t make_free_addr(struct __test_metadata *_metadata,
				const struct kind *kind,
				union any_addr *addr)
{
	socklen_t len = make_addr(kind, addr);
	int fd;

	if (!port_of(kind, addr))
		return len;
	fd = open_socket(kind);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)addr, len));
	ASSERT_EQ(0, getsockname(fd, (struct sockaddr *)addr, &len));
	close(fd);
	return len;
}

TEST_F(bind, success)
{
	struct sockbind_bind rec;
	union any_addr addr;
	socklen_t len = make_free_addr(_metadata, &variant->kind, &addr);
	int fd = open_socket(&variant->kind);

	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &addr, len, &rec));
	if (self->capture.outcome && port_of(&variant->kind, &addr)) {
		EXPECT_EQ(len, rec.final_addrlen);
		EXPECT_EQ(0, memcmp(&addr, rec.final_addr, len));
	}
}

TEST_F(bind, in_use)
{
	struct sockbind_bind rec;
	union any_addr addr;
	socklen_t len = make_free_addr(_metadata, &variant->kind, &addr);
	int first = open_socket(&variant->kind);
	int second = open_socket(&variant->kind);

	EXPECT_EQ(0, try_bind(_metadata, &self->capture, first, &addr, len,
			      &rec));
	EXPECT_EQ(-EADDRINUSE, try_bind(_metadata, &self->capture, second,
					&addr, len, &rec));
}

TEST_F(bind, access_denied)
{
	struct sockbind_bind rec;
	union any_addr addr;
	socklen_t len = make_addr(&variant->kind, &addr);
	int fd = open_socket(&variant->kind);

	if (variant->kind.abstract)
		SKIP(return, "an abstract name has no permissions");
	if (port_of(&variant->kind, &addr))
		*port_of(&variant->kind, &addr) = htons(80);
	ASSERT_EQ(0, setegid(NOBODY));
	ASSERT_EQ(0, seteuid(NOBODY));
	EXPECT_EQ(-EACCES, try_bind(_metadata, &self->capture, fd, &addr, len,
				    &rec));
	EXPECT_FALSE(rec.hdr.flags & SOCKBIND_F_CAP_NET_BIND);
	EXPECT_EQ(0, rec.uid);
	EXPECT_EQ(NOBODY, rec.euid);
	ASSERT_EQ(0, seteuid(0));
}

TEST_F(bind, not_available)
{
	struct sockbind_bind rec;
	union any_addr addr;
	socklen_t len = make_addr(&variant->kind, &addr);
	int fd = open_socket(&variant->kind);

	if (!port_of(&variant->kind, &addr))
		SKIP(return, "a name is always available");
	/* Addresses for documentation, which no host has. */
	if (variant->kind.family == AF_INET)
		inet_pton(AF_INET, "192.0.2.1", &addr.sin.sin_addr);
	else
		inet_pton(AF_INET6, "2001:db8::1", &addr.sin6.sin6_addr);
	EXPECT_EQ(-EADDRNOTAVAIL, try_bind(_metadata, &self->capture, fd,
					   &addr, len, &rec));
}

TEST_F(bind, already_bound)
{
	struct sockbind_bind rec;
	union any_addr addr;
	socklen_t len = make_free_addr(_metadata, &variant->kind, &addr);
	int fd = open_socket(&variant->kind);

	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &addr, len, &rec));
	unlink("socket");
	EXPECT_EQ(-EINVAL, try_bind(_metadata, &self->capture, fd, &addr, len,
				    &rec));
}

TEST_F(bind, short_address)
{
	struct sockbind_bind rec;
	union any_addr addr;
	int fd = open_socket(&variant->kind);

	make_addr(&variant->kind, &addr);
	EXPECT_EQ(-EINVAL, try_bind(_metadata, &self->capture, fd, &addr, 1,
				    &rec));
}

/* Not a byte more than was given, whatever comes of it. */
TEST_F(bind, every_length)
{
	const size_t name = offsetof(struct sockaddr_un, sun_path);
	struct sockbind_bind rec;
	union any_addr addr;
	socklen_t len;
	int fd;

	for (len = 0; len <= SOCKBIND_ADDR_MAX; len++) {
		memset(&addr, 0xa5, sizeof(addr));
		addr.sin.sin_family = variant->kind.family;
		if (variant->kind.abstract)
			addr.sun.sun_path[0] = '\0';
		fd = open_socket(&variant->kind);
		try_bind(_metadata, &self->capture, fd, &addr, len, &rec);
		close(fd);
		if (len > name && !variant->kind.abstract) {
			addr.bytes[len < sizeof(addr) ? len : len - 1] = '\0';
			unlink(addr.sun.sun_path);
		}
	}
}

TEST_F(bind, port_0)
{
	struct sockbind_bind rec;
	union any_addr addr;
	socklen_t len = make_addr(&variant->kind, &addr);
	int fd = open_socket(&variant->kind);

	if (!port_of(&variant->kind, &addr))
		SKIP(return, "a name has no port");
	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &addr, len, &rec));
	if (self->capture.outcome)
		EXPECT_NE(0, *port_of(&variant->kind, (void *)rec.final_addr));
}

/* The descriptor that was used, not the lowest of the socket. */
TEST_F(bind, duplicate)
{
	struct sockbind_bind rec;
	union any_addr addr;
	socklen_t len = make_free_addr(_metadata, &variant->kind, &addr);
	int fd = open_socket(&variant->kind);

	EXPECT_EQ(0, try_bind(_metadata, &self->capture, dup(fd), &addr, len,
			      &rec));
	EXPECT_LT(fd, rec.fd);
}

TEST_F(bind, high_descriptor)
{
	const struct rlimit limit = { HIGH_FD + 1, HIGH_FD + 1 };
	struct sockbind_bind rec;
	union any_addr addr;
	socklen_t len = make_free_addr(_metadata, &variant->kind, &addr);
	int fd = open_socket(&variant->kind);

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	ASSERT_EQ(HIGH_FD, dup2(fd, HIGH_FD));
	close(fd);
	EXPECT_EQ(0, try_bind(_metadata, &self->capture, HIGH_FD, &addr, len,
			      &rec));
}

FIXTURE(address)
{
	struct capture capture;
};

FIXTURE_SETUP(address)
{
	begin(_metadata, &self->capture);
}

FIXTURE_TEARDOWN(address)
{
	end(&self->capture);
}

TEST_F(address, unix_autobind)
{
	const sa_family_t family = AF_UNIX;
	struct sockbind_bind rec;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &family,
			      sizeof(family), &rec));
	if (self->capture.outcome)
		EXPECT_EQ(sizeof(family) + 6, rec.final_addrlen);
}

/* The family of the address and that of the socket are two. */
TEST_F(address, unspec_binds_inet)
{
	struct sockaddr_in sin = { .sin_family = AF_UNSPEC };
	struct sockbind_bind rec;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &sin, sizeof(sin),
			      &rec));
	EXPECT_EQ(AF_INET, rec.family);
	EXPECT_EQ(AF_UNSPEC, *(sa_family_t *)rec.addr);
}

TEST_F(address, other_family)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockbind_bind rec;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	EXPECT_EQ(-EAFNOSUPPORT, try_bind(_metadata, &self->capture, fd, &sin6,
					  sizeof(sin6), &rec));
	EXPECT_EQ(AF_INET, rec.family);
	EXPECT_EQ(AF_INET6, *(sa_family_t *)rec.addr);
}

TEST_F(address, wildcard)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockbind_bind rec;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &sin6,
			      sizeof(sin6), &rec));
}

TEST_F(address, v4_mapped)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockbind_bind rec;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &sin6.sin6_addr);
	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &sin6,
			      sizeof(sin6), &rec));
}

/* The interface is the address's: only a link-local one ties the socket. */
TEST_F(address, scope)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
		.sin6_scope_id = if_nametoindex("lo"),
	};
	struct sockbind_bind rec;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &sin6,
			      sizeof(sin6), &rec));
	EXPECT_STREQ("lo", (char *)rec.ifname);
	EXPECT_TRUE(rec.hdr.flags & SOCKBIND_F_IF_FROM_ADDR);
}

/* Any link-local address of this host. */
static bool find_link_local(struct sockaddr_in6 *sin6)
{
	char text[4096], *line;
	unsigned int i, byte;

	proc_text("/proc/net/if_inet6", text, sizeof(text));
	line = !strncmp(text, "fe80", 4) ? text : strstr(text, "\nfe80");
	if (!line)
		return false;
	line += *line == '\n';
	*sin6 = (struct sockaddr_in6) { .sin6_family = AF_INET6 };
	for (i = 0; i < sizeof(sin6->sin6_addr); i++) {
		if (sscanf(line + 2 * i, "%2x", &byte) != 1)
			return false;
		sin6->sin6_addr.s6_addr[i] = byte;
	}
	return sscanf(line + 2 * i, "%x", &sin6->sin6_scope_id) == 1;
}

TEST_F(address, link_local)
{
	struct sockaddr_in6 sin6;
	struct sockbind_bind rec;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	__u32 bound;

	if (!find_link_local(&sin6))
		SKIP(return, "no interface has a link-local address");
	if (!tells_interface(fd, &bound))
		SKIP(return, "the kernel does not tell where a socket is bound to");
	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &sin6,
			      sizeof(sin6), &rec));
	EXPECT_EQ(sin6.sin6_scope_id, rec.ifindex);
	EXPECT_EQ(!self->capture.outcome,
		  !!(rec.hdr.flags & SOCKBIND_F_IF_FROM_ADDR));
}

/* The final address has the protocol there, as getsockname(2) does. */
TEST_F(address, raw_has_no_port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(4711),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockbind_bind rec;
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &sin, sizeof(sin),
			      &rec));
	EXPECT_EQ(SOCK_RAW, rec.sock_type);
	EXPECT_EQ(IPPROTO_ICMP, rec.protocol);
	if (self->capture.outcome)
		EXPECT_EQ(htons(IPPROTO_ICMP),
			  ((struct sockaddr_in *)rec.final_addr)->sin_port);
}

TEST_F(address, packet)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_ifindex = if_nametoindex("lo"),
	};
	struct sockbind_bind rec;
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

	if (fd < 0)
		SKIP(return, "the kernel has no AF_PACKET");
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&ll, sizeof(ll)));
	ASSERT_EQ(1, capture_find(_metadata, self->capture.dev, inode_of(fd),
				  &rec));
	EXPECT_EQ(AF_PACKET, rec.family);
	EXPECT_EQ(ll.sll_ifindex, (int)rec.ifindex);
	EXPECT_STREQ("lo", (char *)rec.ifname);
	EXPECT_TRUE(rec.hdr.flags & SOCKBIND_F_IF_FROM_ADDR);
	EXPECT_FALSE(rec.hdr.flags & SOCKBIND_F_FINAL_ADDR);
}

/* The port id is chosen where a module cannot read it. */
TEST_F(address, netlink)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	struct sockbind_bind rec;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), n;

	ASSERT_LE(0, fd);
	capture_families(_metadata, "all");
	n = bind(fd, (struct sockaddr *)&nl, sizeof(nl));
	capture_families(_metadata, "!netlink");
	ASSERT_EQ(0, n);
	ASSERT_EQ(1, capture_find(_metadata, self->capture.dev, inode_of(fd),
				  &rec));
	EXPECT_EQ(AF_NETLINK, rec.family);
	EXPECT_EQ(NETLINK_ROUTE, rec.protocol);
	EXPECT_EQ(!!self->capture.outcome,
		  !!(rec.hdr.flags & SOCKBIND_F_FINAL_PRIVATE));
	EXPECT_FALSE(rec.hdr.flags & SOCKBIND_F_FINAL_ADDR);
}

FIXTURE(option)
{
	struct capture capture;
};

FIXTURE_VARIANT(option)
{
	int family;
	int level;
	int name;
	__u32 opt;
};

FIXTURE_VARIANT_ADD(option, reuseaddr) {
	.family = AF_INET,
	.level = SOL_SOCKET,
	.name = SO_REUSEADDR,
	.opt = SOCKBIND_OPT_REUSEADDR,
};

FIXTURE_VARIANT_ADD(option, reuseport) {
	.family = AF_INET,
	.level = SOL_SOCKET,
	.name = SO_REUSEPORT,
	.opt = SOCKBIND_OPT_REUSEPORT,
};

FIXTURE_VARIANT_ADD(option, freebind) {
	.family = AF_INET,
	.level = IPPROTO_IP,
	.name = IP_FREEBIND,
	.opt = SOCKBIND_OPT_FREEBIND,
};

FIXTURE_VARIANT_ADD(option, freebind6) {
	.family = AF_INET6,
	.level = IPPROTO_IPV6,
	.name = IPV6_FREEBIND,
	.opt = SOCKBIND_OPT_FREEBIND,
};

FIXTURE_VARIANT_ADD(option, transparent) {
	.family = AF_INET,
	.level = IPPROTO_IP,
	.name = IP_TRANSPARENT,
	.opt = SOCKBIND_OPT_TRANSPARENT,
};

FIXTURE_VARIANT_ADD(option, transparent6) {
	.family = AF_INET6,
	.level = IPPROTO_IPV6,
	.name = IPV6_TRANSPARENT,
	.opt = SOCKBIND_OPT_TRANSPARENT,
};

FIXTURE_VARIANT_ADD(option, no_port) {
	.family = AF_INET,
	.level = IPPROTO_IP,
	.name = IP_BIND_ADDRESS_NO_PORT,
	.opt = SOCKBIND_OPT_NO_PORT,
};

FIXTURE_VARIANT_ADD(option, v6only) {
	.family = AF_INET6,
	.level = IPPROTO_IPV6,
	.name = IPV6_V6ONLY,
	.opt = SOCKBIND_OPT_V6ONLY,
};

FIXTURE_SETUP(option)
{
	begin(_metadata, &self->capture);
}

FIXTURE_TEARDOWN(option)
{
	end(&self->capture);
}

TEST_F(option, is_seen)
{
	union any_addr addr = { .sin.sin_family = variant->family };
	struct sockbind_bind rec;
	const int on = 1;
	int fd = socket(variant->family, SOCK_STREAM, 0);

	ASSERT_LE(0, fd);
	if (setsockopt(fd, variant->level, variant->name, &on, sizeof(on))) {
		ASSERT_EQ(ENOPROTOOPT, errno);
		SKIP(return, "the kernel has no such option");
	}
	EXPECT_EQ(0, try_bind(_metadata, &self->capture, fd, &addr,
			      sizeof(addr.sin6), &rec));
	EXPECT_EQ(variant->opt, rec.opts);
}

FIXTURE(who)
{
	struct capture capture;
};

FIXTURE_SETUP(who)
{
	begin(_metadata, &self->capture);
}

FIXTURE_TEARDOWN(who)
{
	end(&self->capture);
}

static int bind_port(struct __test_metadata *_metadata,
		     const struct capture *capture, int fd, in_port_t port,
		     struct sockbind_bind *rec)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};

	return try_bind(_metadata, capture, fd, &sin, sizeof(sin), rec);
}

static int udp_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

TEST_F(who, mark_and_interface)
{
	struct sockbind_bind rec;
	const int mark = 0x5b5b;
	int fd = udp_socket();

	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)));
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2)) {
		ASSERT_EQ(ENOPROTOOPT, errno);
		SKIP(return, "the kernel has no CONFIG_NETDEVICES");
	}
	EXPECT_EQ(0, bind_port(_metadata, &self->capture, fd, 0, &rec));
	EXPECT_EQ(mark, (int)rec.mark);
	EXPECT_STREQ("lo", (char *)rec.ifname);
	EXPECT_FALSE(rec.hdr.flags & SOCKBIND_F_IF_FROM_ADDR);
}

TEST_F(who, no_record_before_the_hook)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int fd = udp_socket();

	expect_no_record(_metadata, &self->capture, EBADF, -1, &sin,
			 sizeof(sin));
	expect_no_record(_metadata, &self->capture, EBADF, 999, &sin,
			 sizeof(sin));
	expect_no_record(_metadata, &self->capture, ENOTSOCK, null, &sin,
			 sizeof(sin));
	expect_no_record(_metadata, &self->capture, EFAULT, fd, (void *)8,
			 sizeof(sin));
	expect_no_record(_metadata, &self->capture, EINVAL, fd, &sin, -1);
	expect_no_record(_metadata, &self->capture, EINVAL, fd, &sin,
			 SOCKBIND_ADDR_MAX + 1);
}

/**
 * struct thread - what the thread needs of the test
 */
struct thread {
	struct __test_metadata *metadata;
	const struct capture *capture;
	struct sockbind_bind rec;
	int result;
};

static void *bind_in_thread(void *arg)
{
	struct thread *thread = arg;

	prctl(PR_SET_NAME, "sockbind-thread");
	thread->result = bind_port(thread->metadata, thread->capture,
				   udp_socket(), 0, &thread->rec);
	return NULL;
}

TEST_F(who, thread)
{
	struct thread thread = {
		.metadata = _metadata,
		.capture = &self->capture,
	};
	pthread_t id;

	ASSERT_EQ(0, pthread_create(&id, NULL, bind_in_thread, &thread));
	ASSERT_EQ(0, pthread_join(id, NULL));
	EXPECT_EQ(0, thread.result);
	EXPECT_EQ(getpid(), (int)thread.rec.pid);
	EXPECT_NE(thread.rec.pid, thread.rec.tid);
	EXPECT_STREQ("sockbind-thread", (char *)thread.rec.comm);
	EXPECT_STRNE("sockbind-thread", (char *)thread.rec.leader_comm);
}

/**
 * struct delayed - a bind to an address that is not there yet
 */
struct delayed {
	int fd;
	void *addr;
	int result;
};

static void *bind_delayed(void *arg)
{
	struct delayed *delayed = arg;

	delayed->result = bind(delayed->fd, delayed->addr,
			       sizeof(struct sockaddr_in));
	return NULL;
}

/*
 * While the kernel waits for the address another file takes the socket's place. That
 * does not hide the port that the kernel chose, and the socket ends with its last
 * descriptor.
 */
TEST_F(who, replaced_descriptor)
{
	const size_t size = sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct delayed delayed = { .fd = udp_socket(), .addr = page };
	const __u64 inode = inode_of(delayed.fd);
	const int uffd = syscall(__NR_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register missing = {
		.range = { (__u64)(uintptr_t)page, size },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_copy copy = {
		.dst = missing.range.start, .len = size,
	};
	struct sockaddr_in *addr = calloc(1, size);
	struct sockbind_bind rec;
	struct uffd_msg msg;
	pthread_t id;
	int kept;

	if (uffd < 0)
		SKIP(return, "the kernel has no CONFIG_USERFAULTFD");
	ASSERT_NE(MAP_FAILED, page);
	ASSERT_NE(NULL, addr);
	ASSERT_EQ(0, ioctl(uffd, UFFDIO_API, &api));
	ASSERT_EQ(0, ioctl(uffd, UFFDIO_REGISTER, &missing));

	ASSERT_EQ(0, lseek(self->capture.dev, 0, SEEK_END));
	ASSERT_EQ(0, pthread_create(&id, NULL, bind_delayed, &delayed));
	ASSERT_EQ(sizeof(msg), read(uffd, &msg, sizeof(msg)));
	kept = dup(delayed.fd);
	ASSERT_LE(0, kept);
	ASSERT_EQ(delayed.fd, dup2(udp_socket(), delayed.fd));
	addr->sin_family = AF_INET;
	copy.src = (__u64)(uintptr_t)addr;
	ASSERT_EQ(0, ioctl(uffd, UFFDIO_COPY, &copy));
	ASSERT_EQ(0, pthread_join(id, NULL));
	EXPECT_EQ(0, delayed.result);

	ASSERT_EQ(1, capture_find(_metadata, self->capture.dev, inode, &rec));
	EXPECT_EQ(-1, rec.fd);
	EXPECT_EQ(SOCKBIND_FD_CHANGED, rec.fd_status);
	if (!self->capture.outcome)
		return;
	capture_expect_final(_metadata, kept, &rec);
	EXPECT_EQ(-1, bind(udp_socket(), (void *)rec.final_addr,
			   rec.final_addrlen));
	EXPECT_EQ(EADDRINUSE, errno);
	close(kept);
	EXPECT_EQ(0, bind(udp_socket(), (void *)rec.final_addr,
			  rec.final_addrlen));
}

#ifdef __powerpc__
/*
 * bind(2) with the summary overflow bit set. User space sets it, the kernel does
 * not clear it, and every comparison copies it into CR0, where it stands for a
 * system call that has failed.
 */
static int bind_with_overflow(int fd, const void *addr, socklen_t len)
{
	register long nr asm("r0") = __NR_bind;
	register long result asm("r3") = fd;
	register long address asm("r4") = (long)addr;
	register long length asm("r5") = len;

	asm volatile("mtxer %[overflow]\n\t"
		     "sc\n\t"
		     "bns+ 1f\n\t"
		     "neg %[result],%[result]\n"
		     "1:\n\t"
		     "mtxer %[none]"
		     : "+r" (nr), [result] "+r" (result), "+r" (address),
		       "+r" (length)
		     : [overflow] "r" (1UL << 31), [none] "r" (0UL)
		     : "memory", "cr0", "ctr", "r6", "r7", "r8", "r9", "r10",
		       "r11", "r12");
	return result;
}
#else
/* There is no such bit. */
static int bind_with_overflow(int fd, const void *addr, socklen_t len)
{
	return bind(fd, addr, len) ? -errno : 0;
}
#endif

/* What user space leaves in a register does not change the recorded result. */
TEST_F(who, overflow_bit)
{
	const struct sockaddr_in elsewhere = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0xcb007101),	/* 203.0.113.1 */
	};
	struct sockbind_bind rec;
	int fd = udp_socket();
	int result = bind_with_overflow(fd, &elsewhere, sizeof(elsewhere));

	EXPECT_EQ(-EADDRNOTAVAIL, result);
	ASSERT_EQ(1, capture_find(_metadata, self->capture.dev, inode_of(fd),
				  &rec));
	EXPECT_EQ(self->capture.outcome ? result : 0, rec.result);
	EXPECT_TRUE(!rec.lsm || rec.lsm == result);
}

/* Wait for a child that ran a part of the test. */
static void expect_child(struct __test_metadata *_metadata, pid_t child)
{
	int status;

	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

static void child_exit(const struct __test_metadata *metadata)
{
	_exit(__test_passed((struct __test_metadata *)metadata) ? 0 : 1);
}

TEST_F(who, child)
{
	struct sockbind_bind rec;
	pid_t parent = getpid();
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child) {
		EXPECT_EQ(0, bind_port(_metadata, &self->capture, udp_socket(),
				       0, &rec));
		EXPECT_EQ(parent, (int)rec.ppid);
		child_exit(_metadata);
	}
	expect_child(_metadata, child);
}

TEST_F(who, real_and_effective_ids)
{
	struct sockbind_bind rec;

	ASSERT_EQ(0, setresgid(1003, 1004, 1004));
	ASSERT_EQ(0, setresuid(1001, 1002, 1002));
	EXPECT_EQ(0, bind_port(_metadata, &self->capture, udp_socket(), 0,
			       &rec));
	EXPECT_EQ(1001, rec.uid);
	EXPECT_EQ(1002, rec.euid);
	EXPECT_EQ(1003, rec.gid);
	EXPECT_EQ(1004, rec.egid);
	EXPECT_FALSE(rec.hdr.flags & SOCKBIND_F_CAP_NET_BIND);
	EXPECT_TRUE(rec.hdr.flags & SOCKBIND_F_NETNS_OWNER);
}

TEST_F(who, cgroup)
{
	char own[] = "/sys/fs/cgroup/sockbind-XXXXXX", procs[64];
	struct sockbind_bind rec;
	__u64 before;
	int fd;

	EXPECT_EQ(0, bind_port(_metadata, &self->capture, udp_socket(), 0,
			       &rec));
	before = rec.cgroup;
	if (!mkdtemp(own))
		SKIP(return, "no cgroup v2 is mounted on /sys/fs/cgroup");
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", own);
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	ASSERT_EQ(1, write(fd, "0", 1));
	EXPECT_EQ(0, bind_port(_metadata, &self->capture, udp_socket(), 0,
			       &rec));
	EXPECT_NE(before, rec.cgroup);
	fd = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY | O_CLOEXEC);
	EXPECT_EQ(1, write(fd, "0", 1));
	EXPECT_EQ(0, rmdir(own));
}

TEST_F(who, network_namespace)
{
	struct sockbind_bind old, new;
	int before = udp_socket();

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	/* It is the socket's, not the process's. */
	EXPECT_EQ(0, bind_port(_metadata, &self->capture, before, 0, &old));
	close(self->capture.netns);
	note_netns(_metadata, &self->capture);
	EXPECT_EQ(0, bind_port(_metadata, &self->capture, udp_socket(), 0,
			       &new));
	EXPECT_NE(old.netns, new.netns);
	/* There are none before 5.12. */
	EXPECT_TRUE(!new.netns_cookie || new.netns_cookie != old.netns_cookie);
}

TEST_F(who, mount_namespace)
{
	struct sockbind_bind old, new;

	EXPECT_EQ(0, bind_port(_metadata, &self->capture, udp_socket(), 0,
			       &old));
	ASSERT_EQ(0, unshare(CLONE_NEWNS));
	EXPECT_EQ(0, bind_port(_metadata, &self->capture, udp_socket(), 0,
			       &new));
	EXPECT_NE(old.mntns, new.mntns);
}

TEST_F(who, pid_namespace)
{
	struct sockbind_bind rec;
	pid_t child;

	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		EXPECT_EQ(0, bind_port(_metadata, &self->capture, udp_socket(),
				       0, &rec));
		EXPECT_EQ(1, rec.ns_pid);
		EXPECT_EQ(1, rec.ns_tid);
		EXPECT_EQ(0, rec.ns_ppid);
		EXPECT_NE(1, rec.pid);
		child_exit(_metadata);
	}
	expect_child(_metadata, child);
}

/* All capabilities, and none over the network namespace. */
TEST_F(who, user_namespace)
{
	const struct ids root = { 0, 0, 0, 0 };
	struct sockbind_bind rec;

	if (unshare(CLONE_NEWUSER))
		SKIP(return, "the kernel has no user namespaces");
	self->capture.ids = &root;
	EXPECT_EQ(-EACCES, bind_port(_metadata, &self->capture, udp_socket(),
				     80, &rec));
	EXPECT_TRUE(rec.hdr.flags & SOCKBIND_F_CAP_NET_BIND);
	EXPECT_FALSE(rec.hdr.flags & SOCKBIND_F_NETNS_OWNER);

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	close(self->capture.netns);
	note_netns(_metadata, &self->capture);
	EXPECT_EQ(0, bind_port(_metadata, &self->capture, udp_socket(), 80,
			       &rec));
	EXPECT_TRUE(rec.hdr.flags & SOCKBIND_F_NETNS_OWNER);
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
