#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The same binds as strace and as the reader tell them. strace is not ours, and
# knows nothing of the module.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

module_test_begin
command -v strace >/dev/null || ktap_skip 'there is no strace'

# Watch bind_cases from both sides. All of it is in the rings when it has ended.
watch()
{
	module_load "$@"
	strace_cases | sort >"$dir/theirs"
	read_cases -j >"$dir/json"
	lib/json.awk "$dir/json" | sort >"$dir/ours"
}

expect_same()
{
	# The list has 60 that reach the hook, a third of them of IPv6 sockets.
	[[ $(wc -l <"$dir/theirs") -ge 40 ]]
	diff -u "$dir/theirs" "$dir/ours"
}

result()
{
	watch outcome=1
	expect_same
}

verdict()
{
	watch outcome=2
	expect_same
}

# Without the result, which is not told.
request()
{
	watch outcome=0
	sed -i 's/ [^ ]*$//' "$dir/theirs" "$dir/ours"
	expect_same
}

# What the process got where it asked for port 0, as ss tells it: of UDP, since
# it does not list TCP sockets that are bound and no more.
final_port()
{
	local pid go count=4

	# ::1 is no address where IPv6 is off.
	grep -s ' lo$' /proc/net/if_inet6 || count=3
	module_load
	mkfifo "$dir/bound" "$dir/go"
	(cd "$dir" && exec "$OLDPWD/helpers/bind_cases" wait <go >bound) &
	pid=$!
	exec {go}>"$dir/go"
	read -r <"$dir/bound"
	read_cases -j |
		grep "\"proto\":\"udp\".*\"pid\":$pid," |
		sed -n 's/.*"request":{[^}]*"port":0,.*"final":{[^}]*"port":\([0-9]*\),.*/\1/p' |
		sort >"$dir/ours"
	ss -H -a -n -p -u | grep "pid=$pid," |
		awk '{ sub(/.*:/, "", $4); print $4 }' | sort >"$dir/theirs"
	exec {go}>&-
	wait "$pid"
	[[ $(wc -l <"$dir/ours") -eq $count ]]
	if grep -v -x -F -f "$dir/theirs" "$dir/ours"; then
		ktap_fail 'ss does not know the ports above'
	fi
}

ktap_run result verdict request final_port
