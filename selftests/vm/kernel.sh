# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels of our own, from Debian's linux-source, for what no Debian kernel is.
#
# Each has a file in config/: a fragment of a kernel configuration; all else is
# off. Comments in it say more: "with NAME", the fragment that this one changes;
# "make ARG…", for make, of the module too; "make-kernel ARG…", not of the module;
# "make-module ARG…", of it alone; "packages PKG,…", to build with.

KERNEL_SUITE_OWN=trixie
KERNEL_PACKAGES=bc,bison,ccache,cpio,flex,libelf-dev,libssl-dev,openssl,perl,python3

# config_lines NAME: its fragment, after those that it changes.
config_lines()
{
	local file=$VM_DIR/config/$1 base

	[[ -e $file ]] ||
		die "There is no kernel $1 in $VM_DIR/config; there are $(ls "$VM_DIR/config" | paste -s -d ' ')."
	base=$(sed -n 's/^# with //p' "$file")
	[[ ! $base ]] || config_lines "$base"
	cat "$file"
}

# config_words NAME WORD: what the comments with that word say.
config_words()
{
	config_lines "$1" | sed -n "s/^# $2 //p"
}

# Only what a kernel of this machine is built of.
extract_source()
{
	local package=$1 dir=$2

	mkdir "$dir/deb"
	fetch_debs "$KERNEL_SUITE_OWN" "$dir/deb" "$package"
	dpkg-deb --fsys-tarfile "$dir"/deb/*.deb |
		tar -x --to-stdout --wildcards './usr/src/linux-source-*.tar.xz' |
		tar -xJ -C "$dir" --strip-components=1 \
			--exclude='*/Documentation/*/*' \
			--exclude='*/drivers/gpu/drm/amd/include/*' \
			--exclude='*/arch/*/boot/dts/*' \
			--exclude='*/tools/testing/*'
	rm -r "$dir/deb"
}

# check_config FRAGMENT CONFIG: kconfig drops silently what depends on something
# that is off.
check_config()
{
	local missing

	missing=$(awk -F = '
		/^CONFIG_/ && FILENAME == ARGV[1] { want[$1] = $2 }
		/^CONFIG_/ && FILENAME == ARGV[2] { have[$1] = $2 }
		END {
			for (name in want)
				if ((name in have ? have[name] : "n") != want[name])
					print name "=" want[name]
		}' "$@" | sort | paste -s -d ' ')
	[[ ! $missing ]] ||
		die "The configuration could not be had: $missing; set what it depends on, too."
}

# build_kernel ROOT SOURCE NAME DIR: most of a kernel is the same in the next one,
# and in the compiler's cache.
build_kernel()
{
	local root=$1 source=$2 name=$3 dir=$4 args cc=gcc
	local make

	read -r -a args <<<"$(config_words "$name" 'make\(-kernel\)\?' |
		paste -s -d ' ')"
	[[ " ${args[*]} " != *' LLVM=1 '* ]] || cc=clang
	make=(env "CCACHE_DIR=$OWN_DIR/ccache" make -C "$source" "O=$dir"
		"-j$(nproc)" "CC=ccache $cc" "${args[@]}")
	{
		config_lines "$name"
		echo "CONFIG_LOCALVERSION=\"-$name\""
	} >"$dir/fragment"
	in_root "$root" "${make[@]}" "KCONFIG_ALLCONFIG=$dir/fragment" allnoconfig
	check_config "$dir/fragment" "$dir/.config"
	in_root "$root" "${make[@]}" all
	find "$dir" -name '*.o' -o -name '*.a' -o -name '.*.cmd' |
		grep -v "^$dir/\(scripts\|tools\)/" | xargs -d '\n' rm -f
}

# Set SOURCE, the unpacked source that kernels of our own are built of, its VERSION,
# and ROOT, with what the kernel NAME wants for that.
own_source()
{
	local name=$1 package

	! is_foreign || die "A kernel of our own is one of $HOST_ARCH."
	SUITE=$KERNEL_SUITE_OWN
	update_index "$SUITE"
	EXTRA_PACKAGES=$(config_words "$name" packages | paste -s -d ,)
	EXTRA_PACKAGES=$KERNEL_PACKAGES${EXTRA_PACKAGES:+,$EXTRA_PACKAGES}
	PKGVER=$(package_field "$SUITE" libc6 Version)
	prepare_root
	package=$(depends "$SUITE" linux-source | grep '^linux-source-')
	VERSION=$(package_field "$SUITE" "$package" Version)
	SOURCE=$OWN_DIR/$package-$VERSION
	once "${SOURCE#"$CACHE/"}" "unpack $package (150 MB)" \
		extract_source "$package"
}

# Set KDIR, the build tree of the kernel NAME, and what follows from that: SUITE,
# ROOT, IMAGE, KVER, PKGVER, and MAKE_ARGS, for the module. EXTRA_PACKAGES are in
# the build root.
own_kernel()
{
	local name=$1 key args

	own_source "$name"
	read -r -a args <<<"$(config_words "$name" 'make\(-module\)\?' |
		paste -s -d ' ')"
	MAKE_ARGS+=("${args[@]}")
	key=$(config_lines "$name" | cksum)
	KDIR=$OWN_DIR/$name-$VERSION-${key%% *}
	once "${KDIR#"$CACHE/"}" "build the kernel $name" \
		build_kernel "$ROOT" "$SOURCE" "$name"
	IMAGE=$KDIR/$(in_root "$ROOT" make -s -C "$SOURCE" "O=$KDIR" image_name)
	KVER=$(cat "$KDIR/include/config/kernel.release")
	KERNEL=
}
