/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ELF file beyond its table of symbols: the bytes that it loads into memory,
 * symbols of relocatable files. Untrusted.
 */
#ifndef S390MEMCTL_SYM_ELF_IMAGE_H
#define S390MEMCTL_SYM_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sym/symtab.h"

struct elf_image;

/*
 * Open a file. Errors: ERROR_USAGE with path and reason; no memory.
 *
 * packed: whether it may be compressed, as files of modules are (elf_file_open_packed())
 */
struct error *elf_image_open(const char *path, bool packed, struct elf_image **img);
/* NULL is allowed. */
void elf_image_close(struct elf_image *img);
/* Whether it is a relocatable file, such as a module. */
bool elf_image_is_relocatable(const struct elf_image *img);
/* The build id in hex digits, "" if there is none; cut to size. */
void elf_image_build_id(const struct elf_image *img, char *text, size_t size);
/*
 * Copy len bytes at an address of the file, which must be in one section with
 * contents. false if they are not there, as in a file of debugging information only.
 */
bool elf_image_read(const struct elf_image *img, uint64_t addr, void *buf, size_t len);
/*
 * The type of a symbol as nm(1) tells it, as far as symtab_from_list() wants to know,
 * by st_info and st_shndx; 0 for those of sections and files.
 */
char elf_symbol_type(unsigned char info, uint16_t section);
/*
 * Make a table of the symbols of a relocatable file (a module) whose sections have
 * been loaded: address(arg, name, &addr) tells where, or that one was not. source:
 * what symtab_path() says, printable. Errors: ERROR_NO when there are none; no memory.
 */
struct error *elf_image_relocated(const struct elf_image *img,
				  bool (*address)(void *arg, const char *section, uint64_t *addr),
				  void *arg, const char *source, struct symtab **tab);

#endif
