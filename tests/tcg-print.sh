#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# print, sizeof, offsetof on 6.1 and 6.12 under plain emulation, against gdb on
# the same guest.

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${top_builddir:-$(dirname "$tests")}

exec python3 -B "$tests/tcg/print.py" \
	"${S390MEMCTL_CACHE:-$(dirname "$tests")/.cache}" "$build/src/s390memctl" 6.1 6.12
