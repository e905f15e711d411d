/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF files made by libelf for the tests: any class and byte order. */
#ifndef S390MEMCTL_TESTS_UNIT_ELF_BUILD_H
#define S390MEMCTL_TESTS_UNIT_ELF_BUILD_H

#include <stddef.h>
#include <stdint.h>

struct elf_symbol {
	const char *name;
	uint64_t value;
	uint64_t size;
	unsigned char bind;	/* STB_... */
	unsigned char type;	/* STT_... */
	uint16_t section;	/* 1: .text, 2: .data, or SHN_... */
};

struct elf_spec {
	int class;		/* ELFCLASS32, ELFCLASS64 */
	int data;		/* ELFDATA2LSB, ELFDATA2MSB */
	int machine;		/* EM_S390 */
	uint32_t symbols_type;	/* SHT_SYMTAB, SHT_DYNSYM; 0: no symbols */
	const struct elf_symbol *symbols;
	size_t nr_symbols;
	uint64_t text, text_size;	/* addresses and sizes of the sections */
	void *text_bytes;	/* what stands in .text; NULL: nothing does */
	uint64_t data_addr, data_size;
	const unsigned char *build_id;	/* or NULL */
	size_t build_id_len;
};

/* Write an ELF file; a failure fails the test. */
void elf_build(const char *path, const struct elf_spec *spec);

#endif
