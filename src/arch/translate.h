/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From logical addresses to absolute ones: access-register translation, dynamic
 * address translation, prefixing and every kind of protection, as a CPU does it
 * (SA22-7832 chapters 3 and 5) and as KVM does for KVM_S390_MEM_OP
 * (guest_range_to_gpas() in arch/s390/kvm/gaccess.c of Linux 6.12).
 *
 *	struct address_space as;
 *	struct translation t;
 *
 *	address_space_open(&as, &context, &reference);
 *	if (translate(&as, addr, &t))
 *		... t.length bytes are at t.absolute
 *	else
 *		... t.code, or t.error
 *
 * Pure functions: storage is read through the callbacks of arch/storage.h.
 */
#ifndef S390MEMCTL_ARCH_TRANSLATE_H
#define S390MEMCTL_ARCH_TRANSLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/regs.h"
#include "arch/space.h"
#include "arch/storage.h"

struct tlb;
struct translation_trace;

/* Facilities that change translation; installed ones are ORed together. */
#define FACILITY_EDAT_1	0x1U	/* facility 8: 1 MiB frames, P of region tables */
#define FACILITY_EDAT_2	0x2U	/* facility 78: 2 GiB frames */
#define FACILITY_IEP	0x4U	/* facility 130: instruction-execution protection */
#define FACILITY_ALL	0x7U

/* The CPU and the storage that translations are made for. */
struct translation_context {
	const struct s390_regs *regs;	/* PSW, control and access registers, prefix */
	const struct storage *storage;
	unsigned int facilities;	/* FACILITY_* */
	/*
	 * Take access-control and fetch-protection bits from format-1 entries
	 * whose ACCF-validity bit is one, as a CPU may; KVM never does.
	 */
	bool accf;
	struct tlb *tlb;		/* arch/tlb.h, or NULL */
	struct translation_trace *trace; /* arch/trace.h, or NULL; with it the TLB is not used */
};

enum reference_type {
	REFERENCE_FETCH,
	REFERENCE_STORE,
	REFERENCE_INSTRUCTION_FETCH,
};

/* A storage-operand reference (or an instruction fetch): how it is made. */
struct reference {
	enum space space;	/* all but SPACE_SIDA */
	uint8_t ar;		/* 0-15: access register, in access-register mode and SPACE_AR */
	uint32_t alet;		/* SPACE_ALET */
	uint64_t asce;		/* SPACE_ASCE */
	enum reference_type type;
	int16_t key;		/* access key 0-15; -1: no key-controlled protection */
	uint8_t amode;		/* 24, 31, 64; 0: the PSW's for SPACE_AUTO, else 64 */
};

#define REFERENCE_INIT(s, t) { .space = (s), .type = (t), .key = -1 }

/* What kind of protection a protection exception is due to. */
enum protection {
	PROTECTION_LOW_ADDRESS,
	PROTECTION_KEY,
	PROTECTION_ACCESS_LIST,
	PROTECTION_DAT,
	PROTECTION_IEP,
};

/* Facts about a location, whether or not they forbid the reference at hand. */
#define TRANSLATED_PROTECTED	0x01	/* DAT protection: stores are refused */
#define TRANSLATED_IEP		0x02	/* IEP bit on (it counts with CR0.43 and facility 130) */
#define TRANSLATED_DAT		0x04	/* by translation tables: frame_shift means something */

/* The outcome of one translation. */
struct translation {
	uint16_t code;		/* 0, or the program-interruption code of the exception */
	int16_t error;		/* 0, or errno: the host could not tell; code is 0 then */
	uint8_t flags;		/* TRANSLATED_*; without an exception, or with a protection exception */
	uint8_t frame_shift;	/* log2 of the frame's bytes: 12, 20, 31 */
	uint8_t protection;	/* enum protection, if code is PGM_PROTECTION */
	uint8_t exception_access_id; /* as stored at real 160 */
	uint64_t effective;	/* the address, cut to the addressing mode */
	uint64_t absolute;	/* if neither code nor error */
	/*
	 * Bytes from the effective address on of which the same can be said, at
	 * least 1: contiguous at absolute and accessible, or (code) all raising
	 * this exception. They end at the addressing mode's last byte at the latest.
	 */
	uint64_t length;
	uint64_t teid;		/* as stored at real 168; if code */
};

/*
 * An address space as one kind of reference sees it. The members tell what was
 * found; they are not to be changed.
 */
struct address_space {
	struct translation_context context;
	enum space space;	/* SPACE_AUTO resolved by the PSW */
	enum reference_type type;
	uint8_t ar;
	uint8_t key;		/* access key; 0 asks for no check */
	uint8_t asc;		/* address-space control as in PSW bits 16-17, for the TEID */
	bool dat;		/* DAT is on (with ASCE_REAL in asce it still translates nothing) */
	bool edat1, edat2, iep;	/* in force */
	bool low_address;	/* low-address protection applies to this reference */
	bool fetch_override, storage_override;
	uint64_t asce;		/* if dat */
	uint64_t mask;		/* of effective addresses */
	uint32_t prefix;
	uint16_t code;		/* exception of access-register translation: every address raises it */
	int16_t error;		/* errno, likewise */
	uint64_t tlb_id;	/* arch/tlb.h */
	uint64_t refuse;	/* TLB_* bits of an entry that translate() cannot use at once; 0: use none */
};

/*
 * Find the address space of a reference: what the PSW says, the control
 * register, access-register translation. Exceptions of the latter are kept, and
 * reported by translate() for every address.
 *
 * context: regs and storage are used until the last translate(); for a TLB that
 * holds entries of another storage call tlb_flush() first.
 */
void address_space_open(struct address_space *as, const struct translation_context *context,
			const struct reference *reference);

/*
 * Translate one address.
 *
 * addr: logical address; bits beyond the addressing mode are ignored.
 * Result: true if the location can be referred to; else *t has code or error.
 */
bool translate(const struct address_space *as, uint64_t addr, struct translation *t);

/*
 * Like translate(), but t->length goes on through as many pages as are
 * contiguous in absolute storage and alike in t->flags, up to max bytes (1 or
 * more). t->frame_shift is that of the first page.
 */
bool translate_run(const struct address_space *as, uint64_t addr, uint64_t max,
		   struct translation *t);

/* The same through frames of one size only. */
bool translate_frames(const struct address_space *as, uint64_t addr, uint64_t max,
		      struct translation *t);

/*
 * Would a reference to len bytes (1 or more, wrapping as the addressing mode
 * has it) succeed? As KVM_S390_MEM_OP with KVM_S390_MEMOP_F_CHECK_ONLY.
 *
 * Result: true, or false with the first exception in *t, whose effective
 * address is the first failing one. *done: accessible bytes before it.
 */
bool translate_check(const struct address_space *as, uint64_t addr, uint64_t len,
		     struct translation *t, uint64_t *done);

#endif
