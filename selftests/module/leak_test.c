// SPDX-License-Identifier: GPL-2.0-only
/*
 * No byte of kernel memory reaches a reader but those that a field names. Free
 * pages are filled with a pattern before the module is loaded, the kernel's stack
 * and heap where system calls allow it, in every way before every bind, and the
 * pattern is looked for in every byte of the record. Boot with init_on_alloc=0,
 * or the kernel clears its memory; with slub_debug=P and page_poison=1 it has
 * patterns of its own there, which are looked for, too.
 */
#include <poll.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sysinfo.h>
#include <sys/un.h>

#include "capture.h"
#include "module.h"

#define PATTERN		0xa5
#define ROUNDS		50

/* As many as poll() keeps on its stack; negative descriptors are passed over. */
#define POLLFDS		30

/*
 * A run of them is no coincidence. The second and the third are the kernel's: of
 * objects and of pages that nobody has written to (linux/poison.h).
 */
static const __u8 patterns[][4] = {
	{ PATTERN, PATTERN, PATTERN, PATTERN },
	{ 0x6b, 0x6b, 0x6b, 0x6b },
	{ 0xaa, 0xaa, 0xaa, 0xaa },
};

static void fill_stack_by_poll(void)
{
	struct pollfd fds[POLLFDS];

	memset(fds, PATTERN, sizeof(fds));
	poll(fds, POLLFDS, 0);
}

/* Where the next bind has its address, and where its handlers run. */
static void fill_stack_by_bind(void)
{
	__u8 addr[SOCKBIND_ADDR_MAX];
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memset(addr, PATTERN, sizeof(addr));
	bind(fd, (struct sockaddr *)addr, sizeof(addr));
	close(fd);
}

/*
 * Most of what is free: rings and slots are pages of it. Page by page, since what
 * is left over between huge pages is what the kernel would take first.
 */
static void fill_pages(struct __test_metadata *_metadata)
{
	struct sysinfo info;
	size_t len;
	void *mem;

	ASSERT_EQ(0, sysinfo(&info));
	len = info.freeram / 8 * 7 * info.mem_unit;
	mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, mem);
	madvise(mem, len, MADV_NOHUGEPAGE);
	memset(mem, PATTERN, len);
	munmap(mem, len);
}

/* Objects of every size that a record, a slot or a reader could be. */
static void fill_heap(int queue)
{
	struct {
		long type;
		__u8 text[4096];
	} message = { .type = 1 };
	size_t size;

	memset(message.text, PATTERN, sizeof(message.text));
	for (size = 64; size <= sizeof(message.text); size *= 2)
		msgsnd(queue, &message, size - 48, IPC_NOWAIT);
	while (msgrcv(queue, &message, sizeof(message.text), 0, IPC_NOWAIT) > 0)
		continue;
}

FIXTURE(leak)
{
	int module;
	int dev;
	int queue;
};

FIXTURE_VARIANT(leak)
{
	const char *parameters;
};

/* Records are filled in the ring. */
FIXTURE_VARIANT_ADD(leak, in_place)
{
	.parameters = "outcome=0 records=64",
};

/* In a slot, and copied to the ring. */
FIXTURE_VARIANT_ADD(leak, copied)
{
	.parameters = "outcome=2 records=64",
};

FIXTURE_SETUP(leak)
{
	self->queue = msgget(IPC_PRIVATE, 0600);
	if (self->queue < 0)
		SKIP(return, "the kernel has no message queues");
	self->module = module_open_unloaded();
	ASSERT_LE(0, self->module);
	fill_pages(_metadata);
	fill_heap(self->queue);
	ASSERT_EQ(0, module_load(self->module, variant->parameters));
	self->dev = capture_open(_metadata);
	capture_families(_metadata, "all");
}

FIXTURE_TEARDOWN(leak)
{
	msgctl(self->queue, IPC_RMID, NULL);
	close(self->dev);
	module_unload();
	close(self->module);
}

static bool is_zero(const __u8 *bytes, size_t len)
{
	while (len && !*bytes) {
		bytes++;
		len--;
	}
	return !len;
}

static void expect_no_pattern(struct __test_metadata *_metadata,
			      const void *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		EXPECT_EQ(NULL, memmem(bytes, len, patterns[i],
				       sizeof(patterns[i])));
}

static void expect_clean(struct __test_metadata *_metadata,
			 const struct sockbind_bind *rec)
{
	expect_no_pattern(_metadata, rec, sizeof(*rec));
	EXPECT_EQ(0, rec->hdr.reserved);
	EXPECT_TRUE(is_zero(rec->reserved, sizeof(rec->reserved)));
	EXPECT_TRUE(is_zero(rec->final_addr + rec->final_addrlen,
			    sizeof(rec->final_addr) - rec->final_addrlen));
	EXPECT_TRUE(is_zero(rec->addr + rec->addrlen,
			    sizeof(rec->addr) - rec->addrlen));
}

static void bind_clean(struct __test_metadata *_metadata, int dev, int queue,
		       int family, int type, socklen_t len)
{
	struct sockaddr_storage addr = { .ss_family = (sa_family_t)family };
	int fd = socket(family, type | SOCK_CLOEXEC, 0);
	struct sockbind_bind rec;

	if (fd < 0)
		return;
	fill_heap(queue);
	fill_stack_by_bind();
	fill_stack_by_poll();
	bind(fd, (struct sockaddr *)&addr, len);
	ASSERT_EQ(1, capture_find(_metadata, dev, inode_of(fd), &rec));
	expect_clean(_metadata, &rec);
	close(fd);
}

TEST_F(leak, no_pattern_in_records)
{
	static const struct {
		int family;
		int type;
		socklen_t len;
	} kinds[] = {
		{ AF_INET, SOCK_STREAM, sizeof(struct sockaddr_in) },
		{ AF_INET, SOCK_DGRAM, 0 },
		{ AF_INET, SOCK_DGRAM, 1 },
		{ AF_INET, SOCK_RAW, sizeof(struct sockaddr_in) },
		{ AF_INET6, SOCK_DGRAM, sizeof(struct sockaddr_in6) },
		{ AF_INET6, SOCK_STREAM, sizeof(struct sockaddr_in) },
		{ AF_UNIX, SOCK_STREAM, sizeof(sa_family_t) },
		{ AF_UNIX, SOCK_DGRAM, offsetof(struct sockaddr_un, sun_path) + 3 },
		{ AF_NETLINK, SOCK_RAW, 12 },
		{ AF_PACKET, SOCK_RAW, 20 },
	};
	const size_t count = sizeof(kinds) / sizeof(*kinds);
	unsigned int i;

	for (i = 0; i < ROUNDS * count; i++)
		bind_clean(_metadata, self->dev, self->queue,
			   kinds[i % count].family, kinds[i % count].type,
			   kinds[i % count].len);
}

/* What is there is a loss record; it was once a bind's. */
TEST_F(leak, no_pattern_in_losses)
{
	const struct sockbind_info info = capture_info(_metadata, self->dev);
	union sockbind_record record;
	unsigned int i, losses = 0;

	for (i = 0; i <= info.records * info.rings; i++)
		bind_something(_metadata);
	while (capture_read(_metadata, self->dev, &record)) {
		if (record.hdr.type != SOCKBIND_RECORD_LOST)
			continue;
		losses++;
		expect_no_pattern(_metadata, &record, sizeof(record));
		EXPECT_TRUE(is_zero(record.lost.reserved,
				    sizeof(record.lost.reserved)));
	}
	EXPECT_NE(0, losses);
}

/* Nor in what GET_INFO tells, which is put together on the stack. */
TEST_F(leak, no_pattern_in_info)
{
	struct sockbind_info info;

	fill_stack_by_bind();
	fill_stack_by_poll();
	info = capture_info(_metadata, self->dev);
	expect_no_pattern(_metadata, &info, sizeof(info));
	EXPECT_TRUE(is_zero((const __u8 *)info.reserved,
			    sizeof(info.reserved)));
}

int main(int argc, char **argv)
{
	return capture_root_main(argc, argv, "only root loads modules");
}
