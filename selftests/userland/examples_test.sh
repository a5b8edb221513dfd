#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The readers of Documentation/examples.md work as they stand there, and so do the
# commands of README.md that load the module, and the counters of conf/examples for
# Prometheus. For a guest with python3 and prometheus-node-exporter.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
. lib/module.sh

module_require

# The bind that the readers are to tell: it fails, and is the only one.
bind_one()
{
	module_load
	setpriv --reuid=nobody --clear-groups helpers/binder -p 1 tcp4 </dev/null \
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
	helpers/example | tee /dev/stderr |
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

# As README.md tells, of what make has built for this guest.
readme_load()
{
	local commands line

	cd ..
	. selftests/lib/package.sh
	commands=$(readme_commands selftests/userland/examples_test.sh)
	echo "$commands"
	(cd selftests && module_unload)
	apt() { [[ $1 == install ]]; }
	make() { [[ -e module/sockbind.ko && -x tools/sockbind ]]; }
	sudo() { "$@"; }
	line=$(eval "$commands" | head -n 1)
	[[ $line == TIME*ADDRESS ]]
	[[ -c /dev/sockbind ]]
}

# What the node exporter makes of the module's counters.
counters()
{
	local dir pid

	type -P prometheus-node-exporter >/dev/null ||
		ktap_skip 'there is no prometheus-node-exporter'
	bind_one
	dir=$(mktemp -d)
	sh ../conf/examples/prometheus-textfile >"$dir/sockbind.prom"
	cat "$dir/sockbind.prom"
	prometheus-node-exporter --collector.disable-defaults \
		--collector.textfile --collector.textfile.directory="$dir" \
		--web.listen-address=127.0.0.1:9100 >"$dir/log" 2>&1 &
	pid=$!
	# shellcheck disable=SC2016 # expanded by the inner shell
	timeout 120 bash -c '
		until busybox wget -q -O - http://127.0.0.1:9100/metrics >"$1"; do
			kill -0 "$2"
		done' - "$dir/metrics" "$pid" || ktap_fail "$(cat "$dir/log")"
	kill $pid
	wait $pid || true
	grep -x 'sockbind_recorded_total 1' "$dir/metrics"
	grep -x 'node_textfile_scrape_error 0' "$dir/metrics"
	diff -u <(grep '^sockbind_' "$dir/sockbind.prom" | sort) \
		<(grep '^sockbind_' "$dir/metrics" | sort)
	rm -r "$dir"
}

ktap_run python c shell readme_load counters
