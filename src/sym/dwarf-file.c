/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/dwarf-file.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <gelf.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* DWARF 5's own way to share, .debug_sup, which newer versions of libdw follow, too. */
static bool has_supplement(Elf *elf)
{
	const char *name;
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		name = gelf_getshdr(scn, &shdr) ? elf_strptr(elf, names, shdr.sh_name) : NULL;
		if (name && strstr(name, "debug_sup"))
			return true;
	}
	return false;
}

/* The path of the file that .gnu_debugaltlink names: from the folder of the one that has it. */
static bool shared_path(const struct elf_file *file, const char *name, char *path, size_t size)
{
	char own[PATH_MAX] = "";
	int n;

	if (name[0] == '/')
		n = snprintf(path, size, "%s", name);
	else if (realpath(elf_file_raw_path(file), own))
		n = snprintf(path, size, "%s/%s", dirname(own), name);
	else
		return false;
	return n > 0 && (size_t)n < size;
}

static struct error *open_shared(const char *path, const void *id, size_t len, struct dwarf_file *d)
{
	const void *found, *more;
	const char *name;
	struct error *err;
	struct stat st;
	Elf *elf;

	/* To open a device may do something. */
	if (stat(path, &st))
		return error_os(ERROR_NO, errno, "it cannot be found");
	if (!S_ISREG(st.st_mode))
		return error_new(ERROR_NO, "it is not a regular file");
	err = elf_file_open(path, &d->shared);
	if (err)
		return err;
	elf = elf_file_elf(d->shared);
	if (dwelf_elf_gnu_build_id(elf, &found) != (ssize_t)len || memcmp(found, id, len) != 0)
		return error_new(ERROR_NO, "it has another build id");
	d->shared_dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (!d->shared_dwarf || has_supplement(elf) ||
	    dwelf_dwarf_gnu_debugaltlink(d->shared_dwarf, &name, &more))
		return error_new(ERROR_NO, "it has no DWARF, or not all of it");
	return NULL;
}

/* So that libdw does not look for it. */
static struct error *find_shared(struct dwarf_file *d, const struct elf_file *file)
{
	const char *name;
	const void *id;
	char path[PATH_MAX];
	struct error *err;
	ssize_t len;

	if (has_supplement(elf_file_elf(file)))
		return error_new(ERROR_NO, "it is of a kind that is not read");
	len = dwelf_dwarf_gnu_debugaltlink(d->dwarf, &name, &id);
	if (len <= 0)
		return NULL;
	if (!shared_path(file, name, path, sizeof(path)))
		return error_new(ERROR_NO, "it cannot be found");
	err = open_shared(path, id, (size_t)len, d);
	if (!err)
		dwarf_setalt(d->dwarf, d->shared_dwarf);
	return err;
}

struct error *dwarf_file_begin(struct dwarf_file *d, struct elf_file *file)
{
	struct error *err;

	*d = (struct dwarf_file){ .dwarf = dwarf_begin_elf(elf_file_elf(file), DWARF_C_READ, NULL) };
	if (!d->dwarf)
		return error_new(ERROR_NO, "%s: has no DWARF", elf_file_path(file));
	err = find_shared(d, file);
	if (!err)
		return NULL;
	dwarf_file_end(d);
	if (err->kind == ERROR_USAGE)
		err->kind = ERROR_NO;
	return error_prefix(err, "%s: a part of its DWARF is in another file", elf_file_path(file));
}

void dwarf_file_end(struct dwarf_file *d)
{
	dwarf_end(d->dwarf);
	dwarf_end(d->shared_dwarf);
	elf_file_close(d->shared);
	*d = (struct dwarf_file){ .dwarf = NULL };
}
