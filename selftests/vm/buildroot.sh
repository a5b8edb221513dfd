# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A chroot of a suite with its compiler and kernel headers, and what is built
# in it. It is of the host's architecture; one with cross compilers serves all
# others, of whatever version their kernels are.

# Kernels of our own.
OWN_DIR=$CACHE/own

# Programs for tests, in both kinds of guest.
GUEST_PACKAGES=bash,busybox-static,iproute2,kmod,libcap2-bin,procps,strace,util-linux
# The same of packages that a root has in any case.
ESSENTIAL_PACKAGES=coreutils,libc-bin,ncurses-base
# Here are compilers for any other architecture next to each other, which
# gcc-multilib does not suffer.
BUILD_PACKAGES=gcc,libc6-dev,make,sparse

# What a build root has from the start. Of tests that have a 32-bit form it is
# built too.
root_packages()
{
	if is_foreign; then
		echo "busybox-static,$BUILD_PACKAGES"
	else
		echo "$GUEST_PACKAGES,$BUILD_PACKAGES${MULTILIB:+,$MULTILIB}${EXTRA_PACKAGES:+,$EXTRA_PACKAGES}"
	fi
}

# bootstrap SUITE PACKAGES DIR [VARIANT]: packages of another architecture are
# named NAME:ARCHITECTURE.
bootstrap()
{
	local suite=$1 packages=$2 dir=$3 variant=${4:-apt} architectures log

	log=$(mktemp -p "$LOG")
	architectures=$(tr ',' '\n' <<<"$packages" | sed -n 's/.*://p' | sort -u)
	host_acquire >"$LOG/acquire.conf"
	suite_sources "$(base_suite "$suite")" |
		mmdebstrap --variant="$variant" --architectures="$ARCH${architectures:+ $architectures}" \
			--include="$packages" \
			--aptopt="$LOG/acquire.conf" \
			--dpkgopt='path-exclude=/usr/share/man/*' \
			--dpkgopt='path-exclude=/usr/share/locale/*' \
			"$(base_suite "$suite")" "$dir" - 2>&1 | tee "$log" || {
		! says_gone "$log" || exit "$EXIT_GONE"
		return 1
	}
	# mmdebstrap leaves 0755 only by the grace of the umask; guests have
	# users other than root.
	chmod 755 "$dir"
}

# unpack SUITE PACKAGES DIR: no script of a package is run, so that any
# architecture will do.
unpack()
{
	bootstrap "$@" extract
}

# Set ROOT to a build root for SUITE and packages of the version PKGVER.
prepare_root()
{
	local packages key version=$PKGVER

	packages=$(root_packages)
	key=$(cksum <<<"$packages")
	if is_foreign; then
		for_host update_index "$SUITE"
		version=$(for_host package_field "$SUITE" libc6 Version)
	fi
	ROOT=$CACHE/buildroot/$SUITE-$version-${key%% *}
	for_host once "${ROOT#"$CACHE/"}" \
		"make a build root of $(base_suite "$SUITE")" \
		bootstrap "$SUITE" "$packages"
}

# in_root ROOT COMMAND…: with a /proc and our own kernels, which vanish with the
# command.
in_root()
{
	mkdir -p "$OWN_DIR" "$1$OWN_DIR"
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --pid --fork --kill-child sh -ec '
		mount -t proc proc "$1/proc"
		mount --bind "$0" "$1$0"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			LC_ALL=C.UTF-8 chroot "$@"' "$OWN_DIR" "$@"
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
	# None: another run, which did not get to its end, has installed all.
	if compgen -G "$debs/*.deb" >/dev/null; then
		# shellcheck disable=SC2016
		in_root "$root" sh -c 'exec env DEBIAN_FRONTEND=noninteractive \
			dpkg --install --force-confold /var/cache/sockbind/*.deb'
	fi
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

# The package's field Depends, one word a line.
depends()
{
	package_field "$1" "$2" Depends | tr -cs '[:alnum:].+-' '\n'
}

# The compiler that the headers of KVER want, as it is called by Debian.
kernel_compiler()
{
	depends "$1" "linux-headers-$2" | grep -o 'gcc-[0-9][0-9]*' | head -n 1
}

# Headers of another architecture: the programs among them, which are in a
# package of their own, and the compiler are of this one. All others of their
# dependencies would be of that one.
install_foreign_headers()
{
	local suite=$1 root=$2 kver=$3 gcc debs deb
	local tools=() headers=("linux-headers-$kver")

	gcc=$(kernel_compiler "$suite" "$kver")
	mapfile -t -O 1 headers < <(depends "$suite" "linux-headers-$kver" |
		grep '^linux-headers-')
	mapfile -t tools < <(depends "$suite" "linux-headers-$kver" |
		grep '^linux-kbuild-')
	tools+=("$gcc-$TRIPLET" "libc6-dev-$ARCH-cross")
	[[ ! $COMPAT_ARCH ]] ||
		tools+=("$gcc-$COMPAT_TRIPLET" "libc6-dev-$COMPAT_ARCH-cross")
	for_host install_debs "$suite" "$root" "${tools[@]}"
	debs=$(mktemp -d)
	fetch_debs "$suite" "$debs" "${headers[@]}"
	for deb in "$debs"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$root" --keep-directory-symlink
	done
	rm -r "$debs"
	echo "$gcc" >"$root/usr/src/.sockbind-$kver"
}

# Headers of exactly the kernel that is booted, next to those of the suite's
# other flavours.
add_headers()
{
	local suite=$1 root=$2 kver=$3 pkgver=$4

	[[ ! -e $root/usr/src/.sockbind-$kver ]] || return 0
	lock "${root#"$CACHE/"}"
	[[ -e $root/usr/src/.sockbind-$kver ]] ||
		step "install the headers of $kver" "$(is_foreign &&
			echo install_foreign_headers || echo install_headers)" \
			"$suite" "$root" "$kver" "$pkgver"
	unlock
}

# Make DIR's sources those of the checkout, committed or not. What is built
# there stays, so that make has less to do.
sync_sources()
{
	local dir=$1 list=$1/../sources

	mkdir -p "$dir"
	sources >"$list.new" && [[ -s $list.new ]] ||
		die "$TOP is no git checkout with files in it, and no release; clone the repository, or unpack a release, to build from."
	if [[ -e $list ]]; then
		comm -23 "$list" "$list.new" |
			(cd "$dir" && xargs -r -d '\n' rm -f)
	fi
	tar -C "$TOP" -c -f - -T "$list.new" | tar -C "$dir" -xf -
	mv "$list.new" "$list"
}

# sign_module ROOT DIR KDIR: with the key that the kernel made for its own, if it
# did. DIR is as seen in ROOT. packed.ko.zst was compressed before that, not after.
sign_module()
{
	local root=$1 dir=$2 key=$3/certs/signing_key
	local sign=("$3/scripts/sign-file" sha256 "$key.pem" "$key.x509")

	[[ -e $key.pem ]] || return 0
	in_root "$root" "${sign[@]}" "$dir/sockbind.ko" "$dir/signed.ko"
	zstd -q -f "$root$dir/sockbind.ko" -o "$root$dir/packed.ko.zst"
	in_root "$root" "${sign[@]}" "$dir/packed.ko.zst"
}

# build_tree ROOT DIR KVER KDIR KSELFTEST USERLAND: DIR is below ROOT. An empty KDIR
# means the headers of KVER in ROOT; another one is a kernel of our own, or a
# build tree of the host, whose compiler it needs. KSELFTEST is what selftests/vm/kselftest prints.
# USERLAND has the libraries that the guest's programs want.
build_tree()
{
	local root=$1 dir=$2 kver=$3 kdir=$4 kselftest=$5 userland=$6
	local inside=${2#"$1"}
	# All that a new kernel does not build, not the first of it.
	local make=(make -k "-j$(nproc)" SOCKBIND_SELFTESTS=m) cross=() gcc

	if is_foreign; then
		gcc=$(cat "$root/usr/src/.sockbind-$kver")
		cross=("CC=$TRIPLET-$gcc" "CROSS_COMPILE=$TRIPLET-")
		[[ ! $COMPAT_ARCH ]] || cross+=("CC32=$COMPAT_TRIPLET-$gcc")
	fi

	sync_sources "$dir"
	if [[ $kdir && $kdir != "$OWN_DIR"/* ]]; then
		# What this compiler finds in its headers is not ours.
		"${make[@]}" -C "$dir" module "KDIR=$kdir"
	else
		in_root "$root" "${make[@]}" -C "$inside" W=1 KCFLAGS=-Werror \
			"C=$SPARSE" "CF=-D__CHECK_ENDIAN__ -Wsparse-error" module \
			"KDIR=${kdir:-/lib/modules/$kver/build}" \
			"${cross[@]:1:1}" "${MAKE_ARGS[@]}"
		sign_module "$root" "$inside/module" "$kdir"
	fi
	in_root "$root" "${make[@]}" -C "$inside" tools "${cross[@]}" \
		"${MAKE_ARGS[@]}"
	if [[ -e $dir/selftests/Makefile ]]; then
		mkdir -p "$root/build/kselftest"
		cp -a "$kselftest/." "$root/build/kselftest"
		in_root "$root" "${make[@]}" -C "$inside/selftests" \
			KSELFTEST_DIR=/build/kselftest/tools/testing/selftests \
			"${cross[@]}"
	fi
	pack_tree "$userland" "$dir"
}
