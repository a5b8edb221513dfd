#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The stressors of stress-ng for sockets, and for devices, each set half a minute,
# while a program binds and a reader follows. Every bind is accounted for
# afterwards, and the module works and can be unloaded. For a guest with
# --rootfs stress-ng.
# shellcheck disable=SC2119 # module_load has arguments of its own
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

SOCKETS='sock sockabuse sockdiag sockfd sockmany sockpair rawsock rawudp rawpkt
	udp udp-flood netlink-proc io-uring dccp'

expect_accounted()
{
	echo "# $KTAP_CASE:" >&4
	sed 's/^/# /' "$dir/binds" >&4
	module_identity
	module_zero dropped_nested dropped_abandoned
	../tools/sockbind --check
}

bind_on()
{
	while bench/bind_cost -n 1000; do :; done
}

# under STRESSOR…: what comes of one itself is no matter, since some have nothing
# to do here.
under()
{
	type -P stress-ng >/dev/null || ktap_skip 'there is no stress-ng'
	module_load families=all
	bind_on &
	../tools/sockbind --by comm >"$dir/binds" &
	stress-ng "$@" --timeout 30 --temp-path "$dir" || echo "status $?"
	kill %1 %2
	wait || true
	expect_accounted
	module_unload
}

sockets()
{
	local stressor stressors=()

	for stressor in $SOCKETS; do
		stressors+=("--$stressor" 1)
	done
	under "${stressors[@]}"
}

device()
{
	under --dev 4 --dev-file /dev/sockbind
}

module_test_begin
exec 4>&1
ktap_run sockets device
