#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Hostile input: all that the fuzz targets have been given or have found is tried
# again, then each looks for more, for a minute, all at a time. For longer: make fuzz
# SECONDS=3600. To do without: S390MEMCTL_FUZZ=0 make check

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh" || exit 99

seconds=${S390MEMCTL_FUZZ:-60}
export TMPDIR=$test_dir

# replay KIND: every file of its corpus
replay() {
	run timeout 120 "$top_builddir/tests/fuzz/fuzz-$1" "$top_srcdir/tests/fuzz/corpus/$1"
	if [ "$status" = 0 ]; then
		tap ok "$1: $(cat "$test_dir/stdout")"
	else
		tap "not ok" "$1: ended with $status"
		tail -n 30 "$test_dir/stderr" >"$test_dir/end"
		note "$test_dir/end"
	fi
}

# A build for fuzzing has no programs that replay.
if [ -x "$top_builddir/tests/fuzz/fuzz-guest" ]; then
	for folder in "$top_srcdir"/tests/fuzz/corpus/*/; do
		replay "$(basename "$folder")"
	done
fi

if [ "$seconds" = 0 ]; then
	skip "looking for more" "S390MEMCTL_FUZZ=0"
elif ! command -v "${FUZZ_CC:-clang}" >/dev/null; then
	skip "looking for more" "no clang here"
else
	run env S390MEMCTL_FUZZ_JOBS="${S390MEMCTL_FUZZ_JOBS:-20}" "$top_srcdir/tests/fuzz/run.sh" "$seconds"
	if [ "$status" = 2 ]; then
		skip "looking for more" "$(tail -n 1 "$test_dir/stderr")"
	else
		note "$test_dir/out"
		is "looking for more for $seconds seconds each" "$status" 0
	fi
fi
done_testing
