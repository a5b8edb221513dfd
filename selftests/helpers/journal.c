// SPDX-License-Identifier: GPL-2.0-only
/*
 * Take the place of systemd's journal at the path SOCKET: print each datagram, and
 * an empty line behind it. A line "ready" says when one can be sent.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char datagram[65536];
	ssize_t len;

	if (argc != 2 || strlen(argv[1]) >= sizeof(addr.sun_path))
		errx(2, "usage: journal SOCKET");
	memcpy(addr.sun_path, argv[1], strlen(argv[1]));
	unlink(argv[1]);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "%s", argv[1]);
	puts("ready");
	fflush(stdout);
	while ((len = recv(fd, datagram, sizeof(datagram), 0)) >= 0) {
		fwrite(datagram, 1, (size_t)len, stdout);
		putchar('\n');
		fflush(stdout);
	}
	err(1, "recv");
}
