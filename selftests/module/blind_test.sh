#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kprobes, and ftrace which many of them go through, can be switched off under the
# module. Either the kernel refuses that, or the module and its readers report it.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

KPROBES=/sys/kernel/debug/kprobes/enabled
FTRACE=/proc/sys/kernel/ftrace_enabled
JOURNAL=/run/systemd/journal

module_test_begin
[[ -e $KPROBES ]] || ktap_skip "debugfs is not mounted on /sys/kernel/debug"
reader=$PWD/../tools/sockbind

# All is switched on again when the test case ends, and no reader is left.
switch_on()
{
	[[ ! ${pid:-} ]] || kill "$pid" 2>/dev/null || true
	echo 1 >$KPROBES
	[[ ! -e $FTRACE ]] || echo 1 >$FTRACE || true
}

begin()
{
	trap switch_on EXIT
}

# expect_seen BINDS: so many of one run of bind_cases are seen.
expect_seen()
{
	local before

	before=$(module_count seen)
	bind_cases
	(($(module_count seen) - before == $1))
}

# The kernel's log, since the last load.
log()
{
	dmesg | awk '/blind_test: load/ { said = "" } { said = said $0 "\n" }
		END { printf "%s", said }'
}

load()
{
	echo 'blind_test: load' >/dev/kmsg
	module_load families=all "$@"
}

version_is_at_least()
{
	[[ $(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1) == "$1" ]]
}

# Kernels before 5.5 have nothing that could refuse it: there the module reports it.
ftrace_off()
{
	local outcome

	[[ -e $FTRACE ]] || ktap_skip 'no ftrace'
	begin
	for outcome in 0 1 2; do
		load "outcome=$outcome"
		if ! echo 0 >$FTRACE; then
			[[ $(cat $FTRACE) == 1 ]]
		elif version_is_at_least 5.5; then
			# Its probes do without.
			echo 'ftrace can be switched off'
		elif (($(module_count disarmed))); then
			(($(module_count disarmed) & 1))
			expect_seen 0
			log | grep 'binds are not seen'
			echo 1 >$FTRACE
			(($(module_count disarmed) == 0))
			log | grep 'runs kprobes again'
		fi
		expect_seen "$cases"
		(($(module_count disarmed) == 0))
		(($(module_count outcome) == outcome))
	done
}

# The probe on the hook does without then; no result is pretended.
load_while_ftrace_is_off()
{
	local status=0

	[[ -e $FTRACE ]] || ktap_skip 'no ftrace'
	begin
	module_unload
	echo 0 >$FTRACE || ktap_skip 'ftrace cannot be switched off'
	load outcome=2
	expect_seen "$cases"
	read_cases -j >"$dir/json"
	(($(grep -c '"type":"bind"' "$dir/json") == cases))
	(($(module_count disarmed) == 0))
	if (($(module_count outcome) == 0)); then
		log | grep 'sysctl kernel.ftrace_enabled=1'
		! grep '"errno"' "$dir/json" || ktap_fail 'a result is known'
		"$reader" --check >"$dir/said" || status=$?
		cat "$dir/said"
		((status == 1))
		grep '^FAIL .*sysctl kernel.ftrace_enabled=1' "$dir/said"
	fi

	# It can be switched off, and ftrace on.
	echo 0 >$KPROBES
	(($(module_count disarmed) & 1))
	expect_seen 0
	echo 1 >$KPROBES
	echo 1 >$FTRACE
	(($(module_count disarmed) == 0))
	expect_seen "$cases"
	module_identity
}

load_while_kprobes_are_off()
{
	local outcome before

	begin
	for outcome in 0 1 2; do
		module_unload
		echo 0 >$KPROBES
		load "outcome=$outcome"
		before=$(module_count seen)
		bind_cases
		if (($(module_count disarmed) & 1)); then
			log | grep 'the kernel runs no kprobes: binds are not seen'
			(($(module_count seen) == before))
		else
			# The kernel needs no kprobe for these.
			((outcome < 2))
			(($(module_count seen) == before + cases))
		fi
		echo 1 >$KPROBES
		(($(module_count disarmed) == 0))
		expect_seen "$cases"
		"$reader" --check
	done
	log | grep 'the kernel runs kprobes again'
}

# start_reader OPTION…: it follows, and what it says comes by expect_line.
start_reader()
{
	rm -f "$dir/err"
	mkfifo "$dir/err"
	"$reader" -W --banner "$@" >"$dir/out" 2>"$dir/err" &
	pid=$!
	exec 4<"$dir/err"
	expect_line 'reading /dev/sockbind$'
}

# expect_line REGEX: the next line on the reader's standard error is such.
expect_line()
{
	local line

	read -r -t $((60 * ${SOCKBIND_PATIENCE:-1})) line <&4
	echo "$line"
	[[ $line =~ $1 ]]
}

# expect_end STATUS
expect_end()
{
	local status=0

	kill "$pid"
	wait "$pid" || status=$?
	cat "$dir/out"
	((status == $1))
}

# go_blind OPTION…: a reader runs while binds are not seen, and then are again.
go_blind()
{
	begin
	load outcome=2
	start_reader "$@"
	bind_cases
	echo 0 >$KPROBES
	expect_line "binds are not seen: .*echo 1 >$KPROBES"
	bind_cases
	echo 1 >$KPROBES
	expect_line 'seen again; for [0-9]+ ms at most they were not'
	bind_cases
	expect_end 3
}

text()
{
	go_blind
	# A line a bind, and the header.
	(($(wc -l <"$dir/out") == 2 * cases + 1))
}

json()
{
	go_blind --json
	(($(grep -c '^{"type":"bind",' "$dir/out") == 2 * cases))
	grep '^{"type":"blind",.*"unseen":"binds","why":"all probes are off: .*"}$' \
		"$dir/out"
	grep '^{"type":"blind",.*"unseen":"nothing","lasted_ns":[0-9]*}$' "$dir/out"
	# Where it happened: after the first binds, before the last.
	awk -F '"' '$4 != last { printf "%s ", last = $4 }' "$dir/out" |
		grep -x 'bind blind bind '
}

csv()
{
	go_blind --format=csv
	(($(wc -l <"$dir/out") == 2 * cases + 1))
}

journal()
{
	mkdir -p $JOURNAL
	helpers/journal $JOURNAL/socket >"$dir/journal" &
	journal=$!
	until grep -q ready "$dir/journal"; do :; done
	go_blind --format=journal
	kill $journal
	grep -n -A 5 'PRIORITY=2' "$dir/journal"
	grep -x -A 3 'PRIORITY=2' "$dir/journal" | grep -x 'SOCKBIND_BLIND=1'
	grep -x -A 4 'PRIORITY=2' "$dir/journal" | grep -x 'SOCKBIND_UNSEEN=binds'
	grep -x 'MESSAGE=binds are not seen: all probes are off: .*' "$dir/journal"
	grep -x -A 2 'SOCKBIND_BLIND=0' "$dir/journal" |
		grep -x 'SOCKBIND_LASTED_NS=[0-9]*'
}

# A second reader begins while it is so: it cannot know for how long.
counted()
{
	begin
	load outcome=2
	echo 0 >$KPROBES
	start_reader --count --by comm
	expect_line 'binds are not seen'
	expect_end 3
}

quiet()
{
	begin
	load outcome=2
	start_reader --quiet
	echo 0 >$KPROBES
	expect_end 3
	! read -r line <&4 || ktap_fail "it says $line"
}

not_followed()
{
	local status=0

	begin
	load outcome=2
	echo 0 >$KPROBES
	"$reader" --no-follow 2>"$dir/said" || status=$?
	cat "$dir/said"
	((status == 3))
	grep 'binds are not seen' "$dir/said"
}

# Where ftrace calls the hook's probe without a kprobe, only results go: records say
# so themselves, and are complete.
results()
{
	begin
	load outcome=1
	echo 0 >$KPROBES
	(($(module_count disarmed))) || ktap_skip 'there are no return probes'
	((!($(module_count disarmed) & 1))) || ktap_skip 'the hook has a kprobe'
	echo 1 >$KPROBES
	start_reader --json
	echo 0 >$KPROBES
	expect_line "results of binds are not seen: .*echo 1 >$KPROBES"
	expect_seen "$cases"
	echo 1 >$KPROBES
	expect_line 'seen again'
	expect_end 0
	grep '"unseen":"results"' "$dir/out"
}

cases=$(strace_cases | wc -l)

ktap_run ftrace_off load_while_ftrace_is_off load_while_kprobes_are_off text json \
	csv journal counted quiet not_followed results
