#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The examples of the reader in README.md and in its manual are commands that work:
# each is run, on a recording where it would follow the device. What README.md says
# that other tests run, they run.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
. reader/replay.sh
cd ..
. selftests/lib/package.sh

BINDS=$(grep -c '^bind' "$SAMPLE")

# manual_commands PAGE SECTION
manual_commands()
{
	groff -man -Tascii -P-cbou -rLL=200n "$1" |
		sed -n "/^$2/,/^[A-Z]/s/^ *\(\(sockbind\|sqlite3\|systemctl\|journalctl\) .*\)/\1/p"
}

# For the examples: the reader, which finds no module here.
sockbind()
{
	case $* in
	*--check*) "$READER" "$@" || (($? == 1)) ;;
	*--replay*) "$READER" "$@" ;;
	*) "$READER" "$@" --replay "$DIR/whole" ;;
	esac
}

# run_examples COUNT: the commands on standard input, of which there are so many at
# least, with their files here.
run_examples()
{
	local count=0 line

	cd "$DIR"
	while IFS= read -r line; do
		echo "$line"
		eval "${line//\/var\/log\//$DIR/}"
		count=$((count + 1))
	done
	((count >= $1)) || ktap_fail "there are only $count examples"
}

readme_examples()
{
	readme_commands selftests/reader/readme_test.sh | run_examples 7
	[[ -s $DIR/binds ]]
}

manual_examples()
{
	manual_commands man/sockbind.8 EXAMPLES | run_examples 7
	[[ -s $DIR/binds ]]
}

format_examples()
{
	manual_commands man/sockbind-formats.5 EXAMPLES | run_examples 3
	[[ $(sqlite3 "$DIR/binds.db" 'select count(*) from binds') == "$BINDS" ]]
}

# Those of the service are README.md's, which another test runs.
service_examples()
{
	local line

	manual_commands man/sockbind.8 JOURNAL >"$DIR/journal"
	[[ -s $DIR/journal ]]
	while read -r line; do
		readme_commands selftests/lib/service.sh | grep -F -e "$line"
	done <"$DIR/journal"
}

# Each command block is run by the file that is named before it, but for those that
# run the tests themselves.
blocks_are_run()
{
	local file

	[[ $(awk '
		/^<!-- run by / { marked = 1 }
		/^    / && !inside && !marked
		/^    / { inside = 1; marked = 0 }
		/^[^ <]/ { inside = 0; marked = 0 }' README.md |
		sed 's/ *#.*//') == '    make demo' ]]
	sed -n 's/^<!-- run by \(.*\) -->$/\1/p' README.md >"$DIR/marks"
	[[ -s $DIR/marks && ! $(sort "$DIR/marks" | uniq -d) ]]
	while read -r file; do
		grep -F "readme_commands $file" "$file"
		[[ $(readme_commands "$file") ]]
	done <"$DIR/marks"
}

grep -v '^lost' "$SAMPLE" | record "$DIR/whole"
ktap_run readme_examples manual_examples format_examples service_examples \
	blocks_are_run
