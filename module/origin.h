/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_ORIGIN_H
#define SOCKBIND_ORIGIN_H

struct io_kiocb;
struct sockbind_bind;
struct socket;

/* Called from probe handlers: task context, preemption off. */
void sockbind_origin_syscall(struct sockbind_bind *rec,
			     const struct socket *sock);
void sockbind_origin_sys_bind(struct sockbind_bind *rec,
			      const struct socket *sock, int fd);
void sockbind_origin_io_uring(struct sockbind_bind *rec,
			      const struct socket *sock,
			      const struct io_kiocb *req);

#endif /* SOCKBIND_ORIGIN_H */
