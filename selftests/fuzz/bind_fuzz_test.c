// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind() with random sockets, lengths and bytes. What was asked for and what
 * came of it is known here, as a tracer would see it: the record has to say the
 * same, and there has to be one for each call that reached the hook.
 */
#include <stddef.h>
#include <sys/un.h>

#include "capture.h"
#include "fuzz.h"

#define ROUNDS	2000

#define MODPROBE	"/proc/sys/kernel/modprobe"

/* One more than the kernel takes. */
#define LEN_MAX	(SOCKBIND_ADDR_MAX + 1)

static const int families[] = {
	AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK,
	AF_TIPC,
};

static const int types[] = {
	SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_RDM,
};

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static int pick(__u64 *state, const int *choice, size_t count)
{
	return choice[fuzz_below(state, (unsigned int)count)];
}

static int random_socket(__u64 *state)
{
	int fd;

	do {
		fd = socket(pick(state, families, COUNT(families)),
			    pick(state, types, COUNT(types)) | SOCK_CLOEXEC,
			    fuzz_below(state, 4) ? 0 : fuzz_below(state, 256));
	} while (fd < 0);
	return fd;
}

/* Often the family of the socket, so that more than the family is looked at. */
static socklen_t random_addr(__u64 *state, int fd, __u8 *addr)
{
	sa_family_t family;
	socklen_t len = sizeof(int);
	int domain;

	fuzz_bytes(state, addr, LEN_MAX);
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	family = (sa_family_t)domain;
	if (fuzz_below(state, 8))
		memcpy(addr, &family, sizeof(family));
	/* A path would stay behind: a name without one, or no name. */
	if (domain == AF_UNIX)
		addr[offsetof(struct sockaddr_un, sun_path)] = '\0';
	/* Addresses and ports that can be had. */
	if (fuzz_below(state, 2))
		memset(addr + sizeof(family), 0, LEN_MAX - sizeof(family));

	switch (fuzz_below(state, 4)) {
	case 0:
		return sizeof(struct sockaddr_in);
	case 1:
		return sizeof(struct sockaddr_in6);
	case 2:
		return sizeof(family);
	default:
		return fuzz_below(state, LEN_MAX + 1);
	}
}

FIXTURE(fuzz)
{
	int dev;
	bool outcome;
	char modprobe[256];
};

static void set_modprobe(const char *path)
{
	int fd = open(MODPROBE, O_WRONLY | O_CLOEXEC);

	if (write(fd, path, strlen(path) + 1) < 0)
		perror(MODPROBE);
	close(fd);
}

FIXTURE_SETUP(fuzz)
{
	int fd = open(MODPROBE, O_RDONLY | O_CLOEXEC);

	/* Nonsense would have the kernel look for a module each time. */
	ASSERT_LT(0, read(fd, self->modprobe, sizeof(self->modprobe) - 1));
	self->modprobe[strcspn(self->modprobe, "\n")] = '\0';
	close(fd);
	set_modprobe("");
	self->dev = capture_open(_metadata);
	self->outcome = capture_info(_metadata, self->dev).outcome;
	capture_families(_metadata, "all");
}

FIXTURE_TEARDOWN(fuzz)
{
	set_modprobe(self->modprobe);
	capture_families(_metadata, "!netlink");
	close(self->dev);
}

TEST_F_TIMEOUT(fuzz, bind_is_told, 3600)
{
	static const __u8 zero[SOCKBIND_ADDR_MAX];
	__u64 state = fuzz_seed();
	__u64 rounds = fuzz_setting("SOCKBIND_ROUNDS", ROUNDS);
	__u8 addr[LEN_MAX];

	while (rounds--) {
		int fd = random_socket(&state);
		socklen_t len = random_addr(&state, fd, addr);
		struct sockbind_bind rec;
		int result, n;

		result = bind(fd, (struct sockaddr *)addr, len) ? -errno : 0;
		n = capture_find(_metadata, self->dev, inode_of(fd), &rec);
		if (len > SOCKBIND_ADDR_MAX) {
			ASSERT_EQ(-EINVAL, result);
			ASSERT_EQ(0, n);
			close(fd);
			continue;
		}
		ASSERT_EQ(1, n);
		ASSERT_EQ(fd, rec.fd);
		ASSERT_EQ(len, rec.addrlen);
		ASSERT_EQ(0, memcmp(addr, rec.addr, len));
		ASSERT_EQ(0, memcmp(zero, rec.addr + len, sizeof(zero) - len));
		if (self->outcome) {
			ASSERT_TRUE(rec.hdr.flags & SOCKBIND_F_RESULT);
			ASSERT_EQ(result, rec.result);
		}
		close(fd);
	}
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
