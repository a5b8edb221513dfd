// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fixed list of binds, good and bad, for a tracer to watch. What comes of
 * each is not looked at here. With an argument it then prints a line, and keeps
 * its sockets until its input ends.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY	65534

/* Any socket will do, and any port that nobody listens on. */
#define PORT	20300

static const int types[] = { SOCK_STREAM, SOCK_DGRAM };

/*
 * Each gets a socket of its own, which stays open, and so another fd. To bind that
 * of a family that was switched off at boot does not reach the hook.
 */
static int open_socket(int family, int type)
{
	int fd = socket(family, type, 0);

	if (fd < 0 && errno != EAFNOSUPPORT)
		err(1, "socket");
	return fd;
}

static void bind_unix(int fd, const char *name, size_t len)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	memcpy(sun.sun_path, name, len);
	bind(fd, (struct sockaddr *)&sun,
	     offsetof(struct sockaddr_un, sun_path) + len);
}

static void bind_inet(int fd, const char *address, in_port_t port,
		      socklen_t len)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};

	inet_pton(AF_INET, address, &sin.sin_addr);
	bind(fd, (struct sockaddr *)&sin, len);
}

static void bind_inet6(int fd, const char *address, in_port_t port,
		       socklen_t len)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};

	inet_pton(AF_INET6, address, &sin6.sin6_addr);
	bind(fd, (struct sockaddr *)&sin6, len);
}

static void inet_cases(int type)
{
	const socklen_t len = sizeof(struct sockaddr_in);
	int fd = open_socket(AF_INET, type);

	bind_inet(fd, "127.0.0.1", PORT, len);
	bind_inet(fd, "127.0.0.1", PORT, len);
	bind_inet(fd, "127.0.0.1", PORT + 1, len);
	bind_inet(open_socket(AF_INET, type), "127.0.0.1", PORT, len);
	bind_inet(open_socket(AF_INET, type), "127.0.0.1", 0, len);
	bind_inet(open_socket(AF_INET, type), "0.0.0.0", PORT + 2, len);
	bind_inet(open_socket(AF_INET, type), "192.0.2.1", PORT + 3, len);
	bind_inet(open_socket(AF_INET, type), "127.255.255.254", 65535, len);
	bind_inet(open_socket(AF_INET, type), "127.0.0.1", 80, len);
	bind_inet(open_socket(AF_INET6, type), "127.0.0.1", PORT + 4, len);
}

static void inet6_cases(int type)
{
	const socklen_t len = sizeof(struct sockaddr_in6);
	int fd = open_socket(AF_INET6, type);

	bind_inet6(fd, "::1", PORT, len);
	bind_inet6(fd, "::1", PORT, len);
	bind_inet6(open_socket(AF_INET6, type), "::1", PORT, len);
	bind_inet6(open_socket(AF_INET6, type), "::1", 0, len);
	bind_inet6(open_socket(AF_INET6, type), "::", PORT + 5, len);
	bind_inet6(open_socket(AF_INET6, type), "2001:db8::1", PORT, len);
	bind_inet6(open_socket(AF_INET6, type), "::1", 81, len);
	bind_inet6(open_socket(AF_INET, type), "::1", PORT + 6, len);
}

static void unix_cases(int type)
{
	static const char path[] = "bind-cases";
	static const char abstract[] = "\0bind-cases";
	static const char nowhere[] = "/nonexistent/bind-cases";
	int fd = open_socket(AF_UNIX, type);

	unlink(path);
	bind_unix(fd, path, sizeof(path));
	bind_unix(fd, path, sizeof(path));
	bind_unix(open_socket(AF_UNIX, type), path, sizeof(path));
	/* Without the NUL at the end. */
	unlink(path);
	bind_unix(open_socket(AF_UNIX, type), path, sizeof(path) - 1);
	unlink(path);
	bind_unix(open_socket(AF_UNIX, type), nowhere, sizeof(nowhere));
	bind_unix(open_socket(AF_UNIX, type), abstract, sizeof(abstract) - 1);
	bind_unix(open_socket(AF_UNIX, type), abstract, sizeof(abstract) - 1);
	/* The kernel chooses a name. */
	bind_unix(open_socket(AF_UNIX, type), "", 0);
}

static void descriptor_cases(void)
{
	const socklen_t len = sizeof(struct sockaddr_in);
	int fd = open_socket(AF_INET, SOCK_DGRAM);
	int null = open("/dev/null", O_RDONLY);

	bind_inet(dup(fd), "127.0.0.1", 0, len);
	bind_inet(dup2(open_socket(AF_INET, SOCK_DGRAM), 700), "127.0.0.1", 0,
		  len);
	bind_inet6(dup2(open_socket(AF_INET6, SOCK_STREAM), 701), "::1", 0,
		   sizeof(struct sockaddr_in6));

	/* These do not reach the hook. */
	bind_inet(null, "127.0.0.1", PORT + 7, len);
	bind_inet(900, "127.0.0.1", PORT + 7, len);
	bind_inet(-1, "127.0.0.1", PORT + 7, len);
	bind(open_socket(AF_INET, SOCK_DGRAM), (void *)8, len);
	bind_inet(open_socket(AF_INET, SOCK_DGRAM), "127.0.0.1", 0, -1);
	bind_inet(open_socket(AF_INET, SOCK_DGRAM), "127.0.0.1", 0, 129);
}

static void denied_cases(void)
{
	bind_inet(open_socket(AF_INET, SOCK_STREAM), "127.0.0.1", 82,
		  sizeof(struct sockaddr_in));
	bind_inet6(open_socket(AF_INET6, SOCK_DGRAM), "::1", 83,
		   sizeof(struct sockaddr_in6));
	bind_unix(open_socket(AF_UNIX, SOCK_STREAM), "/root/bind-cases", 17);
	bind_inet(open_socket(AF_INET, SOCK_STREAM), "127.0.0.1", 0,
		  sizeof(struct sockaddr_in));
}

/* The first and the last bind, by which the others are found. */
static void mark(const char *name)
{
	int fd = open_socket(AF_UNIX, SOCK_STREAM);

	bind_unix(fd, name, strlen(name + 1) + 1);
	close(fd);
}

int main(int argc, char **argv)
{
	size_t i;

	(void)argv;

	mark("\0bind-cases-begin");
	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		inet_cases(types[i]);
		inet6_cases(types[i]);
		unix_cases(types[i]);
	}
	descriptor_cases();
	if (!fork()) {
		if (setgid(NOBODY) || setuid(NOBODY))
			err(1, "cannot become nobody");
		denied_cases();
		return 0;
	}
	wait(NULL);
	mark("\0bind-cases-end");
	if (argc > 1) {
		puts("bound");
		fflush(stdout);
		getchar();
	}
	return 0;
}
