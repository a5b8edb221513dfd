#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# There is one version, and a release of it is made only of what is ready: in a
# repository that is forgotten.
set -euo pipefail

cd "$(dirname "$0")/../.."
. selftests/lib/ktap.sh
. selftests/vm/lib.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Nobody's settings, and only the repository that is made here.
export HOME=$dir GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES=$dir
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
export RELEASE_CHECK=true
unset GIT_DIR GIT_WORK_TREE

version=$(cat VERSION)

# Make $repo, a repository of these files, in which NEWS has the day.
make_repository()
{
	repo=$dir/${KTAP_CASE}/sockbind
	mkdir -p "$repo"
	sources >"$dir/files"
	tar -c -f - -T "$dir/files" | tar -C "$repo" -xf -
	cd "$repo"
	rm -f MANIFEST
	sed -i "s/^$version (.*)/$version (2026-12-24)/" NEWS
	packaging/version
	git init -q
	commit
}

commit()
{
	git add -A
	git commit -q -m 'a commit'
}

# refuses WORDS COMMAND…: it fails, says so, and leaves no tag and no tarball.
refuses()
{
	local said

	said=$("${@:2}" 2>&1) && ktap_fail "\"${*:2}\" succeeded"
	[[ $said == *"$1"* ]] || ktap_fail "\"${*:2}\" says: $said"
	[[ ! $(git tag) && ! -e ../sockbind-$version.tar.gz ]]
}

version_is_one()
{
	packaging/version --check
}

version_is_brought()
{
	local file

	make_repository
	echo 7.8.9 >VERSION
	refuses 'module/version.h' packaging/version --check
	packaging/version || :
	for file in module/version.h dkms.conf packaging/sockbind.spec man/*; do
		grep -F 7.8.9 "$file"
	done
	refuses 'debian/changelog is not of version 7.8.9' packaging/version --check
	sed -i "1s/$version/7.8.9/" debian/changelog
	refuses 'NEWS is not of version 7.8.9' packaging/version --check
	sed -i "s/^$version (.*)/7.8.9 (2027-01-02)/" NEWS
	packaging/version
	[[ $(grep -l '^\.TH .* 2027-01-02 "sockbind 7.8.9" ' man/* | wc -l) == 3 ]]
	packaging/version --check
	echo 'next' >VERSION
	refuses '1.2.3' packaging/version
}

release()
{
	make_repository
	packaging/release
	[[ $(git tag) == "v$version" ]]
	tar -tzf "../sockbind-$version.tar.gz" | sed -n "s,^sockbind-$version/,,p" |
		grep -v '/$' | grep . | sort >"$dir/packed"
	tar -xzO -f "../sockbind-$version.tar.gz" "sockbind-$version/MANIFEST" |
		sort | diff - "$dir/packed"
	{ git ls-files; echo MANIFEST; } | sort | diff - "$dir/packed"
}

# The sources of a tarball are those of a checkout.
release_has_its_files()
{
	make_repository
	packaging/release
	mkdir "$dir/unpacked"
	tar -C "$dir/unpacked" -xzf "../sockbind-$version.tar.gz"
	cd "$dir/unpacked/sockbind-$version"
	bash -c '. selftests/vm/lib.sh && sources' | sort | diff - MANIFEST
}

release_repeats()
{
	make_repository
	packaging/release
	mv "../sockbind-$version.tar.gz" "$dir/first"
	git tag -d "v$version"
	touch README.md
	packaging/release
	cmp "../sockbind-$version.tar.gz" "$dir/first"
}

# not_with WORDS SED FILE: with that change in it, committed, it refuses to.
not_with()
{
	sed -i "$2" "$3"
	commit
	refuses "$1" packaging/release
	git reset -q --hard HEAD~1
}

not_ready()
{
	make_repository
	echo >>README.md
	refuses 'not committed' packaging/release
	git checkout -q README.md
	not_with 'not the same everywhere' 's/.*/7.8.9/' VERSION
	not_with 'NEWS does not say when' "s/^$version (.*)/$version (unreleased)/" NEWS
	not_with UNRELEASED '1s/ [a-z]*;/ UNRELEASED;/' debian/changelog
	RELEASE_CHECK=false refuses '' packaging/release
	packaging/release
	! packaging/release 2>"$dir/said"
	grep -F "There is a tag v$version already" "$dir/said"
}

type -P git >/dev/null || ktap_skip 'there is no git'
ktap_run version_is_one version_is_brought release release_has_its_files \
	release_repeats not_ready
