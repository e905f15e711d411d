#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2154,SC2054
#
# valgrind's memcheck, which must find no error and no leak: s390memctl on the live vCPU
# of a real QEMU/KVM, from list to the injected call and back, and the unit tests, which
# take minutes; S390MEMCTL_VALGRIND=live leaves them out.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source-path=SCRIPTDIR source=../x86-lib.sh
. "$top_srcdir/tests/x86-lib.sh"
command -v valgrind >/dev/null || skip_all "no valgrind here"

gates=$top_srcdir/tests/gates
memcheck=(valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible
	--suppressions="$gates/valgrind.suppressions")
export PIDFD_SERVER=$test_dir/pidfd-server

build_shim() {
	local cc=(gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g)

	"${cc[@]}" -shared -fPIC -o "$test_dir/pidfd-shim.so" "$gates/pidfd-shim.c" &&
		"${cc[@]}" -o "$PIDFD_SERVER" "$gates/pidfd-server.c"
}

# is_clean NAME EXIT-CODE PATTERN: the last run, and that valgrind had nothing to say
is_clean() {
	if [ "$status" = "$2" ] && ! grep -q '^==' "$test_dir/out" && grep -qE "$3" "$test_dir/out"; then
		tap ok "$1"
	else
		tap "not ok" "$1"
		printf '# exit code: %s, expected %s\n' "$status" "$2"
		note "$test_dir/out"
	fi
}

# live NAME EXIT-CODE PATTERN ARGUMENT...
live() {
	local name=$1 code=$2 pattern=$3

	shift 3
	run env LD_PRELOAD="$test_dir/pidfd-shim.so" "${memcheck[@]}" \
		"$top_builddir/src/s390memctl" "$@" </dev/null
	is_clean "live: $name" "$code" "$pattern"
}

# Injection needs a thread that runs by itself, not by valgrind.
units() {
	(cd "$top_builddir/tests" && find unit -name 'test-*' -executable -type f \
		! -name test-inject ! -name test-frozen ! -name test-memop ! -name test-discover-kvm |
		sort)
}

ok "the helpers are built" build_shim
guest_start tick
live list 0 "(^| )$vm_pid +tick +0 " list
live info 0 "^engine +injection" -p "$vm_pid" info
live "read: a call is injected" 4 "is not an s390 one" -p "$vm_pid" read 0 64
live "read of much: memory of our own is mapped" 4 "is not an s390 one" -p "$vm_pid" read 0 100000
live regs 4 "is not an s390 one" -p "$vm_pid" regs
live "a script of several commands" 4 "is not an s390 one" -p "$vm_pid" --keep-going \
	-e "read 0" -e "check 0 4096" -e "info" -e "translate 0"
live "JSON" 4 '"error"' -j -p "$vm_pid" read 0
live "a vCPU that is not there" 4 "vCPU 7" -p "$vm_pid" -c 7 read 0
live "a process that is no VMM" 4 "holds no KVM VM" -p $$ read 0
ok "the guest goes on" guest_beats tick
is "no thread is traced or stands" "$(vm_traced)" 0
is "nothing stays mapped" "$(vm_scratch)" 0
stop_vm "$vm_pid"
if [ "${S390MEMCTL_VALGRIND-}" = live ]; then
	skip "unit tests" "take minutes; make check-valgrind"
else
	cd "$top_builddir/tests" || exit 99
	for unit in $(units); do
		# Children that end by a signal do so on purpose.
		run "${memcheck[@]}" --child-silent-after-fork=yes "./$unit"
		is_clean "$unit" 0 'PASSED|^ok|^1\.\.'
	done
fi
done_testing
