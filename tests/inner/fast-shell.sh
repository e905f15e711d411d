# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2059,SC2086,SC2154,SC2317
#
# The shell on a terminal, with a live vCPU: Ctrl-C ends what runs, and never
# leaves the vCPU standing. The terminal is made by telnetd.

. ./inner/lib.sh
. ./inner/vmm.sh

port=2323

for program in telnetd nc; do
	command -v "$program" >/dev/null || skip_all "no $program here"
done
# A bed has neither of these yet; elsewhere nothing changes.
ifconfig lo 127.0.0.1 up
if [ ! -e /dev/pts/ptmx ]; then
	mkdir -p /dev/pts
	mount -t devpts devpts /dev/pts
	[ -c /dev/ptmx ] || mknod /dev/ptmx c 5 2
fi

vmm_start scenarios/smp.scn

# What the terminal's user runs.
cat >"$tap_dir/login" <<EOF
#!/bin/sh
export HOME=$tap_dir TERM=dumb
exec s390memctl -w -p $vmm_pid --max-stop=1ms
EOF
chmod +x "$tap_dir/login"
# Not by "&": SIGINT would be ignored in it and in all that it starts.
telnetd -b 127.0.0.1:$port -l "$tap_dir/login"
for entry in /proc/[0-9]*; do
	! tr '\0' ' ' <"$entry/cmdline" 2>/dev/null | grep -q "^telnetd .*$tap_dir/login" ||
		telnetd=${entry#/proc/}
done
mkfifo "$tap_dir/keys"
nc 127.0.0.1 $port <"$tap_dir/keys" >"$tap_dir/screen" 2>"$err" &
nc=$!
# Opened for both, so that it waits for nobody.
exec 3<>"$tap_dir/keys"

# screen_has N TEXT: TEXT was shown N times
screen_has() {
	[ "$(grep -caF -e "$2" "$tap_dir/screen")" -ge "$1" ]
}

# type TEXT: as printf takes it
type() {
	printf "$1" >&3
}

# goes_on: no thread of the VMM is stopped or traced, and it answers
goes_on() {
	! grep -q '^State:.*[tT] (' /proc/$vmm_pid/task/*/status &&
		! grep -q '^TracerPid:.*[1-9]' /proc/$vmm_pid/task/*/status &&
		vmm peek 0x1000 1 >/dev/null
}

wait_for 20 screen_has 1 "/0 [rw,live]> "
ok "the prompt tells a live guest that may be changed" screen_has 1 "$vmm_pid/0 [rw,live]> "
type 'read --space=abs 0x1000 16\n'
wait_for 10 screen_has 2 "[rw,live]> "
ok "a read" screen_has 1 "0000000000001000  "
type '\n'
wait_for 10 screen_has 3 "[rw,live]> "
ok "Enter goes on" screen_has 1 "0000000000001010  "

for round in 1 2 3; do
	# Each reading stops the vCPU.
	type 'watch --space=abs --engine=ioctl --interval=1ms 0x1000 4096\n'
	wait_for 10 grep -q '^TracerPid:.*[1-9]' /proc/$vmm_pid/task/*/status ||
		diag_file screen "$tap_dir/screen"
	type '\003'
	wait_for 30 screen_has $((3 + round)) "[rw,live]> "
	ok "Ctrl-C ends a watch ($round)" screen_has $round interrupted ||
		diag_file screen "$tap_dir/screen"
	ok "and the guest goes on ($round)" goes_on
done
type 'set pager off\n'
wait_for 10 screen_has 7 "[rw,live]> "
type 'read --space=abs --engine=ioctl 0 4M\n'
wait_for 20 screen_has 1 "0000000000003000  "
type '\003'
wait_for 20 screen_has 8 "[rw,live]> "
ok "Ctrl-C ends a long read" screen_has 4 interrupted || diag "$(tail -n 5 "$tap_dir/screen")"
ok "before its end" test "$(grep -ca "^00000000003ff" "$tap_dir/screen")" = 0
ok "and the guest goes on" goes_on
type 'search --space=abs --engine=ioctl 0+4M 0123456789abcdef0123456789abcdef\n\003'
wait_for 20 screen_has 9 "[rw,live]> "
ok "Ctrl-C in a search" goes_on

type 'set confirm on\n'
wait_for 10 screen_has 10 "[rw,live]> "
type 'write --space=abs 0x1800 11\n'
wait_for 10 screen_has 1 "(y or n)"
type 'n\n'
wait_for 10 screen_has 1 "not confirmed"
ok "a write is asked for" screen_has 1 "not confirmed: nothing was changed"
type 'ST ABSS1800 c1\n'
wait_for 10 screen_has 2 "(y or n)"
type 'y\n'
wait_for 10 screen_has 1 " written, "
is "and is done, by CP's STORE" "$(vmm peek 0x1800 1)" c1
type 'set confirm off\nwr -p -16 1802 beef\n'
wait_for 10 screen_has 2 " written, "
is "by crash's wr" "$(vmm peek 0x1802 2)" beef
type 'quit\n'
wait_for 10 test ! -e /proc/$nc
ok "quit: the guest goes on" goes_on

kill $telnetd 2>/dev/null
exec 3>&-
vmm_stop
is "testvmm has ended in order" $? 0
done_testing
