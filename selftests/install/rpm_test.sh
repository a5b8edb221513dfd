#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The RPM packages, built and looked at on a Debian system: they are for others
# that have dkms. In a chroot that has rpm, rpmlint, gcc and make.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/package.sh

DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT

rpm_of()
{
	find "$DIR" -name "$1-$VERSION-*.rpm" ! -name '*.src.rpm'
}

builds()
{
	mkdir "$DIR/SOURCES"
	tar -c -z -f "$DIR/SOURCES/sockbind-$VERSION.tar.gz" \
		--transform "s,^\.,sockbind-$VERSION," .
	# What systemd-rpm-macros has, and no debug packages, which want more tools.
	rpmbuild -ba --nodeps --define "_topdir $DIR" \
		--define 'debug_package %{nil}' \
		--define '_unitdir /usr/lib/systemd/system' \
		--define '_udevrulesdir /usr/lib/udev/rules.d' \
		--define '_modprobedir /usr/lib/modprobe.d' \
		--define '_modulesloaddir /usr/lib/modules-load.d' \
		packaging/sockbind.spec
}

# dkms finds the sources where it looks for them.
holds_source()
{
	rpm -qpl "$(rpm_of sockbind-dkms)" |
		grep -x "/usr/src/sockbind-$VERSION/dkms.conf"
	[[ $(rpm -qp --queryformat '%{ARCH}' "$(rpm_of sockbind-dkms)") == noarch ]]
}

holds_reader()
{
	rpm -qpl "$(rpm_of sockbind)" | grep -E '^/usr/s?bin/sockbind$'
	[[ $(rpm -qp --queryformat '%{VERSION}' "$(rpm_of sockbind)") == "$VERSION" ]]
}

rpmlint_is_silent()
{
	local output

	output=$(rpmlint --config packaging/rpmlint.toml packaging/sockbind.spec \
		"$(rpm_of sockbind)" "$(rpm_of sockbind-dkms)") ||
		ktap_fail "$output"
	grep -E 'specfiles checked; 0 errors, 0 warnings' <<<"$output" || ktap_fail "$output"
}

type -P rpmbuild rpmlint >/dev/null || ktap_skip 'no rpmbuild or rpmlint'
ktap_run builds holds_source holds_reader rpmlint_is_silent
