/* SPDX-License-Identifier: GPL-3.0-or-later */
/* KVM_S390_MEM_OP made by the VMM itself: the answers that s390memctl's are compared with. */
#ifndef TESTVMM_MEMOP_H
#define TESTVMM_MEMOP_H

#include "testvmm.h"

/* One operation and its outcome. */
struct mem_op {
	struct kvm_s390_mem_op op;
	uint8_t *buf;		/* 64 KiB + 4 KiB */
	bool with_acrs;		/* load the guest's access registers first, see memop.c */
	int rc;			/* what ioctl returned: 0, or a program-interruption code */
	int error;		/* errno if rc is -1 */
};

/* cpu_call() function: the ioctl on the vCPU, ARG a struct mem_op. */
void memop_on_cpu(struct cpu *cpu, void *arg);

/* Commands op, rawop, vmop, ar-bug. False: line->error tells. */
bool command_op(struct vm *vm, struct line *line);
bool command_rawop(struct vm *vm, struct line *line);
bool command_vmop(struct vm *vm, struct line *line);
bool command_ar_bug(struct vm *vm, struct line *line);

/* The vCPU whose number is word I of LINE; NULL: error recorded. */
struct cpu *line_cpu(struct vm *vm, struct line *line, unsigned int i);

/* CRC-32 (as zlib's) of LEN bytes. */
uint32_t crc32_of(const uint8_t *buf, size_t len);

/* Print LEN bytes as hex digits. */
void print_hex(const uint8_t *buf, size_t len);

#endif
