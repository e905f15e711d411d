#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# ps, log and sys on guests under plain emulation: Linux 6.1 and 6.12, against what
# the guest's own kernel says; panicked ones; and with damaged memory.

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${top_builddir:-$(dirname "$tests")}

exec python3 -B "$tests/tcg/guest_os.py" \
	"${S390MEMCTL_CACHE:-$(dirname "$tests")/.cache}" \
	"$build/src/s390memctl" 6.1 6.12
