# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Processes of ours.

# lives PID: it has not ended (a zombie has)
lives() {
	grep -q '^State:[^ZX]*$' "/proc/$1/status" 2>/dev/null
}
