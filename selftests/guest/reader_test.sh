#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools/sockbind from end to end.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

module_test_begin

reader=$PWD/../tools/sockbind

# The binds of one run of bind_cases that reach the hook.
count_cases()
{
	strace_cases | wc -l
}

# print_cases OPTION…: what the reader prints of one run, and no more.
print_cases()
{
	module_load
	bind_cases
	read_cases "$@"
}

# fails STATUS WORDS COMMAND…: COMMAND ends with that status and says so, on
# standard error and nowhere else.
fails()
{
	local expected=$1 words=$2 status=0

	shift 2
	"$@" >"$dir/out" 2>"$dir/err" || status=$?
	cat "$dir/out" "$dir/err"
	[[ $status -eq $expected ]]
	[[ ! -s $dir/out ]]
	grep -F -e "$words" "$dir/err"
}

# result ERRNO: what a line says of a bind that failed so, if the kernel can have
# return probes.
result()
{
	if (($(module_count outcome))); then
		echo "$1"
	else
		echo '?'
	fi
}

line_per_bind()
{
	local cases

	cases=$(count_cases)
	print_cases >"$dir/text"
	[[ $(wc -l <"$dir/text") -eq $((cases + 1)) ]]
	head -n 1 "$dir/text" | grep -w PID
	print_cases -H >"$dir/text"
	[[ $(wc -l <"$dir/text") -eq $cases ]]
	grep -F "$(result EADDRINUSE) " "$dir/text" | grep -F '127.0.0.1:20300'
	grep -F '[::1]:81' "$dir/text"
	grep -F '@bind-cases' "$dir/text"
}

users()
{
	print_cases >"$dir/text"
	grep -w nobody "$dir/text" | grep -F "$(result EACCES) "
	print_cases -n >"$dir/text"
	grep -w 65534 "$dir/text" | grep -F "$(result EACCES) "
}

# Every line is an object: reduce what it is made of until nothing is left.
json()
{
	print_cases -j >"$dir/json"
	[[ $(wc -l <"$dir/json") -eq $(count_cases) ]]
	awk '
	!/^[{].*[}]$/ { exit 1 }
	{
		gsub(/"([^"\\]|\\["\\\/bfnrt]|\\u[0-9a-f][0-9a-f][0-9a-f][0-9a-f])*"/, "S")
		gsub(/S:/, "K")
		gsub(/-?(0|[1-9][0-9]*)([.][0-9]+)?/, "V")
		gsub(/S|true|false|null/, "V")
		while (gsub(/[{](KV(,KV)*)?[}]/, "V") ||
		       gsub(/\[(V(,V)*)?\]/, "V"))
			;
		if ($0 != "V") {
			print NR ": " $0
			exit 1
		}
	}' "$dir/json"
}

unknown_option()
{
	module_load
	fails 2 '--nonsense' "$reader" --nonsense
	fails 2 '-Z' "$reader" -Z
	fails 2 'extra' "$reader" extra
	fails 2 '-d' "$reader" -d
}

help_and_version()
{
	"$reader" --help | grep -q -e --json
	"$reader" --version | grep 'ABI version 1'
}

no_module()
{
	module_unload
	fails 1 'load the module' "$reader"
	fails 1 'load the module' "$reader" -d /nonexistent
}

no_permission()
{
	module_load
	fails 1 'run as root' setpriv --reuid=65534 --regid=65534 \
		--clear-groups "$reader"
}

other_device()
{
	module_load
	fails 1 'not a sockbind device' "$reader" -d /dev/null
	fails 1 'not a sockbind device' "$reader" -d "$PWD/run"
	fails 1 'sockbind' "$reader" -d /
}

full_disk()
{
	module_load
	bind_cases
	fails 1 'make room' bash -c '"$0" >/dev/full' "$reader"
}

closed_output()
{
	local status=0

	module_load
	bind_cases
	"$reader" >&- 2>"$dir/err" || status=$?
	cat "$dir/err"
	[[ $status -eq 1 ]]
	grep 'standard output' "$dir/err"
}

broken_pipe()
{
	module_load
	bind_cases
	[[ $("$reader" -H | head -n 1 | wc -l) -eq 1 ]]
	# Nothing comes that it could fail to write.
	"$reader" -H -W | true
}

# Start the reader, its output in $lines, and wait until it has opened the
# device: it says so with a header.
start_reader()
{
	mkfifo "$dir/fifo"
	"$reader" "$@" >"$dir/fifo" 2>"$dir/err" &
	pid=$!
	exec {lines}<"$dir/fifo"
	rm "$dir/fifo"
	read -r <&"$lines"
}

# stop_reader [STATUS [SIGNAL]]: it ends so, having said what it had to.
stop_reader()
{
	local status=0

	kill "-${2:-TERM}" "$pid"
	cat <&"$lines"
	exec {lines}<&-
	wait "$pid" || status=$?
	[[ $status -eq ${1:-0} ]]
}

live()
{
	local line

	module_load
	bind_cases
	start_reader -W
	bind_cases
	# The first that it prints is new, and is printed while it follows.
	read -r line <&"$lines"
	grep '@bind-cases-begin' <<<"$line"
	until grep '@bind-cases-end' <<<"$line"; do
		read -r line <&"$lines"
	done
	stop_reader
	[[ ! -s $dir/err ]]
}

# What Ctrl-C does, while it waits and there is nothing.
interrupt()
{
	module_load
	start_reader
	stop_reader 0 INT
	[[ ! -s $dir/err ]]
}

# Stopped, it misses what two records cannot hold, and says how much.
losses()
{
	local cases line told printed=0

	cases=$(count_cases)
	module_load records=2
	start_reader -W
	kill -STOP "$pid"
	bind_cases
	kill -CONT "$pid"
	while read -r line <&"$lines"; do
		echo "$line"
		printed=$((printed + 1))
		[[ $line != *@bind-cases-end* ]] || break
	done
	stop_reader 3
	cat "$dir/err"
	told=$(sed -n 's/.*lost \([0-9]*\) records\? in all$/\1/p' "$dir/err")
	((told > 0 && told + printed == cases))
}

# It ends by itself, with all that came before and nothing that came later.
no_follow()
{
	local cases

	cases=$(count_cases)
	module_load
	bind_cases
	"$reader" -H --no-follow >"$dir/text"
	[[ $(wc -l <"$dir/text") -eq $cases ]]
	tail -n 1 "$dir/text" | grep '@bind-cases-end'
	"$reader" -H --until now >"$dir/until"
	diff "$dir/text" "$dir/until"
	"$reader" -H --duration 1ms >"$dir/duration"
	diff "$dir/text" "$dir/duration"
	"$reader" -H -N 3 >"$dir/number"
	diff <(head -n 3 "$dir/text") "$dir/number"
	"$reader" -H --until -1h >"$dir/none"
	[[ ! -s $dir/none ]]
}

# What had happened when it is told to end is printed, read or not.
last_words()
{
	local cases

	cases=$(count_cases)
	module_load
	start_reader -W
	bind_cases
	stop_reader >"$dir/text"
	[[ $(wc -l <"$dir/text") -eq $cases ]]
}

# A recording tells the same as the device did, names too.
recordings()
{
	local options

	module_load
	bind_cases
	"$reader" --no-follow --record "$dir/recording"
	for options in '' -j --format=csv '-o user,exe,cgroup,address' -n; do
		# shellcheck disable=SC2086 # several words
		"$reader" --no-follow $options >"$dir/live"
		# shellcheck disable=SC2086
		"$reader" --replay "$dir/recording" $options >"$dir/replayed"
		diff "$dir/live" "$dir/replayed"
	done
	"$reader" --no-follow --record - | "$reader" --replay - >"$dir/replayed"
	"$reader" --no-follow >"$dir/live"
	diff "$dir/live" "$dir/replayed"
}

# A recording that is killed has what was told before the last wait.
killed_recording()
{
	local cases

	cases=$(count_cases)
	module_load
	rm -f "$dir/killed"
	mkfifo "$dir/killed.fifo"
	"$reader" -W --banner --record "$dir/killed" 2>"$dir/killed.fifo" &
	read -r _ <"$dir/killed.fifo"
	bind_cases
	until "$reader" -q --replay "$dir/killed" |
		grep '@bind-cases-end'; do
		kill -0 $!
	done
	kill -KILL $!
	wait $! || true
	[[ $("$reader" -H --replay "$dir/killed" | wc -l) -eq $cases ]]
}

# What is named of this host.
local_filters()
{
	module_load
	bind_cases
	"$reader" -H --no-follow >"$dir/all"
	"$reader" -H --no-follow --netns $$ >"$dir/text"
	diff "$dir/all" "$dir/text"
	"$reader" -H --no-follow --netns '/proc/self/ns/net' >"$dir/text"
	diff "$dir/all" "$dir/text"
	"$reader" -H --no-follow -u nobody >"$dir/text"
	diff <(grep -w nobody "$dir/all") "$dir/text"
	unshare --net sleep 1000 &
	until [[ $(readlink /proc/$!/ns/net) != $(readlink /proc/$$/ns/net) ]]; do
		kill -0 $!
	done
	"$reader" -H --no-follow --netns $! >"$dir/text"
	kill $!
	diff /dev/null "$dir/text"
}

# Tables while it goes on, and the last one at the end.
tables()
{
	local cases count line

	cases=$(count_cases)
	module_load
	mkfifo "$dir/tables"
	"$reader" -W -H -q --by comm --every 100ms --banner >"$dir/tables" \
		2>"$dir/err" &
	exec {lines}<"$dir/tables"
	until grep reading "$dir/err"; do
		kill -0 $!
	done
	bind_cases
	# A time, then a number of binds.
	read -r line <&"$lines"
	read -r count line <&"$lines"
	kill -TERM $!
	while read -r line; do
		[[ $line == *:* ]] || count=$((count + ${line%% *}))
	done <&"$lines"
	wait $!
	[[ $count -eq $cases ]]
}

# It makes no event by itself: no bind is seen, of any family.
binds_nothing()
{
	local seen

	module_load families=all
	bind_cases
	seen=$(module_count seen)
	read_cases >"$dir/text"
	read_cases -j >"$dir/text"
	[[ $(module_count seen) -eq $seen ]]
}

ktap_run line_per_bind users json unknown_option help_and_version no_module \
	no_permission other_device full_disk closed_output broken_pipe live interrupt \
	losses no_follow last_words recordings killed_recording local_filters \
	tables binds_nothing
