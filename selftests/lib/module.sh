# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Load and unload the module of this checkout, bind, and read it. Sourced in
# selftests/, after ktap.sh where module_require or module_test_begin is called.
# shellcheck disable=SC2034 # for who sources it

MODULE=../module/sockbind.ko
SYSFS=/sys/class/misc/sockbind
PARAMETERS=/sys/module/sockbind/parameters

# Why no test of the module can run here, if so.
module_obstacle()
{
	if ((EUID != 0)); then
		echo 'only root loads modules'
	elif [[ ! -e $MODULE ]]; then
		echo "there is no $MODULE; run make first"
	fi
}

# Skip a test of the module where there can be none.
module_require()
{
	local obstacle

	obstacle=$(module_obstacle)
	[[ ! $obstacle ]] || ktap_skip "$obstacle"
}

# The same, then begin the test: $dir is a directory to work in, where everyone may
# look, and goes at the end.
module_test_begin()
{
	module_require
	dir=$(mktemp -d)
	chmod 755 "$dir"
	trap 'rm -rf "$dir"' EXIT
}

module_unload()
{
	if [[ -e /sys/module/sockbind ]]; then
		rmmod sockbind
	fi
}

# module_load [PARAMETER=VALUE…]: anew, so that all counters are 0.
module_load()
{
	module_unload
	insmod "$MODULE" "$@"
}

# module_install NAME: what comes on standard input, as depmod(8) tells modprobe(8)
# of it.
module_install()
{
	local modules

	modules=/lib/modules/$(uname -r)
	mkdir -p "$modules/updates"
	cat >"$modules/updates/$1"
	echo "updates/$1:" >>"$modules/modules.dep"
}

module_uninstall()
{
	local modules

	modules=/lib/modules/$(uname -r)
	rm "$modules"/updates/sockbind.ko*
	sed -i '/^updates\/sockbind\.ko/d' "$modules/modules.dep"
}

# module_signature NAME: the end of a module that is signed with the key of that
# name, as far as it can be known without it.
module_signature()
{
	printf '\x06\x03\x55\x04\x03\x0c%b%s\0\0\2\0\0\0\0\0\0\0\0\0' \
		"\\x$(printf %x ${#1})" "$1"
	echo '~Module signature appended~'
}

# The number that the device tells.
module_count()
{
	cat "$SYSFS/$1"
}

# There were binds, and each is accounted for.
module_identity()
{
	local seen rest

	seen=$(module_count seen)
	rest=$(($(module_count recorded) + $(module_count filtered) +
		$(module_count pending) + $(module_count dropped_nested) +
		$(module_count dropped_abandoned)))
	echo "seen $seen, accounted for $rest"
	((seen > 0 && seen == rest))
}

# module_zero NAME…: these numbers are 0.
module_zero()
{
	local name

	for name; do
		(($(module_count "$name") == 0)) || return
	done
}

# The lines of the kernel's lists of probes that are ours and that a bind meets.
module_probes()
{
	local traced=/sys/kernel/tracing/enabled_functions

	grep -E ' (security_socket_bind|__sys_bind|io_bind)\+' \
		/sys/kernel/debug/kprobes/list || (($? == 1))
	[[ ! -r $traced ]] ||
		sed -n '/\[sockbind\]/s/^\([a-z_]*\) (.*/ftrace f \1+0x0/p' $traced
}

# The fixed list of binds, in $dir.
bind_cases()
{
	(cd "$dir" && "$OLDPWD/helpers/bind_cases")
}

# The same as strace tells them, one that reaches the hook a line.
strace_cases()
{
	(cd "$dir" && strace -f -e trace=bind -o strace "$OLDPWD/helpers/bind_cases")
	lib/strace.awk "$dir/strace"
}

# read_cases OPTION…: what the reader prints, to the last of bind_cases. It goes
# on for ever, until its output is closed. Not sed, which may read one ahead.
read_cases()
{
	../tools/sockbind "$@" | awk '{ print } /bind-cases-end/ { exit }'
}
