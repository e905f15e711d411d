#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2154
#
# Two builds of the same sources give the same bytes: of the tarball, and of all that is
# installed. They differ in folder, time, umask, locale, time zone and -j. The prefix
# maps are what distributions give: else debugging information has the folder.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$top_srcdir/tests/lib.sh" || exit 99

# Those of "make check" are not for the builds here.
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL

export SOURCE_DATE_EPOCH=1700000000
one=$test_dir/one
two=$test_dir/another/and/longer

# make_tarball BUILD TO: a tarball out of a build folder
make_tarball() {
	make -C "$1" dist-xz && mv "$1"/s390memctl-*.tar.xz "$2"
}

# build DIR MAKE-OPTION...: what is in the tarball, installed in DIR/root
build() {
	local dir=$1 source

	shift
	mkdir -p "$dir" && tar -C "$dir" -xf "$test_dir/one.tar.xz" || return
	source=$(echo "$dir"/s390memctl-*)
	mkdir "$dir/build" && cd "$dir/build" || return
	"$source/configure" CFLAGS="-O2 -g -ffile-prefix-map=$source=. -ffile-prefix-map=$dir/build=." &&
		make "$@" && make install DESTDIR="$dir/root"
}

build_two() {
	umask 077
	export LC_ALL=C TZ=Asia/Tokyo
	build "$two" -j"$(nproc)" && make_tarball "$two/build" "$test_dir/two.tar.xz"
}

# The two at the same time.
build_both() {
	local first status=0

	build "$one" -j1 >"$test_dir/one.log" 2>&1 &
	first=$!
	(build_two) || status=1
	if ! wait "$first"; then
		cat "$test_dir/one.log"
		status=1
	fi
	return "$status"
}

# must NAME COMMAND...: succeeds, or the end of what it said is shown
must() {
	local name=$1

	shift
	(run "$@"; tail -n 20 "$test_dir/out" >"$test_dir/end"; exit "$status")
	status=$?
	[ "$status" = 0 ] || note "$test_dir/end"
	is "$name" "$status" 0
}

# sums DIR: of all files in it, with their names
sums() {
	(cd "$1" && find . -type f -exec sha256sum {} + | sort -k 2)
}

must "a tarball" make_tarball "$top_builddir" "$test_dir/one.tar.xz"
must "two builds, and a tarball of the second" build_both
sums "$one/root" >"$test_dir/one.sums"
sums "$two/root" >"$test_dir/two.sums"
is "the program is there" "$(grep -c 'bin/s390memctl$' "$test_dir/one.sums")" 1
run diff "$test_dir/one.sums" "$test_dir/two.sums"
note "$test_dir/out"
is "what is installed is the same, byte for byte" "$status" 0
run cmp "$test_dir/one.tar.xz" "$test_dir/two.tar.xz"
note "$test_dir/out"
is "so are the tarballs" "$status" 0
done_testing
