# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The Debian archive: suites, their indexes and their kernel packages. The
# host's apt lends its mirror and its proxy settings; its sources, its lists
# and its idea of what is installed are not used and not changed.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
INDEX_MINUTES=$((12 * 60))

# URI from which the host's apt takes the release with this codename.
host_uri()
{
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets \
		--format '$(REPO_URI)|$(CODENAME)' 'Created-By: Packages' |
		awk -F '|' -v name="$1" '$2 == name {
			sub("/$", "", $1)
			print $1
			exit
		}'
}

host_codename()
{
	# shellcheck disable=SC1091
	(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
}

find_mirrors()
{
	local codename

	codename=$(host_codename)
	MIRROR=${SOCKBIND_MIRROR:-$(host_uri "$codename")}
	SECURITY_MIRROR=${SOCKBIND_SECURITY_MIRROR:-$(host_uri "$codename-security")}
	[[ $MIRROR ]] ||
		die "This host's apt knows no archive of Debian $codename; run apt-get update, or set SOCKBIND_MIRROR to the URI of a Debian archive."
}

# How the host's apt gets at the archive (proxies and the like), for an apt
# that does not read the host's configuration.
host_acquire()
{
	apt-config dump |
		grep -E '^Acquire::(http|https|Check|Retries)[^ ]* "[^"]+";' ||
		true
}

# The suite that the userland for SUITE's kernel comes from.
base_suite()
{
	case $1 in
	experimental) echo sid ;;
	*) echo "${1%-backports}" ;;
	esac
}

# No more than the packages: a host that has apt-file wants lists of all files.
suite_sources()
{
	local suite=$1 base how='target=Packages'

	base=$(base_suite "$suite")
	[[ ! -e $KEYRING ]] || how+=" signed-by=$KEYRING"
	echo "deb [$how] $MIRROR $base main"
	if [[ $base != sid && $SECURITY_MIRROR &&
		! -e $(index_of "$suite")/no-security ]]; then
		echo "deb [$how] $SECURITY_MIRROR $base-security main"
	fi
	[[ $suite == "$base" ]] || echo "deb [$how] $MIRROR $suite main"
}

# The directory of SUITE's index for this architecture.
index_of()
{
	local suite=$1

	! is_foreign || suite+=-$ARCH
	echo "$CACHE/apt/$suite"
}

# suite_apt SUITE STATUS TOOL ARG…: an apt tool that sees SUITE alone, and the
# packages of dpkg's status file STATUS as installed.
suite_apt()
{
	local suite=$1 status=$2 tool=$3 dir
	local prefer=()

	shift 3
	dir=$(index_of "$suite")
	[[ $suite == "$(base_suite "$suite")" ]] ||
		prefer=(-o "APT::Default-Release=$suite")
	"$tool" -q -o "Dir::Etc::sourcelist=$dir/sources.list" \
		-o "Dir::Etc::sourceparts=$dir/none" \
		-o "Dir::Etc::preferences=$dir/none" \
		-o "Dir::Etc::preferencesparts=$dir/none" \
		-o "Dir::State::lists=$dir/lists" \
		-o "Dir::State::status=$status" \
		-o "Dir::State::extended_states=$status.extended" \
		-o "Dir::Cache=$dir/cache" \
		-o "APT::Architecture=$ARCH" -o "APT::Architectures=$ARCH" \
		-o APT::Sandbox::User=root -o Acquire::Retries=3 \
		"${prefer[@]}" "$@"
}

# archive_apt SUITE TOOL ARG…: with no package installed.
archive_apt()
{
	local suite=$1

	shift
	suite_apt "$suite" "$(index_of "$suite")/nothing-installed" "$@"
}

# A mirror may change while it is read: apt then wants to be asked anew.
refresh_index()
{
	local suite=$1 dir tries=0

	dir=$(index_of "$suite")
	mkdir -p "$dir/none" "$dir/lists/partial" "$dir/cache/archives/partial"
	suite_sources "$suite" >"$dir/sources.list"
	: >"$dir/nothing-installed"
	until suite_apt "$suite" "$dir/nothing-installed" \
		apt-get update --error-on=any; do
		((++tries < 3)) || return 1
	done
	touch "$dir/stamp"
}

# Not every mirror of the security archive has all architectures: the release as
# it came out will do for those.
refresh_any_index()
{
	local suite=$1 dir

	! refresh_index "$suite" || return 0
	is_foreign || return 1
	dir=$(index_of "$suite")
	touch "$dir/no-security"
	refresh_index "$suite" || { rm "$dir/no-security" && false; }
}

index_is_fresh()
{
	[[ $(find "$(index_of "$1")/stamp" -mmin "-$INDEX_MINUTES" 2>/dev/null) ]]
}

# says_gone LOG: apt's words for what the archive does not have.
says_gone()
{
	grep -Eq 'have a Release file|404  Not Found' "$1"
}

# Refresh SUITE's index if it is old. Without a network an old one will do.
update_index()
{
	local suite=$1 log=$LOG/index-$1-$ARCH.log dir stamp

	! index_is_fresh "$suite" || return 0
	dir=$(index_of "$suite")
	stamp=$dir/stamp
	lock "${dir#"$CACHE/"}"
	if ! index_is_fresh "$suite"; then
		say "read the package index of $suite, $ARCH"
		if refresh_any_index "$suite" >"$log" 2>&1; then
			:
		elif says_gone "$log"; then
			gone "the archive no longer has all of $suite" "$log"
		elif [[ -e $stamp ]]; then
			say "the package index of $suite could not be refreshed (see $log); that of $(date -r "$stamp" +%F) is used"
		else
			die "The package index of $suite could not be read; the reason is in $log."
		fi
	fi
	unlock
}

# Field FIELD of the version of PACKAGE that SUITE would install.
package_field()
{
	local suite=$1 package=$2 field=$3

	archive_apt "$suite" apt-cache show --no-all-versions "$package" 2>/dev/null |
		sed -n "s/^$field: //p" || true
}

# Set KVER, the release of the newest kernel of SUITE and FLAVOUR, and PKGVER,
# the version of its packages.
find_kernel()
{
	local suite=$1 flavour=$2

	PKGVER=$(package_field "$suite" "linux-image-$flavour" Version)
	KVER=$(package_field "$suite" "linux-image-$flavour" Depends |
		grep -Eo '\<linux-image-[0-9][^ ,]*' || true)
	[[ $KVER ]] ||
		die "$suite has no package linux-image-$flavour; its flavours are: $(flavours "$suite")."
	KVER=${KVER#linux-image-}
}

# Print release and version of the kernels that SUITE's own index lists for
# FLAVOUR, the oldest first. "rt-amd64" is no form of "amd64".
list_kernels()
{
	local suite=$1 flavour=$2 packages

	mapfile -t packages < <(
		archive_apt "$suite" apt-cache pkgnames linux-image- |
			grep -Ex "linux-image-[0-9][^-]*(-[0-9][^-]*)?-$flavour"
	)
	((${#packages[@]})) || return 0
	archive_apt "$suite" apt-cache madison "${packages[@]}" |
		sed -nE "s,^ *linux-image-([^ ]+) \| *([^ ]+) \| .* $suite(-security)?/.*,\2 \1,p" |
		sort -uV | awk '{ print $2, $1 }'
}

# Set KVER and PKGVER to the newest kernel of SUITE and FLAVOUR that is older than
# PKGVER. Fails if there is none.
find_older_kernel()
{
	local suite=$1 flavour=$2 kver pkgver found=''

	while read -r kver pkgver; do
		dpkg --compare-versions "$pkgver" lt "$PKGVER" || break
		found="$kver $pkgver"
	done < <(list_kernels "$suite" "$flavour")
	[[ $found ]] || return 1
	read -r KVER PKGVER <<<"$found"
}

# try COMMAND…: run COMMAND in a subshell. TRIED is 0 or, if the archive no longer
# has what it wants, EXIT_GONE.
try()
{
	# Not in a condition: that would turn off set -e in COMMAND.
	set +e
	(
		set -e
		OTHER_WILL_DO=1
		"$@"
	)
	TRIED=$?
	set -e
	((TRIED == 0 || TRIED == EXIT_GONE)) || exit "$TRIED"
}

# find_kernel_for SUITE FLAVOUR COMMAND…: set KVER and PKGVER to the newest kernel
# for which COMMAND, run by try, finds all in the archive. An index lists packages
# that the pool no longer has, or not yet; it lists older ones too, those of the
# release as it came out at least.
find_kernel_for()
{
	local suite=$1 flavour=$2 newest

	shift 2
	find_kernel "$suite" "$flavour"
	newest=$KVER
	try "$@"
	while ((TRIED)); do
		find_older_kernel "$suite" "$flavour" ||
			gone "the archive lists kernels of $suite, $flavour, and no longer has any" "$LOG"
		try "$@"
	done
	[[ $KVER == "$newest" ]] ||
		say "the archive lists $newest and no longer has all of it: $KVER is used"
}

# Print which of the suites that get kernels first has the newest.
newest_suite()
{
	local suite version best=0

	for suite in trixie-backports sid experimental; do
		(update_index "$suite") || continue
		version=$(package_field "$suite" \
			"linux-headers-$KERNEL_FLAVOUR" Version)
		if dpkg --compare-versions "${version:-0}" gt "$best"; then
			best=$version
			echo "$suite"
		fi
	done | tail -n 1
}

flavours()
{
	archive_apt "$1" apt-cache pkgnames linux-headers- |
		sed -n 's/^linux-headers-\([a-z].*\|686.*\)/\1/p' |
		sort | tr '\n' ' ' | sed 's/ $//'
}

# A package that the index names may have left the archive since. What even a fresh
# index names, and the archive does not have, is gone.
retry_fresh()
{
	local suite=$1 log

	shift
	! "$@" || return 0
	refresh_index "$suite"
	log=$(mktemp -p "$LOG")
	! "$@" >"$log" 2>&1 || return 0
	cat "$log" >&2
	! says_gone "$log" || exit "$EXIT_GONE"
	return 1
}

# fetch_debs SUITE DIR PACKAGE…: only these packages, into DIR.
fetch_debs()
{
	local suite=$1 dir=$2

	shift 2
	cd "$dir" || return
	retry_fresh "$suite" archive_apt "$suite" apt-get download "$@"
}

# Fill DIR with the files of the kernel KVER, from whichever packages of the
# version PKGVER they are spread over.
extract_kernel()
{
	local suite=$1 kver=$2 pkgver=$3 dir=$4 packages deb

	mapfile -t packages < <(
		archive_apt "$suite" apt-cache depends "linux-image-$kver" |
			awk -v kver="-$kver" '$1 == "Depends:" && $2 ~ /^linux-/ &&
				substr($2, length($2) - length(kver) + 1) == kver {
				print $2
			}'
	)
	packages+=("linux-image-$kver")
	mkdir "$dir/deb"
	fetch_debs "$suite" "$dir/deb" "${packages[@]/%/=$pkgver}"
	for deb in "$dir"/deb/*.deb; do
		dpkg-deb -x "$deb" "$dir"
	done
	rm -r "$dir/deb"
	[[ -e $dir/lib ]] || ln -s usr/lib "$dir/lib"
	if [[ -e $dir/boot/vmlinux-$kver ]]; then
		ln -s "vmlinux-$kver" "$dir/boot/vmlinuz-$kver"
	elif [[ ! -e $dir/boot/vmlinuz-$kver ]]; then
		mkdir -p "$dir/boot"
		ln -s "../lib/modules/$kver/vmlinuz" "$dir/boot/vmlinuz-$kver"
	fi
	depmod -b "$dir" "$kver"
}
