#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a script of tests/inner with the s390x build of s390memctl: in a bed, or
# right here on an s390x machine with KVM.
#
# Usage: run-inner.sh fast|hercules|nested 6.1|6.12 SCRIPT [BED-OPTION]...
#
# The bed, the s390x build and the test VMM must be there (quickstart makes
# them); the environment may name other places: S390MEMCTL_CACHE,
# S390MEMCTL_CROSS, S390MEMCTL_VMM. The exit status is the script's, 77 when
# something is missing, 125 when the bed failed.

set -euo pipefail

kind=$1
kernel=$2
script=$3
shift 3
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=bed-lib.sh
. "$tests/bed-lib.sh"

reason=$(bed_missing)
if [ -n "$reason" ]; then
	printf 'run-inner.sh: %s\n' "$reason" >&2
	exit 77
fi
if on_z; then
	exec "$tests/here-s390x.sh" "$kind" "$script" "$cross/src" "$vmm"
fi
# For inner/fast-differential.sh
if [ "$kind" = fast ] && [ -x "$vmm/differential" ]; then
	python3 "$tests/differential/edat.py" "$cache" "$kernel" "$vmm/kvm-edat-$kernel.ko"
	set -- --exe "$vmm/differential" --with "kvm-edat.ko=$vmm/kvm-edat-$kernel.ko" "$@"
fi
# For inner/torture.sh. S390MEMCTL_TORTURE: how many rounds of each kind.
for program in "$cross/src/s390memctl-hooks" "$cross/tests/live/interruptible"; do
	[ ! -x "$program" ] || set -- --exe "$program" "$@"
done
append=${S390MEMCTL_TORTURE:+bed.torture=$S390MEMCTL_TORTURE}
# For inner/nested.sh. S390MEMCTL_AGREE: how many addresses both translations are
# asked about.
if [ "$kind" = nested ] && [ -x "$cross/tests/live/agree" ]; then
	set -- --exe "$cross/tests/live/agree" "$@"
	append="$append ${S390MEMCTL_AGREE:+bed.agree=$S390MEMCTL_AGREE}"
fi
# The guest in the nested bed is 6.1 always.
vmlinux=$cache/debug/6.1/vmlinux
if [ "$script" = nested.sh ] && [ -f "$vmlinux" ]; then
	set -- --with "l2.vmlinux=$vmlinux" "$@"
fi
# S390MEMCTL_COVERAGE: a folder for what a build with --enable-coverage counts.
[ -z "${S390MEMCTL_COVERAGE-}" ] || set -- --out "$S390MEMCTL_COVERAGE" "$@"
exec "$tests/bed/bed" run "$kind" --kernel "$kernel" \
	--append "$append" --with "inner=$tests/inner" --with "scenarios=$tests/vmm/scenarios" \
	--exe "$cross/src/s390memctl" --exe "$vmm/testvmm" --script "$tests/inner/$script" "$@"
