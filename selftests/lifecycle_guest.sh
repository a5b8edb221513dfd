#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The packages in the life of a system with systemd, in stages with a reboot
# between. For a guest that vm/lifecycle boots.
set -euo pipefail

cd "$(dirname "$0")/.."
. selftests/ktap.sh
. selftests/package.sh
. selftests/service.sh

DEBS=$PWD/debs
NEW_KERNEL=$(cat new-kernel)
STATE=/var/tmp/state
JSON=/var/log/sockbind/binds.json
package_ccache "$PWD/ccache"

journal_count()
{
	journalctl -b -o cat -t sockbind --quiet "$@" | wc -l
}

# The reader, until it prints the words.
reader_prints()
{
	timeout 60 bash -c 'sockbind | grep -m 1 -F -e "$1"' - "$1"
}

module_works()
{
	[[ -c /dev/sockbind ]]
	[[ $(cat /sys/module/sockbind/version) == "$1" ]]
	bind_port 4240
	reader_prints 127.0.0.1:4240
}

# All files and users of the system.
system_state()
{
	package_files
	getent passwd
	getent group
}

says_which_headers()
{
	local build output

	system_state >$STATE
	build=/lib/modules/$(uname -r)/build
	mv "$build" "$build.away"
	output=$(package_apt install "$DEBS"/sockbind-dkms_"$VERSION"_all.deb 2>&1)
	mv "$build.away" "$build"
	package_apt purge sockbind-dkms
	grep -F "install them with \"apt install linux-headers-$(uname -r)\"" \
		<<<"$output" || ktap_fail "$output"
}

installs()
{
	package_apt install "$DEBS"/sockbind{,-dkms}_"$VERSION"_*.deb
	module_works "$VERSION"
}

# As Debian runs them, of what is installed; a test that is skipped is no success.
debian_tests()
{
	local source

	source=$(mktemp -d)
	cp -r debian "$source"
	# This is a machine of its own, which autopkgtest cannot know.
	PYTHONDONTWRITEBYTECODE=1 autopkgtest --no-built-binaries \
		--ignore-restrictions=isolation-machine "$source" -- null
	rm -r "$source"
}

service_is_disabled()
{
	[[ $(systemctl is-enabled sockbind || true) == disabled ]]
	[[ $(systemctl is-active sockbind || true) == inactive ]]
}

service_fills_journal()
{
	local record

	# Of a process that has ended nobody knows the executable.
	exec 5> >(bind_port 4241)
	journal_wait SOCKBIND_PORT=4241
	exec 5>&-
	record=$(journalctl -b -o export -t sockbind SOCKBIND_PORT=4241 |
		tr -d '\0')
	for field in SOCKBIND_COMM=perl SOCKBIND_PROTO=udp \
		SOCKBIND_RESULT=ok SOCKBIND_UID=0 SOCKBIND_USER=root \
		SOCKBIND_EXE=/usr/bin/perl SOCKBIND_SCOPE=loopback \
		SYSLOG_IDENTIFIER=sockbind PRIORITY=6; do
		grep -x "$field" <<<"$record" || ktap_fail "no $field: $record"
	done
	grep -E '^MESSAGE=perl [0-9]+ root ok udp 127\.0\.0\.1:4241$' <<<"$record"
	bind_port 4242 4242 || true
	journal_wait SOCKBIND_PORT=4242 ERRNO=98
}

service_keeps_place()
{
	bind_port 4243
	journal_wait SOCKBIND_PORT=4243
	systemctl stop sockbind
	bind_port 4244
	systemctl start sockbind
	journal_wait SOCKBIND_PORT=4244
	systemctl kill --signal=KILL sockbind
	bind_port 4245
	journal_wait SOCKBIND_PORT=4245
	[[ $(journal_count SOCKBIND_PORT=4243) == 1 ]]
	[[ $(journal_count SOCKBIND_PORT=4244) == 1 ]]
	[[ $(journal_count SOCKBIND_LOST=1) == 0 ]]
}

# More than the rings hold while the service is away: every bind is either in
# the journal or counted as lost.
service_tells_loss()
{
	local lost told

	systemctl stop sockbind
	taskset 1 perl -MSocket -e '
		for (1 .. 3000) {
			socket(my $s, PF_INET, SOCK_DGRAM, 0) or die;
			bind($s, sockaddr_in(4246, INADDR_LOOPBACK)) or die;
		}'
	systemctl start sockbind
	bind_port 4247
	journal_wait SOCKBIND_PORT=4247
	lost=$(journalctl -b -o export -t sockbind SOCKBIND_CPU=0 |
		awk -F = '$1 == "SOCKBIND_LOST" { n += $2 } END { print n + 0 }')
	told=$(journal_count SOCKBIND_PORT=4246)
	echo "lost $lost, told $told"
	((told > 0 && lost > 0 && lost + told >= 3000))
}

# json_count PORT FILE…: the lines that tell of it.
json_count()
{
	cat "${@:2}" | grep -c "\"text\":\"127.0.0.1:$1\"" || (($? == 1))
}

json_wait()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	timeout 120 bash -c '
		until grep -q -s -F "\"text\":\"127.0.0.1:$1\"" "$2"; do
			:
		done' - "$1" "$JSON" ||
		ktap_fail "$(systemctl status --full sockbind || true)"
}

# The examples, where the service writes a file that logrotate rotates.
service_writes_json()
{
	local dir=/etc/systemd/system/sockbind.service.d

	mkdir "$dir"
	cp /usr/share/doc/sockbind/examples/json-file.conf "$dir"
	cp /usr/share/doc/sockbind/examples/logrotate /etc/logrotate.d/sockbind
	systemctl stop sockbind
	bind_port 4260
	systemctl daemon-reload
	systemctl start sockbind
	bind_port 4261
	json_wait 4261
	logrotate --force /etc/logrotate.d/sockbind
	bind_port 4262
	json_wait 4262
	[[ $(json_count 4260 $JSON.1) == 1 && $(json_count 4261 $JSON.1) == 1 ]]
	for port in 4260 4261 4262; do
		[[ $(json_count $port $JSON $JSON.1) == 1 ]]
	done
	[[ $(stat -c %a $JSON) == 600 ]]
	rm -r "$dir" /etc/logrotate.d/sockbind
	systemctl daemon-reload
	systemctl restart sockbind
}

loaded_before_sshd()
{
	module_works "$VERSION"
	journal_wait SOCKBIND_COMM=sshd SOCKBIND_PORT=22
	reader_prints sshd
	systemctl is-active systemd-modules-load
	journalctl -b -o cat -u sockbind | grep -F 'this host was booted since'
}

kernel_upgrades()
{
	package_apt install "$PWD"/kernel/*.deb
	dkms status -m sockbind -k "$NEW_KERNEL" | grep -w installed
}

new_kernel_works()
{
	[[ $(uname -r) == "$NEW_KERNEL" ]]
	module_works "$VERSION"
	journal_wait SOCKBIND_COMM=sshd SOCKBIND_PORT=22
}

# The service goes on with the new reader, where the old one was.
upgrades_under_service()
{
	local before

	bind_port 4248
	journal_wait SOCKBIND_PORT=4248
	before=$(systemctl show -P MainPID sockbind)
	package_apt install "$DEBS"/sockbind{,-dkms}_"$VERSION.1"_*.deb
	systemctl is-active sockbind
	[[ $(systemctl show -P MainPID sockbind) != "$before" ]]
	bind_port 4249
	journal_wait SOCKBIND_PORT=4249
	[[ $(journal_count SOCKBIND_PORT=4248) == 1 ]]
	[[ $(sockbind --version) == "sockbind $VERSION.1 "* ]]
}

loads_new_module()
{
	systemctl stop sockbind
	modprobe -r sockbind
	modprobe sockbind
	module_works "$VERSION.1"
	systemctl start sockbind
}

removes()
{
	package_apt remove sockbind-dkms sockbind
	[[ ! -e /sys/module/sockbind && ! -e /dev/sockbind ]]
	[[ ! $(systemctl is-active sockbind) == active ]]
	[[ ! $(dkms status -m sockbind) ]]
	[[ ! $(find /lib/modules/ -name 'sockbind*') ]]
}

purges()
{
	package_apt purge sockbind-dkms sockbind
	system_state >$STATE.after
	# The new kernel is no part of it: its packages, and what has its name.
	# They replace libraries, too; what else is gone, package_test.sh sees.
	diff $STATE $STATE.after | sed -n 's/^> //p' |
		grep -vF -e "${NEW_KERNEL%%-*}" -e .old |
		awk 'NR == FNR { owned[$0]; next } !($1 in owned)' \
			<(cat /var/lib/dpkg/info/*.list) - >$STATE.left || true
	[[ ! -s $STATE.left ]] || ktap_fail "$(cat $STATE.left)"
	[[ ! -e $JSON && ! -e $JSON.1 ]]
}

no_splat()
{
	! dmesg | grep -E -f <(grep -vE '^(#|$)' selftests/vm/splats)
}

case $(sed -n 's/.*sockbind\.stage=\([0-9]\).*/\1/p' /proc/cmdline) in
1)
	ktap_run says_which_headers installs service_is_disabled debian_tests \
		readme_service service_fills_journal service_keeps_place \
		service_tells_loss service_writes_json no_splat
	;;
2) ktap_run loaded_before_sshd kernel_upgrades no_splat ;;
3)
	ktap_run new_kernel_works upgrades_under_service loads_new_module \
		removes purges no_splat
	;;
esac
