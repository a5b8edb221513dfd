#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What each option of the reader selects from a recording, and what is said of
# those that are wrong.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh
. reader/replay.sh

grep -v '^lost' "$SAMPLE" | record "$DIR/sample"
all='197 212 219 222 225 228 234 240 300 310 320 330 340 350 360 370'

# Second $1 of the recording, as TZ has it.
second()
{
	date -d "@$((1790000000 + $1))" '+%F %T'
}

# pids OPTION…: the binds that are selected, by their processes.
pids()
{
	exits 0 "$READER" --replay "$DIR/sample" -H -o pid "$@"
	tr -s '\n ' ' ' <"$DIR/out" | sed 's/^ //; s/ $//'
}

# selects PIDS OPTION…
selects()
{
	local found

	found=$(pids "${@:2}")
	[[ $found == "$1" ]] || ktap_fail "${*:2} selects $found, not $1"
}

# but PID…: all the others.
but()
{
	local pid list=" $all "

	for pid; do
		list=${list/ $pid / }
	done
	sed 's/^ //; s/ $//' <<<"$list"
}

pid()
{
	selects '222' -p 222
	selects '222 300' --pid 222,300
	selects '212 219 222' -p 200-224
	selects '212 222' -p '200-224,!219'
	selects "$(but 222)" -p '!222'
	selects '222 300' -p 222 -p 300
	selects '' -p 4294967295
}

port()
{
	selects '197 222 225' -P 80
	selects '197 212 222 225' --ports 53,80
	# Asked for, and what came of it.
	selects '228' -P 0
	selects '228' -P 59993
	selects '228 300 310' -P '8000-65535,!9000,!5353'
	selects "$(but 197 222 225)" -P '!80'
	selects '197 212 219 222 225 228 300 310 320 340 360' -P 0-65535
	selects '340' -P 1024
	printf 'bind pid=%s proto=v_str addr=vsock:4294967295:%s\n' \
		1 70000 2 4464 3 4294967295 | record "$DIR/vsock"
	exits 0 "$READER" --replay "$DIR/vsock" -H -o pid,addr,port -P 70000
	[[ $(tr -s ' ' <"$DIR/out") == ' 1 * 70000' ]]
	# Of another family's socket it means nothing.
	record "$DIR/vsock" <<<'bind family=1 addr=vsock:1:80'
	exits 0 "$READER" --replay "$DIR/vsock" -H -P 80
	[[ ! -s $DIR/out ]]
}

user()
{
	selects '228 234 240' -u alice
	selects '225 310' -u nobody,mysql
	selects '300' -u 1001
	selects '228 234 240 300' -u 1000-1001
	selects '225 300 310 320 330 340 350 360 370' -u '!root,!alice'
	selects '228 234 240' -n -u 1000
}

cgroup()
{
	selects '197 300' -c /system.slice
	selects '197' -c system.slice/nginx.service
	selects '197' --cgroup /sys/fs/cgroup/system.slice/nginx.service/
	selects '' -c /system
	selects '197 300' -c /
	selects "$(but 197 300)" -c '!/system.slice'
}

comm()
{
	selects '197' --comm nginx
	selects '222 225 228 234' --comm 'so*'
	selects '212 240' --comm '?nsmasq,app 1'
	selects "$(but 222 225 228 234)" --comm '!socat'
}

family()
{
	selects '219 320' --family inet6
	selects '234 240 330' --family unix,netlink
	selects '234 240' --family AF_LOCAL
	selects '340' --family 40
	selects "$(but 219 320 234 240)" --family '!inet6,!unix'
	# By the socket's or the address's: nothing can evade.
	printf 'bind pid=1 family=2 addr=hex:%s\n' 0000 0200 0a00 |
		record "$DIR/unspec" --order little
	exits 0 "$READER" --replay "$DIR/unspec" -H --family unspec
	[[ $(wc -l <"$DIR/out") -eq 1 ]]
	exits 0 "$READER" --replay "$DIR/unspec" -H --family inet
	[[ $(wc -l <"$DIR/out") -eq 3 ]]
}

proto()
{
	local expected list

	selects '212 228 360' --proto udp
	selects '234 330 340' --proto u_str,nl,v_str
	selects '212 228 360' --proto 17
	printf 'bind pid=%s proto=%s addr=inet:0.0.0.0:80 result=ok\n' \
		1 tcp 2 mptcp 3 udp | record "$DIR/proto"
	while read -r expected list; do
		exits 0 "$READER" --replay "$DIR/proto" -H -o pid --proto "$list"
		[[ $(tr -d ' ' <"$DIR/out" | paste -s -d ,) == "$expected" ]]
	done <<-'END'
		1,2 tcp
		2 mptcp
		1 tcp,!mptcp
		3 !tcp
		1 6
	END
	exits 0 "$READER" --replay "$DIR/proto" -H --format=bindsnoop
	[[ $(awk '{ print $4 }' "$DIR/out" | paste -s -d ,) == TCP,TCP,UDP ]]
	selects '234 240 330 340 350' --proto '!tcp,!udp'
}

addr()
{
	selects '300' --addr 10.0.0.0/8
	selects '300 310' --addr 10.1.2.3,127.0.0.1
	selects '197 212 222 225 228' --addr 0.0.0.0
	selects '219' --addr ::
	selects '320' --addr fe80::/10
	selects '197 212 222 225 228 300 310 360' --addr 0.0.0.0/0
	selects '360' --addr '0.0.0.0/0,!0.0.0.0/1'
	selects '240' --addr '/run/*'
	selects '234' --addr '@d*'
	printf 'bind pid=%s proto=tcp6 addr=inet6:%s:1\n' \
		7 ::ffff:10.9.8.7 8 ::ffff:11.9.8.7 | record "$DIR/mapped"
	exits 0 "$READER" --replay "$DIR/mapped" -H -o pid --addr 10.0.0.0/8
	[[ $(tr -d ' ' <"$DIR/out") == 7 ]]
}

netns()
{
	selects '300' --netns 4026532500
	selects '300' --netns 'net:[4026532500]'
	selects "$(but 300)" --netns '!4026532500'
	# Names of this host are for its device.
	refuses 2 'inode number' "$READER" --replay "$DIR/sample" --netns $$
	refuses 2 'no such process' "$READER" --netns 4194304
	refuses 1 /nonexistent "$READER" -d /nonexistent --netns $$
}

container()
{
	selects '300' --container 4c01db0b339c
	selects '300' --container 4c
	selects '300' --container '*'
	selects "$(but 300)" --container '!*'
	selects '' --container 01db
}

result()
{
	selects '225 310' --result EACCES
	selects '222 225 310' --result eaddrinuse,13
	selects '360' --result unknown
	selects '222 225 300 310 370' --failed
	selects '222 225 300 310 360 370' --result '!ok'
	selects "$(but 222 225 300 310 360 370)" --ok
	# Those of bindsnoop: failures are always shown.
	selects "$all" -x
	selects "$all" -E
}

labels()
{
	selects '197 212 219 222 225' --privileged
	selects "$(but 197 212 219 222 225)" --privileged=no
	selects '228' --ephemeral
	selects '219 234' --shared
	selects "$(but 219 234)" --shared=no
	selects '300' --scope private
	selects '310 320 360' --scope loopback,link-local,multicast
	selects '197 212 219 222 225' --category well-known
	selects '228' --category dynamic
}

together()
{
	selects '225' -P 80 --failed -u nobody
	selects '222' --comm socat --proto tcp --result '!EACCES'
	selects '' -p 197 -P 53
}

time_of_bind()
{
	selects '330 340 350 360 370' --since "$(second 9)"
	selects '330 340' --since "$(second 9)" --until @1790000010
	selects '350 360 370' --since 2026-09-21T14:13:30.000000001Z
	selects '197 212' --until '@1790000000.25'
	selects "$all" --since yesterday --until now --since @1
	selects '' --since now
	TZ=Asia/Kolkata selects '370' --since '2026-09-21 19:43:33'
}

number()
{
	selects '197 212 219' -N 3
	selects '222 225' -N 2 --failed
	selects "$all" --number 17
}

# Neither has a meaning where there is an end anyway.
follow()
{
	selects "$all" --no-follow
	selects "$all" --follow
	selects "$all" --duration 1h
}

count()
{
	exits 0 "$READER" --replay "$DIR/sample" --by user,result --family inet
	diff "$DIR/out" - <<-'END'
		  COUNT USER   RESULT
		      2 root   ok
		      1 0      ?
		      1 0      EINVAL
		      1 1001   EADDRNOTAVAIL
		      1 alice  ok
		      1 mysql  EACCES/lsm
		      1 nobody EACCES
		      1 root   EADDRINUSE
	END
	exits 0 "$READER" --replay "$DIR/sample" --count -P 80,53
	diff "$DIR/out" - <<-'END'
		  COUNT COMM    ADDR    PORT
		      2 socat   0.0.0.0   80
		      1 dnsmasq 0.0.0.0   53
		      1 nginx   0.0.0.0   80
	END
	exits 0 "$READER" --replay "$DIR/sample" --by proto --every 8s -H
	diff "$DIR/out" - <<-'END'
		2026-09-21 14:13:27.000000
		      6 tcp
		      2 udp
		      1 u_dgr
		      1 u_str
		2026-09-21 14:13:33.000000
		      2 tcp
		      1 nl
		      1 p_raw
		      1 udp
		      1 v_str
	END
	exits 0 "$READER" --replay "$DIR/sample" --by comm --comm 'evil*' -j
	diff "$DIR/out" - <<-'END'
		{"type":"count","host":"gateway","boot_id":"01234567-89ab-cdef-0123-456789abcdef","instance":"00010203-0405-0607-0809-0a0b0c0d0e0f","count":1,"comm":"evil\\x1b[2J"}
	END
}

# However many there are, each bind is in one group or told to be in none.
many_groups()
{
	seq -f 'bind pid=%.0f' 1 20000 | record "$DIR/groups"
	exits 0 "$READER" --replay "$DIR/groups" --by pid
	[[ $(wc -l <"$DIR/out") -eq $((1 + 16384 + 1)) ]]
	[[ $(awk '{ sum += $1 } END { print sum }' "$DIR/out") -eq 20000 ]]
	tail -n 1 "$DIR/out" | grep '3616 in groups'
}

quiet()
{
	record "$DIR/lost" <<<'lost cpu=1 first=0 last=9'
	exits 3 "$READER" --replay "$DIR/lost" -H
	[[ $(<"$DIR/err") == *'lost 10 records of CPU 1'*'lost 10 records in all' ]]
	exits 3 "$READER" --replay "$DIR/lost" -H -q
	[[ ! -s $DIR/err ]]
	exits 3 "$READER" --replay "$DIR/lost" -j -q
	[[ $(<"$DIR/out") == *'"type":"lost"'*'"count":10'* ]]
	exits 0 "$READER" --replay "$DIR/sample" --banner
	grep -F "$DIR/sample" "$DIR/err"
}

# OPTION VALUE, for each option that has one.
bad_values()
{
	local option value

	while read -r option value; do
		refuses 2 "$option" "$READER" --replay "$DIR/sample" \
			"$option" "$value"
	done <<-'END'
		--pid x
		--pid -1
		--pid 4294967296
		--pid 9-8
		--pid 1-
		--pid 1,,2
		--pid !
		--ports 4294967296
		--ports 80x
		--ports 0x50
		--user 1000-999
		--user ,
		--family inet7
		--proto tpc
		--addr 1.2.3
		--addr 1.2.3.4/33
		--addr ::/129
		--addr ::/
		--addr localhost
		--netns net:[x
		--result EADDRINUS
		--result 4096
		--scope far
		--category none-such
		--since never
		--since 2026-02-31
		--since 25:00
		--until 5
		--duration 0
		--duration 5x
		--duration -5
		--duration 1.2.3
		--every 0
		--by nonsense
		--rotate 0
		--rotate 5T
		--rotate 1M,0
		--rotate 1M,
		--rotate 99999999999G
		--format xml
	END
	refuses 2 '-N' "$READER" -N 0
	refuses 2 '-N' "$READER" -N -1
	refuses 2 '-o' "$READER" -o nonsense
	refuses 2 'yes or no' "$READER" --privileged=maybe
}

contradictions()
{
	refuses 2 --rotate "$READER" --rotate 1M
	refuses 2 --rotate "$READER" --rotate 1M --record -
	refuses 2 -W "$READER" -W --replay "$DIR/sample"
	refuses 2 --no-follow "$READER" -W --no-follow
	refuses 2 --until "$READER" --since now --until -1h
	refuses 2 -n "$READER" -n -u root
	refuses 2 --count "$READER" --count --record "$DIR/new"
	refuses 2 --count "$READER" --count --format csv
	refuses 2 -o "$READER" --count -o pid
	refuses 2 --replay "$READER" --replay "$DIR/sample" --check
	[[ ! -e $DIR/new ]]
}

# What is printed and no more is printed, or it is said that it was not.
information()
{
	local option

	for option in -h --list-columns -V; do
		exits 0 "$READER" "$option"
		[[ -s $DIR/out && ! -s $DIR/err ]]
		exits 1 bash -c '"$0" "$@" >/dev/full' "$READER" "$option"
		grep -F 'make room' "$DIR/err"
	done
	exits 0 "$READER" -h
	[[ $(wc -l <"$DIR/out") -le 24 ]]
	! grep -E '.{80}' "$DIR/out"
	# All that getopt knows is in the help.
	sed -n 's/^\t{ "\([a-z-]*\)",.*/\1/p' ../tools/options.c |
		while read -r option; do
			grep -q -e "--$option\\b" "$DIR/out" ||
				ktap_fail "the help has no --$option"
		done
}

ktap_run pid port user cgroup comm family proto addr netns container result \
	labels together time_of_bind number follow count many_groups quiet \
	bad_values contradictions information
