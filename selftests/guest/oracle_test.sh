#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Records, compared with what tracefs, ss, /proc and the process itself tell of
# the same bind.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/oracle.sh
. lib/oracle.sh

KINDS='tcp4 udp4 tcp6 udp6 unix'
TRACEFS=/sys/kernel/tracing
SYSFS=/sys/class/misc/sockbind
NOBODY=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# trace_hook [FETCHARG…]: until the end of the test case.
trace_hook()
{
	[[ -e $TRACEFS/kprobe_events ]] || ktap_skip 'no probe events'
	echo "p:sockbind/hook security_socket_bind $*" >>$TRACEFS/kprobe_events
	trap untrace_hook EXIT
	echo >$TRACEFS/trace
	echo 1 >$TRACEFS/events/sockbind/hook/enable
}

untrace_hook()
{
	echo 0 >$TRACEFS/events/sockbind/hook/enable
	echo -:sockbind/hook >>$TRACEFS/kprobe_events
}

counter()
{
	cat "$SYSFS/$1"
}

calls()
{
	echo $(($(counter seen) + $(counter nmissed_hook)))
}

# Binds that succeed, and such that fail behind the hook and in front of it.
bind_some()
{
	local kind

	for kind in $KINDS; do
		helpers/binder "$kind"
		"${NOBODY[@]}" helpers/binder -p 80 "$kind"
		helpers/dump 1 || true
	done </dev/null >/dev/null 2>&1
}

every_call_is_seen()
{
	local before seen hits misses

	trace_hook
	before=$(calls)
	bind_some
	seen=$(($(calls) - before))
	read -r _ hits misses < <(grep -w hook $TRACEFS/kprobe_profile)
	((hits == 10)) || ktap_fail "tracefs counts $hits binds and not 10"
	((seen == hits + misses)) || ktap_fail "$seen binds were seen, of $hits"
}

# The task, the CPU and the arguments that the hook's own probe event shows.
request_as_traced()
{
	local kind bytes line
	local cpu=$(($(nproc --all) - 1))
	# shellcheck disable=SC2016 # not the shell's
	trace_hook 'addrlen=$arg3:s32 addr=+0($arg2):x8[2]'
	for kind in $KINDS; do
		echo >$TRACEFS/trace
		start taskset -c $cpu helpers/binder "$kind"
		line=$(grep -w "hook: " $TRACEFS/trace)
		[[ $line =~ ^\ *([^ ]+)-([0-9]+)\ +\[0*([0-9]+)\].*\ addrlen=([0-9]+)\ addr=\{0x(.+),0x(.+)\}$ ]] ||
			ktap_fail "this is no trace of a bind: $line"
		expect comm "${BASH_REMATCH[1]}"
		expect tid "${BASH_REMATCH[2]}"
		expect cpu "${BASH_REMATCH[3]}"
		expect addrlen "${BASH_REMATCH[4]}"
		bytes=$(printf '%02x%02x' "0x${BASH_REMATCH[5]}" \
			"0x${BASH_REMATCH[6]}")
		[[ ${record[addr]} == "$bytes"* ]] ||
			ktap_fail "addr is ${record[addr]}: $line"
	done
}

# The name that an AF_UNIX address has in ss.
unix_name()
{
	printf '@%b' "$(sed 's/../\\x&/g' <<<"${1#??????}")"
}

# ss asks these; without them it finds much less, in /proc/net.
need_diag()
{
	modprobe -a tcp_diag udp_diag unix_diag 2>/dev/null ||
		ktap_skip 'no tcp_diag, udp_diag, unix_diag (vm/run --modules)'
}

socket_as_ss_tells()
{
	local kind user line address

	need_diag

	user="((\"binder\",pid=%d,fd=%d))"
	for kind in tcp4 udp4 tcp6 udp6; do
		start "${NOBODY[@]}" helpers/binder "$kind"
		line=$(ss "-${kind:3}" "--${kind%?}" -H -a -n -e -p |
			grep -w "ino:${record[inode]}")
		case $kind in
		*4) address=127.0.0.1 ;;
		*6) address='\[::1\]' ;;
		esac
		grep -q " $address:$((0x${record[final_addr]:4:4})) " <<<"$line"
		# shellcheck disable=SC2059
		grep -qF "$(printf "$user" "${record[pid]}" "${record[fd]}")" \
			<<<"$line"
		grep -qw "uid:${record[euid]}" <<<"$line"
	done
	start helpers/binder unix
	line=$(ss --unix -H -a -n -e -p |
		grep -F "$(unix_name "${record[final_addr]}") ${record[inode]} ")
	# shellcheck disable=SC2059
	grep -qF "$(printf "$user" "${record[pid]}" "${record[fd]}")" <<<"$line"
}

interface_as_ss_tells()
{
	need_diag
	start helpers/binder -d lo udp4
	ss -4 --udp -H -a -n -e | grep -w "ino:${record[inode]}" |
		grep -q " 127.0.0.1%${record[ifname]}:$((0x${record[final_addr]:4:4})) "
	expect ifindex "$(cat /sys/class/net/lo/ifindex)"
}

final_address()
{
	local kind

	for kind in $KINDS; do
		start helpers/binder "$kind"
		expect_as_said
	done
}

failure()
{
	start "${NOBODY[@]}" helpers/binder -p 80 tcp4
	[[ ${said[result]} == -* ]] || ktap_fail 'nobody took port 80'
	expect_as_said
}

# A user, who has logged in, in a cgroup of its own.
enter_login()
{
	echo $BASHPID >"$1/cgroup.procs"
	echo 1234 >/proc/self/loginuid
	exec setpriv --ruid 1001 --euid 1002 --rgid 1003 --egid 1004 \
		--clear-groups helpers/binder tcp6
}

process_as_in_proc()
{
	start helpers/binder tcp4
	expect_as_said
	expect_as_in_proc
	expect_flag NETNS_OWNER $F_NETNS_OWNER 1
}

login_as_in_proc()
{
	local cgroup

	cgroup=$(mktemp -d /sys/fs/cgroup/oracle.XXXXXX)
	start enter_login "$cgroup"
	expect_as_said
	expect_as_in_proc
	expect loginuid 1234
	expect egid 1004
	expect_flag CAP_NET_BIND $F_CAP_NET_BIND 0
}

enter_container()
{
	echo $BASHPID >"$1/cgroup.procs"
	# shellcheck disable=SC2016 # expanded by the inner shell
	exec setpriv --reuid 1000 --regid 1000 --clear-groups \
		unshare --user --map-root-user --pid --fork --kill-child \
		--mount-proc --net --cgroup sh -c '
			ip link set lo up
			echo 80 >/proc/sys/net/ipv4/ip_unprivileged_port_start
			exec helpers/binder -p 81 tcp4'
}

container_as_in_proc()
{
	local cgroup name

	cgroup=$(mktemp -d /sys/fs/cgroup/oracle.XXXXXX)
	start enter_container "$cgroup"
	expect_as_said
	expect_as_in_proc
	# It is in one, and believes to be root.
	[[ ${said[pid]} == 1 && ${said[uid]} == 0 && ${said[result]} == 0 ]]
	expect uid 1000
	expect unprivileged_port_start 80
	expect cgroup "$(stat -c %i "$cgroup")"
	expect_flag NETNS_OWNER $F_NETNS_OWNER 1
	for name in net mnt pid user; do
		[[ $(readlink "/proc/self/ns/$name") != \
			"$name:[${record[${name}ns]}]" ]]
	done
}

[[ -e /dev/sockbind ]] || ktap_skip 'no /dev/sockbind: load the module'
[[ $(counter outcome) != 0 ]] || ktap_skip 'outcome=0: records lack a half'
ktap_run every_call_is_seen request_as_traced socket_as_ss_tells \
	interface_as_ss_tells final_address failure process_as_in_proc \
	login_as_in_proc container_as_in_proc
