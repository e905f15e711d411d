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
benchmarks() {
	# A Linux guest of 512 MiB; says why if there can be none.
	/usr/bin/python3 -B "$here/linux-dump.py" "$cache" 512 "$linux" || rm -f "$linux"
	bench/bench-translate
	if [ -e "$linux" ]; then
		bench/bench-map "$dir" 15 "$linux"
	else
		bench/bench-map "$dir"
	fi
	bench/bench-read "$dir"
	bench/bench-search "$dir"
	/usr/bin/python3 -B "$here/programs.py" "$cache" "$PWD" "$dir"
	# What needs a live vCPU.
	/usr/bin/python3 -B "$here/bench-live" "$(dirname "$PWD")"
}

benchmarks | /usr/bin/python3 -B "$here/table.py"
