#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rsyslog examples: what one host writes arrives at another, whatever ends in
# between. The hosts are network namespaces. As root, in a chroot that has
# rsyslog-relp and iproute2.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

INPUT=/var/log/sockbind/binds.json
OUTPUT=$(mktemp -d)
COLLECTOR=192.0.2.2

# The example in a rsyslog of its own, for addresses of this test.
# start NAME EXAMPLE SED-SCRIPT [COMMAND…]
start()
{
	local dir=$OUTPUT/$1

	mkdir -p "$dir/work"
	{
		echo "global(workDirectory=\"$dir/work\" localHostname=\"host-$1\")"
		sed "$3" "conf/examples/$2"
	} >"$dir/rsyslog.conf"
	"${@:4}" rsyslogd -n -f "$dir/rsyslog.conf" -i NONE >"$dir/log" 2>&1 &
	echo $! >"$dir/pid"
}

start_sender()
{
	start sender rsyslog-sender.conf \
		"s/collector\.example/$COLLECTOR/; s/resumeInterval=\"5\"/resumeInterval=\"1\"/"
}

start_receiver()
{
	start receiver rsyslog-receiver.conf \
		"s,/var/log/sockbind/,$OUTPUT/hosts/," ip netns exec collector
}

# This namespace is the host's.
make_collector()
{
	ip netns add collector
	ip link add name host type veth peer name collector netns collector
	ip address add 192.0.2.1/24 dev host
	ip link set host up
	ip -n collector address add $COLLECTOR/24 dev collector
	ip -n collector link set collector up
}

# end SIGNAL NAME: and wait until it has; another case may have started it.
end()
{
	local pid

	pid=$(cat "$OUTPUT/$2/pid")
	kill "-$1" "$pid"
	tail --pid="$pid" -f /dev/null
}

# write_lines FIRST LAST
write_lines()
{
	seq -f '{"type":"bind","number":%.0f}' "$1" "$2" >>$INPUT
}

# received N: wait until N different lines have arrived.
received()
{
	mkdir -p "$OUTPUT/hosts"
	: >>"$OUTPUT/hosts/host-sender.json"
	# shellcheck disable=SC2016 # expanded by the inner shell
	timeout 120 bash -c '
		declare -A seen
		while ((${#seen[@]} < $1)) && read -r line; do
			seen[$line]=
		done' - "$1" \
		< <(exec tail -n +1 -f "$OUTPUT/hosts/host-sender.json") || {
		tail "$OUTPUT"/*/log
		wc -l "$OUTPUT"/hosts/*
		return 1
	}
}

all_arrive()
{
	start_receiver
	start_sender
	write_lines 1 1000
	received 1000
	grep -q -x '{"type":"bind","number":1000}' "$OUTPUT/hosts/host-sender.json"
}

receiver_killed()
{
	end KILL receiver
	write_lines 1001 3000
	start_receiver
	received 3000
}

sender_restarted()
{
	write_lines 3001 4000
	end TERM sender
	write_lines 4001 5000
	start_sender
	received 5000
}

# A file that logrotate has renamed, as its example tells.
rotated()
{
	mv $INPUT $INPUT.1
	write_lines 5001 6000
	received 6000
	[[ $(sort -u "$OUTPUT/hosts/host-sender.json" | wc -l) == 6000 ]]
}

((EUID == 0)) || ktap_skip 'only root changes namespaces'
type -P rsyslogd ip >/dev/null || ktap_skip 'no rsyslog or iproute2'
[[ ${1:-} == inside ]] || exec unshare --net --mount "$0" inside
make_collector
mkdir -p "${INPUT%/*}"
trap 'kill -KILL $(cat "$OUTPUT"/*/pid) || true; rm -rf "$OUTPUT"' EXIT
ktap_run all_arrive receiver_killed sender_restarted rotated
