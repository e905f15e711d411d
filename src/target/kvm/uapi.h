/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of the KVM user-space interface that the program needs on every
 * host, whatever its own <asm/kvm.h> knows. Linux include/uapi/linux/kvm.h and
 * arch/s390/include/uapi/asm/kvm.h; a fixed ABI.
 */
#ifndef S390MEMCTL_TARGET_KVM_UAPI_H
#define S390MEMCTL_TARGET_KVM_UAPI_H

#include <stdint.h>

#define KVMU_CHECK_EXTENSION		0xae03UL
#define KVMU_GET_VCPU_MMAP_SIZE		0xae04UL
#define KVMU_RUN			0xae80UL
#define KVMU_S390_MEM_OP		0x4040aeb1UL

#define KVMU_CAP_S390_MEM_OP		108
#define KVMU_CAP_S390_MEM_OP_EXTENSION	211
#define KVMU_MEM_OP_EXT_BASE		1	/* SKEY flag, ABSOLUTE read and write */
#define KVMU_MEM_OP_EXT_CMPXCHG		2

/* op */
#define KVMU_MEMOP_LOGICAL_READ		0
#define KVMU_MEMOP_LOGICAL_WRITE	1
#define KVMU_MEMOP_SIDA_READ		2
#define KVMU_MEMOP_SIDA_WRITE		3
#define KVMU_MEMOP_ABSOLUTE_READ	4
#define KVMU_MEMOP_ABSOLUTE_WRITE	5
#define KVMU_MEMOP_ABSOLUTE_CMPXCHG	6

/* flags */
#define KVMU_MEMOP_F_CHECK_ONLY		1ULL
#define KVMU_MEMOP_F_INJECT_EXCEPTION	2ULL
#define KVMU_MEMOP_F_SKEY_PROTECTION	4ULL

struct kvmu_s390_mem_op {
	uint64_t gaddr;
	uint64_t flags;
	uint32_t size;
	uint32_t op;
	uint64_t buf;		/* address in the VMM */
	union {
		struct {
			uint8_t ar;
			uint8_t key;
			uint8_t pad1[6];
			uint64_t old_addr;	/* address in the VMM */
		};
		uint32_t sida_offset;
		uint8_t reserved[32];
	};
};
_Static_assert(sizeof(struct kvmu_s390_mem_op) == 64, "ABI");

#define KVMU_S390_GET_SKEYS		0x4040aeb2UL
#define KVMU_GET_DEVICE_ATTR		0x4018aee2UL
#define KVMU_S390_VM_CPU_MODEL		3U	/* group */
#define KVMU_S390_VM_CPU_PROCESSOR	0U	/* attribute */

/* The call returns 1 (KVM_S390_GET_SKEYS_NONE) for guests that use no storage keys. */
struct kvmu_s390_skeys {
	uint64_t start_gfn;
	uint64_t count;		/* 1 to 1048576 */
	uint64_t skeydata_addr;	/* address in the VMM */
	uint32_t flags;
	uint32_t reserved[9];
};
_Static_assert(sizeof(struct kvmu_s390_skeys) == 64, "ABI");

struct kvmu_device_attr {
	uint32_t flags;
	uint32_t group;
	uint64_t attr;
	uint64_t addr;		/* address in the VMM */
};
_Static_assert(sizeof(struct kvmu_device_attr) == 24, "ABI");

struct kvmu_s390_processor {
	uint64_t cpuid;
	uint16_t ibc;
	uint8_t pad[6];
	uint64_t fac_list[256];
};
_Static_assert(sizeof(struct kvmu_s390_processor) == 2064, "ABI");

/* Offsets in struct kvm_run of an s390 vCPU (a fixed ABI, big-endian host = native). */
#define KVMU_RUN_S390_SIZE		4096
#define KVMU_RUN_EXIT_REASON		0x008
#define KVMU_RUN_PSW_MASK		0x020
#define KVMU_RUN_PSW_ADDR		0x028
#define KVMU_RUN_PREFIX			0x140
#define KVMU_RUN_GPRS			0x148
#define KVMU_RUN_ACRS			0x1c8
#define KVMU_RUN_CRS			0x208
#define KVMU_RUN_FPC			0x6c8

#endif
