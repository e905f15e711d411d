/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * differential: our address translation (src/arch) against KVM's own, by
 * KVM_S390_MEM_OP, on random cases. s390x only, where kvm.ko is.
 *
 * What is compared for each case, and how: README in this directory.
 */
#ifndef DIFFERENTIAL_H
#define DIFFERENTIAL_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/regs.h"
#include "arch/tlb.h"
#include "arch/translate.h"

#define PAGE		4096ULL
#define MAX_CPUS	32
#define MAX_SLOTS	3
#define MAX_LENGTH	65536	/* of one KVM_S390_MEM_OP */
#define MAX_ENTRIES	256	/* table entries that one case builds */

/* random.c: the same numbers for the same seed, on any machine */

struct prng {
	uint64_t state;
};

/* Start a sequence that seed and stream determine. */
void prng_seed(struct prng *prng, uint64_t seed, uint64_t stream);
uint64_t random64(struct prng *prng);
/* 0 <= result < limit */
uint64_t random_below(struct prng *prng, uint64_t limit);
/* True in so many of a hundred cases. */
bool random_percent(struct prng *prng, unsigned int percent);

/* vm.c: a VM with memory, storage keys, and vCPUs whose PSWs and prefixes differ */

struct slot {
	uint64_t addr;		/* absolute */
	uint64_t size;
	void *mapped;		/* what mmap gave; size + 1 MiB */
	uint8_t *host;
	uint8_t *keys;		/* what KVM_S390_SET_SKEYS was given, a byte a page */
};

struct cpu {
	int fd;
	struct kvm_run *run;
	uint64_t psw_mask;
	uint32_t prefix;
};

struct vm {
	int fd;
	size_t run_size;		/* of kvm_run, mapped */
	unsigned int facilities;	/* FACILITY_* of arch/translate.h */
	struct slot slots[MAX_SLOTS];
	struct cpu cpus[MAX_CPUS];
	unsigned int nr_cpus;
	struct storage storage;		/* for src/arch */
};

/*
 * Create a VM: memory, keys, PSWs and prefixes are random. ar: some vCPUs are in
 * access-register mode. False: a message is on stderr.
 */
bool vm_create(struct vm *vm, int kvm, struct prng *prng, bool ar);
void vm_destroy(struct vm *vm);
/* The host address of len bytes at absolute addr; NULL: not all in one slot. */
uint8_t *vm_host(const struct vm *vm, uint64_t addr, uint64_t len);
/* Set control and access registers of a vCPU. */
bool cpu_set_registers(const struct cpu *cpu, const struct s390_regs *regs);

/* build.c, build-tables.c, build-art.c: a random case: registers, tables, control blocks */

struct case_data {
	const struct vm *vm;
	const struct cpu *cpu;
	struct prng *prng;
	struct s390_regs regs;
	uint64_t addr;		/* logical */
	uint32_t length;	/* bytes, 1-65536 */
	uint8_t ar;
	uint8_t key;		/* for the check with a key */
	unsigned int mistakes;	/* of a hundred entries built */
	/* entries of this case, so that pages share tables */
	uint64_t entries[MAX_ENTRIES];
	unsigned int nr_entries;
};

void build_case(struct case_data *c, const struct vm *vm, struct prng *prng);
/* True for a mistake here: one of c->mistakes in a hundred. */
bool mistake(struct case_data *c);
/* An absolute address, a multiple of align, with len bytes in memory; below 2^31 if low. */
uint64_t random_place(struct case_data *c, uint64_t len, uint64_t align, bool low);
/* A new ASCE for virtual address va, and tables that map len bytes from there on. */
uint64_t build_space(struct case_data *c, unsigned int type);
void map_range(struct case_data *c, uint64_t asce, uint64_t mask);
/* Control blocks by which an ALET designates asce; the ALET. */
uint32_t build_access_list(struct case_data *c, uint64_t asce);

/* compare.c */

/* What cases came to: by exception code, and by what is behind it. */
enum {
	KIND_FETCH_OK, KIND_STORE_OK, KIND_READ, KIND_WRITE, KIND_ART, KIND_LAP, KIND_KEY,
	KIND_ACCESS_LIST, KIND_DAT_PROTECTION, KIND_FRAME_1M, KIND_FRAME_2G, KIND_WRAP,
	KIND_REAL, KIND_REAL_SPACE, KIND_PREFIXED, KIND_MANY_PAGES, KIND_OVERRIDE, KIND_COUNT
};

struct tally {
	uint64_t cases;
	uint64_t operations;	/* KVM_S390_MEM_OPs */
	uint64_t codes[64];	/* by program-interruption code; 0: none */
	uint64_t kinds[KIND_COUNT];
	uint64_t differences;
};

extern const char *const kind_names[KIND_COUNT];

/* Compare one case; differences are printed, up to a limit, with all their facts. */
bool compare_case(const struct case_data *c, struct tlb *tlb, struct tally *tally);

#endif
