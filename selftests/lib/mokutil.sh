# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The key that dkms signs with, offered to the firmware as README.md tells. Sourced
# in the top directory, after package.sh.

# With PASSWORD, which mokutil asks for.
readme_import()
{
	local commands

	commands=$(readme_commands selftests/lib/mokutil.sh)
	[[ $commands == *mokutil* ]]
	sudo() { printf '%s\n%s\n' "$PASSWORD" "$PASSWORD" | "$@"; }
	eval "$commands"
	mokutil --list-new | grep -F 'DKMS'
}
