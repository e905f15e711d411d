/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The transfers between a guest's memory and ours, below the target
 * operations of memop.c: transfer.c makes the calls, locate.c finds what is
 * wrong when one fails.
 */
#ifndef S390MEMCTL_TARGET_KVM_MEMOP_H
#define S390MEMCTL_TARGET_KVM_MEMOP_H

#include "target/kvm/live.h"

#define STACK_DATA	2048U	/* bytes of data behind a mem_op struct in the stack area */

/* Memory in the VMM for mem_op structs and their data. */
struct area {
	bool stack;		/* the stopped thread's stack: valid for one stop; else the scratch mapping */
	unsigned int slots;	/* calls it holds */
	uint32_t slot_size;	/* bytes of data each */
};

/* One read, write or check by the user, in as many calls as it takes. */
struct transfer {
	uint32_t op;		/* KVMU_MEMOP_*, read or write */
	bool on_vm;		/* an operation of the VM's fd */
	bool is_sida;
	bool store;
	uint64_t addr;		/* of its first byte */
	uint64_t flags;		/* KVMU_MEMOP_F_SKEY_PROTECTION or 0 */
	bool inject;		/* KVMU_MEMOP_F_INJECT_EXCEPTION on the real operation */
	uint8_t ar;
	int16_t key;		/* -1: none */
	struct live_context context;
	struct area area;
};

/* transfer.c */

/*
 * Check an access against what the kernel has, and set up its transfer.
 * Errors: ERROR_USAGE for a space that no call works in, ERROR_TARGET where
 * the kernel lacks something.
 */
struct error *transfer_init(struct live *l, const struct access *a, bool store,
			    struct transfer *x);

/* Use the stack area for small transfers, else the scratch mapping; the thread must run. */
struct error *transfer_choose_area(struct live *l, struct transfer *x, uint64_t len);

/* Stop the vCPU, in the transfer's address space where it matters. */
struct error *transfer_stop(struct live *l, struct transfer *x);
/* live_yield() likewise. */
struct error *transfer_yield(struct live *l, struct transfer *x);

/* Addresses in the VMM of the mem_op struct and the data of a slot. */
uint64_t transfer_op_addr(const struct live *l, const struct transfer *x, unsigned int slot);
uint64_t transfer_data_addr(const struct live *l, const struct transfer *x, unsigned int slot);

/* The mem_op of size bytes at guest address addr with data at buf in the VMM; flags are added to the transfer's. */
struct kvmu_s390_mem_op transfer_op(const struct transfer *x, uint64_t addr, uint32_t size,
				    uint64_t flags, uint64_t buf);

/*
 * Make one call through a slot while the thread stands. buf_offset: where in
 * the slot's data the call's data lie. *result as live_memop().
 */
struct error *transfer_call(struct live *l, const struct transfer *x, unsigned int slot,
			    uint64_t addr, uint32_t size, uint64_t flags, uint32_t buf_offset,
			    int64_t *result);

/* The error of an access exception at addr. */
struct error *transfer_access_error(const struct transfer *x, uint16_t code, uint64_t addr);

/* locate.c */

/*
 * Would an access to len bytes (at most the kernel's limit) at addr succeed?
 * CHECK_ONLY, while the thread stands (it may be let go and stopped again
 * between two calls). *good: bytes before the first failing one. *code: 0 or
 * its program-interruption code.
 */
struct error *locate_check(struct live *l, struct transfer *x, unsigned int slot,
			   uint64_t addr, uint32_t len, uint32_t *good, uint16_t *code);

/*
 * A read of size bytes at addr by a slot has failed with result. Get what can
 * be got into dst, while the thread stands. *good: how much. Returns the error
 * of the first byte that cannot be read; NULL if all could be read after all.
 */
struct error *locate_read(struct live *l, struct transfer *x, unsigned int slot,
			  uint64_t addr, uint32_t size, int64_t result, void *dst,
			  uint32_t *good);

/*
 * A write of size bytes at addr, whose data lie in a slot, has failed.
 * Write page by page up to the first that fails. src: the data. *good: bytes
 * written. Returns its error; NULL if all could be written after all.
 */
struct error *locate_write(struct live *l, struct transfer *x, unsigned int slot,
			   uint64_t addr, uint32_t size, int64_t result, const void *src,
			   uint32_t *good);

#endif
