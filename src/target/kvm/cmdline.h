/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a VMM's command line tells about it. */
#ifndef S390MEMCTL_TARGET_KVM_CMDLINE_H
#define S390MEMCTL_TARGET_KVM_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Append the guest name of a command line to name, raw: -name NAME or -name
 * guest=NAME (or --name), the last one counts. QEMU util/qemu-option.c
 * get_opt_name_value(): options are separated by commas, ",," is a comma, the
 * first one without "=" is the guest's name. False, and nothing appended, if
 * there is none.
 *
 * cmdline: the text of /proc/PID/cmdline, len bytes, arguments end with NUL.
 */
bool cmdline_guest_name(const char *cmdline, size_t len, struct buf *name);

/*
 * Whether a program is a VMM that can use the KVM of a host of machine (uname
 * -m): qemu-system-* of its architecture, qemu-kvm, cloud-hypervisor, crosvm,
 * lkvm, kvmtool, firecracker. name: base name of its executable; the 15
 * bytes that /proc/PID/comm keeps of it are enough if it is not ambiguous.
 */
bool cmdline_is_vmm(const char *name, const char *machine);

/*
 * The architecture of the guests of a VMM: the machine (uname -m) of the host,
 * because KVM runs its own only, or the 32-bit one that the program's name
 * says. A pointer to machine or to a constant.
 */
const char *cmdline_guest_arch(const char *name, const char *machine);

#endif
