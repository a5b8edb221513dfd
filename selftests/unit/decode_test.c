// SPDX-License-Identifier: GPL-2.0-only
/* The reader's decoder: what every record and address is taken for. */
#include <arpa/inet.h>
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/can.h>

#include "kselftest_harness.h"

#include "../../tools/buf.h"
#include "../../tools/decode.h"
#include "../../tools/digits.h"
#include "../../tools/escape.h"
#include "../../tools/identity.h"
#include "../../tools/labels.h"
#include "../../tools/names.h"
#include "../../tools/output.h"
#include "fuzz.h"

#define __packed	__attribute__((packed))

#define TEXT_SIZE	4096
#define HOSTILE_ROUNDS	20000

#define FLAGS_OK	SOCKBIND_F_RESULT
#define FLAGS_FINAL	(SOCKBIND_F_RESULT | SOCKBIND_F_FINAL_ADDR)

/* A literal with the zeros in it, and how many bytes those are. */
#define BYTES(literal)	bytes(literal, sizeof(literal) - 1)

static char text[TEXT_SIZE];

static struct address_bytes bytes(const void *data, size_t len)
{
	return (struct address_bytes){ data, len };
}

static struct buf text_start(void)
{
	return (struct buf){ .data = text, .size = sizeof(text) - 1 };
}

static const char *text_end(const struct buf *b)
{
	text[b->len] = '\0';
	return text;
}

static struct sockbind_bind a_bind(uint16_t family, uint16_t type,
				   uint16_t protocol, uint32_t flags)
{
	return (struct sockbind_bind){
		.hdr = {
			.size = SOCKBIND_RECORD_SIZE,
			.version = SOCKBIND_ABI_VERSION,
			.type = SOCKBIND_RECORD_BIND,
			.flags = flags,
		},
		.family = family,
		.sock_type = type,
		.protocol = protocol,
		.unprivileged_port_start = 1024,
		.fixed_index = -1,
		.loginuid = SOCKBIND_UNKNOWN,
		.sessionid = SOCKBIND_UNKNOWN,
	};
}

static void ask(struct sockbind_bind *bind, const void *addr, size_t len)
{
	memcpy(bind->addr, addr, len);
	bind->addrlen = len;
}

static void ask_inet(struct sockbind_bind *bind, const char *ip, uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};

	inet_pton(AF_INET, ip, &in.sin_addr);
	ask(bind, &in, sizeof(in));
}

static void got_inet(struct sockbind_bind *bind, const char *ip, uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};

	inet_pton(AF_INET, ip, &in.sin_addr);
	memcpy(bind->final_addr, &in, sizeof(in));
	bind->final_addrlen = sizeof(in);
}

/* The text of an address that was given to a socket without an interface. */
static const char *address_of(uint16_t family, uint16_t protocol,
			      const uint8_t *raw, size_t len)
{
	const struct address_socket sock = {
		.family = family,
		.protocol = protocol,
	};
	struct buf b = text_start();
	struct address a;

	address_decode(&a, raw, len, &sock);
	address_text(&b, &a, &sock, false);
	return text_end(&b);
}

static const char *inet6_of(const char *ip, uint16_t port)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};

	inet_pton(AF_INET6, ip, &in6.sin6_addr);
	return address_of(AF_INET6, 0, (uint8_t *)&in6, sizeof(in6));
}

/* A family in the byte order of this host, then the rest of an address. */
static const char *family_of(uint16_t family, uint16_t protocol,
			     struct address_bytes rest)
{
	uint8_t raw[SOCKBIND_ADDR_MAX];

	memcpy(raw, &family, sizeof(family));
	memcpy(raw + sizeof(family), rest.data, rest.len);
	return address_of(family, protocol, raw, sizeof(family) + rest.len);
}

/* The last bytes before a page that faults: reading past them is seen. */
static uint8_t *at_the_edge(size_t len)
{
	static uint8_t *edge;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!edge) {
		edge = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (edge == MAP_FAILED || mprotect(edge + page, page,
						   PROT_NONE))
			abort();
		edge += page;
	}
	return edge - len;
}

static enum decode_result decode_bytes(struct event *event, const void *record,
				       size_t size)
{
	return decode_record(event, record, size, false);
}

static enum decode_result decode(struct event *event,
				 const struct sockbind_bind *bind)
{
	return decode_bytes(event, bind, sizeof(*bind));
}

TEST(record_of_bind)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_FINAL);
	struct event event;

	bind.hdr.seq = 7;
	bind.pid = 4711;
	ask_inet(&bind, "127.0.0.1", 80);
	got_inet(&bind, "127.0.0.1", 80);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(7, event.bind.raw.hdr.seq);
	EXPECT_EQ(4711, event.bind.raw.pid);
	EXPECT_EQ(ADDRESS_INET, event.bind.request.kind);
	EXPECT_EQ(80, event.bind.request.inet.port);
	EXPECT_TRUE(event.bind.has_final);
	EXPECT_EQ(ADDRESS_SAME, event.bind.change);
}

TEST(record_at_any_alignment)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_OK);
	uint8_t *record = at_the_edge(SOCKBIND_RECORD_SIZE + 1);
	struct event event;

	bind.pid = 4711;
	memcpy(record, &bind, sizeof(bind));
	ASSERT_EQ(DECODE_BIND,
		  decode_bytes(&event, record, SOCKBIND_RECORD_SIZE));
	EXPECT_EQ(4711, event.bind.raw.pid);
}

TEST(record_cut_off)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_OK);
	struct event event;
	uint8_t *record;
	size_t size;

	for (size = 0; size < sizeof(bind); size++) {
		record = at_the_edge(size);
		memcpy(record, &bind, size);
		ASSERT_EQ(DECODE_FOREIGN, decode_bytes(&event, record, size));
	}
	record = at_the_edge(size);
	memcpy(record, &bind, size);
	EXPECT_EQ(DECODE_BIND, decode_bytes(&event, record, size));
}

TEST(record_of_another_version)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_OK);
	struct event event;

	bind.hdr.version++;
	EXPECT_EQ(DECODE_FOREIGN, decode(&event, &bind));
	bind.hdr.version -= 2;
	EXPECT_EQ(DECODE_FOREIGN, decode(&event, &bind));
	bind.hdr.version++;
	bind.hdr.size += 64;
	EXPECT_EQ(DECODE_FOREIGN, decode(&event, &bind));
	bind.hdr.size -= 128;
	EXPECT_EQ(DECODE_FOREIGN, decode(&event, &bind));
}

TEST(record_of_unknown_type)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_OK);
	struct event event;

	bind.hdr.type = SOCKBIND_RECORD_PROCESS + 1;
	EXPECT_EQ(DECODE_UNKNOWN, decode(&event, &bind));
	bind.hdr.type = 0;
	EXPECT_EQ(DECODE_UNKNOWN, decode(&event, &bind));
}

static enum decode_result decode_process(struct event *event,
					 const struct sockbind_process *raw)
{
	return decode_record(event, raw, sizeof(*raw), false);
}

TEST(process)
{
	struct sockbind_process raw = {
		.hdr = {
			.size = SOCKBIND_RECORD_SIZE,
			.version = SOCKBIND_ABI_VERSION,
			.type = SOCKBIND_RECORD_PROCESS,
			.flags = SOCKBIND_P_PATH | SOCKBIND_P_CMDLINE,
		},
		.pid = 0x01020304,
		.exe_mode = 0x0506,
		.path_len = 200,
		.cmdline_len = 48,
		.ancestors = SOCKBIND_ANCESTORS,
	};
	struct sockbind_process swapped = raw;
	struct event event;

	ASSERT_EQ(DECODE_PROCESS, decode_process(&event, &raw));
	EXPECT_FALSE(event.process.odd);
	decode_swap_process(&swapped);
	EXPECT_EQ(0x04030201, swapped.pid);
	EXPECT_EQ(0x0605, swapped.exe_mode);
	ASSERT_EQ(DECODE_PROCESS, decode_record(&event, &swapped,
						sizeof(swapped), true));
	EXPECT_EQ(0, memcmp(&raw, &event.process.raw, sizeof(raw)));

	raw.path_len = 201;
	ASSERT_EQ(DECODE_PROCESS, decode_process(&event, &raw));
	EXPECT_TRUE(event.process.odd);
	raw.path_len = UINT16_MAX;
	ASSERT_EQ(DECODE_PROCESS, decode_process(&event, &raw));
	EXPECT_TRUE(event.process.odd);
	raw.path_len = 0;
	raw.ancestors++;
	ASSERT_EQ(DECODE_PROCESS, decode_process(&event, &raw));
	EXPECT_TRUE(event.process.odd);
	raw.ancestors = 0;
	raw.hdr.flags = 0;
	ASSERT_EQ(DECODE_PROCESS, decode_process(&event, &raw));
	EXPECT_TRUE(event.process.odd);
}

/* The members that contradict the rest; -1: it could not be decoded at all. */
static int odd(const struct sockbind_bind *bind, struct event *event)
{
	return decode(event, bind) == DECODE_BIND ? (int)event->bind.odd : -1;
}

TEST(length_that_is_odd)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_FINAL);
	struct event event;

	ask_inet(&bind, "127.0.0.1", 80);
	got_inet(&bind, "127.0.0.1", 80);
	bind.addrlen = SOCKBIND_ADDR_MAX;
	bind.final_addrlen = SOCKBIND_FINAL_ADDR_MAX;
	EXPECT_EQ(0, odd(&bind, &event));
	bind.addrlen++;
	EXPECT_EQ(ODD_REQUEST, odd(&bind, &event));
	EXPECT_EQ(ADDRESS_UNKNOWN, event.bind.request.kind);
	EXPECT_EQ(0, event.bind.request.raw.len);
	EXPECT_TRUE(event.bind.has_final);
	EXPECT_EQ(80, event.bind.final.inet.port);
	bind.addrlen = 0xffff;
	bind.final_addrlen++;
	EXPECT_EQ(ODD_REQUEST | ODD_FINAL, odd(&bind, &event));
	EXPECT_FALSE(event.bind.has_final);
	bind.addrlen = 16;
	bind.final_addrlen = 0;
	EXPECT_EQ(ODD_FINAL, odd(&bind, &event));
	EXPECT_FALSE(event.bind.has_final);
	EXPECT_EQ(80, event.bind.request.inet.port);
	bind.hdr.flags = FLAGS_OK;
	EXPECT_EQ(0, odd(&bind, &event));
	bind.final_addrlen = 16;
	EXPECT_EQ(ODD_FINAL, odd(&bind, &event));
	EXPECT_FALSE(event.bind.has_final);
}

TEST(outcome_that_is_odd)
{
	static const int32_t numbers[] = { 1, 99, 4096, INT32_MAX, -4096, INT32_MIN };
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_OK | SOCKBIND_F_LSM);
	struct event event;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		bind.result = numbers[i];
		EXPECT_EQ(ODD_RESULT, odd(&bind, &event));
		EXPECT_EQ(numbers[i], event.bind.returned);
		EXPECT_TRUE(bind_event_is_odd(&event.bind));
		EXPECT_FALSE(event.bind.succeeded);
		EXPECT_EQ(0, event.bind.error);
		EXPECT_EQ(0, bind_event_error(&event.bind));
		bind.lsm = numbers[i];
		EXPECT_EQ(ODD_RESULT | ODD_LSM, odd(&bind, &event));
		EXPECT_EQ(0, event.bind.lsm_error);
		bind.result = 0;
		EXPECT_EQ(ODD_LSM, odd(&bind, &event));
		bind.lsm = 0;
	}
	bind.result = -4095;
	bind.lsm = -4095;
	EXPECT_EQ(0, odd(&bind, &event));
	EXPECT_EQ(4095, bind_event_error(&event.bind));

	/* What no flag vouches for says nothing. */
	bind.hdr.flags = 0;
	bind.result = 1;
	bind.lsm = 1;
	EXPECT_EQ(0, odd(&bind, &event));
	EXPECT_EQ(0, event.bind.returned);
}

TEST(descriptor_that_is_odd)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_OK);
	struct event event;

	for (bind.fd_status = SOCKBIND_FD_FIXED; bind.fd_status; bind.fd_status++) {
		bind.fd = -1;
		EXPECT_EQ(bind.fd_status > SOCKBIND_FD_UNKNOWN ? ODD_FD : 0,
			  odd(&bind, &event));
		bind.fd = 3;
		EXPECT_EQ(ODD_FD, odd(&bind, &event));
	}
	EXPECT_EQ(0, odd(&bind, &event));
	bind.fd = -1;
	EXPECT_EQ(ODD_FD, odd(&bind, &event));
}

TEST(record_of_loss)
{
	struct sockbind_lost lost = {
		.hdr = {
			.size = SOCKBIND_RECORD_SIZE,
			.version = SOCKBIND_ABI_VERSION,
			.type = SOCKBIND_RECORD_LOST,
			.cpu = 3,
			.seq = 5,
		},
		.last = 16,
	};
	struct event event;

	ASSERT_EQ(DECODE_LOST, decode_bytes(&event, &lost, sizeof(lost)));
	EXPECT_EQ(3, event.lost.cpu);
	EXPECT_EQ(5, event.lost.first);
	EXPECT_EQ(16, event.lost.last);
	EXPECT_EQ(12, event.lost.count);

	lost.last = 5;
	ASSERT_EQ(DECODE_LOST, decode_bytes(&event, &lost, sizeof(lost)));
	EXPECT_EQ(1, event.lost.count);

	EXPECT_EQ(0, event.lost.odd);

	lost.last = 4;
	ASSERT_EQ(DECODE_LOST, decode_bytes(&event, &lost, sizeof(lost)));
	EXPECT_EQ(ODD_LAST, event.lost.odd);
	EXPECT_EQ(0, event.lost.count);
	EXPECT_EQ(3, event.lost.cpu);
	lost.last = 0;
	ASSERT_EQ(DECODE_LOST, decode_bytes(&event, &lost, sizeof(lost)));
	EXPECT_EQ(ODD_LAST, event.lost.odd);

	/* Their number does not fit the count. */
	lost.hdr.seq = 0;
	lost.last = UINT64_MAX;
	ASSERT_EQ(DECODE_LOST, decode_bytes(&event, &lost, sizeof(lost)));
	EXPECT_EQ(ODD_LAST, event.lost.odd);
}

TEST(outcome_known_and_unknown)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   0);
	struct event event;

	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_FALSE(event.bind.succeeded);
	EXPECT_EQ(0, event.bind.error);

	bind.hdr.flags = SOCKBIND_F_RESULT;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_TRUE(event.bind.succeeded);

	bind.result = -EADDRINUSE;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_FALSE(event.bind.succeeded);
	EXPECT_EQ(EADDRINUSE, event.bind.error);

	/* A value that no flag vouches for is not shown. */
	bind.hdr.flags = 0;
	bind.lsm = -EACCES;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(0, event.bind.error);
	EXPECT_EQ(0, event.bind.lsm_error);

	bind.hdr.flags = SOCKBIND_F_LSM;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(EACCES, event.bind.lsm_error);
}

TEST(privileged_port)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_FINAL);
	struct event event;

	ask_inet(&bind, "0.0.0.0", 1023);
	got_inet(&bind, "0.0.0.0", 1023);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_TRUE(label_privileged(&event.bind));

	bind.unprivileged_port_start = 1023;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_FALSE(label_privileged(&event.bind));

	bind.unprivileged_port_start = SOCKBIND_UNKNOWN;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_TRUE(label_privileged(&event.bind));

	bind.sock_type = SOCK_RAW;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_FALSE(label_privileged(&event.bind));

	bind.sock_type = SOCK_STREAM;
	got_inet(&bind, "0.0.0.0", 1024);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_FALSE(label_privileged(&event.bind));
}

TEST(privileged_port_of_vsock)
{
	/* svm_reserved1, svm_port, svm_cid, and what follows. */
	struct {
		uint16_t family;
		uint16_t reserved;
		uint32_t word[3];
	} vm = { AF_VSOCK, 0, { 1023, UINT32_MAX } };
	static const struct {
		uint32_t port;
		bool chosen;
		bool privileged;
	} cases[] = {
		{ 0, true, true },
		{ 1023, true, true },
		{ 1024, true, false },
		{ 65536 + 80, true, false },
		{ UINT32_MAX, false, false },
	};
	struct sockbind_bind bind = a_bind(AF_VSOCK, SOCK_STREAM, 0, FLAGS_OK);
	struct event event;
	size_t i;

	/* It is that of IP. */
	bind.unprivileged_port_start = 0;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		vm.word[0] = cases[i].port;
		ask(&bind, &vm, sizeof(vm));
		ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
		EXPECT_TRUE(label_has_port(&event.bind));
		EXPECT_EQ(cases[i].port, label_port_number(&event.bind));
		EXPECT_EQ(cases[i].chosen, label_port_chosen(&event.bind));
		EXPECT_EQ(cases[i].privileged, label_privileged(&event.bind));
		EXPECT_EQ(LABEL_PORT_NONE, label_port(&event.bind));
	}
	bind.family = AF_UNIX;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_FALSE(label_has_port(&event.bind));
}

TEST(final_address_compared)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_FINAL);
	struct event event;

	ask_inet(&bind, "127.0.0.1", 0);
	got_inet(&bind, "127.0.0.1", 40123);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(ADDRESS_PORT_CHANGED, event.bind.change);
	EXPECT_EQ(40123, event.bind.final.inet.port);

	/* As a cgroup program does it. */
	got_inet(&bind, "127.0.0.2", 0);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(ADDRESS_ALL_CHANGED, event.bind.change);

	ask_inet(&bind, "127.0.0.2", 7);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(ADDRESS_PORT_CHANGED, event.bind.change);
	bind.sock_type = SOCK_RAW;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(ADDRESS_SAME, event.bind.change);
}

/* Of a raw socket getsockname(2) tells the protocol as a port, of L2TP nothing. */
TEST(no_port)
{
	static const uint8_t l2tp6[32] = {
		[2] = 0x12, [23] = 1, [28] = 0xa1,
	};
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_RAW, IPPROTO_ICMP,
					   FLAGS_FINAL);
	struct address_socket sock = { .family = AF_INET6, .portless = true };
	struct buf b = text_start();
	struct event event;

	ask_inet(&bind, "127.0.0.1", 4711);
	got_inet(&bind, "127.0.0.1", IPPROTO_ICMP);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(ADDRESS_SAME, event.bind.change);
	EXPECT_FALSE(label_has_port(&event.bind));
	EXPECT_FALSE(label_ephemeral(&event.bind));
	address_text(&b, &event.bind.request, &event.bind.socket, false);
	buf_char(&b, ' ');
	address_text(&b, &event.bind.final, &event.bind.socket, false);
	EXPECT_STREQ("127.0.0.1 127.0.0.1", text_end(&b));

	bind.sock_type = SOCK_DGRAM;
	bind.protocol = 115;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_FALSE(label_has_port(&event.bind));
	b = text_start();
	memcpy(bind.addr, l2tp6, sizeof(l2tp6));
	memcpy(bind.addr, &(sa_family_t) { AF_INET6 }, sizeof(sa_family_t));
	address_decode(&event.bind.request, bind.addr, sizeof(l2tp6), &sock);
	address_text(&b, &event.bind.request, &sock, false);
	EXPECT_STREQ("::1", text_end(&b));
}

TEST(final_family_compared)
{
	const struct address any4 = { .kind = ADDRESS_INET };
	const struct address any6 = { .kind = ADDRESS_INET6 };

	EXPECT_EQ(ADDRESS_SAME, address_compare(&any4, &any4));
	EXPECT_EQ(ADDRESS_ALL_CHANGED, address_compare(&any4, &any6));
}

TEST(final_scope_compared)
{
	struct sockbind_bind bind = a_bind(AF_INET6, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_FINAL);
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(53),
		.sin6_flowinfo = htonl(5),
	};
	struct event event;

	inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
	ask(&bind, &in6, sizeof(in6));
	in6.sin6_flowinfo = 0;
	bind.final_addrlen = sizeof(in6);
	memcpy(bind.final_addr, &in6, sizeof(in6));
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(ADDRESS_SAME, event.bind.change);

	in6.sin6_scope_id = 2;
	memcpy(bind.final_addr, &in6, sizeof(in6));
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(ADDRESS_ALL_CHANGED, event.bind.change);
}

TEST(worker_is_named_by_its_leader)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_OK);
	struct event event;

	memcpy(bind.comm, "iou-wrk-1234567x", SOCKBIND_COMM_LEN);
	memcpy(bind.leader_comm, "server", 6);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(SOCKBIND_COMM_LEN, event.bind.thread_comm.len);
	EXPECT_EQ(0, memcmp("iou-wrk-1234567x", event.bind.thread_comm.data,
			    SOCKBIND_COMM_LEN));
	ASSERT_EQ(6, event.bind.comm.len);
	EXPECT_EQ(0, memcmp("server", event.bind.comm.data, 6));

	bind.via_flags = SOCKBIND_VIA_WORKER;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(6, event.bind.comm.len);
	EXPECT_EQ(0, memcmp("server", event.bind.comm.data, 6));
}

TEST(inet)
{
	struct sockbind_bind bind = { 0 };

	ask_inet(&bind, "192.0.2.255", 65535);
	EXPECT_STREQ("192.0.2.255:65535",
		     address_of(AF_INET, 0, bind.addr, bind.addrlen));
	ask_inet(&bind, "0.0.0.0", 0);
	EXPECT_STREQ("0.0.0.0:0",
		     address_of(AF_INET, 0, bind.addr, bind.addrlen));

	/* The address's family counts, not the socket's. */
	EXPECT_STREQ("0.0.0.0:0",
		     address_of(AF_INET6, 0, bind.addr, bind.addrlen));
}

TEST(inet_as_unspec)
{
	struct sockbind_bind bind = { 0 };

	ask_inet(&bind, "0.0.0.0", 8080);
	memset(bind.addr, 0, 2);
	EXPECT_STREQ("AF_UNSPEC 0.0.0.0:8080",
		     address_of(AF_INET, 0, bind.addr, bind.addrlen));
	EXPECT_STREQ("AF_UNSPEC 0x1f90000000000000000000000000",
		     address_of(AF_INET6, 0, bind.addr, bind.addrlen));
	EXPECT_STREQ("AF_UNSPEC short len 15 0x1f900000000000000000000000",
		     address_of(AF_INET, 0, bind.addr, 15));
}

TEST(inet6_by_rfc_5952)
{
	EXPECT_STREQ("[::]:0", inet6_of("::", 0));
	EXPECT_STREQ("[::1]:443", inet6_of("::1", 443));
	EXPECT_STREQ("[1::]:1", inet6_of("1::", 1));
	EXPECT_STREQ("[2001:db8::1]:80", inet6_of("2001:0DB8:0::1", 80));
	EXPECT_STREQ("[2001:db8:0:1:1:1:1:1]:80",
		     inet6_of("2001:db8:0:1:1:1:1:1", 80));
	EXPECT_STREQ("[2001:0:0:1::1]:80", inet6_of("2001:0:0:1:0:0:0:1", 80));
	EXPECT_STREQ("[2001:db8::1:0:0:1]:80",
		     inet6_of("2001:db8:0:0:1:0:0:1", 80));
	EXPECT_STREQ("[1:2:3:4:5:6:7:8]:80", inet6_of("1:2:3:4:5:6:7:8", 80));
	EXPECT_STREQ("[::ffff:192.0.2.1]:80",
		     inet6_of("::ffff:192.0.2.1", 80));
	EXPECT_STREQ("[::102:304]:80", inet6_of("::1.2.3.4", 80));
}

/* inet_ntop() agrees but for ::a.b.c.d, which RFC 5952 leaves to taste. */
TEST(inet6_as_libc)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	char want[INET6_ADDRSTRLEN + 8] = "[";
	uint8_t *ip = in6.sin6_addr.s6_addr;
	int round, i;

	for (round = 0; round < 5000; round++) {
		for (i = 0; i < 16; i += 2) {
			ip[i] = fuzz_random() % 3 ? 0 : fuzz_random();
			ip[i + 1] = fuzz_random() % 2 ? 0 : fuzz_random();
		}
		ip[0] = 0x20;
		inet_ntop(AF_INET6, ip, want + 1, sizeof(want) - 1);
		strcat(want, "]:0");
		ASSERT_STREQ(want, address_of(AF_INET6, 0, (uint8_t *)&in6,
					      sizeof(in6)));
	}
}

TEST(inet6_scope)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(53),
		.sin6_scope_id = 2,
	};
	struct address_socket sock = {
		.family = AF_INET6,
		.ifindex = 2,
		.ifname = BYTES("et\th0"),
	};
	struct buf b = text_start();
	struct address a;

	inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
	address_decode(&a, (uint8_t *)&in6, sizeof(in6), &sock);
	address_text(&b, &a, &sock, false);
	EXPECT_STREQ("[fe80::1%et\\th0]:53", text_end(&b));

	/* The name of another interface would be a lie. */
	sock.ifindex = 3;
	b = text_start();
	address_text(&b, &a, &sock, false);
	EXPECT_STREQ("[fe80::1%2]:53", text_end(&b));

	/* As old as RFC 2133: there is no scope id. */
	EXPECT_STREQ("[fe80::1]:53",
		     address_of(AF_INET6, 0, (uint8_t *)&in6, 24));
	EXPECT_STREQ("[fe80::1]:53",
		     address_of(AF_INET6, 0, (uint8_t *)&in6, 27));
}

TEST(unix_path)
{
	uint8_t longest[SOCKBIND_ADDR_MAX - 2];

	EXPECT_STREQ("/run/a", family_of(AF_UNIX, 0, BYTES("/run/a")));
	EXPECT_STREQ("/run/a", family_of(AF_UNIX, 0, BYTES("/run/a\0")));
	EXPECT_STREQ("/run/a", family_of(AF_UNIX, 0, BYTES("/run/a\0junk")));
	EXPECT_STREQ("/\\n\\x1b[2J\\\\\\xe2\\x80\\xae",
		     family_of(AF_UNIX, 0, BYTES("/\n\033[2J\\\xe2\x80\xae")));
	EXPECT_STREQ("\\x40name", family_of(AF_UNIX, 0, BYTES("@name")));

	memset(longest, 'x', sizeof(longest));
	EXPECT_EQ(sizeof(longest),
		  strlen(family_of(AF_UNIX, 0, bytes(longest, sizeof(longest)))));
}

TEST(unix_abstract)
{
	EXPECT_STREQ("@", family_of(AF_UNIX, 0, BYTES("\0")));
	EXPECT_STREQ("@name", family_of(AF_UNIX, 0, BYTES("\0name")));
	EXPECT_STREQ("@a\\x00b\\x00",
		     family_of(AF_UNIX, 0, BYTES("\0a\0b\0")));
	EXPECT_STREQ("@@", family_of(AF_UNIX, 0, BYTES("\0@")));
}

TEST(unix_autobind)
{
	struct sockbind_bind bind = a_bind(AF_UNIX, SOCK_DGRAM, 0,
					   FLAGS_FINAL);
	const uint16_t family = AF_UNIX;
	struct event event;

	EXPECT_STREQ("(autobind)", family_of(AF_UNIX, 0, BYTES("")));

	ask(&bind, &family, sizeof(family));
	memcpy(bind.final_addr, &family, sizeof(family));
	memcpy(bind.final_addr + 3, "0921f", 5);
	bind.final_addrlen = 8;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_EQ(ADDRESS_UNIX_AUTOBIND, event.bind.request.kind);
	EXPECT_EQ(ADDRESS_UNIX_ABSTRACT, event.bind.final.kind);
	EXPECT_EQ(ADDRESS_ALL_CHANGED, event.bind.change);
}

/* Members in the byte order of this host, as the kernel has them. */
TEST(other_families)
{
	struct {
		uint16_t half;
		uint32_t word[21];
	} __packed host = { 0 };
	const uint8_t *rest = (uint8_t *)&host;

	host.word[0] = 4711;
	host.word[1] = 0x11;
	EXPECT_STREQ("rtnl:4711 groups 0x11",
		     family_of(AF_NETLINK, 0, bytes(rest, 10)));
	host.word[1] = 0;
	EXPECT_STREQ("uevent:4711", family_of(AF_NETLINK, 15, bytes(rest, 10)));
	EXPECT_STREQ("4711", family_of(AF_NETLINK, 31, bytes(rest, 10)));

	host.half = htons(0x0800);
	EXPECT_STREQ("0x0800:4711", family_of(AF_PACKET, 0, bytes(rest, 18)));
	host.word[0] = 0;
	EXPECT_STREQ("0x0800:*", family_of(AF_PACKET, 0, bytes(rest, 18)));

	host.word[0] = 1024;
	host.word[1] = 3;
	EXPECT_STREQ("3:1024", family_of(AF_VSOCK, 0, bytes(rest, 14)));
	host.word[0] = UINT32_MAX;
	host.word[1] = UINT32_MAX;
	EXPECT_STREQ("*:*", family_of(AF_VSOCK, 0, bytes(rest, 14)));

	host.word[0] = 2;
	host.word[1] = 5;
	EXPECT_STREQ("2:q5", family_of(AF_XDP, 0, bytes(rest, 14)));
	EXPECT_STREQ("2:5", family_of(AF_QIPCRTR, 0, bytes(rest, 10)));
}

TEST(alg)
{
	uint8_t rest[86] = "skcipher";

	memcpy(rest + 22, "cbc(aes)", 8);
	EXPECT_STREQ("skcipher:cbc(aes)",
		     family_of(AF_ALG, 0, bytes(rest, sizeof(rest))));
	EXPECT_STREQ("skcipher:cbc", family_of(AF_ALG, 0, bytes(rest, 22 + 3)));
	EXPECT_STREQ("skcipher:", family_of(AF_ALG, 0, bytes(rest, 22)));

	/* Neither string needs a NUL. */
	memset(rest, 'x', sizeof(rest));
	EXPECT_EQ(14 + 1 + 64,
		  strlen(family_of(AF_ALG, 0, bytes(rest, sizeof(rest)))));
}

TEST(can)
{
	struct {
		uint16_t half;
		uint32_t word[5];
	} __packed host = { .word = { 7, 0x123, 0x456 } };
	const uint8_t *rest = (uint8_t *)&host;
	const uint64_t name = 0x0102030405060708;

	EXPECT_STREQ("7", family_of(AF_CAN, CAN_RAW, bytes(rest, 6)));
	EXPECT_STREQ("7", family_of(AF_CAN, CAN_RAW, bytes(rest, 22)));
	EXPECT_STREQ("7 rx 0x123 tx 0x456",
		     family_of(AF_CAN, CAN_ISOTP, bytes(rest, 14)));
	EXPECT_STREQ("7", family_of(AF_CAN, CAN_ISOTP, bytes(rest, 13)));

	memcpy(&host.word[1], &name, sizeof(name));
	host.word[3] = 0x1ff00;
	host.word[4] = 0x20202020;
	EXPECT_STREQ("7 name 0x0102030405060708 pgn 0x1ff00 addr 0x20",
		     family_of(AF_CAN, CAN_J1939, bytes(rest, 19)));
	EXPECT_STREQ("7", family_of(AF_CAN, CAN_J1939, bytes(rest, 18)));
	host.word[0] = 0;
	EXPECT_STREQ("*", family_of(AF_CAN, CAN_BCM, bytes(rest, 6)));
}

TEST(bluetooth_by_protocol)
{
	const uint8_t l2cap[] = { 0x01, 0x10, 6, 5, 4, 3, 2, 1, 0x40, 0x00 };
	const uint8_t rfcomm[] = { 6, 5, 4, 3, 2, 0xa1, 22, 0 };
	const uint16_t hci[] = { 1, 3 };
	const uint16_t no_hci[] = { 0xffff, 1 };
	uint8_t psm[sizeof(l2cap)];

	EXPECT_STREQ("01:02:03:04:05:06 cid 0x0040",
		     family_of(AF_BLUETOOTH, BTPROTO_L2CAP, bytes(l2cap, sizeof(l2cap))));
	memcpy(psm, l2cap, sizeof(psm));
	psm[8] = 0;
	EXPECT_STREQ("01:02:03:04:05:06 psm 0x1001",
		     family_of(AF_BLUETOOTH, BTPROTO_L2CAP, bytes(psm, sizeof(psm))));
	EXPECT_STREQ("a1:02:03:04:05:06 channel 22",
		     family_of(AF_BLUETOOTH, BTPROTO_RFCOMM, bytes(rfcomm, 8)));
	EXPECT_STREQ("a1:02:03:04:05:06 channel 22",
		     family_of(AF_BLUETOOTH, BTPROTO_RFCOMM, bytes(rfcomm, 7)));
	EXPECT_STREQ("a1:02:03:04:05:06",
		     family_of(AF_BLUETOOTH, BTPROTO_SCO, bytes(rfcomm, 6)));
	EXPECT_STREQ("a1:02:03:04:05:06",
		     family_of(AF_BLUETOOTH, BTPROTO_ISO, bytes(rfcomm, 7)));
	EXPECT_STREQ("hci1 channel 3",
		     family_of(AF_BLUETOOTH, BTPROTO_HCI, bytes((uint8_t *)hci, 4)));
	EXPECT_STREQ("hci* channel 1",
		     family_of(AF_BLUETOOTH, BTPROTO_HCI, bytes((uint8_t *)no_hci, 4)));
	EXPECT_STREQ("AF_BLUETOOTH 0x060504030201",
		     family_of(AF_BLUETOOTH, BTPROTO_BNEP, bytes(l2cap + 2, 6)));
}

/* Its protocol is one of another family: that says nothing of the layout. */
TEST(bluetooth_on_another_socket)
{
	const uint16_t family = AF_BLUETOOTH;
	uint8_t raw[14] = { 0 };

	memcpy(raw, &family, sizeof(family));
	EXPECT_STREQ("AF_BLUETOOTH 0x000000000000000000000000",
		     address_of(AF_INET, BTPROTO_L2CAP, raw, sizeof(raw)));
}

TEST(tipc)
{
	struct {
		uint8_t type;
		int8_t scope;
		uint32_t word[3];
	} __packed host = { 1, 2, { 18888, 17, 20 } };
	const uint8_t *rest = (uint8_t *)&host;

	EXPECT_STREQ("18888:17-20", family_of(AF_TIPC, 0, bytes(rest, 14)));
	host.type = 2;
	EXPECT_STREQ("18888:17", family_of(AF_TIPC, 0, bytes(rest, 14)));
	host.scope = -2;
	EXPECT_STREQ("unbind 18888:17", family_of(AF_TIPC, 0, bytes(rest, 14)));
	host.type = 3;
	host.scope = 2;
	EXPECT_STREQ("18888@11", family_of(AF_TIPC, 0, bytes(rest, 14)));
}

TEST(families_not_decoded)
{
	EXPECT_STREQ("AF_PHONET 0x0102", family_of(AF_PHONET, 0,
						   BYTES("\1\2")));
	EXPECT_STREQ("AF_PHONET", family_of(AF_PHONET, 0, BYTES("")));
	EXPECT_STREQ("family 46 0xff", family_of(46, 0, BYTES("\xff")));
	EXPECT_STREQ("family 65535 0xff", family_of(65535, 0, BYTES("\xff")));
}

TEST(address_without_family)
{
	struct sockbind_bind bind = { 0 };

	EXPECT_STREQ("(empty)", address_of(AF_INET, 0, bind.addr, 0));
	bind.addr[0] = AF_INET;
	EXPECT_STREQ("no family short len 1 0x02",
		     address_of(AF_INET, 0, bind.addr, 1));
}

TEST(short_address_is_not_guessed)
{
	static const struct {
		uint16_t family;
		uint16_t protocol;
		size_t enough;
	} cases[] = {
		{ AF_INET, 0, 16 },
		{ AF_INET6, 0, 24 },
		{ AF_NETLINK, 0, 12 },
		{ AF_PACKET, 0, 20 },
		{ AF_VSOCK, 0, 16 },
		{ AF_ALG, 0, 24 },
		{ AF_XDP, 0, 16 },
		{ AF_CAN, CAN_RAW, 8 },
		{ AF_BLUETOOTH, BTPROTO_HCI, 6 },
		{ AF_BLUETOOTH, BTPROTO_L2CAP, 12 },
		{ AF_BLUETOOTH, BTPROTO_RFCOMM, 9 },
		{ AF_BLUETOOTH, BTPROTO_SCO, 8 },
		{ AF_BLUETOOTH, BTPROTO_ISO, 9 },
		{ AF_TIPC, 0, 16 },
		{ AF_QIPCRTR, 0, 12 },
	};
	struct address_socket sock = { 0 };
	struct address a;
	size_t len, i;
	uint8_t *raw;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		sock.family = cases[i].family;
		sock.protocol = cases[i].protocol;
		for (len = 2; len <= SOCKBIND_ADDR_MAX; len++) {
			raw = at_the_edge(len);
			memset(raw, 0xcc, len);
			memcpy(raw, &cases[i].family, 2);
			address_decode(&a, raw, len, &sock);
			ASSERT_EQ(len < cases[i].enough,
				  a.kind == ADDRESS_SHORT) {
				TH_LOG("family %u, %zu bytes",
				       cases[i].family, len);
			}
			ASSERT_EQ(len >= cases[i].enough,
				  a.kind > ADDRESS_OTHER);
			ASSERT_EQ(len, a.raw.len);
		}
	}
}

TEST(names)
{
	unsigned int family;

	for (family = 0; family <= 45; family++)
		EXPECT_NE(NULL, names_family(family)) {
			TH_LOG("family %u has no name", family);
		}
	EXPECT_EQ(NULL, names_family(46));
	EXPECT_STREQ("AF_INET6", names_family(AF_INET6));

	EXPECT_STREQ("EADDRINUSE", names_errno(EADDRINUSE));
	EXPECT_STREQ("EPERM", names_errno(1));
	EXPECT_EQ(NULL, names_errno(-1));
	EXPECT_EQ(NULL, names_errno(4095));

	EXPECT_STREQ("tcp", names_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP));
	EXPECT_STREQ("udp", names_socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP));
	EXPECT_STREQ("mptcp", names_socket(AF_INET, SOCK_STREAM, 262));
	EXPECT_STREQ("sctp", names_socket(AF_INET, SOCK_STREAM, 132));
	EXPECT_STREQ("icmp", names_socket(AF_INET, SOCK_DGRAM, 1));
	EXPECT_STREQ("raw", names_socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
	EXPECT_STREQ("u_str", names_socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_STREQ("u_dgr", names_socket(AF_UNIX, SOCK_DGRAM, 0));
	EXPECT_STREQ("u_seq", names_socket(AF_UNIX, SOCK_SEQPACKET, 0));
	EXPECT_EQ(NULL, names_socket(AF_PHONET, SOCK_DGRAM, 0));
}

static const char *escaped(struct address_bytes from, bool utf8)
{
	struct buf b = text_start();

	escape_text(&b, from.data, from.len, utf8);
	return text_end(&b);
}

TEST(escape_for_terminals)
{
	EXPECT_STREQ("plain \"'~", escaped(BYTES("plain \"'~"), true));
	EXPECT_STREQ("\\n\\r\\t\\\\\\x00\\x07\\x1b\\x7f",
		     escaped(BYTES("\n\r\t\\\0\a\033\177"), true));
	EXPECT_STREQ("\u00e9\u20ac\U0001f600",
		     escaped(BYTES("\u00e9\u20ac\U0001f600"), true));
	EXPECT_STREQ("\\xc3\\xa9", escaped(BYTES("\u00e9"), false));

	/* C1, reordering, zero width, tags: valid, and not to be seen. */
	EXPECT_STREQ("\\xc2\\x9b", escaped(BYTES("\xc2\x9b"), true));
	EXPECT_STREQ("\\xe2\\x80\\xae", escaped(BYTES("\u202e"), true));
	EXPECT_STREQ("\\xe2\\x80\\x8b", escaped(BYTES("\u200b"), true));
	EXPECT_STREQ("\\xf3\\xa0\\x80\\x81",
		     escaped(BYTES("\U000e0001"), true));

	/* Overlong, surrogate, too large, stray, cut off. */
	EXPECT_STREQ("\\xc0\\xaf", escaped(BYTES("\xc0\xaf"), true));
	EXPECT_STREQ("\\xe0\\x82\\x9b", escaped(BYTES("\xe0\x82\x9b"), true));
	EXPECT_STREQ("\\xed\\xa0\\x80", escaped(BYTES("\xed\xa0\x80"), true));
	EXPECT_STREQ("\\xf4\\x90\\x80\\x80",
		     escaped(BYTES("\xf4\x90\x80\x80"), true));
	EXPECT_STREQ("\\xbfx", escaped(BYTES("\xbfx"), true));
	EXPECT_STREQ("\\xffx", escaped(BYTES("\xffx"), true));
	EXPECT_STREQ("x\\xe2\\x82", escaped(BYTES("x\xe2\x82"), true));
}

static const char *json_of(struct address_bytes from, bool *exact)
{
	*exact = true;
	*escape_json(text, from.data, from.len, exact) = '\0';
	return text;
}

TEST(escape_for_json)
{
	bool exact;

	EXPECT_STREQ("a\\\"\\\\\\u000a\\u0000\u00e9\\u202e\\udb40\\udc01",
		     json_of(BYTES("a\"\\\n\0\u00e9\u202e\U000e0001"), &exact));
	EXPECT_TRUE(exact);
	EXPECT_STREQ("a\\u00ff\\u00c3", json_of(BYTES("a\xff\xc3"), &exact));
	EXPECT_FALSE(exact);
	EXPECT_STREQ("\\u00f4\\u0090\\u0080\\u0080",
		     json_of(BYTES("\xf4\x90\x80\x80"), &exact));
	EXPECT_FALSE(exact);
}

/* Names are looked at in words: at every place of every length. */
TEST(escape_finds_each_byte)
{
	uint8_t bytes[20];
	size_t len, at;
	int value;
	bool exact;

	for (len = 1; len <= sizeof(bytes); len++)
		for (at = 0; at < len; at++)
			for (value = 0; value < 256; value++) {
				memset(bytes, 'x', sizeof(bytes));
				bytes[at] = value;
				json_of((struct address_bytes){ bytes, len },
					&exact);
				ASSERT_EQ(strlen(text) != len,
					  value < 0x20 || value >= 0x7f ||
					  value == '"' || value == '\\');
			}
}

TEST(buffer_is_bounded)
{
	char storage[8] = "xxxxxxx";
	struct buf b = { .data = storage, .size = 4 };

	buf_str(&b, "abc");
	buf_u64(&b, 1234);
	buf_char(&b, '!');
	buf_hex_bytes(&b, (const uint8_t *)"\xff\xff", 2);
	EXPECT_EQ(4, b.len);
	EXPECT_EQ(0, memcmp("abc1xxx", storage, sizeof(storage)));
}

/* As libc has them, around every power of ten. */
TEST(numbers)
{
	char want[32], got[DIGITS_U64 + 1];
	uint64_t power, value;
	int digits, offset;

	for (power = 1; power <= UINT64_MAX / 10; power *= 10)
		for (offset = -3; offset <= 102; offset++) {
			value = power * (offset < 0 ? 10 : 1) + offset;
			sprintf(want, "%llu", (unsigned long long)value);
			*digits_u64(got, value) = '\0';
			ASSERT_STREQ(want, got);
			for (digits = 1; digits <= 16; digits++) {
				sprintf(want, "%0*llu", digits,
					(unsigned long long)value);
				*digits_padded(got, value, digits) = '\0';
				ASSERT_STREQ(want, got);
			}
			sprintf(want, "%llx", (unsigned long long)value);
			*digits_hex(got, value, 1) = '\0';
			ASSERT_STREQ(want, got);
		}
	*digits_u64(got, UINT64_MAX) = '\0';
	EXPECT_STREQ("18446744073709551615", got);
	*digits_hex(got, UINT64_MAX, 4) = '\0';
	EXPECT_STREQ("ffffffffffffffff", got);
	*digits_hex(got, 0xa, 4) = '\0';
	EXPECT_STREQ("000a", got);
}

/* Every number of eight digits stands for itself. */
TEST(eight_digits)
{
	char got[DIGITS_U64 + 1];
	uint32_t value, again;

	for (value = 0; value < 100000000; value += 1 + value % 101) {
		*digits_padded(got, value, 8) = '\0';
		again = (uint32_t)strtoul(got, NULL, 10);
		if (again == value && strlen(got) == 8)
			continue;
		ASSERT_EQ(value, again);
	}
}

static const char *printed(const struct output_ops *ops, bool utf8,
			   const struct bind_event *event)
{
	static char storage[OUTPUT_EVENT_MAX + 1];
	const struct identity identity = { .json_len = 0 };
	struct output out = {
		.ops = ops,
		.identity = &identity,
		.buf = { .data = storage, .size = OUTPUT_EVENT_MAX },
		.utf8 = utf8,
		.width = 80,
	};

	output_begin(&out);
	ops->bind(&out, event);
	storage[out.buf.len] = '\0';
	return storage;
}

TEST(text_line)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_FINAL);
	struct event event;

	setenv("TZ", "UTC0", 1);
	bind.time_real = 1795286643000456789;
	bind.pid = 812;
	bind.uid = 5;
	bind.euid = 33;
	memcpy(bind.comm, "ngi\nnx", 6);
	ask_inet(&bind, "0.0.0.0", 0);
	got_inet(&bind, "0.0.0.0", 40123);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_STREQ(printed(&output_text, false, &event.bind),
		     "18:44:03.000456    812 ngi\\nnx      33       ok         tcp   0.0.0.0:0 -> :40123\n");
	EXPECT_STREQ(printed(&output_text, true, &event.bind),
		     "18:44:03.000456    812 ngi\\nnx      33       ok         tcp   0.0.0.0:0 \u2192 :40123\n");

	got_inet(&bind, "127.0.0.1", 40123);
	bind.pid = 4194304;
	memcpy(bind.comm, "systemd-resolved", SOCKBIND_COMM_LEN);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_STREQ(printed(&output_text, false, &event.bind),
		     "18:44:03.000456 4194304 systemd-resolved 33  ok         tcp   0.0.0.0:0 -> 127.0.0.1:40123\n");

	bind.hdr.flags = SOCKBIND_F_RESULT | SOCKBIND_F_LSM;
	bind.final_addrlen = 0;
	bind.result = -EACCES;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_STREQ(printed(&output_text, false, &event.bind),
		     "18:44:03.000456 4194304 systemd-resolved 33  EACCES     tcp   0.0.0.0:0\n");
	bind.lsm = -EACCES;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_STREQ(printed(&output_text, false, &event.bind),
		     "18:44:03.000456 4194304 systemd-resolved 33  EACCES/lsm tcp   0.0.0.0:0\n");
	bind.hdr.flags = SOCKBIND_F_FINAL_PRIVATE;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	EXPECT_STREQ(printed(&output_text, false, &event.bind),
		     "18:44:03.000456 4194304 systemd-resolved 33  ?          tcp   0.0.0.0:0 -> ?\n");
}

/* Members are given with ' for ". */
static bool has(const char *line, const char *members)
{
	char want[256] = "";
	size_t i;

	for (i = 0; members[i] && i + 1 < sizeof(want); i++)
		want[i] = members[i] == '\'' ? '"' : members[i];
	return strstr(line, want);
}

TEST(json_line)
{
	struct sockbind_bind bind = a_bind(AF_INET, SOCK_STREAM, IPPROTO_TCP,
					   FLAGS_OK);
	const char *line;
	struct event event;

	bind.time_real = 1795286643000456789;
	bind.result = -EADDRINUSE;
	bind.fd = -1;
	bind.fd_status = SOCKBIND_FD_FIXED;
	bind.fixed_index = 9;
	bind.exe_inode = UINT64_MAX;
	bind.cgroup = UINT64_MAX - 1;
	memcpy(bind.comm, "a\"\xff", 3);
	ask_inet(&bind, "0.0.0.0", 80);
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	line = printed(&output_json, true, &event.bind);
	EXPECT_TRUE(has(line, "{'type':'bind','time':"));
	EXPECT_TRUE(has(line,
			"'time':'2026-11-21T18:44:03.000456789Z','time_ns':1795286643000456789,"));
	EXPECT_TRUE(has(line, "'ok':false,'errno':98,'error':'EADDRINUSE',"));
	EXPECT_TRUE(has(line, "'comm':'a\\\"\\u00ff','comm_hex':'6122ff',"));
	EXPECT_TRUE(has(line, "'inode':'18446744073709551615'"));
	EXPECT_TRUE(has(line, "'cgroup':'18446744073709551614'"));
	EXPECT_TRUE(has(line, "'fd_status':'fixed','fixed_index':9,"));
	EXPECT_TRUE(has(line,
			"'request':{'len':16,'family':'AF_INET','family_number':2,"));
	EXPECT_TRUE(has(line,
			"'text':'0.0.0.0:80','address':'0.0.0.0','port':80,'raw':'"));
	EXPECT_TRUE(has(line, "0050000000000000000000000000'}}\n"));

	/* Unknown is absent. */
	EXPECT_FALSE(has(line, "'final'"));
	EXPECT_FALSE(has(line, "'lsm_errno'"));
	EXPECT_FALSE(has(line, "'loginuid'"));
	EXPECT_FALSE(has(line, "'fd':"));
	bind.hdr.flags = 0;
	ASSERT_EQ(DECODE_BIND, decode(&event, &bind));
	line = printed(&output_json, true, &event.bind);
	EXPECT_FALSE(has(line, "'ok'"));
	EXPECT_FALSE(has(line, "'errno'"));
	EXPECT_FALSE(has(line, "'duration_ns'"));
}

/*
 * Families and protocols that are decoded come often, lengths are mostly in
 * bounds, and the other bytes are anything.
 */
static void make_hostile(struct sockbind_bind *bind)
{
	static const uint16_t families[] = {
		AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET,
		AF_VSOCK, AF_ALG, AF_XDP, AF_CAN, AF_BLUETOOTH, AF_TIPC,
		AF_QIPCRTR, AF_PHONET,
	};
	const size_t count = ARRAY_SIZE(families);
	uint8_t *bytes = (uint8_t *)bind;
	size_t i;

	for (i = 0; i < sizeof(*bind); i++)
		bytes[i] = fuzz_random();
	bind->hdr.size = SOCKBIND_RECORD_SIZE;
	bind->hdr.version = SOCKBIND_ABI_VERSION;
	bind->hdr.type = SOCKBIND_RECORD_BIND;
	bind->family = families[fuzz_random() % count];
	bind->protocol = fuzz_random() % 10;
	bind->addrlen = fuzz_random() % (SOCKBIND_ADDR_MAX + 2);
	bind->final_addrlen = fuzz_random() % (SOCKBIND_FINAL_ADDR_MAX + 2);
	if (fuzz_random() % 2)
		bind->result = -(int32_t)(fuzz_random() % 4096);
	if (fuzz_random() % 2)
		bind->lsm = -(int32_t)(fuzz_random() % 4096);
	memcpy(bind->addr, &families[fuzz_random() % count], 2);
	memcpy(bind->final_addr, &families[fuzz_random() % count], 2);
}

static bool is_printable_line(const char *line)
{
	size_t len = strlen(line);
	size_t i;

	for (i = 0; i + 1 < len; i++)
		if ((uint8_t)line[i] < 0x20 || line[i] == 0x7f)
			return false;
	return len && len < OUTPUT_EVENT_MAX && line[len - 1] == '\n';
}

TEST(hostile_records)
{
	uint8_t *record = at_the_edge(SOCKBIND_RECORD_SIZE);
	struct sockbind_bind bind;
	struct event event;
	const char *line;
	int round;

	/* libc judges what is UTF-8. */
	ASSERT_NE(NULL, setlocale(LC_CTYPE, "C.UTF-8"));
	for (round = 0; round < HOSTILE_ROUNDS; round++) {
		make_hostile(&bind);
		memcpy(record, &bind, sizeof(bind));
		ASSERT_EQ(DECODE_BIND,
			  decode_bytes(&event, record, sizeof(bind)));
		line = printed(&output_text, true, &event.bind);
		ASSERT_TRUE(is_printable_line(line));
		ASSERT_NE((size_t)-1, mbstowcs(NULL, line, 0));
		line = printed(&output_json, true, &event.bind);
		ASSERT_TRUE(is_printable_line(line));
		ASSERT_NE((size_t)-1, mbstowcs(NULL, line, 0));
		line = printed(&output_text, false, &event.bind);
		for (; *line; line++)
			ASSERT_GT(0x7f, (uint8_t)*line);
	}
}

TEST_HARNESS_MAIN
