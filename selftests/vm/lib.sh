# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Messages, timed steps, cache entries and locks for the scripts of this
# directory.

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$VM_DIR/../.." && pwd)
CACHE=${SOCKBIND_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sockbind}
LOG=${SOCKBIND_LOG_DIR:-$CACHE/log}/$(date +%Y%m%dT%H%M%S)-$$

# Exit statuses of the tool itself: as timeout(1), and kselftest's skip.
EXIT_TIMEOUT=124
EXIT_FAILED=125
EXIT_BUILD=3
EXIT_GONE=4
EXIT_OLD=5

# Print the files of this checkout, committed or not, or those that this release
# came with, a line each.
sources()
{
	if [[ ! -e $TOP/.git ]]; then
		cat "$TOP/MANIFEST"
		return
	fi
	git -c safe.directory="$TOP" -C "$TOP" \
		ls-files -co --exclude-standard -z |
		while IFS= read -r -d '' file; do
			[[ ! -f $TOP/$file ]] || printf '%s\n' "$file"
		done | sort
}

say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# gone WHAT LOG: there is nothing to be tested.
gone()
{
	say "skipped: gone: $1; the log is $2."
	exit "$EXIT_GONE"
}

die()
{
	say "$*"
	exit "$EXIT_FAILED"
}

# For the ERR trap, which set +e leaves on.
unexpected()
{
	[[ $- == *e* ]] || return 0
	die "\"$1\" failed ($2)"
}

# Chroots, device nodes and package installation want root.
become_root()
{
	((EUID == 0)) && return
	type -P sudo >/dev/null || die "Only root can do this; install sudo or run it as root."
	exec sudo --preserve-env=SOCKBIND_CACHE,SOCKBIND_LOG_DIR,SOCKBIND_MIRROR,SOCKBIND_SECURITY_MIRROR,SOCKBIND_ACCEL,XDG_CACHE_HOME,HOME,TERM \
		"$0" "$@"
}

# Logs are for reading after a failure: a week is enough.
open_log()
{
	mkdir -p "$LOG"
	find "${LOG%/*}" -mindepth 1 -maxdepth 1 -name '2*T*-*' -mtime +7 \
		-exec rm -rf {} +
}

# Show the seconds that WHAT takes, in place, until killed or orphaned.
tick()
{
	local start=$SECONDS

	while kill -0 "$$" 2>/dev/null; do
		printf '\r\033[K%s: %s … %d s' "${0##*/}" "$1" \
			$((SECONDS - start)) >&2
		sleep 1
	done
}

# step WHAT COMMAND…: run COMMAND with its output in a log file. Ends the
# script if it fails; if it ends with EXIT_GONE, with that, and without a word if
# OTHER_WILL_DO. Never call it in a condition: that would turn off set -e in
# COMMAND.
step()
{
	local what=$1 log=$LOG/${1//[^[:alnum:].+-]/_}.log
	local start=$SECONDS ticker='' status

	shift
	if [[ -t 2 ]]; then
		tick "$what" &
		ticker=$!
	else
		say "$what"
	fi
	set +e
	(
		trap - ERR
		set -e
		"$@"
	) </dev/null >"$log" 2>&1
	status=$?
	set -e
	if [[ $ticker ]]; then
		kill "$ticker" 2>/dev/null || true
		wait "$ticker" 2>/dev/null || true
		printf '\r\033[K' >&2
		say "$what: $((SECONDS - start)) s"
	fi
	((status != 0)) || return 0
	((status != EXIT_GONE)) || [[ ! ${OTHER_WILL_DO:-} ]] || exit "$EXIT_GONE"
	tail -n 20 "$log" >&2
	((status != EXIT_GONE)) ||
		gone "the archive lists what it no longer has" "$log"
	die "\"$what\" failed; its whole output is in $log."
}

# One lock at a time: taking a second one drops the first.
lock()
{
	local file=$CACHE/lock/${1//\//-}

	mkdir -p "${file%/*}"
	exec {LOCK}>"$file"
	flock -n "$LOCK" && return
	say "waiting for another run that is making $1"
	flock "$LOCK"
}

unlock()
{
	exec {LOCK}>&-
}

# once NAME WHAT COMMAND…: make the cache entry NAME unless it is there.
# COMMAND gets one more argument, the directory to fill, which takes its final
# name when COMMAND has succeeded.
once()
{
	local name=$1 what=$2 path=$CACHE/$1

	shift 2
	[[ ! -e $path ]] || return 0
	lock "$name"
	if [[ ! -e $path ]]; then
		rm -rf "$path.new"
		mkdir -p "$path.new"
		step "$what" "$@" "$path.new"
		mv "$path.new" "$path"
	fi
	unlock
}
