// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/sockbind: every open file is a reader with a place of its own.
 *
 * The device behaves as /dev/kmsg does where it can: a new reader starts at the
 * oldest record, records are not consumed, and lseek() goes to either end. What is
 * read is described in uapi/linux/sockbind.h.
 */

#include <linux/compat.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/sockbind.h>

#include "chardev.h"
#include "compat.h"
#include "process.h"
#include "ring.h"
#include "ring_kernel.h"
#include "stats.h"
#include "wakeup.h"

/**
 * struct lane - a reader's place in the ring of one CPU
 * @ring: the ring
 * @cursor: full number of the next record. Written under the reader's lock;
 *	its low word is also read without.
 * @until: position that the read under way does not pass
 * @time: when the next record was committed, CLOCK_BOOTTIME in ns
 */
struct lane {
	const struct ring_core *ring;
	u64 cursor;
	ring_pos_t until;
	u64 time;
};

/**
 * struct reader - an open file
 * @lock: serialises read() and lseek() by threads that share the file. Never
 *	held while waiting for records.
 * @record: record on its way to user space
 * @lanes: number of @lane: one per possible CPU, and one for processes
 * @heap: lanes that the read under way has yet to take records from, a binary
 *	heap by @time
 * @lane: a place in every ring
 */
struct reader {
	struct mutex lock; /* places, and use of the file by several threads */
	union sockbind_record record;
	unsigned int lanes;
	struct lane **heap;
	struct lane lane[];
};

static ring_pos_t lane_pos(const struct lane *lane)
{
	return READ_ONCE(lane->cursor);
}

/* Whether there is a record before the position that the read stops at. */
static bool lane_peek(struct lane *lane)
{
	struct sockbind_bind rec;
	ring_pos_t pos = lane_pos(lane);

	if (pos == lane->until)
		return false;
	ring_core_read(lane->ring, &pos, &rec, offsetofend(typeof(rec), duration));
	lane->time = rec.time_boot + rec.duration;
	return true;
}

/*
 * Move on. Return: whether that reached the position that the read stops at, or
 * has gone past it, as the end of a loss may.
 */
static bool lane_advance(struct lane *lane, u64 cursor)
{
	WRITE_ONCE(lane->cursor, cursor);
	return (ring_pos_t)(lane->until - lane_pos(lane) - 1) > lane->ring->mask;
}

static void heap_sift_down(struct lane **heap, unsigned int n, unsigned int i)
{
	for (;;) {
		unsigned int child = 2 * i + 1;

		if (child >= n)
			return;
		if (child + 1 < n && heap[child + 1]->time < heap[child]->time)
			child++;
		if (heap[i]->time <= heap[child]->time)
			return;
		swap(heap[i], heap[child]);
		i = child;
	}
}

/* Return: the number of lanes in the heap: those that have records now. */
static unsigned int heap_build(struct reader *reader)
{
	unsigned int i, n = 0;

	for (i = 0; i < reader->lanes; i++) {
		struct lane *lane = &reader->lane[i];

		lane->until = ring_core_committed(lane->ring);
		if (lane_peek(lane))
			reader->heap[n++] = lane;
	}
	for (i = n / 2; i-- > 0; )
		heap_sift_down(reader->heap, n, i);
	return n;
}

/*
 * Copy the record, all of it or, as far as @to is concerned, nothing: what a fault
 * cut short is no part of what was read, and must not stay in a pipe.
 */
static bool copy_record(const union sockbind_record *record, struct iov_iter *to)
{
	size_t copied = copy_to_iter(record, sizeof(*record), to);

	if (copied == sizeof(*record))
		return true;
	iov_iter_revert(to, copied);
	return false;
}

/*
 * Copy what is there when the call begins, as much as fits, in the order of
 * commit. A loss is reported just before the next record of its CPU. The reader's
 * place moves past a record only after that was copied.
 */
static ssize_t copy_records(struct reader *reader, struct iov_iter *to)
{
	struct lane **heap = reader->heap;
	unsigned int n = heap_build(reader);
	size_t done = 0;

	while (n && iov_iter_count(to) >= SOCKBIND_RECORD_SIZE) {
		struct lane *lane = heap[0];
		u64 cursor = lane->cursor;

		ring_core_next(lane->ring, &cursor, &reader->record);
		if (!copy_record(&reader->record, to))
			return done ? : -EFAULT;
		done += SOCKBIND_RECORD_SIZE;
		cond_resched();

		if (!lane_advance(lane, cursor)) {
			if (reader->record.hdr.type == SOCKBIND_RECORD_LOST)
				continue;
			lane_peek(lane);
		} else {
			heap[0] = heap[--n];
		}
		heap_sift_down(heap, n, 0);
	}
	return done;
}

static bool has_records(const struct reader *reader)
{
	unsigned int i;

	for (i = 0; i < reader->lanes; i++) {
		const struct lane *lane = &reader->lane[i];

		if (lane_pos(lane) != ring_core_committed(lane->ring))
			return true;
	}
	return false;
}

/*
 * IOCB_NOWAIT forbids to sleep, even for a reader that is copying records; who
 * then polls is called back at once. O_NONBLOCK only forbids to wait for records.
 */
static int reader_lock(struct reader *reader, const struct kiocb *iocb)
{
	if (iocb->ki_flags & IOCB_NOWAIT)
		return mutex_trylock(&reader->lock) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(&reader->lock) ? -ERESTARTSYS : 0;
}

static bool may_wait(const struct kiocb *iocb)
{
	return !(iocb->ki_flags & IOCB_NOWAIT ||
		 iocb->ki_filp->f_flags & O_NONBLOCK);
}

static ssize_t sockbind_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct reader *reader = iocb->ki_filp->private_data;
	ssize_t ret;

	if (iov_iter_count(to) < SOCKBIND_RECORD_SIZE)
		return -EINVAL;

	for (;;) {
		ret = reader_lock(reader, iocb);
		if (ret)
			return ret;
		ret = copy_records(reader, to);
		mutex_unlock(&reader->lock);
		if (ret)
			return ret;
		if (!may_wait(iocb))
			return -EAGAIN;
		ret = wait_event_interruptible(sockbind_readers,
					       has_records(reader));
		if (ret)
			return ret;
	}
}

static __poll_t sockbind_poll(struct file *file, struct poll_table_struct *table)
{
	const struct reader *reader = file->private_data;

	sockbind_poll_wait(file, &sockbind_readers, table);
	return has_records(reader) ? EPOLLIN | EPOLLRDNORM : 0;
}

static void reader_seek(struct reader *reader,
			u64 (*where)(const struct ring_core *ring))
{
	unsigned int i;

	for (i = 0; i < reader->lanes; i++) {
		struct lane *lane = &reader->lane[i];

		WRITE_ONCE(lane->cursor, where(lane->ring));
	}
}

static loff_t sockbind_llseek(struct file *file, loff_t offset, int whence)
{
	struct reader *reader = file->private_data;
	u64 (*where)(const struct ring_core *ring);

	switch (whence) {
	case SEEK_SET:
		where = ring_core_oldest;
		break;
	case SEEK_END:
		where = ring_core_end;
		break;
	default:
		return -EINVAL;
	}
	if (offset)
		return -ESPIPE;

	if (mutex_lock_interruptible(&reader->lock))
		return -ERESTARTSYS;
	reader_seek(reader, where);
	mutex_unlock(&reader->lock);
	return 0;
}

static long sockbind_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	struct sockbind_info info;

	switch (cmd) {
	case SOCKBIND_IOC_GET_INFO:
		sockbind_stats_info(&info);
		if (copy_to_user((void __user *)arg, &info, sizeof(info)))
			return -EFAULT;
		return 0;
	default:
		return -ENOTTY;
	}
}

static int sockbind_open(struct inode *inode, struct file *file)
{
	const struct ring_core *processes = sockbind_process_ring();
	const unsigned int rings = num_possible_cpus() + !!processes;
	struct reader *reader;
	unsigned int cpu;

	/* The mode forbids it to all but the superuser; this to everyone. */
	if (file->f_mode & FMODE_WRITE)
		return -EACCES;

	reader = kvzalloc(struct_size(reader, lane, rings), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return -ENOMEM;
	reader->heap = kvcalloc(rings, sizeof(*reader->heap),
				GFP_KERNEL_ACCOUNT);
	if (!reader->heap) {
		kvfree(reader);
		return -ENOMEM;
	}

	mutex_init(&reader->lock);
	for_each_possible_cpu(cpu)
		reader->lane[reader->lanes++].ring = sockbind_ring_core(cpu);
	if (processes)
		reader->lane[reader->lanes++].ring = processes;
	reader_seek(reader, ring_core_oldest);
	file->private_data = reader;

	/* There is a place, but no offset to read or write at. */
	file->f_mode &= ~(FMODE_PREAD | FMODE_PWRITE);
	/* sockbind_read_iter() heeds IOCB_NOWAIT. */
	file->f_mode |= FMODE_NOWAIT;
	return 0;
}

static int sockbind_release(struct inode *inode, struct file *file)
{
	struct reader *reader = file->private_data;

	mutex_destroy(&reader->lock);
	kvfree(reader->heap);
	kvfree(reader);
	return 0;
}

static const struct file_operations sockbind_fops = {
	.owner		= THIS_MODULE,
	.open		= sockbind_open,
	.release	= sockbind_release,
	.read_iter	= sockbind_read_iter,
	.splice_read	= sockbind_splice_read,
	.poll		= sockbind_poll,
	.llseek		= sockbind_llseek,
	.unlocked_ioctl	= sockbind_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice sockbind_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "sockbind",
	.mode	= 0400,
	.fops	= &sockbind_fops,
	.groups	= sockbind_stats_groups,
};

/**
 * sockbind_chardev_init - let readers in
 *
 * Context: may sleep; all else is up, and nothing may fail afterwards. Return: 0
 * or a negative errno, which it explains.
 */
int __init sockbind_chardev_init(void)
{
	int err = misc_register(&sockbind_device);

	if (err)
		pr_err("cannot make /dev/%s (%pe)\n", sockbind_device.name,
		       ERR_PTR(err));
	return err;
}

/**
 * sockbind_chardev_exit - remove the device
 *
 * Context: may sleep; no file is open, or the module would not be unloaded.
 */
void sockbind_chardev_exit(void)
{
	misc_deregister(&sockbind_device);
}
