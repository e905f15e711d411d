/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest of QEMU - with KVM or emulated - by its QMP socket: the registers of
 * its CPUs and its storage are read, and addresses translated by us. Nothing
 * can be changed.
 */
#ifndef S390MEMCTL_TARGET_QMP_QMP_H
#define S390MEMCTL_TARGET_QMP_QMP_H

#include <sys/types.h>

#include "target/target.h"

struct qmp_options {
	const struct log *log;
	pid_t pid;		/* of QEMU, where the socket does not tell it; 0: as it tells */
	const volatile int *interrupted;	/* set by signal handlers; may be NULL */
};

/*
 * Connect to QEMU and find the way to the guest's storage: process_vm_readv(2)
 * where that is permitted and proven to be the guest's, else pmemsave of QMP.
 * The guest is not stopped yet; for each access that needs the registers QEMU
 * stops it for about a millisecond.
 *
 * path: the QMP socket. cpu: number of the CPU to work as. *target: to be
 * closed with its close operation. ERROR_TARGET: no QMP, no such CPU;
 * ERROR_REFUSED: no s390x guest.
 */
struct error *qmp_attach(const char *path, int cpu, const struct qmp_options *opt,
			 struct target **target);

#endif
