/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accesses to a guest's memory by our own address translation: for targets
 * that are nothing but absolute storage and the registers of a CPU (dumps, a
 * VMM whose memory is read from outside), and for the spaces of a live vCPU
 * that its PSW does not select.
 */
#ifndef S390MEMCTL_TARGET_WALK_H
#define S390MEMCTL_TARGET_WALK_H

#include "arch/storage.h"
#include "arch/tlb.h"
#include "arch/translate.h"
#include "target/target.h"

/* The storage that is worked on. arg of storage is that of all callbacks. */
struct walk_storage {
	struct storage storage;
	/*
	 * Fetch len bytes, any number, from absolute address addr. 0,
	 * STORAGE_OUTSIDE or -errno; *done: bytes got, in any case. NULL: the
	 * data come in pieces by read_absolute.
	 */
	int (*read_bulk)(void *arg, uint64_t addr, void *buf, size_t len, size_t *done);
	/*
	 * Up to *len bytes from absolute address addr on where they lie in this
	 * process; *len is cut to what there is. NULL, also as the callback: they are
	 * to be had by the others only. looked() tells afterwards whether they were
	 * the right ones: 0 or -errno.
	 */
	const void *(*look)(void *arg, uint64_t addr, size_t *len);
	int (*looked)(void *arg);
	/* Store len bytes likewise; NULL: this storage cannot be changed. */
	int (*write_bulk)(void *arg, uint64_t addr, const void *buf, size_t len, size_t *done);
	/*
	 * What -errnum from one of the callbacks means, ERROR_TARGET usually;
	 * NULL: strerror() says enough.
	 */
	struct error *(*failure)(void *arg, int errnum);
	/* Why storage cannot be changed, if write_bulk is NULL: "a dump cannot be written to". */
	const char *read_only;
};

struct walk {
	struct walk_storage storage;
	struct s390_regs regs;
	unsigned int facilities;
	struct tlb tlb;
	enum space last_space;	/* of the last access, SPACE_AUTO resolved */
};

/*
 * Get ready. storage is copied, what its arg points to is used until
 * walk_deinit(); facilities: FACILITY_* of arch/translate.h. Registers are all
 * zero until walk_set_regs(). ERROR_TARGET: no memory.
 */
struct error *walk_init(struct walk *w, const struct walk_storage *storage,
			unsigned int facilities);
/* Free all; a walk of zeros is allowed. */
void walk_deinit(struct walk *w);
/* Make the following accesses as this CPU; translations that are known stay valid. */
void walk_set_regs(struct walk *w, const struct s390_regs *regs);
/* Forget translations: the guest may have changed its tables. */
void walk_flush(struct walk *w);

/* The operations of struct target_ops, with their contracts. */
struct error *walk_read(struct walk *w, const struct access *a, void *buf, size_t len,
			size_t *done);
struct error *walk_look(struct walk *w, const struct access *a, size_t len, const void **data,
			size_t *got);
struct error *walk_looked(struct walk *w, const struct access *a);
struct error *walk_write(struct walk *w, const struct access *a, const void *buf, size_t len,
			 size_t *done);
struct error *walk_check(struct walk *w, const struct access *a, bool store, uint64_t len,
			 uint64_t *done);
struct error *walk_probe(struct walk *w, const struct access *a, bool store,
			 const uint64_t *addrs, size_t count, uint16_t *codes);

#endif
