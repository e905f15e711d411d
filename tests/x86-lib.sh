# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
#
# For tests against a real QEMU/KVM on x86-64: a guest whose heart beats (see
# tests/vmm/x86), and whether it and its VMM are as they were.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$top_srcdir/tests/lib.sh" || exit 99
need_kvm

x86=$top_srcdir/tests/vmm/x86

# guest_start MODE [START-GUEST-OPTION]...: sets $vm_pid, $vm_serial, $vm_tid and $vm_fd
guest_start() {
	local mode=$1 status=0

	shift
	[ -e "$test_dir/vmm/heartbeat.elf" ] ||
		"$top_srcdir/tests/vmm/build.sh" "$test_dir/vmm" x86 >"$test_dir/build.log" 2>&1 ||
		{ note "$test_dir/build.log"; exit 99; }
	vm_serial=$test_dir/serial.$mode
	vm_qmp=$test_dir/qmp.$mode
	vm_pid=$("$x86/start-guest" -i "$test_dir/vmm/heartbeat.elf" -s "$vm_serial" -m "$mode" \
		-n "$mode" -q "$vm_qmp" "$@" 2>"$test_dir/start.log") || status=$?
	if [ "$status" != 0 ]; then
		note "$test_dir/start.log"
		skip_all "QEMU with KVM does not start here"
	fi
	test_pids+=("$vm_pid")
	vm_fd=$(basename "$(find "/proc/$vm_pid/fd" -lname anon_inode:kvm-vcpu:0)")
	vm_tid=$(grep -lx "CPU 0/KVM" "/proc/$vm_pid"/task/*/comm | cut -d/ -f5)
}

# guest_beats MODE: two more beats, each with the right checksum
guest_beats() {
	if [ "$1" = idle ]; then
		"$x86/heartbeat" "$vm_serial" -n 2 -t 60 -p "$vm_pid" -q "$vm_qmp"
	else
		"$x86/heartbeat" "$vm_serial" -n 2 -t 60 -p "$vm_pid"
	fi >"$test_dir/beats" 2>&1 || { note "$test_dir/beats"; return 1; }
}

# vm_signals: masks and dispositions of all its threads
vm_signals() {
	grep -hE '^Sig(Blk|Ign|Cgt)' "/proc/$vm_pid"/task/*/status
}

# vm_scratch: how many scratch mappings there are in the VMM
vm_scratch() {
	grep -c '/dev/zero (deleted)' "/proc/$vm_pid/maps"
}

# vm_traced: how many of its threads have a tracer or stand
vm_traced() {
	cat "/proc/$vm_pid"/task/*/status | grep -cE '^(TracerPid:	*[1-9]|State:	*[tT])'
}

# vm_fds: the number of its open files
vm_fds() {
	find "/proc/$vm_pid/fd" -mindepth 1 | wc -l
}
