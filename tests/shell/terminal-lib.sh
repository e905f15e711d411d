# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
#
# Shells on a terminal of their own; behind lib.sh.

terminal=$top_srcdir/tests/shell/terminal.py
export HOME=$PWD/home
mkdir "$HOME"
unset NO_COLOR PAGER S390MEMCTL_PAGER XDG_CONFIG_HOME XDG_STATE_HOME SHELL TERMINAL_TERM
export INPUTRC=/dev/null LC_ALL=C.UTF-8

# session NAME EXIT-CODE [ARGUMENT]... <<script of terminal.py
session() {
	local name=$1 code=$2

	shift 2
	cat >script
	run /usr/bin/python3 "$terminal" script s390memctl "$@" </dev/null
	if [ "$status" = "$code" ]; then
		tap ok "$name"
	else
		tap "not ok" "$name"
		printf '# exit code: %s, expected %s\n' "$status" "$code"
		note "$test_dir/out"
	fi
}
