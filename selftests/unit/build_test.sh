#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where a build cannot work it says why, in a sentence.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh

# says SENTENCE COMMAND…: COMMAND fails, and prints SENTENCE.
says()
{
	local sentence=$1 output

	shift
	if output=$("$@" 2>&1); then
		ktap_fail "\"$*\" succeeded"
	fi
	grep -F -q -e "$sentence" <<<"$output" || {
		echo "$output" >&2
		ktap_fail "\"$*\" did not say \"$sentence\""
	}
}

no_headers()
{
	says 'There is no kernel build tree in /nonexistent; install the headers' \
		make module KDIR=/nonexistent
}

# programs NAME…: print a directory with programs of these names, each of which
# does nothing, and with those of this system that make and the shell want.
programs()
{
	local program bin=$dir/bin

	rm -rf "$bin"
	mkdir "$bin"
	for program in cat gcc getconf grep make mkdir sed sh uname; do
		ln -s "$(type -P "$program")" "$bin"
	done
	for program; do
		rm -f "$bin/$program"
		printf '#!/bin/sh\n' >"$bin/$program"
		chmod +x "$bin/$program"
	done
	echo "$bin"
}

# answer FILE TEXT: make the program FILE print TEXT.
answer()
{
	echo "echo '$2'" >>"$1"
}

# A system of 32 bits, with a kernel of 64, has no package with its headers.
no_headers_of_64_bits()
{
	local bin machine output

	bin=$(programs getconf uname)
	answer "$bin/getconf" 32
	for machine in x86_64 aarch64 s390x; do
		printf '#!/bin/sh\n' >"$bin/uname"
		answer "$bin/uname" "$machine"
		says 'no package of this 32-bit system has one for its 64-bit kernel' \
			env "PATH=$bin" make module CC=gcc KDIR=/nonexistent
		output=$(PATH=$bin make module CC=gcc KDIR=/nonexistent 2>&1) || true
		[[ $output != *'apt install linux-headers'* ]]
	done

	# A kernel of as many bits as the system has such a package.
	printf '#!/bin/sh\n' >"$bin/uname"
	answer "$bin/uname" i686
	says 'apt install linux-headers-i686' \
		env "PATH=$bin" make module CC=gcc KDIR=/nonexistent
}

# A kernel build tree that prints what it is made with.
make_kdir()
{
	local config=$1 kdir=$dir/kdir

	rm -rf "$kdir"
	mkdir -p "$kdir/include/config"
	echo 'CONFIG_CC_IS_CLANG=y' >"$kdir/$config"
	# shellcheck disable=SC2016 # make expands it
	printf 'modules:\n\t@echo "LLVM=$(LLVM) CC=$(origin CC)"\n' >"$kdir/Makefile"
	echo "$kdir"
}

# What LLVM=1 wants is looked for before the kernel does.
kernel_of_clang()
{
	local bin config kdir output

	for config in include/config/auto.conf .config; do
		kdir=$(make_kdir "$config")
		bin=$(programs)
		says 'was built by clang, and there is no clang here; install clang, lld and llvm' \
			env "PATH=$bin" make module "KDIR=$kdir"
		bin=$(programs clang)
		says 'was built by clang, and there is no ld.lld here' \
			env "PATH=$bin" make module "KDIR=$kdir"
		bin=$(programs clang ld.lld llvm-objcopy)
		output=$(PATH=$bin make -s module "KDIR=$kdir")
		[[ $output == 'LLVM=1 CC=default' ]]
	done

	# As the user wants it.
	bin=$(programs)
	output=$(PATH=$bin make -s module CC=gcc "KDIR=$kdir")
	[[ $output == 'LLVM= CC=command line' ]]
	output=$(PATH=$bin make -s module LLVM=-19 "KDIR=$kdir")
	[[ $output == 'LLVM=-19 CC=default' ]]

	# Of another compiler.
	rm "$kdir/.config"
	says 'There is no compiler "cc" here' \
		env "PATH=$bin" make -s module "KDIR=$kdir"
}

no_compiler()
{
	says 'There is no compiler "no-such-cc" here; install gcc and make' \
		make tools CC=no-such-cc
	says 'There is no compiler "no-such-cc" here; install gcc and make' \
		make module CC=no-such-cc
}

# As kbuild reads it for a kernel that has one option and not the other.
no_kprobes()
{
	says 'cannot work on this kernel: it was built without CONFIG_KPROBES' \
		make -f module/Kbuild src=module CONFIG_MODULES=y \
		CONFIG_SECURITY_NETWORK=y
}

no_security_network()
{
	says 'cannot work on this kernel: it was built without CONFIG_SECURITY_NETWORK' \
		make -f module/Kbuild src=module CONFIG_MODULES=y \
		CONFIG_KPROBES=y
}

help()
{
	local target text

	text=$(make help)
	for target in all help module tools demo test check check-matrix check-all style \
		clean install dkms-install dkms-uninstall deb; do
		grep -q "^  $target " <<<"$text"
	done
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
ktap_run no_headers no_headers_of_64_bits kernel_of_clang no_compiler no_kprobes \
	no_security_network help
