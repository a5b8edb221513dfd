/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_RECORD_H
#define SOCKBIND_RECORD_H

#include <linux/types.h>

struct sock;
struct sockaddr;
struct sockbind_bind;
struct socket;

void sockbind_record_init(void);

/* Called from probe handlers: task context, preemption off. */
void sockbind_record_request(struct sockbind_bind *rec, struct socket *sock,
			     const struct sockaddr *addr, int addrlen);
void sockbind_record_result(struct sockbind_bind *rec, int result);
void sockbind_record_final(struct sockbind_bind *rec, const struct sock *sk);

#endif /* SOCKBIND_RECORD_H */
