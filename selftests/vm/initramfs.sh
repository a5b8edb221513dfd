# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's initramfs, in three parts which the kernel unpacks one after the
# other: the system (cached), the built tree, and this run's command.

# Programs of the build root for the guest that has no userland of its own;
# busybox has the rest.
PROGRAMS=(bash capsh dmesg insmod ip lsmod modprobe nsenter pgrep prlimit
	rmmod setpriv ss strace sysctl taskset timeout unshare)

# What the runner itself needs of the guest, where it is not built in.
BOOT_MODULES=(virtio_pci virtio_console)
DISK_MODULES=(virtio_blk ext4)

pack()
{
	cpio --quiet --create --format=newc --owner=0:0
}

# follow ROOT NAME: where the links lead that NAME may be, as seen in ROOT.
follow()
{
	local root=$1 name=$2 link

	while link=$(readlink "$root/$name"); do
		[[ $link == /* ]] || link=${name%/*}/$link
		name=$link
	done
	echo "$root/$name"
}

# find_in ROOT NAME DIR…: the name as seen in ROOT of the file NAME in the first
# of its directories DIR that has one.
find_in()
{
	local root=$1 name=$2 dir

	shift 2
	for dir; do
		if [[ -e $(follow "$root" "$dir/$name") ]]; then
			echo "$dir/$name"
			return
		fi
	done
	return 1
}

# add_files ROOT TREE FILE…: copy FILEs, named as seen in ROOT.
add_files()
{
	local root=$1 tree=$2 file

	shift 2
	for file; do
		install -D --preserve-timestamps "$(follow "$root" "$file")" \
			"$tree/$file"
	done
}

# add_libraries ROOT TREE PROGRAM…: copy from ROOT the libraries and the loader
# that PROGRAMs want, and what those want. No program runs that may be of
# another architecture.
add_libraries()
{
	local root=$1 tree=$2 name file files=()

	shift 2
	while read -r name; do
		file=$(find_in "$root" "${name##*/}" "usr/lib/$MULTIARCH" \
			"lib/$MULTIARCH" usr/lib lib usr/lib64 lib64) ||
			die "There is no $name in $root, which a program for the guest wants."
		# The loader is a file here, but goes by its name in programs, which
		# may be a link that is good in ROOT only.
		[[ $name == /* ]] || name=$file
		[[ ! -e $tree/$name ]] || continue
		install -D --preserve-timestamps "$(follow "$root" "$file")" \
			"$tree/$name"
		files+=("$tree/$name")
	done < <(readelf --wide --program-headers --dynamic "$@" 2>/dev/null |
		sed -n 's/.*program interpreter: \(.*\)\]$/\1/p
			s/.*(NEEDED).*\[\(.*\)\]$/\1/p' | sort -u)
	((${#files[@]})) || return 0
	add_libraries "$root" "$tree" "${files[@]}"
}

add_users()
{
	local tree=$1

	cat >"$tree/etc/passwd" <<-'END'
		root:x:0:0:root:/root:/bin/sh
		user:x:1000:1000:user:/tmp:/bin/sh
		nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
	END
	cat >"$tree/etc/group" <<-'END'
		root:x:0:
		user:x:1000:
		nogroup:x:65534:
	END
	printf '%s: files\n' passwd group hosts >"$tree/etc/nsswitch.conf"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$tree/etc/hosts"
}

# add_modules KERNEL KVER TREE MODULE…: with what they depend on, unpacked,
# since not every busybox can.
add_modules()
{
	local kernel=$1 kver=$2 tree=$3 module how file

	shift 3
	mkdir -p "$tree/usr/lib/modules/$kver"
	cp "$kernel/lib/modules/$kver"/modules.{builtin,builtin.modinfo,order} \
		"$tree/usr/lib/modules/$kver"
	for module; do
		modprobe -d "$kernel" -S "$kver" --show-depends "$module"
	done | while read -r how file _; do
		[[ $how == insmod ]] || continue
		module=$tree/usr/lib/modules/$kver/$(basename "$file")
		case $file in
		*.xz) xz -dc "$file" >"${module%.xz}" ;;
		*.zst) zstd -dcq "$file" >"${module%.zst}" ;;
		*) cp "$file" "$module" ;;
		esac
	done
	depmod -b "$tree" "$kver"
}

# The directories of a merged /usr.
make_skeleton()
{
	local tree=$1

	mkdir -p "$tree"/usr/{bin,sbin,lib,lib64}
	ln -s usr/{bin,sbin,lib,lib64} "$tree"
}

# pack_system ROOT USERLAND KERNEL KVER MODULES DIR: an empty KERNEL has no
# modules. Of ROOT the busybox is asked what it can do.
pack_system()
{
	local root=$1 userland=$2 kernel=$3 kver=$4 modules=$5 dir=$6 tree=$6/tree
	local files=() name file

	make_skeleton "$tree"
	mkdir -p "$tree"/{etc,vm,newroot,tmp,run,proc,sys,dev,var/tmp} \
		"$tree/usr/lib/modules"
	mkdir -m 700 "$tree/root"
	chmod 1777 "$tree/tmp" "$tree/var/tmp"
	ln -s ../run "$tree/var/run"
	# libnss_files: before glibc 2.34 getpwuid() loads it by itself. The
	# locale is what init sets.
	for name in busybox "${PROGRAMS[@]}"; do
		file=$(find_in "$userland" "$name" usr/bin usr/sbin bin sbin) ||
			die "There is no $name in $userland."
		files+=("$file")
	done
	mapfile -t -O "${#files[@]}" files < <(
		cd "$userland" || exit
		# In one or the other, by suite.
		find -L lib/terminfo usr/share/terminfo -type f 2>/dev/null || true
		find lib usr/lib -name libnss_files.so.2
		find usr/lib/locale/C.* -type f
	)
	add_files "$userland" "$tree" "${files[@]}"
	add_libraries "$userland" "$tree" "${files[@]/#/$tree/}"
	# Not busybox's: that one runs its own applets rather than what is in
	# PATH. Nor dash: that one has no line editing.
	ln -s bash "$tree/bin/sh"
	in_root "$root" busybox --list | while read -r name; do
		[[ -e $tree/bin/$name || -e $tree/sbin/$name ]] ||
			ln -s busybox "$tree/bin/$name"
	done
	cp "$tree/bin/busybox" "$tree/vm/busybox"
	add_users "$tree"
	# shellcheck disable=SC2086
	[[ ! $kernel ]] ||
		add_modules "$kernel" "$kver" "$tree" "${BOOT_MODULES[@]}" \
			"${DISK_MODULES[@]}" $modules
	(cd "$tree" && find . | pack >"$dir/system.cpio")
	rm -r "$tree"
}

# pack_tree ROOT DIR: the built tree DIR, whose name is sockbind, with the
# libraries of its programs, to DIR.cpio.
pack_tree()
{
	local root=$1 dir=$2 libraries=$2.libraries file magic programs=()

	while IFS= read -r file; do
		LC_ALL=C read -r -N 4 magic <"$file" || true
		[[ $magic != $'\x7fELF' ]] || programs+=("$file")
	done < <(find "$dir" -type f -perm /111) 2>/dev/null
	rm -rf "$libraries"
	make_skeleton "$libraries"
	if ((${#programs[@]})); then
		add_libraries "$root" "$libraries" "${programs[@]}"
	fi
	{
		(cd "$dir/.." && find sockbind -name '*.o' -o -name '*.o.d' \
			-o -name '.*.cmd' -o -name '*.mod' -o -name '*.mod.c' \
			-o -name '*.a' -o -name .tmp_versions -prune \
			-o -print | pack)
		(cd "$libraries" && find . -mindepth 1 | pack)
	} >"$dir.cpio.new"
	mv "$dir.cpio.new" "$dir.cpio"
}
