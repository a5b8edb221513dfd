// SPDX-License-Identifier: GPL-2.0-only
/*
 * A live patch of security_socket_bind(): no security module is asked, and the
 * verdict is the parameter's.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/socket.h>

static int verdict;
module_param(verdict, int, 0644);

static atomic_t calls = ATOMIC_INIT(0);
module_param_named(calls, calls.counter, int, 0444);

static int patched_socket_bind(struct socket *sock, struct sockaddr *address,
			       int addrlen)
{
	atomic_inc(&calls);
	return READ_ONCE(verdict);
}

static struct klp_func funcs[] = {
	{
		.old_name = "security_socket_bind",
		.new_func = patched_socket_bind,
	},
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init livepatch_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);

MODULE_DESCRIPTION("A live patch of security_socket_bind");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
