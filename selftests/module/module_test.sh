#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loading and unloading, parameters, counters and the capture filter.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

module_test_begin
[[ -r /sys/kernel/debug/kprobes/list ]] ||
	ktap_skip 'debugfs is not mounted on /sys/kernel/debug'

# The cases that reach the hook and whose line matches.
count_cases()
{
	strace_cases | grep -c "$1"
}

expect_gone()
{
	local probes

	probes=$(module_probes)
	[[ ! -e /dev/sockbind ]]
	[[ ! -e $SYSFS ]]
	[[ ! -e /sys/module/sockbind ]]
	[[ ! $probes ]]
}

load_and_unload()
{
	module_unload
	expect_gone
	module_load
	[[ -c /dev/sockbind ]]
	[[ $(module_count seen) -eq 0 ]]
	[[ $(module_probes) ]]
	module_unload
	expect_gone
}

# Each level costs a return probe, and what is not wanted is not there. The hook's
# own probe may be one of ftrace alone.
outcome()
{
	local level probes=(
		'k security_socket_bind'
		'k security_socket_bind,r __sys_bind'
		'k security_socket_bind,r __sys_bind,r security_socket_bind'
	)

	for level in 0 1 2; do
		module_load "outcome=$level"
		[[ $(module_count outcome) -eq $level ]]
		[[ $(module_probes | grep -v io_bind |
			awk '{ sub(/\+.*/, "", $3); sub(/f/, "k", $2); print $2, $3 }' |
			sort | paste -s -d ,) == \
			"$(tr , '\n' <<<"${probes[level]}" | sort |
			paste -s -d ,)" ]]
		bind_cases
		module_identity
	done
}

records()
{
	local n

	for n in 2 16 4096; do
		module_load "records=$n"
		[[ $(module_count records) -eq $n ]]
	done
	module_load
	[[ $(module_count records) -eq 1024 ]]
}

# refused PARAMETER WORDS [BEGINNING]: with a line in the kernel's log that tells
# what is wrong and what is right. It begins with PARAMETER unless the kernel
# wrote it.
refused()
{
	# The log takes no long lines.
	local mark="module_test: ${1:0:60}"

	module_unload
	echo "$mark" >/dev/kmsg
	if insmod "$MODULE" "$1"; then
		ktap_fail "${1:0:60} is accepted"
	fi
	dmesg | awk -v mark="$mark" 'index($0, mark) { text = "" }
		{ text = text $0 "\n" } END { printf "%s", text }' \
		>"$dir/dmesg"
	cat "$dir/dmesg"
	grep -F "sockbind: ${3-$1}" "$dir/dmesg" | grep -F "$2"
	expect_gone
}

bad_parameters()
{
	local range_of_two='a power of two from 2 to 65536'
	local range="not $range_of_two"
	local list='write all, or a list'

	refused outcome=3 'not 0, 1 or 2'
	refused outcome=7 'not 0, 1 or 2'
	refused outcome=-1 "invalid for parameter \`outcome'" ''
	refused outcome= "invalid for parameter \`outcome'" ''
	refused records=1 "$range"
	refused records=7 "$range"
	refused records=131072 "$range"
	refused records=3000000000 "$range"
	refused records=-2 "invalid for parameter \`records'" ''
	refused records= "invalid for parameter \`records'" ''
	refused process=1 "not 0, nor $range_of_two"
	refused process=7 "not 0, nor $range_of_two"
	refused process=131072 "not 0, nor $range_of_two"
	refused process=-1 "invalid for parameter \`process'" ''
	refused families=foo "$list"
	refused families=inet,,unix "$list"
	refused families=64 "$list"
	refused families= "$list"
	refused families "invalid for parameter \`families'" ''
	refused ports=x "$list"
	refused ports=65536 "$list"
	refused ports=80- "$list"
	refused ports= "$list"
	module_load
}

# As much memory as may be had, and no more.
largest_rings()
{
	local cpus n=65536

	module_load
	cpus=$(module_count rings)
	while ((cpus * n * 448 > 64 << 20)); do
		n=$((n / 2))
	done
	module_load "records=$n"
	[[ $(module_count records) -eq $n ]]
	bind_cases
	module_identity
	((n == 65536)) || refused "records=$((2 * n))" 'choose a smaller number'
}

# What can be shown can be had. What is longer would be cut, by write() too.
longest_lists()
{
	local page all long

	module_load
	page=$(stat -c %s $PARAMETERS/ports)
	all=$(seq -s , 0 63)
	long=$(printf '80-89,%.0s' $(seq $(((page - 4) / 6))))22

	module_load "families=$all" "ports=$long"
	[[ $(cat $PARAMETERS/families) == "$all" ]]
	[[ $(cat $PARAMETERS/ports) == "$long" ]]
	module_load
	echo "$long" >$PARAMETERS/ports
	[[ $(cat $PARAMETERS/ports) == "$long" ]]
	bind_cases
	[[ $(module_count recorded) -gt 0 && $(module_count filtered) -gt 0 ]]

	if echo "${long}2" >$PARAMETERS/ports; then
		ktap_fail 'a list that cannot be shown is accepted'
	fi
	[[ $(cat $PARAMETERS/ports) == "$long" ]]
	refused "ports=${long}2" 'give ranges' ports=
}

second_load()
{
	local instance

	module_load
	instance=$(module_count instance)
	if insmod "$MODULE"; then
		ktap_fail 'it is loaded twice'
	fi
	[[ $(module_count instance) == "$instance" ]]
	module_load
	[[ $(module_count instance) != "$instance" ]]
}

references()
{
	cat /sys/module/sockbind/refcnt
}

unload_while_open()
{
	local device second

	module_load
	[[ $(references) -eq 0 ]]
	exec {device}</dev/sockbind {second}</dev/sockbind
	[[ $(references) -eq 2 ]]
	if rmmod sockbind 2>"$dir/err"; then
		ktap_fail 'it is unloaded while its device is open'
	fi
	grep 'in use' "$dir/err"
	exec {second}<&-
	[[ $(references) -eq 1 ]]
	[[ -e /dev/sockbind ]]
	bind_cases
	module_identity
	exec {device}<&-
	[[ $(references) -eq 0 ]]
	rmmod sockbind
	expect_gone
}

# start_binding DIR: run bind_cases there over and over, until stop_binding or
# the end of the test case.
start_binding()
{
	touch "$dir/go"
	trap 'rm -f "$dir/go"' EXIT
	(
		cd "$1"
		while [[ -e $dir/go ]]; do "$OLDPWD/helpers/bind_cases"; done
	) &
	binders+=($!)
}

stop_binding()
{
	rm "$dir/go"
	wait "${binders[@]}"
}

# The module comes and goes below binds under way, and readers.
load_under_binds()
{
	local i device binders=()

	for i in 1 2 3; do
		mkdir "$dir/$i"
		start_binding "$dir/$i"
	done
	for i in {1..15}; do
		module_load "outcome=$((i % 3))" records=2
		exec {device}</dev/sockbind
		until (($(module_count seen) > 100)); do :; done
		if rmmod sockbind; then
			ktap_fail 'it is unloaded while its device is open'
		fi
		exec {device}<&-
		[[ $(references) -eq 0 ]]
		module_unload
	done
	stop_binding
	expect_gone
}

filter_families()
{
	local unix

	unix=$(count_cases AF_UNIX)
	module_load families=unix
	[[ $(cat $PARAMETERS/families) == unix ]]
	bind_cases
	[[ $(module_count recorded) -eq $unix ]]
	module_identity

	module_load
	[[ $(cat $PARAMETERS/families) == '!netlink' ]]
	echo '!unix' >$PARAMETERS/families
	[[ $(cat $PARAMETERS/families) == '!unix' ]]
	bind_cases
	[[ $(module_count filtered) -eq $unix ]]
	module_identity
}

# The address's family or the socket's.
filter_either_family()
{
	local inet6

	# AF_INET6 of an AF_INET socket, and AF_INET of an AF_INET6 one.
	inet6=$(($(count_cases AF_INET6) + 2))
	module_load families=inet6
	bind_cases
	[[ $(module_count recorded) -eq $inet6 ]]
}

filter_ports()
{
	local all low

	all=$(count_cases .)
	low=$(count_cases ' 8[0-3] ')
	module_load ports=80-83
	[[ $(cat $PARAMETERS/ports) == 80-83 ]]
	echo inet,inet6 >$PARAMETERS/families
	bind_cases
	[[ $(module_count recorded) -eq $low ]]
	[[ $(module_count filtered) -eq $((all - low)) ]]
	echo all >$PARAMETERS/families
	echo all >$PARAMETERS/ports
	bind_cases
	[[ $(module_count recorded) -eq $((all + low)) ]]
	module_identity
}

# Where the outcome will not be known, port 0 may become any.
filter_requested_port()
{
	local others

	others=$(strace_cases | awk '$5 > 0 && ($5 < 80 || $5 > 83)' | wc -l)
	module_load outcome=0 ports=80-83
	bind_cases
	[[ $(module_count filtered) -eq $others ]]
	module_identity
}

# The port that it got counts too.
filter_final_port()
{
	local ephemeral

	ephemeral=$(count_cases ' 0 [0-9]* ok')
	module_load ports=32768-60999 families=inet,inet6
	bind_cases
	[[ $(module_count recorded) -eq $ephemeral ]]
}

# vsock PORT…: binds of AF_VSOCK sockets to each.
vsock()
{
	local port

	for port; do
		./binder -p "$port" vsock </dev/null >/dev/null
	done
}

# Its ports have 32 bits, in the order of the host: 65616 would be 80 where it is
# cut, and 84 would be 21504 where it is turned.
filter_vsock_ports()
{
	local any=4294967295

	vsock 80 || ktap_skip 'the kernel has no AF_VSOCK'
	module_load families=vsock ports=80-83,1024-65535
	vsock 80 83 84 1023 1024 65535 65536 65616 65619
	[[ $(module_count recorded) -eq 4 ]]
	[[ $(module_count filtered) -eq 5 ]]
	# What the kernel chooses is hardly ever in the list.
	vsock $any
	../tools/sockbind -n -H --no-follow -o port >/tmp/ports
	[[ $(tr -d ' ' </tmp/ports | head -n 4 | paste -s -d ,) == 80,83,1024,65535 ]]
	module_identity
	echo all >$PARAMETERS/ports
	vsock 84 65616 $any
	[[ $(module_count recorded) -ge 7 ]]
	[[ $(../tools/sockbind -n -H --no-follow -o port -P 65616 | tr -d ' ') == 65616 ]]
	# The outcome is not known: any port may come to be one of the list.
	module_load outcome=0 families=vsock ports=80-83
	vsock 80 84 65616 $any
	[[ $(module_count recorded) -eq 2 ]]
	module_identity
}

# The kernel wants a capability below 1024, whatever IP wants.
vsock_privileged()
{
	local start=/proc/sys/net/ipv4/ip_unprivileged_port_start

	vsock 80 || ktap_skip 'the kernel has no AF_VSOCK'
	module_load families=vsock
	[[ ! -w $start ]] || echo 0 >$start
	vsock 1023 1024
	setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all \
		./binder -p 1023 vsock </dev/null >/dev/null || :
	setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all \
		./binder -p 1024 vsock </dev/null >/dev/null
	[[ ! -w $start ]] || echo 1024 >$start
	diff - <(../tools/sockbind -n -H --no-follow -o port,result,privileged |
		tr -s ' ' | sed 's/^ //; s/ $//') <<-'END'
		1023 ok yes
		1024 ok no
		1023 EACCES yes
		1024 ok no
	END
	[[ $(../tools/sockbind -n -H --no-follow --privileged | wc -l) -eq 2 ]]
}

# Of MPTCP, as ss -t: a Go program that listens by TCP has such a socket.
mptcp_is_tcp()
{
	./binder mptcp4 </dev/null >/dev/null ||
		ktap_skip 'the kernel has no MPTCP'
	module_load families=inet
	./binder mptcp4 </dev/null >/dev/null
	./binder tcp4 </dev/null >/dev/null
	[[ $(../tools/sockbind -n -H --no-follow --proto tcp | wc -l) -eq 2 ]]
	[[ $(../tools/sockbind -n -H --no-follow --proto mptcp | wc -l) -eq 1 ]]
	[[ $(../tools/sockbind -n -H --no-follow --format=bindsnoop |
		awk '{ print $4 }' | paste -s -d ,) == TCP,TCP ]]
}

bad_filter_changes_nothing()
{
	local parameter value

	module_load families=inet ports=22,8000-8999
	for parameter in families ports; do
		value=$(cat $PARAMETERS/$parameter)
		if echo nonsense >$PARAMETERS/$parameter; then
			ktap_fail "$parameter=nonsense is accepted"
		fi
		[[ $(cat $PARAMETERS/$parameter) == "$value" ]]
	done
}

filter_under_binds()
{
	local i binders=()

	module_load
	start_binding "$dir"
	for i in {1..200}; do
		echo inet >$PARAMETERS/families
		echo 22 >$PARAMETERS/ports
		echo '!netlink' >$PARAMETERS/families
		echo all >$PARAMETERS/ports
	done
	stop_binding
	module_identity
}

ktap_run load_and_unload outcome records bad_parameters largest_rings longest_lists \
	second_load unload_while_open load_under_binds \
	filter_families filter_either_family filter_ports filter_requested_port \
	filter_final_port filter_vsock_ports vsock_privileged mptcp_is_tcp \
	bad_filter_changes_nothing filter_under_binds
