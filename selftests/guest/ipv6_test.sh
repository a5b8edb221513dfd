#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where IPv6 is off, and addresses that are there and cannot be bound to: those that
# the kernel still asks others about, and those that another has.
# shellcheck disable=SC2119 # module_load has arguments of its own
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh
# shellcheck source=selftests/lib/oracle.sh
. lib/oracle.sh

NETNS=/run/netns/ipv6-test
PEER=ipv6-test-peer

module_test_begin

# The host's own namespaces are left alone.
here()
{
	nsenter --net=$NETNS "$@"
}

remove_namespaces()
{
	ip netns delete ${NETNS##*/}
	ip netns delete $PEER
}

add_namespaces()
{
	local name

	[[ -e /proc/net/if_inet6 ]] || ktap_skip 'there is no IPv6'
	ip netns add ${NETNS##*/}
	ip netns add $PEER
	trap remove_namespaces EXIT
	# Both have it, however this host was booted.
	for name in ${NETNS##*/} $PEER; do
		ip netns exec $name sysctl -w net.ipv6.conf.all.disable_ipv6=0
	done
	here ip link set lo up
}

# Two ends of a cable, test0 here and peer0 in another namespace.
add_interfaces()
{
	add_namespaces
	here ip link add test0 type veth peer name peer0 netns $PEER ||
		ktap_skip 'the kernel has no veth (vm/run --modules)'
	ip -n $PEER address add fe80::bb/64 dev peer0 nodad
	ip -n $PEER link set peer0 up
	here ip link set test0 up
}

# What the kernel says of the address.
state_of()
{
	here ip -6 -oneline address show dev test0 to "$1"
}

# refused ADDRESS: the bind is, and the record tells with which interface.
refused()
{
	start nsenter --net=$NETNS helpers/binder -a "$1%test0" -p 4711 tcp6
	expect_as_said
	expect result -99
	expect ifname test0
	../tools/sockbind --no-follow --scope link-local \
		-o result,if,address | tee "$dir/printed"
	grep -E "^EADDRNOTAVAIL +test0 +\[$1%test0\]:4711$" "$dir/printed"
	stop
}

# The kernel has no such sockets.
disabled_at_boot()
{
	[[ ! -e /proc/net/if_inet6 ]] || ktap_skip 'boot with ipv6.disable=1'
	module_load
	../tools/sockbind --check | tee "$dir/said"
	grep '^note .*AF_INET6: there are no such sockets' "$dir/said"
	start helpers/binder tcp4
	expect_as_said
	expect_as_in_proc
}

# It has them, and no addresses. The same as ipv6.disable_ipv6=1 at boot.
disabled_addresses()
{
	add_namespaces
	here sysctl -w net.ipv6.conf.all.disable_ipv6=1
	module_load
	here ../tools/sockbind --check
	start nsenter --net=$NETNS helpers/binder tcp6
	expect_as_said
	expect result -99
	stop
	start nsenter --net=$NETNS helpers/binder -a :: udp6
	expect_as_said
	expect result 0
	stop
	here guest/strace_test.sh
}

# The kernel asks once, and waits for an answer.
tentative()
{
	add_interfaces
	here sysctl -w net.ipv6.neigh.test0.retrans_time_ms=3600000
	here ip address add fe80::a/64 dev test0
	module_load
	refused fe80::a
	[[ $(state_of fe80::a) == *tentative* ]]
	here ip address add fe80::b/64 dev test0 nodad
	start nsenter --net=$NETNS helpers/binder -a fe80::b%test0 tcp6
	expect_as_said
	expect result 0
	expect ifname test0
}

duplicate()
{
	local state

	add_interfaces
	here ip address add fe80::bb/64 dev test0
	until state=$(state_of fe80::bb) && [[ $state == *dadfailed* ]]; do
		[[ $state == *tentative* ]]
	done
	module_load
	refused fe80::bb
}

ktap_run disabled_at_boot disabled_addresses tentative duplicate
