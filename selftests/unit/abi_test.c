// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ABI, written a second time, by hand: a change of the header that moves a
 * member or a number must be made here too.
 */
#include <linux/sockbind.h>

#include "kselftest_harness.h"

#define EXPECT_MEMBER(type, member, offset, size) do {			\
	static struct type object;					\
	__auto_type place = &object.member;				\
									\
	EXPECT_EQ(offset, (char *)place - (char *)&object);		\
	EXPECT_EQ(size, sizeof(*place));				\
} while (0)

TEST(header)
{
	EXPECT_EQ(24, sizeof(struct sockbind_header));
	EXPECT_MEMBER(sockbind_header, size, 0, 2);
	EXPECT_MEMBER(sockbind_header, version, 2, 2);
	EXPECT_MEMBER(sockbind_header, type, 4, 2);
	EXPECT_MEMBER(sockbind_header, reserved, 6, 2);
	EXPECT_MEMBER(sockbind_header, cpu, 8, 4);
	EXPECT_MEMBER(sockbind_header, flags, 12, 4);
	EXPECT_MEMBER(sockbind_header, seq, 16, 8);
}

TEST(bind)
{
	EXPECT_EQ(448, sizeof(struct sockbind_bind));
	EXPECT_EQ(8, __alignof__(struct sockbind_bind));
	EXPECT_MEMBER(sockbind_bind, hdr, 0, 24);
	EXPECT_MEMBER(sockbind_bind, time_boot, 24, 8);
	EXPECT_MEMBER(sockbind_bind, time_real, 32, 8);
	EXPECT_MEMBER(sockbind_bind, duration, 40, 8);
	EXPECT_MEMBER(sockbind_bind, inode, 48, 8);
	EXPECT_MEMBER(sockbind_bind, start_time, 56, 8);
	EXPECT_MEMBER(sockbind_bind, exe_inode, 64, 8);
	EXPECT_MEMBER(sockbind_bind, cgroup, 72, 8);
	EXPECT_MEMBER(sockbind_bind, netns_cookie, 80, 8);
	EXPECT_MEMBER(sockbind_bind, result, 88, 4);
	EXPECT_MEMBER(sockbind_bind, lsm, 92, 4);
	EXPECT_MEMBER(sockbind_bind, fd, 96, 4);
	EXPECT_MEMBER(sockbind_bind, fixed_index, 100, 4);
	EXPECT_MEMBER(sockbind_bind, family, 104, 2);
	EXPECT_MEMBER(sockbind_bind, sock_type, 106, 2);
	EXPECT_MEMBER(sockbind_bind, protocol, 108, 2);
	EXPECT_MEMBER(sockbind_bind, via, 110, 1);
	EXPECT_MEMBER(sockbind_bind, fd_status, 111, 1);
	EXPECT_MEMBER(sockbind_bind, opts, 112, 4);
	EXPECT_MEMBER(sockbind_bind, mark, 116, 4);
	EXPECT_MEMBER(sockbind_bind, ifindex, 120, 4);
	EXPECT_MEMBER(sockbind_bind, pid, 124, 4);
	EXPECT_MEMBER(sockbind_bind, tid, 128, 4);
	EXPECT_MEMBER(sockbind_bind, ppid, 132, 4);
	EXPECT_MEMBER(sockbind_bind, ns_pid, 136, 4);
	EXPECT_MEMBER(sockbind_bind, ns_tid, 140, 4);
	EXPECT_MEMBER(sockbind_bind, ns_ppid, 144, 4);
	EXPECT_MEMBER(sockbind_bind, uid, 148, 4);
	EXPECT_MEMBER(sockbind_bind, euid, 152, 4);
	EXPECT_MEMBER(sockbind_bind, gid, 156, 4);
	EXPECT_MEMBER(sockbind_bind, egid, 160, 4);
	EXPECT_MEMBER(sockbind_bind, loginuid, 164, 4);
	EXPECT_MEMBER(sockbind_bind, sessionid, 168, 4);
	EXPECT_MEMBER(sockbind_bind, exe_major, 172, 4);
	EXPECT_MEMBER(sockbind_bind, exe_minor, 176, 4);
	EXPECT_MEMBER(sockbind_bind, netns, 180, 4);
	EXPECT_MEMBER(sockbind_bind, mntns, 184, 4);
	EXPECT_MEMBER(sockbind_bind, pidns, 188, 4);
	EXPECT_MEMBER(sockbind_bind, userns, 192, 4);
	EXPECT_MEMBER(sockbind_bind, unprivileged_port_start, 196, 4);
	EXPECT_MEMBER(sockbind_bind, via_flags, 200, 1);
	EXPECT_MEMBER(sockbind_bind, final_addrlen, 201, 1);
	EXPECT_MEMBER(sockbind_bind, addrlen, 202, 2);
	EXPECT_MEMBER(sockbind_bind, reserved, 204, 36);
	EXPECT_MEMBER(sockbind_bind, comm, 240, 16);
	EXPECT_MEMBER(sockbind_bind, leader_comm, 256, 16);
	EXPECT_MEMBER(sockbind_bind, ifname, 272, 16);
	EXPECT_MEMBER(sockbind_bind, final_addr, 288, 32);
	EXPECT_MEMBER(sockbind_bind, addr, 320, 128);
}

TEST(lost)
{
	EXPECT_EQ(448, sizeof(struct sockbind_lost));
	EXPECT_EQ(8, __alignof__(struct sockbind_lost));
	EXPECT_MEMBER(sockbind_lost, hdr, 0, 24);
	EXPECT_MEMBER(sockbind_lost, last, 24, 8);
	EXPECT_MEMBER(sockbind_lost, reserved, 32, 416);
	EXPECT_EQ(448, sizeof(union sockbind_record));
}

TEST(process)
{
	EXPECT_EQ(448, sizeof(struct sockbind_process));
	EXPECT_EQ(8, __alignof__(struct sockbind_process));
	EXPECT_MEMBER(sockbind_process, hdr, 0, 24);
	EXPECT_MEMBER(sockbind_process, time_boot, 24, 8);
	EXPECT_MEMBER(sockbind_process, time_real, 32, 8);
	EXPECT_MEMBER(sockbind_process, duration, 40, 8);
	EXPECT_MEMBER(sockbind_process, start_time, 48, 8);
	EXPECT_MEMBER(sockbind_process, exe_inode, 56, 8);
	EXPECT_MEMBER(sockbind_process, pid, 64, 4);
	EXPECT_MEMBER(sockbind_process, exe_major, 68, 4);
	EXPECT_MEMBER(sockbind_process, exe_minor, 72, 4);
	EXPECT_MEMBER(sockbind_process, exe_generation, 76, 4);
	EXPECT_MEMBER(sockbind_process, exe_uid, 80, 4);
	EXPECT_MEMBER(sockbind_process, exe_gid, 84, 4);
	EXPECT_MEMBER(sockbind_process, mntns, 88, 4);
	EXPECT_MEMBER(sockbind_process, exe_mode, 92, 2);
	EXPECT_MEMBER(sockbind_process, path_len, 94, 2);
	EXPECT_MEMBER(sockbind_process, cmdline_len, 96, 2);
	EXPECT_MEMBER(sockbind_process, ancestors, 98, 1);
	EXPECT_MEMBER(sockbind_process, reserved, 99, 1);
	EXPECT_MEMBER(sockbind_process, ancestor_pid, 100, 16);
	EXPECT_MEMBER(sockbind_process, reserved2, 116, 4);
	EXPECT_MEMBER(sockbind_process, exe_fstype, 120, 16);
	EXPECT_MEMBER(sockbind_process, ancestor_comm, 136, 64);
	EXPECT_MEMBER(sockbind_process, text, 200, 248);
}

TEST(info)
{
	EXPECT_EQ(160, sizeof(struct sockbind_info));
	EXPECT_EQ(8, __alignof__(struct sockbind_info));
	EXPECT_MEMBER(sockbind_info, size, 0, 4);
	EXPECT_MEMBER(sockbind_info, version, 4, 2);
	EXPECT_MEMBER(sockbind_info, record_size, 6, 2);
	EXPECT_MEMBER(sockbind_info, outcome, 8, 4);
	EXPECT_MEMBER(sockbind_info, records, 12, 4);
	EXPECT_MEMBER(sockbind_info, rings, 16, 4);
	EXPECT_MEMBER(sockbind_info, probes, 20, 4);
	EXPECT_MEMBER(sockbind_info, without_result, 24, 8);
	EXPECT_MEMBER(sockbind_info, instance, 32, 16);
	EXPECT_MEMBER(sockbind_info, seen, 48, 8);
	EXPECT_MEMBER(sockbind_info, recorded, 56, 8);
	EXPECT_MEMBER(sockbind_info, overwritten, 64, 8);
	EXPECT_MEMBER(sockbind_info, filtered, 72, 8);
	EXPECT_MEMBER(sockbind_info, pending, 80, 8);
	EXPECT_MEMBER(sockbind_info, dropped_nested, 88, 8);
	EXPECT_MEMBER(sockbind_info, dropped_abandoned, 96, 8);
	EXPECT_MEMBER(sockbind_info, nmissed, 104, 32);
	EXPECT_MEMBER(sockbind_info, disarmed, 136, 4);
	EXPECT_MEMBER(sockbind_info, kprobes, 140, 4);
	EXPECT_MEMBER(sockbind_info, process_records, 144, 4);
	EXPECT_MEMBER(sockbind_info, reserved2, 148, 4);
	EXPECT_MEMBER(sockbind_info, reserved, 152, 8);
}

TEST(ioctl)
{
	/* Read, 160 bytes, letter 0xbe, number 0; as asm-generic encodes it. */
#if defined(__powerpc__) || defined(__mips__) || defined(__sparc__) || \
	defined(__alpha__)
	EXPECT_EQ(0x40a0be00U, SOCKBIND_IOC_GET_INFO);
#else
	EXPECT_EQ(0x80a0be00U, SOCKBIND_IOC_GET_INFO);
#endif
}

TEST(numbers)
{
	EXPECT_EQ(1, SOCKBIND_ABI_VERSION);
	EXPECT_EQ(448, SOCKBIND_RECORD_SIZE);
	EXPECT_EQ(128, SOCKBIND_ADDR_MAX);
	EXPECT_EQ(32, SOCKBIND_FINAL_ADDR_MAX);
	EXPECT_EQ(16, SOCKBIND_COMM_LEN);
	EXPECT_EQ(16, SOCKBIND_IFNAME_LEN);
	EXPECT_EQ(0xffffffffU, SOCKBIND_UNKNOWN);

	EXPECT_EQ(1, SOCKBIND_RECORD_BIND);
	EXPECT_EQ(2, SOCKBIND_RECORD_LOST);

	EXPECT_EQ(0x01, SOCKBIND_F_RESULT);
	EXPECT_EQ(0x02, SOCKBIND_F_LSM);
	EXPECT_EQ(0x04, SOCKBIND_F_FINAL_ADDR);
	EXPECT_EQ(0x08, SOCKBIND_F_FINAL_PRIVATE);
	EXPECT_EQ(0x10, SOCKBIND_F_IF_FROM_ADDR);
	EXPECT_EQ(0x20, SOCKBIND_F_CAP_NET_BIND);
	EXPECT_EQ(0x40, SOCKBIND_F_NETNS_OWNER);

	EXPECT_EQ(0, SOCKBIND_VIA_UNKNOWN);
	EXPECT_EQ(1, SOCKBIND_VIA_BIND);
	EXPECT_EQ(2, SOCKBIND_VIA_SOCKETCALL);
	EXPECT_EQ(3, SOCKBIND_VIA_IO_URING);
	EXPECT_EQ(0x1, SOCKBIND_VIA_COMPAT);
	EXPECT_EQ(0x2, SOCKBIND_VIA_X32);
	EXPECT_EQ(0x4, SOCKBIND_VIA_WORKER);

	EXPECT_EQ(0, SOCKBIND_FD_OK);
	EXPECT_EQ(1, SOCKBIND_FD_FIXED);
	EXPECT_EQ(2, SOCKBIND_FD_CHANGED);
	EXPECT_EQ(3, SOCKBIND_FD_UNKNOWN);

	EXPECT_EQ(0x01, SOCKBIND_OPT_REUSEADDR);
	EXPECT_EQ(0x02, SOCKBIND_OPT_REUSEPORT);
	EXPECT_EQ(0x04, SOCKBIND_OPT_FREEBIND);
	EXPECT_EQ(0x08, SOCKBIND_OPT_TRANSPARENT);
	EXPECT_EQ(0x10, SOCKBIND_OPT_NO_PORT);
	EXPECT_EQ(0x20, SOCKBIND_OPT_V6ONLY);

	EXPECT_EQ(0, SOCKBIND_PROBE_HOOK);
	EXPECT_EQ(1, SOCKBIND_PROBE_SYS_BIND);
	EXPECT_EQ(2, SOCKBIND_PROBE_IO_BIND);
	EXPECT_EQ(3, SOCKBIND_PROBE_LSM);
	EXPECT_EQ(4, SOCKBIND_PROBES);
	EXPECT_EQ(0xbe, SOCKBIND_IOC_MAGIC);
}

TEST_HARNESS_MAIN
