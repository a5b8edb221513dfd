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

ktap_run no_headers no_compiler no_kprobes no_security_network help
