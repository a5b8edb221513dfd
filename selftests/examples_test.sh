#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The readers of Documentation/examples.md work as they stand there.
set -euo pipefail

cd "$(dirname "$0")"
. ./ktap.sh
. ./module.sh

module_require

# The bind that the readers are to tell: it fails, and is the only one.
bind_one()
{
	module_load
	setpriv --reuid=nobody --clear-groups ./binder -p 1 tcp4 </dev/null \
		>/dev/null 2>&1 || true
	[[ $(module_count recorded) -eq 1 ]]
}

example()
{
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" \
		../Documentation/examples.md
}

python()
{
	local line pid

	type -P python3 >/dev/null || ktap_skip 'there is no python3'
	bind_one
	# It follows, without end: its first line is the oldest record.
	exec 5< <(exec python3 -c "$(example python)")
	pid=$!
	read -r line <&5
	kill $pid
	wait $pid || true
	exec 5<&-
	echo "$line"
	[[ $line =~ ^[0-9]+\ \'binder\'\ EACCES\ 020000017f000001 ]]
}

c()
{
	bind_one
	./example | tee /dev/stderr |
		grep -E -x '[0-9]+ family 2 result -13, 16 bytes'
}

shell()
{
	local output

	bind_one
	output=$(bash -c "$(example sh)")
	echo "$output"
	# Size, version and type come first.
	[[ $output == "0000000  c0  01  01  00  01  00"* ||
		$output == "0000000 c0 01 01 00 01 00"* ]]
	[[ $output == *binder ]]
}

ktap_run python c shell
