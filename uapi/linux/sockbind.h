/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * sockbind - one record for every bind() that reaches the LSM hook
 * security_socket_bind
 *
 * /dev/sockbind is read with read(2). A read returns whole records, all of
 * SOCKBIND_RECORD_SIZE bytes, each starting with struct sockbind_header. Its
 * @type says what the rest is: struct sockbind_bind or struct sockbind_lost.
 *
 * The layout is the same for 32-bit and 64-bit readers. Numbers are in the
 * byte order of the host that wrote them; addresses are the bytes that bind()
 * was given, so ports and IP addresses in them are in network byte order.
 * Bytes named reserved are zero.
 *
 * The ABI grows without a new version: reserved bytes may become fields, in which
 * zero means unknown or none; flags, values of @via and record types may be added.
 * A reader checks @size and @version of the first record (or of struct
 * sockbind_info) and refuses what it does not know. It ignores flags, shows @via
 * by its number, skips record types and does not look at reserved bytes that it
 * does not know. So any reader of a version reads any module of that version.
 *
 * Identifiers (process, user, group) are those of the initial namespaces
 * unless a field says otherwise. A field whose value could not be had holds
 * the value that its description calls unknown, never a plausible wrong one.
 */
#ifndef _UAPI_LINUX_SOCKBIND_H
#define _UAPI_LINUX_SOCKBIND_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Raised when a field moves, or changes its meaning or its size. */
#define SOCKBIND_ABI_VERSION	1

#define SOCKBIND_RECORD_SIZE	448

/* Capacity of the variable parts, in bytes. */
#define SOCKBIND_ADDR_MAX	128	/* sizeof(struct sockaddr_storage) */
#define SOCKBIND_FINAL_ADDR_MAX	32	/* fits struct sockaddr_in6 */
#define SOCKBIND_COMM_LEN	16	/* TASK_COMM_LEN */
#define SOCKBIND_IFNAME_LEN	16	/* IFNAMSIZ */
#define SOCKBIND_FSTYPE_LEN	16
#define SOCKBIND_ANCESTORS	4
#define SOCKBIND_TEXT_MAX	248

/* "Unknown" for the unsigned 32-bit fields that name it. */
#define SOCKBIND_UNKNOWN	0xffffffffU

/* struct sockbind_header.type */
#define SOCKBIND_RECORD_BIND	1	/* struct sockbind_bind */
#define SOCKBIND_RECORD_LOST	2	/* struct sockbind_lost */
#define SOCKBIND_RECORD_PROCESS	3	/* struct sockbind_process */

/*
 * struct sockbind_header.flags of a bind record.
 */
/* @result and @duration hold what bind() came to; else they are 0. */
#define SOCKBIND_F_RESULT	0x01
/* @lsm holds the verdict of the security modules; else it is 0. */
#define SOCKBIND_F_LSM		0x02
/* @final_addr holds the address that the socket got. */
#define SOCKBIND_F_FINAL_ADDR	0x04
/*
 * The kernel chose a part of the address where a module cannot read it
 * (AF_NETLINK with port id 0, AF_QIPCRTR with port 0): the requested address is
 * not the final one.
 */
#define SOCKBIND_F_FINAL_PRIVATE 0x08
/*
 * @ifindex and @ifname come from the requested address (sin6_scope_id,
 * sll_ifindex, can_ifindex, sxdp_ifindex), not from the socket.
 */
#define SOCKBIND_F_IF_FROM_ADDR	0x10
/* CAP_NET_BIND_SERVICE is in the effective set of the task's credentials. */
#define SOCKBIND_F_CAP_NET_BIND	0x20
/*
 * The credentials' user namespace is the one that owns the socket's network
 * namespace. Without this, SOCKBIND_F_CAP_NET_BIND says nothing about that
 * network namespace.
 */
#define SOCKBIND_F_NETNS_OWNER	0x40

/*
 * struct sockbind_header.flags of a process record.
 */
/* @text begins with the path of the executable, @path_len bytes. */
#define SOCKBIND_P_PATH		0x01
/* The path was longer: its last @path_len bytes are there. */
#define SOCKBIND_P_PATH_CUT	0x02
/*
 * The path leads to the executable from the root of the initial mount
 * namespace. Without this it belongs to another mount namespace, or to a
 * mount that no namespace has.
 */
#define SOCKBIND_P_HOST_PATH	0x04
/* The executable had no name any more: it was deleted, or never had one. */
#define SOCKBIND_P_DELETED	0x08
/* The executable is a memfd, and the path is the name that it was given. */
#define SOCKBIND_P_MEMFD	0x10
/* @text holds the command line, behind the path. */
#define SOCKBIND_P_CMDLINE	0x20
/* The command line was longer: its first @cmdline_len bytes are there. */
#define SOCKBIND_P_CMDLINE_CUT	0x40

/* struct sockbind_bind.via: how the kernel was asked */
#define SOCKBIND_VIA_UNKNOWN	0
#define SOCKBIND_VIA_BIND	1	/* bind(2) */
#define SOCKBIND_VIA_SOCKETCALL	2	/* socketcall(2), SYS_BIND */
#define SOCKBIND_VIA_IO_URING	3	/* IORING_OP_BIND */

/* struct sockbind_bind.via_flags */
#define SOCKBIND_VIA_COMPAT	0x01	/* 32-bit entry, 64-bit kernel */
#define SOCKBIND_VIA_X32	0x02	/* x32 entry */
#define SOCKBIND_VIA_WORKER	0x04	/* by an io_uring thread */

/* struct sockbind_bind.fd_status: why @fd is -1 */
#define SOCKBIND_FD_OK		0	/* it is not: @fd was checked */
#define SOCKBIND_FD_FIXED	1	/* io_uring fixed file, @fixed_index */
#define SOCKBIND_FD_CHANGED	2	/* closed or replaced meanwhile */
#define SOCKBIND_FD_UNKNOWN	3	/* could not be found out */

/* struct sockbind_bind.opts: socket options when the hook ran */
#define SOCKBIND_OPT_REUSEADDR	0x01	/* SO_REUSEADDR */
#define SOCKBIND_OPT_REUSEPORT	0x02	/* SO_REUSEPORT */
#define SOCKBIND_OPT_FREEBIND	0x04	/* IP_FREEBIND, IPV6_FREEBIND */
#define SOCKBIND_OPT_TRANSPARENT 0x08	/* IP(V6)_TRANSPARENT */
#define SOCKBIND_OPT_NO_PORT	0x10	/* IP_BIND_ADDRESS_NO_PORT */
#define SOCKBIND_OPT_V6ONLY	0x20	/* IPV6_V6ONLY */

/**
 * struct sockbind_header - start of every record
 * @size: bytes of the record, SOCKBIND_RECORD_SIZE
 * @version: SOCKBIND_ABI_VERSION of the writer
 * @type: SOCKBIND_RECORD_*
 * @reserved: zero
 * @cpu: CPU whose ring holds the record
 * @flags: SOCKBIND_F_* of a bind record; zero in a lost record
 * @seq: number of the record on this CPU: it counts from 0 without a hole. In
 *	a lost record, the number of the first record that was lost.
 */
struct sockbind_header {
	__u16 size;
	__u16 version;
	__u16 type;
	__u16 reserved;
	__u32 cpu;
	__u32 flags;
	__aligned_u64 seq;
};

/**
 * struct sockbind_bind - a bind() that reached security_socket_bind
 * @hdr: header, SOCKBIND_RECORD_BIND
 * @time_boot: CLOCK_BOOTTIME when the hook was called, in ns
 * @time_real: CLOCK_REALTIME at the same instant, in ns since the epoch
 * @duration: ns from the hook to the end of the bind. The record was written
 *	at @time_boot + @duration, which is what read(2) orders records by.
 * @inode: inode number of the socket, as in /proc/net and ``ss -e``
 * @start_time: CLOCK_BOOTTIME when the process started, in ns. With @pid it
 *	names a process for good: field 22 of /proc/PID/stat is the same
 *	instant in clock ticks, shifted by the boot-time offset of the reader's
 *	time namespace.
 * @exe_inode: inode number of the executable; 0: unknown (a kernel thread)
 * @cgroup: id of the cgroup v2 of the task: the kernfs file handle of its
 *	directory, and on 64-bit kernels its inode number; 0: unknown
 * @netns_cookie: cookie of the socket's network namespace (SO_NETNS_COOKIE);
 *	0: unknown (before Linux 5.12)
 * @result: 0 or the negative errno that bind() came to; see
 *	SOCKBIND_F_RESULT
 * @lsm: 0 or the negative errno of security_socket_bind(); see
 *	SOCKBIND_F_LSM
 * @fd: descriptor that was given to bind(), found to refer to the socket when
 *	the hook ran; -1: see @fd_status
 * @fixed_index: index among the io_uring instance's fixed files; -1: none
 * @family: family of the socket, AF_*. The family of the requested address is
 *	in @addr and need not be the same.
 * @sock_type: SOCK_STREAM, SOCK_DGRAM, ...
 * @protocol: sk_protocol: IPPROTO_* for AF_INET and AF_INET6 (the kernel's
 *	choice where socket(2) was given 0), ETH_P_* in network byte order for
 *	AF_PACKET, NETLINK_* for AF_NETLINK, ...
 * @via: SOCKBIND_VIA_* value
 * @fd_status: SOCKBIND_FD_*
 * @opts: SOCKBIND_OPT_*
 * @mark: SO_MARK
 * @ifindex: interface that the socket is bound to when the bind has ended,
 *	in the socket's network namespace; else the one that the requested
 *	address names (SOCKBIND_F_IF_FROM_ADDR); 0: none
 * @pid: process (thread group) id
 * @tid: thread id; of the worker where an io_uring worker did the bind
 * @ppid: process id of the parent
 * @ns_pid: @pid in the pid namespace of the process
 * @ns_tid: @tid in that namespace
 * @ns_ppid: @ppid in that namespace; 0: the parent is not in it
 * @uid: real user id
 * @euid: effective user id
 * @gid: real group id
 * @egid: effective group id
 * @loginuid: audit login uid; SOCKBIND_UNKNOWN: unset, or no audit
 * @sessionid: audit session; SOCKBIND_UNKNOWN: unset, or no audit
 * @exe_major: major number of the file system device of the executable
 * @exe_minor: its minor number; both are 0 if @exe_inode is. File systems
 *	such as btrfs and overlayfs show another device through stat(2), where
 *	the major number is 0 in both.
 * @netns: inode number of the socket's network namespace
 * @mntns: inode number of the task's mount namespace; 0: unknown
 * @pidns: inode number of the task's active pid namespace
 * @userns: inode number of the credentials' user namespace
 * @unprivileged_port_start: ip_unprivileged_port_start of the socket's
 *	network namespace: lower ports want CAP_NET_BIND_SERVICE;
 *	SOCKBIND_UNKNOWN: the kernel has no such setting
 * @via_flags: SOCKBIND_VIA_COMPAT, _X32, _WORKER
 * @final_addrlen: bytes of @final_addr, 0 without SOCKBIND_F_FINAL_ADDR
 * @addrlen: length that was given to bind(), 0 to SOCKBIND_ADDR_MAX
 * @reserved: zero
 * @comm: name of the thread, up to the first NUL
 * @leader_comm: name of the thread group's leader, up to the first NUL: that
 *	of the program where the thread is called iou-wrk-N
 * @ifname: name of @ifindex, up to the first NUL; may be that from before a
 *	renaming under way; empty: none, or gone
 * @final_addr: with SOCKBIND_F_FINAL_ADDR, what getsockname(2) would have told
 *	at the end of the bind: struct sockaddr_in, sockaddr_in6 or sockaddr_vm
 *	(port 0 of the request resolved), struct sockaddr_l2tpip or
 *	sockaddr_l2tpip6 where @protocol is IPPROTO_L2TP and @sock_type is not
 *	SOCK_RAW, or the name that the kernel chose for an AF_UNIX socket. A raw
 *	socket has no port: what getsockname(2) tells in sin_port is its protocol.
 *	A name that an AF_UNIX socket asked for is not repeated here, nor is an
 *	address of another family.
 * @addr: the requested address, @addrlen bytes, the rest zero
 *
 * Fields of the socket are those at the time of the hook unless they say
 * otherwise. They are read without the socket's lock: a concurrent
 * setsockopt() may or may not be seen.
 */
struct sockbind_bind {
	struct sockbind_header hdr;
	__aligned_u64 time_boot;
	__aligned_u64 time_real;
	__aligned_u64 duration;
	__aligned_u64 inode;
	__aligned_u64 start_time;
	__aligned_u64 exe_inode;
	__aligned_u64 cgroup;
	__aligned_u64 netns_cookie;
	__s32 result;
	__s32 lsm;
	__s32 fd;
	__s32 fixed_index;
	__u16 family;
	__u16 sock_type;
	__u16 protocol;
	__u8 via;
	__u8 fd_status;
	__u32 opts;
	__u32 mark;
	__u32 ifindex;
	__u32 pid;
	__u32 tid;
	__u32 ppid;
	__u32 ns_pid;
	__u32 ns_tid;
	__u32 ns_ppid;
	__u32 uid;
	__u32 euid;
	__u32 gid;
	__u32 egid;
	__u32 loginuid;
	__u32 sessionid;
	__u32 exe_major;
	__u32 exe_minor;
	__u32 netns;
	__u32 mntns;
	__u32 pidns;
	__u32 userns;
	__u32 unprivileged_port_start;
	__u8 via_flags;
	__u8 final_addrlen;
	__u16 addrlen;
	__u8 reserved[36];
	__u8 comm[SOCKBIND_COMM_LEN];
	__u8 leader_comm[SOCKBIND_COMM_LEN];
	__u8 ifname[SOCKBIND_IFNAME_LEN];
	__u8 final_addr[SOCKBIND_FINAL_ADDR_MAX];
	__u8 addr[SOCKBIND_ADDR_MAX];
};

/**
 * struct sockbind_lost - records of one CPU that this reader cannot have
 * @hdr: header, SOCKBIND_RECORD_LOST; @hdr.cpu is the CPU, @hdr.seq the first
 *	lost record. A lost record has no number of its own.
 * @last: number of the last lost record
 * @reserved: zero
 *
 * The reader was too slow: the ring was written over. The record comes at the
 * place of the loss, just before the CPU's next record.
 */
struct sockbind_lost {
	struct sockbind_header hdr;
	__aligned_u64 last;
	__u8 reserved[416];
};

/**
 * struct sockbind_process - the identity of a process that binds
 * @hdr: header, SOCKBIND_RECORD_PROCESS; @hdr.cpu is that of no CPU, but the
 *	number of the ring that holds these records alone
 * @time_boot: CLOCK_BOOTTIME of the bind that the record was made for, in ns
 * @time_real: CLOCK_REALTIME of that bind, in ns since the epoch
 * @duration: ns from there to the writing of this record: read(2) orders
 *	records by @time_boot + @duration, as those of binds
 * @start_time: that of the bind record. The key of the process is @pid,
 *	@start_time and its executable: @exe_major, @exe_minor, @exe_inode.
 * @exe_inode: inode number of the executable; 0: it has none (a kernel thread)
 * @pid: process (thread group) id
 * @exe_major: major number of the file system device of the executable
 * @exe_minor: its minor number
 * @exe_generation: generation of the inode: another file that is given the
 *	same inode number has another one, where the file system has them; 0:
 *	unknown
 * @exe_uid: user id of the owner of the executable; SOCKBIND_UNKNOWN: unknown
 * @exe_gid: group id of the executable; SOCKBIND_UNKNOWN: unknown
 * @mntns: inode number of the mount namespace of the process; 0: unknown
 * @exe_mode: type and mode of the executable, as st_mode; 0: unknown
 * @path_len: bytes of the path in @text; see SOCKBIND_P_PATH
 * @cmdline_len: bytes of the command line in @text; see SOCKBIND_P_CMDLINE
 * @ancestors: entries of @ancestor_pid and @ancestor_comm that are filled; the
 *	last one is process 1, or there were more
 * @reserved: zero
 * @ancestor_pid: process ids of the parent, its parent and so on
 * @reserved2: zero
 * @exe_fstype: type of the file system of the executable, as in
 *	/proc/filesystems, up to the first NUL; empty: unknown
 * @ancestor_comm: names of these processes, each up to the first NUL
 * @text: the path, then the command line. Neither ends in a NUL. The path is
 *	absolute, as seen from the root of the mount namespace that the
 *	executable's mount belongs to, without " (deleted)". The command line
 *	is what the process says of itself, its arguments separated by NULs;
 *	the process may have changed it.
 *
 * Written once for a process, from the time of its first bind that was
 * recorded, and again when its record is about to be overwritten while the
 * process still binds. It comes after the bind.
 */
struct sockbind_process {
	struct sockbind_header hdr;
	__aligned_u64 time_boot;
	__aligned_u64 time_real;
	__aligned_u64 duration;
	__aligned_u64 start_time;
	__aligned_u64 exe_inode;
	__u32 pid;
	__u32 exe_major;
	__u32 exe_minor;
	__u32 exe_generation;
	__u32 exe_uid;
	__u32 exe_gid;
	__u32 mntns;
	__u16 exe_mode;
	__u16 path_len;
	__u16 cmdline_len;
	__u8 ancestors;
	__u8 reserved;
	__u32 ancestor_pid[SOCKBIND_ANCESTORS];
	__u32 reserved2;
	__u8 exe_fstype[SOCKBIND_FSTYPE_LEN];
	__u8 ancestor_comm[SOCKBIND_ANCESTORS][SOCKBIND_COMM_LEN];
	__u8 text[SOCKBIND_TEXT_MAX];
};

/**
 * union sockbind_record - what read(2) returns an array of
 * @hdr: common start; @hdr.type says which member holds
 * @bind: SOCKBIND_RECORD_BIND
 * @lost: SOCKBIND_RECORD_LOST
 * @process: SOCKBIND_RECORD_PROCESS
 */
union sockbind_record {
	struct sockbind_header hdr;
	struct sockbind_bind bind;
	struct sockbind_lost lost;
	struct sockbind_process process;
};

/* Index into struct sockbind_info.nmissed, and bit of .probes. */
#define SOCKBIND_PROBE_HOOK	0	/* kprobe on security_socket_bind */
#define SOCKBIND_PROBE_SYS_BIND	1	/* return probe on __sys_bind */
#define SOCKBIND_PROBE_IO_BIND	2	/* return probe on io_bind */
#define SOCKBIND_PROBE_LSM	3	/* return probe on the hook */
#define SOCKBIND_PROBES		4

/**
 * struct sockbind_info - the device, its state and its counters
 * @size: bytes of this structure
 * @version: SOCKBIND_ABI_VERSION
 * @record_size: SOCKBIND_RECORD_SIZE
 * @outcome: outcome level in force: 0 request, 1 result, 2 LSM verdict too
 * @records: records that one ring holds
 * @rings: rings, one per possible CPU
 * @probes: bit set of SOCKBIND_PROBE_* in force
 * @without_result: of @recorded, records without SOCKBIND_F_RESULT although the
 *	module was loaded to record results; zero: there are none, or the module
 *	is one that does not count them
 * @instance: random id of this load of the module
 * @seen: hook calls that the probe was run for
 * @recorded: records written to the rings
 * @overwritten: of these, records that the rings no longer hold
 * @filtered: binds that the capture filter kept out
 * @pending: binds that have passed the hook and not ended
 * @dropped_nested: binds dropped since the probe interrupted itself
 * @dropped_abandoned: binds whose task died inside the bind
 * @nmissed: times that each probe could not run. For SOCKBIND_PROBE_HOOK each
 *	is a bind that was not seen. For the others each is a call of the function
 *	whose end was not seen: of a bind that is recorded without its outcome or
 *	verdict, or of one that failed before the hook and has no record. A bind
 *	can be recorded without its outcome for other reasons, too: see
 *	@without_result.
 * @disarmed: bit set of SOCKBIND_PROBE_* in force that the kernel does not run
 *	now, since kprobes or ftrace were switched off. With SOCKBIND_PROBE_HOOK
 *	binds are not seen; with the others their outcome is not. 0: none is
 *	known to be. It is found out anew by each GET_INFO.
 * @kprobes: bit set of SOCKBIND_PROBE_* in force that are kprobes; ftrace calls
 *	the others without one
 * @process_records: records of processes that their ring holds; 0: processes are
 *	not recorded, or the module is one that cannot
 * @reserved2: zero
 * @reserved: zero
 *
 * The size is the same in every version, since the ioctl's number holds it: any
 * reader can ask any module which version it is.
 *
 * Counters are from the module's load on. With no bind under way
 * @seen = @recorded + @filtered + @pending + @dropped_nested +
 * @dropped_abandoned; during one a counter may be read before another.
 */
struct sockbind_info {
	__u32 size;
	__u16 version;
	__u16 record_size;
	__u32 outcome;
	__u32 records;
	__u32 rings;
	__u32 probes;
	__aligned_u64 without_result;
	__u8 instance[16];
	__aligned_u64 seen;
	__aligned_u64 recorded;
	__aligned_u64 overwritten;
	__aligned_u64 filtered;
	__aligned_u64 pending;
	__aligned_u64 dropped_nested;
	__aligned_u64 dropped_abandoned;
	__aligned_u64 nmissed[SOCKBIND_PROBES];
	__u32 disarmed;
	__u32 kprobes;
	__u32 process_records;
	__u32 reserved2;
	__aligned_u64 reserved;
};

/* Letter and range are free in Linux 6.12's ioctl-number.rst. */
#define SOCKBIND_IOC_MAGIC	0xBE
#define SOCKBIND_IOC_GET_INFO	_IOR(SOCKBIND_IOC_MAGIC, 0x00, struct sockbind_info)

#endif /* _UAPI_LINUX_SOCKBIND_H */
