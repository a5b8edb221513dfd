# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of the packages have in common. Sourced in the top directory.

VERSION=$(sed -n 's/.*SOCKBIND_VERSION "\(.*\)"/\1/p' module/version.h)

# package_build DIR VERSION OPTION…: packages of this checkout, as that version.
package_build()
{
	local dir=$1 version=$2

	shift 2
	mkdir -p "$dir"
	cp -a . "$dir/sockbind"
	echo "$version" >"$dir/sockbind/VERSION"
	sed -i "1s/($VERSION)/($version)/" "$dir/sockbind/debian/changelog"
	sed -i "s/^$VERSION (/$version (/" "$dir/sockbind/NEWS"
	"$dir/sockbind/packaging/version"
	(cd "$dir/sockbind" && dpkg-buildpackage --no-sign "$@")
}

# A system that has just booted may be looking for upgrades.
package_apt()
{
	DEBIAN_FRONTEND=noninteractive apt-get --yes \
		-o DPkg::Lock::Timeout=300 \
		-o APT::Install-Recommends=false -o Dpkg::Use-Pty=false "$@"
}

# package_ccache DIR: have dkms build by ccache, whose answers are in DIR. Debian's
# headers know the variable.
package_ccache()
{
	export DEBIAN_KERNEL_USE_CCACHE=1 CCACHE_DIR=$1
	export CCACHE_COMPILERCHECK=content CCACHE_SLOPPINESS=locale
}

# All files of the system, which is one file system, but for what the package tools
# write for themselves and the key that dkms makes once for all modules.
package_files()
{
	find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o \
		-path /build -o -path /var/lib/dpkg -o -path /var/log -o \
		-path /var/cache -o -path /var/backups -o \
		-path /var/lib/logrotate -o -path /share -o -path /run -o \
		-path /dev -o -path /var/tmp -o \
		-path '/var/lib/systemd/[!d]*' -o -path /sockbind \) -prune -o \
		! -path '/lib/modules/*/modules.*' \
		! -path '/usr/lib/modules/*/modules.*' \
		! -path '/var/lib/apt/*' ! -path '/var/lib/man-db/*' \
		! -path '/var/lib/dkms/mok.*' ! -path '/etc/ld.so.cache' \
		-printf '%p %m\n' | sort
}

# The command block of README.md that FILE is said to run.
readme_commands()
{
	awk -v mark="<!-- run by $1 -->" '
		found && /^    / { print; shown = 1; next }
		shown { exit }
		$0 == mark { found = 1 }' README.md
}
