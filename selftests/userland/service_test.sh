#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The service, in a systemd that is process 1 of a PID namespace: the commands of
# README.md that start it do what is told there, and each record comes to the journal
# or is told as lost, whatever the journal does; and who binds what systemd listens on.
# For a guest with --rootfs systemd.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
. lib/module.sh

module_require
[[ -x /usr/lib/systemd/systemd ]] || ktap_skip 'there is no systemd'

OUTPUT=/run/sockbind-test
DROP_IN=/run/systemd/system/sockbind.service.d
JOURNALD=(systemd-journald.service systemd-journald.socket
	systemd-journald-dev-log.socket)

# bind_many NUMBER: as fast as can be.
bind_many()
{
	perl -MSocket -e '
		for (1..$ARGV[0]) {
			socket(my $s, PF_INET, SOCK_DGRAM, 0) or die;
			bind($s, sockaddr_in(0, INADDR_LOOPBACK)) or die $!;
		}' "$1"
}

# What the journal has of the service, each record and each loss once.
told()
{
	journalctl -q -t sockbind -o export --no-pager | awk -F = '
		$1 == "SOCKBIND_LOST" { lost += $2 }
		$1 == "SOCKBIND_CPU" { cpu = $2 }
		$1 == "SOCKBIND_SEQ" { seq = $2 }
		!NF && seq != "" { twice += (cpu, seq) in had
				   binds += !((cpu, seq) in had)
				   had[cpu, seq]
				   seq = "" }
		END { printf "%d binds, %d lost, %d twice\n", binds, lost, twice
		      exit binds + lost != recorded || twice }' \
		recorded="$(module_count recorded)" -
}

# Every record is in the journal, or in a loss; before long.
all_is_told()
{
	local end=$((SECONDS + 60))

	while ((SECONDS < end)); do
		journalctl --sync
		if told >/dev/null; then
			return
		fi
	done
	echo "$(told) of $(module_count recorded)"
	journalctl -q --no-pager | grep -F 'Suppressed' || true
	return 1
}

flood_is_told()
{
	bind_many 3000
	all_is_told
}

# The socket stays, and what is in it.
restart_of_journal_is_survived()
{
	bind_many 2000 &
	systemctl restart systemd-journald
	wait $!
	systemctl restart systemd-journald
	all_is_told
}

# The socket goes too.
stop_of_journal_is_survived()
{
	systemctl stop "${JOURNALD[@]}"
	bind_many 100
	systemctl start "${JOURNALD[@]}"
	all_is_told
	systemctl is-active sockbind
}

# bind_with_long_entry PORT: from a cgroup whose path takes 5000 characters as text.
bind_with_long_entry()
{
	local cgroup

	printf -v cgroup '\001%.0s' {1..250}
	cgroup=/sys/fs/cgroup/$cgroup/$cgroup/$cgroup/$cgroup/$cgroup
	mkdir -p "$cgroup"
	(
		echo $BASHPID >"$cgroup/cgroup.procs"
		bind_port "$1" </dev/null
	)
}

# drop_in LINE…: to the section Service, and start it anew.
drop_in()
{
	mkdir -p $DROP_IN
	printf '%s\n' '[Service]' "$@" >$DROP_IN/test.conf
	systemctl daemon-reload
	systemctl restart sockbind
}

# No datagram holds it.
long_entry_is_told()
{
	echo 4608 >/proc/sys/net/core/wmem_default
	systemctl restart sockbind
	bind_with_long_entry 8081
	all_is_told
	journalctl -q -o export --no-pager SOCKBIND_PORT=8081 |
		grep -E '^SOCKBIND_CGROUP=.{5000}'
}

refused_entry_is_lost()
{
	drop_in 'SystemCallFilter=~memfd_create'
	bind_with_long_entry 8082
	all_is_told
	journalctl -q -t sockbind -o cat --no-pager SOCKBIND_LOST=1 | grep lost
	journalctl -q -u sockbind -o cat --no-pager |
		grep -F 'the journal refuses it: Operation not permitted'
	rm -r $DROP_IN
	systemctl daemon-reload
}

# fails_and_says WORDS: the service, when it is started.
fails_and_says()
{
	if systemctl start sockbind; then
		ktap_fail 'it starts'
	fi
	systemctl is-failed sockbind
	journalctl --sync
	systemctl status --no-pager --full sockbind | tee "$OUTPUT.status" ||
		(($? == 3))
	grep -F -e "$1" "$OUTPUT.status"
}

# As after an upgrade of the kernel without its headers.
no_module_is_a_failure()
{
	systemctl stop sockbind
	# Though there was a loss.
	[[ $(systemctl is-failed sockbind || true) == inactive ]]
	module_unload
	fails_and_says 'FAIL  the module is not loaded: "modprobe sockbind"'
	mkdir -p /var/lib/dkms/sockbind
	fails_and_says "\"apt install linux-headers-$(uname -r)\""
	rmdir /var/lib/dkms/sockbind
	insmod module/sockbind.ko
	systemctl start sockbind
	systemctl is-active sockbind
}

# bound_by PROTO ADDRESS: who bound it, as "PID PPID COMM".
bound_by()
{
	tools/sockbind --no-follow -n -H -o pid,ppid,comm --proto "$1" \
		--addr "$2" | tr -s ' ' | sed 's/^ //; s/ $//'
}

# What README.md says of it.
socket_activation()
{
	local manager proto

	printf '%s\n' '[Socket]' ListenStream=127.0.0.77:8083 \
		ListenDatagram=127.0.0.77:8083 ListenStream=/run/activated \
		>/run/systemd/system/activated.socket
	printf '%s\n' '[Service]' ExecStart=/bin/true \
		>/run/systemd/system/activated.service
	systemctl daemon-reload
	systemctl start activated.socket
	tools/sockbind --no-follow -n -H -o nspid,comm --addr /run/activated |
		grep -E '^ *1 systemd *$'
	manager=$(bound_by u_str /run/activated)
	for proto in tcp udp; do
		bound_by $proto 127.0.0.77 |
			grep -E "^[0-9]+ ${manager%% *} \\(sd-listen\\)$"
	done
}

if [[ ${1:-} == inside ]]; then
	cd ..
	. selftests/lib/package.sh
	. selftests/lib/service.sh
	ktap_run readme_service socket_activation service_goes_blind flood_is_told \
		restart_of_journal_is_survived stop_of_journal_is_survived \
		long_entry_is_told refused_entry_is_lost \
		no_module_is_a_failure
fi

# It ends with the status of this test, which is its only unit besides those that
# systemd brings. The administrator wants few entries of each service.
install_units()
{
	install -D -t /usr/sbin ../tools/sockbind
	install -D -m 644 -t /etc/systemd/system ../conf/sockbind.service
	mkdir -p /etc/systemd/journald.conf.d
	cat >/etc/systemd/journald.conf.d/test.conf <<-'END'
		[Journal]
		RateLimitIntervalSec=1h
		RateLimitBurst=20
	END
	# Without one, it would be a first boot, which enables services.
	systemd-machine-id-setup 2>/dev/null
	cat >/etc/systemd/system/sockbind-test.service <<-END
		[Unit]
		SuccessAction=exit
		FailureAction=exit

		[Service]
		Type=oneshot
		ExecStart=$PWD/userland/${0##*/} inside
		TimeoutStartSec=infinity
		StandardOutput=file:$OUTPUT
	END
}

status=0
module_load
install_units
timeout 300 unshare --mount --pid --fork --kill-child --mount-proc \
	env container=unshare /usr/lib/systemd/systemd \
	--unit=sockbind-test.service --show-status=no \
	</dev/null >/dev/null 2>&1 || status=$?
cat $OUTPUT
exit $status
