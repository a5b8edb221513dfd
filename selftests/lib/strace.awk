#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0-only
#
# What "strace -f -e trace=bind -o FILE" wrote, one bind a line:
#
#	THREAD DESCRIPTOR FAMILY NAME PORT LENGTH RESULT
#
# without those that do not reach the hook: a descriptor of no socket, an
# address that cannot be read, a length that no address has.

function between(text, before, after)
{
	if (!match(text, before))
		return "-"
	text = substr(text, RSTART + RLENGTH)
	return substr(text, 1, index(text, after) - 1)
}

/ bind\(/ {
	match($0, /sa_family=[A-Z0-9_]*/)
	family = substr($0, RSTART + 10, RLENGTH - 10)
	name = port = "-"
	if (family == "AF_INET") {
		port = between($0, "sin_port=htons\\(", ")")
		name = between($0, "sin_addr=inet_addr\\(\"", "\"")
	} else if (family == "AF_INET6") {
		port = between($0, "sin6_port=htons\\(", ")")
		name = between($0, "inet_pton\\(AF_INET6, \"", "\"")
	} else if (/sun_path=@"/) {
		name = "@" between($0, "sun_path=@\"", "\"")
	} else if (/sun_path="/) {
		name = between($0, "sun_path=\"", "\"")
	}
	match($0, /, -?[0-9]+\) += /)
	split(substr($0, RSTART + 2, RLENGTH - 2), length_of, ")")
	rest = substr($0, RSTART + RLENGTH)
	split(rest, word, " ")
	result = word[1] == "0" ? "ok" : word[2]
	if (result ~ /^(EBADF|ENOTSOCK|EFAULT)$/ ||
	    length_of[1] < 0 || length_of[1] > 128)
		next
	print $1, between($0, "bind\\(", ","), family, name, port,
		length_of[1], result
}
