#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bt, lowcore and dis on Linux guests under plain emulation, 6.1 and 6.12: one
# that has crashed, one that is busy.

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${top_builddir:-$(dirname "$tests")}

exec python3 -B "$tests/tcg/cpu.py" \
	"${S390MEMCTL_CACHE:-$(dirname "$tests")/.cache}" \
	"$build/src/s390memctl" 6.1 6.12
