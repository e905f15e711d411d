#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds with --enable-coverage in gates-build/coverage, runs the tests of this machine
# (not those in a bed, whose s390x programs count for themselves; not those that kill
# s390memctl, which then does not count) and prints which share of the lines has run.
# Words of the command line go to coverage.py: -m lists the lines that have not.

set -euo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source=$(dirname "$tests")
build=${top_builddir:-$source}/gates-build/coverage
status=0
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL

# The tests, as make knows them.
names() {
	(cd "$tests" && find unit -name 'test-*.c' | sed 's/\.c$//'
	find shell -name '*.sh' ! -name '*-lib.sh'
	ls tcg-*.sh fuzz.sh sym-vmlinux.sh x86-live.sh) | sort
}

mkdir -p "$build"
cd "$build"
[ -x config.status ] || "$source/configure" --enable-coverage
make -j"$(nproc)"
find . -name '*.gcda' -delete
# shellcheck disable=SC2046
S390MEMCTL_FUZZ=0 make -k -j"$(nproc)" -C tests check TESTS="$(names | xargs)" || status=$?
"$tests/gates/coverage.py" "$@" "$source" "$build" || status=$?
exit "$status"
