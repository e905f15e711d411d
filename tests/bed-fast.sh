#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every script tests/inner/fast-*.sh on the fast bed, all in one boot of each
# kernel: 6.1, which has the access-register bug, and 6.12, which has not.

set -u

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=bed-lib.sh
. "$tests/bed-lib.sh"
need_bed

run_kernel() {
	run_inner_tap "bed-$1" fast "$1" fast.sh --timeout 300 |
		sed -u "s/^# \(begin\|end\) fast-/&$1-/"
}

if on_z; then
	run_kernel "$(uname -r)"
else
	run_kernel 6.1
	run_kernel 6.12
fi | merge_tap
