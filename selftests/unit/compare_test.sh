#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# That bench-check goes red, and the baseline only down.
set -euo pipefail

cd "$(dirname "$0")/../bench"
. ../lib/ktap.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# figures COST: those of a kernel with a floor of 500
figures()
{
	printf 'version\tkernel\trelease\t1.0\n'
	printf 'bind\tfloor-1\tudp4\t500\n'
	printf 'bind\toutcome-1\tudp4\t%d\n' "$1"
}

compare()
{
	figures "$1" >"$dir/figures"
	./compare "$dir/baseline" "$dir/figures"
}

printf '1.0\t1\tudp4\t1000\n' >"$dir/baseline"

same_passes()
{
	compare 1500
}

less_passes()
{
	compare 1000
}

two_percent_passes()
{
	compare 1520
}

more_fails()
{
	! compare 1521 >"$dir/log"
	grep '^not ok 1 ' "$dir/log"
}

no_figures_fails()
{
	: >"$dir/figures"
	! ./compare "$dir/baseline" "$dir/figures"
}

unknown_kernel_is_skipped()
{
	: >"$dir/none"
	figures 9999 >"$dir/figures"
	./compare "$dir/none" "$dir/figures" | grep '^ok 1 .*# SKIP'
}

baseline_is_lowered()
{
	printf '1.0\t1\tudp4\t900\n' >"$dir/lower"
	./lower "$dir/baseline" "$dir/lower" | cmp - "$dir/lower"
}

baseline_is_not_raised()
{
	printf '1.0\t1\tudp4\t1001\n' >"$dir/higher"
	./lower "$dir/baseline" "$dir/higher" | cmp - "$dir/baseline"
}

new_kernel_is_added()
{
	printf '1.1\t1\tudp4\t2000\n' >"$dir/new"
	./lower "$dir/baseline" "$dir/new" |
		cmp - <(cat "$dir/baseline" "$dir/new")
}

ktap_run same_passes less_passes two_percent_passes more_fails \
	no_figures_fails unknown_kernel_is_skipped baseline_is_lowered \
	baseline_is_not_raised new_kernel_is_added
