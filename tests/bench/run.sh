#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# All benchmarks, one table: "make bench". In a build directory's tests.
# S390MEMCTL_BENCH_DIR: a folder on tmpfs with room for 9 GiB (/dev/shm); less room
# leaves out the largest sizes.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${S390MEMCTL_CACHE:-$(cd "$here/../.." && pwd)/.cache}
dir=$(mktemp -d "${S390MEMCTL_BENCH_DIR:-/dev/shm}/s390memctl-bench-XXXXXX") || exit 2
trap 'rm -rf -- "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

linux=$dir/linux.elf
# One that fails takes no rows of others away.
benchmarks() {
	local failed=0

	# A Linux guest of 512 MiB; says why if there can be none.
	/usr/bin/python3 -B "$here/linux-dump.py" "$cache" 512 "$linux" || rm -f "$linux"
	bench/bench-translate || failed=1
	if [ -e "$linux" ]; then
		bench/bench-map "$dir" 15 "$linux" || failed=1
	else
		bench/bench-map "$dir" || failed=1
	fi
	bench/bench-read "$dir" || failed=1
	bench/bench-search "$dir" || failed=1
	/usr/bin/python3 -B "$here/programs.py" "$cache" "$PWD" "$dir" || failed=1
	# What needs a live vCPU.
	/usr/bin/python3 -B "$here/bench-live" "$(dirname "$PWD")" || failed=1
	return "$failed"
}

set -o pipefail
benchmarks | /usr/bin/python3 -B "$here/table.py"
