/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read the symbols of an ELF file that may be anything. libelf checks offsets
 * and sizes of sections against the file; names are checked here. Memory is
 * bounded by the size of the file.
 */
#include "sym/symtab-elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <elfutils/libdwelf.h>
#include <gelf.h>

#include "base/buf.h"

#define NAME_LIMIT 4096		/* bytes; a symbol with a longer name is left out */

/* The tables of an ELF file that symbols are made from. */
struct tables {
	Elf *elf;
	uint64_t file_size;
	Elf_Data *symbols;
	Elf_Data *extended;	/* section numbers beyond SHN_LORESERVE, or NULL */
	size_t count;		/* entries in symbols */
	size_t strings_len;
	uint64_t *last;		/* last address of each section */
	size_t nr_sections;
};

static struct error *file_error(const struct symtab *tab, const char *reason)
{
	return error_new(ERROR_USAGE, "%s: %s", tab->path, reason);
}

static struct error *libelf_error(const struct symtab *tab)
{
	const char *reason = elf_errmsg(-1);

	return file_error(tab, reason ? reason : "damaged ELF file");
}

/* Opening */

static struct error *open_file(struct symtab *tab, const char *path, int *fd, uint64_t *size)
{
	struct stat st;

	/* O_NONBLOCK: a FIFO must not hold us up. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0)
		return error_os(ERROR_USAGE, errno, "%s", tab->path);
	if (fstat(*fd, &st))
		return error_os(ERROR_USAGE, errno, "%s", tab->path);
	if (!S_ISREG(st.st_mode))
		return file_error(tab, "is not a regular file");
	*size = (uint64_t)st.st_size;
	return NULL;
}

/* An error unless len bytes at an offset lie within the file. */
static struct error *check_extent(const struct symtab *tab, const struct tables *t,
				  uint64_t offset, uint64_t len)
{
	if (offset <= t->file_size && len <= t->file_size - offset)
		return NULL;
	return error_hint(file_error(tab, "is truncated or damaged: a part lies behind its end"),
			  "get the file again");
}

/* Check the ELF header, and that the section headers lie within the file. */
static struct error *check_header(const struct symtab *tab, const struct tables *t)
{
	GElf_Ehdr ehdr;

	if (elf_kind(t->elf) != ELF_K_ELF || !gelf_getehdr(t->elf, &ehdr))
		return error_hint(file_error(tab, "is not an ELF file"),
				  "give the guest kernel's vmlinux or another ELF file");
	return check_extent(tab, t, ehdr.e_shoff, (uint64_t)ehdr.e_shnum * ehdr.e_shentsize);
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

/* The contents of a section; d_buf is NULL if it has none. */
static struct error *section_data(const struct symtab *tab, const struct tables *t,
				  Elf_Scn *scn, const GElf_Shdr *shdr, Elf_Data **data)
{
	struct error *err = check_extent(tab, t, shdr->sh_offset, shdr->sh_size);

	if (err)
		return err;
	*data = elf_getdata(scn, NULL);
	return *data ? NULL : libelf_error(tab);
}

/* Note where each section ends. */
static struct error *read_sections(struct tables *t)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	size_t i;

	if (elf_getshdrnum(t->elf, &t->nr_sections) || !t->nr_sections)
		t->nr_sections = 1;
	t->last = calloc(t->nr_sections, sizeof(*t->last));
	if (!t->last)
		return error_nomem();
	while ((scn = elf_nextscn(t->elf, scn))) {
		i = elf_ndxscn(scn);
		if (i >= t->nr_sections || !gelf_getshdr(scn, &shdr) || !shdr.sh_size)
			continue;
		if (__builtin_add_overflow(shdr.sh_addr, shdr.sh_size - 1, &t->last[i]))
			t->last[i] = UINT64_MAX;
	}
	return NULL;
}

/* Take a copy of the string table, since the file is closed afterwards. */
static struct error *read_strings(struct symtab *tab, struct tables *t, size_t section)
{
	Elf_Scn *scn = elf_getscn(t->elf, section);
	struct error *err;
	Elf_Data *data;
	GElf_Shdr shdr;

	if (!scn || !gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_STRTAB)
		return file_error(tab, "is damaged: its symbols have no string table");
	err = section_data(tab, t, scn, &shdr, &data);
	if (err)
		return err;
	t->strings_len = data->d_buf ? data->d_size : 0;
	tab->strings = malloc(t->strings_len + 1);
	if (!tab->strings)
		return error_nomem();
	if (t->strings_len)
		memcpy(tab->strings, data->d_buf, t->strings_len);
	tab->strings[t->strings_len] = '\0';
	return NULL;
}

static struct error *read_tables(struct symtab *tab, struct tables *t)
{
	struct error *err;
	GElf_Shdr shdr;
	Elf_Scn *scn;
	size_t entry;
	int extended;

	scn = find_symbols(t->elf, &shdr);
	if (!scn)
		return error_hint(file_error(tab, "has no symbols"),
				  "use the unstripped file, for a kernel its vmlinux");
	err = section_data(tab, t, scn, &shdr, &t->symbols);
	if (err)
		return err;
	entry = gelf_fsize(t->elf, ELF_T_SYM, 1, EV_CURRENT);
	t->count = t->symbols->d_buf && entry ? t->symbols->d_size / entry : 0;
	if (t->count > INT_MAX)
		return file_error(tab, "has too many symbols");
	extended = elf_scnshndx(scn);
	if (extended > 0)
		t->extended = elf_getdata(elf_getscn(t->elf, (size_t)extended), NULL);
	err = read_strings(tab, t, shdr.sh_link);
	return err ? err : read_sections(t);
}

/* Symbols */

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

/* Make the symbol of an entry; false if it is none that anybody wants. */
static bool make_symbol(const struct symtab *tab, const struct tables *t, size_t idx,
			struct symbol *sym)
{
	GElf_Word extended = 0;
	GElf_Sym entry;
	size_t section;
	int type;

	if (!gelf_getsymshndx(t->symbols, t->extended, (int)idx, &entry, &extended))
		return false;
	type = GELF_ST_TYPE(entry.st_info);
	if (type == STT_SECTION || type == STT_FILE || type == STT_TLS)
		return false;
	if (entry.st_shndx == SHN_UNDEF || entry.st_shndx == SHN_COMMON)
		return false;
	if (entry.st_name >= t->strings_len)
		return false;
	sym->name = tab->strings + entry.st_name;
	if (!*sym->name || strnlen(sym->name, NAME_LIMIT) == NAME_LIMIT ||
	    is_mapping_symbol(sym->name))
		return false;
	section = entry.st_shndx == SHN_XINDEX ? extended : entry.st_shndx;
	sym->value = entry.st_value;
	sym->size = entry.st_size;
	sym->absolute = entry.st_shndx == SHN_ABS;
	sym->last = section < t->nr_sections ? t->last[section] : entry.st_value;
	sym->binding = GELF_ST_BIND(entry.st_info) == STB_LOCAL ? 2 :
		       GELF_ST_BIND(entry.st_info) == STB_WEAK ? 1 : 0;
	sym->type = type == STT_FUNC || type == STT_OBJECT || type == STT_GNU_IFUNC ? 0 : 1;
	return true;
}

static struct error *read_symbols(struct symtab *tab, const struct tables *t)
{
	size_t i;

	tab->symbols = calloc(t->count ? t->count : 1, sizeof(*tab->symbols));
	if (!tab->symbols)
		return error_nomem();
	for (i = 0; i < t->count; i++) {
		if (make_symbol(tab, t, i, &tab->symbols[tab->nr_symbols]))
			tab->nr_symbols++;
	}
	if (!tab->nr_symbols)
		return error_hint(file_error(tab, "has no symbols"),
				  "use the unstripped file, for a kernel its vmlinux");
	return NULL;
}

/* Orders */

/* Which of two symbols of the same name or address is preferred; then the one that came first. */
static int compare_preference(const struct symbol *a, const struct symbol *b)
{
	if (a->binding != b->binding)
		return a->binding < b->binding ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int compare_names(const void *pa, const void *pb)
{
	const struct symbol *a = *(struct symbol *const *)pa;
	const struct symbol *b = *(struct symbol *const *)pb;
	int order = strcmp(a->name, b->name);

	return order ? order : compare_preference(a, b);
}

static int compare_addrs(const void *pa, const void *pb)
{
	const struct symbol *a = *(struct symbol *const *)pa;
	const struct symbol *b = *(struct symbol *const *)pb;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return compare_preference(a, b);
}

static struct error *sort_symbols(struct symtab *tab)
{
	size_t i, n = 0;

	tab->by_name = calloc(tab->nr_symbols, sizeof(*tab->by_name));
	tab->by_addr = calloc(tab->nr_symbols, sizeof(*tab->by_addr));
	if (!tab->by_name || !tab->by_addr)
		return error_nomem();
	for (i = 0; i < tab->nr_symbols; i++) {
		tab->by_name[i] = &tab->symbols[i];
		if (!tab->symbols[i].absolute)
			tab->by_addr[tab->nr_addrs++] = &tab->symbols[i];
	}
	qsort(tab->by_addr, tab->nr_addrs, sizeof(*tab->by_addr), compare_addrs);
	qsort(tab->by_name, tab->nr_symbols, sizeof(*tab->by_name), compare_names);
	/* Each name once: the preferred one comes first. */
	for (i = 0; i < tab->nr_symbols; i++) {
		if (!n || strcmp(tab->by_name[i]->name, tab->by_name[n - 1]->name))
			tab->by_name[n++] = tab->by_name[i];
	}
	tab->nr_names = n;
	return NULL;
}

/* Where and what for */

/* Whether a dynamic section names libraries or the file itself. */
static bool names_libraries(Elf_Scn *scn, const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Dyn dyn;
	size_t i, n;

	n = data && shdr->sh_entsize ? data->d_size / shdr->sh_entsize : 0;
	for (i = 0; i < n && i < INT_MAX; i++) {
		if (!gelf_getdyn(data, (int)i, &dyn) || dyn.d_tag == DT_NULL)
			return false;
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

static void read_purpose(struct symtab *tab, const struct tables *t)
{
	Elf_Scn *scn = NULL;
	const char *name;
	GElf_Shdr shdr;
	GElf_Ehdr ehdr;
	size_t strings;

	read_segments(tab, t->elf);
	if (!gelf_getehdr(t->elf, &ehdr) || elf_getshdrstrndx(t->elf, &strings))
		return;
	while ((scn = elf_nextscn(t->elf, scn))) {
		if (!gelf_getshdr(scn, &shdr))
			continue;
		if (shdr.sh_type == SHT_DYNAMIC && shdr.sh_size <= t->file_size &&
		    names_libraries(scn, &shdr))
			tab->is_program = true;
		name = elf_strptr(t->elf, strings, shdr.sh_name);
		if (ehdr.e_type == ET_REL && name && !strcmp(name, ".text"))
			tab->base = shdr.sh_addr;
	}
}

/* All */

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
	tab->build_id = text.data;
	return NULL;
}

static struct error *read_elf(struct symtab *tab, Elf *elf, uint64_t size)
{
	struct tables t = { .elf = elf, .file_size = size };
	struct error *err;

	err = check_header(tab, &t);
	if (!err)
		err = read_tables(tab, &t);
	if (!err)
		err = read_symbols(tab, &t);
	if (!err)
		err = sort_symbols(tab);
	if (!err)
		err = read_build_id(tab, elf);
	if (!err)
		read_purpose(tab, &t);
	free(t.last);
	return err;
}

static struct error *read_file(struct symtab *tab, const char *path)
{
	struct error *err;
	uint64_t size;
	int fd = -1;
	Elf *elf;

	err = open_file(tab, path, &fd, &size);
	if (!err) {
		elf_version(EV_CURRENT);
		/* Read, not mapped: a file that shrinks meanwhile must not kill us. */
		elf = elf_begin(fd, ELF_C_READ, NULL);
		err = elf ? read_elf(tab, elf, size) : libelf_error(tab);
		elf_end(elf);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static struct error *new_symtab(const char *path, struct symtab **out)
{
	struct symtab *tab = calloc(1, sizeof(*tab));
	struct buf printable = BUF_INIT;

	if (!tab)
		return error_nomem();
	buf_add_escaped(&printable, path, strlen(path));
	buf_adds(&printable, "");
	tab->path = printable.data;
	*out = tab;
	return tab->path ? NULL : error_nomem();
}

struct error *symtab_load(const char *path, struct symtab **out)
{
	struct symtab *tab = NULL;
	struct error *err = new_symtab(path, &tab);

	if (!err)
		err = read_file(tab, path);
	if (err) {
		symtab_free(tab);
		return err;
	}
	*out = tab;
	return NULL;
}

/* Symbols that do not come from a file */

/* Fill in the symbol of an entry, whose name goes to *strings; false if it has none. */
static bool take_entry(const struct symtab_entry *entry, char **strings, struct symbol *sym)
{
	size_t len = strnlen(entry->name, NAME_LIMIT);

	if (!len || len == NAME_LIMIT)
		return false;
	memcpy(*strings, entry->name, len + 1);
	*sym = (struct symbol){
		.name = *strings, .value = entry->value, .size = entry->size,
		.binding = strchr("vVwW", entry->type) ? 1 :
			   entry->type >= 'a' && entry->type <= 'z' ? 2 : 0,
		.type = !entry->size,
		.absolute = entry->type == 'a' || entry->type == 'A',
	};
	*strings += len + 1;
	if (!sym->size || __builtin_add_overflow(sym->value, sym->size - 1, &sym->last))
		sym->last = sym->value;
	return true;
}

/* Symbols whose size is not known reach up to the next ones. */
static void extend_symbols(struct symtab *tab)
{
	size_t i, next = tab->nr_addrs;

	for (i = tab->nr_addrs; i-- > 0;) {
		if (next < tab->nr_addrs && tab->by_addr[next]->value != tab->by_addr[i]->value)
			;
		else if (i + 1 < tab->nr_addrs && tab->by_addr[i + 1]->value != tab->by_addr[i]->value)
			next = i + 1;
		if (!tab->by_addr[i]->size && next < tab->nr_addrs)
			tab->by_addr[i]->last = tab->by_addr[next]->value - 1;
	}
}

struct error *symtab_from_list(const char *source, const struct symtab_entry *entries,
			       size_t n, struct symtab **out)
{
	struct symtab *tab = NULL;
	struct error *err = new_symtab(source, &tab);
	size_t i, bytes = 1;
	char *strings;

	for (i = 0; i < n; i++)
		bytes += strnlen(entries[i].name, NAME_LIMIT) + 1;
	if (!err) {
		tab->build_id = calloc(1, 1);
		tab->strings = malloc(bytes);
		tab->symbols = calloc(n ? n : 1, sizeof(*tab->symbols));
		if (!tab->build_id || !tab->strings || !tab->symbols)
			err = error_nomem();
	}
	strings = err ? NULL : tab->strings;
	for (i = 0; i < n && !err; i++) {
		if (take_entry(&entries[i], &strings, &tab->symbols[tab->nr_symbols]))
			tab->nr_symbols++;
	}
	if (!err)
		err = sort_symbols(tab);
	if (err) {
		symtab_free(tab);
		return err;
	}
	extend_symbols(tab);
	*out = tab;
	return NULL;
}
