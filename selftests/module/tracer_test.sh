#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Others trace the functions that the module probes, or replace them: they were there
# first, or came later, and leave, or stay when the module goes. All see the same
# binds, and "sockbind --check" names the others.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

module_test_begin
TRACEFS=/sys/kernel/tracing
LIVEPATCH=/sys/kernel/livepatch/livepatch
HOOK=security_socket_bind
CALL=__sys_bind
[[ -e $TRACEFS/current_tracer ]] ||
	ktap_skip "tracefs is not mounted on $TRACEFS"

# A test case is named for its kind of tracer. Of each there are NAME_attach,
# NAME_detach, and NAME_count FUNCTION, which prints the calls that it has seen, and
# NAME_note, a regular expression for what --check says of it.

# events_attach p|r
events_attach()
{
	local function

	[[ -e $TRACEFS/kprobe_events ]] ||
		ktap_skip 'tracefs has no kprobe_events'
	for function in $HOOK $CALL; do
		echo "$1:tracer_test/$function $function" \
			>>$TRACEFS/kprobe_events
	done
	echo 1 >$TRACEFS/events/tracer_test/enable
}

events_detach()
{
	local function

	echo 0 >$TRACEFS/events/tracer_test/enable
	for function in $HOOK $CALL; do
		echo "-:tracer_test/$function" >>$TRACEFS/kprobe_events
	done
}

# It has missed none.
events_count()
{
	awk -v "name=$1" '$1 == name && $3 == 0 { print $2 }' \
		$TRACEFS/kprobe_profile
}

kprobe_note='event tracer_test/security_socket_bind$'
kprobe_attach() { events_attach p; }
kprobe_detach() { events_detach; }
kprobe_count() { events_count "$1"; }

kretprobe_note='event tracer_test/security_socket_bind$'
kretprobe_attach() { events_attach r; }
kretprobe_detach() { events_detach; }
kretprobe_count() { events_count "$1"; }

# tracer_attach NAME
tracer_attach()
{
	grep -qw "$1" $TRACEFS/available_tracers ||
		ktap_skip "the kernel has no tracer $1"
	printf '%s\n' $HOOK $CALL >$TRACEFS/set_ftrace_filter
	echo "$1" >$TRACEFS/current_tracer
}

tracer_detach()
{
	echo nop >$TRACEFS/current_tracer
	echo >$TRACEFS/set_ftrace_filter
}

ftrace_note='1 function tracer$'
ftrace_attach() { tracer_attach function; }
ftrace_detach() { tracer_detach; }
ftrace_count() { grep -c " $1 <-" $TRACEFS/trace || (($? == 1)); }

function_graph_note='1 function tracer$'
function_graph_attach() { tracer_attach function_graph; }
function_graph_detach() { tracer_detach; }
function_graph_count() { grep -c "| *$1()" $TRACEFS/trace || (($? == 1)); }

# fprobes have no profile.
fprobe_note='event tracer_test/security_socket_bind$'
fprobe_attach()
{
	local function

	for function in $HOOK $CALL; do
		echo "f:tracer_test/$function $function" \
			>>$TRACEFS/dynamic_events ||
			ktap_skip 'tracefs has no fprobes'
	done
	echo >$TRACEFS/trace
	echo 1 >$TRACEFS/events/tracer_test/enable
}

fprobe_detach()
{
	local function

	echo 0 >$TRACEFS/events/tracer_test/enable
	for function in $HOOK $CALL; do
		echo "-:tracer_test/$function" >>$TRACEFS/dynamic_events
	done
}

fprobe_count() { grep -c " $1: (" $TRACEFS/trace || (($? == 1)); }

perf_note='[0-9]+ other kprobes?$'
perf_attach()
{
	[[ -e /sys/bus/event_source/devices/kprobe ]] ||
		ktap_skip 'the kernel has no perf kprobes'
	coproc PERF { exec helpers/perf_probe $HOOK $CALL; }
	# shellcheck disable=SC2034 # they are there
	read -r count <&"${PERF[0]}"
}

perf_detach()
{
	kill "$PERF_PID"
	wait "$PERF_PID" || true
}

perf_count()
{
	local hook call

	echo >&"${PERF[1]}"
	read -r hook call <&"${PERF[0]}"
	case $1 in
	"$HOOK") echo "$hook" ;;
	"$CALL") echo "$call" ;;
	esac
}

# bpf_attach fentry|fexit
bpf_attach()
{
	[[ -e /sys/kernel/btf/vmlinux ]] || ktap_skip 'the kernel has no BTF'
	coproc BPF { exec helpers/bpf_probe "$1" $HOOK $CALL; }
	# shellcheck disable=SC2034 # they are there
	read -r count <&"${BPF[0]}" ||
		ktap_skip 'the kernel has no BPF trampoline for the functions'
}

bpf_detach()
{
	kill "$BPF_PID"
	wait "$BPF_PID" || true
}

bpf_count()
{
	local hook call

	echo >&"${BPF[1]}"
	read -r hook call <&"${BPF[0]}"
	case $1 in
	"$HOOK") echo "$hook" ;;
	"$CALL") echo "$call" ;;
	esac
}

fentry_note='a BPF trampoline$'
fentry_attach() { bpf_attach fentry; }
fentry_detach() { bpf_detach; }
fentry_count() { bpf_count "$1"; }

fexit_note='a BPF trampoline$'
fexit_attach() { bpf_attach fexit; }
fexit_detach() { bpf_detach; }
fexit_count() { bpf_count "$1"; }

# It replaces the hook's function. Nobody traces the other one.
livepatch_note='live patch livepatch$'
livepatch_attach()
{
	[[ -e /sys/kernel/livepatch ]] || ktap_skip 'the kernel has no live patches'
	insmod helpers/livepatch.ko
	livepatch_wait
}

livepatch_wait()
{
	until [[ $(cat $LIVEPATCH/transition) == 0 ]]; do :; done
}

livepatch_detach()
{
	echo 0 >$LIVEPATCH/enabled
	until [[ ! -e $LIVEPATCH ]]; do :; done
	rmmod livepatch
}

livepatch_count()
{
	case $1 in
	"$HOOK") cat /sys/module/livepatch/parameters/calls ;;
	*) echo 0 ;;
	esac
}

attach()
{
	"${KTAP_CASE}_attach"
	trap '"${KTAP_CASE}_detach"' EXIT
}

detach()
{
	"${KTAP_CASE}_detach"
	trap - EXIT
}

count()
{
	"${KTAP_CASE}_count" "$1"
}

# "sockbind --check" finds no fault, and the others.
expect_note()
{
	local note=${KTAP_CASE}_note

	../tools/sockbind --check | tee "$dir/said"
	grep -E "^note  $HOOK: others are on it: ${!note}" "$dir/said"
}

# All see one more run of the same binds.
expect_cases()
{
	local hook call seen recorded

	hook=$(count $HOOK)
	call=$(count $CALL)
	seen=$(module_count seen)
	recorded=$(module_count recorded)
	bind_cases
	hook=$(($(count $HOOK) - hook))
	call=$(($(count $CALL) - call))
	seen=$(($(module_count seen) - seen))
	recorded=$(($(module_count recorded) - recorded))
	echo "they count $hook and $call, seen $seen, recorded $recorded"
	((hook == cases && call == calls && seen == cases && recorded == cases))
	if grep -v -x 0 $SYSFS/nmissed_*; then
		ktap_fail 'a probe was missed'
	fi
}

# The records of the first run since the load are as strace tells the binds.
expect_records()
{
	read_cases -j >"$dir/json"
	lib/json.awk "$dir/json" | cut -d ' ' -f 3- | sort | diff -u "$dir/cases" -
}

both_orders()
{
	local hook seen

	module_unload
	attach
	module_load families=all outcome=2
	expect_cases
	expect_records
	expect_note
	module_unload

	# They stay, and see what nobody else does.
	hook=$(count $HOOK)
	bind_cases
	((hook + cases == $(count $HOOK)))
	detach

	module_load families=all outcome=2
	attach
	expect_cases
	expect_records
	expect_note
	detach

	# They have gone, and are not missed.
	! ../tools/sockbind --check | grep 'others are on it'
	seen=$(module_count seen)
	bind_cases
	((seen + cases == $(module_count seen)))
}

kprobe() { both_orders; }
kretprobe() { both_orders; }
ftrace() { both_orders; }
function_graph() { both_orders; }
fprobe() { both_orders; }
perf() { both_orders; }
fentry() { both_orders; }
fexit() { both_orders; }

livepatch()
{
	local calls=0

	both_orders
}

# What the patched function returns is the verdict, and the result.
livepatch_verdict()
{
	KTAP_CASE=livepatch
	module_load families=all outcome=2
	attach
	echo -100 >/sys/module/livepatch/parameters/verdict
	bind_cases || true
	read_cases -j >"$dir/json"
	(($(grep -c '"type":"bind"' "$dir/json") == cases))
	(($(grep -c '"error":"ENETDOWN".*"lsm_error":"ENETDOWN"' "$dir/json") ==
		cases))
	detach
}

# The transition wants every task out of the function, but not out of the bind.
livepatch_while_binds_hang()
{
	[[ -e /sys/kernel/livepatch ]] || ktap_skip 'the kernel has no live patches'
	module_load outcome=2
	module/exhaust_test -t livepatch
}

strace_cases | cut -d ' ' -f 3- | sort >"$dir/cases"
cases=$(wc -l <"$dir/cases")
calls=$(grep -c ' bind(' "$dir/strace")

ktap_run kprobe kretprobe ftrace function_graph fprobe perf fentry fexit livepatch \
	livepatch_verdict livepatch_while_binds_hang
