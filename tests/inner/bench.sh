# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Live benchmarks in the nested bed, for tests/bench/bench-live: its processor is
# emulated, so ratios count.

bench-stop "$(command -v s390memctl)" "nested bed's" "$QEMU_PID" 0 11
bench-bulk "$QEMU_PID" /tmp/monitor.in 3 || { tail -n 20 /tmp/monitor.log >&2; exit 1; }
