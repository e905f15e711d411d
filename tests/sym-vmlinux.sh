#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Symbols of the beds' kernels, as debugging packages have them, against binutils.
# Skipped where "bed fetch-debug" has not fetched these.

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${top_builddir:-$(dirname "$tests")}

exec python3 -B "$tests/tcg/vmlinux.py" \
	"${S390MEMCTL_CACHE:-$(dirname "$tests")/.cache}" "$build/src/s390memctl" 6.1 6.12
