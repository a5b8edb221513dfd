#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sockbind --state: where a reader ends, the next one goes on.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

module_test_begin
state=$dir/state

# bind_times N: on CPU 0.
bind_times()
{
	local i

	for ((i = 0; i < $1; i++)); do
		taskset 1 helpers/binder tcp4 </dev/null >/dev/null
	done
}

# A reader from where the last one ended; what it prints is in $dir/out and
# $dir/err.
read_all()
{
	../tools/sockbind -n --state "$state" -j --no-follow >"$dir/out" \
		2>"$dir/err" || (($? == 3))
}

count()
{
	grep -c "\"type\":\"$1\"" "$dir/out" || (($? == 1))
}

seqs()
{
	sed -n 's/.*"type":"bind".*"cpu":0,"seq":\([0-9]*\).*/\1/p' "$dir/out"
}

begin()
{
	rm -f "$state"
	# Only what bind_times does, all on one CPU.
	module_load families=inet "$@"
}

goes_on()
{
	begin
	bind_times 3
	read_all
	[[ $(seqs | paste -s -d ' ') == '0 1 2' ]]
	bind_times 2
	read_all
	[[ $(seqs | paste -s -d ' ') == '3 4' ]]
	[[ $(count lost) == 0 ]]
}

survives_kill()
{
	begin
	bind_times 3
	../tools/sockbind -n --state "$state" >"$dir/out" &
	until grep -q -x 'cpu 0 3' "$state" 2>/dev/null; do
		kill -0 $!
	done
	kill -KILL $!
	wait $! || (($? == 128 + 9))
	bind_times 1
	read_all
	[[ $(seqs) == 3 ]]
}

tells_loss()
{
	begin records=8
	bind_times 3
	read_all
	bind_times 20
	read_all
	grep '"type":"lost"' "$dir/out" |
		grep -F '"cpu":0,"first":3,"last":14,"count":12'
	[[ $(seqs | wc -l) == 8 ]]
}

# A CPU without a record when it was read to the end has none to lose before its
# first.
tells_loss_from_first()
{
	begin records=8
	taskset 2 helpers/binder tcp4 </dev/null >/dev/null
	read_all
	grep -x 'others 0' "$state"
	bind_times 10
	read_all
	grep -F '"cpu":0,"first":0,"last":1,"count":2' "$dir/out"
}

# What was overwritten before the first run is no loss.
first_run_loses_nothing()
{
	begin records=8
	bind_times 20
	read_all
	[[ $(count lost) == 0 ]]
	[[ $(seqs | wc -l) == 8 ]]
}

module_loaded_again()
{
	begin
	bind_times 3
	read_all
	module_load families=inet
	bind_times 2
	read_all
	grep 'the module was loaded again since the last run' "$dir/err"
	[[ $(seqs | paste -s -d ' ') == '0 1' ]]
}

refuses()
{
	local status=0

	begin
	echo 'not a state' >"$state"
	../tools/sockbind --state "$state" 2>"$dir/err" || status=$?
	((status == 1))
	grep 'it is no state of sockbind' "$dir/err"
	[[ $(cat "$state") == 'not a state' ]]
}

one_at_a_time()
{
	local status=0

	begin
	../tools/sockbind --state "$state" >"$dir/out" &
	until [[ -s $state ]]; do
		kill -0 $!
	done
	../tools/sockbind --state "$state" 2>"$dir/err" || status=$?
	kill $!
	wait $!
	((status == 1))
	grep 'another sockbind keeps its place there' "$dir/err"
}

ktap_run goes_on survives_kill tells_loss tells_loss_from_first \
	first_run_loses_nothing module_loaded_again refuses one_at_a_time
