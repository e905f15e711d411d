#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds the fuzz targets with clang's libFuzzer, AddressSanitizer and
# UndefinedBehaviorSanitizer, and lets each look for inputs that do harm:
#
#	run.sh SECONDS [KIND]...
#
# As many at a time as there are CPUs, or S390MEMCTL_FUZZ_JOBS.
# A line each: runs, CPU time, coverage, findings. Fails if there was a finding; what makes
# it happen again is kept in fuzz-build/findings. The inputs that were found on the way
# are kept in fuzz-build/corpus, for the next run. 2: cannot be built here.

set -euo pipefail

top_srcdir=${top_srcdir:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build=${top_builddir:-$top_srcdir}/fuzz-build
seconds=$1
jobs=${S390MEMCTL_FUZZ_JOBS:-$(nproc)}
shift
kinds=("$@")
[ $# -gt 0 ] || kinds=(guest modules lines dump print dwarf elf btf qmp proc parse json vmcoreinfo)

# The longest input of a kind, in bytes.
declare -A longest=([guest]=12288 [dump]=24576 [dwarf]=16384 [elf]=16384 [lines]=512 [parse]=256)

build_targets() {
	mkdir -p "$build"
	cd "$build"
	[ -x config.status ] ||
		"$top_srcdir/configure" CC="${FUZZ_CC:-clang}" --enable-fuzzing --enable-werror \
			--disable-bed-tests
	make -j"$(nproc)" -C src libs390memctl.a
	make -j"$(nproc)" -C tests fuzz-programs
}

# fuzz KIND: the report of libFuzzer goes to a file, the CPU time to another
fuzz() {
	local kind=$1 seeds=$top_srcdir/tests/fuzz/corpus/$1 TIMEFORMAT='%U %S'

	mkdir -p "$build/corpus/$kind"
	time "$build/tests/fuzz/fuzz-$kind" -max_total_time="$seconds" \
		-timeout=30 -report_slow_units=30 -rss_limit_mb=1024 -malloc_limit_mb=512 \
		-max_len="${longest[$kind]:-4096}" -artifact_prefix="$build/findings/$kind-" \
		-print_final_stats=1 "$build/corpus/$kind" "$seeds" >"$build/$kind.log" 2>&1
}

# figure KIND PATTERN: what stands behind it, the last time
figure() {
	sed -n "s/.*$2 *\([0-9][0-9]*\).*/\1/p" "$build/$1.log" | tail -n 1
}

# report KIND: its line
report() {
	local findings

	findings=$(find "$build/findings" -name "$1-*" | wc -l)
	printf '%-12s %9s runs  %5d CPU-s  coverage %5s  %s finding%s\n' "$1" \
		"$(figure "$1" 'stat::number_of_executed_units:')" \
		"$(awk '{ sum += $1 + $2 } END { printf "%d", sum }' "$build/$1.cpu")" "$(figure "$1" 'cov:')" \
		"$findings" "$([ "$findings" = 1 ] || echo s)"
	[ "$findings" = 0 ] || grep -hE '^SUMMARY|: not so: |ERROR: ' "$build/$1.log" || true
}

# one KIND: 1 if it ended badly
one() {
	local status=0

	{ fuzz "$1" || status=$?; } 2>"$build/$1.cpu"
	report "$1"
	if [ "$status" -ne 0 ]; then
		printf '%s: ended with %d, see %s\n' "$1" "$status" "$build/$1.log"
		return 1
	fi
}

if ! build_targets >"$build.log" 2>&1; then
	tail -n 5 "$build.log" >&2
	echo "the targets cannot be built, see $build.log" >&2
	exit 2
fi
# Findings of earlier runs must not be taken for those of this one.
rm -rf "$build/findings"
mkdir -p "$build/findings"
# The quarantine alone would pass the limit of memory.
export ASAN_OPTIONS=allocator_may_return_null=1:quarantine_size_mb=16
export UBSAN_OPTIONS=print_stacktrace=1
status=0
running=0
for kind in "${kinds[@]}"; do
	if [ "$running" -ge "$jobs" ]; then
		wait -n || status=1
		running=$((running - 1))
	fi
	one "$kind" &
	running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
	wait -n || status=1
	running=$((running - 1))
done
[ "$status" -eq 0 ] || echo "what makes it happen again is in $build/findings"
exit "$status"
