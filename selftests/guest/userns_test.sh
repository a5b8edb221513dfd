#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who is root in a user namespace, and nobody outside of it, gets no record,
# whatever /dev he makes for himself.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

module_test_begin
NOBODY=(setpriv --reuid=65534 --regid=65534 --clear-groups)
# As root of a user namespace, with mounts of its own.
INSIDE=(unshare --user --map-root-user --mount bash -c)
dev=$dir/dev
mkdir "$dev"
"${NOBODY[@]}" "${INSIDE[@]}" "mount -t tmpfs tmpfs $dev" ||
	ktap_skip 'users cannot make user namespaces here'
module_load
bind_cases

# refused ERROR COMMAND: with an empty file system on $dev nobody is let, and is
# told ERROR.
refused()
{
	if "${NOBODY[@]}" "${INSIDE[@]}" "mount -t tmpfs tmpfs $dev && $2" \
		>"$dir/out" 2>"$dir/err"; then
		ktap_fail "it is let: $2"
	fi
	cat "$dir/err"
	[[ ! -s $dir/out ]]
	grep -E "$1" "$dir/err"
}

number()
{
	echo "$((0x$(stat -c %t /dev/sockbind))) $((0x$(stat -c %T /dev/sockbind)))"
}

hosts_node()
{
	refused 'sockbind: Permission denied' 'exec head -c 448 </dev/sockbind'
}

no_node()
{
	refused 'sockbind: No such file or directory' "exec head -c 448 <$dev/sockbind"
}

own_node()
{
	refused 'sockbind.*: Operation not permitted' "mknod $dev/sockbind c $(number)"
}

own_devtmpfs()
{
	refused 'mount: .*permission denied' \
		"mount -t devtmpfs devtmpfs $dev"
}

mounted_node()
{
	refused 'sockbind: Permission denied' ">$dev/sockbind &&
		mount --bind /dev/sockbind $dev/sockbind &&
		exec head -c 448 <$dev/sockbind"
}

# The namespace's root is the host's own, who makes the node there, for all to
# read: nobody can, for the file system is the namespace's.
given_node()
{
	local pid line

	coproc INSIDE_DEV {
		exec "${INSIDE[@]}" "mount -t tmpfs tmpfs $dev && echo && read &&
			exec head -c 448 <$dev/sockbind" 2>&1
	}
	pid=$INSIDE_DEV_PID
	read -r <&"${INSIDE_DEV[0]}"
	# shellcheck disable=SC2046 # two words
	mknod -m 444 "/proc/$pid/root$dev/sockbind" c $(number)
	echo >&"${INSIDE_DEV[1]}"
	read -r line <&"${INSIDE_DEV[0]}"
	echo "$line"
	[[ $line == *"$dev/sockbind: Permission denied" ]]
}

parameters()
{
	refused 'families: Permission denied' "echo all >$PARAMETERS/families"
	[[ $(cat $PARAMETERS/families) == '!netlink' ]]
}

ktap_run hosts_node no_node own_node own_devtmpfs mounted_node given_node \
	parameters
