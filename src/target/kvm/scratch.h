/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory in the VMM for large transfers: a shared anonymous mapping, made once
 * for each attach by an injected mmap(2) and removed by an injected munmap(2).
 *
 * Its size is odd, so that it is recognised in /proc/PID/maps, and its first
 * page tells who owns it. When an owner has died without removing it, the next
 * one takes it over, so that crashes never pile up mappings.
 */
#ifndef S390MEMCTL_TARGET_KVM_SCRATCH_H
#define S390MEMCTL_TARGET_KVM_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct live;

/* Layout: header page | page of mem_op structs | SCRATCH_SLOTS buffers | unused page. */
#define SCRATCH_SLOTS		16U
#define SCRATCH_SLOT_SIZE	65536U
#define SCRATCH_OPS		4096U	/* offset of the mem_op structs */
#define SCRATCH_BUFFERS		8192U	/* offset of the buffers */
#define SCRATCH_SIZE		(SCRATCH_BUFFERS + SCRATCH_SLOTS * SCRATCH_SLOT_SIZE + 4096U)

#define SCRATCH_MAGIC		0x733339306d656d63ULL	/* "s390memc" */
#define SCRATCH_VERSION		1U

/* At the start of the mapping; in the byte order of the host. */
struct scratch_header {
	uint64_t magic;
	uint32_t version;
	int32_t pid;		/* owner, in the PID namespace below */
	uint64_t start_time;	/* field 22 of its /proc/PID/stat */
	uint64_t pid_ns;	/* inode of its /proc/self/ns/pid */
	uint64_t time_ns;	/* inode of its /proc/self/ns/time, 0: none; start_time depends on it */
};

struct scratch {
	uint64_t addr;		/* in the VMM, 0: not mapped */
};

/* Who owns a mapping that looks like ours. */
enum scratch_owner {
	SCRATCH_FOREIGN,	/* not made by this program */
	SCRATCH_DEAD,		/* left behind: may be taken over */
	SCRATCH_ALIVE,		/* in use, or that cannot be told */
};

/*
 * Find the mappings that may be ours in a text of /proc/PID/maps: shared,
 * readable and writable, not executable, "/dev/zero (deleted)", of exactly
 * SCRATCH_SIZE bytes. Lines that cannot be understood are passed over.
 *
 * maps: NUL-terminated, is cut into lines. addrs: gets at most max addresses, ascending. Result: how many were put there.
 */
size_t scratch_find(char *maps, uint64_t *addrs, size_t max);

/*
 * Judge a header by ourselves (self: what our own would be) and by whether
 * its owner lives: owner_start is the start time of a process with its PID now,
 * 0 if there is none, SCRATCH_HIDDEN if there is one that we may not look at.
 */
#define SCRATCH_HIDDEN UINT64_MAX
enum scratch_owner scratch_judge(const struct scratch_header *header,
				 const struct scratch_header *self,
				 uint64_t owner_start);

/*
 * Have the mapping: take over a leftover or make one. The thread is stopped
 * for it and goes on afterwards; it must not be stopped before. Where mmap(2)
 * fails in the VMM there is a warning, l->no_scratch is set and
 * l->scratch.addr stays 0. Errors: ERROR_TARGET.
 */
struct error *scratch_get(struct live *l);

/* Unmap it, in a stop of its own. The error says what stays behind. */
struct error *scratch_put(struct live *l);

#endif
