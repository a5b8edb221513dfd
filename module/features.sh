# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: features.sh TESTS OUTPUT CC FLAG…
#
# Compile TESTS, which is features.c, and write macros for the features that it
# found to OUTPUT. A compiler prints before each error the file in which it is,
# for which #line gives the name of a feature; an error elsewhere ends the build.
set -e

tests=$1 output=$2
shift 2

# No warning makes a feature missing, but a call of what is not declared does.
errors=$(LC_ALL=C "$@" -Wno-error -Werror=implicit-function-declaration \
	-fdiagnostics-color=never -fsyntax-only "$tests" 2>&1 |
	grep -E '^([^:]*: )?(fatal )?error: |:[0-9]+: (fatal )?error: ') || :
others=$(printf '%s\n' "$errors" | grep -v '^SOCKBIND_HAVE_') || :
[ -z "$others" ] || {
	printf '%s\n' "$others" >&2
	exit 1
}

sed -n 's/^#line 1 "\(.*\)"$/\1/p' "$tests" | while read -r feature; do
	if printf '%s\n' "$errors" | grep -q "^$feature:"; then
		echo "/* no $feature */"
	else
		echo "#define $feature"
	fi
done >"$output"

case $KBUILD_VERBOSE in
*1*) cat "$output" ;;
esac

# Compilers leave no list of the headers where they found an error. This writes
# it, by the flag -Wp,-MMD that is among those of kbuild.
"$@" -E -o /dev/null "$tests"
