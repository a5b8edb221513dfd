#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The make targets that install, and what dkms makes of dkms.conf. As root, in a
# chroot that has dkms and the headers of one kernel: see vm/chroot.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/lib/package.sh

KERNEL=$(cd /lib/modules 2>/dev/null && echo *)

# files DIR…: all that is there, but for what dkms and depmod keep themselves.
files()
{
	find "$@" ! -type d ! -path '/lib/modules/*/modules.*' 2>/dev/null |
		sort
}

# Where sockbind puts files, and others might be left over. The key to sign with,
# dkms makes once for all modules.
installed()
{
	files /etc /lib/modules /usr/local /usr/src /var/lib/dkms |
		grep -v '^/var/lib/dkms/mok'
}

dkms_install()
{
	make dkms-install "DKMSFLAGS=-k $KERNEL"
}

install_in_directory()
{
	local dir

	dir=$(mktemp -d)
	make install "DESTDIR=$dir" PREFIX=/usr
	diff -u - <(cd "$dir" && files .) <<-'END'
		./usr/include/linux/sockbind.h
		./usr/lib/systemd/system/sockbind.service
		./usr/lib/udev/rules.d/60-sockbind.rules
		./usr/sbin/sockbind
		./usr/share/bash-completion/completions/sockbind
		./usr/share/man/man4/sockbind.4
		./usr/share/man/man5/sockbind-formats.5
		./usr/share/man/man8/sockbind.8
		./usr/share/sockbind/sockbind.schema.json
	END
	"$dir/usr/sbin/sockbind" --version | grep -F " $VERSION "
	rm -r "$dir"
}

# As on Alpine, whose C library is musl. Debian's musl-gcc has no headers of the
# kernel.
builds_with_musl()
{
	local dir

	type -P musl-gcc >/dev/null || ktap_skip 'no musl-tools'
	dir=$(mktemp -d)
	ln -s /usr/include/{linux,asm-generic} \
		"/usr/include/$(gcc -dumpmachine)/asm" "$dir"
	make clean
	make tools "CC=musl-gcc -isystem $dir"
	readelf -l tools/sockbind | grep -F ld-musl
	tools/sockbind --version | grep -F " $VERSION "
	make clean
	rm -r "$dir"
}

# No more than it needs: a git checkout has megabytes of tests.
dkms_source()
{
	local dir

	dir=$(mktemp -d)
	make dkms-source "DESTDIR=$dir" PREFIX=/usr
	(cd "$dir" && files .) |
		grep -Ev "^./usr/src/sockbind-$VERSION/module/[a-z_]+\.[ch]$" |
		diff -u - <(sort <<-END
			./usr/lib/modprobe.d/sockbind.conf
			./usr/lib/modules-load.d/sockbind.conf
			./usr/src/sockbind-$VERSION/Kbuild
			./usr/src/sockbind-$VERSION/LICENSES/GPL-2.0-only.txt
			./usr/src/sockbind-$VERSION/LICENSES/Linux-syscall-note.txt
			./usr/src/sockbind-$VERSION/LICENSES/MIT.txt
			./usr/src/sockbind-$VERSION/dkms.conf
			./usr/src/sockbind-$VERSION/module/Kbuild
			./usr/src/sockbind-$VERSION/module/features.sh
			./usr/src/sockbind-$VERSION/uapi/linux/sockbind.h
		END
		)
	rm -r "$dir"
}

dkms_install_and_uninstall()
{
	local before module

	before=$(installed)
	dkms_install
	dkms status -m sockbind -v "$VERSION" -k "$KERNEL" | grep -w installed
	module=$(find /lib/modules -name 'sockbind.ko*')
	[[ $module == "/lib/modules/$KERNEL/updates/dkms/sockbind.ko"* ]]
	[[ $(modinfo -F version "$module") == "$VERSION" ]]
	[[ $(modinfo -F vermagic "$module") == "$KERNEL "* ]]
	make dkms-uninstall
	[[ ! $(dkms status -m sockbind) ]]
	diff -u <(cat <<<"$before") <(installed)
}

# As README.md tells, of the headers that are here.
readme_install()
{
	local commands

	commands=$(readme_commands selftests/install/dkms_test.sh)
	[[ $commands == *'make install'*'make dkms-install'* ]]
	sudo() { DKMSFLAGS="-k $KERNEL" "$@"; }
	eval "$commands"
	/usr/local/sbin/sockbind --version
	dkms status -m sockbind -v "$VERSION" -k "$KERNEL" | grep -w installed
	make dkms-uninstall
}

# The firmware's variables are files here, one of which says that Secure Boot is on.
readme_import_here()
{
	type -P mokutil openssl >/dev/null || ktap_skip 'no mokutil or openssl'
	. selftests/lib/mokutil.sh
	PASSWORD=${0##*/}
	EFIVARFS_PATH=$(mktemp -d)/
	export EFIVARFS_PATH
	printf '\6\0\0\0\1' \
		>"${EFIVARFS_PATH}SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
	readme_import
	rm -r "$EFIVARFS_PATH"
}

# As from a clone that has been changed since.
dkms_install_again()
{
	dkms_install
	echo 'MODULE_INFO(again, "yes");' >>module/main.c
	dkms_install
	[[ $(modinfo -k "$KERNEL" -F again sockbind) == yes ]]
	make dkms-uninstall
	sed -i '$d' module/main.c
}

# A build that fails, with the reason in the last lines.
dkms_build_fails()
{
	local header=/lib/modules/$KERNEL/build/include/generated/uapi/linux/version.h
	local output status=0

	echo '#error "an API has moved"' >>"$header"
	output=$(dkms_install 2>&1) || status=$?
	sed -i '$d' "$header"
	make dkms-uninstall
	((status != 0)) || ktap_fail "it did not fail: $output"
	tail -n 20 <<<"$output" | grep -F 'an API has moved' ||
		ktap_fail "$output"
}

# A kernel that the module cannot work on is left out, so that its installation
# does not fail; before dkms 3, which does not read BUILD_EXCLUSIVE_CONFIG, it
# fails, and says why.
dkms_leaves_kernel_out()
{
	local build=/lib/modules/$KERNEL/build status=0 output

	sed -i.saved '/^CONFIG_KPROBES=/d' "$build/.config" \
		"$build/include/config/auto.conf"
	output=$(dkms_install 2>&1) || status=$?
	for file in "$build/.config" "$build/include/config/auto.conf"; do
		mv "$file.saved" "$file"
	done
	make dkms-uninstall
	((status != 0))
	if dkms --version | grep -Eq '(^|[^0-9.])2\.'; then
		tail -n 20 <<<"$output" | grep -F \
			'sockbind cannot work on this kernel: it was built without CONFIG_KPROBES'
	else
		grep -F BUILD_EXCLUSIVE <<<"$output"
	fi || ktap_fail "$output"
}

((EUID == 0)) || ktap_skip 'only root installs modules'
type -P dkms >/dev/null || ktap_skip 'no dkms'
[[ $KERNEL && $KERNEL != *' '* && -e /lib/modules/$KERNEL/build ]] ||
	ktap_skip 'not the headers of one kernel'
ktap_run install_in_directory builds_with_musl dkms_source \
	dkms_install_and_uninstall readme_install readme_import_here \
	dkms_install_again dkms_build_fails dkms_leaves_kernel_out
