#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Dumps of a Linux guest that runs under plain emulation: ELF and
# kdump-compressed, 6.1 and 6.12, against QEMU's own translation and registers.

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${top_builddir:-$(dirname "$tests")}

exec python3 -B "$tests/tcg/dump.py" \
	"${S390MEMCTL_CACHE:-$(dirname "$tests")/.cache}" \
	"$build/src/s390memctl" "$build/tests/tcg/dump-probe" 6.1 6.12
