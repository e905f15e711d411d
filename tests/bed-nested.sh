#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# s390memctl against a real QEMU with KVM and a Linux guest, on an emulated IBM
# Z (or on a real one): tests/inner/nested.sh.

set -u

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=bed-lib.sh
. "$tests/bed-lib.sh"
need_bed
run_inner_tap bed nested 6.12 nested.sh --timeout 900 | merge_tap
