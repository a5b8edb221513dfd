#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write a recording, as sockbind --record does, to standard output.

Standard input describes it, a record a line; empty lines and what follows a #
are skipped:

    bind MEMBER=VALUE...    a bind
    lost cpu=N first=N last=N
    process MEMBER=VALUE... who a process is
    other type=N            a record of a type that is not known yet
    host NAME RELEASE MACHINE [INSTANCE [BOOT_ID]]
    raw HEX                 these bytes, whatever they are

Members are those of struct sockbind_bind, and addr= and final= (an address),
user=, real_user=, login_user=, exe=, cgroup=, runtime=, container= and pod=
(names of the recording host, no numbers), proto= (a name of PROTOCOLS, for family,
sock_type and protocol), result= and lsm= (an errno name, a number, or ok).
Of a process they are those of struct sockbind_process without exe_, and path=,
cmdline= (arguments end with \\x00) and parents=PID:NAME,...
An address is inet:IP:PORT, inet6:IP:PORT[%SCOPE], unix:PATH, abstract:NAME,
netlink:PORT:GROUPS, vsock:CID:PORT, packet:PROTOCOL:IFINDEX, or hex:BYTES.
INSTANCE is 32 hexadecimal digits. In strings \\xHH is a byte and \\s a blank.

    --order little|big      byte order of the recording host
"""
import argparse
import errno
import re
import socket
import struct
import sys

RECORD_SIZE = 448
ABI = 1
FORMAT = 1
UNKNOWN = 0xffffffff

# As in uapi/linux/sockbind.h, in its order.
HEADER = "HHHHIIQ"
BIND = [
    ("Q", "time_boot time_real duration inode start_time exe_inode cgroup"
          " netns_cookie"),
    ("i", "result lsm fd fixed_index"),
    ("H", "family sock_type protocol"),
    ("B", "via fd_status"),
    ("I", "opts mark ifindex pid tid ppid ns_pid ns_tid ns_ppid uid euid gid"
          " egid loginuid sessionid exe_major exe_minor netns mntns pidns"
          " userns unprivileged_port_start"),
    ("B", "via_flags final_addrlen"),
    ("H", "addrlen"),
    ("36s", "reserved"),
    ("16s", "comm leader_comm ifname"),
    ("32s", "final_addr"),
    ("128s", "addr"),
]
FORMAT_OF_BIND = "".join(kind * len(names.split()) for kind, names in BIND)
NAMES_OF_BIND = " ".join(names for kind, names in BIND).split()

PROCESS = ("time_boot time_real duration start_time inode pid major minor"
           " generation uid gid mntns mode path_len cmdline_len ancestors").split()
P_PATH, P_CMDLINE = 1, 0x20

F_RESULT, F_LSM, F_FINAL, F_PRIVATE = 1, 2, 4, 8

# Types of frames, as in tools/recording.h.
FRAMES = {name: number for number, name in enumerate(
    "end record user real_user login_user exe cgroup runtime container"
    " pod".split())}

AF_VSOCK, AF_NETLINK, AF_PACKET = 40, 16, 17
PROTOCOLS = {
    "tcp": (2, 1, 6), "udp": (2, 2, 17), "tcp6": (10, 1, 6),
    "udp6": (10, 2, 17), "raw": (2, 3, 1), "mptcp": (2, 1, 262),
    "u_str": (1, 1, 0), "u_dgr": (1, 2, 0), "nl": (AF_NETLINK, 3, 0),
    "v_str": (AF_VSOCK, 1, 0), "p_raw": (AF_PACKET, 3, 0x0300),
}

DEFAULTS = {
    "time_boot": 60 * 10**9, "time_real": 1790000000 * 10**9,
    "duration": 5000, "inode": 4242, "start_time": 50 * 10**9, "fd": 3,
    "fixed_index": -1, "family": 2, "sock_type": 1, "protocol": 6, "via": 1,
    "pid": 1000, "ppid": 1, "loginuid": UNKNOWN,
    "sessionid": UNKNOWN, "netns": 4026531840, "mntns": 4026531841,
    "pidns": 4026531836, "userns": 4026531837,
    "unprivileged_port_start": 1024, "comm": b"test",
}


def text(value):
    value = re.sub(r"\\s", " ", value)
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes.fromhex(m[1].decode()),
                  value.encode())


def address(order, value):
    kind, _, rest = value.partition(":")
    if kind == "hex":
        return bytes.fromhex(rest)
    if kind in ("unix", "abstract"):
        return struct.pack(order + "H", 1) + (
            text(rest) + b"\0" if kind == "unix" else b"\0" + text(rest))
    one, _, two = rest.rpartition(":")
    if kind == "inet":
        return (struct.pack(order + "H", 2) + struct.pack(">H", int(two)) +
                socket.inet_pton(socket.AF_INET, one) + bytes(8))
    if kind == "inet6":
        port, _, scope = two.partition("%")
        return (struct.pack(order + "H", 10) +
                struct.pack(">HI", int(port), 0) +
                socket.inet_pton(socket.AF_INET6, one) +
                struct.pack(order + "I", int(scope or 0)))
    if kind == "netlink":
        return struct.pack(order + "HHII", AF_NETLINK, 0, int(one), int(two))
    if kind == "vsock":
        return struct.pack(order + "HHIII", AF_VSOCK, 0, int(two), int(one), 0)
    if kind == "packet":
        return (struct.pack(order + "H", AF_PACKET) +
                struct.pack(">H", int(one)) +
                struct.pack(order + "I", int(two)) + bytes(12))
    raise ValueError(value)


def outcome(value):
    if value == "ok":
        return 0
    return -getattr(errno, value) if value.startswith("E") else int(value)


class Recording:
    """One recording, and the numbers of its records on each CPU."""

    def __init__(self, order, out):
        self.order = order
        self.out = out
        self.seq = {}
        self.begun = False

    def pack(self, form, *values):
        return struct.pack(self.order + form, *values)

    def host(self, name, release, machine, instance=bytes(range(16)).hex(),
             boot_id="01234567-89ab-cdef-0123-456789abcdef"):
        self.begun = True
        self.out.write(b"SOCKBIND" + self.pack(
            "IHHIIQ16s40s72s72s72s", 0x01020304, FORMAT, ABI, 304, 0,
            DEFAULTS["time_real"], bytes.fromhex(instance), text(boot_id),
            text(name), text(release), text(machine)))

    def frame(self, kind, payload):
        if not self.begun:
            self.host("example", "6.12.0", "x86_64")
        self.out.write(self.pack("II", FRAMES[kind], len(payload)) + payload)

    def record(self, kind, cpu, flags, seq, rest):
        record = self.pack(HEADER, RECORD_SIZE, ABI, kind, 0, cpu, flags,
                           seq) + rest
        self.frame("record", record.ljust(RECORD_SIZE, b"\0"))

    def lost(self, members):
        cpu = int(members["cpu"])
        self.record(2, cpu, 0, int(members["first"]),
                    self.pack("Q", int(members["last"])))
        self.seq[cpu] = int(members["last"]) + 1

    def other(self, members):
        self.record(int(members["type"]), 0, 0, self.seq.get(0, 0), b"\xff" * 424)
        self.seq[0] = self.seq.get(0, 0) + 1

    def process(self, members):
        process = dict.fromkeys(PROCESS, 0)
        process.update({name: DEFAULTS[name] for name in (
            "time_boot", "time_real", "duration", "start_time", "mntns")})
        flags = int(members.pop("flags", "0"), 0)
        path, cmdline = (text(members.pop(name, ""))
                         for name in ("path", "cmdline"))
        fstype = text(members.pop("fstype", ""))
        parents = [parent.split(":", 1) for parent in
                   members.pop("parents", "").split(",") if parent]
        process["path_len"], process["cmdline_len"] = len(path), len(cmdline)
        process["ancestors"] = len(parents)
        for name, value in members.items():
            if name not in process:
                raise ValueError(f"no member {name}")
            process[name] = int(value, 0)
        flags |= (P_PATH if path else 0) | (P_CMDLINE if cmdline else 0)
        pids = [int(pid) for pid, _ in parents] + [0] * (4 - len(parents))
        comms = [text(comm) for _, comm in parents] + [b""] * (4 - len(parents))
        self.record(3, 4096, flags, self.seq.get(4096, 0), self.pack(
            "5Q7I3HBx4I4x16s16s16s16s16s248s",
            *(process[name] for name in PROCESS), *pids, fstype, *comms,
            path + cmdline))
        self.seq[4096] = self.seq.get(4096, 0) + 1

    def bind(self, members):
        bind = dict.fromkeys(NAMES_OF_BIND, 0)
        for name, form in zip(NAMES_OF_BIND, re.findall(r"\d*\w",
                                                        FORMAT_OF_BIND)):
            if form.endswith("s"):
                bind[name] = b""
        bind.update(DEFAULTS)
        flags = 0
        cpu = int(members.pop("cpu", 0))
        seq = int(members.pop("seq", self.seq.get(cpu, 0)))
        for name in FRAMES:
            if name in members and not members[name].isdigit():
                self.frame(name, text(members.pop(name)))
        if "proto" in members:
            (bind["family"], bind["sock_type"],
             bind["protocol"]) = PROTOCOLS[members.pop("proto")]
            # ETH_P_* is in network byte order.
            if bind["family"] == AF_PACKET and self.order == ">":
                bind["protocol"] = 3
        for name, flag in (("result", F_RESULT), ("lsm", F_LSM)):
            if name in members:
                bind[name] = outcome(members.pop(name))
                flags |= flag
        if "addr" in members:
            bind["addr"] = address(self.order, members.pop("addr"))
            bind["addrlen"] = len(bind["addr"])
        if "final" in members:
            bind["final_addr"] = address(self.order, members.pop("final"))
            bind["final_addrlen"] = len(bind["final_addr"])
            flags |= F_FINAL
        flags |= int(members.pop("flags", "0"), 0)
        for name, value in members.items():
            if name not in bind:
                raise ValueError(f"no member {name}")
            bind[name] = (text(value) if isinstance(bind[name], bytes)
                          else int(value, 0))
        for name, other in (("tid", "pid"), ("ns_pid", "pid"),
                            ("ns_tid", "pid"), ("ns_ppid", "ppid"),
                            ("leader_comm", "comm"), ("euid", "uid"),
                            ("egid", "gid")):
            if name not in members:
                bind[name] = bind[other]
        self.record(1, cpu, flags, seq, self.pack(
            FORMAT_OF_BIND, *(bind[name] for name in NAMES_OF_BIND)))
        self.seq[cpu] = seq + 1

    def line(self, line):
        words = line.split()
        if words[0] in ("bind", "lost", "process", "other"):
            members = dict(word.split("=", 1) for word in words[1:])
            getattr(self, words[0])(members)
        elif words[0] == "host":
            self.host(*words[1:])
        elif words[0] == "raw":
            self.out.write(bytes.fromhex("".join(words[1:])))
        else:
            raise ValueError(line)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--order", choices=("little", "big"),
                        default=sys.byteorder)
    order = "<" if parser.parse_args().order == "little" else ">"
    recording = Recording(order, sys.stdout.buffer)
    for line in sys.stdin:
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if line:
            recording.line(line)


main()
