#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The runner knows every test, and runs it somewhere; it counts and times what they
# print.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/rooms.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# By the files, whatever the Makefile makes of them.
every_test_is_listed()
{
	(cd selftests && printf '%s\n' */*_test.c */*_test.sh) |
		sed 's/\.c$//' | sort >"$dir/files"
	selftests/run --list >"$dir/list"
	awk '{ print $1 "/" $2 }' "$dir/list" | sort >"$dir/listed"
	[[ ! $(comm -23 "$dir/files" "$dir/listed") ]]
	# Those that are built of the same file.
	[[ $(comm -13 "$dir/files" "$dir/listed" | paste -s -d ' ') == \
		'module/compat_32_test unit/abi_32_test unit/ring_tsan_test unit/ring_u32_test unit/ring_u8_test' ]]
	[[ ! $(awk '{ print $2 }' "$dir/list" | sort | uniq -d) ]]
	((!$(grep -v -c ' \(on\|in\) ' "$dir/list")))
}

# The host runs what is in its rooms. All else is in the lists of the runner.
every_test_is_run()
{
	local room test where

	while read -r room test where; do
		[[ $where != 'on this host' ]] || continue
		[[ " ${IN_TURN[*]} " != *" $test "* ]] || continue
		grep -q -w -e "${test%.sh}" selftests/run selftests/vm/run-tests \
			selftests/long/run-abuse || ktap_fail "nothing runs $room/$test"
	done < <(selftests/run --list)
}

# finds WORDS ARG…: the runner, asked for that test, says so.
finds()
{
	local said

	said=$(selftests/run --test "${@:2}" 2>&1) && ktap_fail "\"$2\" was run"
	[[ $said == *"$1"* ]] || ktap_fail "\"$2\" is answered with: $said"
}

near_names()
{
	finds 'Near it: bind_test blind_test.sh.' bind_tst
	finds 'Near it: hotplug_test.' hotplug
	finds 'There is no test qwertyuiop. "' qwertyuiop
	finds 'Which test?' ''
}

one_test()
{
	selftests/run --test compare_test >"$dir/said"
	cat "$dir/said"
	grep -x '# unit/compare_test.sh runs on this host:' "$dir/said"
	grep -E -x 'ok 1 same_passes # [0-9]+\.[0-9] s' "$dir/said"
}

results()
{
	cat <<-'END'
		# Subtest: a_test
		    ok 1 quick # 0.4 s
		    not ok 2 slow # 3.5 s
		    ok 3 # SKIP none here
		not ok 1 a_test # 3.9 s
		ok 2 alone # 12.0 s
		# selftests: /x: b_test
		# ok 1 c # 2.0 s
		ok 3 selftests: /x: b_test # 2.0 s
	END
}

summary()
{
	! results | selftests/lib/ktap-summary >"$dir/summary"
	cat "$dir/summary"
	[[ $(tail -n 1 "$dir/summary") == '3 passed, 1 failed, 1 skipped' ]]
	diff <(sed -n '/^# slowest/,$p' "$dir/summary" | sed '$d') - <<-'END'
		# slowest:
		#      12.0 s  alone
		#       3.5 s  a_test: slow
		#       2.0 s  b_test: c
	END
	grep -x '#       not ok 2 slow # 3.5 s' "$dir/summary"
}

# Nothing but time is added, and to results alone.
times()
{
	results | sed 's/ # [0-9.]* s$//' >"$dir/plain"
	selftests/lib/ktap-time <"$dir/plain" >"$dir/timed"
	diff "$dir/plain" <(sed 's/ # [0-9]*\.[0-9] s$//' "$dir/timed")
	(($(grep -c ' # [0-9]*\.[0-9] s$' "$dir/timed") == 6))
}

ktap_run every_test_is_listed every_test_is_run near_names one_test summary times
