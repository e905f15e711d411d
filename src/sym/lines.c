/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/lines.h"

#include <dwarf.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "sym/dwarf-file.h"

#define FILES_MAX 4096U		/* of a cache: no guest has more modules */

struct lines {
	struct elf_file *file;
	struct dwarf_file dwarf;
};

static struct error *open_dwarf(const char *path, struct lines *l)
{
	GElf_Ehdr ehdr;
	struct error *err;

	err = elf_file_open(path, &l->file);
	if (err)
		return err;
	if (!gelf_getehdr(elf_file_elf(l->file), &ehdr) || ehdr.e_type == ET_REL)
		return error_new(ERROR_NO, "%s: lines of a relocatable file are not known",
				 elf_file_path(l->file));
	return dwarf_file_begin(&l->dwarf, l->file, true);
}

struct error *lines_open(const char *path, struct lines **out)
{
	struct lines *l = calloc(1, sizeof(*l));
	struct error *err;

	if (!l)
		return error_nomem();
	err = open_dwarf(path, l);
	if (err) {
		lines_close(l);
		return err;
	}
	*out = l;
	return NULL;
}

void lines_close(struct lines *l)
{
	if (!l)
		return;
	dwarf_file_end(&l->dwarf);
	elf_file_close(l->file);
	free(l);
}

/* A source file's name without the directory that it was built in. */
static const char *without_directory(Dwarf_Die *cu, const char *file)
{
	Dwarf_Attribute attr;
	const char *dir = dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &attr));
	size_t len = dir ? strlen(dir) : 0;

	if (len && !strncmp(file, dir, len) && file[len] == '/')
		file += len + 1;
	while (!strncmp(file, "./", 2))
		file += 2;
	return file;
}

/* Whether the files still have all that was read from them. */
static bool is_whole(const struct lines *l)
{
	struct error *err = elf_file_check(l->file);

	if (!err)
		err = elf_file_check(l->dwarf.shared);
	error_free(err);
	return !err;
}

bool lines_find(struct lines *l, uint64_t addr, struct buf *b)
{
	const char *file;
	Dwarf_Line *line;
	Dwarf_Die cu;
	int number;

	if (!l || !dwarf_addrdie(l->dwarf.dwarf, addr, &cu))
		return false;
	line = dwarf_getsrc_die(&cu, addr);
	if (!line || dwarf_lineno(line, &number) || number <= 0)
		return false;
	file = dwarf_linesrc(line, NULL, NULL);
	if (!file || !is_whole(l))
		return false;
	file = without_directory(&cu, file);
	buf_add_escaped(b, file, strlen(file));
	buf_addf(b, ":%d", number);
	return true;
}

/* Several files */

struct cached {
	char *path;
	struct lines *lines;	/* NULL: it has none */
};

struct lines_cache {
	struct cached *files;
	size_t nr_files;
};

struct lines_cache *lines_cache_new(void)
{
	return calloc(1, sizeof(struct lines_cache));
}

void lines_cache_free(struct lines_cache *c)
{
	size_t i;

	if (!c)
		return;
	for (i = 0; i < c->nr_files; i++) {
		free(c->files[i].path);
		lines_close(c->files[i].lines);
	}
	free(c->files);
	free(c);
}

/* The lines of a file, from the cache. NULL: none. */
static struct lines *get_lines(struct lines_cache *c, const char *path)
{
	struct cached *files, *f;
	size_t i;

	for (i = 0; i < c->nr_files; i++) {
		if (!strcmp(c->files[i].path, path))
			return c->files[i].lines;
	}
	if (c->nr_files >= FILES_MAX)
		return NULL;
	files = realloc(c->files, (c->nr_files + 1) * sizeof(*files));
	if (!files)
		return NULL;
	c->files = files;
	f = &files[c->nr_files];
	*f = (struct cached){ .path = strdup(path) };
	if (!f->path)
		return NULL;
	c->nr_files++;
	error_free(lines_open(path, &f->lines));
	return f->lines;
}

bool lines_cache_find(struct lines_cache *c, const struct symtab *tab, uint64_t bias,
		      uint64_t addr, struct buf *b)
{
	const char *file = c ? symtab_file(tab) : NULL;

	return file && lines_find(get_lines(c, file), addr - bias, b);
}
