# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One boot of QEMU, and what came of it.

GUEST_ARGS='rdinit=/vm/init log_buf_len=4M'

quote()
{
	local word

	for word; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
}

# pack_run DIR STREAMS DISK MODULES EARLY COMMAND…: the last part of the initramfs.
# STREAMS is split (stdout and stderr apart), merged or terminal.
pack_run()
{
	local dir=$1 streams=$2 disk=$3 modules=$4 early=$5 rows=24 columns=80

	shift 5
	mkdir -p "$dir/vm"
	cp "$VM_DIR/init" "$dir/vm/init"
	chmod 755 "$dir/vm/init"
	[[ $streams != terminal ]] || read -r rows columns < <(stty size)
	cat >"$dir/vm/config" <<-END
		STREAMS=$streams
		DISK=$disk
		MODULES=$(quote "$modules")
		EARLY=$(quote "$early")
		ROWS=$rows
		COLUMNS=$columns
		TERM=$(quote "${TERM:-dumb}")
	END
	if [[ ${GDB:-} ]]; then
		mkdir -p "$dir/vm/bin"
		cp "$VM_DIR/gdb.guest" "$dir/vm/bin/insmod"
	fi
	echo "exec $(quote "$@")" >"$dir/vm/command"
	(cd "$dir" && find vm | pack >run.cpio)
}

# port NAME: let the guest write to a file of that name in $RUN. With
# ioeventfd=off all of it is in the file when the guest's write() returns.
port()
{
	: >"$RUN/$1"
	QEMU_ARGS+=(-chardev "file,id=$1,path=$RUN/$1"
		-device "virtserialport,chardev=$1,name=org.sockbind.$1")
}

# Set QEMU_ARGS for the guest in $RUN. ARG… choose the accelerator.
qemu_args()
{
	local streams=$1 image=$2 disk=$3

	shift 3
	QEMU_ARGS=("${QEMU_MACHINE[@]}" "$@" -m "$MEMORY" -nodefaults
		-no-user-config -display none)
	if [[ $FIRMWARE ]]; then
		firmware_args "$image" "$KERNEL_ARGS $GUEST_ARGS $APPEND"
	else
		QEMU_ARGS+=(-no-reboot -kernel "$image" -initrd "$RUN/initrd"
			-append "$KERNEL_ARGS $GUEST_ARGS $APPEND"
			-chardev "file,id=console,path=$LOG/console")
	fi
	QEMU_ARGS+=(-serial chardev:console
		-device "virtio-serial-$BUS,ioeventfd=off")
	port status
	port dmesg
	case $streams in
	split) port output; port error ;;
	merged) port output ;;
	terminal)
		# Ctrl-] is the escape key: Ctrl-] x ends QEMU.
		QEMU_ARGS+=(-chardev stdio,id=terminal,mux=on,signal=off
			-echr 29 -device virtconsole,chardev=terminal)
		;;
	esac
	[[ ! $disk ]] ||
		QEMU_ARGS+=(-drive "file=$disk,format=raw,if=virtio,snapshot=on")
}

# What the guest told last: "begun" before the command, "exit STATUS" after it.
told()
{
	tail -n 1 "$RUN/status"
}

# Set ACCEL: KVM if a guest has been seen to run under it since this host was
# booted. That /dev/kvm opens says little.
find_accel()
{
	local image=$1 system=$2 verdict boot
	local file=$CACHE/kvm-verdict FIRMWARE=

	ACCEL=${SOCKBIND_ACCEL:-}
	[[ ! $ACCEL ]] || return 0
	ACCEL=tcg
	! is_foreign && [[ -w /dev/kvm ]] || return 0
	boot=$(cat /proc/sys/kernel/random/boot_id)
	if [[ $(cat "$file" 2>/dev/null) != "$boot "* ]]; then
		say "try whether KVM works here"
		pack_run "$RUN" merged '' '' '' true
		cat "$system" "$RUN/run.cpio" >"$RUN/initrd"
		qemu_args merged "$image" '' "${QEMU_KVM[@]}"
		# In a subshell, so that "Aborted" goes to the log as well.
		(timeout -k 1 15 "$QEMU" "${QEMU_ARGS[@]}" || true) \
			</dev/null >"$LOG/kvm" 2>&1
		verdict=tcg
		[[ $(told) != 'exit 0' ]] || verdict=kvm
		[[ $verdict == kvm ]] ||
			say "it does not (see $LOG/kvm): guests are emulated"
		echo "$boot $verdict" >"$file"
	fi
	read -r _ ACCEL <"$file"
}

# The guest has not come to the command, and its kernel does not say why.
is_stuck()
{
	[[ ! $(told) ]] && ! splats "$LOG/console" >/dev/null
}

# End the guest if it does not begin with the command in so many seconds.
await_begin()
{
	local deadline=$((SECONDS + $1))

	until [[ $(told) ]] || ! kill -0 "$GUEST" 2>/dev/null; do
		if ((SECONDS >= deadline)); then
			kill "$GUEST" || true
			return
		fi
		sleep 0.2
	done
}

# Run the guest. Its output appears as it comes. It is ended after TIMEOUT
# seconds, or if it has not begun after BEGIN.
run_guest()
{
	local streams=$1 timeout=$2 begin=$3
	local limit=(timeout -k 5) copies=() status=0

	if [[ $streams == terminal ]]; then
		((timeout == 0)) && limit=(env) ||
			limit+=(--foreground "$timeout")
		"${limit[@]}" "$QEMU" "${QEMU_ARGS[@]}" 2>"$LOG/qemu" ||
			status=$?
	else
		"${limit[@]}" "$timeout" "$QEMU" "${QEMU_ARGS[@]}" \
			</dev/null >"$LOG/qemu" 2>&1 &
		GUEST=$!
		tail -c +1 -f -s 0.1 --pid="$GUEST" "$RUN/output" &
		copies+=($!)
		if [[ $streams == split ]]; then
			tail -c +1 -f -s 0.1 --pid="$GUEST" "$RUN/error" >&2 &
			copies+=($!)
		fi
		((begin == timeout)) || await_begin "$begin"
		wait "$GUEST" || status=$?
		wait "${copies[@]}" || true
		GUEST=
	fi
	return "$status"
}

# What the kernel tells of memory that a test has not let it have is no splat.
without_shortage()
{
	awk '
		/ftrace: failed to allocate/ { next }
		/invoked oom-killer|vmalloc error/ {
			printf "%s", held
			held = ""
			holding = 1
		}
		!holding { print; next }
		{ held = held $0 "\n" }
		/Mem-Info:|memory: usage/ { held = ""; holding = 0 }
		END { printf "%s", held }' "$1"
}

splats()
{
	grep -vE '^(#|$)' "$VM_DIR/splats" |
		grep -a -n -E -B 2 -A 25 -m 5 -f - "$@"
}

# Say what came of the guest, QEMU having ended with STATUS, and exit with the
# status that the run has.
verdict()
{
	local status=$1 timeout=$2 result

	mv "$RUN/dmesg" "$LOG/dmesg"
	without_shortage "$LOG/dmesg" >"$RUN/dmesg"
	tr -d '\r' <"$LOG/console" >"$LOG/console.text"
	without_shortage "$LOG/console.text" >"$RUN/console"
	if splats "$RUN/console" "$RUN/dmesg" >"$RUN/splats"; then
		sed "s,^$RUN/,," "$RUN/splats" >&2
		say "The guest's kernel log shows a splat (above); the whole of it is in $LOG/dmesg and $LOG/console."
		exit "$EXIT_FAILED"
	fi
	if ((status == EXIT_TIMEOUT)); then
		tail -n 20 "$RUN/console" >&2
		say "The guest was ended after $timeout s; allow it more with --timeout. Its console is in $LOG/console."
		exit "$EXIT_TIMEOUT"
	fi
	result=$(told)
	if ((status != 0)) || ! [[ $result =~ ^exit\ [0-9]+$ && -s $RUN/dmesg ]]; then
		tail -n 30 "$RUN/console" >&2
		cat "$LOG/qemu" >&2
		say "The guest ended without telling the command's status (QEMU's: $status). Its console is in $LOG/console."
		exit "$EXIT_FAILED"
	fi
	exit "${result#exit }"
}
