#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Records of binds in containers of podman, compared with what podman and /proc
# tell of the process. For a guest with --rootfs podman,crun. The image holds
# one program: there is no network to get another from.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/oracle.sh
. lib/oracle.sh

podman_here()
{
	podman --root "$DIR/root" --runroot "$DIR/run" --runtime crun \
		--storage-driver vfs --cgroup-manager cgroupfs \
		--events-backend file "$@"
}

clean_up()
{
	podman_here rm --all --force
	rm -rf "$DIR"
}

make_image()
{
	tar -c -f "$DIR/image.tar" -C helpers binder
	podman_here import --quiet "$DIR/image.tar" binder >/dev/null
}

# start_in_container OPTION… -- ARG…: of podman run, and of binder.
start_in_container()
{
	local options=() pid id

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	start podman_here run --rm --interactive --network none \
		"${options[@]}" binder /binder "$@"
	read -r pid id < <(podman_here inspect --latest \
		--format '{{.State.Pid}} {{.Id}}')
	expect pid "$pid"
	expect cgroup "$(find /sys/fs/cgroup -name "libpod-$id" \
		-exec stat -c %i {} +)"
	expect_as_said
	expect_as_in_proc
	expect ns_pid 1
	expect_printed '"exe":{"path":"/binder"' "/libpod-$id\"" \
		"\"container\":{\"id\":\"$id\",\"runtime\":\"podman\""
}

# expect_same YES NAME…: whether the namespace is the test's own.
expect_same()
{
	local yes=$1 name own

	shift
	for name; do
		own=$(readlink "/proc/self/ns/$name" | tr -dc 0-9)
		((yes == (record[${name}ns] == own))) ||
			ktap_fail "the $name namespace is ${record[${name}ns]}"
	done
}

root()
{
	start_in_container -- tcp4
	expect_same 0 net mnt pid
	expect_same 1 user
	expect uid 0
	expect result 0
	expect_flag NETNS_OWNER $F_NETNS_OWNER 1
	stop
}

user()
{
	start_in_container --user 1000:2000 --cap-drop all \
		--sysctl net.ipv4.ip_unprivileged_port_start=80 -- -p 81 tcp6
	expect_same 0 net mnt pid
	expect uid 1000
	expect gid 2000
	expect unprivileged_port_start 80
	expect result 0
	expect_flag CAP_NET_BIND $F_CAP_NET_BIND 0
	stop
}

root_of_a_user_namespace()
{
	start_in_container --uidmap 0:100000:65536 --gidmap 0:200000:65536 \
		-- unix
	expect_same 0 net mnt pid user
	expect uid 100000
	expect gid 200000
	expect_flag CAP_NET_BIND $F_CAP_NET_BIND 1
	expect_flag NETNS_OWNER $F_NETNS_OWNER 1
	stop
}

[[ -e /dev/sockbind ]] || ktap_skip 'no /dev/sockbind: load the module'
type -P podman >/dev/null || ktap_skip 'no podman'
DIR=$(mktemp -d)
trap clean_up EXIT
make_image
ktap_run root user root_of_a_user_namespace
