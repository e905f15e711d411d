/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The CPUs that a dump holds the registers of. */
#ifndef S390MEMCTL_TARGET_DUMP_CPUS_H
#define S390MEMCTL_TARGET_DUMP_CPUS_H

#include <stdbool.h>
#include <stddef.h>

#include "arch/regs.h"
#include "base/error.h"

/* Registers that are known; translation needs them all. */
#define CPU_HAS_PSW		0x1U	/* PSW, general and access registers */
#define CPU_HAS_CONTROL		0x2U
#define CPU_HAS_PREFIX		0x4U
#define CPU_HAS_ALL		0x7U

struct dump_cpu {
	int number;		/* as in -c */
	unsigned int has;	/* CPU_HAS_* */
	uint32_t pid_be, pid_le;	/* prstatus.pid in either byte order */
	struct s390_regs regs;
};

struct dump_cpus {
	struct dump_cpu *list;
	size_t count, room;
	bool encrypted;		/* registers of a protected guest were met, NT_S390_PV_CPU_DATA */
	const char *source;	/* "ELF notes", "lowcores"; NULL: none */
};

/* What notes are about that is no register: VMCOREINFO. May be NULL. */
typedef void cpus_vmcoreinfo_fn(void *arg, const char *text, size_t len);

#define CPUS_NOTES_MAX	0x1000000	/* bytes of notes that are believed: 6,000 CPUs */

/*
 * Add the CPUs that ELF notes (big-endian) tell about: a PRSTATUS note begins a
 * CPU, those behind it complete it. Layout: arch/s390/kernel/crash_dump.c
 * (Linux), target/s390x/arch_dump.c (QEMU).
 *
 * notes: size bytes. ERROR_TARGET: damaged; file names it in messages.
 */
struct error *cpus_add_notes(struct dump_cpus *cpus, const void *notes, size_t size,
			     const char *file, cpus_vmcoreinfo_fn *fn, void *arg);

#define CPU_SAVE_AREA	0x1200		/* of the lowcore: first byte of what stop-and-store-status stores */
#define CPU_SAVE_SIZE	0x200

/*
 * Add a CPU by the save area of its lowcore (SA22-7832 chapter 4, "Store
 * Status"): CPU_SAVE_SIZE bytes from prefix + CPU_SAVE_AREA on.
 */
struct error *cpus_add_save_area(struct dump_cpus *cpus, uint32_t prefix, const void *area);

/* Give the CPUs their numbers when all have been added. */
void cpus_number(struct dump_cpus *cpus);
/* The CPU of this number, or NULL. */
const struct dump_cpu *cpus_find(const struct dump_cpus *cpus, int number);
/* Free all. */
void cpus_free(struct dump_cpus *cpus);

#endif
