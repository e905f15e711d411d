/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 4096U		/* of a cache: no guest has more modules */

struct lines {
	int fd;
	Elf *elf;
	Dwarf *dwarf;
};

static struct error *file_error(enum error_kind kind, const char *path, const char *what)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, path, strlen(path));
	err = error_new(kind, "%s: %s", buf_str(&shown), what);
	buf_free(&shown);
	return err;
}

/* Mapped, as 200 MB are not to be read for one line. */
static struct error *open_dwarf(const char *path, struct lines *l)
{
	GElf_Ehdr ehdr;
	struct stat st;

	l->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (l->fd < 0 || fstat(l->fd, &st))
		return file_error(ERROR_USAGE, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return file_error(ERROR_USAGE, path, "is not a regular file");
	elf_version(EV_CURRENT);
	l->elf = elf_begin(l->fd, ELF_C_READ_MMAP, NULL);
	if (!l->elf || elf_kind(l->elf) != ELF_K_ELF || !gelf_getehdr(l->elf, &ehdr))
		return file_error(ERROR_USAGE, path, "is not an ELF file");
	if (ehdr.e_type == ET_REL)
		return file_error(ERROR_NO, path, "lines of a relocatable file are not known");
	l->dwarf = dwarf_begin_elf(l->elf, DWARF_C_READ, NULL);
	return l->dwarf ? NULL : file_error(ERROR_NO, path, "has no DWARF");
}

struct error *lines_open(const char *path, struct lines **out)
{
	struct lines *l = calloc(1, sizeof(*l));
	struct error *err;

	if (!l)
		return error_nomem();
	l->fd = -1;
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
	dwarf_end(l->dwarf);
	elf_end(l->elf);
	if (l->fd >= 0)
		close(l->fd);
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

bool lines_find(struct lines *l, uint64_t addr, struct buf *b)
{
	const char *file;
	Dwarf_Line *line;
	Dwarf_Die cu;
	int number;

	if (!l || !dwarf_addrdie(l->dwarf, addr, &cu))
		return false;
	line = dwarf_getsrc_die(&cu, addr);
	if (!line || dwarf_lineno(line, &number) || number <= 0)
		return false;
	file = dwarf_linesrc(line, NULL, NULL);
	if (!file)
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
