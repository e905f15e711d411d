# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# TAP for shell tests of the command line. A test is
#
#	. "$(dirname "$0")/../lib.sh" || exit 99
#	run_is NAME EXIT-CODE COMMAND... <<'EOF'
#	whole output
#	EOF
#	done_testing
#
# It runs in an empty folder of its own, which is removed at the end. In PATH
# is the s390memctl that has just been built.

set -u

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$top_srcdir}
export PATH=$top_builddir/src:$PATH
export LC_ALL=C.UTF-8
unset XDG_STATE_HOME INPUTRC

test_count=0
test_failed=0
test_pids=()
test_dir=$(mktemp -d "${TMPDIR:-/tmp}/s390memctl-test.XXXXXX")
mkdir "$test_dir/work"
cd "$test_dir/work" || exit 99

# Nothing of a test outlives it.
test_cleanup() {
	local pid

	for pid in "${test_pids[@]}"; do
		kill -KILL "$pid" 2>/dev/null
	done
	cd /
	rm -rf "$test_dir"
}
trap test_cleanup EXIT
trap 'exit 99' INT TERM HUP

# tap ok|"not ok" TEXT
tap() {
	test_count=$((test_count + 1))
	printf '%s %d - %s\n' "$1" "$test_count" "$2"
	[ "$1" = ok ] || test_failed=$((test_failed + 1))
}

# note FILE: a file's lines as TAP comments
note() {
	sed 's/^/#   /' "$1" | cat -v
}

# run COMMAND...: sets $status; $test_dir/out gets stdout, then stderr
run() {
	status=0
	"$@" >"$test_dir/stdout" 2>"$test_dir/stderr" || status=$?
	cat "$test_dir/stdout" "$test_dir/stderr" >"$test_dir/out"
}

# run_is NAME EXIT-CODE COMMAND...: the command's exit code, and stdout followed
# by stderr, which must be exactly what is on standard input
run_is() {
	local name=$1 code=$2

	shift 2
	cat >"$test_dir/expected"
	run "$@" </dev/null
	compare "$name" "$code" "$*"
}

# compare NAME EXIT-CODE COMMAND: the last run against $test_dir/expected
compare() {
	if [ "$status" = "$2" ] && cmp -s "$test_dir/expected" "$test_dir/out"; then
		tap ok "$1"
		return
	fi
	tap "not ok" "$1"
	printf '# command: %s\n# exit code: %s, expected %s\n' "$3" "$status" "$2" | cat -v
	diff -u --label expected --label output "$test_dir/expected" "$test_dir/out" \
		>"$test_dir/diff"
	note "$test_dir/diff"
}

# run_like NAME EXIT-CODE PATTERN COMMAND...: the exit code, and one line of the
# output matches (grep -E); for output that has figures which differ
run_like() {
	local name=$1 code=$2 pattern=$3

	shift 3
	run "$@" </dev/null
	if [ "$status" = "$code" ] && grep -qE -e "$pattern" "$test_dir/out"; then
		tap ok "$name"
		return
	fi
	tap "not ok" "$name"
	printf '# command: %s\n# exit code: %s, expected %s\n# expected: %s\n' \
		"$*" "$status" "$code" "$pattern" | cat -v
	note "$test_dir/out"
}

# is NAME ACTUAL EXPECTED
is() {
	if [ "$2" = "$3" ]; then
		tap ok "$1"
	else
		tap "not ok" "$1"
		printf '# got:      %s\n# expected: %s\n' "$2" "$3" | cat -v
	fi
}

# ok NAME COMMAND...: the command succeeds
ok() {
	local name=$1

	shift
	if "$@"; then
		tap ok "$name"
	else
		tap "not ok" "$name"
		printf '# failed: %s\n' "$*" | cat -v
	fi
}

# skip NAME REASON: one test that cannot be made here
skip() {
	test_count=$((test_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$test_count" "$1" "$2"
}

# skip_all REASON: ends the script
skip_all() {
	printf '1..0 # SKIP %s\n' "$*"
	exit 0
}

# done_testing: the plan, and the end of the script
done_testing() {
	printf '1..%d\n' "$test_count"
	[ "$test_failed" -eq 0 ]
	exit
}

# wait_until SECONDS COMMAND...: try until the command succeeds
wait_until() {
	local tries=$(($1 * 20))

	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# need_kvm: skip the script unless a real VM can be run here
need_kvm() {
	if [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
		skip_all "no usable /dev/kvm here"
	fi
	[ "$(uname -m)" = x86_64 ] || skip_all "for the KVM of x86-64"
	command -v qemu-system-x86_64 >/dev/null || skip_all "no qemu-system-x86_64 here"
}

# start_vm NAME OPTION...: a real QEMU/KVM guest; sets $vm_pid
start_vm() {
	local name=$1

	shift
	qemu-system-x86_64 -accel kvm -nodefaults -display none -m 32 -name "guest=$name" \
		"$@" >"$test_dir/vm-$name.log" 2>&1 &
	vm_pid=$!
	test_pids+=("$vm_pid")
	wait_until 10 vm_has_vcpu "$vm_pid" || {
		note "$test_dir/vm-$name.log"
		skip_all "QEMU with KVM does not start here"
	}
}

# vm_has_vcpu PID: its vCPU 0 exists, by /proc alone
vm_has_vcpu() {
	find "/proc/$1/fd" -lname 'anon_inode:kvm-vcpu:0' 2>/dev/null | grep -q .
}

# stop_vm PID
stop_vm() {
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}
