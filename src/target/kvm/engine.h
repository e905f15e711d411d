/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation on a live vCPU's memory, by whichever engine. */
#ifndef S390MEMCTL_TARGET_KVM_ENGINE_H
#define S390MEMCTL_TARGET_KVM_ENGINE_H

#include "target/kvm/live.h"

enum operation_kind { OPERATION_READ, OPERATION_WRITE, OPERATION_CHECK, OPERATION_PROBE };

/* What was asked for, and how far it has come. */
struct operation {
	enum operation_kind kind;
	const struct access *a;
	bool store;
	uint64_t len;		/* of read, write, check */
	uint64_t done;		/* of them: bytes that were right, a prefix */
	void *buf;		/* read */
	const void *data;	/* write */
	const uint64_t *addrs;	/* probe */
	size_t count;
	uint16_t *codes;
};

/*
 * Do it by KVM_S390_MEM_OP; the space, if it is one that a PSW selects, must be
 * what the PSW selects. pinned: the context it has to be done in; NULL, or one
 * with SPACE_AUTO: any.
 */
struct error *engine_by_ioctl(struct live *l, struct operation *op,
			      const struct live_context *pinned);
/* Do it by our own translation, likewise. */
struct error *engine_by_walk(struct live *l, struct operation *op,
			     const struct live_context *pinned);

/* compare.c */

/*
 * Do it both ways and compare: exceptions, their addresses, and data. What
 * the guest changes meanwhile is no difference. The outcome is that of
 * KVM_S390_MEM_OP; ERROR_TARGET where the two differ.
 */
struct error *engine_compare(struct live *l, struct operation *op,
			     const struct live_context *pinned);

#endif
