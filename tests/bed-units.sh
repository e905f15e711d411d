#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The unit tests built for s390x, run by an s390x kernel: a big-endian host.

set -u

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=bed-lib.sh
. "$tests/bed-lib.sh"
need_bed
if on_z; then
	echo "1..0 # SKIP make check has run them on this s390x machine"
	exit 0
fi

programs=()
for program in "$cross"/tests/unit/test-*; do
	if [ -f "$program" ] && [ -x "$program" ]; then
		programs+=(--exe "$program")
	fi
done
if [ ${#programs[@]} -eq 0 ]; then
	echo "1..0 # SKIP no unit tests in $cross (./quickstart build makes them)"
	exit 0
fi

run_inner_tap bed fast 6.12 units.sh --timeout 400 --with "dat=$tests/dat" "${programs[@]}" | merge_tap
