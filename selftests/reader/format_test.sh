#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every format of the reader, from recordings: as it is expected to the byte, and
# as those judge it who have to read it. By the reader as it is built, and by one
# with the compiler's checks of addresses and undefined behaviour.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh

export LC_ALL=C.UTF-8 TZ=UTC0 TERM=xterm
unset NO_COLOR

FORMATS='text json csv tracee bindsnoop'

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

make -s -C ../tools >&2
reader=../tools/sockbind
checked=$dir/sockbind
"${CC:-cc}" -std=gnu11 -O1 -g -D_GNU_SOURCE -DSOCKBIND_VERSION='"checked"' \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-isystem ../uapi -o "$checked" ../tools/*.c

# What the reader says of losses, by its exit status too, is not of the format.
replay()
{
	"$@" --replay "$dir/recording" 2>"$dir/err" ||
		grep -q 'records in all' "$dir/err"
}

# record NAME: make the recording that is described there. Addresses in
# hexadecimal are in that order.
record()
{
	reader/make-recording.py --order little <"reader/recordings/$1" \
		>"$dir/recording"
}

# One that nobody has thought of, of 500 records.
record_random()
{
	python3 - <<-'END' | reader/make-recording.py >"$dir/recording"
	import random
	random.seed(1)
	def some(size):
	    return bytes(random.choice((random.randrange(1, 256), 97))
	                 for _ in range(random.randrange(size)))
	def text(size):
	    return "".join(f"\\x{byte:02x}" for byte in b"a" + some(size))
	families = (0, 1, 2, 10, 16, 17, 29, 30, 31, 38, 40, 42, 44, 45, 99)
	for _ in range(500):
	    address = random.choice(families).to_bytes(2, "little") + some(126)
	    numbers = {name: random.getrandbits(size) for name, size in (
	        ("time_boot", 64), ("time_real", 63), ("duration", 64),
	        ("inode", 64), ("exe_inode", 64), ("netns_cookie", 64), ("fd", 31),
	        ("protocol", 4), ("via", 8), ("via_flags", 8), ("opts", 32),
	        ("ifindex", 1), ("pid", 32), ("uid", 32), ("loginuid", 32),
	        ("unprivileged_port_start", 32), ("mntns", 1))}
	    print("bind", *(f"{name}={value}" for name, value in numbers.items()),
	          f"family={random.choice(families)}",
	          f"sock_type={random.randrange(12)}",
	          f"result=-{random.randrange(4096)}", f"addr=hex:{address.hex()}",
	          f"final=hex:{address[:32].hex()}", f"comm={text(15)}",
	          f"leader_comm={text(15)}", f"ifname={text(15)}",
	          f"exe={text(4000)}", f"cgroup={text(4000)}", f"user={text(250)}",
	          f"container={text(250)}", f"flags={random.getrandbits(7) & 0x78}")
	END
}

as_expected()
{
	local format program

	record formats
	for program in "$reader" "$checked"; do
		for format in $FORMATS; do
			replay "$program" --format="$format" |
				diff -u "reader/recordings/formats.$format" -
		done
	done
}

every_column()
{
	local columns

	columns=$("$reader" --list-columns | awk '{ print $1 }' | paste -s -d ,)
	record formats
	replay "$checked" --format=csv -o "$columns" |
		diff -u reader/recordings/formats.columns -
	# All of it can be shown in the table too.
	replay "$checked" -o "$columns" | awk 'END { exit NR < 60 }'
}

# Nothing that is recorded gets at the terminal: without UTF-8 it is all ASCII.
escaped()
{
	local format

	record formats
	for format in text csv bindsnoop; do
		replay "$checked" --format="$format" | tr -d '\r' >"$dir/out"
		if grep -a -n $'[\x01-\x08\x0b-\x1f\x7f]' "$dir/out"; then
			return 1
		fi
		iconv -f UTF-8 "$dir/out" >"$dir/valid"
	done
	LC_ALL=C replay "$checked" >"$dir/out"
	if LC_ALL=C grep -n '[^ -~]' "$dir/out"; then
		return 1
	fi
}

schema()
{
	record formats
	replay "$reader" -j | reader/schema-check.py --all
}

schema_of_counts()
{
	record sample
	replay "$reader" -j --by comm,container --every 5s >"$dir/json"
	grep -c '"type":"count"' "$dir/json"
	reader/schema-check.py <"$dir/json"
}

schema_of_random()
{
	record_random
	replay "$checked" -j >"$dir/json"
	[[ $(wc -l <"$dir/json") -eq 500 ]]
	reader/schema-check.py <"$dir/json"
}

every_format_of_random()
{
	local format

	record_random
	for format in text csv bindsnoop; do
		replay "$checked" --format="$format" >"$dir/out"
		iconv -f UTF-8 "$dir/out" | tr -d '\r' |
			awk '/[\001-\011\013-\037\177]/ { exit 1 }'
	done
	replay "$checked" --format=tracee | python3 -c '
import json, sys
for line in sys.stdin.buffer:
    json.loads(line.decode("utf-8", "strict"))'
}

# RFC 4180, by who wrote another reader of it.
csv()
{
	record formats
	replay "$reader" --format=csv >"$dir/csv"
	python3 - "$dir/csv" <<-'END'
	import csv, sys
	with open(sys.argv[1], newline="", encoding="utf-8") as file:
	    text = file.read()
	assert text.count("\r\n") == text.count("\n") == text.count("\r")
	rows = list(csv.DictReader(text.splitlines(), strict=True))
	assert all(None not in row and None not in row.values() for row in rows)
	assert rows[-4]["asked"] == r'/tmp/a,b"c"\r\nTIME', rows[-4]
	assert rows[-3]["comm"] == r'a"b\\\\c\t', rows[-3]
	assert len(rows) == 74, len(rows)
	END
}

# Names and order of the members, their types, and Tracee's hash.
tracee()
{
	record formats
	replay "$reader" --format=tracee >"$dir/json"
	python3 - "$dir/json" <<-'END'
	import json, sys
	with open(sys.argv[1], encoding="utf-8") as file:
	    events = [json.loads(line) for line in file]
	names = """timestamp threadStartTime processorId processId cgroupId threadId
	    parentProcessId hostProcessId hostThreadId hostParentProcessId userId
	    mountNamespace pidNamespace processName executable hostName containerId
	    container kubernetes eventId eventName matchedPolicies argsNum
	    returnValue syscall stackAddresses contextFlags threadEntityId
	    processEntityId parentEntityId args""".split()
	strings = "processName hostName containerId eventId eventName syscall".split()
	others = dict(executable=dict, container=dict, kubernetes=dict,
	              matchedPolicies=list, stackAddresses=type(None),
	              contextFlags=dict, args=list)
	for event in events:
	    assert list(event) == names, event
	    for name, value in event.items():
	        want = others.get(name, str if name in strings else int)
	        assert type(value) is want, (name, event)
	    fd, address = event["args"]
	    assert list(fd) == list(address) == ["name", "type", "value"]
	    assert (fd["name"], fd["type"]) == ("sockfd", "int32")
	    assert (address["name"], address["type"]) == ("local_addr", "SockAddr")
	    assert list(address["value"]) == sorted(address["value"])
	    assert all(type(v) is str for v in address["value"].values())
	assert events[-2]["processEntityId"] == 0xf6c56b4a
	assert events[-1]["processEntityId"] == 0x6d045877
	END
}

# Foreign formats have no place for a loss, JSON has.
losses()
{
	local format

	record formats
	for format in text csv tracee bindsnoop; do
		replay "$reader" --format="$format" >"$dir/out"
		grep -q 'lost 18446744073709551615 records' "$dir/err"
		if grep 18446744073709551615 "$dir/out" | grep -v nginx; then
			return 1
		fi
	done
	replay "$reader" -j | grep -q '^{"type":"lost",.*,"cpu":1,"first":0,'
}

# at_terminal ROWS COLUMNS COMMAND…: what it prints there.
at_terminal()
{
	printf '%q ' "${@:3}" >"$dir/command"
	script --quiet --return --command \
		"stty rows $1 cols $2; . '$dir/command' 2>/dev/null" \
		"$dir/typescript" </dev/null >"$dir/out" || true
	sed -i 's/\r$//' "$dir/out"
}

at_a_terminal()
{
	local replay=("$reader" --replay "$dir/recording")

	record sample
	# 16 binds, and the header at the top of every fifth line.
	at_terminal 6 80 "${replay[@]}"
	[[ $(grep -c '^TIME ' "$dir/out") -eq 4 ]]
	grep $'\e\\[31mEADDRINUSE\e\\[0m' "$dir/out"
	grep $'\e\\[1m0.0.0.0:80\e\\[0m' "$dir/out"
	[[ $(head -n 1 "$dir/out") == *' PROTO ADDRESS' ]]

	NO_COLOR=1 at_terminal 50 140 "${replay[@]}"
	[[ $(grep -c '^TIME ' "$dir/out") -eq 1 ]]
	if grep $'\e' "$dir/out"; then
		return 1
	fi
	[[ $(head -n 1 "$dir/out") == *' CONTAINER '*' OPTS '*' ADDRESS' ]]
	NO_COLOR='' at_terminal 50 80 "${replay[@]}"
	grep -q $'\e' "$dir/out"
	TERM=dumb at_terminal 50 80 "${replay[@]}"
	if grep $'\e' "$dir/out"; then
		return 1
	fi
	at_terminal 6 80 "${replay[@]}" -H
	if grep '^TIME ' "$dir/out"; then
		return 1
	fi
}

# A port that the kernel chose ends at column 80; a container follows its user.
narrow()
{
	local line

	record sample
	line=$(replay "$reader" | grep -F ':59993')
	[[ ${#line} -eq 80 ]]
	replay "$reader" | grep 'java *1001@4c01db0b339c '
}

# A raw socket has none, whatever bind(2) was given and getsockname(2) tells.
no_port()
{
	record formats
	replay "$reader" -o comm,addr,port >"$dir/out"
	grep -x 'raw  *192\.168\.1\.1 *-' "$dir/out"
	replay "$reader" -o comm,asked,final -P 1,80 >"$dir/out"
	grep '^rootless .*:80' "$dir/out"
	if grep '^raw ' "$dir/out"; then
		return 1
	fi
}

ktap_run as_expected every_column escaped schema schema_of_counts schema_of_random \
	every_format_of_random csv tracee losses at_a_terminal narrow no_port
