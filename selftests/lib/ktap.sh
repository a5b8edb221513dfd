# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# KTAP from shell tests. A test case is a function; it runs in a subshell with
# set -e, so that the first command to fail ends it and is named.

KTAP_SKIP=4

# The runner's stdbuf preloads a library into all that runs, which programs with
# a sanitizer refuse.
unset LD_PRELOAD

# ktap_skip REASON: end the test case, or the program before the first.
ktap_skip()
{
	if [[ ${KTAP_CASE:-} ]]; then
		echo "SKIP $*" >&3
	else
		echo "1..0 # SKIP $*"
	fi
	exit $KTAP_SKIP
}

# ktap_fail REASON: end the test case.
ktap_fail()
{
	echo "$*" >&2
	exit 1
}

# ktap_run FUNCTION…: run each, and exit with what came of them. What a test case
# prints is shown if it fails.
ktap_run()
{
	local count=0 failed=0 status output skip

	echo 'TAP version 13'
	echo "1..$#"
	output=$(mktemp)
	skip=$(mktemp)
	for KTAP_CASE; do
		count=$((count + 1))
		# Not in a condition: that would turn off set -e in it.
		set +e
		(
			set -eE
			trap 'echo "line $LINENO: $BASH_COMMAND: failed" >&2' ERR
			"$KTAP_CASE"
		) >"$output" 2>&1 3>"$skip"
		status=$?
		set -e
		case $status in
		0) echo "ok $count $KTAP_CASE" ;;
		"$KTAP_SKIP") echo "ok $count $KTAP_CASE # $(cat "$skip")" ;;
		*)
			sed 's/^/# /' "$output"
			echo "not ok $count $KTAP_CASE"
			failed=1
			;;
		esac
	done
	rm -f "$output" "$skip"
	exit $failed
}
