#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The reader is as its manual, its help and its completion say, and small.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

# Bytes that the stripped reader may take.
SIZE_MAX=196608

make -s tools >&2
PATH=$PWD/tools:$PATH

# The long options that the reader takes.
options()
{
	sed -n 's/^\t*{ "\([a-z-]*\)", [a-z]*_argument, .*/--\1/p' \
		tools/options.c
}

# The manual, as who reads it sees it.
manual()
{
	groff -man -Tascii -P-cbou -rLL=80n man/sockbind.8
}

# section NAME: of sockbind-formats(5), without words that a line's end breaks.
section()
{
	groff -man -Tascii -P-cbou -rLL=2000n -rHY=0 man/sockbind-formats.5 |
		sed -n "/^$1\$/,/^[A-Z]/p"
}

# labels SCOPE|PORT: the words for it, as the reader has them.
labels()
{
	grep -rhoP "\[LABEL_$1_\w+\] = \"\K[^\"]+" tools --include='*.c' | sort
}

# The names of the schema's members that are of a TYPE.
members()
{
	jq -r --arg type "#/definitions/$1" '.definitions[].properties? // {} |
		to_entries[] | select(.value["$ref"] == $type).key' \
		tools/sockbind.schema.json | sort -u
}

# words TEXT: those in the first pair of parentheses, a line each.
words()
{
	sed 's/[^(]*(\([^)]*\)).*/\1/; s/, /\n/g' <<<"$1" | sort
}

# has_all TEXT WORD…: TEXT has every WORD.
has_all()
{
	local text=$1 word

	shift
	for word; do
		grep -q -w -F -e "$word" <<<"$text" || {
			echo "no $word in:"
			echo "$text"
			return 1
		}
	done
}

# missing TEXT: what is taken is told in it, and nothing is told that is not.
options_are_those_of()
{
	local text=$1

	diff <(options | sort -u) \
		<(grep -o -e '--[a-z][a-z-]*' <<<"$text" | sort -u)
}

# The formats that the reader takes, in a list.
formats()
{
	{ sockbind --format=none 2>&1 || :; } | sed 's/.* one of //; s/,//g'
}

all_options()
{
	(($(options | wc -l) > 20))
}

man_page()
{
	[[ ! $(groff -man -Tascii -ww -z man/*.[458] 2>&1) ]]
	options_are_those_of "$(manual | sed -n '/^OPTIONS/,/^[A-Z]/p;')"
	# shellcheck disable=SC2046
	has_all "$(manual | grep -A 1 -- --format=FORMAT)" $(formats)
}

# Each format has its section, in one page or the other.
man_page_formats()
{
	local format sections

	sections=$(manual; section '[A-Z].*')
	for format in $(formats); do
		grep -q -x -i "$format" <<<"$sections" ||
			ktap_fail "no section tells of $format"
	done
}

# What the reader, its schema, its manual and its completion have is one list.
labels_are_one_list()
{
	local kind name

	for kind in SCOPE PORT; do
		name=${kind,,}
		(($(labels $kind | wc -l) >= 3))
		diff <(labels $kind) <(jq -r ".definitions.labels.properties.$name.enum[]" \
			tools/sockbind.schema.json | sort)
		# shellcheck disable=SC2046
		has_all "$(section LABELS)" $(labels $kind)
	done
}

members_of_64_bits()
{
	local text

	text=$(section JSON)
	diff <(members id) <(words "$(grep -o 'Identifiers of 64 bits.*' <<<"$text")")
	diff <(members u64 | sed 's/.*_ns$/*_ns/' | sort -u) \
		<(words "$(grep -o 'Quantities of 64 bits.*' <<<"$text")")
}

default_columns()
{
	local columns

	columns=$(section TEXT | sed -n 's/.*Without -o these are \(.*\), which 80.*/\1/p' |
		sed 's/ and /,/; s/ //g')
	[[ $columns == *,*,* ]]
	diff <(sockbind --replay "$dir/recording") \
		<(sockbind -o "$columns" --replay "$dir/recording")
}

help_fits_a_screen()
{
	sockbind --help >"$dir/help"
	cat "$dir/help"
	(($(wc -l <"$dir/help") <= 24))
	((!$(expand "$dir/help" | grep -c '.\{81\}')))
	[[ $(sockbind -h) == "$(cat "$dir/help")" ]]
}

version()
{
	[[ $(sockbind --version) == "sockbind $(sed -n \
		's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf) (ABI version $(awk \
		'/#define SOCKBIND_ABI_VERSION/ { print $3 }' \
		uapi/linux/sockbind.h))" ]]
}

# complete WORD…: what is offered for the last one.
complete_words()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_sockbind
	printf '%s\n' "${COMPREPLY[@]}"
}

completion()
{
	. completion/sockbind.bash
	# It works where readline runs a completion, and nowhere else.
	compopt()
	{
		:
	}
	options_are_those_of "$(complete_words sockbind --)"
	[[ $(complete_words sockbind --js) == --json ]]
	[[ $(complete_words sockbind -o pid,addre) == pid,address ]]
	[[ $(complete_words sockbind --output = com) == comm ]]
	[[ $(complete_words sockbind --user roo) == root ]]
	[[ $(complete_words sockbind --format = tra) == tracee ]]
	[[ $(complete_words sockbind --result ok,!EADDRI) == ok,!EADDRINUSE ]]
	complete_words sockbind --cgroup / | grep '^/.*/$'
	complete_words sockbind --replay tools/Mak | grep '^tools/Makefile$'
	diff <(complete_words sockbind --format = '') <(formats | tr ' ' '\n')
	diff <(complete_words sockbind --scope '' | sort) <(labels SCOPE)
	diff <(complete_words sockbind --category '' | sort) \
		<(labels PORT | cat - <(echo none) | sort)
	diff <(complete_words sockbind --output '') \
		<(sockbind --list-columns | awk '{ print $1 }')
}

# What is offered for an option is taken by it. Of formats another list is known.
completion_is_taken()
{
	local option word count=0

	. completion/sockbind.bash
	compopt()
	{
		:
	}
	for option in category ephemeral family privileged proto result \
		scope shared; do
		while read -r word; do
			sockbind "--$option=$word" --replay "$dir/recording" >/dev/null ||
				ktap_fail "--$option does not take $word"
			count=$((count + 1))
		done < <(complete_words sockbind "--$option" = '')
	done
	((count > 40))
}

only_libc()
{
	type -P readelf >/dev/null || ktap_skip 'no readelf(1)'
	readelf -d tools/sockbind | grep NEEDED
	((!$(readelf -d tools/sockbind | grep NEEDED | grep -c -v 'libc\.')))
}

size()
{
	local size

	size=$(make -s size)
	echo "$size"
	((size > 0 && size < SIZE_MAX))
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
grep -v '^lost' selftests/reader/recordings/sample |
	selftests/reader/make-recording.py >"$dir/recording"
ktap_run all_options man_page man_page_formats labels_are_one_list \
	members_of_64_bits default_columns help_fits_a_screen version completion \
	completion_is_taken only_libc size
