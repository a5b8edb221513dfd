# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the guest's scripts have in common. A figure is a line of four fields,
# separated by tabs: TABLE, ROW, COLUMN, VALUE. Sourced in the top directory.

BENCH=selftests/bench
FLOOR=$BENCH/floor.ko
MODULE=module/sockbind.ko
TRACING=/sys/kernel/tracing

# For bind_cost's path: what a name in a tmpfs costs depends on all that it has had.
mkdir -p /tmp/bench
grep -q ' /tmp/bench ' /proc/mounts || mount -t ramfs bench /tmp/bench

# Records of a backlog: they fit into the default ring.
BACKLOG=1000

figure()
{
	local IFS=$'\t'

	echo "$*"
}

# settle SECONDS: registered probes are optimised after a while, and what was started goes on to
# start. Time without work costs a guest that counts instructions nothing.
settle()
{
	sleep "$1"
}

# bind_figures ROW COMMAND…: what a bind_cost prints, to the table "bind".
bind_figures()
{
	local row=$1 work value

	shift
	settle 2
	"$@" | while read -r work value; do
		figure bind "$row" "$work" "$value"
	done
}

# cpu_time PID: ns that it has run, in the kernel too; instructions here.
cpu_time()
{
	cat "/proc/$1/task/"*/schedstat | awk '{ n += $1 } END { print n }'
}

# work_per_event PID [stop]: instructions that a process spends on an event of a
# backlog: "stop" collects it while the process is stopped.
work_per_event()
{
	local pid=$1 idle before after

	idle=$(cpu_time "$pid")
	settle 2
	before=$(cpu_time "$pid")
	idle=$((before - idle))
	[[ ! ${2:-} ]] || kill -STOP "$pid"
	$BENCH/bind_cost -n $BACKLOG
	[[ ! ${2:-} ]] || kill -CONT "$pid"
	settle 2
	after=$(cpu_time "$pid")
	echo $(((after - before - idle) / BACKLOG))
}

# Bytes that the kernel has given to modules, rings and tables.
kernel_memory()
{
	awk '$1 ~ /^(VmallocUsed|Percpu):$/ { n += $2 } END { print n * 1024 }' \
		/proc/meminfo
}

# memory_held BEFORE PID: bytes that a tool holds, the kernel's since
# kernel_memory told BEFORE and its process's share
memory_held()
{
	local own

	own=$(awk '$1 == "Pss:" { print $2 * 1024 }' "/proc/$2/smaps_rollup")
	echo $(($(kernel_memory) - $1 + own))
}
