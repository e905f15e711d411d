#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2154
#
# Everything, its tests included, built with clang without a warning, for this machine;
# where the sysroot of tests/bed is there, the library for s390x, too. Not optimized: clang's
# warnings do not depend on that. The builds lie in gates-build.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$top_srcdir/tests/lib.sh" || exit 99

# Those of "make check" are not for the builds here.
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL

command -v clang >/dev/null || skip_all "no clang here"
# A date in the program would be another one in every build.
flags="-O0 -Wdate-time"
cross=${S390MEMCTL_CACHE:-$top_srcdir/.cache}/cross.env

# configured DIR OPTION...: in the build folder
configured() {
	mkdir -p "$1" && cd "$1" || return
	shift
	[ -x config.status ] ||
		"$top_srcdir/configure" CFLAGS="$flags" --enable-werror --disable-bed-tests "$@"
}

build() {
	configured "$top_builddir/gates-build/clang" CC=clang && make -j"$(nproc)" &&
		make -j"$(nproc)" -C tests check TESTS=
}

# Not linked: clang wants __muloti4() of compiler-rt, which Debian has not for s390x.
build_cross() {
	# shellcheck disable=SC1090
	. "$cross"
	configured "$top_builddir/gates-build/clang-s390x" CC="clang --target=s390x-linux-gnu" \
		--host=s390x-linux-gnu && make -j"$(nproc)" -C src libs390memctl.a
}

# no_warnings NAME COMMAND...
no_warnings() {
	local name=$1

	shift
	(run "$@"
	if [ "$status" != 0 ] || grep -q 'warning:' "$test_dir/out"; then
		grep -E -A 5 'error|warning:|undefined' "$test_dir/out" | head -n 60 >"$test_dir/end"
		note "$test_dir/end"
		exit 1
	fi)
	is "$name" $? 0
}

no_warnings "all of it with clang" build
if [ "$(uname -m)" = s390x ] || [ ! -e "$cross" ] || ! command -v s390x-linux-gnu-gcc >/dev/null; then
	skip "the library of it for s390x with clang" "no cross-compiler or sysroot here"
else
	no_warnings "the library of it for s390x with clang" build_cross
fi
done_testing
