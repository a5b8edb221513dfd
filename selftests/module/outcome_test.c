// SPDX-License-Identifier: GPL-2.0-only
/*
 * What became of a bind: who refused it, and where it ended up if that is not
 * where it asked to.
 */
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

#include "capture.h"

#define NOBODY		65534

/* Of linux/landlock.h, which older systems lack, whole or in part. */
#define LANDLOCK_CREATE_RULESET	444
#define LANDLOCK_ADD_RULE	445
#define LANDLOCK_RESTRICT_SELF	446
#define LANDLOCK_GET_VERSION	1
#define LANDLOCK_RULE_PORT	2
#define LANDLOCK_BIND_TCP	1

/**
 * struct landlock_attr - what a set of rules is about
 * @fs: rights on files
 * @net: rights on ports
 */
struct landlock_attr {
	__u64 fs;
	__u64 net;
};

/**
 * struct landlock_port - a rule
 * @allowed: rights
 * @port: on which port, in the host's byte order
 */
struct landlock_port {
	__u64 allowed;
	__u64 port;
};

FIXTURE(outcome)
{
	int dev;
	unsigned int level;
};

FIXTURE_VARIANT(outcome)
{
	int family;
};

FIXTURE_VARIANT_ADD(outcome, v4) { .family = AF_INET, };
FIXTURE_VARIANT_ADD(outcome, v6) { .family = AF_INET6, };

FIXTURE_SETUP(outcome)
{
	self->dev = capture_open(_metadata);
	self->level = capture_info(_metadata, self->dev).outcome;
}

FIXTURE_TEARDOWN(outcome)
{
}

/* A loopback address. Return: its length. */
static socklen_t make_addr(int family, in_port_t port,
			   struct sockaddr_in6 *addr)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)addr;

	*addr = (struct sockaddr_in6) {
		.sin6_family = family,
		.sin6_port = htons(port),
	};
	if (family == AF_INET6) {
		addr->sin6_addr = in6addr_loopback;
		return sizeof(*addr);
	}
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(*sin);
}

static in_port_t free_port(struct __test_metadata *_metadata, int family)
{
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(family, 0, &addr);
	int fd = socket(family, SOCK_STREAM, 0);

	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&addr, len));
	ASSERT_EQ(0, getsockname(fd, (struct sockaddr *)&addr, &len));
	close(fd);
	return ntohs(addr.sin6_port);
}

/* Bind, and compare what the record says of the outcome. */
static void expect_bind(struct __test_metadata *_metadata, int dev,
			unsigned int level, int fd, const void *addr,
			socklen_t len, int result, int lsm,
			struct sockbind_bind *rec)
{
	struct sockaddr_storage name = { 0 };

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, lseek(dev, 0, SEEK_END));
	ASSERT_EQ(result, bind(fd, addr, len) ? -errno : 0);
	ASSERT_EQ(1, capture_find(_metadata, dev, inode_of(fd), rec));

	ASSERT_EQ(len, rec->addrlen);
	EXPECT_EQ(0, memcmp(addr, rec->addr, len));
	EXPECT_EQ(level >= 1, !!(rec->hdr.flags & SOCKBIND_F_RESULT));
	EXPECT_EQ(level >= 1 ? result : 0, rec->result);
	EXPECT_EQ(level >= 2, !!(rec->hdr.flags & SOCKBIND_F_LSM));
	EXPECT_EQ(level >= 2 ? lsm : 0, rec->lsm);
	EXPECT_EQ(level >= 1 && !result,
		  !!(rec->hdr.flags & SOCKBIND_F_FINAL_ADDR));
	if (!rec->final_addrlen)
		return;
	len = sizeof(name);
	ASSERT_EQ(0, getsockname(fd, (struct sockaddr *)&name, &len));
	ASSERT_EQ(len, rec->final_addrlen);
	EXPECT_EQ(0, memcmp(&name, rec->final_addr, len));
}

static bool has_landlock_ports(void)
{
	return syscall(LANDLOCK_CREATE_RULESET, NULL, 0,
		       LANDLOCK_GET_VERSION) >= 4;
}

/* From now on this process may bind TCP to no other port. */
static void allow_only(struct __test_metadata *_metadata, in_port_t port)
{
	const struct landlock_attr attr = { .net = LANDLOCK_BIND_TCP };
	const struct landlock_port rule = { LANDLOCK_BIND_TCP, port };
	int rules = syscall(LANDLOCK_CREATE_RULESET, &attr, sizeof(attr), 0);

	ASSERT_LE(0, rules);
	ASSERT_EQ(0, syscall(LANDLOCK_ADD_RULE, rules, LANDLOCK_RULE_PORT,
			     &rule, 0));
	ASSERT_EQ(0, syscall(LANDLOCK_RESTRICT_SELF, rules, 0));
	close(rules);
}

TEST_F(outcome, landlock)
{
	const in_port_t allowed = free_port(_metadata, variant->family);
	int fd = socket(variant->family, SOCK_STREAM, 0);
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len;

	if (!has_landlock_ports())
		SKIP(return, "the kernel has no Landlock for ports");
	allow_only(_metadata, allowed);
	len = make_addr(variant->family, 80, &addr);
	expect_bind(_metadata, self->dev, self->level, fd, &addr, len, -EACCES,
		    -EACCES, &rec);
	len = make_addr(variant->family, allowed, &addr);
	expect_bind(_metadata, self->dev, self->level, fd, &addr, len, 0, 0,
		    &rec);
	/* It is allowed to, and cannot. */
	fd = socket(variant->family, SOCK_STREAM, 0);
	expect_bind(_metadata, self->dev, self->level, fd, &addr, len,
		    -EADDRINUSE, 0, &rec);
}

/* The same error, and not by a security module. */
TEST_F(outcome, unprivileged_port)
{
	int fd = socket(variant->family, SOCK_STREAM, 0);
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(variant->family, 80, &addr);

	ASSERT_EQ(0, seteuid(NOBODY));
	expect_bind(_metadata, self->dev, self->level, fd, &addr, len, -EACCES,
		    0, &rec);
}

/* It will get its port when it connects. */
TEST_F(outcome, no_port)
{
	int fd = socket(variant->family, SOCK_STREAM, 0);
	const int on = 1;
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(variant->family, 0, &addr);

	ASSERT_EQ(0, setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
				sizeof(on)));
	expect_bind(_metadata, self->dev, self->level, fd, &addr, len, 0, 0,
		    &rec);
	EXPECT_TRUE(rec.opts & SOCKBIND_OPT_NO_PORT);
	EXPECT_EQ(0, ((struct sockaddr_in *)rec.final_addr)->sin_port);
}

/* A bind that only names the family leaves the socket the wildcard address. */
TEST_F(outcome, unspecified_family)
{
	int fd = socket(variant->family, SOCK_DGRAM, 0);
	struct sockbind_bind rec;
	struct sockaddr_in sin = { .sin_family = AF_UNSPEC };
	const bool v4 = variant->family == AF_INET;

	expect_bind(_metadata, self->dev, self->level, fd, &sin, sizeof(sin),
		    v4 ? 0 : -EINVAL, 0, &rec);
	EXPECT_EQ(variant->family, rec.family);
	EXPECT_EQ(AF_UNSPEC, ((struct sockaddr *)rec.addr)->sa_family);
}

/**
 * struct program - instructions of a cgroup's program
 * @insns: instructions
 * @count: how many
 */
struct program {
	struct bpf_insn insns[16];
	unsigned int count;
};

static void add_insn(struct program *program, struct bpf_insn insn)
{
	program->insns[program->count++] = insn;
}

static void add_move(struct program *program, __u8 reg, __u32 value)
{
	add_insn(program, (struct bpf_insn) {
		.code = BPF_ALU | BPF_MOV | BPF_K,
		.dst_reg = reg,
		.imm = value,
	});
}

/* Set a member of the context, which the first register points to. */
static void add_store(struct program *program, __s16 offset, __u32 value)
{
	add_move(program, BPF_REG_2, value);
	add_insn(program, (struct bpf_insn) {
		.code = BPF_STX | BPF_MEM | BPF_W,
		.dst_reg = BPF_REG_1,
		.src_reg = BPF_REG_2,
		.off = offset,
	});
}

static void add_return(struct program *program, __u32 value)
{
	add_move(program, BPF_REG_0, value);
	add_insn(program, (struct bpf_insn) { .code = BPF_JMP | BPF_EXIT });
}

FIXTURE(cgroup)
{
	int dev;
	unsigned int level;
	char path[40];
	int dir;
};

FIXTURE_VARIANT(cgroup)
{
	int family;
	enum bpf_attach_type hook;
	enum bpf_attach_type post;
};

FIXTURE_VARIANT_ADD(cgroup, bind4) {
	.family = AF_INET,
	.hook = BPF_CGROUP_INET4_BIND,
	.post = BPF_CGROUP_INET4_POST_BIND,
};

FIXTURE_VARIANT_ADD(cgroup, bind6) {
	.family = AF_INET6,
	.hook = BPF_CGROUP_INET6_BIND,
	.post = BPF_CGROUP_INET6_POST_BIND,
};

static void enter_cgroup(struct __test_metadata *_metadata, const char *path)
{
	char procs[64];
	int fd;

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, write(fd, "0", 1));
	close(fd);
}

static int load(enum bpf_attach_type hook, const struct program *program)
{
	const bool post = hook == BPF_CGROUP_INET4_POST_BIND ||
			  hook == BPF_CGROUP_INET6_POST_BIND;
	union bpf_attr attr = {
		.prog_type = post ? BPF_PROG_TYPE_CGROUP_SOCK :
				    BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		.expected_attach_type = hook,
		.insns = (uintptr_t)program->insns,
		.insn_cnt = program->count,
		.license = (uintptr_t)"GPL",
	};

	return syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

FIXTURE_SETUP(cgroup)
{
	struct program program = { 0 };
	int fd;

	self->dev = capture_open(_metadata);
	self->level = capture_info(_metadata, self->dev).outcome;
	if (access("/proc/sys/kernel/unprivileged_bpf_disabled", F_OK))
		SKIP(return, "the kernel has no BPF");
	add_return(&program, 1);
	fd = load(variant->hook, &program);
	/* Before 4.17 there is not even the attribute that names the hook. */
	if (fd < 0 && errno == E2BIG)
		SKIP(return, "the kernel has no BPF for bind()");
	ASSERT_LE(0, fd);
	close(fd);
	snprintf(self->path, sizeof(self->path),
		 "/sys/fs/cgroup/sockbind-XXXXXX");
	if (!mkdtemp(self->path))
		SKIP(return, "no cgroup v2 is mounted on /sys/fs/cgroup");
	self->dir = open(self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT_LE(0, self->dir);
	enter_cgroup(_metadata, self->path);
}

FIXTURE_TEARDOWN(cgroup)
{
	enter_cgroup(_metadata, "/sys/fs/cgroup");
	rmdir(self->path);
}

static void attach(struct __test_metadata *_metadata, int cgroup,
		   enum bpf_attach_type hook, const struct program *program)
{
	union bpf_attr attr = {
		.target_fd = cgroup,
		.attach_bpf_fd = load(hook, program),
		.attach_type = hook,
	};

	ASSERT_EQ(0, syscall(__NR_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)));
	close(attr.attach_bpf_fd);
}

/* To all addresses of the host, and another port. */
TEST_F(cgroup, rewrites)
{
	const struct sockaddr_in6 wildcard = {
		.sin6_family = variant->family,
		.sin6_port = htons(free_port(_metadata, variant->family)),
	};
	int fd = socket(variant->family, SOCK_STREAM, 0);
	struct program program = { 0 };
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(variant->family, 80, &addr);
	unsigned int i;

	if (variant->family == AF_INET)
		add_store(&program, offsetof(struct bpf_sock_addr, user_ip4),
			  htonl(INADDR_ANY));
	for (i = 0; variant->family == AF_INET6 && i < 4; i++)
		add_store(&program,
			  offsetof(struct bpf_sock_addr, user_ip6) + 4 * i, 0);
	add_store(&program, offsetof(struct bpf_sock_addr, user_port),
		  wildcard.sin6_port);
	add_return(&program, 1);
	attach(_metadata, self->dir, variant->hook, &program);

	expect_bind(_metadata, self->dev, self->level, fd, &addr, len, 0, 0,
		    &rec);
	if (self->level)
		EXPECT_EQ(0, memcmp(&wildcard, rec.final_addr, len));
}

/* That is no verdict of a security module. */
TEST_F(cgroup, refuses)
{
	int fd = socket(variant->family, SOCK_STREAM, 0);
	struct program program = { 0 };
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	socklen_t len = make_addr(variant->family, 0, &addr);

	add_return(&program, 0);
	attach(_metadata, self->dir, variant->hook, &program);
	expect_bind(_metadata, self->dev, self->level, fd, &addr, len, -EPERM,
		    0, &rec);
}

/*
 * When the socket has its address and its port already: they are taken from it, and
 * another, in no such cgroup, gets them.
 */
static void expect_taken_back(struct __test_metadata *_metadata, int dev,
			      unsigned int level, int family, int type,
			      const char *path)
{
	struct sockbind_bind rec;
	struct sockaddr_in6 addr;
	int refused, other;
	socklen_t len;

	enter_cgroup(_metadata, "/sys/fs/cgroup");
	len = make_addr(family, free_port(_metadata, family), &addr);
	other = socket(family, type, 0);
	enter_cgroup(_metadata, path);
	refused = socket(family, type, 0);
	expect_bind(_metadata, dev, level, refused, &addr, len, -EPERM, 0,
		    &rec);
	EXPECT_EQ(0, rec.final_addrlen);
	/* Before 5.17 the kernel leaves it the port. */
	close(refused);
	expect_bind(_metadata, dev, level, other, &addr, len, 0, 0, &rec);
	close(other);
}

TEST_F(cgroup, refuses_what_is_bound)
{
	struct program program = { 0 };

	add_return(&program, 0);
	attach(_metadata, self->dir, variant->post, &program);
	expect_taken_back(_metadata, self->dev, self->level, variant->family,
			  SOCK_STREAM, self->path);
	expect_taken_back(_metadata, self->dev, self->level, variant->family,
			  SOCK_DGRAM, self->path);
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
