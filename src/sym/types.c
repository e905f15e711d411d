/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Types of a file or of the guest's memory. Where a file has both, types are
 * looked up in BTF, which is small, and variables in DWARF, which knows all of
 * them; DWARF is not opened before that.
 */
#include "sym/types.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sym/type-source.h"

struct types {
	char *path;		/* printable; NULL: no file */
	int fd;			/* -1: no file */
	Elf *elf;
	struct type_source *btf;	/* NULL: there is none */
	struct type_source *dwarf;	/* NULL: there is none, or it was not needed yet */
	bool has_dwarf;
	bool big_endian;
	const volatile int *interrupted;
};

/* Opening */

static char *printable(const char *path)
{
	struct buf b = BUF_INIT;
	char *text;

	buf_add_escaped(&b, path, strlen(path));
	text = buf_failed(&b) ? NULL : strdup(buf_str(&b));
	buf_free(&b);
	return text;
}

static struct error *open_file(struct types *t, const char *path)
{
	struct stat st;

	t->path = printable(path);
	if (!t->path)
		return error_nomem();
	/* O_NONBLOCK: a FIFO must not hold us up. */
	t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (t->fd < 0 || fstat(t->fd, &st))
		return error_os(ERROR_USAGE, errno, "%s", t->path);
	if (!S_ISREG(st.st_mode))
		return error_new(ERROR_USAGE, "%s: is not a regular file", t->path);
	elf_version(EV_CURRENT);
	t->elf = elf_begin(t->fd, ELF_C_READ_MMAP, NULL);
	if (!t->elf || elf_kind(t->elf) != ELF_K_ELF)
		return error_new(ERROR_USAGE, "%s: is not an ELF file", t->path);
	return NULL;
}

/* Sections .BTF and .debug_info. */
static struct error *find_sections(struct types *t)
{
	Elf_Scn *scn = NULL, *btf = NULL;
	const char *ident = elf_getident(t->elf, NULL);
	size_t strings;
	GElf_Shdr shdr;
	Elf_Data *data;

	t->big_endian = ident && ident[EI_DATA] == ELFDATA2MSB;
	if (elf_getshdrstrndx(t->elf, &strings))
		return error_new(ERROR_USAGE, "%s: %s", t->path, elf_errmsg(-1));
	while ((scn = elf_nextscn(t->elf, scn))) {
		const char *name = gelf_getshdr(scn, &shdr) ?
			elf_strptr(t->elf, strings, shdr.sh_name) : NULL;

		if (!name || shdr.sh_type == SHT_NOBITS)
			continue;
		if (!strcmp(name, ".BTF"))
			btf = scn;
		else if (!strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info"))
			t->has_dwarf = true;
	}
	data = btf ? elf_rawdata(btf, NULL) : NULL;
	return data && data->d_buf ? btf_open(data->d_buf, data->d_size, &t->btf) : NULL;
}

/* Open DWARF, if there is some; damaged DWARF counts as none where there is BTF. */
static struct error *need_dwarf(struct types *t)
{
	struct error *err;

	if (t->dwarf || !t->has_dwarf)
		return NULL;
	err = dwarf_open(t->elf, t->path, &t->dwarf);
	if (err) {
		t->has_dwarf = false;
		return err;
	}
	t->dwarf->interrupted = t->interrupted;
	return NULL;
}

struct error *types_open_elf(const char *path, struct types **types)
{
	struct types *t = calloc(1, sizeof(*t));
	struct error *err;

	if (!t)
		return error_nomem();
	t->fd = -1;
	err = open_file(t, path);
	if (!err)
		err = find_sections(t);
	if (err && t->has_dwarf) {
		/* Damaged BTF beside DWARF. */
		error_free(err);
		err = NULL;
	}
	if (!err && !t->btf)
		err = need_dwarf(t);
	if (!err && !t->btf && !t->dwarf)
		err = error_hint(error_new(ERROR_NO, "%s: has no types: neither DWARF nor BTF",
					   t->path),
				 "the vmlinux of the distribution's debug package has them");
	if (err) {
		types_close(t);
		return err;
	}
	*types = t;
	return NULL;
}

struct error *types_open_btf(const void *data, size_t len, struct types **types)
{
	struct types *t = calloc(1, sizeof(*t));
	struct error *err;

	if (!t)
		return error_nomem();
	t->fd = -1;
	err = btf_open(data, len, &t->btf);
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
	elf_end(t->elf);
	if (t->fd >= 0)
		close(t->fd);
	free(t->path);
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

void types_set_interrupted(struct types *t, const volatile int *interrupted)
{
	t->interrupted = interrupted;
	if (t->btf)
		t->btf->interrupted = interrupted;
	if (t->dwarf)
		t->dwarf->interrupted = interrupted;
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
			t->path ? t->path : "the kernel's BTF", names_words[names], buf_str(&b));
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
