// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor that the module's cost is measured against: the same probes, with
 * nothing in them.
 */
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

static unsigned int returns;
module_param(returns, uint, 0444);
MODULE_PARM_DESC(returns, "return probes: 0 none, 1 on __sys_bind, 2 on security_socket_bind too");

static int hook_called(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}

static int returned(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return 0;
}

static struct kprobe hook = {
	.symbol_name	= "security_socket_bind",
	.pre_handler	= hook_called,
};

static struct kretprobe return_probes[] = {
	{ .kp.symbol_name = "__sys_bind", .handler = returned },
	{ .kp.symbol_name = "security_socket_bind", .handler = returned },
};

static void unregister_returns(unsigned int n)
{
	while (n--)
		unregister_kretprobe(&return_probes[n]);
}

static int __init floor_init(void)
{
	unsigned int i;
	int err;

	if (returns > ARRAY_SIZE(return_probes))
		return -EINVAL;
	for (i = 0; i < returns; i++) {
		err = register_kretprobe(&return_probes[i]);
		if (err)
			goto err_unregister;
	}
	err = register_kprobe(&hook);
	if (err)
		goto err_unregister;
	return 0;

err_unregister:
	unregister_returns(i);
	return err;
}

static void __exit floor_exit(void)
{
	unregister_kprobe(&hook);
	unregister_returns(returns);
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("Empty probes where sockbind has its own");
MODULE_AUTHOR("The sockbind developers");
MODULE_LICENSE("GPL");
