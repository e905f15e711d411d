#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds with --enable-coverage in gates-build/coverage, runs the tests of this machine
# (not those that kill s390memctl, which then does not count), builds the same for s390x
# and runs the scripts of the fast bed by it, and prints which share of the lines has run.
# Words of the command line go to coverage.py: -m lists the lines that have not.

set -euo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source=$(dirname "$tests")
build=${top_builddir:-$source}/gates-build/coverage
status=0
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL
# shellcheck source-path=SCRIPTDIR source=../bed-lib.sh
. "$tests/bed-lib.sh"

# The tests, as make knows them.
names() {
	(cd "$tests" && find unit -name 'test-*.c' | sed 's/\.c$//'
	find shell -name '*.sh' ! -name '*-lib.sh'
	ls tcg-*.sh fuzz.sh sym-vmlinux.sh x86-live.sh) | sort
}

native() {
	mkdir -p "$build"
	cd "$build"
	[ -x config.status ] || "$source/configure" --enable-coverage
	make -j"$(nproc)"
	find . -name '*.gcda' -delete
	# shellcheck disable=SC2046
	S390MEMCTL_FUZZ=0 make -k -j"$(nproc)" -C tests check TESTS="$(names | xargs)"
}

# In the bed a run of s390memctl takes several times as long, since it writes 100 files.
s390x() {
	local ended=0

	mkdir -p "$build-s390x"
	cd "$build-s390x"
	# shellcheck disable=SC1091
	. "$cache/cross.env"
	[ -x config.status ] || "$source/configure" --enable-coverage --host=s390x-linux-gnu
	make -j"$(nproc)"
	make -j"$(nproc)" -C tests check TESTS=
	make -C src s390memctl-hooks
	find . -name '*.gcda' -delete
	rm -rf "$build-bed"
	mkdir "$build-bed"
	S390MEMCTL_CROSS=$build-s390x S390MEMCTL_COVERAGE=$build-bed S390MEMCTL_TORTURE=20 \
		"$tests/run-inner.sh" fast 6.12 fast.sh --cpus 1 --timeout 7200 \
		>"$build-bed.log" 2>&1 || ended=$?
	cp -r "$build-bed/coverage$build-s390x/." .
	return "$ended"
}

# tried FUNCTION: its first failure ends it, and counts
tried() {
	local ended

	set +e
	(set -e; "$1")
	ended=$?
	set -e
	[ "$ended" -eq 0 ] || status=$ended
}

builds=("$build")
tried native
if [ -z "$(bed_missing)" ] && ! on_z; then
	tried s390x
	builds+=("$build-s390x:s390x-linux-gnu-gcov")
else
	echo "coverage.sh: no bed: what runs on s390x only is not counted" >&2
fi
"$tests/gates/coverage.py" "$@" "$source" "${builds[@]}" || status=$?
exit "$status"
