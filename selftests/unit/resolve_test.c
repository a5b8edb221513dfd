// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names that the reader has from this host: each true one is found, and
 * nothing else is taken for one.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sockbind.h>

#include "kselftest_harness.h"

#include "cgroup_id.h"
#include "proc.h"

#include "../../tools/container.h"
#include "../../tools/resolve.h"

#define NS_PER_SEC	1000000000ULL

#define ID	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"
#define POD	"2942c55e-f3a1-4d0b-9c86-5f6b9f1f2a77"
#define POD_	"2942c55e_f3a1_4d0b_9c86_5f6b9f1f2a77"
#define HASH	"0f6f5d5a0e0c4b0a8f8e8d8c8b8a8988"
#define HASH_31	"0f6f5d5a0e0c4b0a8f8e8d8c8b8a898"

static bool equal(struct address_bytes bytes, const char *text)
{
	return bytes.len == strlen(text) &&
	       !memcmp(bytes.data, text, bytes.len);
}

/* Inode numbers of the initial namespaces, in every kernel. */
#define PID_INIT_INO	0xEFFFFFFC
#define USER_INIT_INO	0xEFFFFFFD

static bool is_namespace(const char *path, ino_t inode)
{
	struct stat st;

	return !stat(path, &st) && st.st_ino == inode;
}

/* In one the reader leaves out what it cannot verify there. */
static bool in_container(void)
{
	return !is_namespace("/proc/self/ns/pid", PID_INIT_INO) ||
	       !is_namespace("/proc/self/ns/user", USER_INIT_INO);
}

/* The container in a path: "" for what it does not tell. */
static const struct {
	const char *path, *runtime, *id, *pod;
} paths[] = {
	/* Docker, with both of its drivers, and without root. */
	{ "/system.slice/docker-" ID ".scope", "docker", ID, "" },
	{ "/docker/" ID, "docker", ID, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-"
	  ID ".scope", "docker", ID, "" },
	/* What a container has made in its cgroup is not believed. */
	{ "/docker/" ID "/libpod-" HASH HASH ".scope", "docker", ID, "" },
	{ "/system.slice/docker-" ID ".scope/kubepods/pod" POD "/" HASH HASH,
	  "docker", ID, "" },
	/* Kubernetes, with containerd and CRI-O and both drivers of each. */
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
	  POD_ ".slice/cri-containerd-" ID ".scope", "containerd", ID, POD },
	{ "/kubepods.slice/kubepods-pod" POD_ ".slice/crio-" ID ".scope",
	  "cri-o", ID, POD },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod"
	  HASH ".slice/crio-" ID ".scope/container", "cri-o", ID, HASH },
	{ "/kubepods/besteffort/pod" POD "/" ID, "", ID, POD },
	{ "/kubepods/pod" POD "/crio-" ID, "cri-o", ID, POD },
	{ "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" POD_
	  ".slice/cri-containerd-" ID ".scope", "containerd", ID, POD },
	{ "/system.slice/containerd.service/kubepods-burstable-pod" POD_
	  ".slice:cri-containerd:" ID, "containerd", ID, POD },
	{ "/kubepods.slice/kubepods-pod" POD_ ".slice", "", "", POD },
	{ "/system.slice/nerdctl-" ID ".scope", "containerd", ID, "" },
	/* podman, with both drivers, without root, and of a unit. */
	{ "/machine.slice/libpod-" ID ".scope/container", "podman", ID, "" },
	{ "/libpod_parent/libpod-" ID, "podman", ID, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-"
	  ID ".scope", "podman", ID, "" },
	{ "/system.slice/web.service/libpod-payload-" ID, "podman", ID, "" },
	/* systemd-nspawn, by machinectl(1) and by hand. */
	{ "/machine.slice/systemd-nspawn@web.service/payload/init.scope",
	  "systemd-nspawn", "web", "" },
	{ "/machine.slice/machine-web\\x2d1.scope/payload", "systemd-nspawn",
	  "web-1", "" },
	/* These are in no container. */
	{ "/", "", "", "" },
	{ "", "", "", "" },
	{ "//", "", "", "" },
	{ "/system.slice/docker.service", "", "", "" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "", "", "" },
	{ "/kubepods.slice/crio-conmon-" ID ".scope", "", "", "" },
	{ "/machine.slice/systemd-nspawn@web.service/supervisor", "", "", "" },
	{ "/machine.slice/systemd-nspawn@.service/payload", "", "", "" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
	  "", "", "" },
	/* One digit less or more, another character, another place. */
	{ "/docker/" ID "0", "", "", "" },
	{ "/system.slice/docker-" HASH ".scope", "", "", "" },
	{ "/system.slice/docker-g" HASH_31 HASH ".scope", "", "", "" },
	{ "/user.slice/" ID, "", "", "" },
	{ "/kubepods/pod" POD "0/" ID, "", "", "" },
	{ "/kubepods/notpod" POD "/" ID, "", "", "" },
	{ "/a:docker:" HASH, "", "", "" },
	{ ":", "", "", "" },
	{ "/machine.slice/machine-" ID "0.scope/payload", "", "", "" },
};

TEST(containers)
{
	struct container c;
	bool found;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		/* Just so many bytes: the sanitizer sees one more. */
		const size_t len = strlen(paths[i].path);
		uint8_t *copy = malloc(len + !len);

		memcpy(copy, paths[i].path, len);
		memset(&c, 0xcc, sizeof(c));
		found = container_find(&c, (struct address_bytes){ copy, len });
		free(copy);
		EXPECT_EQ(*paths[i].id != '\0', found) {
			TH_LOG("%s", paths[i].path);
		}
		EXPECT_STREQ(paths[i].runtime, c.runtime ?: "") {
			TH_LOG("%s", paths[i].path);
		}
		EXPECT_TRUE(equal((struct address_bytes){ c.id, c.id_len },
				  paths[i].id)) {
			TH_LOG("%s: %.*s", paths[i].path, (int)c.id_len, c.id);
		}
		EXPECT_TRUE(equal((struct address_bytes){ c.pod, c.pod_len },
				  paths[i].pod)) {
			TH_LOG("%s: %.*s", paths[i].path, (int)c.pod_len,
			       c.pod);
		}
	}
}

/* Field 22 of /proc/PID/stat, as the record has it. */
static uint64_t start_time(pid_t pid)
{
	unsigned long long ticks;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	ticks = strtoull(proc_stat(path, 22), NULL, 10);
	return ticks * (NS_PER_SEC / sysconf(_SC_CLK_TCK));
}

static struct sockbind_bind bind_of(pid_t pid)
{
	struct sockbind_bind raw = { .pid = pid };
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	if (!stat(path, &st)) {
		raw.exe_major = major(st.st_dev);
		raw.exe_minor = minor(st.st_dev);
		raw.exe_inode = st.st_ino;
	}
	raw.start_time = start_time(pid);
	raw.loginuid = SOCKBIND_UNKNOWN;
	return raw;
}

/* The path that is told, NUL-terminated. */
static const char *exe_of(const struct sockbind_bind *raw)
{
	static char path[PATH_MAX];
	struct resolved names;

	resolve_bind(&names, raw, RESOLVE_EXE);
	snprintf(path, sizeof(path), "%.*s", (int)names.exe.len,
		 (const char *)names.exe.data);
	return path;
}

static void own_path(char *path)
{
	path[readlink("/proc/self/exe", path, PATH_MAX - 1)] = '\0';
}

/* Wait until a child runs another program than this one. */
static void await_exec(struct __test_metadata *_metadata, pid_t pid)
{
	char own[PATH_MAX], exe[PATH_MAX], path[64];
	ssize_t len;

	own_path(own);
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	do {
		sched_yield();
		len = readlink(path, exe, sizeof(exe) - 1);
		ASSERT_LT(0, len);
		exe[len] = '\0';
	} while (!strcmp(exe, own));
}

TEST(nothing_wanted)
{
	struct sockbind_bind raw = bind_of(getpid());
	const struct resolved none = { 0 };
	struct resolved names;

	memset(&names, 0xcc, sizeof(names));
	resolve_bind(&names, &raw, 0);
	EXPECT_EQ(0, memcmp(&none, &names, sizeof(names)));
}

TEST(users)
{
	struct sockbind_bind raw = { .loginuid = 0, .uid = 65534 };
	struct resolved names;

	if (in_container())
		SKIP(return, "in a container");
	resolve_bind(&names, &raw, RESOLVE_USER | RESOLVE_LOGIN);
	EXPECT_TRUE(equal(names.user, "root"));
	EXPECT_TRUE(equal(names.login_user, "root"));
	EXPECT_TRUE(equal(names.real_user, getpwuid(65534)->pw_name));

	/* These share root's slot. */
	raw.uid = 256;
	raw.loginuid = 512;
	resolve_bind(&names, &raw, RESOLVE_USER | RESOLVE_LOGIN);
	EXPECT_TRUE(equal(names.user, "root"));
	raw.euid = 256;
	raw.loginuid = SOCKBIND_UNKNOWN;
	if (getpwuid(raw.euid))
		SKIP(return, "user 256 exists");
	resolve_bind(&names, &raw, RESOLVE_USER | RESOLVE_LOGIN);
	EXPECT_EQ(0, names.user.len);
	EXPECT_EQ(0, names.login_user.len);
}

TEST(executable)
{
	struct sockbind_bind raw = bind_of(getpid());
	char own[PATH_MAX];

	if (in_container())
		SKIP(return, "in a container");
	own_path(own);
	EXPECT_STREQ(own, exe_of(&raw));

	raw.start_time += NS_PER_SEC / sysconf(_SC_CLK_TCK);
	EXPECT_STREQ("", exe_of(&raw));
	raw = bind_of(getpid());
	raw.start_time--;
	EXPECT_STREQ("", exe_of(&raw));
	raw = bind_of(getpid());
	raw.exe_inode++;
	EXPECT_STREQ("", exe_of(&raw));
	raw = bind_of(getpid());
	raw.exe_inode = 0;
	EXPECT_STREQ("", exe_of(&raw));
	raw = bind_of(getpid());
	raw.exe_major++;
	EXPECT_STREQ("", exe_of(&raw));
	raw = bind_of(getpid());
	raw.exe_minor++;
	EXPECT_STREQ(raw.exe_major ? "" : own, exe_of(&raw));
	raw = bind_of(getpid());
	raw.pid = 0;
	EXPECT_STREQ("", exe_of(&raw));
}

/* Of a file system without a device of its own, where stat(2) has another. */
TEST(executable_in_memory)
{
	const int file = memfd_create("sleep", MFD_CLOEXEC);
	char * const argv[] = { "sleep", "60", NULL };
	struct sockbind_bind raw;
	int source;
	pid_t pid;

	if (in_container())
		SKIP(return, "in a container");
	source = open("/bin/sleep", O_RDONLY);
	if (source < 0)
		SKIP(return, "no sleep(1)");
	ASSERT_LT(0, sendfile(file, source, NULL, 1 << 30));
	pid = fork();
	if (!pid) {
		fexecve(file, argv, environ);
		_exit(1);
	}
	ASSERT_LT(0, pid);
	await_exec(_metadata, pid);
	raw = bind_of(pid);
	EXPECT_EQ(0, raw.exe_major);
	raw.exe_minor++;
	/* It leads nowhere. */
	EXPECT_STREQ("", exe_of(&raw));
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
}

/*
 * A child of this program, under a name that looks like fields of its own. It
 * waits for a line before it runs another program, if it is given one.
 */
static pid_t start_child(int *input, const char *program)
{
	int ends[2];
	pid_t pid;
	char c;

	if (pipe(ends))
		return -1;
	pid = fork();
	if (!pid) {
		close(ends[1]);
		prctl(PR_SET_NAME, ") S 1 2 (3 4");
		if (read(ends[0], &c, 1) == 1)
			execl(program, program, "60", NULL);
		_exit(0);
	}
	close(ends[0]);
	*input = ends[1];
	return pid;
}

TEST(executable_of_the_dead)
{
	char own[PATH_MAX];
	struct sockbind_bind raw, other;
	int input;
	pid_t pid;

	if (in_container())
		SKIP(return, "in a container");
	own_path(own);
	pid = start_child(&input, own);
	ASSERT_LT(0, pid);
	raw = bind_of(pid);
	EXPECT_STREQ(own, exe_of(&raw));
	close(input);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	/* What was found out while it ran is still true. */
	EXPECT_STREQ(own, exe_of(&raw));
	other = raw;
	other.start_time += NS_PER_SEC;
	EXPECT_STREQ("", exe_of(&other));
	/* Now that has the slot. */
	other.start_time = raw.start_time + 256;
	EXPECT_STREQ("", exe_of(&other));
}

/* The bind was done by the program before. */
TEST(executable_after_exec)
{
	struct sockbind_bind raw;
	char sleep[PATH_MAX];
	int input;
	pid_t pid;

	if (in_container())
		SKIP(return, "in a container");
	if (!realpath("/bin/sleep", sleep))
		SKIP(return, "no sleep(1)");
	/* By this name: busybox does what it is called by. */
	pid = start_child(&input, "/bin/sleep");
	ASSERT_LT(0, pid);
	raw = bind_of(pid);
	ASSERT_EQ(1, write(input, "", 1));
	await_exec(_metadata, pid);
	EXPECT_STREQ("", exe_of(&raw));
	raw = bind_of(pid);
	EXPECT_STREQ(sleep, exe_of(&raw));
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	close(input);
}

/* A cgroup in which a child waits, and how it is called. */
FIXTURE(cgroup)
{
	char root[256];
	char path[128];
	char dir[512];
	struct sockbind_bind raw;
	int input;
	pid_t pid;
};

FIXTURE_VARIANT(cgroup)
{
	const char *mount;
	bool v1;
};

FIXTURE_VARIANT_ADD(cgroup, v2)
{
	.mount = " - cgroup2 ",
};

/* There the id in the record is that of the root of v2, or 0. */
FIXTURE_VARIANT_ADD(cgroup, v1)
{
	.mount = " - cgroup ",
	.v1 = true,
};

static bool find_root(const char *mount, char *root)
{
	char line[1024];
	bool found = false;
	FILE *file;

	file = fopen("/proc/self/mountinfo", "r");
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, mount) && !strstr(line, ",cpuset") &&
			sscanf(line, "%*s %*s %*s / %255s", root) == 1;
	fclose(file);
	return found;
}

FIXTURE_SETUP(cgroup)
{
	char file[600], v2[256];
	FILE *procs;

	if (geteuid() || in_container())
		SKIP(return, "only root of the host makes cgroups");
	if (!find_root(variant->mount, self->root))
		SKIP(return, "no such cgroups here");
	snprintf(self->path, sizeof(self->path), "/docker-%064d.scope",
		 getpid());
	snprintf(self->dir, sizeof(self->dir), "%s%s", self->root, self->path);
	if (mkdir(self->dir, 0755)) {
		self->dir[0] = '\0';
		SKIP(return, "no cgroup can be made here");
	}
	self->pid = start_child(&self->input, "/nonexistent");
	ASSERT_LT(0, self->pid);
	snprintf(file, sizeof(file), "%s/cgroup.procs", self->dir);
	procs = fopen(file, "w");
	ASSERT_NE(NULL, procs);
	fprintf(procs, "%d\n", self->pid);
	ASSERT_EQ(0, fclose(procs));
	self->raw = bind_of(self->pid);
	if (!variant->v1)
		self->raw.cgroup = cgroup_id(self->dir);
	else if (find_root(" - cgroup2 ", v2))
		self->raw.cgroup = cgroup_id(v2);
}

static void end_child(struct _test_data_cgroup *self)
{
	if (!self->pid)
		return;
	close(self->input);
	waitpid(self->pid, NULL, 0);
	self->pid = 0;
}

FIXTURE_TEARDOWN(cgroup)
{
	end_child(self);
	if (self->dir[0])
		rmdir(self->dir);
}

TEST_F(cgroup, of_a_process)
{
	struct resolved names;
	char id[65];

	snprintf(id, sizeof(id), "%064d", getpid());
	resolve_bind(&names, &self->raw, RESOLVE_CGROUP);
	EXPECT_TRUE(equal(names.cgroup, self->path));
	EXPECT_TRUE(equal(names.runtime, "docker"));
	EXPECT_EQ(0, names.pod.len);
	EXPECT_EQ(64, names.container.len);
	EXPECT_EQ(0, names.exe.len);

	/* There is none with this id, which shares the slot. */
	if (variant->v1)
		return;
	self->raw.cgroup += 256;
	resolve_bind(&names, &self->raw, RESOLVE_CGROUP);
	EXPECT_FALSE(equal(names.cgroup, self->path));
}

TEST_F(cgroup, of_the_dead)
{
	struct resolved names;

	end_child(self);
	resolve_bind(&names, &self->raw, RESOLVE_CGROUP);
	EXPECT_NE(variant->v1, equal(names.cgroup, self->path));
}

TEST_F(cgroup, gone)
{
	struct resolved names;

	end_child(self);
	ASSERT_EQ(0, rmdir(self->dir));
	self->dir[0] = '\0';
	resolve_bind(&names, &self->raw, RESOLVE_CGROUP);
	EXPECT_FALSE(equal(names.cgroup, self->path));
	EXPECT_EQ(0, names.container.len);
}

/* Without the capability the process tells, and the directory proves it. */
TEST_F(cgroup, without_capability)
{
	struct resolved names;

	ASSERT_EQ(0, seteuid(65534));
	resolve_bind(&names, &self->raw, RESOLVE_CGROUP);
	EXPECT_TRUE(equal(names.cgroup, self->path));
	if (variant->v1)
		self->raw.start_time += NS_PER_SEC;
	else
		self->raw.cgroup += 1000;
	resolve_bind(&names, &self->raw, RESOLVE_CGROUP);
	EXPECT_FALSE(equal(names.cgroup, self->path));
	ASSERT_EQ(0, seteuid(0));
}

TEST_HARNESS_MAIN
