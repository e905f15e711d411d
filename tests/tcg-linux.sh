#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What is found out about the Linux in a guest: 6.1 and 6.12 under plain
# emulation, by QMP and from dumps, against what the guest says of itself.

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${top_builddir:-$(dirname "$tests")}

exec python3 -B "$tests/tcg/linux.py" \
	"${S390MEMCTL_CACHE:-$(dirname "$tests")/.cache}" "$build/src/s390memctl" 6.1 6.12
