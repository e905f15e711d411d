/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * VMCOREINFO as it lies in a guest: an ELF note that the lowcore leads to, a text
 * of lines KEY=VALUE in it (kernel/vmcore_info.c). Untrusted.
 */
#ifndef S390MEMCTL_TARGET_VMCOREINFO_H
#define S390MEMCTL_TARGET_VMCOREINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VMCOREINFO_LOWCORE	0xe0c	/* absolute; 8 bytes, not aligned: arch/s390/include/asm/lowcore.h */
#define VMCOREINFO_HEADER	24U	/* bytes of the note before the text: Elf64_Nhdr and the padded name */
#define VMCOREINFO_MAX		0x10000U	/* bytes of text that are believed */

/*
 * The absolute address of the note by what stands in the lowcore; 0: there is none,
 * as early in the boot, when the slot has the kernel's offset, plus one.
 */
uint64_t vmcoreinfo_note_address(const unsigned char slot[8]);
/* Length in bytes of the text behind such a header; 0 if it is not VMCOREINFO's. */
uint32_t vmcoreinfo_note_length(const unsigned char header[VMCOREINFO_HEADER]);
/*
 * Find the value of a key in a text of len bytes, or up to its first zero byte.
 * NULL if there is none; *value_len: its bytes.
 */
const char *vmcoreinfo_find(const char *text, size_t len, const char *key, size_t *value_len);

#endif
