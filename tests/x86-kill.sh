#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# s390memctl is killed at random instants: the VMM lives, its guest's heart
# beats with the right checksum, and nothing is left behind but one marked scratch
# mapping that is used again.
#
# 500 SIGKILLs against a busy guest, and 500 against one in HLT.
# S390MEMCTL_KILLS: another number.
# shellcheck disable=SC2317

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
# shellcheck source-path=SCRIPTDIR source=x86-lib.sh
. "$top_srcdir/tests/x86-lib.sh"

kills=${S390MEMCTL_KILLS:-500}

# The time a whole run takes, in microseconds: kills are spread over it.
run_time() {
	local began=${EPOCHREALTIME/./} i

	for ((i = 0; i < 20; i++)); do
		s390memctl -p "$vm_pid" read 0 64 >/dev/null 2>&1
	done
	echo $(((${EPOCHREALTIME/./} - began) / 20))
}

# kill_some MODE: every third run maps scratch memory. Runs that end before they are
# killed do not count.
kill_some() {
	local span runs pid us died=0

	span=$(run_time)
	RANDOM=1
	for ((runs = 0; died < kills && runs < 10 * kills; runs++)); do
		s390memctl -p "$vm_pid" read 0 $((runs % 3 ? 64 : 100000)) >/dev/null 2>&1 &
		pid=$!
		us=$(((RANDOM * 32768 + RANDOM) % span))
		sleep "0.$(printf '%06d' "$us")"
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		# The load changes, and so does the time of a run.
		if [ "$?" = 137 ]; then
			died=$((died + 1)) span=$((span + span / 100 + 1))
		else
			span=$((span - span / 20))
		fi
		kill -0 "$vm_pid" 2>/dev/null || break
		((runs % 100)) || guest_beats "$1" || break
	done
	echo "# $died of $runs runs were killed; a run takes $span us"
	[ "$died" = "$kills" ]
}

for mode in busy idle; do
	guest_start "$mode"
	signals=$(vm_signals)
	ok "$mode guest: $kills SIGKILLs at random instants" kill_some "$mode"
	ok "$mode guest: the VMM lives" kill -0 "$vm_pid"
	ok "$mode guest: its heart beats" guest_beats "$mode"
	is "$mode guest: signal masks are as they were" "$(vm_signals)" "$signals"
	is "$mode guest: no thread is traced or stands" "$(vm_traced)" 0
	ok "$mode guest: leftovers do not pile up" test "$(vm_scratch)" -le 1
	run_like "$mode guest: can be worked on" 4 "is not an s390 one" \
		s390memctl -p "$vm_pid" read 0 100000
	is "$mode guest: the leftover is gone with its user" "$(vm_scratch)" 0
	stop_vm "$vm_pid"
done
done_testing
