/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/elf-image.h"

#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sym/elf-file.h"

/* Of a relocatable file: as many as are believed of a guest's module. */
#define SYMBOLS_MAX	200000U
#define NAMES_MAX	(16U << 20)	/* bytes */

struct elf_image {
	struct elf_file *file;
	Elf *elf;
	bool relocatable;
};

struct error *elf_image_open(const char *path, bool packed, struct elf_image **out)
{
	struct elf_image *img = calloc(1, sizeof(*img));
	struct error *err;
	GElf_Ehdr ehdr;

	*out = NULL;
	if (!img)
		return error_nomem();
	err = packed ? elf_file_open_packed(path, &img->file) : elf_file_open(path, &img->file);
	if (err) {
		elf_image_close(img);
		return err;
	}
	img->elf = elf_file_elf(img->file);
	img->relocatable = gelf_getehdr(img->elf, &ehdr) && ehdr.e_type == ET_REL;
	*out = img;
	return NULL;
}

void elf_image_close(struct elf_image *img)
{
	if (!img)
		return;
	elf_file_close(img->file);
	free(img);
}

/* Whether the file still has all that was read from it. */
static bool is_whole(const struct elf_image *img)
{
	struct error *err = elf_file_check(img->file);

	error_free(err);
	return !err;
}

bool elf_image_is_relocatable(const struct elf_image *img)
{
	return img->relocatable;
}

void elf_image_build_id(const struct elf_image *img, char *text, size_t size)
{
	const unsigned char *id = NULL;
	const void *data = NULL;
	ssize_t len = dwelf_elf_gnu_build_id(img->elf, &data);
	ssize_t i;

	text[0] = '\0';
	for (i = 0, id = data; i < len && 2 * (size_t)i + 3 <= size; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
	if (!is_whole(img))
		text[0] = '\0';
}

bool elf_image_read(const struct elf_image *img, uint64_t addr, void *buf, size_t len)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr shdr;

	while (!img->relocatable && (scn = elf_nextscn(img->elf, scn)) != NULL) {
		if (!gelf_getshdr(scn, &shdr) || !(shdr.sh_flags & SHF_ALLOC) ||
		    shdr.sh_type == SHT_NOBITS || (shdr.sh_flags & SHF_COMPRESSED) ||
		    addr < shdr.sh_addr || addr - shdr.sh_addr >= shdr.sh_size ||
		    len > shdr.sh_size - (addr - shdr.sh_addr))
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || !data->d_buf || data->d_size < addr - shdr.sh_addr + len)
			return false;
		memcpy(buf, (const char *)data->d_buf + (addr - shdr.sh_addr), len);
		return is_whole(img);
	}
	return false;
}

/* The table of symbols, and where its sections were loaded. */
struct relocation {
	const struct elf_image *img;
	Elf_Data *data;
	size_t n;
	size_t strings;			/* section of the names */
	struct place {
		bool loaded;
		uint64_t addr;
	} *places;
	size_t nr_places;
	struct symtab_entry *entries;
	size_t nr_entries;
	size_t names;			/* bytes of theirs */
};

/* elf_strptr() goes back to a NUL byte from the end: for each name, if that is not the last one. */
static bool are_strings(const struct relocation *r)
{
	Elf_Scn *scn = elf_getscn(r->img->elf, r->strings);
	Elf_Data *data;
	GElf_Shdr shdr;

	if (!scn || !gelf_getshdr(scn, &shdr) || (shdr.sh_flags & SHF_COMPRESSED))
		return false;
	data = elf_rawdata(scn, NULL);
	return data && data->d_buf && data->d_size && !((const char *)data->d_buf)[data->d_size - 1];
}

static bool find_symbols(struct relocation *r)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;

	while ((scn = elf_nextscn(r->img->elf, scn)) != NULL) {
		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_SYMTAB || !shdr.sh_entsize)
			continue;
		if (shdr.sh_size / shdr.sh_entsize > SYMBOLS_MAX || shdr.sh_size > SYMBOLS_MAX * 64ULL)
			return false;
		r->data = elf_getdata(scn, NULL);
		r->n = r->data ? r->data->d_size / shdr.sh_entsize : 0;
		r->strings = shdr.sh_link;
		return r->n > 0 && r->n <= SYMBOLS_MAX && are_strings(r);
	}
	return false;
}

static struct error *place_sections(struct relocation *r,
				    bool (*address)(void *arg, const char *section, uint64_t *addr),
				    void *arg)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	const char *name;
	size_t names, i;

	if (elf_getshdrnum(r->img->elf, &r->nr_places) || elf_getshdrstrndx(r->img->elf, &names))
		return error_new(ERROR_NO, "no sections");
	r->places = calloc(r->nr_places + 1, sizeof(*r->places));
	if (!r->places)
		return error_nomem();
	while ((scn = elf_nextscn(r->img->elf, scn)) != NULL) {
		i = elf_ndxscn(scn);
		if (i >= r->nr_places || !gelf_getshdr(scn, &shdr) || !(shdr.sh_flags & SHF_ALLOC))
			continue;
		name = elf_strptr(r->img->elf, names, shdr.sh_name);
		r->places[i].loaded = name && address(arg, name, &r->places[i].addr);
	}
	return NULL;
}

char elf_symbol_type(unsigned char info, uint16_t section)
{
	static const char global[] = "DDT", local[] = "ddt";
	unsigned int type = GELF_ST_TYPE(info), bind = GELF_ST_BIND(info);

	if (section == SHN_ABS)
		return bind == STB_LOCAL ? 'a' : 'A';
	if (bind == STB_WEAK)
		return type == STT_OBJECT ? 'V' : 'W';
	if (type > STT_FUNC)
		return '\0';
	return bind == STB_LOCAL ? local[type] : global[type];
}

static void take_symbol(struct relocation *r, size_t i)
{
	const char *name;
	GElf_Sym sym;

	if (!gelf_getsym(r->data, (int)i, &sym) || sym.st_shndx >= r->nr_places ||
	    !r->places[sym.st_shndx].loaded ||
	    !elf_symbol_type(sym.st_info, sym.st_shndx))
		return;
	name = elf_strptr(r->img->elf, r->strings, sym.st_name);
	if (!name || !name[0])
		return;
	r->names += strlen(name) + 1;
	r->entries[r->nr_entries++] = (struct symtab_entry){
		.name = name,
		.value = r->places[sym.st_shndx].addr + sym.st_value,
		.size = sym.st_size,
		.type = elf_symbol_type(sym.st_info, sym.st_shndx),
	};
}

struct error *elf_image_relocated(const struct elf_image *img,
				  bool (*address)(void *arg, const char *section, uint64_t *addr),
				  void *arg, const char *source, struct symtab **tab)
{
	struct relocation r = { .img = img };
	struct error *err = NULL;
	size_t i;

	*tab = NULL;
	if (!img->relocatable || !find_symbols(&r))
		return error_new(ERROR_NO, "%s: no symbols of a module", source);
	r.entries = calloc(r.n, sizeof(*r.entries));
	err = r.entries ? place_sections(&r, address, arg) : error_nomem();
	for (i = 0; !err && i < r.n; i++) {
		take_symbol(&r, i);
		if (r.names > NAMES_MAX)
			err = error_new(ERROR_NO, "%s: the names of its symbols are too long", source);
	}
	if (!err)
		err = elf_file_check(img->file);
	if (!err && !r.nr_entries)
		err = error_new(ERROR_NO, "%s: no symbols of a module", source);
	if (!err)
		err = symtab_from_list(source, r.entries, r.nr_entries, tab);
	free(r.entries);
	free(r.places);
	return err;
}
