#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0-only
#
# The binds in the reader's JSON, one a line, as strace.awk has them.

# The value of a member, in what follows the member @object.
function member(object, name,    text)
{
	text = substr($0, index($0, "\"" object "\":{"))
	text = substr(text, 1, index(text, "}"))
	if (!match(text, "\"" name "\":(\"[^\"]*\"|-?[0-9]+)"))
		return "-"
	text = substr(text, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
	gsub(/"/, "", text)
	return text
}

/^[{]"type":"bind"/ {
	name = member("request", "address")
	if (name == "-")
		name = member("request", "path")
	if (name == "-" && (name = member("request", "abstract")) != "-")
		name = "@" name
	result = "ok"
	if (match($0, /"error":"[A-Z0-9]+"/))
		result = substr($0, RSTART + 9, RLENGTH - 10)
	print member("process", "tid"), member("socket", "fd"),
		member("request", "family"), name, member("request", "port"),
		member("request", "len"), result
}
