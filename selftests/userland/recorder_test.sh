#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rings as a flight recorder: the module was loaded in the initramfs, servers
# have come since, and then comes the first reader. For a guest with --early
# 'insmod module/sockbind.ko' and --rootfs nginx-light.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
# shellcheck source=selftests/lib/module.sh
. lib/module.sh

module_require
[[ -e $SYSFS ]] || ktap_skip 'the module was not loaded early (vm/run --early)'
type -P nginx >/dev/null || ktap_skip 'there is no nginx'

# Its father ends when it has bound.
nginx
trap 'kill "$(cat /run/nginx.pid)"' EXIT

# From the first bind on, none is gone.
complete()
{
	local first

	[[ $(module_count overwritten) -eq 0 ]]
	first=$(od -A n -t u8 -j 16 -N 8 <(dd if=/dev/sockbind bs=448 count=1 \
		iflag=nonblock status=none))
	echo "the first record is $first"
	((first == 0))
}

# Who took port 80: the process that started the server has ended since.
later_reader()
{
	local line

	line=$(../tools/sockbind | grep -E -m 1 ' ok .* 0\.0\.0\.0:80$')
	echo "$line"
	[[ $line == *' nginx '*' root '* ]]
}

ktap_run complete later_reader
