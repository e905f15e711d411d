#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Test VMMs whose guests really run, with large frames and storage keys, on a
# kvm.ko that nobody has patched: tests/inner/hercules.sh.

set -u

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=bed-lib.sh
. "$tests/bed-lib.sh"
need_bed
if on_z; then
	echo "1..0 # SKIP bed-fast-6.12.sh runs the same on this s390x machine"
	exit 0
fi
run_inner_tap bed hercules 6.12 hercules.sh --timeout 900 | merge_tap
