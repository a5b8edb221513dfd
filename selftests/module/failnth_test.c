// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of a load, and of what a reader and an administrator do, fails
 * once. The errno is ENOMEM, or EFAULT where user memory is to be paged in;
 * nothing is left behind, and the next attempt finds all as it was.
 *
 * Wants CONFIG_FAILSLAB and CONFIG_FAIL_PAGE_ALLOC, and the module unloaded or
 * loaded; it loads its own.
 */
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "capture.h"
#include "module.h"
#include "setting.h"

#define DEBUGFS		"/sys/kernel/debug/"
#define PARAMETERS	"/sys/module/sockbind/parameters/"

/* All that a load can allocate for, and little of it. */
#define LOAD		"outcome=2 records=2 families=inet ports=80-90"

/* More than any load has. */
#define MANY		1000000

/*
 * How many more allocations than the last time a load may have had until it came
 * to ours, and how many there may be when it is refused.
 */
#define SLACK		30

#define TIMEOUT		1800

FIXTURE(failnth)
{
	int nth;
	int module;
	const char *parameters;
	int dev;
	int epoll;
	void *page;
	__u64 inode;
};

/* Whether allocations that may wait fail too, all sizes, and without a word. */
static bool allow_failures(void)
{
	return setting_write(DEBUGFS "failslab/ignore-gfp-wait", "N") &&
	       setting_write(DEBUGFS "failslab/verbose", "0") &&
	       setting_write(DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N") &&
	       setting_write(DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N") &&
	       setting_write(DEBUGFS "fail_page_alloc/min-order", "0") &&
	       setting_write(DEBUGFS "fail_page_alloc/verbose", "0");
}

FIXTURE_SETUP(failnth)
{
	self->nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (self->nth < 0 || !allow_failures())
		SKIP(return, "the kernel does not let allocations fail");
	self->module = module_open_unloaded();
	ASSERT_LE(0, self->module);
}

FIXTURE_TEARDOWN(failnth)
{
	module_unload();
}

/* Have the allocation number @n of this thread fail, from now on. */
static void fail(struct __test_metadata *_metadata, int nth, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	ASSERT_EQ(len, pwrite(nth, text, len, 0));
}

/* No more. Return: how many allocations are left until one would have failed. */
static unsigned int spare(struct __test_metadata *_metadata, int nth)
{
	char text[16] = "";

	ASSERT_LT(0, pread(nth, text, sizeof(text) - 1, 0));
	fail(_metadata, nth, 0);
	return atoi(text);
}

static void expect_works(struct __test_metadata *_metadata)
{
	int dev = capture_open(_metadata);
	struct sockbind_bind rec;
	__u64 inode;

	ASSERT_TRUE(setting_write(PARAMETERS "ports", "all"));
	inode = bind_something(_metadata);
	EXPECT_EQ(1, capture_find(_metadata, dev, inode, &rec));
	close(dev);
}

/*
 * Do it with one allocation after the other failing, from number @first to @last
 * or until there is none left to fail. @after gets what came of it, 0 or more or
 * a negative errno. Return: how many could not be done without.
 */
static unsigned int
fail_some(struct __test_metadata *_metadata, FIXTURE_DATA(failnth) * self,
	  unsigned int first, unsigned int last,
	  int (*attempt)(FIXTURE_DATA(failnth) * self),
	  void (*after)(struct __test_metadata *_metadata,
			FIXTURE_DATA(failnth) * self, int result))
{
	unsigned int n = first, failures = 0;
	bool failed;
	int result;

	do {
		fail(_metadata, self->nth, n);
		result = attempt(self);
		if (result < 0)
			result = -errno;
		failed = !spare(_metadata, self->nth);
		failures += result < 0;
		after(_metadata, self, result);
	} while (failed && n++ < last);
	if (!failed)
		EXPECT_LE(0, result);
	TH_LOG("%u allocations, of which %u are needed", n - first, failures);
	return failures;
}

static unsigned int
fail_each(struct __test_metadata *_metadata, FIXTURE_DATA(failnth) * self,
	  int (*attempt)(FIXTURE_DATA(failnth) * self),
	  void (*after)(struct __test_metadata *_metadata,
			FIXTURE_DATA(failnth) * self, int result))
{
	return fail_some(_metadata, self, 1, MANY, attempt, after);
}

/* Return: how many allocations there are until a load is refused for good. */
static unsigned int refused_after(struct __test_metadata *_metadata,
				  FIXTURE_DATA(failnth) * self,
				  const char *parameters)
{
	fail(_metadata, self->nth, MANY);
	EXPECT_EQ(-1, module_load(self->module, parameters));
	EXPECT_EQ(EINVAL, errno);
	return MANY - spare(_metadata, self->nth);
}

static bool tells_of(const char *path, const char *what)
{
	FILE *file = fopen(path, "r");
	char line[256];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, what);
	if (file)
		fclose(file);
	return found;
}

static void expect_absent(struct __test_metadata *_metadata)
{
	EXPECT_NE(0, access("/sys/module/sockbind", F_OK));
	EXPECT_NE(0, access("/sys/class/misc/sockbind", F_OK));
	EXPECT_NE(0, access(DEVICE, F_OK));
	EXPECT_FALSE(tells_of(DEBUGFS "kprobes/list", "_bind+"));
	EXPECT_FALSE(tells_of("/sys/kernel/tracing/enabled_functions", "_bind "));
}

static int try_load(FIXTURE_DATA(failnth) * self)
{
	return module_load(self->module, self->parameters);
}

/* It may have been loaded without what it can do without. */
static void loaded(struct __test_metadata *_metadata,
		   FIXTURE_DATA(failnth) * self, int result)
{
	(void)self;
	if (result) {
		EXPECT_EQ(-ENOMEM, result);
	} else {
		expect_works(_metadata);
		ASSERT_EQ(0, module_unload());
	}
	expect_absent(_metadata);
}

TEST_F_TIMEOUT(failnth, parameters, TIMEOUT)
{
	unsigned int first = refused_after(_metadata, self, "records=x " LOAD);
	unsigned int last = refused_after(_metadata, self, LOAD " records=x");

	self->parameters = LOAD;
	ASSERT_LT(SLACK, first);
	EXPECT_LT(0, fail_some(_metadata, self, first - SLACK, last + SLACK,
			       try_load, loaded));
}

/* The kernel's own before ours are left alone: they are many. */
static void fail_init(struct __test_metadata *_metadata,
		      FIXTURE_DATA(failnth) * self, const char *parameters,
		      const char *refused)
{
	unsigned int first = refused_after(_metadata, self, refused);

	self->parameters = parameters;
	ASSERT_LT(SLACK, first);
	EXPECT_LT(0, fail_some(_metadata, self, first - SLACK, MANY, try_load,
			       loaded));
}

/* The hook by ftrace, or by a kprobe if that cannot be had. */
TEST_F_TIMEOUT(failnth, init, TIMEOUT)
{
	fail_init(_metadata, self, "records=2", "records=3");
}

/* All that there is, and the hook by a kprobe. */
TEST_F_TIMEOUT(failnth, init_for_verdict, TIMEOUT)
{
	fail_init(_metadata, self, LOAD, LOAD " records=3");
}

static int try_open(FIXTURE_DATA(failnth) * self)
{
	(void)self;
	return open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static void opened(struct __test_metadata *_metadata,
		   FIXTURE_DATA(failnth) * self, int result)
{
	(void)self;
	EXPECT_TRUE(result >= 0 || result == -ENOMEM);
	if (result >= 0)
		close(result);
}

TEST_F_TIMEOUT(failnth, open, TIMEOUT)
{
	ASSERT_EQ(0, module_load(self->module, LOAD));
	EXPECT_LT(0, fail_each(_metadata, self, try_open, opened));
	expect_works(_metadata);
}

/* Into memory that is not there yet. */
static int try_read(FIXTURE_DATA(failnth) * self)
{
	madvise(self->page, SOCKBIND_RECORD_SIZE, MADV_DONTNEED);
	return read(self->dev, self->page, SOCKBIND_RECORD_SIZE);
}

/* What was not read is still to be read. */
static void was_read(struct __test_metadata *_metadata,
		     FIXTURE_DATA(failnth) * self, int result)
{
	union sockbind_record *record = self->page;

	if (result < 0) {
		EXPECT_EQ(-EFAULT, result);
		ASSERT_EQ(SOCKBIND_RECORD_SIZE,
			  read(self->dev, record, sizeof(*record)));
	}
	EXPECT_EQ(self->inode, record->bind.inode);
	ASSERT_EQ(0, lseek(self->dev, 0, SEEK_SET));
}

TEST_F_TIMEOUT(failnth, read, TIMEOUT)
{
	ASSERT_EQ(0, module_load(self->module, LOAD));
	ASSERT_TRUE(setting_write(PARAMETERS "ports", "all"));
	self->inode = bind_something(_metadata);
	self->dev = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->dev);
	self->page = mmap(NULL, SOCKBIND_RECORD_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->page);
	/* None: where the memory is not there, the kernel's copy tries again. */
	fail_each(_metadata, self, try_read, was_read);
	close(self->dev);
}

static int try_poll(FIXTURE_DATA(failnth) * self)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->dev, &event);
}

static void polled(struct __test_metadata *_metadata,
		   FIXTURE_DATA(failnth) * self, int result)
{
	struct epoll_event event;

	if (result) {
		EXPECT_EQ(-ENOMEM, result);
		return;
	}
	EXPECT_EQ(0, epoll_wait(self->epoll, &event, 1, 0));
	bind_something(_metadata);
	EXPECT_EQ(1, epoll_wait(self->epoll, &event, 1, -1));
	ASSERT_EQ(0, lseek(self->dev, 0, SEEK_END));
	ASSERT_EQ(0, epoll_ctl(self->epoll, EPOLL_CTL_DEL, self->dev, NULL));
}

TEST_F_TIMEOUT(failnth, poll, TIMEOUT)
{
	ASSERT_EQ(0, module_load(self->module, LOAD));
	ASSERT_TRUE(setting_write(PARAMETERS "ports", "all"));
	self->dev = capture_open(_metadata);
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_LE(0, self->epoll);
	EXPECT_LT(0, fail_each(_metadata, self, try_poll, polled));
	close(self->epoll);
	close(self->dev);
}

static int try_filter(FIXTURE_DATA(failnth) * self)
{
	return write(self->dev, "unix,4", 6);
}

/* A filter that cannot be had leaves the one that there is. */
static void filtered(struct __test_metadata *_metadata,
		     FIXTURE_DATA(failnth) * self, int result)
{
	char list[16] = "";
	int fd = open(PARAMETERS "families", O_RDONLY | O_CLOEXEC);

	(void)self;
	ASSERT_LT(0, read(fd, list, sizeof(list) - 1));
	close(fd);
	EXPECT_TRUE(result >= 0 || result == -ENOMEM);
	EXPECT_STREQ(result < 0 ? "inet\n" : "unix,4\n", list);
	ASSERT_TRUE(setting_write(PARAMETERS "families", "inet"));
}

TEST_F_TIMEOUT(failnth, filter, TIMEOUT)
{
	ASSERT_EQ(0, module_load(self->module, LOAD));
	self->dev = open(PARAMETERS "families", O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, self->dev);
	EXPECT_LT(0, fail_each(_metadata, self, try_filter, filtered));
	close(self->dev);
}

int main(int argc, char **argv)
{
	return capture_root_main(argc, argv, "only root loads modules");
}
