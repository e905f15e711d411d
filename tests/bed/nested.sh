# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034
#
# Part of init in the nested bed: starts QEMU with KVM and waits until its
# guest, a Linux, ticks. Sets, for the script, QEMU_PID, and L2_LOG, the file
# with the guest's console. QEMU's monitor reads /tmp/monitor.in; all that it
# has said is in /tmp/monitor.log.

L2_LOG=/tmp/l2.log
qemu_errors=/tmp/qemu.err

# Hercules does not announce ESOP, see hercules.py: it acts on this line.
announce_esop() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		/bed/throwaway --esop && return
		echo "bed: set ESOP" >/dev/console
		sleep 1
	done
	fail "KVM_CAP_S390_COW does not come"
}

start_qemu() {
	if [ -e /bed/l2.unpacked ]; then
		# See unpackkernel.py; the address is that of run.py.
		set -- -device loader,file=/bed/l2.unpacked,addr=0x5000000,force-raw=on
	fi
	# The guest's kernel needs no ciphers and no certificates, whose tests and
	# checks take long; it does without PCI, which Hercules does not have, and
	# without the timer that asks for changes of the topology once a minute: for
	# that there is an instruction (PTF) that Hercules does not know.
	l2_parameters="console=ttysclp0 nokaslr panic=1 pci=off cryptomgr.notests"
	l2_parameters="$l2_parameters initcall_blacklist=load_system_certificate_list,topology_init"

	/usr/bin/qemu-system-s390x -name guest=demo,debug-threads=on \
		-M s390-ccw-virtio -accel kvm -cpu host,ctop=off \
		-m 160 -mem-prealloc -smp 1 -sandbox on \
		-nodefaults -display none -vga none \
		-chardev file,id=console,path=$L2_LOG \
		-device sclpconsole,chardev=console \
		-chardev pipe,id=monitor,path=/tmp/monitor -mon chardev=monitor,mode=readline \
		-kernel /bed/l2.kernel -initrd /bed/l2.gz "$@" \
		-append "$l2_parameters" \
		</dev/null >$qemu_errors 2>&1 3>&- 4>&- &
	QEMU_PID=$!
}

wait_for_l2() {
	until grep -q "L2 tick 1" $L2_LOG 2>/dev/null; do
		if ! kill -0 "$QEMU_PID" 2>/dev/null; then
			fail "QEMU ended: $(tail -n 1 $qemu_errors)"
		fi
		sleep 1
	done
}

start_monitor() {
	mkfifo /tmp/monitor.in /tmp/monitor.out
	cat /tmp/monitor.out >/tmp/monitor.log 3>&- 4>&- &
}

announce_esop
start_monitor
echo "progress starting QEMU with a guest" >&3
start_qemu
echo "progress waiting for the guest to tick" >&3
wait_for_l2
export L2_LOG QEMU_PID
