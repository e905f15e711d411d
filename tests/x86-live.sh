#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# s390memctl on a real QEMU/KVM of x86-64: everything up to the answer of its
# KVM, which knows no KVM_S390_MEM_OP.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
# shellcheck source-path=SCRIPTDIR source=x86-lib.sh
. "$top_srcdir/tests/x86-lib.sh"

guest_start tick
signals=$(vm_signals)
fds=$(vm_fds)

run_like "list finds the vCPU" 0 \
	"^ *$vm_pid +tick +0 +$vm_fd +($vm_tid|\\?) +(KVM_RUN|outside|unknown) +[^ ]+ +x86_64 +yes$" \
	s390memctl list
run s390memctl -j list
is "list --json tells the same" \
	"$(python3 -c 'import json,sys
for v in json.load(open(sys.argv[1]))["vmms"]:
    if v["pid"] == int(sys.argv[2]):
        print(v["guest"], v["arch"], [(c["id"], c["fd"]) for c in v["vcpus"]])' \
		"$test_dir/stdout" "$vm_pid" 2>&1)" "tick x86_64 [(0, $vm_fd)]"
run_like "info: the kernel's EIO selects injection" 0 "^engine +injection$" \
	s390memctl -g tick info
run_like "info says why" 0 "EIO" s390memctl -g tick info
run_like "info: kvm_run is mapped" 0 "^kvm_run mapped +yes$" s390memctl -g tick info
run_like "--verbose tells of the thread" 4 "thread $vm_tid runs vCPU 0 \\(stopped in KVM_RUN\\)" \
	s390memctl -v -p "$vm_pid" read 0
run_is "read: this vCPU is no s390 one" 4 s390memctl -p "$vm_pid" read 0 16 <<EOF
s390memctl: vCPU 0 of PID $vm_pid is not an s390 one: the KVM of this host does not know KVM_S390_MEM_OP
s390memctl: guest memory can be worked on where KVM runs on IBM Z
EOF
run_is "write without --write" 5 s390memctl -p "$vm_pid" write 0 00 <<EOF
s390memctl: this would change the guest
s390memctl: start s390memctl with --write to allow it
EOF
run_like "a vCPU that does not exist" 4 "vCPU 7" s390memctl -p "$vm_pid" -c 7 read 0
ok "the guest goes on" guest_beats tick

# Each of these attaches, stops the thread, has it make a call, and detaches; the
# longer ones map and unmap scratch memory as well.
cycles=${S390MEMCTL_CYCLES:-2000}
failed=0
for ((i = 0; i < cycles; i++)); do
	len=$((i % 20 ? 64 : 100000))
	s390memctl -p "$vm_pid" read 0 "$len" >"$test_dir/cycle" 2>&1
	[ $? = 4 ] && grep -q "is not an s390 one" "$test_dir/cycle" && continue
	failed=$((failed + 1))
	note "$test_dir/cycle"
done
is "$cycles cycles of attaching, injecting, detaching" "$failed" 0
ok "the guest goes on after them" guest_beats tick
is "its threads' signal masks are as they were" "$(vm_signals)" "$signals"
is "nothing stays mapped" "$(vm_scratch)" 0
is "nothing stays open" "$(vm_fds)" "$fds"
is "no thread is traced or stands" "$(vm_traced)" 0

# Another tracer is named.
if command -v gdb >/dev/null || command -v strace >/dev/null; then
	if command -v strace >/dev/null; then
		strace -qq -e trace=none -p "$vm_tid" 2>/dev/null &
	else
		gdb -q -batch -p "$vm_tid" -ex "shell sleep 1000" >"$test_dir/gdb.log" 2>&1 &
	fi
	tracer=$!
	test_pids+=("$tracer")
	wait_until 20 grep -q "TracerPid:	$tracer" "/proc/$vm_pid/task/$vm_tid/status"
	run_like "another tracer is named, with its PID" 4 "$tracer" \
		s390memctl -p "$vm_pid" read 0
	kill "$tracer"
	wait_until 20 grep -q "TracerPid:	0" "/proc/$vm_pid/task/$vm_tid/status"
else
	skip "another tracer is named, with its PID" "no gdb and no strace here"
fi

# A stopped VMM stays stopped, and can be worked on.
all_stand() {
	! grep -h '^State:' "/proc/$vm_pid"/task/*/status | grep -qv 'T (stopped)'
}
kill -STOP "$vm_pid"
wait_until 20 all_stand
run_like "a VMM under SIGSTOP" 4 "is not an s390 one" s390memctl -p "$vm_pid" read 0
is "it still stands" "$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$vm_pid/status")" T
kill -CONT "$vm_pid"
ok "and goes on when it is continued" guest_beats tick

run_like "a process that is no VMM" 4 "process $$ .*holds no KVM VM" s390memctl -p $$ read 0
stop_vm "$vm_pid"
run_like "a PID that is gone" 4 "process $vm_pid" s390memctl -p "$vm_pid" read 0
done_testing
