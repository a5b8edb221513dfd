// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that binds a socket to the loopback address or the IPv6 one that it is
 * given, prints what it knows of that as NAME=VALUE lines and an empty one, and
 * stays until its standard input ends.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif

static const struct kind {
	const char *name;
	int family;
	int type;
	int protocol;
} kinds[] = {
	{ "tcp4", AF_INET, SOCK_STREAM, 0 },
	{ "udp4", AF_INET, SOCK_DGRAM, 0 },
	{ "mptcp4", AF_INET, SOCK_STREAM, 262 },
	{ "tcp6", AF_INET6, SOCK_STREAM, 0 },
	{ "udp6", AF_INET6, SOCK_DGRAM, 0 },
	{ "unix", AF_UNIX, SOCK_STREAM, 0 },
	{ "vsock", AF_VSOCK, SOCK_STREAM, 0 },
};

union any_addr {
	struct sockaddr sa;
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;
	struct sockaddr_vm svm;
	struct sockaddr_storage storage;
};

static const struct kind *find_kind(const char *name)
{
	size_t i;

	for (i = 0; name && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(name, kinds[i].name))
			return &kinds[i];
	errx(2, "usage: binder [-a IPV6[%%DEVICE]] [-d DEVICE] [-p PORT] KIND");
}

static void parse_addr(char *text, struct sockaddr_in6 *sin6)
{
	char *device = strchr(text, '%');

	if (device) {
		*device++ = '\0';
		sin6->sin6_scope_id = if_nametoindex(device);
		if (!sin6->sin6_scope_id)
			err(1, "%s", device);
	}
	if (inet_pton(AF_INET6, text, &sin6->sin6_addr) != 1)
		find_kind(NULL);
}

/* Of an AF_UNIX socket the kernel is left to choose the name. */
static socklen_t make_addr(int family, char *ip, unsigned int port,
			   union any_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->sa.sa_family = family;
	switch (family) {
	case AF_INET:
		addr->sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		addr->sin.sin_port = htons(port);
		return sizeof(addr->sin);
	case AF_INET6:
		addr->sin6.sin6_addr = in6addr_loopback;
		addr->sin6.sin6_port = htons(port);
		if (ip)
			parse_addr(ip, &addr->sin6);
		return sizeof(addr->sin6);
	case AF_VSOCK:
		addr->svm.svm_cid = VMADDR_CID_ANY;
		addr->svm.svm_port = port;
		return sizeof(addr->svm);
	default:
		return sizeof(sa_family_t);
	}
}

static int open_socket(const struct kind *kind, const char *device)
{
	int fd = socket(kind->family, kind->type, kind->protocol);

	if (fd < 0)
		err(1, "socket");
	if (device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
				 strlen(device)))
		err(1, "SO_BINDTODEVICE");
	return fd;
}

static void print_hex(const char *name, const void *bytes, size_t n)
{
	const unsigned char *byte = bytes;

	printf("%s=", name);
	while (n--)
		printf("%02x", *byte++);
	putchar('\n');
}

static void print_socket(int fd)
{
	unsigned long long cookie = 0;
	socklen_t len = sizeof(cookie);
	union any_addr addr;
	struct stat st;

	if (fstat(fd, &st))
		err(1, "fstat");
	getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);
	len = sizeof(addr);
	if (getsockname(fd, &addr.sa, &len))
		err(1, "getsockname");

	printf("fd=%d\ninode=%llu\nnetns_cookie=%llu\n", fd,
	       (unsigned long long)st.st_ino, cookie);
	print_hex("name", &addr, len);
	if (addr.sa.sa_family == AF_VSOCK)
		printf("port=%u\n", addr.svm.svm_port);
	else if (addr.sa.sa_family != AF_UNIX)
		printf("port=%u\n", ntohs(addr.sin.sin_port));
}

int main(int argc, char **argv)
{
	const char *device = NULL;
	char *ip = NULL;
	const struct kind *kind;
	union any_addr addr;
	unsigned int port = 0;
	socklen_t len;
	int fd, option, result;

	while ((option = getopt(argc, argv, "a:d:p:")) != -1) {
		switch (option) {
		case 'a':
			ip = optarg;
			break;
		case 'd':
			device = optarg;
			break;
		case 'p':
			port = strtoul(optarg, NULL, 10);
			break;
		default:
			find_kind(NULL);
		}
	}
	kind = find_kind(argv[optind]);
	fd = open_socket(kind, device);
	len = make_addr(kind->family, ip, port, &addr);
	result = bind(fd, &addr.sa, len) ? -errno : 0;
	/* ss(8) does not show a TCP socket that is only bound. */
	if (!result && kind->type == SOCK_STREAM && listen(fd, 1))
		err(1, "listen");

	print_socket(fd);
	print_hex("request", &addr, len);
	printf("result=%d\npid=%d\nppid=%d\nuid=%u\n\n", result, getpid(),
	       getppid(), getuid());
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
