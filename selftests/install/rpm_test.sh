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

# scriptlet_says KERNEL WORDS: that of sockbind-dkms, on a booted system with that
# kernel, where dkms and modprobe are ours. It never fails the package.
scriptlet_says()
{
	local output

	cat >"$DIR/post" <<-END
		uname() { echo "$1"; }
		dkms() { [ "\$1" != build ] || [ "$1" != broken ]; }
		modprobe() { false; }
		$(rpm -qp --queryformat '%{POSTIN}' "$(rpm_of sockbind-dkms)")
	END
	mkdir -p /run/systemd/system "/lib/modules/"{broken,built}/build \
		/var/lib/dkms/sockbind/0/build
	echo 'an API has moved' >/var/lib/dkms/sockbind/0/build/make.log
	output=$(sh "$DIR/post" 1 2>&1)
	rm -r /lib/modules/{broken,built} /var/lib/dkms/sockbind/0
	grep -F -e "$2" <<<"$output" || ktap_fail "$output"
}

says_which_headers()
{
	scriptlet_says 6.12.0-other \
		'install them with "dnf install kernel-devel-6.12.0-other"'
}

says_why_it_fails()
{
	scriptlet_says broken 'an API has moved'
	scriptlet_says built 'enrol the key that signed it'
}

((EUID == 0)) || ktap_skip 'only root changes /lib/modules'
type -P rpmbuild rpmlint >/dev/null || ktap_skip 'no rpmbuild or rpmlint'
ktap_run builds holds_source holds_reader rpmlint_is_silent says_which_headers \
	says_why_it_fails
