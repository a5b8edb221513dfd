#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The commands of README.md that start the service do what is told there, in a
# systemd that is process 1 of a PID namespace. For a guest with --rootfs systemd.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
. lib/module.sh

module_require
[[ -x /usr/lib/systemd/systemd ]] || ktap_skip 'there is no systemd'

if [[ ${1:-} == inside ]]; then
	cd ..
	. selftests/lib/package.sh
	. selftests/lib/service.sh
	ktap_run readme_service service_goes_blind
fi

OUTPUT=/run/sockbind-test

# It ends with the status of this test, which is its only unit besides those that
# systemd brings.
install_units()
{
	install -D -t /usr/sbin ../tools/sockbind
	install -D -m 644 -t /etc/systemd/system ../conf/sockbind.service
	# Without one, it would be a first boot, which enables services.
	systemd-machine-id-setup 2>/dev/null
	cat >/etc/systemd/system/sockbind-test.service <<-END
		[Unit]
		SuccessAction=exit
		FailureAction=exit

		[Service]
		Type=oneshot
		ExecStart=$PWD/userland/${0##*/} inside
		TimeoutStartSec=infinity
		StandardOutput=file:$OUTPUT
	END
}

status=0
install_units
timeout 300 unshare --mount --pid --fork --kill-child --mount-proc \
	env container=unshare /usr/lib/systemd/systemd \
	--unit=sockbind-test.service --show-status=no \
	</dev/null >/dev/null 2>&1 || status=$?
cat $OUTPUT
exit $status
