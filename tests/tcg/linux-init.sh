#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The only process of the guests of linux_guest.py, busybox: it prints what the
# kernel says of itself, each section behind a line "@@ NAME", and then spins.

busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
echo 0 >/proc/sys/kernel/kptr_restrict
echo 1 4 1 7 >/proc/sys/kernel/printk
for module in /lib/modules/*.ko; do
	busybox insmod "$module"
done

# tell NAME COMMAND...: a section
tell() {
	echo "@@ $1"
	shift
	"$@"
}

exec >/dev/ttysclp0 2>&1
echo
tell uname busybox uname -a
tell version busybox cat /proc/version
tell cmdline busybox cat /proc/cmdline
tell meminfo busybox cat /proc/meminfo
tell iomem busybox cat /proc/iomem
tell modules busybox cat /proc/modules
tell sections busybox grep -r . /sys/module/loop/sections
tell kallsyms busybox cat /proc/kallsyms
@MORE@
tell ps busybox ps -o pid,ppid,stat,comm
tell uptime busybox cat /proc/uptime
tell dmesg busybox dmesg
echo "@@ ready"
while :; do
	:
done
