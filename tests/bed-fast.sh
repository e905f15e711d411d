#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: bed-fast.sh 6.1|6.12
#
# All scripts tests/inner/fast-*.sh on the fast bed, in one boot of that kernel. The
# tests bed-fast-6.1.sh and bed-fast-6.12.sh are made of it. On one CPU they take half of the time: QEMU has to
# stop all CPUs whenever a page is unmapped. bed-units.sh has two.

set -u

kernel=$1
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=bed-lib.sh
. "$tests/bed-lib.sh"
need_bed
if on_z && [ "$kernel" != 6.12 ]; then
	echo "1..0 # SKIP this s390x machine runs Linux $(uname -r), once is enough"
	exit 0
fi
run_inner_tap bed fast "$kernel" fast.sh --timeout 1800 --cpus 1 |
	python3 -B "$tests/json-lines.py" | merge_tap
