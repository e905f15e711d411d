/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A target is a guest CPU whose memory can be worked on: a live vCPU, or one in
 * a dump. Commands use only this interface.
 */
#ifndef S390MEMCTL_TARGET_TARGET_H
#define S390MEMCTL_TARGET_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/regs.h"
#include "arch/space.h"
#include "base/error.h"
#include "base/log.h"

/* What makes the accesses to a live vCPU's memory. */
enum access_engine {
	ACCESS_ENGINE_AUTO,	/* KVM_S390_MEM_OP where it gives the right answer, else the walk */
	ACCESS_ENGINE_IOCTL,	/* KVM_S390_MEM_OP; refused where it cannot answer */
	ACCESS_ENGINE_WALK,	/* our own translation */
	ACCESS_ENGINE_BOTH,	/* both; a difference is an ERROR_TARGET */
};

/* How one access is made. */
struct access {
	uint64_t addr;		/* logical (or absolute, or SIDA offset) address of byte 0 */
	enum space space;	/* a live vCPU knows SPACE_AUTO, SPACE_ABSOLUTE and SPACE_SIDA itself */
	uint8_t ar;		/* access register 0-15; means something in AR mode and SPACE_AR only */
	uint32_t alet;		/* SPACE_ALET: the access-list-entry token */
	uint64_t asce;		/* SPACE_ASCE: the address-space-control element */
	int16_t key;		/* access key 0-15, or -1 for none */
	bool inject;		/* deliver an exception to the guest (KVM_S390_MEMOP_F_INJECT_EXCEPTION) */
	/* The address is one of a kernel's symbols; what asks for the access has drawn its conclusions. */
	bool symbolic;
	enum access_engine engine;	/* where the target has a choice (has_ioctl) */
};

#define ACCESS_INIT(a) { .addr = (a), .space = SPACE_AUTO, .ar = 0, .key = -1, .inject = false }

/* What the last operations cost the guest; all times in nanoseconds. */
struct target_stats {
	uint64_t stops;		/* how often the vCPU thread was stopped */
	uint64_t calls;		/* system calls made in the VMM */
	uint64_t stopped_ns;	/* sum */
	uint64_t longest_ns;	/* longest single stop */
	uint64_t bytes;		/* guest bytes moved */
};

/* One fact about the target, in order of display; for `info`. */
struct target_fact {
	const char *key;	/* JSON member, "vcpu_fd" */
	const char *label;	/* for people, "vcpu fd" */
	char value[256];	/* printable text */
	bool is_number;		/* JSON number (decimal in value) */
	bool is_bool;		/* JSON boolean ("yes"/"no" in value) */
};

/* Set the value, printf-like; what does not fit is cut off. */
void target_fact_set(struct target_fact *fact, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

struct target;
struct walk;	/* target/walk.h */

struct target_ops {
	const char *name;	/* "kvm" */
	bool live;
	bool has_ioctl;		/* there is a KVM_S390_MEM_OP to ask, and access.engine counts */

	/*
	 * Fetch len bytes. *done: bytes that were got before the error, always
	 * a prefix. An access exception is an ERROR_ACCESS with the first
	 * failing address.
	 */
	struct error *(*read)(struct target *t, const struct access *a,
			      void *buf, size_t len, size_t *done);
	/*
	 * Fetch without a copy: the first bytes of len where they lie in this process,
	 * until looked() is called, which tells whether they were the guest's; *got:
	 * how many, 0 if they are to be had by read only. NULL: all are.
	 */
	struct error *(*look)(struct target *t, const struct access *a, size_t len,
			      const void **data, size_t *got);
	struct error *(*looked)(struct target *t, const struct access *a);
	/*
	 * Store len bytes; nothing is stored unless the whole range can be.
	 * *done: bytes stored (a prefix).
	 */
	struct error *(*write)(struct target *t, const struct access *a,
			       const void *buf, size_t len, size_t *done);
	/* Would a fetch (store) of len bytes succeed? Touches nothing. *done as for read. */
	struct error *(*check)(struct target *t, const struct access *a,
			       bool store, uint64_t len, uint64_t *done);
	/*
	 * What would a fetch (store) of one byte at each of count addresses
	 * meet? codes[i]: 0, or its program-interruption code. Touches nothing;
	 * a->addr is not used. Finds the ends of holes with few stops. May be
	 * NULL: then check does.
	 */
	struct error *(*probe)(struct target *t, const struct access *a, bool store,
			       const uint64_t *addrs, size_t count, uint16_t *codes);
	/*
	 * Compare and exchange size (1, 2, 4, 8, 16) bytes at an absolute,
	 * size-aligned address: *success, and old holds what was found when it differs.
	 */
	struct error *(*cas)(struct target *t, const struct access *a,
			     void *old, const void *new_, size_t size,
			     bool *success);
	/* Registers of the CPU. stop: let the CPU stand still for it; else as of the last exit. */
	struct error *(*regs)(struct target *t, bool stop, struct s390_regs *regs);
	/*
	 * Our own translation for this CPU: its storage, and its registers as of
	 * now (a live vCPU stands still for a moment; translations known before are
	 * forgotten then). *w is valid until the next operation of the target.
	 * NULL: the target has none. ERROR_TARGET or ERROR_REFUSED: its absolute
	 * storage cannot be got at, with the reason.
	 */
	struct error *(*walk)(struct target *t, struct walk **w);
	/*
	 * The storage keys of count 4 KiB blocks from absolute address addr on, a
	 * multiple of 4096: ACC in bits 0-3, F in 4, R in 5, C in 6 of each byte.
	 * NULL or ERROR_TARGET: they are not known, with the reason; ERROR_ACCESS:
	 * an addressing exception, no storage is there. *done: keys got, a prefix.
	 */
	struct error *(*keys)(struct target *t, uint64_t addr, size_t count,
			      uint8_t *keys, size_t *done);
	/*
	 * The number of the idx-th CPU of the guest, in any order; false behind the
	 * last. NULL: this target is one CPU and does not know of others.
	 */
	bool (*cpus)(struct target *t, size_t idx, int *id);
	/*
	 * Work as this CPU from now on. ERROR_TARGET: there is none; it stays the
	 * one it was then. NULL when cpus is.
	 */
	struct error *(*select_cpu)(struct target *t, int id);
	/* The idx-th fact for `info`; false behind the last one. */
	bool (*fact)(struct target *t, size_t idx, struct target_fact *fact);
	/* Detach and free. The error, if any, says what could not be undone. */
	struct error *(*close)(struct target *t);
};

struct target {
	const struct target_ops *ops;
	const struct log *log;
	struct target_stats stats;
	char name[128];		/* guest name, printable, or "" */
	int pid;		/* of the VMM, or 0 */
	int vcpu;		/* vCPU id */
	uint32_t cap_limit;	/* bytes a single call moves, 65536 */
	/*
	 * The space of the last completed access, set by read, write and check:
	 * SPACE_AUTO resolved by the PSW of that instant.
	 */
	enum space last_space;
	/* Set by read/write/check when the access-register bug of kernels
	 * without commit 01be7f53dfc2 was met (and repaired). */
	bool ar_bug_met;
};

#endif
