// SPDX-License-Identifier: GPL-2.0-only
/*
 * The capture filter: which binds become records.
 *
 * It keeps out what would only push records that matter out of the rings, and
 * so by default AF_NETLINK: glibc binds such a socket in getaddrinfo() with
 * AI_ADDRCONFIG, and where a name has several addresses. All other selection is
 * the reader's.
 *
 * Two module parameters, each a set that is replaced as a whole: the handlers
 * see the old one or the new one. A parameter is parsed before the module's
 * init function and freed after its exit function.
 */

#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/vm_sockets.h>
#include <net/sock.h>
#include <uapi/linux/l2tp.h>
#include <linux/sockbind.h>

#include "compat.h"
#include "filter.h"

/* Families have room to grow; ports are 16 bits wide, but for AF_VSOCK. */
#define FAMILIES	64
#define PORTS		65536

/* Once set, they are NULL again when no handler is left only. */
struct sockbind_set __rcu *sockbind_families;	/* NULL: all but AF_NETLINK */
struct sockbind_set __rcu *sockbind_ports;	/* NULL: all */

static const struct {
	const char *name;
	unsigned int family;
} family_names[] = {
	{ "unspec", AF_UNSPEC },
	{ "unix", AF_UNIX },
	{ "local", AF_UNIX },
	{ "inet", AF_INET },
	{ "inet6", AF_INET6 },
	{ "netlink", AF_NETLINK },
	{ "packet", AF_PACKET },
	{ "can", AF_CAN },
	{ "tipc", AF_TIPC },
	{ "bluetooth", AF_BLUETOOTH },
	{ "alg", AF_ALG },
	{ "vsock", AF_VSOCK },
	{ "qipcrtr", AF_QIPCRTR },
	{ "xdp", AF_XDP },
};

static void set_free(struct rcu_head *rcu)
{
	struct sockbind_set *set = container_of(rcu, struct sockbind_set, rcu);

	kfree(set->text);
	kvfree(set);
}

static struct sockbind_set *set_alloc(const char *text, unsigned int bits)
{
	struct sockbind_set *set;

	set = kvzalloc(struct_size(set, map, BITS_TO_LONGS(bits)), GFP_KERNEL);
	if (!set)
		return NULL;
	/* What echo writes ends in a newline. */
	set->text = kstrndup(text, strcspn(text, "\n"), GFP_KERNEL);
	if (!set->text) {
		kvfree(set);
		return NULL;
	}
	return set;
}

/* Return: the number of a family by name or number; negative: none. */
static int parse_family(const char *word)
{
	unsigned int i, number;

	for (i = 0; i < ARRAY_SIZE(family_names); i++)
		if (!strcmp(word, family_names[i].name))
			return family_names[i].family;
	if (kstrtouint(word, 10, &number) || number >= FAMILIES)
		return -EINVAL;
	return number;
}

static int parse_families(struct sockbind_set *set)
{
	char *words, *next, *word;
	int err = 0;

	words = kstrdup(set->text, GFP_KERNEL);
	if (!words)
		return -ENOMEM;

	/* A list that begins with an exception is one of exceptions. */
	if (words[0] == '!')
		bitmap_fill(set->map, FAMILIES);

	next = words;
	while ((word = strsep(&next, ",")) && !err) {
		bool not = word[0] == '!';
		int family = parse_family(word + not);

		if (!strcmp(word, "all")) {
			bitmap_fill(set->map, FAMILIES);
		} else if (family < 0) {
			pr_err("families=%s: \"%s\" is no address family; write all, or a list of inet, inet6, unix, netlink, packet, vsock, ... or numbers below %u, each with ! to leave it out\n",
			       set->text, word, FAMILIES);
			err = -EINVAL;
		} else {
			__assign_bit(family, set->map, !not);
		}
	}
	kfree(words);
	return err;
}

static int parse_ports(struct sockbind_set *set)
{
	if (!strcmp(set->text, "all")) {
		bitmap_fill(set->map, PORTS);
		set->all = true;
		return 0;
	}
	if (bitmap_parselist(set->text, set->map, PORTS) ||
	    bitmap_empty(set->map, PORTS)) {
		pr_err("ports=%s: write all, or a list of ports and ranges such as 22,80,8000-8999\n",
		       set->text);
		return -EINVAL;
	}
	return 0;
}

/* Replaces a whole set. Writers hold the parameter lock. */
static int set_store(const struct kernel_param *kp, const char *text,
		     unsigned int bits, int (*parse)(struct sockbind_set *set))
{
	struct sockbind_set __rcu **where = kp->arg;
	struct sockbind_set *old, *set;
	int err;

	/* sysfs shows no more, and cuts a write that is longer into several. */
	if (strcspn(text, "\n") > PAGE_SIZE - sizeof("\n")) {
		pr_err("%s=%.16s...: the list is longer than %lu characters; give ranges instead of single numbers\n",
		       kp->name, text, PAGE_SIZE - sizeof("\n"));
		return -EINVAL;
	}
	set = set_alloc(text, bits);
	if (!set)
		return -ENOMEM;
	err = parse(set);
	if (err) {
		set_free(&set->rcu);
		return err;
	}
	old = rcu_replace_pointer(*where, set, true);
	if (old)
		call_rcu(&old->rcu, set_free);
	return 0;
}

static int set_show(struct sockbind_set __rcu **where, char *buffer,
		    const char *otherwise)
{
	const struct sockbind_set *set = rcu_dereference_protected(*where, true);

	return sysfs_emit(buffer, "%s\n", set ? set->text : otherwise);
}

static int families_set(const char *val, const struct kernel_param *kp)
{
	return set_store(kp, val, FAMILIES, parse_families);
}

static int families_get(char *buffer, const struct kernel_param *kp)
{
	return set_show(&sockbind_families, buffer, "!netlink");
}

static int ports_set(const char *val, const struct kernel_param *kp)
{
	return set_store(kp, val, PORTS, parse_ports);
}

static int ports_get(char *buffer, const struct kernel_param *kp)
{
	return set_show(&sockbind_ports, buffer, "all");
}

/* Also called where the load fails. No handler and no writer is left. */
static void param_free(void *arg)
{
	struct sockbind_set __rcu **where = arg;
	struct sockbind_set *set = rcu_replace_pointer(*where, NULL, true);

	if (set)
		set_free(&set->rcu);
	rcu_barrier();
}

static const struct kernel_param_ops families_ops = {
	.set	= families_set,
	.get	= families_get,
	.free	= param_free,
};

module_param_cb(families, &families_ops, &sockbind_families, 0644);
MODULE_PARM_DESC(families, "Address families whose binds are recorded: all, or a list of names and numbers, each with ! to leave it out (default !netlink)");

static const struct kernel_param_ops ports_ops = {
	.set	= ports_set,
	.get	= ports_get,
	.free	= param_free,
};

module_param_cb(ports, &ports_ops, &sockbind_ports, 0644);
MODULE_PARM_DESC(ports, "Ports whose binds are recorded, requested or final, of AF_VSOCK sockets and of IPv4 and IPv6 ones that are neither raw nor L2TP: all, or a list of ports and ranges such as 22,8000-8999 (default all)");

/* Family of the requested address; negative: too short to have one. */
static int address_family(const void *addr, int addrlen)
{
	sa_family_t family;

	if (addrlen < (int)sizeof(family))
		return -1;
	memcpy(&family, addr, sizeof(family));
	return family;
}

/* That with which an address asks the kernel to choose one. */
static u32 any_port(unsigned int family)
{
	return family == AF_VSOCK ? VMADDR_PORT_ANY : 0;
}

/* The port is at the same place for IPv4, IPv6 and AF_UNSPEC. */
static u32 address_port(unsigned int family, const void *addr, int addrlen)
{
	const struct sockaddr_in *sin = addr;
	const struct sockaddr_vm *svm = addr;

	if (family == AF_VSOCK &&
	    addrlen >= (int)offsetofend(struct sockaddr_vm, svm_port))
		return svm->svm_port;
	if (family != AF_VSOCK &&
	    addrlen >= (int)offsetofend(struct sockaddr_in, sin_port))
		return ntohs(sin->sin_port);
	return any_port(family);
}

static bool has_port(unsigned int family, unsigned int type,
		     unsigned int protocol)
{
	if (family == AF_VSOCK)
		return true;
	return (family == AF_INET || family == AF_INET6) &&
	       type != SOCK_RAW && protocol != IPPROTO_L2TP;
}

static bool is_listed(const struct sockbind_set *set, u32 port)
{
	return port < PORTS ? test_bit(port, set->map) : set->all;
}

/**
 * sockbind_filter_family_set - sockbind_filter_family(), with a set
 * @sk: socket
 * @addr: requested address
 * @addrlen: its length
 *
 * One of the two families: AF_UNSPEC binds an AF_INET socket.
 */
bool sockbind_filter_family_set(const struct sock *sk,
				const struct sockaddr *addr, int addrlen)
{
	const struct sockbind_set *set = rcu_dereference(sockbind_families);
	unsigned int family = sk->sk_family;
	int addr_family = address_family(addr, addrlen);

	return (family < FAMILIES && test_bit(family, set->map)) ||
	       (addr_family >= 0 && addr_family < FAMILIES &&
		test_bit(addr_family, set->map));
}

/**
 * sockbind_filter_request_port - sockbind_filter_request(), with a set
 * @sk: socket
 * @addr: requested address
 * @addrlen: its length
 *
 * With the final port unknown, a request for any port passes.
 */
bool sockbind_filter_request_port(const struct sock *sk,
				  const struct sockaddr *addr, int addrlen)
{
	const struct sockbind_set *set = rcu_dereference(sockbind_ports);
	u32 port;

	if (!has_port(sk->sk_family, sk->sk_type, sk->sk_protocol))
		return true;
	port = address_port(sk->sk_family, addr, addrlen);
	return port == any_port(sk->sk_family) || is_listed(set, port);
}

/**
 * sockbind_filter_final_port - sockbind_filter_record(), with a set
 * @rec: record of a bind that has ended
 */
bool sockbind_filter_final_port(const struct sockbind_bind *rec)
{
	const struct sockbind_set *set = rcu_dereference(sockbind_ports);
	u32 port;

	if (!has_port(rec->family, rec->sock_type, rec->protocol))
		return true;
	port = address_port(rec->family, rec->addr, rec->addrlen);
	if (is_listed(set, port))
		return true;
	if (rec->final_addrlen)
		return is_listed(set, address_port(rec->family, rec->final_addr,
						   rec->final_addrlen));
	/* It got a port, and which one could not be found out. */
	return port == any_port(rec->family) && !rec->result;
}
