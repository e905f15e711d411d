/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "elf-build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <gelf.h>

static const char section_names[] = "\0.text\0.data\0.symtab\0.strtab\0.note.gnu.build-id";
#define NAME_TEXT	1
#define NAME_DATA	7
#define NAME_SYMTAB	13
#define NAME_STRTAB	21
#define NAME_BUILD_ID	29

/* What must live until the file is written. */
struct parts {
	char strings[4096];
	size_t strings_len;
	unsigned char symbols[4096];
	unsigned char note[256];
};

static Elf_Scn *add_section(Elf *elf, const GElf_Shdr *shdr, void *buf, size_t len,
			    Elf_Type type)
{
	Elf_Scn *scn = elf_newscn(elf);
	GElf_Shdr header = *shdr;
	Elf_Data *data;

	assert_non_null(scn);
	data = elf_newdata(scn);
	assert_non_null(data);
	data->d_buf = buf;
	data->d_size = len;
	data->d_type = type;
	data->d_align = 1;
	data->d_version = EV_CURRENT;
	header.sh_addralign = 1;
	assert_int_not_equal(gelf_update_shdr(scn, &header), 0);
	return scn;
}

static void add_symbols(Elf *elf, const struct elf_spec *spec, struct parts *p)
{
	size_t entry = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT), i;
	const struct elf_symbol *s;
	GElf_Shdr shdr = {
		.sh_name = NAME_SYMTAB, .sh_type = spec->symbols_type, .sh_entsize = entry,
		.sh_link = 4,
	};
	GElf_Sym sym;
	Elf_Data *data;
	Elf_Scn *scn;

	assert_true((spec->nr_symbols + 1) * entry <= sizeof(p->symbols));
	memset(p->symbols, 0, sizeof(p->symbols));
	scn = add_section(elf, &shdr, p->symbols, (spec->nr_symbols + 1) * entry, ELF_T_SYM);
	data = elf_getdata(scn, NULL);
	p->strings_len = 1;
	for (i = 0; i < spec->nr_symbols; i++) {
		s = &spec->symbols[i];
		sym = (GElf_Sym){
			.st_name = (GElf_Word)p->strings_len, .st_info = GELF_ST_INFO(s->bind, s->type),
			.st_shndx = s->section, .st_value = s->value, .st_size = s->size,
		};
		assert_true(p->strings_len + strlen(s->name) + 1 <= sizeof(p->strings));
		strcpy(p->strings + p->strings_len, s->name);
		p->strings_len += strlen(s->name) + 1;
		assert_int_not_equal(gelf_update_sym(data, (int)i + 1, &sym), 0);
	}
	shdr = (GElf_Shdr){ .sh_name = NAME_STRTAB, .sh_type = SHT_STRTAB };
	assert_int_equal(elf_ndxscn(add_section(elf, &shdr, p->strings, p->strings_len, ELF_T_BYTE)), 4);
}

static void add_build_id(Elf *elf, const struct elf_spec *spec, struct parts *p)
{
	GElf_Shdr shdr = { .sh_name = NAME_BUILD_ID, .sh_type = SHT_NOTE, .sh_flags = SHF_ALLOC };
	GElf_Nhdr note = { .n_namesz = 4, .n_descsz = (GElf_Word)spec->build_id_len, .n_type = NT_GNU_BUILD_ID };

	assert_true(sizeof(note) + 4 + spec->build_id_len <= sizeof(p->note));
	memcpy(p->note, &note, sizeof(note));
	memcpy(p->note + sizeof(note), "GNU", 4);
	memcpy(p->note + sizeof(note) + 4, spec->build_id, spec->build_id_len);
	add_section(elf, &shdr, p->note, sizeof(note) + 4 + spec->build_id_len, ELF_T_NHDR);
}

void elf_build(const char *path, const struct elf_spec *spec)
{
	static struct parts parts;
	GElf_Shdr shdr;
	GElf_Ehdr ehdr;
	Elf_Scn *names;
	Elf *elf;
	int fd;

	memset(&parts, 0, sizeof(parts));
	elf_version(EV_CURRENT);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	assert_non_null(elf);
	assert_true(gelf_newehdr(elf, spec->class) != 0);

	shdr = (GElf_Shdr){
		.sh_name = NAME_TEXT, .sh_type = spec->text_bytes ? SHT_PROGBITS : SHT_NOBITS,
		.sh_addr = spec->text, .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
	};
	add_section(elf, &shdr, spec->text_bytes, spec->text_size, ELF_T_BYTE);
	shdr = (GElf_Shdr){
		.sh_name = NAME_DATA, .sh_type = SHT_NOBITS, .sh_addr = spec->data_addr,
		.sh_flags = SHF_ALLOC | SHF_WRITE,
	};
	add_section(elf, &shdr, NULL, spec->data_size, ELF_T_BYTE);
	assert_non_null(gelf_getehdr(elf, &ehdr));
	ehdr.e_ident[EI_DATA] = (unsigned char)spec->data;
	ehdr.e_type = ET_EXEC;
	ehdr.e_machine = (GElf_Half)spec->machine;
	ehdr.e_version = EV_CURRENT;
	assert_int_not_equal(gelf_update_ehdr(elf, &ehdr), 0);
	if (spec->symbols_type)
		add_symbols(elf, spec, &parts);
	if (spec->build_id)
		add_build_id(elf, spec, &parts);
	shdr = (GElf_Shdr){ .sh_type = SHT_STRTAB };
	names = add_section(elf, &shdr, (void *)section_names, sizeof(section_names), ELF_T_BYTE);
	assert_non_null(gelf_getehdr(elf, &ehdr));
	ehdr.e_shstrndx = (GElf_Half)elf_ndxscn(names);
	assert_int_not_equal(gelf_update_ehdr(elf, &ehdr), 0);
	assert_true(elf_update(elf, ELF_C_WRITE) > 0);
	elf_end(elf);
	close(fd);
}
