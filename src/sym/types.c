/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Types of a file or of the guest's memory. Where a file has both, types are
 * looked up in BTF, which is small, and variables in DWARF, which knows all of
 * them; DWARF is not opened before that.
 */
#include "sym/types.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "sym/elf-file.h"
#include "sym/type-source.h"

struct types {
	struct elf_file *file;	/* NULL: no file */
	struct type_source *btf;	/* NULL: there is none */
	struct type_source *dwarf;	/* NULL: there is none, or it was not needed yet */
	bool has_dwarf;
	bool big_endian;
	const volatile int *interrupted;
};

/* Opening */

/* Sections .BTF and .debug_info. */
static struct error *find_sections(struct types *t)
{
	Elf *elf = elf_file_elf(t->file);
	Elf_Scn *scn = NULL, *btf = NULL;
	const char *ident = elf_getident(elf, NULL);
	struct error *err;
	size_t strings;
	GElf_Shdr shdr;
	Elf_Data *data;

	t->big_endian = ident && ident[EI_DATA] == ELFDATA2MSB;
	if (elf_getshdrstrndx(elf, &strings))
		return error_new(ERROR_USAGE, "%s: %s", elf_file_path(t->file), elf_errmsg(-1));
	while ((scn = elf_nextscn(elf, scn))) {
		const char *name = gelf_getshdr(scn, &shdr) ?
			elf_strptr(elf, strings, shdr.sh_name) : NULL;

		if (!name || shdr.sh_type == SHT_NOBITS)
			continue;
		if (!strcmp(name, ".BTF"))
			btf = scn;
		else if (!strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info"))
			t->has_dwarf = true;
	}
	data = btf ? elf_rawdata(btf, NULL) : NULL;
	err = data && data->d_buf ?
		btf_open(data->d_buf, data->d_size, t->interrupted, &t->btf) : NULL;
	return err ? err : elf_file_check(t->file);
}

/* Open DWARF, if there is some; damaged DWARF counts as none where there is BTF. */
static struct error *need_dwarf(struct types *t)
{
	struct error *err;

	if (t->dwarf || !t->has_dwarf)
		return NULL;
	err = dwarf_open(t->file, t->interrupted, &t->dwarf);
	if (err)
		t->has_dwarf = false;
	return err;
}

struct error *types_open_elf(const char *path, const volatile int *interrupted,
			     struct types **types)
{
	struct types *t = calloc(1, sizeof(*t));
	struct error *err;

	if (!t)
		return error_nomem();
	t->interrupted = interrupted;
	err = elf_file_open(path, &t->file);
	if (!err)
		err = find_sections(t);
	if (err && err->kind != ERROR_PARTIAL && t->has_dwarf && !t->btf) {
		/* Damaged BTF beside DWARF, in a file that has all that it had. */
		error_free(err);
		err = elf_file_check(t->file);
	}
	if (!err && !t->btf)
		err = need_dwarf(t);
	if (!err && !t->btf && !t->dwarf)
		err = error_hint(error_new(ERROR_NO, "%s: has no types: neither DWARF nor BTF",
					   elf_file_path(t->file)),
				 "the vmlinux of the distribution's debug package has them");
	if (err) {
		types_close(t);
		return err;
	}
	*types = t;
	return NULL;
}

struct error *types_open_btf(const void *data, size_t len, const volatile int *interrupted,
			     struct types **types)
{
	struct types *t = calloc(1, sizeof(*t));
	struct error *err;

	if (!t)
		return error_nomem();
	err = btf_open(data, len, interrupted, &t->btf);
	if (err) {
		types_close(t);
		return err;
	}
	t->big_endian = t->btf->big_endian;
	*types = t;
	return NULL;
}

void types_close(struct types *t)
{
	if (!t)
		return;
	if (t->dwarf)
		t->dwarf->ops->close(t->dwarf);
	if (t->btf)
		t->btf->ops->close(t->btf);
	elf_file_close(t->file);
	free(t);
}

const char *types_source(const struct types *t)
{
	return t->has_dwarf ? "DWARF" : "BTF";
}

bool types_big_endian(const struct types *t)
{
	return t->big_endian;
}

/* Looking up */

static const char *const names_words[] = {
	[TYPE_NAMES_STRUCT] = "struct ",
	[TYPE_NAMES_UNION] = "union ",
	[TYPE_NAMES_ENUM] = "enum ",
	[TYPE_NAMES_TYPE] = "type ",
	[TYPE_NAMES_VARIABLE] = "variable ",
	[TYPE_NAMES_ANY_TYPE] = "type ",
};

static struct error *not_found(const struct types *t, enum type_names names, const char *name)
{
	struct buf b = BUF_INIT;
	struct error *err;

	buf_add_escaped(&b, name, strlen(name));
	err = error_new(ERROR_NO, "%s: no %s'%s'",
			t->file ? elf_file_path(t->file) : "the kernel's BTF", names_words[names],
			buf_str(&b));
	buf_free(&b);
	return err;
}

struct error *types_lookup(struct types *t, enum type_names names, const char *name,
			   struct type *type)
{
	bool variable = names == TYPE_NAMES_VARIABLE, found = false;
	struct error *err = NULL;

	if (!t)
		return error_new(ERROR_NO, "no types are known");
	if (t->btf)
		err = t->btf->ops->lookup(t->btf, names, name, type, &found);
	/* BTF has the types of all there is in a kernel, but of few variables. */
	if (err || found || (t->btf && !variable))
		return err ? err : found ? NULL : not_found(t, names, name);
	err = need_dwarf(t);
	if (!err && t->dwarf)
		err = t->dwarf->ops->lookup(t->dwarf, names, name, type, &found);
	return err ? err : found ? NULL : not_found(t, names, name);
}

bool types_enumerator(struct types *t, const char *name, int64_t *value)
{
	struct type_source *src = t ? t->btf ? t->btf : t->dwarf : NULL;
	bool found = false;

	if (src)
		error_free(src->ops->enumerator(src, name, value, &found));
	return found;
}

/* What the readers of structures need */

static struct error *find_type(struct types *t, const char *name, struct type *type)
{
	const char *end;
	struct error *err;

	if (!t)
		return error_new(ERROR_NO, "no types are known");
	err = type_parse(t, name, TYPE_NAMES_ANY_TYPE, &end, type);
	if (!err && *end)
		return not_found(t, TYPE_NAMES_TYPE, name);
	return err;
}

static struct error *find_path(const struct type *type, const char *path, struct type_member *m)
{
	struct type_member part = { .type = *type };
	struct error *err = NULL;
	uint64_t bits = 0;
	size_t len;
	char *name;

	do {
		len = strcspn(path, ".");
		name = strndup(path, len);
		if (!name)
			return error_nomem();
		err = type_find_member(&part.type, name, &part);
		free(name);
		bits += part.bit_offset;
		path += len;
	} while (!err && *path++ == '.');
	*m = part;
	m->bit_offset = bits;
	return err;
}

struct error *types_member(struct types *t, const char *type, const char *member,
			   uint64_t *offset, uint64_t *size)
{
	struct type_member m;
	struct type found;
	struct error *err;

	err = find_type(t, type, &found);
	if (!err)
		err = find_path(&found, member, &m);
	if (err)
		return err;
	if (m.bit_size || m.bit_offset % 8)
		return error_new(ERROR_NO, "'%s' of '%s' is a bit field", member, type);
	*offset = m.bit_offset / 8;
	return size ? type_size(&m.type, size) : NULL;
}

struct error *types_size(struct types *t, const char *type, uint64_t *size)
{
	struct type found;
	struct error *err = find_type(t, type, &found);

	return err ? err : type_size(&found, size);
}
