#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Recordings: what --record writes, --replay reads, and what hostile files do.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
. reader/replay.sh

HEADER=304
FRAME=456

record "$DIR/little" --order little <"$SAMPLE"
record "$DIR/big" --order big <"$SAMPLE"
grep -v '^lost' "$SAMPLE" | record "$DIR/whole"
binds=$(grep -c '^bind' "$SAMPLE")

# words HEX…: a recording with these frames behind its header, as they are.
raw_frames()
{
	{
		echo 'host example 6.12.0 x86_64'
		printf 'raw %s\n' "$@"
		echo 'bind'
	} | record "$DIR/raw" --order little
}

# A recording is the same by whichever host it was written.
byte_orders()
{
	local order

	for order in little big; do
		exits 3 "$READER" --replay "$DIR/$order"
		mv "$DIR/out" "$DIR/text.$order"
		exits 3 "$READER" -j --replay "$DIR/$order"
		sed 's/"raw":"[0-9a-f]*"//g' "$DIR/out" >"$DIR/json.$order"
	done
	[[ $(wc -l <"$DIR/text.little") -eq $((binds + 1)) ]]
	diff "$DIR/text.little" "$DIR/text.big"
	diff "$DIR/json.little" "$DIR/json.big"
	grep -F '@vsock' "$DIR/text.big" || grep -F '*:1024' "$DIR/text.big"
	grep -F '[fe80::1%eth0]:9000' "$DIR/text.big"
	grep -F '0x0003:eth0' "$DIR/text.big"
}

# What a big-endian kernel has recorded, and a reader has printed there.
other_machine()
{
	tar -x -J -C "$DIR" -f reader/recordings/s390x.tar.xz
	exits 0 "$READER" --replay "$DIR/recording"
	diff "$DIR/text" "$DIR/out"
	exits 0 "$READER" -j --replay "$DIR/recording"
	# It did not say then where it was from.
	diff "$DIR/json" <(sed 's/"host":"sockbind","boot_id":"[^"]*","instance":"[^"]*",//' "$DIR/out")
	grep -a s390x "$DIR/recording" >/dev/null
}

# A column is as wide as its characters, not its bytes.
wide_characters()
{
	local line columns=()

	record "$DIR/wide" <<-'END'
		bind comm=naive user=root
		bind comm=naïve user=root
		bind comm=日本 user=root
		bind comm=ñandú-東京 user=root
	END
	exits 0 "$READER" -H --replay "$DIR/wide"
	while read -r line; do
		line=${line%%root*}
		columns+=("${#line}")
	done <"$DIR/out"
	[[ ${columns[*]} == "${columns[0]} ${columns[0]} ${columns[0]} ${columns[0]}" ]]
}

# With these (cpu, seq) is a key, of joined recordings too; a table of several hosts
# is of none.
where_from()
{
	local order

	for order in little big; do
		record "$DIR/one" --order $order <<-'END'
			host one 6.12.0 x86_64 0123456789abcdef0123456789abcdef 11111111-2222-3333-4444-555555555555
			bind comm=a
			lost cpu=1 first=0 last=1
		END
		record "$DIR/other" --order $order <<-'END'
			host other 6.1.0 s390x 00000000000000000000000000000000 no
			bind comm=b
		END
		cat "$DIR/one" "$DIR/other" "$DIR/one" >"$DIR/joined"
		exits 3 "$READER" -q -j --replay "$DIR/joined"
		diff - <(sed 's/"time.*"boot_ns":[0-9]*,//; s/\("seq":0\|"last":1\),.*/\1/' "$DIR/out") <<-'END'
			{"type":"bind","host":"one","boot_id":"11111111-2222-3333-4444-555555555555","instance":"01234567-89ab-cdef-0123-456789abcdef","cpu":0,"seq":0
			{"type":"lost","host":"one","boot_id":"11111111-2222-3333-4444-555555555555","instance":"01234567-89ab-cdef-0123-456789abcdef","cpu":1,"first":0,"last":1
			{"type":"bind","host":"other","cpu":0,"seq":0
			{"type":"bind","host":"one","boot_id":"11111111-2222-3333-4444-555555555555","instance":"01234567-89ab-cdef-0123-456789abcdef","cpu":0,"seq":0
			{"type":"lost","host":"one","boot_id":"11111111-2222-3333-4444-555555555555","instance":"01234567-89ab-cdef-0123-456789abcdef","cpu":1,"first":0,"last":1
		END
		exits 3 "$READER" -q --format=csv -H --replay "$DIR/joined" \
			-o comm,host,boot-id,instance
		diff - <(tr -d '\r' <"$DIR/out") <<-'END'
			a,one,11111111-2222-3333-4444-555555555555,01234567-89ab-cdef-0123-456789abcdef
			b,other,,
			a,one,11111111-2222-3333-4444-555555555555,01234567-89ab-cdef-0123-456789abcdef
		END
		exits 3 "$READER" -q -j --by host --replay "$DIR/joined"
		diff - <(grep '"type":"count"' "$DIR/out") <<-'END'
			{"type":"count","count":2,"host":"one"}
			{"type":"count","count":1,"host":"other"}
		END
		cat "$DIR/one" "$DIR/one" >"$DIR/joined"
		exits 3 "$READER" -q -j --by host,comm --replay "$DIR/joined"
		diff - <(grep '"type":"count"' "$DIR/out") <<-'END'
			{"type":"count","host":"one","boot_id":"11111111-2222-3333-4444-555555555555","instance":"01234567-89ab-cdef-0123-456789abcdef","count":2,"comm":"a"}
		END
	done
}

# Every member of a record, by the layout that the ABI header tells.
all_members()
{
	local order

	for order in little big; do
		record "$DIR/members" --order $order <<-END
			bind time_boot=72623859790382856 time_real=1790000000123456789 duration=81985529216486895 inode=1157442765409226768 start_time=651345242494996240 exe_inode=1311768467463790320 cgroup=2541551405711093505 netns_cookie=3771334344014151441 result=ok fd=-1 fd_status=1 fixed_index=305419896 family=2 sock_type=2 protocol=17 opts=33 mark=19088743 ifindex=1985229328 pid=16909060 tid=84281096 ppid=151653132 ns_pid=219025168 ns_tid=286397204 ns_ppid=353769240 uid=421141276 euid=488513312 gid=555885348 egid=623257384 loginuid=690629420 sessionid=758001456 exe_major=825373492 exe_minor=892745528 netns=960117564 mntns=1027489600 pidns=1094861636 userns=1162233672 unprivileged_port_start=1229605708 seq=1296977744 cpu=1364349780 addr=inet:1.2.3.4:258
		END
		exits 0 "$READER" -j --replay "$DIR/members"
		sed 's/"raw":"[0-9a-f]*"//g' "$DIR/out" >"$DIR/json.$order"
	done
	diff "$DIR/json.little" "$DIR/json.big"
	for number in 72623859790382856 81985529216486895 1157442765409226768 \
		651345242494996240 1311768467463790320 2541551405711093505 \
		3771334344014151441 305419896 19088743 1985229328 16909060 \
		84281096 151653132 219025168 286397204 353769240 421141276 \
		488513312 555885348 623257384 690629420 758001456 825373492 \
		892745528 960117564 1027489600 1094861636 1162233672 \
		1229605708 1296977744 1364349780; do
		grep -q "[:\"]${number}[,\"}]" "$DIR/json.big" ||
			ktap_fail "no member has $number"
	done
}

# Who a process is, its record says to all binds behind it, and a recording of the
# recording has it again. What follows is of another host, where the same numbers
# are another process.
processes_of_the_recording()
{
	local order file

	for order in little big; do
		record "$DIR/processes" --order $order <<-END
			bind comm=before pid=7 exe_inode=9
			process pid=7 inode=9 path=/opt/one flags=4 cmdline=one\\x00two\\x00 parents=6:sh,1:init
			bind comm=one pid=7 exe_inode=9
			process pid=8 inode=9 path=/opt/two
			bind comm=two pid=8 exe_inode=9
			bind comm=again pid=7 exe_inode=9 exe=/not/this
			bind comm=later pid=7 exe_inode=9 start_time=1
			bind comm=other pid=7 exe_inode=10
			host other.example 6.12.0 x86_64
			bind comm=there pid=7 exe_inode=9
		END
		exits 0 "$READER" --replay "$DIR/processes" --record "$DIR/processes.$order"
		for file in "$DIR/processes" "$DIR/processes.$order"; do
			exits 0 "$READER" --replay "$file" -H -o comm,exe,cmdline,parents
			diff - <(tr -s ' ' <"$DIR/out" | sed 's/ $//') <<-END
				before - - -
				one /opt/one one two sh:6,init:1
				two %/opt/two - -
				again /opt/one one two sh:6,init:1
				later - - -
				other - - -
				there - - -
			END
		done
		exits 0 "$READER" --replay "$DIR/processes" -H -o comm --exe '/opt/*'
		diff - <(tr -s ' ' <"$DIR/out" | sed 's/ $//') <<-END
			one
			again
		END
		exits 0 "$READER" --replay "$DIR/processes" -H -o comm --exe '!%*,!/opt/*'
		diff - <(tr -s ' ' <"$DIR/out" | sed 's/ $//' | head -n 1) <<<before
	done
}

# Lengths that reach out of the record: nothing of it is believed, and that is said.
odd_process()
{
	record "$DIR/odd" <<-END
		process pid=7 inode=9 path=/opt/one cmdline_len=65535
		bind comm=one pid=7 exe_inode=9
		process pid=7 inode=9 path=/opt/one ancestors=5
		bind comm=one pid=7 exe_inode=9
	END
	exits 3 "$READER" --replay "$DIR/odd" -H -o comm,exe
	diff - <(tr -s ' ' <"$DIR/out" | sed 's/ $//') <<-END
		one -
		one -
	END
	grep '2 of its records cannot be right' "$DIR/err"
}

# What a later release may add is skipped, and is no loss.
of_a_later_release()
{
	record "$DIR/later" <<-END
		other type=77
		bind comm=one via=200 reserved=x
	END
	exits 0 "$READER" --replay "$DIR/later" -H -o comm
	diff - <(tr -s ' ' <"$DIR/out" | sed 's/ $//') <<<one
	[[ ! -s $DIR/err ]]
}

# Names are those of the host that recorded: this one is never asked.
names_of_the_recording()
{
	record "$DIR/names" <<-END
		bind uid=0 user=toor comm=one exe=/opt/one
		bind uid=0 comm=two pid=$$
	END
	exits 0 "$READER" --replay "$DIR/names" -H -o comm,user,exe
	diff - <(tr -s ' ' <"$DIR/out" | sed 's/ $//') <<-END
		one toor /opt/one
		two 0 -
	END
	exits 0 "$READER" --replay "$DIR/names" -n -H -o comm,user,exe
	diff - <(tr -s ' ' <"$DIR/out" | sed 's/ $//') <<-END
		one 0 -
		two 0 -
	END
	strace -f -e trace=%file,%net -o "$DIR/trace" \
		"$READER" --replay "$DIR/names" -H >"$DIR/out"
	! grep -E 'passwd|nss|socket\(|/proc/[0-9]|cgroup' "$DIR/trace"
}

# Replaying and recording again changes nothing.
again()
{
	local order

	for order in little big; do
		exits 3 "$READER" -q --replay "$DIR/$order" --record -
		cmp "$DIR/out" "$DIR/$order"
	done
	cat "$DIR/big" "$DIR/little" "$DIR/big" >"$DIR/joined"
	exits 3 "$READER" -q --replay "$DIR/joined" --record "$DIR/new"
	cmp "$DIR/joined" "$DIR/new"
	exits 3 "$READER" -q -H --replay "$DIR/joined"
	[[ $(wc -l <"$DIR/out") -eq $((3 * binds)) ]]
	exits 0 "$READER" --replay "$DIR/whole" --record "$DIR/port80" -P 80
	exits 0 "$READER" -H --replay "$DIR/port80" -o pid
	[[ $(tr -s '\n ' ' ' <"$DIR/out") == ' 197 222 225 ' ]]
}

standard_input()
{
	exits 0 "$READER" -H --replay - <"$DIR/whole"
	[[ $(wc -l <"$DIR/out") -eq $binds ]]
	refuses 1 'no recording' "$READER" --replay - </dev/null
	refuses 1 'cannot read' "$READER" --replay - <&-
}

# What comes by a pipe is printed before it goes on.
live_pipe()
{
	local line

	mkfifo "$DIR/from" "$DIR/to"
	"$READER" -H --replay - <"$DIR/from" >"$DIR/to" &
	exec {from}>"$DIR/from" {to}<"$DIR/to"
	head -c $((HEADER + 2 * FRAME)) "$DIR/whole" >&"$from"
	read -r line <&"$to"
	grep -w nginx <<<"$line"
	exec {from}>&-
	wait $! || [[ $? -eq 3 ]]
}

# Cut at any byte it has the records that are whole, and nothing is made up.
cut()
{
	local size whole

	printf 'bind user=root comm=a\nbind comm=b\n' | record "$DIR/two"
	size=$(stat -c %s "$DIR/two")
	((size == HEADER + 12 + 2 * FRAME))
	for ((i = 0; i < HEADER; i += 13)); do
		head -c "$i" "$DIR/two" >"$DIR/cut"
		refuses 1 'no recording' "$READER" -H --replay "$DIR/cut"
	done
	for ((i = HEADER + 1; i < size; i += 7)); do
		head -c "$i" "$DIR/two" >"$DIR/cut"
		whole=$((i >= HEADER + 12 + FRAME))
		((i != HEADER + 12 + FRAME)) || continue
		exits 3 "$READER" -H --replay "$DIR/cut" -o comm
		[[ $(wc -l <"$DIR/out") -eq $whole ]]
		grep -F 'is cut off' "$DIR/err"
	done
	# A file system that lost the end may leave zeros.
	{
		cat "$DIR/two"
		head -c 5000 /dev/zero
	} >"$DIR/cut"
	exits 3 "$READER" -H --replay "$DIR/cut"
	[[ $(wc -l <"$DIR/out") -eq 2 ]]
	grep -F 'is cut off' "$DIR/err"
}

foreign_files()
{
	refuses 1 'no recording' "$READER" --replay /dev/null
	refuses 1 'no recording' "$READER" --replay "$SAMPLE"
	refuses 1 'no recording' "$READER" --replay "$READER"
	refuses 1 'cannot read' "$READER" --replay /
	refuses 1 'cannot open' "$READER" --replay "$DIR/nonexistent"
	# The byte order, the version and the size in the header.
	for change in '8 \x09' '12 \x63' '14 \x63' '16 \x00\x00' '19 \x7f'; do
		cp "$DIR/little" "$DIR/foreign"
		printf "${change#* }" | dd of="$DIR/foreign" bs=1 conv=notrunc \
			seek="${change% *}" status=none
		exits 1 "$READER" --replay "$DIR/foreign"
		[[ ! -s $DIR/out ]]
		grep -E 'no recording|another release|damaged' "$DIR/err"
	done
}

# Frames of a later release are skipped; those that cannot be are an end.
frames()
{
	raw_frames '63000000 03000000 010203' '64000000 00000000'
	exits 0 "$READER" -H --replay "$DIR/raw"
	[[ $(wc -l <"$DIR/out") -eq 1 ]]

	# Too long, zero but not empty.
	for frame in '63000000 ffffffff' '63000000 01100000' \
		'01000000 ffffffff' '00000000 08000000 0102030405060708'; do
		raw_frames "$frame"
		exits 1 "$READER" -H --replay "$DIR/raw"
		[[ ! -s $DIR/out ]]
		grep -F damaged "$DIR/err"
	done
	# More than is looked at for one record.
	raw_frames "$(for ((i = 0; i < 9000; i++)); do
		printf '02000000 02000000 6161'
	done)"
	exits 1 "$READER" -H --replay "$DIR/raw"
	grep -F damaged "$DIR/err"
}

# A record that contradicts itself is printed but for what does, and the others
# are as if it were not there. "MEMBERS|NAME|CELL": in the table CELL, in JSON NAME.
odd_records()
{
	local members name cell count=0

	while IFS='|' read -r members name cell; do
		count=$((count + 1))
		printf 'bind comm=a\nbind comm=b addr=inet:0.0.0.0:80 %s\nbind comm=c\n' \
			"$members" | record "$DIR/odd"
		exits 3 "$READER" -H --replay "$DIR/odd" \
			-o comm,result,lsm,fd,address,odd
		[[ $(awk '{ print $1 }' "$DIR/out" | paste -s -d ' ') == 'a b c' ]]
		awk '$1 == "b"' "$DIR/out" | tr -s ' ' | grep -F -e " $cell" ||
			ktap_fail "$members is not shown as $cell"
		[[ $(awk '$1 != "b"' "$DIR/out" | grep -c '!') -eq 0 ]]
		grep -F '1 of its records cannot be right' "$DIR/err"
		exits 3 "$READER" -q -j --replay "$DIR/odd"
		[[ ! -s $DIR/err && $(wc -l <"$DIR/out") -eq 3 ]]
		sed -n 2p "$DIR/out" | grep -F "\"odd\":[$name]"
		[[ $(grep -c '"odd"' "$DIR/out") -eq 1 ]]
		exits 3 "$READER" -q --replay "$DIR/odd" --record -
		cmp "$DIR/out" "$DIR/odd"
	done <<-'END'
		result=99|"result"|99!
		result=-4096|"result"|-4096!
		result=-2147483648|"result"|-2147483648!
		result=1 lsm=1|"result","lsm"|1/lsm! 1!
		result=ok lsm=2147483647|"lsm"|ok! 2147483647!
		addrlen=129|"request"|?!
		addrlen=65535|"request"|?!
		final=inet:0.0.0.0:80 final_addrlen=33|"final"|0.0.0.0:80!
		flags=4|"final"|0.0.0.0:80!
		final_addrlen=16|"final"|0.0.0.0:80!
		fd_status=4|"fd"|-!
		fd_status=1|"fd"|-!
		fd=-1|"fd"|-!
	END
	[[ $count -eq 13 ]]
}

# It is neither a success nor an error, whoever asks.
odd_result()
{
	local filter

	printf 'bind result=%s proto=tcp addr=inet:0.0.0.0:1\n' ok 1 EPERM |
		record "$DIR/odd"
	for filter in --ok '--result=1' '--result=EPERM' '--result=unknown'; do
		exits 3 "$READER" -q -H -o result --replay "$DIR/odd" "$filter"
		[[ $(<"$DIR/out") != *'!'* ]]
	done
	for filter in --failed --result=odd --result='!ok,!1'; do
		exits 3 "$READER" -q -H -o result --replay "$DIR/odd" "$filter"
		grep -x '1! *' "$DIR/out"
	done
	exits 3 "$READER" -q -H --format=bindsnoop --replay "$DIR/odd"
	[[ $(awk '{ print $3 }' "$DIR/out" | paste -s -d ' ') == '0 1 -1' ]]
	exits 3 "$READER" -q --format=tracee --replay "$DIR/odd"
	[[ $(sed 's/.*"returnValue":\([-0-9]*\).*/\1/' "$DIR/out" |
		paste -s -d ' ') == '0 1 -1' ]]
}

odd_loss()
{
	printf 'bind comm=a\nlost cpu=1 first=5 last=4\nbind comm=b\n' |
		record "$DIR/odd"
	exits 3 "$READER" -H -o comm --replay "$DIR/odd"
	[[ $(tr -s '\n ' ' ' <"$DIR/out") == 'a b ' ]]
	grep -F 'lost records of CPU 1, how many cannot be told (from 5 to 4)' "$DIR/err"
	exits 3 "$READER" -q -j --replay "$DIR/odd"
	grep -x '{"type":"lost",.*"cpu":1,"first":5,"last":4,"odd":\["last"\]}' \
		"$DIR/out"
}

# The header of the recording says which version it is of: a record that does not
# agree is left out, wherever it is, and kept where that is recorded again.
foreign_records()
{
	local frame

	for frame in "01000000 c0010000 c0010200$(printf '00%.0s' {5..448})" \
		"01000000 c0010000 c1010100$(printf '00%.0s' {5..448})" \
		"01000000 c0010000 $(printf 'ff%.0s' {1..448})" \
		'01000000 00000000' '01000000 08000000 c001010001000000' \
		"01000000 c1010000 c0010100$(printf '00%.0s' {5..449})"; do
		raw_frames "$frame" "$frame"
		exits 3 "$READER" -H --replay "$DIR/raw" -o comm
		[[ $(tr -d ' ' <"$DIR/out") == test ]]
		[[ $(grep -c 'a record is of another ABI version' "$DIR/err") -eq 1 ]]
		grep -F '2 of its records could not be read' "$DIR/err"
		exits 3 "$READER" -q --replay "$DIR/raw" --record -
		cmp "$DIR/out" "$DIR/raw"
	done
}

# The module of a later release of this ABI: a record type, a value of via, a flag
# and a field in reserved bytes that this reader does not know. It prints the rest.
later_module()
{
	local form

	{
		cat reader/recordings/later
		printf 'raw 01000000c0010000c0010100090000000000000000000080%s\n' \
			"$(printf 'ab%.0s' {1..432})"
	} | record "$DIR/later" --order little
	for form in text json; do
		exits 0 "$READER" --format=$form --replay "$DIR/later"
		[[ ! -s $DIR/err ]]
		diff -u "reader/recordings/later.$form" "$DIR/out"
	done
}

# Records of any bytes, with one between them that is good: each of these is
# printed, by every form.
any_bytes()
{
	local form seed

	for seed in 1 2 3; do
		python3 - $seed <<-'END' | record "$DIR/any" --order little
			import random, sys
			random.seed(int(sys.argv[1]))
			print("host example 6.12.0 x86_64")
			for number in range(200):
			    data = bytearray(random.randbytes(448))
			    if number % 4:
			        data[:4] = b"\xc0\x01\x01\0"
			        data[4:6] = random.choice((b"\1\0", b"\2\0"))
			    print("raw 01000000 c0010000", data.hex())
			    print(f"bind proto=tcp addr=inet:0.0.0.0:80 comm=good{number}e"
			          " result=ok")
		END
		for form in text json csv tracee bindsnoop; do
			exits 3 "$READER" -q --replay "$DIR/any" --format=$form
			[[ $(grep -a -o -E 'good[0-9]+e' "$DIR/out" | uniq) == \
				$(seq -f 'good%.0fe' 0 199) ]]
		done
	done
}

# noise FILE SEED: some bytes of it are others.
noise()
{
	python3 - "$1" "$2" <<-END
		import random, sys
		random.seed(int(sys.argv[2]))
		data = bytearray(open(sys.argv[1], "rb").read())
		for i in range(8):
		    data[random.randrange(len(data))] = random.randrange(256)
		sys.stdout.buffer.write(data)
	END
}

# Whatever is in it, it ends, and prints nothing that a terminal obeys.
hostile_bytes()
{
	local form seed status

	for ((seed = 0; seed < 40; seed++)); do
		noise "$DIR/little" "$seed" >"$DIR/noise"
		for form in text json csv tracee bindsnoop; do
			status=0
			timeout 60 "$READER" --replay "$DIR/noise" \
				--format=$form >"$DIR/out" 2>"$DIR/err" ||
				status=$?
			((status <= 3))
			! tr -d '\n\r' <"$DIR/out" |
				LC_ALL=C grep -q '[[:cntrl:]]'
		done
	done
}

record_file()
{
	exits 0 "$READER" --replay "$DIR/whole" --record "$DIR/file"
	cmp "$DIR/whole" "$DIR/file"
	[[ $(stat -c %a "$DIR/file") -eq 600 ]]
	# It may be evidence.
	refuses 1 'the file exists' "$READER" --replay "$DIR/little" \
		--record "$DIR/file"
	cmp "$DIR/whole" "$DIR/file"
	: >"$DIR/empty"
	exits 0 "$READER" --replay "$DIR/whole" --record "$DIR/empty"
	cmp "$DIR/whole" "$DIR/empty"
	refuses 1 'cannot create' "$READER" --replay "$DIR/whole" \
		--record "$DIR/no/file"
	exits 0 "$READER" --replay "$DIR/whole" --record /dev/null
}

# Each file can be replayed by itself; the oldest go.
rotation()
{
	local old=$DIR/old

	mkdir "$old"
	seq -f 'bind pid=%.0f' 1 2000 | record "$DIR/long"
	exits 0 "$READER" --replay "$DIR/long" --record "$old/r" --rotate 1k,3
	[[ $(cd "$old" && echo *) == 'r r.1 r.2 r.3' ]]
	for file in "$old"/*; do
		exits 0 "$READER" -H --replay "$file" -o pid
	done
	cat "$old"/r.{3,2,1} "$old/r" >"$DIR/all"
	exits 0 "$READER" -H --replay "$DIR/all" -o pid
	diff <(tr -d ' ' <"$DIR/out") \
		<(seq $((2001 - $(wc -l <"$DIR/out"))) 2000)

	# What is there when it begins is kept too.
	exits 0 "$READER" --replay "$DIR/long" --record "$DIR/one" --rotate 1G
	cmp "$DIR/long" "$DIR/one"
	exits 0 "$READER" --replay "$DIR/whole" --record "$DIR/one" --rotate 1G
	cmp "$DIR/whole" "$DIR/one"
	cmp "$DIR/long" "$DIR/one.1"
	refuses 1 'no file' "$READER" --replay "$DIR/long" --record /dev/null \
		--rotate 1k
	[[ -c /dev/null ]]
}

# What could be written can be replayed.
full_disk()
{
	exits 1 "$READER" --replay "$DIR/whole" --record /dev/full
	grep -F 'make room' "$DIR/err"
	(
		ulimit -f 2
		exits 1 "$READER" --replay "$DIR/whole" --record "$DIR/limited"
	)
	grep -F 'make room' "$DIR/err"
	exits 3 "$READER" -H --replay "$DIR/limited"
	[[ $(wc -l <"$DIR/out") -eq 3 ]]
	exits 1 bash -c '"$0" "$@" >/dev/full' "$READER" --replay "$DIR/whole"
	grep -F 'make room' "$DIR/err"
}

# A file that is opened is never taken for one that was closed before.
closed()
{
	exits 1 bash -c '"$0" "$@" >&-' "$READER" --replay "$DIR/whole"
	grep -F 'standard output' "$DIR/err"
	exits 3 bash -c '"$0" "$@" >&- 2>&- <&-' "$READER" \
		--replay "$DIR/little" --record "$DIR/closed"
	cmp "$DIR/little" "$DIR/closed"
	exits 3 bash -c '"$0" "$@" 2>&- <&-' "$READER" \
		--replay "$DIR/little" --record "$DIR/closed2"
	cmp "$DIR/little" "$DIR/closed2"
}

broken_pipe()
{
	local status

	cat "$DIR"/whole{,,,,,,,} "$DIR"/whole{,,,,,,,} >"$DIR/much"
	cat "$DIR"/much{,,,,,,,} "$DIR"/much{,,,,,,,} >"$DIR/more"
	set +e
	"$READER" --replay "$DIR/more" 2>"$DIR/err" | head -n 1 >"$DIR/out"
	status=${PIPESTATUS[0]}
	set -e
	[[ $status -eq 0 ]]
	[[ ! -s $DIR/err ]]
}

ktap_run byte_orders other_machine wide_characters where_from all_members \
	names_of_the_recording processes_of_the_recording odd_process \
	of_a_later_release again standard_input live_pipe cut foreign_files frames \
	odd_records odd_result odd_loss foreign_records later_module any_bytes hostile_bytes record_file rotation full_disk closed broken_pipe
