/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dynamic address translation (SA22-7832 chapter 3) by the tables that an ASCE designates. */
#ifndef S390MEMCTL_ARCH_DAT_H
#define S390MEMCTL_ARCH_DAT_H

#include "arch/translate.h"

/*
 * Translate virtual address va, as guest_translate() in
 * arch/s390/kvm/gaccess.c; as->asce is not a real-space one.
 *
 * t: code or error; else absolute. length is cut to what the result holds for;
 * flags and frame_shift are set. Result: true without an exception.
 */
bool dat_translate(const struct address_space *as, uint64_t va, struct translation *t);

#endif
