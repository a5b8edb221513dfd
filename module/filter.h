/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Called from probe handlers: task context, preemption off. What is inline is
 * the filter as it is by default.
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

struct sockbind_set;

extern struct sockbind_set __rcu *sockbind_families;
extern struct sockbind_set __rcu *sockbind_ports;

bool sockbind_filter_request_sets(const struct sock *sk,
				  const struct sockaddr *addr, int addrlen);
bool sockbind_filter_record_sets(const struct sockbind_bind *rec);

static __always_inline bool sockbind_filter_has_sets(void)
{
	return rcu_access_pointer(sockbind_families) ||
	       rcu_access_pointer(sockbind_ports);
}

static __always_inline bool sockbind_filter_verdict(bool pass)
{
	if (unlikely(!pass))
		sockbind_stats_inc(SOCKBIND_STAT_FILTERED);
	return pass;
}

/**
 * sockbind_filter_request - whether a bind of unknown outcome is recorded
 * @sk: socket
 * @addr: requested address
 * @addrlen: its length
 *
 * Return: whether it is; if not, that is counted.
 */
static __always_inline bool
sockbind_filter_request(const struct sock *sk, const struct sockaddr *addr,
			int addrlen)
{
	if (unlikely(sockbind_filter_has_sets()))
		return sockbind_filter_verdict(sockbind_filter_request_sets(sk, addr, addrlen));
	return sockbind_filter_verdict(sk->sk_family != AF_NETLINK);
}

/**
 * sockbind_filter_record - whether a bind is recorded, when it has ended
 * @rec: its record
 *
 * Return: whether it is; if not, that is counted.
 */
static __always_inline bool
sockbind_filter_record(const struct sockbind_bind *rec)
{
	if (unlikely(sockbind_filter_has_sets()))
		return sockbind_filter_verdict(sockbind_filter_record_sets(rec));
	return sockbind_filter_verdict(rec->family != AF_NETLINK);
}

#endif /* SOCKBIND_FILTER_H */
