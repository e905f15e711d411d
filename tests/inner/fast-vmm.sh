# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The test VMM itself: what the kernel's KVM_S390_MEM_OP answers for every
# scenario of tests/vmm is what the session file of that scenario says. The
# tests of s390memctl rest on these answers. And: its vCPUs are where the
# scenario wants them, in KVM_RUN or not.

. ./inner/lib.sh
. ./inner/vmm.sh

scenarios=scenarios

# session NAME SCENARIO: runs the commands of NAME.session
session() {
	sed -n 's/^> //p; /^#/p' "$scenarios/$1.session" >"$tap_dir/commands"
	status=0
	testvmm --session "$scenarios/$2.scn" <"$tap_dir/commands" \
		>"$out" 2>"$err" || status=$?
	tap_command="testvmm --session $2.scn, commands of $1.session"
}

for file in "$scenarios"/*.session; do
	name=${file##*/}
	name=${name%.session}
	case $name in
	ar-bug-*) ;;
	large)
		if grep -q '^features.* edat' /proc/cpuinfo; then
			session large large
			expect "answers of large" 0 <"$file"
		else
			skip "answers of large" "this machine has no EDAT"
		fi
		;;
	*)
		session "$name" "$name"
		expect "answers of $name" 0 <"$file"
		;;
	esac
done

# Kernels with the access-register bug say so, and only they. Distributions
# backport the fix, so the release tells in the beds only.
if [ "$(uname -m)" = s390x ] && [ -n "${BED-}" ]; then
	case $(uname -r) in
	6.1.*) bug=present ;;
	*) bug=absent ;;
	esac
else
	session ar-bug-absent ar
	bug=absent
	! grep -q 'bug present' "$out" || bug=present
fi
session "ar-bug-$bug" ar
expect "access-register bug $bug" 0 <"$scenarios/ar-bug-$bug.session"

# thread_of CPU: its thread
thread_of() {
	vmm count | sed -n "s/.* cpu $1 tid \([0-9]*\) .*/\1/p"
}

# where_is CPU: sleeping in KVM_RUN, on a processor (or ready for one), sleeping elsewhere
where_is() {
	tid=$(thread_of "$1")
	state=$(sed 's/.*) \(.\) .*/\1/' "/proc/$vmm_pid/task/$tid/stat")
	call=$(cut -d ' ' -f 1,3 "/proc/$vmm_pid/task/$tid/syscall")
	echo "$state $call"
}

# is_where CPU PATTERN: of a case
is_where() {
	# shellcheck disable=SC2254
	case $(where_is "$1") in
	$2) ;;
	*) return 1 ;;
	esac
}

vmm_start "$scenarios/smp.scn" -name guest=five,debug-threads=on
ok "a blocked vCPU sleeps in KVM_RUN" wait_for 30 is_where 0 "S 54 0xae80"
ok "a busy vCPU runs" wait_for 30 is_where 7 "R running"
ok "an idle vCPU sleeps in read" wait_for 30 is_where 1 "S 3 *"
before=$(vmm_loops)
vmm kick 0 5 100 >/dev/null
vmm kick 7 5 100 >/dev/null
vmm kick 1 5 100 >/dev/null
after=$(vmm_loops)
ok "every kick is one round of the thread" test $((after - before)) -ge 15
is "no thread found its registers changed" \
	"$(vmm count | grep -c ' errors 0 .* corrupted 0$')" 5
vmm_stop

# An allowlist lets the vCPU run, and ends the VMM at any other ioctl.
vmm_start "$scenarios/smp.scn" --seccomp
is "vCPU threads behind an allowlist run" \
	"$(vmm count | grep -c ' errors 0 .* corrupted 0$')" 5
for task in "/proc/$vmm_pid/task"/*; do
	sed -n 's/^Seccomp:[[:space:]]*//p' "$task/status"
done | sort | uniq -c >"$out"
is "they alone have a filter" "$(tr -s ' \n' ' ' <"$out")" " 1 0 5 2 "
echo "op 0 read 0 8" >"$vmm_dir/control"
wait "$vmm_pid"
is "KVM_S390_MEM_OP ends the VMM" "$?" $((128 + 31))
vmm_pid=
rm -rf "$vmm_dir"

# The oracle itself must notice a bad scenario, with file and line.
printf 'memory 0 1M\nu64 0x100000 1\n' >"$tap_dir/bad.scn"
run testvmm "$tap_dir/bad.scn"
is "a bad statement is refused" "$status" 2
is "with file and line" "$(cat "$err")" \
	"$tap_dir/bad.scn:2: 0x100000, 0x8 bytes: not inside one memory statement"

done_testing
