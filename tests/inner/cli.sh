# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# What the scripts share that compare whole outputs of commands on a guest,
# that of cli.scenario. Include lib.sh and vmm.sh before it.

# says NAME STATUS ARGUMENT...: what s390memctl says, its standard output and
# then its standard error, is the standard input
says() {
	says_name=$1
	says_status=$2
	shift 2
	run s390memctl -g cli "$@"
	cat "$err" >>"$out"
	: >"$err"
	expect "$says_name" "$says_status"
}
