#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On a kernel that lacks what the module cannot do without the module says so when
# it is loaded, and so does "sockbind --check"; build_test.sh has what is said when
# it is built. A kernel that is locked down takes the module if it is signed with a
# key that the kernel knows. In a guest with a kernel of our own: vm/run --own NAME.
# shellcheck disable=SC2119 # module_load has arguments of its own
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

SIGNED=../module/signed.ko
PACKED=../module/packed.ko.zst
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

is_not_loaded()
{
	! module_load || ktap_fail 'the module can be loaded'
	dmesg | grep -F "sockbind: $message"
	check_fails "the kernel has no $option: "
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

# In the wrong order: signed and packed is what loads.
signed_after_zstd_is_refused()
{
	! MODULE=$PACKED module_load || ktap_fail 'the signature was found'
	trap module_uninstall EXIT
	module_install sockbind.ko.zst <$PACKED
	check_fails 'sign sockbind.ko, then compress it'
}

signed_is_loaded()
{
	grep -F '[integrity]' $LOCKDOWN
	trap module_uninstall EXIT
	module_install sockbind.ko <$SIGNED
	check_fails 'the module is not loaded: "modprobe sockbind"'
	MODULE=$SIGNED module_load
	../tools/sockbind --check
}

module_test_begin
echo "# kernel $(uname -r)"
case $(uname -r) in
*-nokprobes)
	option=CONFIG_KPROBES
	message='cannot probe security_socket_bind ('
	ktap_run is_not_loaded
	;;
*-nohook)
	option=CONFIG_SECURITY_NETWORK
	message="this kernel has no security_socket_bind to probe: it was built without $option,"
	ktap_run is_not_loaded
	;;
esac
[[ -e $SIGNED ]] || ktap_skip 'there is no key to sign with'
ktap_run unsigned_is_refused signed_after_zstd_is_refused signed_is_loaded
