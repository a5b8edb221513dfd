# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The reader on recordings that are made here. Sourced in selftests/, after
# ktap.sh.
# shellcheck disable=SC2034 # for who sources it

# Which reader, or else that of this checkout.
if [[ ! ${READER:-} ]]; then
	make -s -C ../tools >&2
	READER=$PWD/../tools/sockbind
fi
RECORDING=$PWD/reader/make-recording.py
SAMPLE=$PWD/reader/recordings/sample

# What is printed is to be the same everywhere.
export TZ=UTC LC_ALL=C.UTF-8

DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT

# record FILE [OPTION…]: make a recording of what standard input describes.
record()
{
	"$RECORDING" "${@:2}" >"$1"
}

# exits STATUS COMMAND…: COMMAND ends with that status. What it prints is in
# $DIR/out and $DIR/err.
exits()
{
	local expected=$1 status=0

	shift
	"$@" >"$DIR/out" 2>"$DIR/err" || status=$?
	[[ $status -eq $expected ]] || {
		cat "$DIR/out" "$DIR/err"
		ktap_fail "\"$*\" exits with $status"
	}
}

# refuses STATUS WORDS COMMAND…: COMMAND ends with that status, prints nothing,
# and says why in one line that has WORDS in it.
refuses()
{
	exits "$1" "${@:3}"
	[[ ! -s $DIR/out ]] || ktap_fail "\"${*:3}\" prints something"
	[[ $(wc -l <"$DIR/err") -eq 1 ]] || {
		cat "$DIR/err"
		ktap_fail "\"${*:3}\" does not say one sentence"
	}
	grep -F -e "$2" "$DIR/err" || {
		cat "$DIR/err"
		ktap_fail "\"${*:3}\" does not say \"$2\""
	}
}
