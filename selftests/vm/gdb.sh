# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A guest for gdb, with the symbols of the module where it was loaded. Each time
# insmod has loaded it, the guest waits for gdb, before anything else happens to it.

# Let gdb.guest tell the host, and wait for it. After qemu_args.
gdb_args()
{
	mkfifo "$RUN/go.in" "$RUN/go.out"
	port sections
	QEMU_ARGS+=(-gdb "unix:$RUN/gdb.socket,server=on,wait=off"
		-chardev "pipe,id=go,path=$RUN/go"
		-device virtserialport,chardev=go,name=org.sockbind.go)
}

# Write what gdb is to do, and say how to start it. The command of gdb that it
# defines takes the addresses of the last load, and lets the guest go on.
gdb_script()
{
	local gdb=gdb symbols=(-v "module=$TREE/module/sockbind.ko")

	# Debian's kernels come without.
	[[ ! $KDIR || ! -e $KDIR/vmlinux ]] ||
		symbols+=(-v "vmlinux=$KDIR/vmlinux" -v "linked=0x$(nm "$KDIR/vmlinux" |
			awk '$3 == "_text" { print $1 }')")
	! is_foreign || gdb="gdb-multiarch"
	cat >"$RUN/gdb" <<-END
		set confirm off
		set substitute-path ${TREE#"$ROOT"} $TOP
		target remote $RUN/gdb.socket
		define sockbind-symbols
		  shell $VM_DIR/gdb-symbols.awk $(quote "${symbols[@]}") '$RUN/sections' >'$RUN/symbols'
		  source $RUN/symbols
		  shell echo >'$RUN/go.in'
		end
		document sockbind-symbols
		Take the addresses of the module that was loaded last, and let the guest go on.
		end
		sockbind-symbols
	END
	say "when the guest waits: $gdb -x $RUN/gdb (as root), \"break hook_traced\" say, \"continue\"; when it waits again: Ctrl-C, \"sockbind-symbols\""
}
