/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_FILTER_H
#define SOCKBIND_FILTER_H

#include <linux/types.h>

struct sock;
struct sockaddr;
struct sockbind_bind;

/* Called from probe handlers: task context, preemption off. */
bool sockbind_filter_request(const struct sock *sk, const struct sockaddr *addr,
			     int addrlen);
bool sockbind_filter_record(const struct sockbind_bind *rec);

#endif /* SOCKBIND_FILTER_H */
