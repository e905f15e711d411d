# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Signals at each step of an injection (torture.sh), on vCPUs that hold still in
# access-register mode, and on busy ones: all registers of the guest before and after,
# several of us at once, and VMMs that are killed meanwhile.

. ./inner/lib.sh
. ./inner/vmm.sh
. ./inner/torture.sh
torture_is_possible || skip_all "no s390memctl-hooks here"

# The registers of vCPU 0 are what they were, and no thread has found its own changed.
registers_hold() {
	[ "$(vmm regs 0)" = "$registers" ] && threads_hold
}

threads_hold() {
	vmm count >"$tap_dir/count" &&
		[ "$(grep -c ' errors 0 .* corrupted 0$' "$tap_dir/count")" = "$(wc -l <"$tap_dir/count")" ]
}

vmm_start scenarios/ar.scn
registers=$(vmm regs 0)
ok "vCPU 0 has access registers" [ "$(echo "$registers" | grep -c '^a[0-9]* .*[1-9a-f]')" -ge 8 ]
torture_steps "access-register mode" "$vmm_pid" registers_hold \
	--quiet -p "$vmm_pid" -c 0 read --engine=ioctl --ar 3 0x10008 0x2000
torture_together "access-register mode" "$vmm_pid" registers_hold 0,0,0,0 \
	--quiet -p "$vmm_pid" read --engine=ioctl 0x10008 0x2000
vmm_stop

# A filter that allows KVM_RUN alone, and ends the VMM for any other call: SIGINT and SIGTERM
# only, since who dies puts it in force again.
vmm_start scenarios/ar.scn --seccomp
STEPS="$STEPS leaving sigreturn restoring restored"
# shellcheck disable=SC2034
SIGNALS="INT TERM"
torture_steps "suspended seccomp filter" "$vmm_pid" threads_hold \
	--quiet --suspend-seccomp -p "$vmm_pid" -c 0 read --engine=ioctl --ar 3 0x10008 0x2000
vmm_stop

vmm_start scenarios/smp.scn
torture_together "vCPUs busy, blocked, outside KVM_RUN" "$vmm_pid" threads_hold 7,0,3,1 \
	--quiet -p "$vmm_pid" read --engine=ioctl --space=abs 0x2000 0x2000

# Its thread is traced at each of these steps.
for step in stopped frame call exit; do
	[ -n "$vmm_pid" ] || vmm_start scenarios/smp.scn
	if stand_at $step --quiet -p "$vmm_pid" -c 7 read --engine=ioctl 0x10000 0x2000; then
		kill -KILL "$vmm_pid"
		let_go CONT
		ok "a VMM that is killed at $step: exit status" ended_with_vmm "$status"
		ok "a VMM that is killed at $step ends" wait_for 10 has_ended "$vmm_pid"
	else
		fail "it does not come to $step"
	fi
	wait "$vmm_pid" 2>/dev/null
	vmm_pid=
	rm -rf "$vmm_dir"
done
done_testing
