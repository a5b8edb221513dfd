# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The service as README.md tells of it, and its journal. Sourced in the top
# directory, after package.sh, where systemd runs, the module is loaded, and the
# reader and the service are installed.

# bind_port PORT…: as a program that holds 127.0.0.1:PORT… until the end of its
# standard input.
bind_port()
{
	perl -MSocket -e '
		for (@ARGV) {
			socket(my $s, PF_INET, SOCK_DGRAM, 0) or die;
			push(@held, $s);
			bind($s, sockaddr_in($_, INADDR_LOOPBACK)) or die "$_: $!";
		}
		readline(STDIN);' "$@"
}

# journal_wait FIELD=VALUE…: until the service has told of it in this boot.
journal_wait()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	timeout 120 bash -c '
		until journalctl -b -q -t sockbind "$@" | grep -q .; do
			journalctl --sync
		done' - "$@"
}

# With the score of the sandbox that is told there.
readme_service()
{
	local commands output score

	commands=$(readme_commands selftests/lib/service.sh)
	score=${commands##*# its sandbox: }
	bind_port 8080 </dev/null
	sudo() { "$@"; }
	journalctl()
	{
		journal_wait SOCKBIND_PORT=8080
		command journalctl "$@"
	}
	output=$(eval "$commands")
	echo "$output"
	[[ $output == *' ok udp 127.0.0.1:8080'*" sockbind.service: $score "* ]]
	systemctl is-enabled sockbind
}

# The service says in the journal that probes are off, and the cure, which it finds
# out in its sandbox.
service_goes_blind()
{
	local enabled=/sys/kernel/debug/kprobes/enabled

	[[ -e $enabled ]] || ktap_skip 'no debugfs'
	trap 'echo 1 >/sys/kernel/debug/kprobes/enabled' EXIT
	systemctl start sockbind
	echo 0 >$enabled
	journal_wait SOCKBIND_BLIND=1 PRIORITY=2
	echo 1 >$enabled
	journal_wait SOCKBIND_BLIND=0
	command journalctl -b -o cat -t sockbind SOCKBIND_BLIND=1 |
		grep "echo 1 >$enabled"
	command journalctl -b -o cat -u sockbind | grep "echo 1 >$enabled"
}
