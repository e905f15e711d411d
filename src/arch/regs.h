/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registers of one s390 CPU that address translation and display need. */
#ifndef S390MEMCTL_ARCH_REGS_H
#define S390MEMCTL_ARCH_REGS_H

#include <stdbool.h>
#include <stdint.h>

struct s390_regs {
	uint64_t psw_mask;
	uint64_t psw_addr;
	uint64_t gprs[16];
	uint32_t acrs[16];
	uint64_t crs[16];
	uint32_t prefix;
	uint32_t fpc;
	bool coherent;		/* read while the CPU stood still; else as of its last exit */
};

#endif
