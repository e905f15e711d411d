/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest by QMP: inside of target/qmp. */
#ifndef S390MEMCTL_TARGET_QMP_GUEST_H
#define S390MEMCTL_TARGET_QMP_GUEST_H

#include "target/dump/cpus.h"
#include "target/qmp/client.h"
#include "target/qmp/sink.h"
#include "target/walk.h"

struct qmp_guest {
	struct target t;	/* first: &g->t is the target */
	struct qmp q;
	struct qmp_sink sink;
	int *numbers;		/* of the CPUs */
	size_t cpus;		/* how many there are */
	bool kvm;		/* runs with KVM, else emulated */
	struct error *failure;	/* why the last callback of the walk has failed, or NULL */
	struct walk walk;

	/* Storage. */
	uint64_t size;		/* bytes from absolute 0 on */
	int pidfd;		/* of QEMU, where it is read directly; else -1 */
	uint64_t host_addr;	/* of absolute 0 in QEMU */
	char way[192];		/* how it is read and why, for people */
};

/* Find size of and way to storage; pid: QEMU's if known, else 0. ERROR_TARGET. */
struct error *qmp_memory_open(struct qmp_guest *g, pid_t pid);
/* Fetch, as read_bulk() of target/walk.h; arg is the guest. */
int qmp_memory_read(void *arg, uint64_t addr, void *buf, size_t len, size_t *done);
/* extent() of arch/storage.h. */
uint64_t qmp_memory_extent(void *arg, uint64_t addr, bool *present);

/*
 * Take the registers of the CPU that is worked as, all at one instant, and use
 * them from now on; translations that were known are forgotten. ERROR_TARGET,
 * ERROR_REFUSED: a protected guest.
 */
struct error *qmp_registers_take(struct qmp_guest *g);

/* get_key() of arch/storage.h. */
int qmp_key_get(void *arg, uint64_t addr, uint8_t *key);
/* The operation of struct target_ops. */
struct error *qmp_keys(struct target *t, uint64_t addr, size_t count, uint8_t *keys, size_t *done);

/* The idx-th fact for `info`. */
bool qmp_fact(struct target *t, size_t idx, struct target_fact *fact);

static inline struct qmp_guest *qmp_guest_of(struct target *t)
{
	return (struct qmp_guest *)t;
}

#endif
