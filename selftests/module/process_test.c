// SPDX-License-Identifier: GPL-2.0-only
/*
 * The identity of a process that binds, however it came to run and however soon
 * it is gone: which executable, where it lies, with which arguments, by whom.
 */
#include <libgen.h>
#include <limits.h>
#include <linux/memfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "capture.h"

#define OPEN_TREE		428	/* its number in all tables */
#define OPEN_TREE_CLONE		1

#define SYSFS	"/sys/class/misc/sockbind/"

/**
 * struct run - how a process is started, and what came of it
 * @prepare: called in the process before it executes; NULL: nothing
 * @fd: file to execute; -1: @path
 * @path: its path
 * @argument: further argument, or NULL
 * @pid: process
 */
struct run {
	void (*prepare)(const struct run *run);
	int fd;
	const char *path;
	const char *argument;
	pid_t pid;
};

FIXTURE(process)
{
	int dev;
	char dir[64];		/* on a tmpfs of its own */
	char file[80];		/* there, a copy of binder */
	char binder[PATH_MAX];
};

static void copy_file(struct __test_metadata *_metadata, const char *from,
		      int to)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	struct stat st;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fstat(fd, &st));
	ASSERT_EQ(st.st_size, sendfile(to, fd, NULL, st.st_size));
	close(fd);
}

static void copy_to(struct __test_metadata *_metadata, const char *from,
		    const char *to)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	ASSERT_LE(0, fd);
	copy_file(_metadata, from, fd);
	close(fd);
}

FIXTURE_SETUP(process)
{
	char program[PATH_MAX] = "";

	ASSERT_LT(0, readlink("/proc/self/exe", program, sizeof(program) - 1));
	snprintf(self->binder, sizeof(self->binder), "%.4000s/../helpers/binder",
		 dirname(program));
	strcpy(self->dir, "/tmp/process.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, mount("tmpfs", self->dir, "tmpfs", 0, NULL));
	snprintf(self->file, sizeof(self->file), "%s/file", self->dir);
	copy_to(_metadata, self->binder, self->file);
	self->dev = capture_open(_metadata);
	if (access("/sys/module/sockbind/parameters/process", F_OK))
		SKIP(return, "the module records no processes");
}

FIXTURE_TEARDOWN(process)
{
	umount(self->dir);
	rmdir(self->dir);
}

/* A process that executes a copy of binder, and has ended. */
static void run_binder(struct __test_metadata *_metadata, struct run *run)
{
	char *argv[] = { "prog ram", "udp4", (char *)run->argument, NULL };
	char *envp[] = { NULL };
	int status;

	run->pid = fork();
	if (!run->pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		if (run->prepare)
			run->prepare(run);
		if (run->path)
			execve(run->path, argv, envp);
		else
			syscall(__NR_execveat, run->fd, "", argv, envp,
				AT_EMPTY_PATH);
		_exit(1);
	}
	ASSERT_LT(0, run->pid);
	ASSERT_EQ(run->pid, waitpid(run->pid, &status, 0));
	ASSERT_EQ(0, status);
}

/* Wait for the next record of a process's identity. */
static struct sockbind_process find_process(struct __test_metadata *_metadata,
					    int dev, pid_t pid)
{
	struct pollfd pollfd = { .fd = dev, .events = POLLIN };
	union sockbind_record record;

	for (;;) {
		if (!capture_read(_metadata, dev, &record))
			poll(&pollfd, 1, -1);
		else if (record.hdr.type == SOCKBIND_RECORD_PROCESS &&
			 record.process.pid == (__u32)pid)
			return record.process;
	}
}

static struct sockbind_process run_and_find(struct __test_metadata *_metadata,
					    int dev, struct run *run)
{
	run_binder(_metadata, run);
	return find_process(_metadata, dev, run->pid);
}

static void expect_path(struct __test_metadata *_metadata,
			const struct sockbind_process *rec, const char *path,
			__u32 flags)
{
	const __u32 all = SOCKBIND_P_PATH | SOCKBIND_P_PATH_CUT |
			  SOCKBIND_P_HOST_PATH | SOCKBIND_P_DELETED |
			  SOCKBIND_P_MEMFD;

	EXPECT_EQ(SOCKBIND_P_PATH | flags, rec->hdr.flags & all);
	ASSERT_EQ(strlen(path), rec->path_len)
		TH_LOG("%.*s", rec->path_len, rec->text);
	EXPECT_EQ(0, memcmp(path, rec->text, rec->path_len));
}

static void expect_file(struct __test_metadata *_metadata,
			const struct sockbind_process *rec, const char *path)
{
	struct stat st;

	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(st.st_ino, rec->exe_inode);
	EXPECT_EQ(major(st.st_dev), rec->exe_major);
	EXPECT_EQ(minor(st.st_dev), rec->exe_minor);
	EXPECT_EQ(st.st_uid, rec->exe_uid);
	EXPECT_EQ(st.st_gid, rec->exe_gid);
	EXPECT_EQ(st.st_mode, rec->exe_mode);
}

TEST_F(process, executable)
{
	struct run run = { .path = self->file };
	struct sockbind_process rec;
	static const char cmdline[] = "prog ram\0udp4";

	ASSERT_EQ(0, chmod(self->file, 04755));
	ASSERT_EQ(0, chown(self->file, 12, 34));
	ASSERT_EQ(0, chmod(self->file, 04755));
	rec = run_and_find(_metadata, self->dev, &run);

	EXPECT_EQ(SOCKBIND_RECORD_SIZE, rec.hdr.size);
	EXPECT_EQ(SOCKBIND_ABI_VERSION, rec.hdr.version);
	expect_path(_metadata, &rec, self->file, SOCKBIND_P_HOST_PATH);
	expect_file(_metadata, &rec, self->file);
	EXPECT_STREQ("tmpfs", (char *)rec.exe_fstype);
	EXPECT_EQ(SOCKBIND_P_CMDLINE,
		  rec.hdr.flags & (SOCKBIND_P_CMDLINE | SOCKBIND_P_CMDLINE_CUT));
	ASSERT_EQ(sizeof(cmdline), rec.cmdline_len);
	EXPECT_EQ(0, memcmp(cmdline, rec.text + rec.path_len, sizeof(cmdline)));
}

TEST_F(process, ancestors)
{
	struct run run = { .path = self->file };
	struct sockbind_process rec;
	char name[16];

	rec = run_and_find(_metadata, self->dev, &run);
	ASSERT_LE(3, rec.ancestors);
	EXPECT_EQ(getpid(), rec.ancestor_pid[0]);
	prctl(PR_GET_NAME, name);
	EXPECT_STREQ(name, (char *)rec.ancestor_comm[0]);
	EXPECT_EQ(getppid(), rec.ancestor_pid[1]);
}

/* The bind comes first, with the same key. */
TEST_F(process, key)
{
	struct run run = { .path = self->file };
	union sockbind_record record;
	struct sockbind_bind bind = { 0 };

	run_binder(_metadata, &run);
	for (;;) {
		if (!capture_read(_metadata, self->dev, &record))
			continue;
		if (record.hdr.type == SOCKBIND_RECORD_BIND &&
		    record.bind.pid == (__u32)run.pid)
			bind = record.bind;
		if (record.hdr.type == SOCKBIND_RECORD_PROCESS &&
		    record.process.pid == (__u32)run.pid)
			break;
	}
	EXPECT_EQ(bind.pid, record.process.pid);
	EXPECT_EQ(bind.start_time, record.process.start_time);
	EXPECT_EQ(bind.exe_inode, record.process.exe_inode);
	EXPECT_EQ(bind.exe_major, record.process.exe_major);
	EXPECT_EQ(bind.exe_minor, record.process.exe_minor);
	EXPECT_EQ(bind.mntns, record.process.mntns);
	EXPECT_EQ(bind.time_boot, record.process.time_boot);
	EXPECT_EQ(bind.time_real, record.process.time_real);
	EXPECT_NE(bind.hdr.cpu, record.process.hdr.cpu);
}

static void bind_thrice(const struct run *run __attribute__((unused)))
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int i;

	for (i = 0; i < 3; i++)
		bind(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
		     (struct sockaddr *)&sin, sizeof(sin));
}

/* One record before the exec, one after it. */
TEST_F(process, recorded_once)
{
	struct run other = { .path = self->file };
	struct run run = { .prepare = bind_thrice, .path = self->file };
	struct sockbind_process rec;
	union sockbind_record record;
	char name[PATH_MAX] = "";
	int n = 0;

	rec = run_and_find(_metadata, self->dev, &run);
	ASSERT_LT(0, readlink("/proc/self/exe", name, sizeof(name) - 1));
	expect_path(_metadata, &rec, name, SOCKBIND_P_HOST_PATH);
	rec = find_process(_metadata, self->dev, run.pid);
	expect_path(_metadata, &rec, self->file, SOCKBIND_P_HOST_PATH);

	run_binder(_metadata, &other);
	do {
		if (!capture_read(_metadata, self->dev, &record))
			continue;
		n += record.hdr.type == SOCKBIND_RECORD_PROCESS &&
		     record.process.pid == (__u32)run.pid;
	} while (record.hdr.type != SOCKBIND_RECORD_PROCESS ||
		 record.process.pid != (__u32)other.pid);
	EXPECT_EQ(0, n);
}

static unsigned long long counter(struct __test_metadata *_metadata,
				  const char *name)
{
	char path[96];
	unsigned long long value;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/misc/sockbind/processes_%s",
		 name);
	file = fopen(path, "r");
	ASSERT_NE(NULL, file)
		TH_LOG("no %s", path);
	ASSERT_EQ(1, fscanf(file, "%llu", &value));
	fclose(file);
	return value;
}

/* At rest they add up; another process may bind while they are read. */
TEST_F(process, counters)
{
	struct run run = { .path = self->file };
	unsigned long long seen, recorded, sum;

	seen = counter(_metadata, "seen");
	recorded = counter(_metadata, "recorded");
	run_and_find(_metadata, self->dev, &run);
	EXPECT_LT(seen, counter(_metadata, "seen"));
	EXPECT_LT(recorded, counter(_metadata, "recorded"));
	do {
		sum = counter(_metadata, "recorded") +
		      counter(_metadata, "known") +
		      counter(_metadata, "dropped") +
		      counter(_metadata, "pending");
		seen = counter(_metadata, "seen");
	} while (seen != sum);
}

static void remove_file(const struct run *run)
{
	unlink(run->argument);
}

TEST_F(process, deleted)
{
	struct run run = {
		.prepare = remove_file,
		.fd = open(self->file, O_PATH | O_CLOEXEC),
		.argument = self->file,
	};
	struct sockbind_process rec;

	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, self->file,
		    SOCKBIND_P_HOST_PATH | SOCKBIND_P_DELETED);
}

/* That is its name; nobody has deleted it. */
TEST_F(process, named_deleted)
{
	char path[96];
	struct run run = { .path = path };
	struct sockbind_process rec;

	snprintf(path, sizeof(path), "%s (deleted)", self->file);
	ASSERT_EQ(0, rename(self->file, path));
	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, path, SOCKBIND_P_HOST_PATH);
}

TEST_F(process, memfd)
{
	struct run run = {
		.fd = syscall(__NR_memfd_create, "name", MFD_CLOEXEC),
	};
	struct sockbind_process rec;

	ASSERT_LE(0, run.fd);
	copy_file(_metadata, self->binder, run.fd);
	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, "/memfd:name",
		    SOCKBIND_P_DELETED | SOCKBIND_P_MEMFD);
}

/* It is not one because of its name. */
TEST_F(process, no_memfd)
{
	char path[96];
	struct run run = { .path = path };
	struct sockbind_process rec;

	snprintf(path, sizeof(path), "%s/memfd:name", self->dir);
	ASSERT_EQ(0, rename(self->file, path));
	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, path, SOCKBIND_P_HOST_PATH);
}

static void mount_over(const struct run *run)
{
	unshare(CLONE_NEWNS);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mount("tmpfs", "/usr", "tmpfs", 0, NULL);
	mkdir("/usr/sbin", 0755);
	link(run->argument, "/usr/sbin/sshd");
	mknod("/usr/sbin/sshd", S_IFREG | 0755, 0);
	mount(run->argument, "/usr/sbin/sshd", NULL, MS_BIND, NULL);
}

/* The path is that of another mount namespace, however well known it looks. */
TEST_F(process, other_namespace)
{
	struct run run = {
		.prepare = mount_over,
		.path = "/usr/sbin/sshd",
		.argument = self->file,
	};
	struct sockbind_process rec;
	struct stat st;

	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, "/usr/sbin/sshd", 0);
	expect_file(_metadata, &rec, self->file);
	ASSERT_EQ(0, stat("/proc/self/ns/mnt", &st));
	EXPECT_NE(st.st_ino, rec.mntns);
}

/* A tree that no namespace has: its paths lead nowhere. */
TEST_F(process, detached_tree)
{
	int tree = syscall(OPEN_TREE, AT_FDCWD, self->dir, OPEN_TREE_CLONE);
	struct run run = { .fd = openat(tree, "file", O_PATH | O_CLOEXEC) };
	struct sockbind_process rec;

	if (tree < 0 && errno == ENOSYS)
		SKIP(return, "there is no open_tree(2)");
	ASSERT_LE(0, run.fd);
	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, "/file", 0);
	expect_file(_metadata, &rec, self->file);
}

/* Root has put it there, and that is where the path leads. */
TEST_F(process, bind_mount)
{
	char path[96];
	struct run run = { .path = path };
	struct sockbind_process rec;

	snprintf(path, sizeof(path), "%s/other", self->dir);
	ASSERT_EQ(0, mknod(path, S_IFREG | 0755, 0));
	ASSERT_EQ(0, mount(self->file, path, NULL, MS_BIND, NULL));
	rec = run_and_find(_metadata, self->dev, &run);
	EXPECT_EQ(0, umount(path));
	expect_path(_metadata, &rec, path, SOCKBIND_P_HOST_PATH);
	expect_file(_metadata, &rec, self->file);
}

static void change_root(const struct run *run)
{
	chroot(run->argument);
	chdir("/");
}

/* The path is the host's, not that below the root of the process. */
TEST_F(process, other_root)
{
	struct run run = {
		.prepare = change_root,
		.path = "/file",
		.argument = self->dir,
	};
	struct sockbind_process rec;

	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, self->file, SOCKBIND_P_HOST_PATH);
}


/* What was executed has another path by the time of the bind. */
TEST_F(process, replaced)
{
	char other[96];
	struct run run = {
		.prepare = remove_file,
		.fd = open(self->file, O_PATH | O_CLOEXEC),
		.argument = self->file,
	};
	struct sockbind_process rec;
	struct stat old;

	ASSERT_EQ(0, stat(self->file, &old));
	snprintf(other, sizeof(other), "%s/other", self->dir);
	copy_to(_metadata, self->binder, other);
	run_binder(_metadata, &run);
	ASSERT_EQ(0, rename(other, self->file));
	rec = find_process(_metadata, self->dev, run.pid);
	EXPECT_EQ(old.st_ino, rec.exe_inode);
	expect_path(_metadata, &rec, self->file,
		    SOCKBIND_P_HOST_PATH | SOCKBIND_P_DELETED);
}

/* Longer than PATH_MAX: only relative paths lead there. */
TEST_F(process, long_path)
{
	struct run run = { .path = "./file" };
	struct sockbind_process rec;
	char name[201];
	int fd, i;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ASSERT_EQ(0, chdir(self->dir));
	for (i = 0; i < 25; i++) {
		ASSERT_EQ(0, mkdir(name, 0755));
		ASSERT_EQ(0, chdir(name));
	}
	copy_to(_metadata, self->binder, "file");
	rec = run_and_find(_metadata, self->dev, &run);
	expect_file(_metadata, &rec, "file");
	EXPECT_EQ(0, fchdir(fd));
	EXPECT_EQ(SOCKBIND_P_PATH | SOCKBIND_P_PATH_CUT,
		  rec.hdr.flags & (SOCKBIND_P_PATH | SOCKBIND_P_PATH_CUT));
	ASSERT_LT(strlen("/file"), rec.path_len);
	EXPECT_EQ(0, memcmp("x/file", rec.text + rec.path_len - strlen("x/file"),
			    strlen("x/file")));
}

/* Its end is kept, and the command line has its share. */
TEST_F(process, cut_path)
{
	char path[400], argument[300];
	struct run run = { .path = path, .argument = argument };
	struct sockbind_process rec;
	int n;

	n = snprintf(path, sizeof(path), "%s/", self->dir);
	memset(path + n, 'x', 250);
	strcpy(path + n + 250, "");
	memset(argument, 'y', sizeof(argument) - 1);
	argument[sizeof(argument) - 1] = '\0';
	ASSERT_EQ(0, rename(self->file, path));
	rec = run_and_find(_metadata, self->dev, &run);
	EXPECT_EQ(SOCKBIND_TEXT_MAX, rec.path_len + rec.cmdline_len);
	EXPECT_EQ(96, rec.cmdline_len);
	EXPECT_TRUE(rec.hdr.flags & SOCKBIND_P_PATH_CUT);
	EXPECT_TRUE(rec.hdr.flags & SOCKBIND_P_CMDLINE_CUT);
	EXPECT_EQ(0, memcmp(path + strlen(path) - rec.path_len, rec.text,
			    rec.path_len));
	EXPECT_EQ(0, memcmp("prog ram\0udp4\0yyy", rec.text + rec.path_len, 17));
}

TEST_F(process, odd_bytes)
{
	char path[96];
	struct run run = { .path = path };
	struct sockbind_process rec;

	snprintf(path, sizeof(path), "%s/\n\033[31m\377 x", self->dir);
	ASSERT_EQ(0, rename(self->file, path));
	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, path, SOCKBIND_P_HOST_PATH);
}

/* The program that runs is the interpreter. */
TEST_F(process, script)
{
	char path[96], text[128];
	struct run run = { .path = path };
	struct sockbind_process rec;
	int fd;

	snprintf(path, sizeof(path), "%s/script", self->dir);
	snprintf(text, sizeof(text), "#!%s udp4\n", self->file);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ASSERT_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	close(fd);
	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, self->file, SOCKBIND_P_HOST_PATH);
	EXPECT_NE(NULL, memmem(rec.text + rec.path_len, rec.cmdline_len, path,
			       strlen(path)));
}

static void *execute(void *file)
{
	execl(file, "thread", "udp4", NULL);
	_exit(1);
}

static void execute_in_thread(const struct run *run)
{
	pthread_t thread;

	pthread_create(&thread, NULL, execute, (void *)run->argument);
	pthread_join(thread, NULL);
}

/* The process keeps its number, whichever thread executes. */
TEST_F(process, exec_in_thread)
{
	struct run run = {
		.prepare = execute_in_thread,
		.path = "/nothing",
		.argument = self->file,
	};
	struct sockbind_process rec;

	rec = run_and_find(_metadata, self->dev, &run);
	expect_path(_metadata, &rec, self->file, SOCKBIND_P_HOST_PATH);
}

/* A file system can be unmounted as soon as nobody uses it. */
TEST_F(process, unmount)
{
	char dir[80], path[96];
	struct run run = { .path = path };
	int i;

	snprintf(dir, sizeof(dir), "%s/mount", self->dir);
	snprintf(path, sizeof(path), "%s/file", dir);
	ASSERT_EQ(0, mkdir(dir, 0755));
	for (i = 0; i < 30; i++) {
		ASSERT_EQ(0, mount("tmpfs", dir, "tmpfs", 0, NULL));
		copy_to(_metadata, self->binder, path);
		run_binder(_metadata, &run);
		/* Nor is its text busy. */
		copy_to(_metadata, self->binder, path);
		ASSERT_EQ(0, umount(dir))
			TH_LOG("round %d: %s", i, strerror(errno));
	}
}

int main(int argc, char **argv)
{
	return capture_main(argc, argv);
}
