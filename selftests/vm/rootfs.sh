# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A disk image with a real userland of a suite.

# make_rootfs SUITE PACKAGES DIR
make_rootfs()
{
	local suite=$1 packages=$2 dir=$3 tree=$3/tree size

	mkdir "$tree"
	bootstrap "$suite" "$GUEST_PACKAGES,$packages" "$tree"
	mkdir -p "$tree/sockbind" "$tree/vm" "$tree/usr/lib/modules"
	size=$(du -sm "$tree" | cut -f 1)
	mke2fs -q -t ext4 -d "$tree" "$dir/disk.img" "$((size * 3 / 2 + 256))M"
	rm -r "$tree"
}
