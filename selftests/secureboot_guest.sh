#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A module that dkms has signed, where Secure Boot is on: before its key is
# enrolled (import PASSWORD), and after that (load). For a guest that
# vm/secureboot boots.
set -euo pipefail

cd "$(dirname "$0")/.."
. selftests/ktap.sh
. selftests/package.sh
. selftests/mokutil.sh

KEY=/var/lib/dkms/mok.pub

secure_boot_is_on()
{
	mokutil --sb-state
	[[ $(mokutil --sb-state) == 'SecureBoot enabled'* ]]
	grep -F '[integrity]' /sys/kernel/security/lockdown
}

unsigned_is_refused()
{
	! insmod module/sockbind.ko
	[[ ! -e /sys/module/sockbind ]]
}

signed_is_refused()
{
	! insmod signed.ko
	[[ ! -e /sys/module/sockbind ]]
}

check_says_why()
{
	local output

	output=$(tools/sockbind --check) && return 1
	echo "$output"
	[[ $output == *'sign it with a key'* ]]
}

key_is_enrolled()
{
	mokutil --list-enrolled | grep -F 'DKMS'
	[[ $(mokutil --test-key $KEY) == *'already enrolled'* ]]
}

signed_loads()
{
	insmod signed.ko
	[[ $(cat /sys/module/sockbind/version) == "$VERSION" ]]
	tools/sockbind --check
	rmmod sockbind
}

PASSWORD=${2:-}
busybox mount -t securityfs securityfs /sys/kernel/security
busybox mount -t efivarfs efivarfs /sys/firmware/efi/efivars
mkdir -p "${KEY%/*}"
cp mok.pub $KEY
case ${1:-} in
import)
	ktap_run secure_boot_is_on unsigned_is_refused signed_is_refused \
		check_says_why readme_import
	;;
load) ktap_run secure_boot_is_on key_is_enrolled unsigned_is_refused signed_loads ;;
esac
