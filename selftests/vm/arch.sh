# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What differs between architectures, by Debian's names for them.

ARCH=$(dpkg --print-architecture)
case $ARCH in
amd64)
	QEMU=qemu-system-x86_64
	QEMU_PACKAGE=qemu-system-x86
	QEMU_MACHINE=(-machine q35)
	QEMU_KVM=(-accel kvm -cpu host)
	CONSOLE=ttyS0
	MULTILIB=gcc-multilib
	;;
arm64)
	QEMU=qemu-system-aarch64
	QEMU_PACKAGE=qemu-system-arm
	QEMU_MACHINE=(-machine virt -cpu max)
	QEMU_KVM=(-accel kvm -machine gic-version=host -cpu host)
	CONSOLE=ttyAMA0
	MULTILIB=
	;;
*)
	die "$ARCH has no entry in ${BASH_SOURCE[0]}; add its QEMU binary, machine and console there."
	;;
esac
