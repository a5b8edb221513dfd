# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Firmware with Secure Boot on, and what Debian boots from it: shim, its
# MokManager, and GRUB, all of them signed.

FIRMWARE_PACKAGES=(ovmf shim-signed shim-helpers-amd64-signed
	grub-efi-amd64-signed)

# fetch_firmware SUITE DIR
fetch_firmware()
{
	local suite=$1 dir=$2 tree=$2/tree deb

	mkdir -p "$dir/deb" "$dir/esp/EFI/BOOT" "$dir/esp/EFI/debian"
	fetch_debs "$suite" "$dir/deb" "${FIRMWARE_PACKAGES[@]}"
	for deb in "$dir"/deb/*.deb; do
		dpkg-deb -x "$deb" "$tree"
	done
	cp "$tree/usr/lib/shim/shimx64.efi.signed" "$dir/esp/EFI/BOOT/BOOTX64.EFI"
	cp "$tree/usr/lib/shim/mmx64.efi.signed" "$dir/esp/EFI/BOOT/mmx64.efi"
	cp "$tree/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		"$dir/esp/EFI/BOOT/grubx64.efi"
	cp "$tree"/usr/share/OVMF/OVMF_{CODE_4M.secboot,VARS_4M.ms}.fd "$dir"
	rm -r "$dir/deb" "$tree"
}

# What the firmware boots is in $RUN/esp, what it remembers in FIRMWARE. What is
# in $FIRMWARE/sockbind is in the guest's /sockbind too.
prepare_firmware()
{
	local suite version name

	[[ $ARCH == amd64 ]] || die "There is Secure Boot only for amd64 guests."
	suite=$(base_suite "$SUITE")
	version=$(package_field "$suite" shim-signed Version)
	name=firmware/$suite-$version
	once "$name" "fetch the firmware and the boot loader of $suite" \
		fetch_firmware "$suite"
	cp -r "$CACHE/$name/esp" "$RUN/esp"
	OVMF=$CACHE/$name/OVMF_CODE_4M.secboot.fd
	[[ -e $FIRMWARE/variables ]] ||
		cp "$CACHE/$name/OVMF_VARS_4M.ms.fd" "$FIRMWARE/variables"
	mkdir -p "$FIRMWARE/sockbind"
	(cd "$FIRMWARE" && find sockbind | pack) >>"$RUN/initrd"
	ln -sf "$LOG/console" "$FIRMWARE/console"
}

# firmware_args IMAGE APPEND: boot from the firmware, and again whenever the guest
# reboots. What is written to the FIFO $FIRMWARE/keys is typed at the console.
firmware_args()
{
	cp "$1" "$RUN/esp/vmlinuz"
	mv "$RUN/initrd" "$RUN/esp/initrd"
	cat >"$RUN/esp/EFI/debian/grub.cfg" <<-END
		linux /vmlinuz $2
		initrd /initrd
		boot
	END
	QEMU_ARGS+=(-machine smm=on
		-global driver=cfi.pflash01,property=secure,value=on
		-drive "if=pflash,format=raw,readonly=on,file=$OVMF"
		-drive "if=pflash,format=raw,file=$FIRMWARE/variables"
		-drive "file=fat:$RUN/esp,format=raw,if=none,id=esp,snapshot=on"
		-device ide-hd,drive=esp,bootindex=0
		-chardev "file,id=console,path=$LOG/console,input-path=$FIRMWARE/keys")
}
