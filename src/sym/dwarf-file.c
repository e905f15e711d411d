/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/dwarf-file.h"

#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

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

static struct error *with_name(struct error *err, const char *name)
{
	struct buf shown = BUF_INIT;

	buf_add_escaped(&shown, name, strlen(name));
	err = error_prefix(err, "%s", buf_str(&shown));
	buf_free(&shown);
	return err;
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
		return error_new(ERROR_NO, "it cannot be found");
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

static void close_shared(struct dwarf_file *d)
{
	dwarf_end(d->shared_dwarf);
	elf_file_close(d->shared);
	d->shared_dwarf = NULL;
	d->shared = NULL;
}

/* Where packages with debugging information have it, too. */
static bool path_by_id(const unsigned char *id, size_t len, char *path, size_t size)
{
	int n = snprintf(path, size, "/usr/lib/debug/.build-id/%02x/", id[0]);
	size_t i, used = (size_t)n;

	if (len < 2 || size < used + 2 * len + sizeof(".debug"))
		return false;
	for (i = 1; i < len; i++, used += 2)
		snprintf(path + used, size - used, "%02x", id[i]);
	snprintf(path + used, size - used, ".debug");
	return true;
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
		err = error_new(ERROR_NO, "it cannot be found");
	else
		err = open_shared(path, id, (size_t)len, d);
	if (err && path_by_id(id, (size_t)len, path, sizeof(path))) {
		close_shared(d);
		if (!access(path, F_OK)) {
			error_free(err);
			err = open_shared(path, id, (size_t)len, d);
		}
	}
	if (!err)
		dwarf_setalt(d->dwarf, d->shared_dwarf);
	return err ? with_name(err, name) : NULL;
}

#define NAMES "\0.debug_str\0.debug_line\0.names"

/* An ELF file of this host, with sections that have nothing. */
static const struct empty_file {
	Elf64_Ehdr header;
	char names[sizeof(NAMES)];
	unsigned char nothing[4];
	Elf64_Shdr sections[4];
} empty_file = {
	.header = {
		.e_ident = {
			ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ELFDATA2MSB : ELFDATA2LSB,
			EV_CURRENT,
		},
		.e_type = ET_DYN, .e_version = EV_CURRENT,
		.e_ehsize = sizeof(Elf64_Ehdr), .e_shentsize = sizeof(Elf64_Shdr),
		.e_shoff = offsetof(struct empty_file, sections), .e_shnum = 4, .e_shstrndx = 3,
	},
	.names = NAMES,
	.sections = {
		[1] = {
			.sh_name = 1, .sh_type = SHT_PROGBITS, .sh_addralign = 1, .sh_size = 1,
			.sh_offset = offsetof(struct empty_file, nothing),
		},
		[2] = {
			.sh_name = 1 + sizeof(".debug_str"), .sh_type = SHT_PROGBITS,
			.sh_addralign = 1, .sh_size = 4,
			.sh_offset = offsetof(struct empty_file, nothing),
		},
		[3] = {
			.sh_name = 1 + sizeof(".debug_str") + sizeof(".debug_line"),
			.sh_type = SHT_STRTAB, .sh_addralign = 1, .sh_size = sizeof(NAMES),
			.sh_offset = offsetof(struct empty_file, names),
		},
	},
};

/* libdw would open what is not at hand as soon as something points there. */
static bool share_nothing(struct dwarf_file *d)
{
	/* libelf may write where it reads. */
	d->empty_data = malloc(sizeof(empty_file));
	if (!d->empty_data)
		return false;
	memcpy(d->empty_data, &empty_file, sizeof(empty_file));
	d->empty = elf_memory(d->empty_data, sizeof(empty_file));
	d->shared_dwarf = d->empty ? dwarf_begin_elf(d->empty, DWARF_C_READ, NULL) : NULL;
	if (d->shared_dwarf)
		dwarf_setalt(d->dwarf, d->shared_dwarf);
	return d->shared_dwarf;
}

struct error *dwarf_file_begin(struct dwarf_file *d, struct elf_file *file, bool partly)
{
	struct error *err;

	*d = (struct dwarf_file){ .dwarf = dwarf_begin_elf(elf_file_elf(file), DWARF_C_READ, NULL) };
	if (!d->dwarf)
		return error_new(ERROR_NO, "%s: has no DWARF", elf_file_path(file));
	err = find_shared(d, file);
	if (!err)
		return NULL;
	close_shared(d);
	if (partly && share_nothing(d)) {
		error_free(err);
		return NULL;
	}
	dwarf_file_end(d);
	if (err->kind == ERROR_USAGE)
		err->kind = ERROR_NO;
	return error_prefix(err, "%s: a part of its DWARF is in another file", elf_file_path(file));
}

void dwarf_file_end(struct dwarf_file *d)
{
	dwarf_end(d->dwarf);
	close_shared(d);
	elf_end(d->empty);
	free(d->empty_data);
	*d = (struct dwarf_file){ .dwarf = NULL };
}
