# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What differs between architectures, by Debian's names for them.

HOST_ARCH=$(dpkg --print-architecture)

# set_arch ARCH: that of the guest. TRIPLET names its cross compiler, MULTIARCH
# its directory of libraries. COMPAT_ARCH and COMPAT_TRIPLET are those of 32-bit
# programs, where they have a cross compiler of their own. KERNEL_SUITE and
# KERNEL_FLAVOUR are the kernel that is booted if none is named, KERNEL_ARGS what all
# kernels are told.
set_arch()
{
	ARCH=$1
	BUS=pci
	KERNEL_SUITE=trixie
	KERNEL_FLAVOUR=$ARCH
	SPARSE=1
	MULTILIB=
	COMPAT_ARCH=
	COMPAT_TRIPLET=
	QEMU_KVM=()
	case $ARCH in
	amd64)
		TRIPLET=x86_64-linux-gnu
		MULTIARCH=$TRIPLET
		KERNEL_FLAVOUR=cloud-amd64
		QEMU=qemu-system-x86_64
		QEMU_PACKAGE=qemu-system-x86
		QEMU_MACHINE=(-machine q35)
		QEMU_KVM=(-accel kvm -cpu host)
		CONSOLE=ttyS0
		MULTILIB=gcc-multilib
		;;
	arm64)
		TRIPLET=aarch64-linux-gnu
		MULTIARCH=$TRIPLET
		KERNEL_FLAVOUR=cloud-arm64
		COMPAT_ARCH=armhf
		COMPAT_TRIPLET=arm-linux-gnueabihf
		QEMU=qemu-system-aarch64
		QEMU_PACKAGE=qemu-system-arm
		QEMU_MACHINE=(-machine virt -cpu max)
		QEMU_KVM=(-accel kvm -machine gic-version=host -cpu host)
		CONSOLE=ttyAMA0
		;;
	armhf)
		TRIPLET=arm-linux-gnueabihf
		MULTIARCH=$TRIPLET
		KERNEL_FLAVOUR=armmp-lpae
		QEMU=qemu-system-arm
		QEMU_PACKAGE=qemu-system-arm
		# Kernels without LPAE reach nothing above 4 GiB, where PCI would be.
		QEMU_MACHINE=(-machine virt,highmem=off -cpu cortex-a15)
		CONSOLE=ttyAMA0
		;;
	i386)
		TRIPLET=i686-linux-gnu
		MULTIARCH=i386-linux-gnu
		# The last with a kernel.
		KERNEL_SUITE=bookworm
		KERNEL_FLAVOUR=686-pae
		QEMU=qemu-system-i386
		QEMU_PACKAGE=qemu-system-x86
		QEMU_MACHINE=(-machine q35)
		CONSOLE=ttyS0
		;;
	ppc64el)
		TRIPLET=powerpc64le-linux-gnu
		MULTIARCH=$TRIPLET
		KERNEL_FLAVOUR=powerpc64le
		QEMU=qemu-system-ppc64
		QEMU_PACKAGE=qemu-system-ppc
		QEMU_MACHINE=(-machine pseries)
		CONSOLE=hvc0
		;;
	riscv64)
		TRIPLET=riscv64-linux-gnu
		MULTIARCH=$TRIPLET
		# It does not know the extensions that the kernel names.
		SPARSE=0
		QEMU=qemu-system-riscv64
		QEMU_PACKAGE=qemu-system-riscv
		QEMU_MACHINE=(-machine virt)
		CONSOLE=ttyS0
		;;
	s390x)
		TRIPLET=s390x-linux-gnu
		MULTIARCH=$TRIPLET
		BUS=ccw
		QEMU=qemu-system-s390x
		QEMU_PACKAGE=qemu-system-s390x
		QEMU_MACHINE=(-machine s390-ccw-virtio)
		CONSOLE=ttysclp0
		;;
	*)
		die "There is no architecture $ARCH; ${BASH_SOURCE[0]} has them, and what guests of another need."
		;;
	esac
	KERNEL_ARGS="console=$CONSOLE panic=-1 oops=panic nowatchdog rcupdate.rcu_cpu_stall_suppress=1"
	# On a busy host the timer's interrupts come too late for the check, and the
	# kernel panics.
	[[ $TRIPLET != @(x86_64|i686)-* ]] || KERNEL_ARGS+=' no_timer_check'
}

# Whether the host's own compiler does not build for the guest.
is_foreign()
{
	[[ $ARCH != "$HOST_ARCH" ]]
}

# for_host COMMAND…: COMMAND is about the host's architecture: package indexes,
# packages and build roots are.
for_host()
{
	local ARCH=$HOST_ARCH

	"$@"
}

set_arch "$HOST_ARCH"
