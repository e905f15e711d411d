/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/module-file.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/printable.h"
#include "linux/vmlinux.h"
#include "sym/elf-image.h"

#define ENTRIES_MAX	500000U	/* of folders that are gone through */
#define SECTIONS_MAX	512U	/* of a module */
#define SECTION_NAME	64U
#define INIT		".init"	/* sections that are freed once the module is loaded */

/* "snd-hda.ko.xz" is the file of module snd_hda. */
static bool is_file_of(const char *file, const struct module *mod)
{
	size_t len = strlen(mod->name), i;

	for (i = 0; i < len; i++) {
		if (file[i] != mod->name[i] && !(file[i] == '-' && mod->name[i] == '_'))
			return false;
	}
	return !strncmp(file + len, ".ko", 3);
}

/* "" if it has none. */
static void read_build_id(const struct kernel *k, const char *path, char *id, size_t size)
{
	struct elf_image *img = NULL;
	struct error *err = elf_image_open(path, true, &img);

	id[0] = '\0';
	if (!err)
		elf_image_build_id(img, id, size);
	else
		log_verbose(k->opt.log, 1, "%s", err->message);
	error_free(err);
	elf_image_close(img);
}

static void take_file(struct kernel *k, struct modules *m, const char *name, const char *path)
{
	char shown[4096], id[65];
	bool known = false;
	size_t i;

	for (i = 0; i < m->n; i++) {
		struct module *mod = &m->list[i];

		if (mod->file[0] || !mod->build_id[0] || !is_file_of(name, mod) ||
		    strlen(path) >= sizeof(mod->file))
			continue;
		/* A guest may have thousands of one name. */
		if (!known)
			read_build_id(k, path, id, sizeof(id));
		known = true;
		if (!strcmp(id, mod->build_id)) {
			snprintf(mod->file, sizeof(mod->file), "%s", path);
			continue;
		}
		printable(shown, sizeof(shown), path);
		log_verbose(k->opt.log, 1, "%s has another build id than the guest's module", shown);
	}
}

static struct error *go_through(struct kernel *k, struct modules *m, const char *folder)
{
	char *roots[] = { (char *)(uintptr_t)folder, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	struct error *err = NULL;
	const FTSENT *entry;
	size_t n = 0;

	while (fts && !err && n++ < ENTRIES_MAX && (entry = fts_read(fts)) != NULL) {
		if (k->opt.interrupted && *k->opt.interrupted)
			err = error_new(ERROR_PARTIAL, "interrupted");
		else if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP)
			take_file(k, m, entry->fts_name, entry->fts_path);
	}
	if (fts)
		fts_close(fts);
	return err;
}

static bool all_found(const struct modules *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		if (!m->list[i].file[0])
			return false;
	}
	return true;
}

/* The module that a file of --symbols is of; NULL: none. */
static struct module *module_of(struct modules *m, const struct symtab *tab)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		if (m->list[i].build_id[0] && !strcmp(m->list[i].build_id, symtab_build_id(tab)))
			return &m->list[i];
	}
	return NULL;
}

static void take_given(struct kernel *k, struct modules *m)
{
	const struct symtab *tab;
	struct module *mod;
	size_t i;

	for (i = 0; i < k->opt.nr_symbol_files; i++) {
		if (!symbols_is_hidden(k->symbols, i))
			continue;
		tab = symbols_table(k->symbols, i, NULL, NULL);
		mod = module_of(m, tab);
		if (!mod)
			log_warn(k->opt.log, "%s has the build id of no module of the guest: its "
				 "symbols are not known there", symtab_path(tab));
		else if (!mod->file[0] && strlen(symtab_file(tab)) < sizeof(mod->file))
			snprintf(mod->file, sizeof(mod->file), "%s", symtab_file(tab));
	}
}

struct error *module_files_find(struct kernel *k, struct modules *m)
{
	static const char *const folders[] = {
		"lib/modules", "usr/lib/modules", "usr/lib/debug/lib/modules",
		"usr/lib/debug/usr/lib/modules",
	};
	const char *const roots[] = { k->opt.debug_dir, "" };
	struct error *err = NULL;
	char path[4096];
	size_t i, j;

	take_given(k, m);
	if (!vmlinux_is_release(k->release))
		return NULL;
	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		for (j = 0; !err && roots[i] && j < sizeof(folders) / sizeof(folders[0]); j++) {
			if (all_found(m))
				return NULL;
			if ((size_t)snprintf(path, sizeof(path), "%s/%s/%s", roots[i], folders[j],
					     k->release) < sizeof(path))
				err = go_through(k, m, path);
		}
	}
	return err;
}

struct sections {
	char names[SECTIONS_MAX][SECTION_NAME];
	uint64_t addrs[SECTIONS_MAX];
	size_t n;
};

/* Where the guest has a module's sections, as /sys/module/NAME/sections there tells. */
static struct error *read_sections(struct kernel *k, const struct module_layout *l,
				   const struct module *mod, struct sections *s)
{
	uint64_t attrs, at, name;
	struct error *err;
	uint32_t n = 0;

	if (!l->has_sections)
		return error_new(ERROR_NO, "the guest does not tell where sections are");
	err = kmem_u64(&k->mem, mod->addr + l->sect_attrs, &attrs);
	if (!err && !attrs)
		err = error_new(ERROR_NO, "the guest does not tell where sections are");
	if (!err)
		err = kmem_u32(&k->mem, attrs + l->sections_count, &n);
	for (; !err && s->n < n && s->n < SECTIONS_MAX; s->n++) {
		at = attrs + l->sections_array + s->n * l->section_stride;
		err = kmem_u64(&k->mem, at + l->section_name, &name);
		if (!err)
			err = kmem_string(&k->mem, name, s->names[s->n], SECTION_NAME);
		if (!err)
			err = kmem_u64(&k->mem, at + l->section_addr, &s->addrs[s->n]);
	}
	return err;
}

static bool section_address(void *arg, const char *name, uint64_t *addr)
{
	const struct sections *s = arg;
	size_t i;

	if (!strncmp(name, INIT, strlen(INIT)))
		return false;
	for (i = 0; i < s->n; i++) {
		if (strcmp(name, s->names[i]) != 0)
			continue;
		*addr = s->addrs[i];
		return true;
	}
	return false;
}

struct error *module_file_add(struct kernel *k, const struct module_layout *l, struct module *mod)
{
	struct sections *s = calloc(1, sizeof(*s));
	struct elf_image *img = NULL;
	struct symtab *tab = NULL;
	struct buf shown = BUF_INIT;
	struct error *err = s ? read_sections(k, l, mod, s) : error_nomem();

	buf_add_escaped(&shown, mod->file, strlen(mod->file));
	if (!err)
		err = elf_image_open(mod->file, true, &img);
	if (!err)
		err = elf_image_relocated(img, section_address, s, buf_str(&shown), &tab);
	elf_image_close(img);
	buf_free(&shown);
	free(s);
	if (!err)
		err = symbols_add(k->symbols, tab, 0, mod->name, true);
	if (!err)
		mod->source = MODULE_SYMBOLS_FILE;
	return err;
}
