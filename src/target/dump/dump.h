/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A CPU in a dump file as a target: all of it by our own translation, nothing can be changed. */
#ifndef S390MEMCTL_TARGET_DUMP_DUMP_H
#define S390MEMCTL_TARGET_DUMP_DUMP_H

#include "target/target.h"

struct dump_options {
	const struct log *log;
	const volatile int *interrupted;	/* set by signal handlers; may be NULL */
};

/*
 * Open a dump of an s390x system: ELF as written by QEMU's dump-guest-memory,
 * virsh dump --memory-only, /proc/vmcore, makedumpfile -E and zgetdump;
 * kdump-compressed (makedumpfile, QEMU); both in makedumpfile's flattened form,
 * of which a plain copy is made in an unnamed file in TMPDIR; s390 stand-alone
 * dumps of one volume.
 *
 * path: a regular file or block device. cpu: number of the CPU to work as, as
 * the dump counts them from 0. *target: to be closed with its close operation.
 * Errors: ERROR_TARGET, one line that says what is wrong with the file and
 * where; ERROR_REFUSED for a kind of dump that zgetdump has to convert first,
 * with the command as the hint.
 */
struct error *dump_open(const char *path, int cpu, const struct dump_options *opt,
			struct target **target);

#endif
