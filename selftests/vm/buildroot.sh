# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A chroot of a suite with its compiler and kernel headers, and what is built
# in it.

# Programs for tests, in both kinds of guest.
GUEST_PACKAGES=bash,busybox-static,iproute2,kmod,libcap2-bin,procps,strace,util-linux
# Of tests that have a 32-bit form it is built too.
BUILD_PACKAGES=gcc,libc6-dev,make,sparse${MULTILIB:+,$MULTILIB}

# Packages of another architecture are named NAME:ARCHITECTURE.
bootstrap()
{
	local suite=$1 packages=$2 dir=$3 architectures

	architectures=$(tr ',' '\n' <<<"$packages" | sed -n 's/.*://p' | sort -u)

	host_acquire >"$LOG/acquire.conf"
	suite_sources "$(base_suite "$suite")" |
		mmdebstrap --variant=apt --architectures="$ARCH${architectures:+ $architectures}" \
			--include="$packages" \
			--aptopt="$LOG/acquire.conf" \
			--dpkgopt='path-exclude=/usr/share/man/*' \
			--dpkgopt='path-exclude=/usr/share/locale/*' \
			"$(base_suite "$suite")" "$dir" -
	# mmdebstrap leaves 0755 only by the grace of the umask; guests have
	# users other than root.
	chmod 755 "$dir"
}

# in_root ROOT COMMAND…: with a /proc that vanishes with the command.
in_root()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --pid --fork --kill-child sh -ec '
		mount -t proc proc "$1/proc"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			LC_ALL=C.UTF-8 chroot "$@"' - "$@"
}

# install_debs SUITE ROOT PACKAGE…: with their dependencies, resolved against
# what is in ROOT.
install_debs()
{
	local suite=$1 root=$2 debs=$2/var/cache/sockbind

	shift 2
	rm -rf "$debs"
	mkdir -p "$debs/partial"
	retry_fresh "$suite" suite_apt "$suite" "$root/var/lib/dpkg/status" \
		apt-get install --yes --no-install-recommends --download-only \
		-o "Dir::Cache::archives=$debs" "$@"
	# shellcheck disable=SC2016
	in_root "$root" sh -c 'exec env DEBIAN_FRONTEND=noninteractive \
		dpkg --install --force-confold /var/cache/sockbind/*.deb'
	rm -rf "$debs"
}

# Some headers depend on their kernel, which would bring in an initramfs, udev
# and systemd, for a chroot that never boots: tell dpkg that it is there.
pretend_kernel()
{
	local root=$1 kver=$2 pkgver=$3

	cat >>"$root/var/lib/dpkg/status" <<-END

		Package: linux-image-$kver
		Status: hold ok installed
		Architecture: $ARCH
		Version: $pkgver
		Maintainer: none
		Description: kernel, booted from outside of this chroot
	END
	: >"$root/var/lib/dpkg/info/linux-image-$kver.list"
}

install_headers()
{
	local suite=$1 root=$2 kver=$3 pkgver=$4

	grep -qx "Package: linux-image-$kver" "$root/var/lib/dpkg/status" ||
		pretend_kernel "$root" "$kver" "$pkgver"
	install_debs "$suite" "$root" "linux-headers-$kver=$pkgver"
	touch "$root/usr/src/.sockbind-$kver"
}

# Headers of exactly the kernel that is booted, next to those of the suite's
# other flavours.
add_headers()
{
	local suite=$1 root=$2 kver=$3 pkgver=$4

	[[ ! -e $root/usr/src/.sockbind-$kver ]] || return 0
	lock "${root#"$CACHE/"}"
	[[ -e $root/usr/src/.sockbind-$kver ]] ||
		step "install the headers of $kver" install_headers "$suite" \
			"$root" "$kver" "$pkgver"
	unlock
}

# Make DIR's sources those of the checkout, committed or not. What is built
# there stays, so that make has less to do.
sync_sources()
{
	local dir=$1 list=$1/../sources

	mkdir -p "$dir"
	git -c safe.directory="$TOP" -C "$TOP" \
		ls-files -co --exclude-standard -z |
		while IFS= read -r -d '' file; do
			[[ ! -f $TOP/$file ]] || printf '%s\n' "$file"
		done | sort >"$list.new"
	[[ -s $list.new ]] ||
		die "$TOP is no git checkout with files in it; clone the repository to build from."
	if [[ -e $list ]]; then
		comm -23 "$list" "$list.new" |
			(cd "$dir" && xargs -r -d '\n' rm -f)
	fi
	tar -C "$TOP" -c -f - -T "$list.new" | tar -C "$dir" -xf -
	mv "$list.new" "$list"
}

# build_tree ROOT DIR KVER KDIR KSELFTEST: DIR is below ROOT. An empty KDIR
# means the headers of KVER in ROOT, another one is a build tree of the host,
# whose compiler it needs. KSELFTEST is what selftests/vm/kselftest prints.
build_tree()
{
	local root=$1 dir=$2 kver=$3 kdir=$4 kselftest=$5 inside=${2#"$1"}
	local make=(make "-j$(nproc)")

	sync_sources "$dir"
	if [[ $kdir ]]; then
		"${make[@]}" -C "$dir" W=1 KCFLAGS=-Werror module "KDIR=$kdir"
	else
		in_root "$root" "${make[@]}" -C "$inside" W=1 KCFLAGS=-Werror \
			C=1 "CF=-D__CHECK_ENDIAN__ -Wsparse-error" \
			module "KDIR=/lib/modules/$kver/build"
	fi
	in_root "$root" "${make[@]}" -C "$inside" tools
	if [[ -e $dir/selftests/Makefile ]]; then
		mkdir -p "$root/build/kselftest"
		cp -a "$kselftest/." "$root/build/kselftest"
		in_root "$root" "${make[@]}" -C "$inside/selftests" \
			KSELFTEST_DIR=/build/kselftest/tools/testing/selftests
	fi
	pack_tree "$root" "$dir"
}
