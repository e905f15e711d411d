/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read the symbols of an ELF file that may be anything. Offsets and sizes of
 * sections are checked against the file, names here too. Of a large file only
 * the headers and the tables are read. The tables are copies: a file that changes
 * meanwhile changes nothing in them. Memory is bounded by the file's size, and for
 * each of them by elf_file_copy(), as the file may be sparse.
 */
#include "sym/symtab-elf.h"

#include <elf.h>
#include <endian.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <elfutils/libdwelf.h>
#include <gelf.h>

#include "base/buf.h"
#include "sym/elf-file.h"

#define DYNAMIC_MAX	(1U << 20)	/* bytes of a dynamic section that are looked at */

static struct error *file_error(const struct symtab *tab, const char *reason)
{
	return error_new(ERROR_USAGE, "%s: %s", tab->path, reason);
}

/* Check the ELF header, and that the section headers lie within the file. */
static struct error *check_header(struct symtab *tab, const struct elf_file *f)
{
	GElf_Ehdr ehdr;

	if (!gelf_getehdr(elf_file_elf(f), &ehdr))
		return file_error(tab, "has a damaged header");
	tab->big_endian = ehdr.e_ident[EI_DATA] == ELFDATA2MSB;
	tab->entry_size = ehdr.e_ident[EI_CLASS] == ELFCLASS32 ? sizeof(Elf32_Sym) :
								   sizeof(Elf64_Sym);
	if (!elf_file_has(f, ehdr.e_shoff, (uint64_t)ehdr.e_shnum * ehdr.e_shentsize))
		return elf_file_truncated(f);
	return NULL;
}

/* Sections */

/* Find the section of symbols: .symtab, else .dynsym; NULL if there is neither. */
static Elf_Scn *find_symbols(Elf *elf, GElf_Shdr *shdr)
{
	Elf_Scn *scn = NULL, *dynsym = NULL;

	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, shdr))
			continue;
		if (shdr->sh_type == SHT_SYMTAB)
			return scn;
		if (shdr->sh_type == SHT_DYNSYM && !dynsym)
			dynsym = scn;
	}
	return dynsym && gelf_getshdr(dynsym, shdr) ? dynsym : NULL;
}

/* The bytes of a section, with a NUL byte behind them; to be freed. */
static struct error *read_section(const struct elf_file *f, const GElf_Shdr *shdr, void **data,
				  size_t *len)
{
	uint64_t size = shdr->sh_type == SHT_NOBITS ? 0 : shdr->sh_size;

	*len = (size_t)size;
	return elf_file_copy(f, shdr->sh_offset, size, data);
}

/* The type of local symbols of a section, as nm(1) tells it. */
static char section_type(const GElf_Shdr *shdr)
{
	if (!(shdr->sh_flags & SHF_ALLOC))
		return 'n';
	if (shdr->sh_flags & SHF_EXECINSTR)
		return 't';
	if (shdr->sh_type == SHT_NOBITS)
		return 'b';
	return shdr->sh_flags & SHF_WRITE ? 'd' : 'r';
}

static struct error *read_section_names(struct symtab *tab, const struct elf_file *f)
{
	GElf_Shdr shdr;
	Elf_Scn *scn;
	struct error *err;
	void *names;
	size_t n;

	/* A file without them does well, too. */
	if (elf_getshdrstrndx(elf_file_elf(f), &n))
		return NULL;
	scn = elf_getscn(elf_file_elf(f), n);
	if (!scn || !gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_STRTAB)
		return NULL;
	err = read_section(f, &shdr, &names, &tab->section_names_len);
	if (!err)
		tab->section_names = names;
	return err;
}

/* Note name, type and end of each section. */
static struct error *read_sections(struct symtab *tab, const struct elf_file *f)
{
	struct error *err = read_section_names(tab, f);
	struct section *section;
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	size_t i;

	if (err)
		return err;
	if (!tab->section_names)
		tab->section_names = calloc(1, 1);
	if (elf_getshdrnum(elf_file_elf(f), &tab->nr_sections) || !tab->nr_sections)
		tab->nr_sections = 1;
	tab->sections = calloc(tab->nr_sections, sizeof(*tab->sections));
	if (!tab->sections || !tab->section_names)
		return error_nomem();
	while ((scn = elf_nextscn(elf_file_elf(f), scn))) {
		i = elf_ndxscn(scn);
		if (i >= tab->nr_sections || !gelf_getshdr(scn, &shdr))
			continue;
		section = &tab->sections[i];
		section->type = section_type(&shdr);
		if (shdr.sh_name < tab->section_names_len)
			section->name = shdr.sh_name;
		else
			section->name = (uint32_t)tab->section_names_len;
		if (shdr.sh_size &&
		    __builtin_add_overflow(shdr.sh_addr, shdr.sh_size - 1, &section->last))
			section->last = UINT64_MAX;
	}
	return NULL;
}

static struct error *read_strings(struct symtab *tab, const struct elf_file *f, size_t section)
{
	Elf_Scn *scn = elf_getscn(elf_file_elf(f), section);
	struct error *err;
	GElf_Shdr shdr;
	void *strings;

	if (!scn || !gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_STRTAB)
		return file_error(tab, "is damaged: its symbols have no string table");
	err = read_section(f, &shdr, &strings, &tab->strings_len);
	if (!err)
		tab->strings = strings;
	return err;
}

/* Numbers of sections that do not fit into an entry; without them nothing is lost but names. */
static struct error *read_extended(struct symtab *tab, const struct elf_file *f, Elf_Scn *symbols)
{
	int n = elf_scnshndx(symbols);
	Elf_Scn *scn = n > 0 ? elf_getscn(elf_file_elf(f), (size_t)n) : NULL;
	struct error *err;
	GElf_Shdr shdr;
	void *numbers;
	size_t len;

	if (!scn || !gelf_getshdr(scn, &shdr))
		return NULL;
	err = read_section(f, &shdr, &numbers, &len);
	if (err)
		return err;
	if (len / sizeof(*tab->extended) < tab->nr_entries)
		free(numbers);
	else
		tab->extended = numbers;
	return NULL;
}

static struct error *no_symbols(const struct symtab *tab)
{
	return error_hint(file_error(tab, "has no symbols"),
			  "use the unstripped file, for a kernel its vmlinux");
}

static struct error *read_tables(struct symtab *tab, const struct elf_file *f)
{
	struct error *err;
	GElf_Shdr shdr;
	Elf_Scn *scn;
	size_t len = 0, strings;
	void *entries = NULL;

	scn = find_symbols(elf_file_elf(f), &shdr);
	if (!scn)
		return no_symbols(tab);
	strings = shdr.sh_link;
	err = read_section(f, &shdr, &entries, &len);
	if (err)
		return err;
	tab->entries = entries;
	tab->nr_entries = len / tab->entry_size;
	if (tab->nr_entries > INT_MAX)
		return file_error(tab, "has too many symbols");
	err = read_extended(tab, f, scn);
	if (!err)
		err = read_strings(tab, f, strings);
	return err ? err : read_sections(tab, f);
}

/* Symbols */

static uint16_t get_u16(const struct symtab *tab, const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return tab->big_endian ? be16toh(v) : le16toh(v);
}

static uint32_t get_u32(const struct symtab *tab, const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return tab->big_endian ? be32toh(v) : le32toh(v);
}

static uint64_t get_u64(const struct symtab *tab, const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return tab->big_endian ? be64toh(v) : le64toh(v);
}

const char *symtab_entry_name(const struct symtab *tab, size_t idx)
{
	/* st_name is the first member in both classes. */
	uint32_t name = get_u32(tab, tab->entries + idx * tab->entry_size);

	return name < tab->strings_len ? tab->strings + name : NULL;
}

uint64_t symtab_entry_value(const struct symtab *tab, size_t idx)
{
	const unsigned char *entry = tab->entries + idx * tab->entry_size;

	if (tab->entry_size == sizeof(Elf32_Sym))
		return get_u32(tab, entry + offsetof(Elf32_Sym, st_value));
	return get_u64(tab, entry + offsetof(Elf64_Sym, st_value));
}

/* An entry in the host's own form. */
static void get_entry(const struct symtab *tab, size_t idx, GElf_Sym *sym)
{
	const unsigned char *entry = tab->entries + idx * tab->entry_size;

	sym->st_value = symtab_entry_value(tab, idx);
	if (tab->entry_size == sizeof(Elf32_Sym)) {
		sym->st_size = get_u32(tab, entry + offsetof(Elf32_Sym, st_size));
		sym->st_info = entry[offsetof(Elf32_Sym, st_info)];
		sym->st_shndx = get_u16(tab, entry + offsetof(Elf32_Sym, st_shndx));
	} else {
		sym->st_size = get_u64(tab, entry + offsetof(Elf64_Sym, st_size));
		sym->st_info = entry[offsetof(Elf64_Sym, st_info)];
		sym->st_shndx = get_u16(tab, entry + offsetof(Elf64_Sym, st_shndx));
	}
}

/*
 * Symbols that mark kinds of code or data within sections ($x, $d.1 of ARM and
 * RISC-V) and the assembler's local labels.
 */
static bool is_mapping_symbol(const char *name)
{
	if (name[0] == '$' && name[1] && strchr("adtx", name[1]))
		return !name[2] || name[2] == '.';
	return name[0] == '.' && name[1] == 'L';
}

/* As nm(1) tells it. */
static char type_letter(const struct symtab *tab, const struct symbol *sym, int type)
{
	char letter = sym->section < tab->nr_sections ? tab->sections[sym->section].type : '?';

	if (type == STT_GNU_IFUNC)
		return 'i';
	if (sym->binding == 1)
		return type == STT_OBJECT ? 'V' : 'W';
	if (sym->absolute)
		letter = 'a';
	return sym->binding == 0 && letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

bool symtab_entry(const struct symtab *tab, size_t idx, struct symbol *sym)
{
	GElf_Sym entry;
	int type;

	get_entry(tab, idx, &entry);
	type = GELF_ST_TYPE(entry.st_info);
	if (type == STT_SECTION || type == STT_FILE || type == STT_TLS)
		return false;
	if (entry.st_shndx == SHN_UNDEF || entry.st_shndx == SHN_COMMON)
		return false;
	sym->name = symtab_entry_name(tab, idx);
	if (!sym->name || !*sym->name || is_mapping_symbol(sym->name) ||
	    strnlen(sym->name, SYMTAB_NAME_LIMIT) == SYMTAB_NAME_LIMIT)
		return false;
	sym->section = entry.st_shndx;
	if (entry.st_shndx == SHN_XINDEX && tab->extended)
		sym->section = get_u32(tab, &tab->extended[idx]);
	sym->value = entry.st_value;
	sym->size = entry.st_size;
	sym->absolute = entry.st_shndx == SHN_ABS;
	sym->last = entry.st_value;
	if (sym->section < tab->nr_sections)
		sym->last = tab->sections[sym->section].last;
	sym->binding = GELF_ST_BIND(entry.st_info) == STB_LOCAL ? 2 :
		       GELF_ST_BIND(entry.st_info) == STB_WEAK ? 1 : 0;
	sym->kind = type == STT_FUNC || type == STT_OBJECT || type == STT_GNU_IFUNC ? 0 : 1;
	sym->alias = (uint8_t)(3 * sym->kind + sym->binding);
	sym->type = type_letter(tab, sym, type);
	return true;
}

/* Where and what for */

/* Whether a dynamic section names libraries or the file itself. */
static bool names_libraries(Elf_Scn *scn)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Dyn dyn;
	int i;

	for (i = 0; data && gelf_getdyn(data, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		if (dyn.d_tag == DT_NEEDED || dyn.d_tag == DT_SONAME)
			return true;
	}
	return false;
}

/* What program headers say: the lowest address, whether it is for user mode. */
static void read_segments(struct symtab *tab, Elf *elf)
{
	bool loaded = false;
	GElf_Phdr phdr;
	size_t i, n;

	if (elf_getphdrnum(elf, &n))
		return;
	for (i = 0; i < n && i < INT_MAX; i++) {
		if (!gelf_getphdr(elf, (int)i, &phdr))
			return;
		if (phdr.p_type == PT_INTERP || phdr.p_type == PT_TLS)
			tab->is_program = true;
		if (phdr.p_type != PT_LOAD || (loaded && phdr.p_vaddr >= tab->base))
			continue;
		tab->base = phdr.p_vaddr;
		loaded = true;
	}
}

static void read_purpose(struct symtab *tab, const struct elf_file *f)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	GElf_Ehdr ehdr;
	bool dynamic = false;
	size_t i;

	read_segments(tab, elf_file_elf(f));
	if (!gelf_getehdr(elf_file_elf(f), &ehdr))
		return;
	while ((scn = elf_nextscn(elf_file_elf(f), scn))) {
		i = elf_ndxscn(scn);
		if (i >= tab->nr_sections || !gelf_getshdr(scn, &shdr))
			continue;
		/* There is one; libelf keeps a copy of each that is looked into. */
		if (shdr.sh_type == SHT_DYNAMIC && !dynamic) {
			dynamic = true;
			if (shdr.sh_size <= DYNAMIC_MAX &&
			    elf_file_has(f, shdr.sh_offset, shdr.sh_size) && names_libraries(scn))
				tab->is_program = true;
		}
		if (ehdr.e_type == ET_REL &&
		    !strcmp(tab->section_names + tab->sections[i].name, ".text"))
			tab->base = shdr.sh_addr;
	}
}

static struct error *read_build_id(struct symtab *tab, Elf *elf)
{
	struct buf text = BUF_INIT;
	const unsigned char *id;
	const void *note;
	ssize_t len, i;

	len = dwelf_elf_gnu_build_id(elf, &note);
	id = note;
	buf_adds(&text, "");
	for (i = 0; i < len; i++)
		buf_addf(&text, "%02x", id[i]);
	if (buf_failed(&text)) {
		buf_free(&text);
		return error_nomem();
	}
	free(tab->build_id);
	tab->build_id = text.data;
	return NULL;
}

/* All */

static struct error *check_any(const struct symtab *tab)
{
	struct symbol sym;
	size_t i;

	for (i = 0; i < tab->nr_entries; i++) {
		if (symtab_entry(tab, i, &sym))
			return NULL;
	}
	return no_symbols(tab);
}

static struct error *read_elf(struct symtab *tab, const struct elf_file *f)
{
	struct error *err;

	err = check_header(tab, f);
	if (!err)
		err = read_tables(tab, f);
	if (!err)
		err = check_any(tab);
	if (!err)
		err = read_build_id(tab, elf_file_elf(f));
	if (!err)
		read_purpose(tab, f);
	return err ? err : elf_file_check(f);
}

struct error *symtab_load(const char *path, struct symtab **out)
{
	struct symtab *tab = NULL;
	struct elf_file *f = NULL;
	struct error *err = symtab_new(path, &tab);

	if (!err)
		err = elf_file_open(path, &f);
	if (!err)
		err = read_elf(tab, f);
	elf_file_close(f);
	if (!err) {
		tab->file = strdup(path);
		err = tab->file ? NULL : error_nomem();
	}
	if (err) {
		symtab_free(tab);
		return err;
	}
	*out = tab;
	return NULL;
}
