/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Codes of disabled waits: what a system that has stopped itself puts into the
 * address of its PSW. They are conventions of operating systems, loaders and
 * hypervisors, not of the architecture.
 */
#ifndef S390MEMCTL_ARCH_WAIT_CODE_H
#define S390MEMCTL_ARCH_WAIT_CODE_H

#include <stdbool.h>
#include <stdint.h>

/* Does this PSW mask wait for nothing: wait bit on, I/O, external and machine checks off? */
bool psw_is_disabled_wait(uint64_t mask);
/* What a code stands for, one line; NULL if it is none that is known. */
const char *wait_code_meaning(uint64_t code);

#endif
