// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task of this module's name dies in its bind, behind the hook: as a bug of
 * the kernel ends one, but without a word.
 */
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

/* Disabled, it only finds the function. */
static struct kprobe exit_probe = {
	.symbol_name	= "do_exit",
	.flags		= KPROBE_FLAG_DISABLED,
};

static int bind_called(struct kprobe *kp, struct pt_regs *regs)
{
	if (strcmp(current->comm, KBUILD_MODNAME))
		return 0;
	instruction_pointer_set(regs, (unsigned long)exit_probe.addr);
	return 1;
}

/* It keeps the probe from being optimised, when it could not go elsewhere. */
static void bind_stepped(struct kprobe *kp, struct pt_regs *regs,
			 unsigned long flags)
{
}

static struct kprobe bind_probe = {
	.symbol_name	= "inet_bind",
	.pre_handler	= bind_called,
	.post_handler	= bind_stepped,
};

static int __init die_in_bind_init(void)
{
	int err = register_kprobe(&exit_probe);

	if (err)
		return err;
	unregister_kprobe(&exit_probe);
	return register_kprobe(&bind_probe);
}

static void __exit die_in_bind_exit(void)
{
	unregister_kprobe(&bind_probe);
}

module_init(die_in_bind_init);
module_exit(die_in_bind_exit);

MODULE_DESCRIPTION("Tasks that die in a bind");
MODULE_LICENSE("GPL");
