// SPDX-License-Identifier: GPL-2.0-only
/* What the reader sends to the journal arrives, whatever happens to the socket. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "../../tools/buf.h"
#include "../../tools/journal.h"
#include "../../tools/stop.h"

/* More than any queue holds. */
#define MANY	2000
#define LONG	6000
#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* A reader in a process of its own, and the socket that it sends to. */
struct setting {
	char dir[32];
	char path[64];
	int socket;
	struct journal reader;
	int errors;	/* what it says */
	pid_t child;
};

FIXTURE(journal)
{
	struct setting setting;
};

static int make_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	unlink(path);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return -1;
	return fd;
}

FIXTURE_SETUP(journal)
{
	struct setting *s = &self->setting;

	snprintf(s->dir, sizeof(s->dir), "/tmp/journal_test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/socket", s->dir);
	s->socket = make_socket(s->path);
	ASSERT_LE(0, s->socket);
	ASSERT_EQ(0, stop_catch());
	ASSERT_EQ(0, journal_open(&s->reader, s->path));
}

FIXTURE_TEARDOWN(journal)
{
	unlink(self->setting.path);
	rmdir(self->setting.dir);
}

static int send_number(struct journal *journal, unsigned int number)
{
	char text[64];
	struct buf b = { .data = text, .size = sizeof(text) };

	buf_str(&b, "MESSAGE=");
	buf_u64(&b, number);
	buf_char(&b, '\n');
	return journal_send(journal, &b);
}

static int send_long(struct journal *journal)
{
	static char text[LONG];
	struct buf b = { .data = text, .size = LONG, .len = LONG };
	const int size = 0;	/* the least that there is */

	memset(text, 'x', LONG);
	setsockopt(journal->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return journal_send(journal, &b);
}

/* One that was sent by send_number(); -1: none is there. */
static int receive(int fd, int flags)
{
	char text[64];
	unsigned int number;
	ssize_t len;

	do {
		len = recv(fd, text, sizeof(text) - 1, flags);
	} while (!len);	/* those are ignored */
	if (len < 0)
		return -1;
	text[len] = '\0';
	return sscanf(text, "MESSAGE=%u\n", &number) == 1 ? (int)number : -1;
}

/*
 * Numbers from @first on, until the journal has all. It ends with status 0 then.
 */
static bool start_reader(struct setting *s, unsigned int first,
			 unsigned int number)
{
	unsigned int i;
	int pipes[2];

	if (pipe(pipes))
		return false;
	s->errors = pipes[0];
	s->child = fork();
	if (s->child) {
		close(pipes[1]);
		return s->child > 0;
	}
	/* It is the journal's alone. */
	close(s->socket);
	dup2(pipes[1], STDERR_FILENO);
	for (i = 0; i < number; i++)
		if (send_number(&s->reader, first + i))
			_exit(2);
	_exit(journal_settle(&s->reader) ? 3 : 0);
}

static int end_of_reader(struct setting *s)
{
	int status;

	waitpid(s->child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Waits until it says @words. */
static bool says(struct setting *s, const char *words)
{
	char text[1024];
	size_t len = 0;

	while (len < sizeof(text) - 1) {
		if (read(s->errors, text + len, 1) != 1)
			return false;
		text[++len] = '\0';
		if (strstr(text, words))
			return true;
	}
	return false;
}

TEST_F(journal, full)
{
	struct setting *s = &self->setting;
	int i;

	ASSERT_TRUE(start_reader(s, 0, MANY));
	for (i = 0; i < MANY; i++)
		ASSERT_EQ(i, receive(s->socket, 0));
	ASSERT_EQ(0, end_of_reader(s));
	ASSERT_EQ(-1, receive(s->socket, MSG_DONTWAIT));
}

/* What was in the queue of a socket that ends goes to the next one. */
TEST_F(journal, queue_is_dropped)
{
	struct setting *s = &self->setting;
	int i;

	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, send_number(&s->reader, i));
	ASSERT_EQ(0, receive(s->socket, 0));
	close(s->socket);
	s->socket = make_socket(s->path);
	ASSERT_TRUE(start_reader(s, 5, 1));
	for (i = 0; i < 6; i++)
		ASSERT_EQ(i, receive(s->socket, 0));
	ASSERT_EQ(0, end_of_reader(s));
}

/* The place is saved then: it must not be before the last one was taken. */
TEST_F(journal, settles_when_taken)
{
	struct setting *s = &self->setting;
	int i;

	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, send_number(&s->reader, i));
	ASSERT_TRUE(start_reader(s, 5, 0));
	close(s->socket);
	s->socket = make_socket(s->path);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, waitpid(s->child, NULL, WNOHANG));
		ASSERT_EQ(i, receive(s->socket, 0));
	}
	ASSERT_EQ(0, end_of_reader(s));
}

/* Nothing is sent twice of what was taken for sure. */
TEST_F(journal, away)
{
	struct setting *s = &self->setting;

	ASSERT_EQ(0, send_number(&s->reader, 0));
	ASSERT_EQ(0, receive(s->socket, 0));
	ASSERT_EQ(0, journal_settle(&s->reader));
	close(s->socket);
	unlink(s->path);
	ASSERT_TRUE(start_reader(s, 1, 2));
	ASSERT_TRUE(says(s, "it takes no records"));
	s->socket = make_socket(s->path);
	ASSERT_EQ(1, receive(s->socket, 0));
	ASSERT_EQ(2, receive(s->socket, 0));
	ASSERT_TRUE(says(s, "it takes records again"));
	ASSERT_EQ(0, end_of_reader(s));
	ASSERT_EQ(-1, receive(s->socket, MSG_DONTWAIT));
}

TEST_F(journal, ends_while_away)
{
	struct setting *s = &self->setting;

	close(s->socket);
	unlink(s->path);
	ASSERT_TRUE(start_reader(s, 0, 1));
	ASSERT_TRUE(says(s, "it takes no records"));
	kill(s->child, SIGTERM);
	ASSERT_EQ(2, end_of_reader(s));
}

/* By a file, which nobody can change any more. */
TEST_F(journal, long_entry)
{
	struct setting *s = &self->setting;
	char control[CMSG_SPACE(sizeof(int))], text[LONG + 1];
	struct msghdr message = {
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	ASSERT_EQ(0, send_long(&s->reader));
	ASSERT_EQ(0, recvmsg(s->socket, &message, 0));
	ASSERT_NE(NULL, CMSG_FIRSTHDR(&message));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	ASSERT_EQ(LONG, pread(fd, text, sizeof(text), 0));
	ASSERT_EQ('x', text[LONG - 1]);
	ASSERT_EQ(SEALS, fcntl(fd, F_GET_SEALS));
	close(fd);
	ASSERT_EQ(0, journal_settle(&s->reader));
}

/* It says so, and others are not held up. */
TEST_F(journal, refused_entry)
{
	struct setting *s = &self->setting;
	const struct rlimit none = { 0, 0 };

	ASSERT_EQ(0, send_number(&s->reader, 1));
	ASSERT_EQ(0, prlimit(0, RLIMIT_NOFILE, &none, NULL));
	ASSERT_EQ(JOURNAL_REFUSED, send_long(&s->reader));
	ASSERT_EQ(EMFILE, errno);
	ASSERT_EQ(0, send_number(&s->reader, 2));
	ASSERT_EQ(1, receive(s->socket, 0));
	ASSERT_EQ(2, receive(s->socket, 0));
	ASSERT_EQ(0, journal_settle(&s->reader));
}

TEST_HARNESS_MAIN
