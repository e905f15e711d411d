/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has come and gone between two lists of VMMs. */
#ifndef S390MEMCTL_CLI_LIST_CHANGES_H
#define S390MEMCTL_CLI_LIST_CHANGES_H

#include <stdbool.h>

#include "target/kvm/discover.h"

/* vcpu: NULL for the VMM itself. An error ends the comparison. */
typedef struct error *list_change_fn(void *arg, bool appeared, const struct vmm_info *vmm,
				     const struct vcpu_info *vcpu);

/*
 * Call fn for each VMM and vCPU that is in one of the lists only: what is gone
 * first, a VMM before its vCPUs when it appears, behind them when it goes. A VMM is the
 * same if process id and start time are, its vCPU if descriptor and id are.
 */
struct error *list_changes(const struct vmm_list *before, const struct vmm_list *now,
			   list_change_fn *fn, void *arg);

#endif
