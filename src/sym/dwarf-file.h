/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DWARF of an ELF file, by libdw, and that which it shares with other files (dwz(1)):
 * the file names one for it, which libdw would open whatever it is. Untrusted.
 */
#ifndef S390MEMCTL_SYM_DWARF_FILE_H
#define S390MEMCTL_SYM_DWARF_FILE_H

#include <elfutils/libdw.h>

#include "sym/elf-file.h"

struct dwarf_file {
	Dwarf *dwarf;
	struct elf_file *shared;	/* NULL: all is in the file itself, or it is not at hand */
	Dwarf *shared_dwarf;
	Elf *empty;			/* takes the place of what is not at hand */
	void *empty_data;
};

/*
 * Begin with a file, which is to be kept until dwarf_file_end(). One that it shares DWARF
 * with must be a regular file with the build id that it says; it is where the file says, or
 * below /usr/lib/debug/.build-id. Errors: ERROR_NO with path and reason: it has no DWARF, or
 * not all of it can be had.
 *
 * partly: what is in the file alone is enough, as for lines
 */
struct error *dwarf_file_begin(struct dwarf_file *d, struct elf_file *file, bool partly);
/* The end; zeros are allowed. */
void dwarf_file_end(struct dwarf_file *d);

#endif
