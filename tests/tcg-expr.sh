#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Expressions, and pointers named by symbols, on Linux guests under plain emulation.

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${top_builddir:-$(dirname "$tests")}

exec python3 -B "$tests/tcg/expr.py" \
	"${S390MEMCTL_CACHE:-$(dirname "$tests")/.cache}" "$build/src/s390memctl" 6.1 6.12
