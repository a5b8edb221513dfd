# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# A process that binds and stays, its record, and what others tell of both. For
# test cases of ktap.sh.

# The unit of times in /proc/PID/stat, USER_HZ, in ns.
TICK=10000000

F_FINAL_ADDR=4
F_CAP_NET_BIND=32
F_NETNS_OWNER=64

# What the process says of itself, and its record; NAME=VALUE lines.
declare -A said record

# read_values ARRAY: up to an empty line.
read_values()
{
	local -n values=$1
	local name value

	values=()
	while IFS='=' read -r name value && [[ $name ]]; do
		values[$name]=$value
	done
}

# End the process that start() began.
stop()
{
	local pid=${BINDER_PID:-} input

	[[ $pid ]] || return 0
	input=${BINDER[1]}
	exec {input}>&-
	wait "$pid"
}

# start COMMAND…: run it, which is to become helpers/binder; that ends when its
# standard input does, with the test case or by stop(). Sets $said and $record.
start()
{
	local lines

	stop
	coproc BINDER { "$@"; }
	read_values said <&"${BINDER[0]}"
	[[ ${said[inode]:-} ]] || ktap_fail "$* has bound nothing"
	lines=$(helpers/dump "${said[inode]}")
	read_values record <<<"$lines"
}

# print_record OPTION…: what the reader prints of it as JSON.
# shellcheck disable=SC2120 # names_test.sh does
print_record()
{
	../tools/sockbind --no-follow --json "$@" |
		grep -F "\"inode\":\"${said[inode]}\",\"family\""
}

# expect_printed TEXT…: that has each. Sets $printed.
expect_printed()
{
	local text

	printed=$(print_record)
	for text; do
		[[ $printed == *"$text"* ]] ||
			ktap_fail "there is no $text in $printed"
	done
}

# expect_not_printed TEXT…: $printed has none of them.
expect_not_printed()
{
	local text

	for text; do
		[[ $printed != *"$text"* ]] ||
			ktap_fail "there is $text in $printed"
	done
}

# expect NAME VALUE
expect()
{
	[[ ${record[$1]} == "$2" ]] ||
		ktap_fail "$1 is \"${record[$1]}\" and not \"$2\""
}

# expect_flag NAME BIT EXPRESSION: the flag is set where the expression holds.
expect_flag()
{
	(((record[flags] & $2) / $2 == ($3))) ||
		ktap_fail "flags are ${record[flags]}: $1 is wrong"
}

# What the process knows by getpid(2), fstat(2), getsockname(2), ….
expect_as_said()
{
	local name

	for name in fd inode netns_cookie result; do
		expect "$name" "${said[$name]}"
	done
	expect addr "${said[request]}"
	expect fixed_index -1
	expect fd_status 0
	expect ns_pid "${said[pid]}"
	expect ns_tid "${said[pid]}"
	expect ns_ppid "${said[ppid]}"
	[[ ${said[result]} == 0 ]] || said[name]=
	expect final_addr "${said[name]}"
	expect_flag FINAL_ADDR $F_FINAL_ADDR "${#said[name]} > 0"
}

last_word()
{
	local words

	read -r -a words <<<"$1"
	echo "${words[-1]}"
}

expect_status()
{
	local name value ids
	local -A status=()

	while IFS=: read -r name value; do
		status[$name]=$value
	done <"$1/status"
	expect pid "$(last_word "${status[Tgid]}")"
	expect tid "$(last_word "${status[Pid]}")"
	expect ppid "$(last_word "${status[PPid]}")"
	# From the outermost namespace to that of the process.
	expect ns_pid "$(last_word "${status[NStgid]}")"
	expect ns_tid "$(last_word "${status[NSpid]}")"
	read -r -a ids <<<"${status[Uid]}"
	expect uid "${ids[0]}"
	expect euid "${ids[1]}"
	read -r -a ids <<<"${status[Gid]}"
	expect gid "${ids[0]}"
	expect egid "${ids[1]}"
	expect_flag CAP_NET_BIND $F_CAP_NET_BIND \
		"0x$(last_word "${status[CapEff]}") >> 10 & 1"
}

expect_namespaces()
{
	local name

	for name in net mnt pid user; do
		expect "${name}ns" "$(readlink "$1/ns/$name" | tr -dc 0-9)"
	done
}

# Of the mapping of the executable: the device and the inode number.
expect_exe()
{
	local device inode

	read -r _ _ _ device inode _ < <(grep -F "$(readlink "$1/exe")" "$1/maps")
	expect exe_major $((0x${device%:*}))
	expect exe_minor $((0x${device#*:}))
	expect exe_inode "$inode"
}

expect_cgroup()
{
	local path

	path=$(sed -n 's/^0:://p' "$1/cgroup")
	expect cgroup "$(stat -c %i "/sys/fs/cgroup$path")"
}

# What /proc tells of the process, seen from the initial namespaces.
expect_as_in_proc()
{
	local proc=/proc/${record[pid]} fields

	[[ $(readlink "$proc/fd/${record[fd]}") == "socket:[${said[inode]}]" ]] ||
		ktap_fail "pid ${record[pid]} has no such socket at ${record[fd]}"
	expect_status "$proc"
	expect_namespaces "$proc"
	expect_exe "$proc"
	expect_cgroup "$proc"
	expect comm "$(cat "$proc/comm")"
	expect leader_comm "$(cat "$proc/comm")"
	expect loginuid "$(cat "$proc/loginuid")"
	expect sessionid "$(cat "$proc/sessionid")"
	# Field 22; the third follows the name.
	fields=$(<"$proc/stat")
	read -r -a fields <<<"${fields##*) }"
	((record[start_time] / TICK == fields[19])) ||
		ktap_fail "start_time is ${record[start_time]} and not ${fields[19]} ticks"
	expect unprivileged_port_start "$(nsenter --net="$proc/ns/net" \
		cat /proc/sys/net/ipv4/ip_unprivileged_port_start)"
}
