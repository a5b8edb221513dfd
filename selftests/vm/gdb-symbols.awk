#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0-only
#
# Make commands for gdb of what gdb.guest writes each time that it has loaded the
# module: "NAME ADDRESS" for each of its sections and for _text, where the kernel
# begins, and an empty line. -v module=FILE; with -v vmlinux=FILE -v linked=ADDRESS
# the kernel's symbols too, moved from there to where it runs. Those of the load
# before are forgotten.

$1 == ".text" {
	text = $2
	next
}

$1 == "_text" {
	kernel = $2
	next
}

# .init is gone by now; the tables of symbols are the file's own.
NF && !/^\.(init|strtab|symtab)/ {
	others = others " -s " $1 " " $2
}

!NF {
	sections = others
	others = ""
}

END {
	print "symbol-file"
	print "set $text = " kernel
	if (vmlinux)
		print "symbol-file " vmlinux " -o " kernel "-" linked
	print "add-symbol-file " module " " text sections
}
