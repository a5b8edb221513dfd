// SPDX-License-Identifier: GPL-2.0-only
/*
 * The identity of the processes that bind, kept while they live: which
 * executable, where it lies, with which arguments, started by whom. A reader
 * that asks /proc comes too late for short programs and for the flight
 * recorder, and a process can make /proc lie about the path.
 *
 * A path cannot be made in a handler: d_path() takes locks. The handler takes a
 * reference to the executable's file, notes what only it can see, and queues
 * both for a thread, which makes the path and writes the record.
 *
 * The records have a ring of their own, whose only producer is the thread. Binds
 * of known processes, however many, overwrite no identity; and whether an
 * identity is about to be overwritten is told by one position, whatever CPU the
 * process binds on.
 *
 *	handler				thread
 *
 *	load-acquire tail	(G)	load-acquire head		(F)
 *	fill entry			use entry
 *	store-release head	(F)	store-release tail		(G)
 */

#include <linux/cpumask.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mount.h>
#include <linux/path.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/sockbind.h>

#include "clock.h"
#include "compat.h"
#include "process.h"
#include "ring.h"
#include "stats.h"

#define RECORDS_MIN	2
#define RECORDS_MAX	65536
#define RECORDS_DEFAULT	16384	/* at most */
#define RECORDS_UNSET	UINT_MAX

static unsigned int process = RECORDS_UNSET;
module_param(process, uint, 0444);
MODULE_PARM_DESC(process, "Records of the identity of processes, 448 bytes each: a power of two from 2 to 65536, 0 for none (default: records= for each possible CPU, up to 16384)");

/* New processes of one CPU that the thread has yet to record. */
#define QUEUE_SIZE	16

/* Bytes of @text that the command line has at least, if it is as long. */
#define CMDLINE_MIN	96

#define DELETED		" (deleted)"

/**
 * struct process_entry - a process to be recorded
 * @exe: its executable; NULL: none. The entry has a reference.
 * @rec: its record, but for what the thread finds out. @text has the command
 *	line alone.
 */
struct process_entry {
	struct file *exe;
	struct sockbind_process rec;
};

/**
 * struct process_queue - a CPU's processes to be recorded
 * @head: entries that were ever queued; stored by the CPU only
 * @tail: entries that the thread is done with; stored by the thread only
 * @work: wakes the thread
 * @entries: QUEUE_SIZE entries
 */
struct process_queue {
	unsigned int head;
	unsigned int tail;
	struct irq_work work;
	struct process_entry *entries;
};

static DEFINE_PER_CPU(struct process_queue, process_queues);

struct sockbind_known sockbind_known[SOCKBIND_KNOWN];
struct ring_core sockbind_processes;

static struct task_struct *thread;
static char *path_buffer; /* PATH_MAX bytes of the thread */

static struct process_entry *entry_at(const struct process_queue *queue,
				      unsigned int i)
{
	return &queue->entries[i % QUEUE_SIZE];
}

/* Whether the thread has yet to come to this process. */
static bool is_queued(const struct process_queue *queue, unsigned int tail,
		      const struct sockbind_bind *bind)
{
	for (; tail != queue->head; tail++) {
		const struct sockbind_process *rec = &entry_at(queue, tail)->rec;

		if (rec->pid == bind->pid &&
		    rec->start_time == bind->start_time &&
		    rec->exe_inode == bind->exe_inode &&
		    rec->exe_major == bind->exe_major &&
		    rec->exe_minor == bind->exe_minor)
			return true;
	}
	return false;
}

/* The page that the arguments begin on may be there, and the next one not. */
static void note_cmdline(struct sockbind_process *rec,
			 const struct mm_struct *mm)
{
	unsigned long start = READ_ONCE(mm->arg_start);
	unsigned long end = READ_ONCE(mm->arg_end);
	size_t len, first;

	if (end <= start)
		return;
	len = min_t(unsigned long, end - start, sizeof(rec->text));
	first = min_t(size_t, len, PAGE_SIZE - offset_in_page(start));
	if (copy_from_user_nofault(rec->text, (const void __user *)start, first))
		return;
	if (len > first &&
	    copy_from_user_nofault(rec->text + first,
				   (const void __user *)(start + first),
				   len - first)) {
		memset(rec->text + first, 0, len - first);
		len = first;
	}
	rec->cmdline_len = len;
	rec->hdr.flags |= SOCKBIND_P_CMDLINE;
	if (end - start > len)
		rec->hdr.flags |= SOCKBIND_P_CMDLINE_CUT;
}

static void note_ancestors(struct sockbind_process *rec)
{
	const struct task_struct *task = current;

	while (rec->ancestors < SOCKBIND_ANCESTORS) {
		task = rcu_dereference(task->real_parent)->group_leader;
		if (!task->pid)
			return;
		rec->ancestor_pid[rec->ancestors] = task->pid;
		memcpy(rec->ancestor_comm[rec->ancestors], task->comm,
		       sizeof(rec->ancestor_comm[0]));
		rec->ancestors++;
	}
}

static void fill_entry(struct process_entry *entry,
		       const struct sockbind_bind *bind)
{
	struct mm_struct *mm = current->mm;
	struct sockbind_process *rec = &entry->rec;

	*rec = (struct sockbind_process) {
		.hdr.size = sizeof(*rec),
		.hdr.version = SOCKBIND_ABI_VERSION,
		.hdr.type = SOCKBIND_RECORD_PROCESS,
		.hdr.cpu = nr_cpu_ids,
		.time_boot = bind->time_boot,
		.time_real = bind->time_real,
		.start_time = bind->start_time,
		.exe_inode = bind->exe_inode,
		.pid = bind->pid,
		.exe_major = bind->exe_major,
		.exe_minor = bind->exe_minor,
		.exe_uid = SOCKBIND_UNKNOWN,
		.exe_gid = SOCKBIND_UNKNOWN,
		.mntns = bind->mntns,
	};
	note_ancestors(rec);
	entry->exe = NULL;
	if (mm) {
		entry->exe = sockbind_get_exe_file(mm);
		note_cmdline(rec, mm);
	}
}

/**
 * sockbind_process_request - queue the process of a bind to be recorded
 * @bind: record of the bind, whose task is current
 *
 * Context: probe handler: task, preemption off.
 */
void sockbind_process_request(const struct sockbind_bind *bind)
{
	struct process_queue *queue = this_cpu_ptr(&process_queues);
	unsigned int tail = smp_load_acquire(&queue->tail); /* G */

	if (!sockbind_processes.records || is_queued(queue, tail, bind))
		return;
	sockbind_stats_inc(SOCKBIND_STAT_PROCESS_SEEN);
	if (queue->head - tail >= QUEUE_SIZE) {
		sockbind_stats_inc(SOCKBIND_STAT_PROCESS_DROPPED);
		return;
	}
	fill_entry(entry_at(queue, queue->head), bind);
	smp_store_release(&queue->head, queue->head + 1); /* F */
	irq_work_queue(&queue->work);
}

static void wake_thread(struct irq_work *work)
{
	wake_up_process(thread);
}

static bool is_exe(const struct inode *inode,
		   const struct sockbind_process *rec)
{
	const dev_t dev = inode->i_sb->s_dev;

	return inode->i_ino == rec->exe_inode && MAJOR(dev) == rec->exe_major &&
	       MINOR(dev) == rec->exe_minor;
}

/* As vfs_path_lookup() would find it from there, without a lookup that may wait. */
static bool is_host_path(const struct path *path)
{
	struct path root;
	bool is_under;

	/* Kernel threads have the root of the initial mount namespace. */
	get_fs_root(current->fs, &root);
	is_under = path_is_under(path, &root);
	path_put(&root);
	return is_under;
}

/* Return: the length of the command line that there is room for. */
static size_t text_room(struct sockbind_process *rec, size_t path_len)
{
	if (rec->cmdline_len > sizeof(rec->text) - path_len) {
		rec->cmdline_len = sizeof(rec->text) - path_len;
		rec->hdr.flags |= SOCKBIND_P_CMDLINE_CUT;
	}
	return rec->cmdline_len;
}

/* The end of a path says more than its beginning. */
static void put_path(struct sockbind_process *rec, const char *path, size_t len)
{
	size_t max = sizeof(rec->text) - min_t(size_t, rec->cmdline_len,
					       CMDLINE_MIN);
	size_t rest;

	if (len > max) {
		path += len - max;
		len = max;
		rec->hdr.flags |= SOCKBIND_P_PATH_CUT;
	}
	rest = text_room(rec, len);
	memmove(rec->text + len, rec->text, rest);
	memcpy(rec->text, path, len);
	memset(rec->text + len + rest, 0, sizeof(rec->text) - len - rest);
	rec->path_len = len;
	rec->hdr.flags |= SOCKBIND_P_PATH;
}

/* Files of other mounts may have such names, too. */
static bool is_memfd(const struct path *path)
{
	return path->mnt->mnt_flags & MNT_INTERNAL &&
	       !strncmp(path->dentry->d_name.name, "memfd:",
			strlen("memfd:"));
}

static void find_path(struct sockbind_process *rec, struct file *exe)
{
	const struct path *path = &exe->f_path;
	const bool memfd = is_memfd(path);
	/* Asked first: d_path() says of these that they are. */
	const bool deleted = memfd || d_unlinked(path->dentry);
	const char *name;
	size_t len;

	if (deleted)
		rec->hdr.flags |= SOCKBIND_P_DELETED;
	if (memfd)
		rec->hdr.flags |= SOCKBIND_P_MEMFD;
	else if (is_host_path(path))
		rec->hdr.flags |= SOCKBIND_P_HOST_PATH;

	name = d_path(path, path_buffer, PATH_MAX);
	if (IS_ERR(name)) {
		/* It is longer than PATH_MAX: these are its last components. */
		len = snprintf(path_buffer, PATH_MAX, "%pD4", exe);
		rec->hdr.flags |= SOCKBIND_P_PATH_CUT;
		put_path(rec, path_buffer, min_t(size_t, len, PATH_MAX - 1));
		return;
	}
	len = strlen(name);
	if (deleted && len >= strlen(DELETED))
		len -= strlen(DELETED);
	put_path(rec, name, len);
}

static void find_exe(struct sockbind_process *rec, struct file *exe)
{
	const struct inode *inode = file_inode(exe);

	/* The process may have put another one in its place meanwhile. */
	if (!is_exe(inode, rec))
		return;
	rec->exe_generation = inode->i_generation;
	rec->exe_uid = __kuid_val(inode->i_uid);
	rec->exe_gid = __kgid_val(inode->i_gid);
	rec->exe_mode = inode->i_mode;
	strscpy((char *)rec->exe_fstype, inode->i_sb->s_type->name,
		sizeof(rec->exe_fstype));
	find_path(rec, exe);
}

static struct sockbind_known *known_at(const struct sockbind_process *rec)
{
	return &sockbind_known[rec->pid % SOCKBIND_KNOWN];
}

/* The place of a record is used again after three quarters of a round. */
static u32 expiry(const struct ring_core *ring)
{
	u32 records = ring->mask + 1;

	return ring->committed + records - records / 4;
}

/* Another CPU's queue may have had the same process. */
static bool is_known(const struct sockbind_process *rec)
{
	const struct sockbind_known *known = known_at(rec);

	return known->start_time == (unsigned long)rec->start_time &&
	       known->pid == rec->pid && known->exe_inode == rec->exe_inode &&
	       known->exe_dev == sockbind_exe_dev(rec->exe_major, rec->exe_minor) &&
	       (s32)((u32)sockbind_processes.committed - known->expires) < 0;
}

static void remember(const struct sockbind_process *rec)
{
	struct sockbind_known *known = known_at(rec);

	WRITE_ONCE(known->start_time, (unsigned long)rec->start_time);
	WRITE_ONCE(known->pid, rec->pid);
	WRITE_ONCE(known->expires, expiry(&sockbind_processes));
	WRITE_ONCE(known->exe_inode, rec->exe_inode);
	WRITE_ONCE(known->exe_dev, sockbind_exe_dev(rec->exe_major, rec->exe_minor));
}

static void write_record(struct sockbind_process *rec)
{
	struct ring_core *ring = &sockbind_processes;
	union sockbind_record *record = ring_core_reserve(ring);

	rec->duration = sockbind_clock_ns(ktime_get(), TK_OFFS_BOOT) -
			rec->time_boot;
	record->process = *rec;
	ring_core_commit(ring, record);
	remember(rec);
	if (wq_has_sleeper(&sockbind_readers))
		wake_up_interruptible_poll(&sockbind_readers,
					   EPOLLIN | EPOLLRDNORM);
}

static void count_known(void)
{
	preempt_disable();
	sockbind_stats_inc(SOCKBIND_STAT_PROCESS_KNOWN);
	preempt_enable();
}

static void take_entry(struct process_entry *entry)
{
	if (is_known(&entry->rec)) {
		count_known();
	} else {
		if (entry->exe)
			find_exe(&entry->rec, entry->exe);
		write_record(&entry->rec);
	}
	if (entry->exe)
		fput(entry->exe);
}

static void take_entries(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct process_queue *queue = per_cpu_ptr(&process_queues, cpu);

		while (queue->tail != smp_load_acquire(&queue->head)) { /* F */
			take_entry(entry_at(queue, queue->tail));
			smp_store_release(&queue->tail, queue->tail + 1); /* G */
			cond_resched();
		}
	}
}

/**
 * sockbind_process_pending - processes that are queued
 */
u64 sockbind_process_pending(void)
{
	unsigned int cpu;
	u64 n = 0;

	for_each_possible_cpu(cpu) {
		const struct process_queue *queue = per_cpu_ptr(&process_queues, cpu);

		n += READ_ONCE(queue->head) - READ_ONCE(queue->tail);
	}
	return n;
}

static int process_thread(void *unused)
{
	for (;;) {
		/* Its full barrier pairs with the one in wake_up_process(). */
		set_current_state(TASK_INTERRUPTIBLE);
		if (sockbind_process_pending()) {
			__set_current_state(TASK_RUNNING);
			take_entries();
		} else if (kthread_should_stop()) {
			__set_current_state(TASK_RUNNING);
			return 0;
		} else {
			schedule();
		}
	}
}

/* Return: records of the ring, or a negative errno, which it explains. */
static int process_records(void)
{
	unsigned int n = process;

	if (n == RECORDS_UNSET) {
		n = sockbind_ring_records() * num_possible_cpus();
		return min(roundup_pow_of_two(n), RECORDS_DEFAULT);
	}
	if (n && (n < RECORDS_MIN || n > RECORDS_MAX || !is_power_of_2(n))) {
		pr_err("process=%u: not 0, nor a power of two from %u to %u\n",
		       n, RECORDS_MIN, RECORDS_MAX);
		return -EINVAL;
	}
	return n;
}

static bool __init alloc_queues(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct process_queue *queue = per_cpu_ptr(&process_queues, cpu);

		queue->entries = vzalloc_node(QUEUE_SIZE * sizeof(*queue->entries),
					      cpu_to_node(cpu));
		if (!queue->entries)
			return false;
		sockbind_init_irq_work_hard(&queue->work, wake_thread);
	}
	return true;
}

static void free_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		vfree(per_cpu_ptr(&process_queues, cpu)->entries);
	vfree(sockbind_processes.records);
	kfree(path_buffer);
}

/**
 * sockbind_process_init - make ready to record processes
 *
 * Context: may sleep; the other rings are ready, no probe is. Return: 0 or a
 * negative errno.
 */
int __init sockbind_process_init(void)
{
	struct ring_core *ring = &sockbind_processes;
	int n = process_records();
	int err = -ENOMEM;

	if (n <= 0)
		return n;
	ring->mask = n - 1;
	ring->records = vzalloc((size_t)n * SOCKBIND_RECORD_SIZE);
	path_buffer = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!ring->records || !path_buffer || !alloc_queues())
		goto err_free;

	thread = kthread_create(process_thread, NULL, KBUILD_MODNAME);
	if (IS_ERR(thread)) {
		err = PTR_ERR(thread);
		goto err_free;
	}
	/* So that it has looked before the process has come far. */
	set_user_nice(thread, MIN_NICE);
	wake_up_process(thread);
	return 0;

err_free:
	free_all();
	return err;
}

/**
 * sockbind_process_exit - record what is queued, and no more
 *
 * Context: may sleep; no handler is left.
 */
void sockbind_process_exit(void)
{
	unsigned int cpu;

	if (!sockbind_processes.records)
		return;
	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(&process_queues, cpu)->work);
	kthread_stop(thread);
	free_all();
}

/**
 * sockbind_process_ring - the ring of processes
 *
 * Return: NULL if there is none.
 */
const struct ring_core *sockbind_process_ring(void)
{
	return sockbind_processes.records ? &sockbind_processes : NULL;
}
