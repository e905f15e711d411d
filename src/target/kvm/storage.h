/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The absolute storage of a live guest, for our own translation: by the VMM's
 * mapping of guest RAM, where that is proven, which needs no stop; and by the
 * VM's KVM_S390_MEMOP_ABSOLUTE_READ and _WRITE. Stores go by the latter alone:
 * KVM's dirty log does not see what is written to the mapping, and a live
 * migration would lose it.
 */
#ifndef S390MEMCTL_TARGET_KVM_STORAGE_H
#define S390MEMCTL_TARGET_KVM_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/regs.h"
#include "base/error.h"
#include "target/kvm/ram.h"
#include "target/walk.h"

struct live;
struct live_context;

enum ram_state {
	RAM_UNKNOWN,		/* not looked for yet */
	RAM_ON_TRIAL,		/* a candidate is being compared: nothing else is read */
	RAM_PROVEN,
	RAM_REFUSED,
};

/* The VMM's mapping of guest RAM. */
struct live_ram {
	enum ram_state state;
	uint64_t start;		/* address in the VMM of absolute 0 */
	uint64_t size;		/* bytes */
	uint64_t max;		/* there may be storage up to here; only the VM's own operations can tell */
	char why[192];		/* for people: how it was proven, or why not */
};

#define STORAGE_MIBS	64U	/* answers about whole MiBs that are kept */
#define STORAGE_KEYS	256U	/* storage keys that are kept, of consecutive blocks */

/* What the callbacks of a walk need. */
struct live_storage {
	struct live_ram ram;
	struct walk walk;
	bool ready;		/* walk is initialized */
	bool in_doubt;		/* something was taken for present that may not be */
	struct error *failure;	/* of the last callback that has failed, to be told */
	uint64_t mibs[STORAGE_MIBS];	/* absolute address of a MiB | 1: there | 2: known */
	uint64_t keys_addr;	/* of the first block in keys */
	size_t keys_count;
	uint8_t keys[STORAGE_KEYS];
};

/* Can absolute storage be accessed by the VM's own operations? */
bool storage_has_absolute(const struct live *l);

/*
 * Find a way to absolute storage, once. The thread must run. Errors:
 * ERROR_TARGET when there is none, ERROR_REFUSED for a protected guest.
 */
struct error *storage_open(struct live *l);

/* Prepare the walk, with no way to storage yet: for storage_open() and the proof. */
struct error *storage_init(struct live *l);

/* The error of an access to storage of which it cannot be told whether it is there. */
struct error *storage_doubt(void)
	__attribute__((returns_nonnull));

/* Free all. */
void storage_free(struct live *l);

/* Forget what was kept of storage keys, and of where storage is. */
void storage_forget(struct live *l);

/*
 * The walk with the registers of this instant; the vCPU stands still for a
 * moment. ar, *context: live_context() of it, NULL if it does not matter.
 */
struct error *storage_walk(struct live *l, uint8_t ar, struct live_context *context,
			   struct walk **w);

/* prove.c */

/*
 * Find the VMM's mapping of guest RAM and prove it: what KVM_S390_MEM_OP
 * returns must stand there, at several places that are not all zero, and in
 * no other mapping. Sets l->storage.ram. Errors: ERROR_REFUSED for a protected
 * guest; that it is not found is none.
 */
struct error *prove_ram(struct live *l);

#endif
