/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbols of a guest's modules: from their own tables in its memory. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"
#include "linux/kernel.h"
#include "linux/module-file.h"
#include "linux/module-layout.h"
#include "linux/modules.h"
#include "sym/elf-image.h"

#define NAME_MAX_LEN	512U	/* KSYM_NAME_LEN, include/linux/kallsyms.h */

/* What all modules may have still: names may overlap, and modules have the same table. */
struct budget {
	uint64_t symbols, names;
	bool spent;
};

struct table {
	uint64_t symtab, strtab;
	uint32_t n;
	unsigned char *raw;	/* n Elf64_Sym */
	char *strings;
	size_t strings_len;	/* a zero byte stands behind them */
	struct symtab_entry *entries;
	size_t nr_entries;
};

static struct error *charge(struct budget *b, uint64_t symbols, uint64_t names)
{
	if (symbols > b->symbols || names > b->names) {
		b->spent = true;
		return error_new(ERROR_NO, "too many symbols");
	}
	b->symbols -= symbols;
	b->names -= names;
	return NULL;
}

static struct error *find_table(struct kernel *k, const struct module_layout *l,
				const struct module *mod, struct table *t)
{
	uint64_t kallsyms = 0;
	struct error *err = kmem_u64(&k->mem, mod->addr + l->kallsyms, &kallsyms);

	if (!err)
		err = kmem_u64(&k->mem, kallsyms + l->symtab, &t->symtab);
	if (!err)
		err = kmem_u64(&k->mem, kallsyms + l->strtab, &t->strtab);
	if (!err)
		err = kmem_u32(&k->mem, kallsyms + l->num_symtab, &t->n);
	if (!err && (!t->n || t->n > MODULE_SYMBOLS_MAX))
		err = error_new(ERROR_NO, "a damaged symbol table");
	return err;
}

/* Names: as many bytes as the symbols point to; they are not counted anywhere. */
static struct error *read_strings(struct kernel *k, struct table *t)
{
	uint32_t last = 0, name, i;

	for (i = 0; i < t->n; i++) {
		name = get_be32(t->raw + i * sizeof(Elf64_Sym) + offsetof(Elf64_Sym, st_name));
		last = name > last ? name : last;
	}
	if (last > MODULE_STRINGS_MAX)
		return error_new(ERROR_NO, "a damaged symbol table");
	t->strings = malloc(last + NAME_MAX_LEN + 1);
	if (!t->strings)
		return error_nomem();
	t->strings_len = kmem_read_some(&k->mem, t->strtab, t->strings, last + NAME_MAX_LEN);
	t->strings[t->strings_len] = '\0';
	return NULL;
}

/* Defined ones with a name. */
static struct error *take_symbol(struct table *t, const unsigned char *raw, struct budget *b)
{
	uint32_t name = get_be32(raw + offsetof(Elf64_Sym, st_name));
	uint16_t section = get_be16(raw + offsetof(Elf64_Sym, st_shndx));
	char type = elf_symbol_type(raw[offsetof(Elf64_Sym, st_info)], section);
	size_t len;

	if (section == SHN_UNDEF || !type || name >= t->strings_len || !t->strings[name])
		return NULL;
	len = strnlen(t->strings + name, NAME_MAX_LEN);
	if (len == NAME_MAX_LEN)
		return NULL;
	t->entries[t->nr_entries++] = (struct symtab_entry){
		.name = t->strings + name,
		.value = get_be64(raw + offsetof(Elf64_Sym, st_value)),
		.size = get_be64(raw + offsetof(Elf64_Sym, st_size)),
		.type = type,
	};
	return charge(b, 0, len + 1);
}

static struct error *read_table(struct kernel *k, const struct module_layout *l,
				const struct module *mod, struct table *t, struct budget *b)
{
	struct error *err = find_table(k, l, mod, t);
	size_t len;
	uint32_t i;

	/* All entries, wanted or not: reading them takes its time. */
	if (!err)
		err = charge(b, t->n, 0);
	if (err)
		return err;
	len = (size_t)t->n * sizeof(Elf64_Sym);
	t->raw = malloc(len);
	t->entries = calloc(t->n, sizeof(*t->entries));
	if (!t->raw || !t->entries)
		return error_nomem();
	err = kmem_read(&k->mem, t->symtab, t->raw, len);
	if (!err)
		err = read_strings(k, t);
	for (i = 0; !err && i < t->n; i++)
		err = take_symbol(t, t->raw + i * sizeof(Elf64_Sym), b);
	return err;
}

static struct error *from_guest(struct kernel *k, const struct module_layout *l,
				struct module *mod, struct budget *b)
{
	struct table t = { .n = 0 };
	struct symtab *tab = NULL;
	struct error *err = read_table(k, l, mod, &t, b);

	if (!err)
		err = symtab_from_list("kallsyms of the guest's module", t.entries, t.nr_entries,
				       &tab);
	wipe_free(t.raw, t.n * sizeof(Elf64_Sym));
	wipe_free(t.strings, t.strings_len);
	wipe_free(t.entries, t.n * sizeof(*t.entries));
	if (!err)
		err = symbols_add(k->symbols, tab, 0, mod->name, true);
	if (!err)
		mod->source = MODULE_SYMBOLS_KALLSYMS;
	return err;
}

/* From the file of a module: many may have the same one. */
static struct error *from_file(struct kernel *k, const struct module_layout *l,
			       struct module *mod, struct budget *b)
{
	struct error *err = module_file_add(k, l, mod);
	const struct symtab *tab;
	struct symtab_symbol sym;
	size_t i;

	if (err)
		return err;
	tab = symbols_table(k->symbols, symbols_count(k->symbols) - 1, NULL, NULL);
	for (i = 0; !err && symtab_get(tab, i, &sym); i++)
		err = charge(b, 1, strlen(sym.name) + 1);
	return err;
}

/* What a damaged module is, and what ends the command. */
static struct error *go_on(struct kernel *k, const struct module *mod, struct error *err)
{
	if (!err || err->kind == ERROR_TARGET || err->kind == ERROR_PARTIAL)
		return err;
	log_verbose(k->opt.log, 1, "module %s: %s", mod->name, err->message);
	error_free(err);
	return NULL;
}

struct error *modules_add_symbols(struct kernel *k, struct modules *m)
{
	struct budget b = { .symbols = MODULES_SYMBOLS_MAX, .names = MODULES_NAMES_MAX };
	struct module_layout layout;
	struct types *types;
	struct error *err = kernel_types(k, &types);
	size_t i;

	if (!err)
		err = module_layout_get(types, &layout);
	if (!err)
		err = module_files_find(k, m);
	for (i = 0; !err && i < m->n && !b.spent; i++) {
		struct module *mod = &m->list[i];

		if (mod->file[0])
			err = go_on(k, mod, from_file(k, &layout, mod, &b));
		if (!err && mod->source == MODULE_SYMBOLS_NONE && layout.has_kallsyms)
			err = go_on(k, mod, from_guest(k, &layout, mod, &b));
	}
	if (!err && b.spent)
		log_warn(k->opt.log, "the symbols of the guest's modules are more than %u, or their "
			 "names more than %u MiB: not all are taken, from module %s on",
			 MODULES_SYMBOLS_MAX, MODULES_NAMES_MAX >> 20, m->list[i - 1].name);
	return err;
}
