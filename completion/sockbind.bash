# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion of sockbind(8) for bash, with bash-completion or without.

_sockbind_options='--addr --banner --by --category --cgroup --check --comm
	--container --count --device --duration --ephemeral --every --exe
	--failed
	--family --follow --follow-new --format --help --json --list-columns
	--netns --no-follow --no-header --number --numeric --ok --output --pid
	--ports --privileged --proto --quiet --record --replay --result --rotate
	--scope --shared --since --state --stats --until --user --version'

# _sockbind_list WORD…: the last member of a list, with a ! or not.
_sockbind_list()
{
	local last=${cur##*,} before

	last=${last#!}
	before=${cur%"$last"}
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$*" -- "$last")
	compopt -o nospace
}

_sockbind_columns()
{
	"${COMP_WORDS[0]}" --list-columns 2>/dev/null | awk '{ print $1 }'
}

# _sockbind_value OPTION: complete its value. Fails if it takes none, or one
# that nobody can guess.
_sockbind_value()
{
	local words

	case $1 in
	-o | --output | --by) words=$(_sockbind_columns) ;;
	-p | --pid) words=$(cd /proc && echo [1-9]*) ;;
	-u | --user) words=$(compgen -u) ;;
	--category) words='well-known registered dynamic none' ;;
	--comm) words=$(cat /proc/[1-9]*/comm 2>/dev/null) ;;
	--exe) words=$(readlink /proc/[1-9]*/exe 2>/dev/null) ;;
	--ephemeral | --privileged | --shared) words='yes no' ;;
	--family) words='inet inet6 unix netlink packet vsock alg can
		bluetooth tipc qipcrtr xdp' ;;
	--format) words='text json csv tracee bindsnoop journal' ;;
	--netns) words=$(ip netns list 2>/dev/null | awk '{ print $1 }') ;;
	--proto) words='tcp udp raw sctp mptcp u_str u_dgr u_seq' ;;
	--result) words='ok unknown odd EACCES EADDRINUSE EADDRNOTAVAIL EINVAL
		ENODEV ENOENT EPERM' ;;
	--scope) words='wildcard interface loopback link-local private public
		multicast reserved' ;;
	--since | --until) words='today yesterday now' ;;
	-c | --cgroup)
		mapfile -t COMPREPLY < <(cd /sys/fs/cgroup 2>/dev/null &&
			compgen -d -P / -S / -- "${cur#/}")
		compopt -o nospace
		return
		;;
	-d | --device | --record | --replay | --state)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames
		return
		;;
	*) return 1 ;;
	esac
	_sockbind_list "$words"
}

_sockbind()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local before=${COMP_WORDS[COMP_CWORD - 1]}

	COMPREPLY=()
	# --OPTION=VALUE comes as three words.
	if [[ $cur == '=' ]]; then
		cur=
	elif [[ $before == '=' ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	_sockbind_value "$before" && return
	mapfile -t COMPREPLY < <(compgen -W "$_sockbind_options" -- "$cur")
}

complete -F _sockbind sockbind
