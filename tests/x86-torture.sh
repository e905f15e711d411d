#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# s390memctl, and the VMM under it, are killed, signalled, stopped, traced and
# exchanged at every step of an injection: tests/torture. "make torture ROUNDS=10000"
# does what is done here, longer. S390MEMCTL_TORTURE: another number of rounds.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154
. "$top_srcdir/tests/lib.sh"
need_kvm
[ -x "$top_builddir/src/s390memctl-hooks" ] || skip_all "src/s390memctl-hooks has not been built"
[ -x /usr/bin/python3 ] || skip_all "no python3 here"

PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$top_srcdir/tests/torture/torture.py" \
	"$top_srcdir" "$top_builddir" -n "${S390MEMCTL_TORTURE:-56}" "$@"
