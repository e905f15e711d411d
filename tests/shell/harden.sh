#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the process gives up at its start: core dumps, new privileges, capabilities
# that are not needed.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# The program waits for its script.
mkfifo "$test_dir/work/script"
ulimit -S -c unlimited 2>/dev/null || ulimit -S -c "$(ulimit -H -c)"
s390memctl -f "$test_dir/work/script" &
pid=$!
test_pids+=("$pid")
exec 9>"$test_dir/work/script"
wait_until 20 grep -q "^NoNewPrivs:.*1$" "/proc/$pid/status"
filtered=$(sed -n 's/^Seccomp_filters:[[:space:]]*//p' /proc/self/status)
wait_until 20 grep -q "^Seccomp_filters:.*$((${filtered:-0} + 1))$" "/proc/$pid/status"

field() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"
}

# ptrace, and files as root: CAP_SYS_PTRACE, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
allowed=$((1 << 1 | 1 << 2 | 1 << 19))
own=$((0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)))
((own >> 19 & 1)) || allowed=$own
is "core dumps" "$(awk '/^Max core file size/ { print $5 }' "/proc/$pid/limits")" \
	"$([ "$(ulimit -H -c)" = 0 ] && echo 0 || echo 1)"
is "no new privileges" "$(field NoNewPrivs)" 1
if [ -n "$filtered" ]; then
	is "system calls are filtered" "$(field Seccomp) $(field Seccomp_filters)" "2 $((filtered + 1))"
else
	skip "system calls are filtered" "the kernel does not tell"
fi
is "effective capabilities" "$((0x$(field CapEff)))" $((own & allowed))
is "permitted capabilities" "$((0x$(field CapPrm) & ~allowed))" 0
is "inheritable capabilities" "$((0x$(field CapInh)))" 0
is "ambient capabilities" "$((0x$(field CapAmb)))" 0
if [ "$(id -u)" = 0 ]; then
	is "bounding set" "$((0x$(field CapBnd) & ~allowed))" 0
else
	skip "bounding set" "only root can change it"
fi
exec 9>&-
wait "$pid"
is "it ends well" $? 0

# Without CAP_SYS_PTRACE only who has all capabilities of a VMM may attach to it.
if [ "$(id -u)" = 0 ] && setpriv --bounding-set -sys_ptrace true 2>/dev/null; then
	setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace sleep 60 &
	other=$!
	test_pids+=("$other")
	setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace s390memctl -f "$test_dir/work/script" &
	pid=$!
	test_pids+=("$pid")
	exec 9>"$test_dir/work/script"
	wait_until 20 grep -q "^NoNewPrivs:.*1$" "/proc/$pid/status"
	wait_until 20 grep -q "^Seccomp_filters:.*$((${filtered:-0} + 1))$" "/proc/$pid/status"
	wait_until 20 grep -q "^Name:.*sleep$" "/proc/$other/status"
	is "permitted capabilities without CAP_SYS_PTRACE" "$(field CapPrm)" \
		"$(sed -n 's/^CapPrm:[[:space:]]*//p' "/proc/$other/status")"
	is "effective capabilities without CAP_SYS_PTRACE" "$(field CapEff)" "$(field CapPrm)"
	exec 9>&-
	wait "$pid"
	kill "$other"
	wait "$other" 2>/dev/null
else
	skip "capabilities without CAP_SYS_PTRACE" "only root with setpriv can give it up"
fi

# Nobody gives it rights that its user has not.
refused="s390memctl: refused: it obeys its user, and must not be set-user-ID, set-group-ID or have file capabilities (SECURITY.md)"
chmod 755 "$test_dir"
if grep -qa __asan_init "$top_builddir/src/s390memctl"; then
	skip "set-user-ID" "LeakSanitizer cannot look into such a process"
elif grep -qa __gcov_exit "$top_builddir/src/s390memctl"; then
	skip "set-user-ID" "another user cannot write what a build for coverage counts"
elif [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --clear-groups test -x "$test_dir" 2>/dev/null; then
	program=$test_dir/program
	cp "$top_builddir/src/s390memctl" "$program"
	for how in "chmod 4755" "chmod 2755" "setcap cap_sys_ptrace+ep"; do
		chmod 755 "$program"
		if ! $how "$program" 2>/dev/null; then
			skip "refused after $how" "not possible here"
			continue
		fi
		run setpriv --reuid=65534 --regid=65534 --clear-groups "$program" version
		is "refused after $how" "$status $(cat "$test_dir/stderr")" "5 $refused"
	done
	setcap -r "$program" 2>/dev/null
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$program" version
	is "not without" "$status" 0
	run setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps +sys_ptrace \
		--ambient-caps +sys_ptrace "$program" version
	is "nor with an ambient capability" "$status" 0
else
	skip "set-user-ID" "only root can try"
fi

# What "make torture" kills is another program.
is "no hooks for tests" "$(grep -c S390MEMCTL_TEST_STOP_AT "$top_builddir/src/s390memctl")" 0

done_testing
