// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task dies in a bind: its slot is free again for a task that is what it was,
 * and the bind is counted. Nothing but a bug of the kernel does that to a task,
 * so that die_in_bind.ko has to. Wants the module loaded.
 */
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "capture.h"
#include "clone.h"
#include "cpu.h"
#include "module.h"

#define TIMEOUT		300

FIXTURE(abandon)
{
	int dev;
};

/* On one CPU, where the memory of a task is that of the one before. */
FIXTURE_SETUP(abandon)
{
	int die_in_bind = module_file("selftests/helpers/die_in_bind.ko");

	self->dev = capture_open(_metadata);
	if (!capture_info(_metadata, self->dev).outcome)
		SKIP(return, "the module was loaded without return probes");
	if (!clone_has_pid())
		SKIP(return, "the kernel has no clone3()");
	ASSERT_EQ(0, module_load(die_in_bind, ""));
	close(die_in_bind);
	ASSERT_TRUE(cpu_run_on(0));
}

FIXTURE_TEARDOWN(abandon)
{
	EXPECT_EQ(0, syscall(__NR_delete_module, "die_in_bind", 0));
	close(self->dev);
}

/*
 * A child of that name, and of that number if it is not 0, binds. @lived tells
 * whether it came back from there. Return: its number.
 */
static pid_t child_binds(struct __test_metadata *_metadata, const char *name,
			 pid_t pid, bool *lived)
{
	pid_t child;
	int told[2];
	char c;

	ASSERT_EQ(0, pipe(told));
	child = clone_as(pid);
	ASSERT_LE(0, child);
	if (!child) {
		prctl(PR_SET_NAME, name);
		bind_something(_metadata);
		_exit(write(told[1], "", 1) != 1);
	}
	close(told[1]);
	*lived = read(told[0], &c, 1) == 1;
	close(told[0]);
	ASSERT_EQ(child, waitpid(child, NULL, 0));
	return child;
}

TEST_F_TIMEOUT(abandon, slot, TIMEOUT)
{
	struct sockbind_info before = capture_info(_metadata, self->dev), info;
	__u64 binds = 1;
	bool lived;
	pid_t pid;

	ASSERT_EQ(0, before.pending);
	pid = child_binds(_metadata, "die_in_bind", 0, &lived);
	EXPECT_FALSE(lived);
	info = capture_info(_metadata, self->dev);
	EXPECT_EQ(1, info.pending);
	EXPECT_EQ(before.dropped_abandoned, info.dropped_abandoned);
	EXPECT_EQ(before.recorded, info.recorded);

	/* Until one is at the same place in memory, too. */
	for (; info.pending; binds++) {
		child_binds(_metadata, "successor", pid, &lived);
		EXPECT_TRUE(lived);
		info = capture_info(_metadata, self->dev);
	}
	EXPECT_EQ(before.dropped_abandoned + 1, info.dropped_abandoned);
	EXPECT_EQ(before.seen + binds, info.seen);
	EXPECT_EQ(before.recorded + binds - 1, info.recorded);
	TH_LOG("%llu binds until the slot was free", (unsigned long long)binds);
}

int main(int argc, char **argv)
{
	return capture_root_main(argc, argv, "only root loads modules");
}
