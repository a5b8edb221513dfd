#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The ABI header is for the programs of others: it compiles by itself, in every
# dialect, without a warning and without a hole between members.
set -euo pipefail

cd "$(dirname "$0")/.."
. lib/ktap.sh

compile()
{
	printf '#include <linux/sockbind.h>\nstruct sockbind_info info;\n' |
		"$@" -Wall -Wextra -Werror -I../uapi \
			-fsyntax-only -
}

c90()
{
	compile "${CC:-cc}" -x c -std=c90 -pedantic -Wno-long-long
}

c23()
{
	compile "${CC:-cc}" -x c -std=c2x -pedantic
}

no_padding()
{
	compile "${CC:-cc}" -x c -Wpadded
}

cplusplus()
{
	echo 'int main() { }' | "${CXX:-c++}" -x c++ -fsyntax-only - 2>/dev/null ||
		ktap_skip 'there is no C++ compiler'
	compile "${CXX:-c++}" -x c++ -std=c++11 -pedantic
}

# The same numbers for a 32-bit program on a 64-bit kernel.
m32()
{
	echo '#include <asm/types.h>' |
		"${CC:-cc}" -m32 -x c -fsyntax-only - 2>/dev/null ||
		ktap_skip 'the compiler is for one word size'
	printf '%s\n' '#include <linux/sockbind.h>' \
		'_Static_assert(sizeof(union sockbind_record) == 448, "");' \
		'_Static_assert(sizeof(struct sockbind_info) == 160, "");' \
		'_Static_assert(SOCKBIND_IOC_GET_INFO == 0x80a0be00, "");' |
		"${CC:-cc}" -m32 -x c -I../uapi -fsyntax-only -
}

ktap_run c90 c23 cplusplus no_padding m32
