/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a guest's Linux lies: in virtual and in absolute storage, beside the
 * addresses of its vmlinux. From VMCOREINFO, os_info and the lowcore; all of it
 * untrusted.
 */
#ifndef S390MEMCTL_LINUX_PLACE_H
#define S390MEMCTL_LINUX_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "linux/kmem.h"
#include "linux/vmcoreinfo.h"

struct kernel_place {
	bool has_stext;
	uint64_t stext;		/* virtual address of _stext, where the image begins */
	bool has_end;
	uint64_t end;		/* virtual address of _end */
	bool has_offset;
	uint64_t offset;	/* virtual address minus that in vmlinux */
	bool has_phys;
	uint64_t phys;		/* absolute minus virtual address of the image, modulo 2^64 */
	const char *source;	/* for people; "" if nothing is known */
};

/*
 * Collect what the guest says. What is not there is not known, which is no
 * error. Kernels from 6.10 on (commit c98d2ecae08f) have an image whose virtual
 * address has nothing to do with the absolute one; KERNELOFFPHYS tells it.
 * Before, both are the same. Sources: arch_crash_save_vmcoreinfo() and
 * os_info_init() in arch/s390/kernel, startup_kernel() in arch/s390/boot/startup.c
 * for an odd number at lowcore 0xe0c early in the boot. Errors: ERROR_TARGET;
 * ERROR_PARTIAL when interrupted.
 */
struct error *kernel_place_read(struct kmem *m, const struct vmcoreinfo *info,
				struct kernel_place *place);

/*
 * The offset by the new PSWs of the lowcore, for a kernel that says nothing:
 * address(arg, name, &addr) is that of a symbol in vmlinux. true if at least two
 * interruption handlers agree.
 */
bool kernel_place_by_psws(struct kmem *m, bool (*address)(void *arg, const char *name, uint64_t *addr),
			  void *arg, uint64_t *offset);

#endif
