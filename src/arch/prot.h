/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Low-address and key-controlled protection (SA22-7832 chapter 3, "Protection"). */
#ifndef S390MEMCTL_ARCH_PROT_H
#define S390MEMCTL_ARCH_PROT_H

#include "arch/translate.h"

/* Cut t->length to n bytes; 0 stands for 2^64. */
static inline void limit_length(struct translation *t, uint64_t n)
{
	if (n && n < t->length)
		t->length = n;
}

/*
 * Low-address protection of effective addresses 0-511 and 4096-4607. False: it
 * forbids this reference; *t tells. True: t->length is cut to end before them.
 */
bool low_address_allows(const struct address_space *as, struct translation *t);

/*
 * Key-controlled protection of t->absolute, with fetch- and
 * storage-protection override; vcpu_check_access_key() in
 * arch/s390/kvm/gaccess.c. False: it forbids this reference, or the host could
 * not tell. True: t->length is cut to the 4 KiB block, or to the override's end.
 *
 * accf: access-control and fetch-protection bits, as in a storage key, that
 * count instead of the storage key; -1 for none.
 */
bool key_allows(const struct address_space *as, int accf, struct translation *t);

#endif
