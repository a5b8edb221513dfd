#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The Debian packages, built, installed, upgraded, removed. As root, in a chroot
# that has what they are built with, lintian, and the headers of one kernel: see
# vm/chroot.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/package.sh

KERNEL=$(cd /lib/modules 2>/dev/null && echo *)

versions_agree()
{
	[[ $(dpkg-parsechangelog -S Version) == "$VERSION" ]]
}

builds()
{
	package_build /build/first "$VERSION"
}

lintian_is_silent()
{
	local output

	! dpkg --compare-versions "$(dpkg-query -W -f '${Version}' lintian)" lt 2.122 ||
		ktap_skip 'this lintian is older than the Standards-Version'
	output=$(lintian --allow-root --tag-display-limit 0 --display-info \
		--pedantic /build/first/*.changes)
	[[ ! $output ]] || ktap_fail "$output"
}

# Elsewhere, at another time, in another zone and locale, as another user.
builds_the_same_again()
{
	local file

	mkdir /build/second
	cp -a . /build/second/sockbind
	chown -R 1234:1234 /build/second
	setpriv --reuid=1234 --regid=1234 --clear-groups env -i \
		PATH=/usr/bin:/bin HOME=/build/second TZ=Pacific/Chatham \
		LC_ALL=C DEB_BUILD_OPTIONS=parallel=1 bash -c '
		umask 077
		cd ~/sockbind
		dpkg-buildpackage --no-sign'
	for file in /build/first/*.{deb,dsc,tar.xz}; do
		cmp "$file" "/build/second/${file##*/}"
	done
}

builds_for_arm64()
{
	local flags='--host-arch=arm64 --no-check-builddeps'

	[[ $(dpkg --print-architecture) == amd64 ]] ||
		ktap_skip 'only from amd64'
	type -P aarch64-linux-gnu-gcc >/dev/null ||
		ktap_skip 'no crossbuild-essential-arm64'
	mkdir /build/arm64
	cp -a . /build/arm64/sockbind
	make -C /build/arm64/sockbind deb \
		DEBFLAGS="$flags --build-profiles=cross,nocheck"
	[[ $(dpkg-deb -f "/build/arm64/sockbind_${VERSION}_arm64.deb" Architecture) == arm64 ]]
	dpkg-deb --fsys-tarfile "/build/arm64/sockbind_${VERSION}_arm64.deb" |
		tar -xO ./usr/sbin/sockbind | file - | grep 'ARM aarch64'
}

# As README.md tells.
installs()
{
	local commands

	package_files >/build/before
	commands=$(readme_commands selftests/install/package_test.sh)
	[[ $commands == *'make deb'*apt\ install* ]]
	sudo() { DEBIAN_FRONTEND=noninteractive "$@"; }
	eval "$commands"
	dkms status -m sockbind | grep -F "sockbind/$VERSION, $KERNEL" |
		grep -w installed
	[[ $(modinfo -k "$KERNEL" -F version sockbind) == "$VERSION" ]]
	[[ $(sockbind --version) == "sockbind $VERSION "* ]]
	man -w 4 sockbind
	[[ $(modprobe -S "$KERNEL" --show-depends sockbind) == insmod*sockbind.ko* ]]
	grep -x sockbind /usr/lib/modules-load.d/sockbind.conf
}

# The older version leaves dkms with its package.
upgrades()
{
	package_build /build/newer "$VERSION.1" --build=binary
	package_apt install /build/newer/sockbind{,-dkms}_"$VERSION.1"_*.deb
	dkms status -m sockbind | grep -F "sockbind/$VERSION.1, $KERNEL" |
		grep -w installed
	[[ $(dkms status -m sockbind | wc -l) == 1 ]]
	[[ $(modinfo -k "$KERNEL" -F version sockbind) == "$VERSION.1" ]]
	[[ ! -e /usr/src/sockbind-$VERSION ]]
}

removes()
{
	package_apt remove sockbind sockbind-dkms
	[[ ! $(dkms status -m sockbind) ]]
	[[ ! $(find /lib/modules -name 'sockbind.ko*') ]]
}

purges()
{
	package_apt purge sockbind sockbind-dkms
	diff -u /build/before <(package_files)
}

# Of kernels as Debian names them, the package of headers that follows them.
knows_flavours()
{
	local kernel functions

	functions=$(sed -n '/^[a-z_]*()$/,/^}/p' debian/sockbind-dkms.postinst)
	for kernel in 6.12.117+deb13-/cloud-amd64 6.12.117+deb13-/arm64-16k \
		6.1.0-50-/686-pae 6.1.0-50-/rt-686-pae 6.1.0-0.deb11.5-/amd64 \
		5.10.0-46-/4kc-malta 7.3.4+deb13-/rt-amd64; do
		sh -c "$functions
			uname() { echo '${kernel/\//}'; }
			load" 2>&1 | grep -F ", and linux-headers-${kernel#*/} for all"
	done
}

# On a booted system, where the headers of the running kernel are missing.
says_which_headers()
{
	local output

	[[ $(uname -r) != "$KERNEL" ]] || ktap_skip 'they are here'
	mkdir -p /run/systemd/system
	output=$(package_apt install "/build/first/sockbind-dkms_${VERSION}_all.deb" 2>&1)
	rmdir /run/systemd/system
	package_apt purge sockbind-dkms
	grep -F "install them with \"apt install linux-headers-$(uname -r)\"" \
		<<<"$output" || ktap_fail "$output"
}

# A build that fails, with the reason in the last lines.
says_why_it_fails()
{
	local header=/lib/modules/$KERNEL/build/include/generated/uapi/linux/version.h
	local output status=0

	echo '#error "an API has moved"' >>"$header"
	output=$(package_apt install "/build/first/sockbind-dkms_${VERSION}_all.deb" 2>&1) ||
		status=$?
	sed -i '$d' "$header"
	package_apt purge sockbind-dkms
	((status != 0)) || ktap_fail "it did not fail: $output"
	tail -n 30 <<<"$output" | grep -F 'an API has moved' ||
		ktap_fail "$output"
}

((EUID == 0)) || ktap_skip 'only root installs packages'
type -P dpkg-buildpackage lintian dh_dkms >/dev/null ||
	ktap_skip 'no dpkg-dev, lintian or dh-dkms'
[[ $KERNEL && $KERNEL != *' '* && -e /lib/modules/$KERNEL/build ]] ||
	ktap_skip 'not the headers of one kernel'
ktap_run versions_agree builds lintian_is_silent builds_the_same_again \
	builds_for_arm64 installs upgrades removes purges says_which_headers \
	says_why_it_fails knows_flavours
