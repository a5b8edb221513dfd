#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "sockbind --check" names each way in which binds can go unseen, and --stats
# tells what sysfs does. The last test cases lock the kernel for good.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

KPROBES=/sys/kernel/debug/kprobes
LOCKDOWN=/sys/kernel/security/lockdown

module_test_begin
reader=$PWD/../tools/sockbind

# checks STATUS COMMAND…: COMMAND, which is --check, ends so; sets $said.
checks()
{
	local expected=$1 status=0

	shift
	said=$("$@" 2>&1) || status=$?
	echo "$said"
	((status == expected))
}

# says REGEX…: a line of what was said matches each.
says()
{
	local regex

	for regex; do
		grep -E -e "$regex" <<<"$said"
	done
}

# fails REGEX: --check fails, for this reason and no other.
fails()
{
	checks 1 "$reader" --check
	says "^FAIL .*$1"
	((!$(grep '^FAIL' <<<"$said" | grep -c -v -E -e "$1")))
}

# switch_off FILE: until switch_on, or the end of the test case.
switch_off()
{
	switch=$1
	echo 0 >"$switch"
	trap switch_on EXIT
}

switch_on()
{
	echo 1 >"$switch"
}

binds_are_seen()
{
	local before

	before=$(module_count seen)
	helpers/bind_cases >/dev/null
	(($(module_count seen) > before))
}

all_is_well()
{
	module_load
	checks 0 "$reader" --check
	says '^ok +device: ABI version 1' '^ok +AF_INET: .*result: ok$' \
		'^ok +AF_INET6: ' '^ok +AF_UNIX: ' '^ok +user: root$' \
		'^ok +executable: .*/tools/sockbind$' '^ok +cgroup: /'
	((!$(grep -c '^FAIL' <<<"$said")))
}

outcomes()
{
	module_load outcome=0
	checks 0 "$reader" --check
	says '^ok +AF_INET: a bind was seen$' '^note +results are not recorded'
	module_load outcome=2
	checks 0 "$reader" --check
	says 'outcome=2$'
}

kprobes_off()
{
	[[ -e $KPROBES/enabled ]] || ktap_skip 'no debugfs'
	module_load
	switch_off $KPROBES/enabled
	fails "echo 1 >$KPROBES/enabled"
	switch_on
	checks 0 "$reader" --check
}

# Newer kernels do not let it be switched off, or do not care.
ftrace_off()
{
	local control=/proc/sys/kernel/ftrace_enabled

	[[ -e $control ]] || ktap_skip 'no ftrace'
	module_load
	switch_off $control || ktap_skip 'ftrace cannot be switched off'
	if binds_are_seen; then
		checks 0 "$reader" --check
	else
		fails 'sysctl kernel.ftrace_enabled=1'
	fi
	switch_on
	checks 0 "$reader" --check
}

# debugfs cannot be looked into.
without_debugfs()
{
	[[ -e $KPROBES/enabled ]] || ktap_skip 'no debugfs'
	module_load
	switch_off $KPROBES/enabled
	checks 1 unshare --mount bash -c \
		"umount /sys/kernel/debug && '$reader' --check"
	says '^FAIL .*mount -t debugfs none'
}

capture_filter()
{
	module_load families=netlink
	fails 'families=netlink ports=all'
	module_load families=inet ports=1-1023
	fails 'families=inet ports=1-1023'
	module_load families=inet6
	checks 0 "$reader" --check
	says '^note +AF_INET: .*capture filter$' '^ok +AF_INET6: '
}

no_module()
{
	module_unload
	fails 'modprobe sockbind'
}

# As in a container that was not given the device.
no_device()
{
	module_load
	checks 1 unshare --mount bash -c \
		"mount -t tmpfs none /dev && '$reader' --check"
	says '^FAIL .*--device /dev/sockbind'
}

left_over_device()
{
	module_load
	mknod "$dir/sockbind" c 10 254
	checks 1 "$reader" --check --device "$dir/sockbind"
	says '^FAIL .*left over'
	rm "$dir/sockbind"
}

not_root()
{
	module_load
	checks 1 setpriv --reuid=65534 --regid=65534 --clear-groups "$reader" \
		--check
	says 'run as root'
}

other_device()
{
	module_load
	checks 1 "$reader" --check --device /dev/null
	says 'not a sockbind device'
}

full_disk()
{
	local option

	module_load
	for option in --check --stats; do
		checks 1 bash -c "'$reader' $option >/dev/full"
		says 'make room'
	done
}

# Binds that hang use up the return probes.
results_missed()
{
	module_load
	module/exhaust_test -t no_instances
	(($(module_count without_result))) || ktap_skip 'the kernel has no FUSE'
	checks 0 "$reader" --check
	says "^note +$(module_count without_result) binds were recorded without their result since"
}

# overwrite TRACER: what it traces stops behind each bind, and the ring is filled
# before it goes on.
overwrite()
{
	local stops=0 all

	while kill -0 "$1" 2>/dev/null; do
		all=$(grep -s -c 'stopped by SIGSTOP' "$dir/trace") || continue
		((all > stops)) || continue
		stops=$((stops + 1))
		helpers/bind_cases >/dev/null
		kill -CONT "$(pgrep -P "$1")"
	done
}

# Rings of two records, and others who fill them: that is no fault of the module's.
under_a_storm()
{
	local pid

	module_load records=2
	taskset -p -c 0 $BASHPID
	strace -o "$dir/trace" -e trace=bind -e inject=bind:signal=SIGSTOP \
		"$reader" --check >"$dir/said" 2>&1 &
	pid=$!
	overwrite "$pid"
	said=$(cat "$dir/said")
	echo "$said"
	wait "$pid"
	says '^note +AF_INET: .*records=' '^note +AF_UNIX: .*records='
}

stats()
{
	local name value rest

	module_load
	helpers/bind_cases
	"$reader" --stats | tee "$dir/stats"
	while read -r name value rest; do
		[[ $value == "$(cat "$SYSFS/$name")" ]]
	done <"$dir/stats"
	grep '^seen  *[1-9]' "$dir/stats"
	grep '^instance ' "$dir/stats"
	grep '^nmissed_hook ' "$dir/stats"
}

stats_json()
{
	module_load
	helpers/bind_cases
	"$reader" --stats --json | tee "$dir/stats"
	[[ $(wc -l <"$dir/stats") -eq 1 ]]
	tr -d '{}"' <"$dir/stats" | tr ',:' '\n ' |
		grep -v -E '^(type|host|boot_id) ' |
		while read -r name value; do
			[[ $value == "$(cat "$SYSFS/$name")" ]]
		done
	grep "^{\"type\":\"stats\",\"host\":\"$(uname -n)\",\"boot_id\":\"$(</proc/sys/kernel/random/boot_id)\",\"instance\":\"[0-9a-f-]*\",\"abi_version\":1," \
		"$dir/stats"
}

# Packed by zstd, whose magic number it begins with.
signed_after_zstd()
{
	module_unload
	trap module_uninstall EXIT
	{
		printf '\x28\xb5\x2f\xfd'
		cat $MODULE
		module_signature Somebody
	} | module_install sockbind.ko.zst
	fails 'sign sockbind.ko, then compress it'
}

# From here on only signed modules are loaded.
locked_down()
{
	[[ -e $LOCKDOWN ]] ||
		mount -t securityfs securityfs /sys/kernel/security ||
		ktap_skip 'no securityfs'
	[[ -e $LOCKDOWN ]] || ktap_skip 'no lockdown'
	module_unload
	echo integrity >$LOCKDOWN
	! module_load || ktap_fail 'lockdown lets the module be loaded'
	fails 'sign it with a key'
	says '^note .*log says: .*unsigned module'
}

# That of who signed, whom the kernel does not know.
unknown_key()
{
	[[ $(cat $LOCKDOWN) == *'[integrity]'* ]] || ktap_skip 'no lockdown'
	trap module_uninstall EXIT
	module_install sockbind.ko <$MODULE
	fails 'this one is not signed: sign it with a key'
	module_uninstall
	{ cat $MODULE; module_signature 'Somebody else'; } |
		module_install sockbind.ko
	fails 'no key "Somebody else", .*: enrol that, or sign it with a key'
}

signed_after_gzip()
{
	[[ $(cat $LOCKDOWN) == *'[integrity]'* ]] || ktap_skip 'no lockdown'
	trap module_uninstall EXIT
	gzip -c $MODULE | module_install sockbind.ko.gz
	fails 'signed modules only: sign it with a key'
	module_uninstall
	{ gzip -c $MODULE; module_signature 'Somebody else'; } |
		module_install sockbind.ko.gz
	fails 'sign sockbind.ko, then compress it'
}

# From here on none are.
no_modules()
{
	module_unload
	echo 1 >/proc/sys/kernel/modules_disabled
	fails 'kernel.modules_disabled is 1'
}

ktap_run all_is_well outcomes kprobes_off ftrace_off without_debugfs \
	capture_filter no_module no_device left_over_device not_root \
	other_device full_disk results_missed under_a_storm stats stats_json \
	signed_after_zstd locked_down unknown_key signed_after_gzip no_modules
