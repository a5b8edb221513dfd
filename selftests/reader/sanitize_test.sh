#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of the reader on recordings, and 40,000 hostile ones, with a reader
# in which the compiler checks each access and each operation.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh

# Leaks cannot be looked for under strace, and the reader frees nothing.
export ASAN_OPTIONS=detect_leaks=0
SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

build()
{
	cp -r ../tools ../uapi ../dkms.conf "$dir"
	make -s -C "$dir/tools" clean
	make -s -C "$dir/tools" CFLAGS="-O1 -g $SANITIZE"
}

options()
{
	READER=$dir/tools/sockbind reader/options_test.sh
}

replay()
{
	READER=$dir/tools/sockbind reader/replay_test.sh
}

hostile()
{
	local order

	for order in little big; do
		reader/make-recording.py --order "$order" \
			<reader/recordings/sample >"$dir/$order"
	done
	rm "$dir"/tools/{main,options}.o
	# shellcheck disable=SC2086 # a list of words
	"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror \
		$SANITIZE -isystem ../uapi -iquote lib -o "$dir/fuzz" fuzz/reader_fuzz.c \
		"$dir"/tools/*.o
	ASAN_OPTIONS+=:log_path=$dir/log UBSAN_OPTIONS=log_path=$dir/log \
		"$dir/fuzz" 20000 "$dir/little" "$dir/big" || {
		cat "$dir"/log*
		false
	}
}

ktap_run build options replay hostile
