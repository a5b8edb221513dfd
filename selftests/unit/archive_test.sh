#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which kernel the guest runner takes where the archive's index lists one that its
# pool does not have. apt is played here.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/vm/lib.sh
. selftests/vm/arch.sh
. selftests/vm/archive.sh

LOG=$(mktemp -d)
trap 'rm -rf "$LOG"' EXIT

# archive_apt SUITE TOOL VERB [PACKAGE…]: a suite with its updates and backports,
# in no order.
archive_apt()
{
	local package version suite

	while read -r package version suite; do
		case "$2 $3 ${*:4} " in
		'apt-cache pkgnames '*)
			echo "$package"
			;;
		"apt-cache madison"*" $package "*)
			echo " $package | $version | http://archive.example/debian $suite/main amd64 Packages"
			;;
		esac
	done <<-END
		linux-image-amd64 5.10.262-1 bullseye-security
		linux-image-5.10.0-9-amd64 5.10.70-1 bullseye
		linux-image-5.10.0-46-amd64 5.10.262-1 bullseye-security
		linux-image-5.10.0-46-amd64-dbg 5.10.262-1 bullseye-security
		linux-image-5.10.0-46-rt-amd64 5.10.262-1 bullseye-security
		linux-image-6.1.9+deb11-amd64 6.1.9-1~bpo11+1 bullseye-backports
		linux-image-5.10.0-10-amd64 5.10.84-1 bullseye
	END
}

find_kernel()
{
	KVER=5.10.0-46-amd64 PKGVER=5.10.262-1
}

# has KVER…: as find_kernel_for has it asked, of an archive with these alone.
has()
{
	[[ " $* " == *" $KVER "* ]] || exit "$EXIT_GONE"
}

breaks()
{
	false
}

# taken KVER…: print the kernel that is taken of an archive with these alone.
taken()
{
	(find_kernel_for bullseye amd64 has "$@" 2>"$LOG/said" && echo "$KVER $PKGVER") ||
		echo "status $?"
}

takes_the_newest()
{
	[[ $(taken 5.10.0-46-amd64 5.10.0-10-amd64) == '5.10.0-46-amd64 5.10.262-1' ]]
	[[ ! -s $LOG/said ]]
}

# By versions: 10 is newer than 9.
takes_the_next()
{
	[[ $(taken 5.10.0-9-amd64 5.10.0-10-amd64) == '5.10.0-10-amd64 5.10.84-1' ]]
	grep 'lists 5.10.0-46-amd64 and no longer has all of it: 5.10.0-10-amd64 is used' \
		"$LOG/said"
	[[ $(taken 5.10.0-9-amd64) == '5.10.0-9-amd64 5.10.70-1' ]]
}

# Of another suite there are kernels, but that is another row of the matrix.
all_are_gone()
{
	[[ $(taken 6.1.9+deb11-amd64) == "status $EXIT_GONE" ]]
	grep 'gone: the archive lists kernels of bullseye, amd64' "$LOG/said"
}

# What fails for another reason is a failure.
other_failure()
{
	local status=0

	(find_kernel_for bullseye amd64 breaks) || status=$?
	((status == 1))
	[[ $(list_kernels bullseye amd64 | wc -l) == 3 ]]
}

ktap_run takes_the_newest takes_the_next all_are_gone other_failure
