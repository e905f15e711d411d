/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Access-register translation (SA22-7832 chapter 5, "Access-Register Translation"). */
#ifndef S390MEMCTL_ARCH_ART_H
#define S390MEMCTL_ARCH_ART_H

#include "arch/translate.h"

/*
 * Find the address space that an access-list-entry token designates, as
 * ar_translation() in arch/s390/kvm/gaccess.c.
 *
 * as: context, type and prefix are set. as->asce gets the result; or as->code
 * the exception, or as->error the host's failure.
 */
void access_register_translation(struct address_space *as, uint32_t alet);

#endif
