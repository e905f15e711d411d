#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a script of tests/inner right here, on an s390x machine with KVM. For
# "nested" a QEMU with KVM is started first, with the guest that the nested bed
# has too: the host's kernel, busybox and tests/bed/l2prog.c.
#
# Usage: here-s390x.sh fast|nested SCRIPT DIRECTORY-OF-S390MEMCTL DIRECTORY-OF-TESTVMM
#
# L2_KERNEL names another kernel for the guest.

set -euo pipefail

kind=$1
script=$2
export PATH=$3:$4:$PATH
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
QEMU_PID=
L2_LOG=$work/l2.log

die() {
	printf 'here-s390x.sh: %s\n' "$*" >&2
	exit 125
}

cleanup() {
	[ -z "$QEMU_PID" ] || kill "$QEMU_PID" 2>/dev/null || true
	rm -rf "$work"
}

# The newest kernel of this machine that can be read.
guest_kernel() {
	local image

	for image in $(printf '%s\n' /boot/vmlinuz-* /boot/image-* | sort -rV); do
		if [ -r "$image" ]; then
			printf '%s\n' "$image"
			return
		fi
	done
}

make_initrd() {
	local busybox

	busybox=$(command -v busybox) || die "busybox is missing (Debian: busybox-static)"
	gcc -static -O2 -o "$work/l2prog" "$tests/bed/l2prog.c"
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$tests/bed python3 - "$busybox" \
		"$tests/bed/l2init" "$work/l2prog" "$work/l2.gz" <<-'END'
	import sys
	import initrd

	busybox, init, l2prog, path = sys.argv[1:]
	guest = initrd.base_system(busybox, init)
	guest.copy("bin/l2prog", l2prog)
	initrd.write_archive(guest, path, compress=True)
	END
}

start_qemu() {
	local kernel=${L2_KERNEL:-$(guest_kernel)}

	[ -n "$kernel" ] || die "no kernel for the guest in /boot; name one by L2_KERNEL"
	qemu-system-s390x -name guest=demo,debug-threads=on \
		-M s390-ccw-virtio -accel kvm -cpu host \
		-m 160 -smp 1 -sandbox on -nodefaults -display none \
		-chardev "file,id=console,path=$L2_LOG" \
		-device sclpconsole,chardev=console \
		-kernel "$kernel" -initrd "$work/l2.gz" \
		-append "console=ttysclp0 nokaslr panic=1" \
		</dev/null >"$work/qemu.err" 2>&1 &
	QEMU_PID=$!
}

wait_for_l2() {
	local tries=60

	until grep -q "L2 tick 1" "$L2_LOG" 2>/dev/null; do
		kill -0 "$QEMU_PID" 2>/dev/null || die "QEMU ended: $(tail -n 1 "$work/qemu.err")"
		tries=$((tries - 1))
		[ $tries -gt 0 ] || die "the guest does not tick after 60 s"
		sleep 1
	done
}

trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
ln -s "$tests/inner" "$work/inner"
ln -s "$tests/vmm/scenarios" "$work/scenarios"
if [ "$kind" = nested ]; then
	make_initrd
	start_qemu
	wait_for_l2
	export QEMU_PID L2_LOG
fi
export BED=$kind TMPDIR=$work
cd "$work"
sh "inner/$script" </dev/null
