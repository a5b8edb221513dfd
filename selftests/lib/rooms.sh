# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One test by itself, and where it runs, which its room says. Sourced by run, whose
# options for guests and chroots these are, and by vm/run-tests for what runs in
# turn.

# The tests that change the kernel's code while CPUs run it: see vm/README.md.
IN_TURN=(module_test.sh blind_test.sh tracer_test.sh failnth_test)

# All else is tried on this one first.
SUITE=trixie

# Print ROOM/TEST, a line each.
tests()
{
	make -s -C selftests list
}

# place ROOM/TEST: set $where, in words, and $command, which runs it there.
place()
{
	local name=${1#*/} options=()

	case $1 in
	# What is for 32 bits wants a compiler that is, too.
	*_32_test | module/* | guest/* | fuzz/* | long/abuse_test)
		where='in a guest'
		options=(--timeout 900 --modules "$MODULES"
			--append "syscall.x32=y $POISON")
		;;
	userland/*)
		where='in a guest with a Debian userland'
		options=(--timeout 900 "${USERLAND[@]}")
		;;
	long/stress_test.sh)
		where='in a guest with stress-ng, for minutes'
		options=(--timeout 900 "${STRESS[@]}")
		;;
	install/fleet_test.sh)
		where='in a chroot'
		options=(--suite "$SUITE" "${FLEET[@]}")
		;;
	install/*)
		where='in a chroot'
		mapfile -t options < <(package_options "$SUITE")
		;;
	*)
		where='on this host'
		command=("selftests/$1")
		return
		;;
	esac
	case $1 in
	install/*)
		command=(selftests/vm/chroot "${options[@]}" -- "selftests/$1")
		return
		;;
	long/stress_test.sh)
		command=(selftests/vm/run "${options[@]}" -- "selftests/$1")
		return
		;;
	module/prerequisite_test.sh)
		where='in a guest whose kernel is none for the module'
		command=(selftests/vm/run --own nobpf -- "selftests/$1")
		return
		;;
	long/abuse_test)
		where='in a guest, for hours'
		options+=(--cpus 4 --timeout 36000)
		;;
	esac
	if [[ " ${IN_TURN[*]} " == *" $name "* ]]; then
		where+=', its CPUs in turn'
		options+=(--in-turn)
	fi
	command=(selftests/vm/run "${options[@]}" -- selftests/vm/run-tests)
}

list_tests()
{
	local test where command

	tests | while read -r test; do
		place "$test"
		printf '%-10s %-20s %s\n' "${test%/*}" "${test#*/}" "$where"
	done
}

# Print the tests that NAME may stand for: those that have it in their names, and
# those whose names a few letters make of it.
near()
{
	tests | sed 's,.*/,,' | awk -v wanted="$1" '
		function least(a, b)
		{
			return a < b ? a : b
		}
		# Letters to add, to drop or to change.
		function distance(a, b,		i, j, row, before, corner)
		{
			for (j = 0; j <= length(b); j++)
				row[j] = j
			for (i = 1; i <= length(a); i++) {
				corner = row[0]
				row[0] = i
				for (j = 1; j <= length(b); j++) {
					before = row[j]
					row[j] = least(least(row[j], row[j - 1]) + 1,
						corner + (substr(a, i, 1) != \
							substr(b, j, 1)))
					corner = before
				}
			}
			return row[length(b)]
		}
		{
			name = $0
			sub(/\.sh$/, "", name)
			stem = name
			sub(/_test$/, "", stem)
		}
		index(name, wanted) || distance(wanted, name) <= 2 ||
			distance(wanted, stem) <= 2'
}

# Print a command as a shell would take it.
show()
{
	local word line=

	for word; do
		[[ $word =~ ^[[:alnum:]_./:=,+-]+$ ]] || word="'$word'"
		line+=" $word"
	done
	echo "#$line"
}

# test_one [NAME [ARG…]]: NAME is with its room or without, and with .sh or without.
test_one()
{
	local name=${1:-} test='' found where command

	[[ $name ]] || {
		echo 'Which test? Name it, as in "make test T=bind_test"; "selftests/run --list" has them all.' >&2
		exit 2
	}
	shift
	name=${name#selftests/}
	while read -r found; do
		case $found in
		"$name" | "$name.sh" | */"$name" | */"$name.sh") test=$found ;;
		esac
	done < <(tests)
	[[ $test ]] || {
		found=$(near "${name##*/}" | paste -s -d ' ')
		echo "There is no test $name.${found:+ Near it: $found.} \"selftests/run --list\" has them all." >&2
		exit 2
	}
	place "$test"
	echo "# $test runs $where:"
	case ${command[*]} in
	*/run-tests)
		name=${test#*/}
		# It is one word there.
		command+=("$name${*:+ $*}")
		;;
	*) command+=("$@") ;;
	esac
	selftests/vm/setup || exit
	if [[ $where == 'on this host' && $test != *.sh ]]; then
		set -- make -s -C selftests "$PWD/selftests/$test"
		show "$@"
		"$@" || exit
	fi
	show "${command[@]}"
	"${command[@]}" | selftests/lib/ktap-time
	exit "${PIPESTATUS[0]}"
}
