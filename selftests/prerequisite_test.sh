#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that is locked down takes the module if it is signed with a key that the
# kernel knows. In a guest with a kernel of our own: vm/run --own NAME.
# shellcheck disable=SC2119 # module_load has arguments of its own
set -euo pipefail

cd "$(dirname "$0")"
. ./ktap.sh
# shellcheck source=selftests/module.sh
. ./module.sh

SIGNED=../module/signed.ko
LOCKDOWN=/sys/kernel/security/lockdown

# The reason, among others, for which --check fails.
check_fails()
{
	local said

	if said=$(../tools/sockbind --check); then
		ktap_fail '--check finds nothing'
	fi
	grep -e "^FAIL .*$1" <<<"$said"
}

unsigned_is_refused()
{
	[[ -e $LOCKDOWN ]] ||
		mount -t securityfs securityfs /sys/kernel/security
	grep -F '[integrity]' $LOCKDOWN || echo integrity >$LOCKDOWN
	! module_load || ktap_fail 'lockdown lets the module be loaded'
	dmesg | grep -i 'lockdown: .*unsigned module loading is restricted'
	check_fails 'sign it with a key'
}

signed_is_loaded()
{
	grep -F '[integrity]' $LOCKDOWN
	MODULE=$SIGNED module_load
	../tools/sockbind --check
}

module_test_begin
echo "# kernel $(uname -r)"
[[ -e $SIGNED ]] || ktap_skip 'there is no key to sign with'
ktap_run unsigned_is_refused signed_is_loaded
