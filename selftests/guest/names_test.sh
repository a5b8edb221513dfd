#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The names that the reader has for a process: those of one that runs, by the
# privileges that it keeps, and of none other.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh
# shellcheck source=selftests/lib/oracle.sh
. lib/oracle.sh

# CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH
FOR_NAMES=0000000000080004
NONE=0000000000000000

ID=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
ESC=$'\033'
HOSTILE=$'a\033[31mb\nc'

module_test_begin

# in_cgroup NAME COMMAND…
in_cgroup()
{
	echo 0 >"/sys/fs/cgroup/$1/cgroup.procs"
	exec "${@:2}"
}

# expect_capabilities SET OPTION…: what the reader has while it follows.
expect_capabilities()
{
	local set=$1 name

	shift
	coproc READER { exec ../tools/sockbind --json "$@"; }
	helpers/bind_cases
	read -r <&"${READER[0]}"
	cat "/proc/$READER_PID/status"
	for name in CapPrm CapEff; do
		grep "^$name:	$set$" "/proc/$READER_PID/status"
	done
	for name in CapInh CapAmb; do
		grep "^$name:	$NONE$" "/proc/$READER_PID/status"
	done
	grep '^NoNewPrivs:	1$' "/proc/$READER_PID/status"
	kill "$READER_PID"
	wait "$READER_PID"
}

capabilities()
{
	module_load
	expect_capabilities $FOR_NAMES
	expect_capabilities $NONE --numeric
}

# A process of another user, in a user namespace and a pid namespace of its own
# and in what looks like a container.
after_the_drop()
{
	local cgroup=docker-$ID.scope

	module_load
	mkdir -p "/sys/fs/cgroup/$cgroup"
	start in_cgroup "$cgroup" setpriv --reuid=1000 --regid=1000 \
		--clear-groups unshare --user --map-root-user --pid --fork \
		helpers/binder tcp4
	expect_printed '"comm":"binder"' '"euid":1000' '"euser":"user"' \
		"\"path\":\"$PWD/helpers/binder\"" "\"cgroup_path\":\"/$cgroup\"" \
		"\"id\":\"$ID\"" '"runtime":"docker"'
	printed=$(print_record --numeric)
	expect_not_printed '"euser"' '"cgroup_path"' '"runtime"'
	stop
	rmdir "/sys/fs/cgroup/$cgroup"
}

# Where the reader runs in a container, its users are not the host's.
other_passwd()
{
	module_load
	start setpriv --reuid=1000 --regid=1000 --clear-groups helpers/binder tcp4
	expect_printed '"euser":"user"'
	sed 's/^user:/other:/' /etc/passwd >"$dir/passwd"
	printed=$(unshare --mount bash -c "mount --bind '$dir/passwd' \
		/etc/passwd && ../tools/sockbind --no-follow --json" |
		grep -F "\"inode\":\"${said[inode]}\",\"family\"")
	expect_not_printed '"euser"'
	stop
}

# Without records of processes /proc is asked. Another process may have its number by
# now, and mounts of its own may lend a path a false meaning.
unrecorded()
{
	module_load process=0
	start helpers/binder tcp4
	expect_printed "\"path\":\"$PWD/helpers/binder\""
	stop
	expect_printed '"comm":"binder"'
	expect_not_printed '"path"'
	start unshare --mount sh -c "
		mount -t tmpfs tmpfs /usr/sbin
		cp helpers/binder /usr/sbin/sshd
		exec /usr/sbin/sshd tcp4"
	expect_printed '"comm":"sshd"'
	expect_not_printed '"path"'
	stop
}

deleted()
{
	module_load
	cp helpers/binder "$dir/binder"
	start "$dir/binder" tcp4
	rm "$dir/binder"
	expect_printed "\"path\":\"$dir/binder\",\"host_path\":true"
	stop
	# It was deleted after the bind. What was before is recorded.
	cp helpers/binder "$dir/binder"
	exec {binder}<"$dir/binder"
	rm "$dir/binder"
	start "/proc/self/fd/$binder" tcp4
	expect_printed "\"path\":\"$dir/binder\",\"host_path\":true,\"deleted\":true"
	stop
	exec {binder}<&-
}

# Nor is a process any less known that has ended, in the middle or behind it all.
ended()
{
	module_load
	start helpers/binder tcp4
	stop
	expect_printed "\"path\":\"$PWD/helpers/binder\",\"host_path\":true" \
		'"cmdline":["helpers/binder","tcp4"]' '"parents":[{"pid":'
}

# A path of another mount namespace is none of the host's, in no format.
forged()
{
	module_load
	start unshare --mount sh -c "
		mount -t tmpfs tmpfs /usr/sbin
		cp helpers/binder /usr/sbin/sshd
		exec /usr/sbin/sshd tcp4"
	expect_printed '"path":"/usr/sbin/sshd","host_path":false'
	stop
	../tools/sockbind --no-follow -H -o exe >"$dir/exe"
	grep -x '%/usr/sbin/sshd' "$dir/exe"
	../tools/sockbind --no-follow --format=tracee >"$dir/exe"
	grep -F '"executable":{"path":"%/usr/sbin/sshd"}' "$dir/exe"
	../tools/sockbind --no-follow -H --exe '%/usr/*' | grep -c .
	if ../tools/sockbind --no-follow -H --exe /usr/sbin/sshd | grep .; then
		ktap_fail 'it passes for that of the host'
	fi
}

# A recording has who it was, and so has the next file of it.
recorded()
{
	local file

	module_load
	start helpers/binder tcp4
	stop
	../tools/sockbind --no-follow --record "$dir/binds"
	for _ in 1 2; do
		../tools/sockbind --no-follow --record "$dir/many" --rotate 1k,9
	done
	for file in "$dir/binds" "$dir"/many*; do
		../tools/sockbind --replay "$file" -H -o comm,exe,cmdline |
			tee "$dir/replayed"
		awk '$1 == "binder" && $2 != "'"$PWD"'/helpers/binder" { exit 1 }' \
			"$dir/replayed"
	done
	../tools/sockbind --replay "$dir/binds" -H -o comm,exe,cmdline |
		grep "^binder .*$PWD/helpers/binder helpers/binder tcp4"
}

# Names can be chosen to say something to a terminal.
escaped()
{
	local format

	module_load
	mkdir "$dir/$HOSTILE" "/sys/fs/cgroup/${ESC}[31m"
	cp helpers/binder "$dir/$HOSTILE/binder"
	cp /etc/passwd "$dir/passwd"
	printf 'a\033[31mb:x:4321:4321::/:/bin/sh\n' >>/etc/passwd
	start in_cgroup "${ESC}[31m" setpriv --reuid=4321 --regid=4321 \
		--clear-groups "$dir/$HOSTILE/binder" tcp4
	expect_printed '\u001b[31mb'
	for format in text csv; do
		../tools/sockbind --no-follow --format="$format" \
			--output pid,user,exe,cgroup,comm,address \
			>"$dir/printed"
		cat -v "$dir/printed"
		grep -F 'x1b[31mb' "$dir/printed"
	done
	for format in text csv json tracee bindsnoop; do
		../tools/sockbind --no-follow --format="$format" \
			>"$dir/printed"
		((!$(grep -c "$ESC" "$dir/printed")))
	done
	stop
	cat "$dir/passwd" >/etc/passwd
	rmdir "/sys/fs/cgroup/${ESC}[31m"
}

ktap_run capabilities after_the_drop other_passwd unrecorded deleted ended forged \
	recorded escaped
