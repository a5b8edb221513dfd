// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the kernel runs kprobes.
 *
 * An administrator can switch all of them off in debugfs and, where they go
 * through ftrace, that by a sysctl. No probe is informed: it just does not run any
 * more. So there is a kprobe of the same kind as the others on a function of our
 * own, and whoever wants to know calls the function.
 *
 * Where kprobes go through ftrace, the same function has a permanent user of it:
 * while that is registered the kernel refuses to switch ftrace off. No bind calls
 * the function, and so no bind pays for either.
 *
 * If ftrace is off when the module is loaded, probes are put behind the
 * instructions that ftrace changes, where a kprobe is one without ftrace.
 */

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/sockbind.h>

#include "canary.h"
#include "compat.h"

static DEFINE_MUTEX(canary_lock); /* serialises calls of the canary, and @disarmed */
static bool canary_called;
static bool canary_heard;
static u32 disarmed;
static bool without_ftrace __ro_after_init;

/* The kprobe finds it by its name. It has to have instructions to put one on. */
static noinline void sockbind_canary_call(void)
{
	WRITE_ONCE(canary_called, true);
}

static int hear_canary(struct kprobe *kp, struct pt_regs *regs)
{
	WRITE_ONCE(canary_heard, true);
	return 0;
}

/*
 * A kprobe that has a post_handler is never optimised to a jump. That is undone some
 * time after the kprobe was unregistered, and until then the kernel keeps a part of it
 * by its address, which the next load's function may have: register_kprobe() then warns
 * (reuse_unused_kprobe()) and fails, at that address for good. On ftrace there is no
 * such jump.
 */
static void forget_canary(struct kprobe *kp, struct pt_regs *regs,
			  unsigned long flags)
{
}

static struct kprobe canary = {
	.symbol_name	= "sockbind_canary_call",
	.offset		= SOCKBIND_HOOK_OFFSET,
	.pre_handler	= hear_canary,
#if !IS_ENABLED(CONFIG_KPROBES_ON_FTRACE)
	.post_handler	= forget_canary,
#endif
};

/* A kprobe handler runs in the call, on this CPU. */
static bool kprobes_run(void)
{
	WRITE_ONCE(canary_heard, false);
	sockbind_canary_call();
	return READ_ONCE(canary_heard);
}

#if SOCKBIND_FTRACE_PERMANENT && IS_ENABLED(CONFIG_KPROBES_ON_FTRACE)
static void guard_called(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
}

static struct ftrace_ops guard = {
	.func	= guard_called,
	.flags	= FTRACE_OPS_FL_PERMANENT,
};

static bool guarded __ro_after_init;

/* Not every kernel exports ftrace_free_filter(). To remove the only address is the same. */
static void free_guard_filter(void)
{
	ftrace_set_filter_ip(&guard, (unsigned long)canary.addr, 1, 0);
}

/* The kernel refuses it while ftrace is off. */
static bool __init register_guard(void)
{
	if (ftrace_set_filter_ip(&guard, (unsigned long)canary.addr, 0, 0))
		return false;
	guarded = !register_ftrace_function(&guard);
	if (!guarded)
		free_guard_filter();
	return guarded;
}

static void unregister_guard(void)
{
	if (!guarded)
		return;
	unregister_ftrace_function(&guard);
	free_guard_filter();
}
#else
static bool __init register_guard(void)
{
	return false;
}

static void unregister_guard(void)
{
}
#endif

/**
 * sockbind_canary_without_ftrace - whether probes have to do without ftrace
 *
 * No kprobe runs at the entry of a function then, nor does a return probe.
 */
bool __init sockbind_canary_without_ftrace(void)
{
	return without_ftrace;
}

/**
 * sockbind_canary_register - register a kprobe again, where it runs
 * @kp: kprobe whose address was found by registering it at a function's entry
 *
 * While ftrace is off that is behind the instructions that ftrace changes. The
 * arguments of the function are still where they were.
 *
 * Context: may sleep. Return: 0 or a negative errno.
 */
int __init sockbind_canary_register(struct kprobe *kp)
{
	unsigned long addr = (unsigned long)kp->addr;

	if (without_ftrace)
		addr += SOCKBIND_FTRACE_SIZE;
	kp->addr = (kprobe_opcode_t *)addr;
	kp->symbol_name = NULL;
	kp->offset = 0;
	kp->flags = 0;
	return register_kprobe(kp);
}

/*
 * No kprobe runs at the entry of a function. Where the kernel has no permanent users
 * of ftrace, either that is off, or all kprobes are, and so is one without ftrace:
 * ftrace is then expected to be on, as it nearly always is.
 */
static int __init do_without_ftrace(void)
{
	kprobe_opcode_t *entry = canary.addr;
	int err;

	unregister_kprobe(&canary);
	if (!SOCKBIND_FTRACE_SIZE) {
		pr_err("ftrace is off, and no bind would be seen: \"sysctl kernel.ftrace_enabled=1\", then load the module again\n");
		return -EBUSY;
	}
	without_ftrace = true;
	canary.post_handler = forget_canary;
	err = sockbind_canary_register(&canary);
	if (err || SOCKBIND_FTRACE_PERMANENT || kprobes_run())
		return err;
	unregister_kprobe(&canary);
	without_ftrace = false;
	canary.post_handler = NULL;
	canary.addr = entry;
	return sockbind_canary_register(&canary);
}

/**
 * sockbind_canary_init - keep ftrace on, or find that it is off
 *
 * Context: may sleep; before the other probes are registered. Return: 0 or a
 * negative errno, which it explains.
 */
int __init sockbind_canary_init(void)
{
	int err = register_kprobe(&canary);

	if (!err && kprobe_ftrace(&canary) && !register_guard() &&
	    !kprobes_run())
		err = do_without_ftrace();
	if (err)
		pr_err("cannot probe a function of the module's own (%pe)\n",
		       ERR_PTR(err));
	return err;
}

/**
 * sockbind_canary_exit - let ftrace go
 *
 * Context: may sleep; the other probes are gone.
 */
void sockbind_canary_exit(void)
{
	unregister_guard();
	unregister_kprobe(&canary);
}

/**
 * sockbind_canary_disarmed - find the probes that the kernel does not run now
 * @kprobes: those in force that are kprobes, a bit set of SOCKBIND_PROBE_*
 *
 * A change is reported in the kernel's log.
 *
 * Context: may sleep. Return: @kprobes, or none of them.
 */
u32 sockbind_canary_disarmed(u32 kprobes)
{
	u32 now;

	mutex_lock(&canary_lock);
	now = kprobes_run() ? 0 : kprobes;
	if (now != disarmed) {
		disarmed = now;
		if (now & BIT(SOCKBIND_PROBE_HOOK))
			pr_warn("the kernel runs no kprobes: binds are not seen; \"sockbind --check\" names the cure\n");
		else if (now)
			pr_warn("the kernel runs no kprobes: results of binds are not seen; \"sockbind --check\" names the cure\n");
		else
			pr_warn("the kernel runs kprobes again\n");
	}
	mutex_unlock(&canary_lock);
	return now;
}
