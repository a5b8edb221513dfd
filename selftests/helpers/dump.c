// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the newest record of the socket with the inode number INODE, as
 * NAME=VALUE lines with the names of uapi/linux/sockbind.h: numbers in decimal,
 * names as text, addresses in hexadecimal.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/sockbind.h>

#define DEVICE	"/dev/sockbind"

static bool find_record(int dev, __u64 inode, struct sockbind_bind *rec)
{
	union sockbind_record record;
	bool found = false;
	ssize_t n;

	while ((n = read(dev, &record, sizeof(record))) == sizeof(record)) {
		if (record.hdr.type == SOCKBIND_RECORD_BIND &&
		    record.bind.inode == inode) {
			*rec = record.bind;
			found = true;
		}
	}
	if (n >= 0 || errno != EAGAIN)
		err(1, DEVICE);
	return found;
}

static void print_hex(const char *name, const __u8 *bytes, unsigned int n)
{
	printf("%s=", name);
	while (n--)
		printf("%02x", *bytes++);
	putchar('\n');
}

static void print_number(const char *name, long long value)
{
	printf("%s=%lld\n", name, value);
}

static void print_text(const char *name, const __u8 *text, int size)
{
	printf("%s=%.*s\n", name, size, text);
}

static void print_record(const struct sockbind_bind *rec)
{
	print_number("cpu", rec->hdr.cpu);
	print_number("flags", rec->hdr.flags);
	print_number("time_boot", rec->time_boot);
	print_number("time_real", rec->time_real);
	print_number("duration", rec->duration);
	print_number("inode", rec->inode);
	print_number("start_time", rec->start_time);
	print_number("exe_inode", rec->exe_inode);
	print_number("cgroup", rec->cgroup);
	print_number("netns_cookie", rec->netns_cookie);
	print_number("result", rec->result);
	print_number("lsm", rec->lsm);
	print_number("fd", rec->fd);
	print_number("fixed_index", rec->fixed_index);
	print_number("family", rec->family);
	print_number("sock_type", rec->sock_type);
	print_number("protocol", rec->protocol);
	print_number("via", rec->via);
	print_number("fd_status", rec->fd_status);
	print_number("opts", rec->opts);
	print_number("mark", rec->mark);
	print_number("ifindex", rec->ifindex);
	print_number("pid", rec->pid);
	print_number("tid", rec->tid);
	print_number("ppid", rec->ppid);
	print_number("ns_pid", rec->ns_pid);
	print_number("ns_tid", rec->ns_tid);
	print_number("ns_ppid", rec->ns_ppid);
	print_number("uid", rec->uid);
	print_number("euid", rec->euid);
	print_number("gid", rec->gid);
	print_number("egid", rec->egid);
	print_number("loginuid", rec->loginuid);
	print_number("sessionid", rec->sessionid);
	print_number("exe_major", rec->exe_major);
	print_number("exe_minor", rec->exe_minor);
	print_number("netns", rec->netns);
	print_number("mntns", rec->mntns);
	print_number("pidns", rec->pidns);
	print_number("userns", rec->userns);
	print_number("unprivileged_port_start", rec->unprivileged_port_start);
	print_number("via_flags", rec->via_flags);
	print_number("final_addrlen", rec->final_addrlen);
	print_number("addrlen", rec->addrlen);
	print_text("comm", rec->comm, sizeof(rec->comm));
	print_text("leader_comm", rec->leader_comm, sizeof(rec->leader_comm));
	print_text("ifname", rec->ifname, sizeof(rec->ifname));
	print_hex("final_addr", rec->final_addr, rec->final_addrlen);
	print_hex("addr", rec->addr, rec->addrlen);
}

int main(int argc, char **argv)
{
	struct sockbind_bind rec;
	int dev;

	if (argc != 2)
		errx(2, "usage: dump INODE");
	dev = open(DEVICE, O_RDONLY | O_NONBLOCK);
	if (dev < 0)
		err(1, DEVICE);
	if (!find_record(dev, strtoull(argv[1], NULL, 10), &rec))
		errx(1, "no record of a socket with inode number %s", argv[1]);
	print_record(&rec);
	return 0;
}
