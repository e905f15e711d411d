/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What discovery has found of a vCPU. */
#ifndef S390MEMCTL_TESTS_UNIT_ASSERT_VCPU_H
#define S390MEMCTL_TESTS_UNIT_ASSERT_VCPU_H

#include <stdbool.h>

#include "target/kvm/discover.h"

void assert_vcpu(const struct vcpu_info *v, int id, int fd, int vm_fd, pid_t tid,
		 bool sure, enum vcpu_state vcpu_state);

#endif
