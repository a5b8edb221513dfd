// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel has and the preprocessor cannot see. This file is compiled
 * before the module, and never linked: features.sh defines the name that #line
 * gives to a piece of code if the compiler found no error there. Each tests the
 * form that the newest kernels have; compat.h has the other.
 *
 * A piece must not fail for another reason than that its feature is missing.
 */

#include <linux/bitops.h>
#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/sysfs.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>
#include <net/net_namespace.h>
#if IS_ENABLED(CONFIG_IO_URING)
#include <uapi/linux/io_uring.h>
#endif

#line 1 "SOCKBIND_HAVE_ASSIGN_BIT"
static void __maybe_unused assign_bit_value(unsigned long *map, bool value)
{
	__assign_bit(0, map, value);
}

#line 1 "SOCKBIND_HAVE_CGROUP_ID"
#ifdef CONFIG_CGROUPS
static u64 __maybe_unused id_of_cgroup(struct cgroup *cgroup)
{
	return cgroup_id(cgroup);
}
#endif

#line 1 "SOCKBIND_HAVE_COMPAT_PTR_IOCTL"
static const struct file_operations file_operations __maybe_unused = {
	.compat_ioctl = compat_ptr_ioctl,
};

#line 1 "SOCKBIND_HAVE_COPY_FROM_KERNEL_NOFAULT"
static long __maybe_unused copy_from_kernel(void *to, const void *from)
{
	return copy_from_kernel_nofault(to, from, 1);
}

#line 1 "SOCKBIND_HAVE_COPY_FROM_USER_NOFAULT"
static long __maybe_unused copy_from_user_space(void *to,
						const void __user *from)
{
	return copy_from_user_nofault(to, from, 1);
}

#line 1 "SOCKBIND_HAVE_COPY_SPLICE_READ"
static const void *splice_read __maybe_unused = copy_splice_read;

#line 1 "SOCKBIND_HAVE_FTRACE_OPS_FL_PERMANENT"
#ifdef CONFIG_FUNCTION_TRACER
static const unsigned long permanent __maybe_unused = FTRACE_OPS_FL_PERMANENT;
#endif

#line 1 "SOCKBIND_HAVE_FTRACE_REGS"
static const size_t ftrace_regs_size __maybe_unused = sizeof(struct ftrace_regs);

#line 1 "SOCKBIND_HAVE_FTRACE_REGS_GET_ARGUMENT"
static unsigned long __maybe_unused argument(struct ftrace_regs *fregs)
{
	return ftrace_regs_get_argument(fregs, 0);
}

#line 1 "SOCKBIND_HAVE_IORING_OP_BIND"
static const int opcode __maybe_unused = IORING_OP_BIND;

#line 1 "SOCKBIND_HAVE_KVCALLOC"
static void * __maybe_unused array(size_t n, size_t size)
{
	return kvcalloc(n, size, GFP_KERNEL);
}

#line 1 "SOCKBIND_HAVE_NET_COOKIE_U64"
static u64 __maybe_unused cookie_of_net(const struct net *net)
{
	return net->net_cookie;
}

#line 1 "SOCKBIND_HAVE_POLL_T"
static const __poll_t poll_mask __maybe_unused;

#line 1 "SOCKBIND_HAVE_START_BOOTTIME"
static u64 __maybe_unused start_time(const struct task_struct *task)
{
	return task->start_boottime;
}

#line 1 "SOCKBIND_HAVE_SYSCALL_GET_ALL_ARGUMENTS"
static void __maybe_unused arguments(struct task_struct *task,
				     struct pt_regs *regs, unsigned long *args)
{
	syscall_get_arguments(task, regs, args);
}

#line 1 "SOCKBIND_HAVE_SYSFS_EMIT"
static int __maybe_unused emit(char *buf)
{
	return sysfs_emit(buf, "\n");
}

#line 1 "SOCKBIND_HAVE___SYS_BIND"
static const void *sys_bind __maybe_unused = __sys_bind;

#line 1 "SOCKBIND_HAVE_U64_STATS_T"
static void __maybe_unused count(u64_stats_t *counter)
{
	u64_stats_inc(counter);
}
