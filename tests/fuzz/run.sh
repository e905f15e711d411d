#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds the fuzz targets with clang's libFuzzer, AddressSanitizer and
# UndefinedBehaviorSanitizer, and lets each look for inputs that do harm:
#
#	run.sh [--cpu] SECONDS [KIND]...
#
# SECONDS of the clock, with --cpu of CPU time, for each kind: then in pieces of ten
# minutes, as AddressSanitizer itself grows with the number of runs. As many at a time as
# there are CPUs, or S390MEMCTL_FUZZ_JOBS.
# A line each: runs, CPU time, coverage, findings. Fails if there was a finding; what makes
# it happen again is kept in fuzz-build/findings. The inputs that were found on the way
# are kept in fuzz-build/corpus, for the next run. 2: cannot be built here.

set -euo pipefail

top_srcdir=${top_srcdir:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build=${top_builddir:-$top_srcdir}/fuzz-build
unit=clock
if [ "$1" = --cpu ]; then
	unit=cpu
	shift
fi
seconds=$1
piece=600
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

# fuzz KIND SECONDS: the report of libFuzzer goes to a file, the CPU time to another
fuzz() {
	local kind=$1 seeds=$top_srcdir/tests/fuzz/corpus/$1 TIMEFORMAT='%U %S'

	mkdir -p "$build/corpus/$kind"
	{
		time "$build/tests/fuzz/fuzz-$kind" -max_total_time="$2" \
			-timeout=30 -report_slow_units=30 -rss_limit_mb=1024 -malloc_limit_mb=512 \
			-max_len="${longest[$kind]:-4096}" -artifact_prefix="$build/findings/$kind-" \
			-print_final_stats=1 "$build/corpus/$kind" "$seeds" >>"$build/$kind.log" 2>&1
	} 2>>"$build/$kind.cpu"
}

# cpu KIND: what it has taken, in whole seconds
cpu() {
	awk '{ sum += $1 + $2 } END { printf "%d", sum }' "$build/$1.cpu"
}

# runs KIND: of all its pieces
runs() {
	awk '/^stat::number_of_executed_units:/ { sum += $2 } END { printf "%d", sum }' "$build/$1.log"
}

# coverage KIND: the last that was printed
coverage() {
	sed -n 's/.*cov: *\([0-9][0-9]*\).*/\1/p' "$build/$1.log" | tail -n 1
}

# report KIND: its line
report() {
	local findings

	findings=$(find "$build/findings" -name "$1-*" | wc -l)
	printf '%-12s %9s runs  %5d CPU-s  coverage %5s  %s finding%s\n' "$1" \
		"$(runs "$1")" "$(cpu "$1")" "$(coverage "$1")" "$findings" "$([ "$findings" = 1 ] || echo s)"
	[ "$findings" = 0 ] || grep -hE '^SUMMARY|: not so: |ERROR: ' "$build/$1.log" || true
}

# one KIND: 1 if it ended badly
one() {
	local status=0 left=$seconds

	: >"$build/$1.log"
	: >"$build/$1.cpu"
	if [ "$unit" = clock ]; then
		fuzz "$1" "$seconds" || status=$?
	fi
	while [ "$unit" = cpu ] && [ "$left" -gt 0 ] && [ "$status" -eq 0 ]; do
		fuzz "$1" "$((left < piece ? left : piece))" || status=$?
		left=$((seconds - $(cpu "$1")))
	done
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
