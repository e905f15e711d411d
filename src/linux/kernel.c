/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/kernel.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "linux/banner.h"
#include "linux/btf.h"
#include "linux/kallsyms.h"
#include "linux/modules.h"
#include "linux/vmlinux.h"

/* Printable, or nothing: what is cut short or made up would be no release. */
static void take_release(struct kernel *k, const char *raw)
{
	struct buf shown = BUF_INIT;

	buf_add_escaped(&shown, raw, strlen(raw));
	if (shown.len && shown.len < sizeof(k->release))
		memcpy(k->release, buf_str(&shown), shown.len + 1);
	buf_free(&shown);
}

static void take_build_id(struct kernel *k, const char *raw)
{
	size_t i, len = strlen(raw);

	if (len < 4 || len >= sizeof(k->build_id) || len % 2)
		return;
	for (i = 0; i < len; i++) {
		if (!isxdigit((unsigned char)raw[i]))
			return;
	}
	for (i = 0; i <= len; i++)
		k->build_id[i] = (char)tolower((unsigned char)raw[i]);
}

struct error *kernel_identify(struct kernel *k)
{
	char raw[sizeof(k->release)] = "", id[sizeof(k->build_id)] = "";
	struct error *err = NULL;

	vmcoreinfo_get(&k->info, "OSRELEASE", raw, sizeof(raw));
	vmcoreinfo_get(&k->info, "BUILD-ID", id, sizeof(id));
	if ((!raw[0] || !id[0]) && k->place.has_stext)
		err = banner_find(&k->mem, &k->place, raw, sizeof(raw), id, sizeof(id));
	take_release(k, raw);
	take_build_id(k, id);
	return err;
}

static void take_place(struct kernel *k)
{
	const struct kernel_place *place = &k->place;

	k->has_offset = place->has_offset;
	k->offset = place->offset;
	k->has_phys = place->has_phys;
	k->phys = place->phys;
	snprintf(k->offset_source, sizeof(k->offset_source), "%s", place->source);
}

static struct error *find_symbols(struct kernel *k)
{
	struct symtab *tab = NULL;
	struct error *err = vmlinux_take_given(k);

	if (!err && k->source == KERNEL_SYMBOLS_NONE)
		err = vmlinux_find(k);
	if (err || k->source != KERNEL_SYMBOLS_NONE)
		return err;
	err = kallsyms_load(&k->mem, &k->info, &k->opt.work, &tab);
	if (!err) {
		k->source = KERNEL_SYMBOLS_KALLSYMS;
		return symbols_add(k->symbols, tab, 0, "", true);
	}
	if (err->kind == ERROR_TARGET || err->kind == ERROR_PARTIAL)
		return err;
	log_verbose(k->opt.log, 1, "no symbols of the guest's own: %s", err->message);
	error_free(err);
	return NULL;
}

/* For symbols_set_more(): a symbol that is not the kernel's may be a module's. */
static bool add_modules(void *arg)
{
	struct kernel *k = arg;
	struct error *err = kernel_load_modules(k);

	if (err)
		log_verbose(k->opt.log, 1, "no symbols of modules: %s", err->message);
	error_free(err);
	return !err && k->modules.n;
}

struct error *kernel_open(struct target *t, const struct kernel_options *opt,
			  struct kernel **out)
{
	struct kernel *k = calloc(1, sizeof(*k));
	struct error *err;

	*out = NULL;
	if (!k)
		return error_nomem();
	k->opt = *opt;
	k->symbols = opt->symbols;
	k->nr_own_tables = opt->nr_symbol_files;
	err = kmem_init(&k->mem, t, opt->interrupted);
	/* Refused is a symbol file, for the caller. */
	if (err)
		err->kind = ERROR_TARGET;
	if (!err)
		err = vmcoreinfo_read(&k->mem, &k->info);
	if (!err)
		err = kernel_place_read(&k->mem, &k->info, &k->place);
	if (!err)
		err = kernel_identify(k);
	if (!err) {
		take_place(k);
		err = find_symbols(k);
	}
	if (err) {
		kernel_close(k);
		return err;
	}
	k->nr_own_tables = symbols_count(k->symbols);
	symbols_set_more(k->symbols, add_modules, k);
	*out = k;
	return NULL;
}

void kernel_close(struct kernel *k)
{
	size_t i;

	if (!k)
		return;
	types_close(k->types);
	for (i = 0; i < k->opt.nr_symbol_files; i++) {
		symbols_set_hidden(k->symbols, i, false);
		if (!symbols_is_placed(k->symbols, i))
			symbols_set_bias(k->symbols, i, 0);
	}
	symbols_set_more(k->symbols, NULL, NULL);
	symbols_truncate(k->symbols, k->opt.nr_symbol_files);
	modules_free(&k->modules);
	vmcoreinfo_free(&k->info);
	kmem_deinit(&k->mem);
	free(k->debug_file);
	wipe_free(k, sizeof(*k));
}

/* Whether the guest has VMCOREINFO like that of k: else it has booted another one, or gone on booting. */
static struct error *compare_vmcoreinfo(struct kernel *k, bool *same)
{
	struct vmcoreinfo now;
	struct error *err = vmcoreinfo_read(&k->mem, &now);

	*same = !err && now.len == k->info.len &&
		(!now.text || !memcmp(now.text, k->info.text, now.len));
	vmcoreinfo_free(&now);
	return err;
}

struct error *kernel_refresh(struct kernel *k, bool *same)
{
	struct target *t = k->mem.target;
	struct error *err;

	kmem_deinit(&k->mem);
	symbols_truncate(k->symbols, k->nr_own_tables);
	modules_free(&k->modules);
	k->modules_loaded = false;
	symbols_set_more(k->symbols, add_modules, k);
	err = kmem_init(&k->mem, t, k->opt.interrupted);
	if (err)
		err->kind = ERROR_TARGET;
	return err ? err : compare_vmcoreinfo(k, same);
}

struct error *kernel_types(struct kernel *k, struct types **types)
{
	struct error *err = NULL;

	*types = k->types;
	if (k->types)
		return NULL;
	if (k->vmlinux[0]) {
		err = types_open_elf(k->vmlinux, k->opt.interrupted, &k->types);
		if (err && err->kind != ERROR_NO)
			return err;
		if (!err) {
			*types = k->types;
			return NULL;
		}
		error_free(err);
	}
	err = btf_load(k, &k->types);
	if (err && err->kind == ERROR_NO && !err->hint)
		err = error_hint(err, "types come from a vmlinux with debugging information: "
				 "--symbols, --debug-dir, --debuginfod");
	*types = k->types;
	return err;
}

struct error *kernel_load_modules(struct kernel *k)
{
	struct error *err;

	if (k->modules_loaded)
		return NULL;
	/* Not from within. */
	symbols_set_more(k->symbols, NULL, NULL);
	err = modules_read(k, &k->modules);
	if (!err)
		err = modules_add_symbols(k, &k->modules);
	k->modules_loaded = !err;
	if (err) {
		symbols_truncate(k->symbols, k->nr_own_tables);
		modules_free(&k->modules);
	}
	return err;
}

struct error *kernel_symbol(struct kernel *k, const char *name, uint64_t *addr)
{
	struct symbol_info info;
	struct error *err;

	if (vmcoreinfo_symbol(&k->info, name, addr))
		return NULL;
	if (symbols_find_kernel(k->symbols, name, &info)) {
		*addr = info.value;
		return NULL;
	}
	err = error_new(ERROR_NO, "the address of the kernel's symbol '%s' is not known", name);
	if (k->source == KERNEL_SYMBOLS_FILE)
		return err;
	return error_hint(err, "give the guest's vmlinux by --symbols, or a folder that has it by "
			  "--debug-dir");
}

bool kernel_has_symbol(struct kernel *k, const char *name, uint64_t *addr)
{
	struct error *err = kernel_symbol(k, name, addr);

	error_free(err);
	return !err;
}
