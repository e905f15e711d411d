/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ELF dumps: QEMU's dump-guest-memory, virsh dump --memory-only, /proc/vmcore,
 * makedumpfile -E, zgetdump. Only the program headers are looked at: QEMU 7.2
 * writes an e_ehsize of 8 and section headers that mean nothing.
 */
#include <elf.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"
#include "target/dump/image.h"

#define NOT_IN_FILE	UINT64_MAX	/* p_offset with which QEMU says so */
/*
 * They are in memory as a whole, and a sparse file has room for any number. makedumpfile -E
 * makes one for each run of pages that it has kept.
 */
#define HEADERS_MAX	1000000U

static bool recognise(const unsigned char *head, size_t len)
{
	return len >= SELFMAG && !memcmp(head, ELFMAG, SELFMAG);
}

static struct error *check_header(const struct dump *d, const Elf64_Ehdr *e)
{
	const char *name = d->file.name;

	if (e->e_ident[EI_DATA] != ELFDATA2MSB || get_be16(&e->e_machine) != EM_S390)
		return error_new(ERROR_TARGET, "dump '%s' is an ELF file, but not one of an s390 system", name);
	if (e->e_ident[EI_CLASS] != ELFCLASS64)
		return error_new(ERROR_TARGET, "dump '%s' is of a 31-bit system", name);
	if (get_be16(&e->e_type) != ET_CORE)
		return error_hint(error_new(ERROR_TARGET,
					    "'%s' is an ELF file of type %u: a program or library, no dump",
					    name, get_be16(&e->e_type)),
				  "symbols are taken with --symbols");
	return NULL;
}

static void take_vmcoreinfo(void *arg, const char *text, size_t len)
{
	dump_take_vmcoreinfo(arg, text, len);
}

static struct error *read_notes(struct dump *d, const GElf_Phdr *ph)
{
	struct error *err;
	void *notes;

	if (ph->p_filesz > CPUS_NOTES_MAX)
		return error_new(ERROR_TARGET, "dump '%s': %" PRIu64 " bytes of notes are more than any dump has",
				 d->file.name, (uint64_t)ph->p_filesz);
	if (!dump_file_has(&d->file, ph->p_offset, ph->p_filesz))
		return error_new(ERROR_TARGET,
				 "dump '%s' is truncated: %" PRIu64 " bytes of notes at offset %" PRIu64 " pass its end at %" PRIu64,
				 d->file.name, (uint64_t)ph->p_filesz, (uint64_t)ph->p_offset,
				 d->file.size);
	notes = malloc(ph->p_filesz + 1);
	if (!notes)
		return error_nomem();
	err = dump_file_read(&d->file, ph->p_offset, notes, ph->p_filesz, "notes");
	if (!err)
		err = cpus_add_notes(&d->cpus, notes, ph->p_filesz, d->file.name, take_vmcoreinfo, d);
	wipe_free(notes, ph->p_filesz);
	return err;
}

static struct error *take_header(struct dump *d, const GElf_Phdr *ph, size_t number)
{
	const struct segment g = {
		.addr = ph->p_paddr, .size = ph->p_memsz,
		.offset = ph->p_offset, .in_file = ph->p_filesz,
	};

	if (ph->p_type == PT_NOTE)
		return read_notes(d, ph);
	if (ph->p_type != PT_LOAD || (!g.in_file && g.offset == NOT_IN_FILE))
		return NULL;
	if (g.in_file > g.size && !g.size)
		return error_new(ERROR_TARGET, "dump '%s': segment %zu has bytes in the file, but none in storage",
				 d->file.name, number);
	return segments_add(&d->memory, &d->file, &g, number);
}

static struct error *read_headers(struct dump *d, Elf *elf, const Elf64_Ehdr *e)
{
	uint64_t notes = 0;
	struct error *err = NULL;
	size_t count = 0, i;
	GElf_Phdr ph;

	if (elf_getphdrnum(elf, &count) < 0)
		return error_new(ERROR_TARGET, "dump '%s' is truncated or damaged: program headers: %s", d->file.name,
				 elf_errmsg(-1));
	/* libelf counts only those that the file has room for. */
	if (get_be16(&e->e_phnum) != PN_XNUM && count != get_be16(&e->e_phnum))
		return error_new(ERROR_TARGET, "dump '%s' is truncated: it has room for %zu of its %u program headers",
				 d->file.name, count, get_be16(&e->e_phnum));
	if (count > HEADERS_MAX)
		return error_new(ERROR_TARGET, "dump '%s': %zu program headers are more than any dump has",
				 d->file.name, count);
	for (i = 0; i < count && !err; i++) {
		if (!gelf_getphdr(elf, (int)i, &ph))
			return error_new(ERROR_TARGET, "dump '%s': program header %zu: %s",
					 d->file.name, i, elf_errmsg(-1));
		if (ph.p_type == PT_NOTE)
			notes += ph.p_filesz;
		if (notes > d->file.size)
			return error_new(ERROR_TARGET, "dump '%s': its notes overlap or pass its end", d->file.name);
		err = take_header(d, &ph, i);
	}
	return err;
}

static struct error *open_elf(struct dump *d)
{
	Elf64_Ehdr header;
	struct error *err;
	Elf *elf;

	err = dump_file_read(&d->file, 0, &header, sizeof(header), "ELF header");
	if (!err)
		err = check_header(d, &header);
	if (err)
		return err;
	d->ops = &dump_plain_storage;
	elf_version(EV_CURRENT);
	elf = elf_begin(d->file.fd, ELF_C_READ, NULL);
	if (!elf)
		return error_new(ERROR_TARGET, "dump '%s': %s", d->file.name, elf_errmsg(-1));
	err = read_headers(d, elf, &header);
	elf_end(elf);
	if (!err)
		err = segments_finish(&d->memory, &d->file);
	if (!err && d->cpus.encrypted)
		return error_hint(error_new(ERROR_REFUSED,
					    "dump '%s' is of a guest in protected mode (IBM Secure Execution): it is encrypted",
					    d->file.name),
				  "zgetdump -k KEYFILE '%s' > DUMP.elf", d->file.name);
	return err;
}

const struct dump_format format_elf = {
	.name = "ELF",
	.recognise = recognise,
	.open = open_elf,
};
