/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Called from probe handlers: task context, preemption off. What is inline is
 * the filter as it is by default. What is known of the family when the hook is
 * called is all there is to know: a bind that it keeps out is not looked at
 * further. The port may be known at the end only.
 */
#ifndef SOCKBIND_FILTER_H
#define SOCKBIND_FILTER_H

#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/socket.h>
#include <linux/types.h>
#include <net/sock.h>
#include <linux/sockbind.h>

#include "stats.h"

/**
 * struct sockbind_set - a set of numbers, and how it was written
 * @rcu: to free it with
 * @text: value of the parameter
 * @all: numbers that @map has no bit for are members too
 * @map: a bit for each member
 *
 * gcc before 10 does not take a pointer to less for rcu_access_pointer().
 */
struct sockbind_set {
	struct rcu_head rcu;
	char *text;
	bool all;
	unsigned long map[];
};

extern struct sockbind_set __rcu *sockbind_families;
extern struct sockbind_set __rcu *sockbind_ports;

bool sockbind_filter_family_set(const struct sock *sk,
				const struct sockaddr *addr, int addrlen);
bool sockbind_filter_request_port(const struct sock *sk,
				  const struct sockaddr *addr, int addrlen);
bool sockbind_filter_final_port(const struct sockbind_bind *rec);

static __always_inline bool sockbind_filter_verdict(bool pass)
{
	if (unlikely(!pass))
		sockbind_stats_inc(SOCKBIND_STAT_FILTERED);
	return pass;
}

/**
 * sockbind_filter_family - whether a bind's family is one that is recorded
 * @sk: socket
 * @addr: requested address
 * @addrlen: its length
 *
 * Return: whether it is; if not, that is counted.
 */
static __always_inline bool
sockbind_filter_family(const struct sock *sk, const struct sockaddr *addr,
		       int addrlen)
{
	if (unlikely(rcu_access_pointer(sockbind_families)))
		return sockbind_filter_verdict(sockbind_filter_family_set(sk, addr, addrlen));
	return sockbind_filter_verdict(sk->sk_family != AF_NETLINK);
}

/**
 * sockbind_filter_request - whether a bind of unknown outcome is recorded
 * @sk: socket, of a family that is recorded
 * @addr: requested address
 * @addrlen: its length
 *
 * Return: whether it is; if not, that is counted.
 */
static __always_inline bool
sockbind_filter_request(const struct sock *sk, const struct sockaddr *addr,
			int addrlen)
{
	return likely(!rcu_access_pointer(sockbind_ports)) ||
	       sockbind_filter_verdict(sockbind_filter_request_port(sk, addr, addrlen));
}

/**
 * sockbind_filter_record - whether a bind is recorded, when it has ended
 * @rec: its record, of a family that is recorded
 *
 * Return: whether it is; if not, that is counted.
 */
static __always_inline bool
sockbind_filter_record(const struct sockbind_bind *rec)
{
	return likely(!rcu_access_pointer(sockbind_ports)) ||
	       sockbind_filter_verdict(sockbind_filter_final_port(rec));
}

#endif /* SOCKBIND_FILTER_H */
