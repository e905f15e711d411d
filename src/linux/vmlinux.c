/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/vmlinux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "linux/banner.h"
#include "linux/debuginfod.h"
#include "linux/kernel.h"
#include "sym/elf-image.h"

#define STEXT		"_stext"
#define COMPARED	32U	/* bytes of code at _stext that no boot code patches */
#define ID_FOLDER	2	/* hex digits of a build id that are the name of a folder */

/* A place below a root: before, release, after; or by the build id. */
struct place {
	const char *before, *after;
	bool by_id;
};

/* Below /usr/lib/debug, --debug-dir, and usr/lib/debug of that: Debian, Fedora, SUSE. */
static const struct place debug_places[] = {
	{ "/.build-id/", ".debug", true },
	{ "/boot/vmlinux-", "", false },
	{ "/boot/vmlinux-", ".debug", false },
	{ "/lib/modules/", "/vmlinux", false },
	{ "/lib/modules/", "/vmlinux.debug", false },
	{ "/usr/lib/modules/", "/vmlinux", false },
	{ "/usr/lib/modules/", "/vmlinux.debug", false },
	{ "/vmlinux-", "", false },
};

/* Below the root of the host. */
static const struct place host_places[] = {
	{ "/boot/vmlinux-", "", false },
	{ "/lib/modules/", "/build/vmlinux", false },
	{ "/lib/modules/", "/vmlinux", false },
};

#define NR(table) (sizeof(table) / sizeof((table)[0]))

bool vmlinux_is_release(const char *release)
{
	const char *p;

	for (p = release; *p; p++) {
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~-", *p))
			return false;
	}
	return release[0] && release[0] != '.' && !strstr(release, "..");
}

static bool make_path(const char *root, const char *more, const struct place *place,
		      const char *release, const char *build_id, char *path, size_t size)
{
	int n;

	if (place->by_id && strlen(build_id) > ID_FOLDER)
		n = snprintf(path, size, "%s%s%s%.*s/%s%s", root, more, place->before, ID_FOLDER,
			     build_id, build_id + ID_FOLDER, place->after);
	else if (!place->by_id && vmlinux_is_release(release))
		n = snprintf(path, size, "%s%s%s%s%s", root, more, place->before, release,
			     place->after);
	else
		n = 0;
	if (n <= 0 || (size_t)n >= size)
		path[0] = '\0';
	return true;
}

bool vmlinux_candidate(const char *release, const char *build_id, const char *debug_dir,
		       size_t idx, char *path, size_t size)
{
	static const char *const inside[] = { "", "/usr/lib/debug" };
	size_t i;

	for (i = 0; debug_dir && i < NR(inside); i++) {
		if (idx < NR(debug_places))
			return make_path(debug_dir, inside[i], &debug_places[idx], release,
					 build_id, path, size);
		idx -= NR(debug_places);
	}
	if (debug_dir && idx-- == 0) {
		if ((size_t)snprintf(path, size, "%s/vmlinux", debug_dir) >= size)
			path[0] = '\0';
		return true;
	}
	if (idx < NR(debug_places))
		return make_path("/usr/lib/debug", "", &debug_places[idx], release, build_id, path,
				 size);
	idx -= NR(debug_places);
	if (idx < NR(host_places))
		return make_path("", "", &host_places[idx], release, build_id, path, size);
	return false;
}

static bool value_of(const struct symtab *tab, const char *name, uint64_t *value)
{
	struct symtab_symbol sym;

	if (!symtab_find_symbol(tab, name, &sym))
		return false;
	*value = sym.value;
	return true;
}

/* Whether a table is that of a Linux kernel, not of a module or a program. */
static bool is_vmlinux(const struct symtab *tab)
{
	uint64_t value;

	return value_of(tab, STEXT, &value) && value_of(tab, "linux_banner", &value);
}

static bool address_in(void *arg, const char *name, uint64_t *addr)
{
	return value_of(arg, name, addr);
}

/* Say so where the guest's code is not that of the file; a file may have none. */
static void compare_code(struct kernel *k, const struct symtab *tab, uint64_t stext)
{
	unsigned char expected[COMPARED], found[COMPARED];
	struct elf_image *img = NULL;
	struct error *err = elf_image_open(symtab_file(tab), false, &img);

	if (!err && elf_image_read(img, stext, expected, sizeof(expected))) {
		err = kmem_read(&k->mem, stext + k->offset, found, sizeof(found));
		if (err || memcmp(expected, found, sizeof(found)) != 0)
			log_warn(k->opt.log, "the guest does not have the code of %s at "
				 "_stext: addresses of its symbols may be wrong", symtab_path(tab));
		else
			log_verbose(k->opt.log, 1, "the code at _stext is that of %s",
				    symtab_path(tab));
	}
	error_free(err);
	elf_image_close(img);
}

/* Find the offset of the kernel by a file's symbols; what the guest says of _stext goes first. */
static void find_offset(struct kernel *k, const struct symtab *tab)
{
	struct kernel_place *place = &k->place;
	uint64_t stext = 0, offset;

	value_of(tab, STEXT, &stext);
	if (place->has_stext) {
		offset = place->stext - stext;
		if (place->has_offset && place->offset != offset)
			log_warn(k->opt.log, "the guest tells an offset of its kernel of 0x%llx, its "
				 "_stext one of 0x%llx, which is taken",
				 (unsigned long long)place->offset, (unsigned long long)offset);
		k->has_offset = true;
		k->offset = offset;
	} else if (!k->has_offset &&
		   kernel_place_by_psws(&k->mem, address_in, (void *)(uintptr_t)tab, &offset)) {
		k->has_offset = true;
		k->offset = offset;
		snprintf(k->offset_source, sizeof(k->offset_source), "new PSWs");
	}
	if (!k->has_offset)
		return;
	if (!place->has_stext) {
		place->has_stext = true;
		place->stext = stext + k->offset;
	}
	/* What lies behind the image is not looked through. */
	if (!place->has_end && value_of(tab, "_end", &place->end)) {
		place->has_end = true;
		place->end += k->offset;
	}
}

/* The file's build id must be the guest's; what is not known cannot differ. */
static struct error *check_build_id(struct kernel *k, const struct symtab *tab)
{
	const char *id = symtab_build_id(tab);
	struct error *err;

	if (!id[0] || !k->build_id[0] || !strcmp(id, k->build_id))
		return NULL;
	if (k->opt.force_symbols) {
		log_warn(k->opt.log, "%s is not the guest's kernel: its build id is %s, the "
			 "guest's %s", symtab_path(tab), id, k->build_id);
		return NULL;
	}
	err = error_new(ERROR_REFUSED, "%s is not the guest's kernel: its build id is %s, the "
			"guest's %s", symtab_path(tab), id, k->build_id);
	return error_hint(err, "--force-symbols takes it anyway");
}

/* A kernel's table, the idx-th of k->symbols, is put where the guest has it. */
static struct error *take_vmlinux(struct kernel *k, const char *path, size_t idx, bool placed)
{
	const struct symtab *tab = symbols_table(k->symbols, idx, NULL, NULL);
	uint64_t stext = 0;
	struct error *err;

	if (!placed)
		find_offset(k, tab);
	if (!k->build_id[0] && k->place.has_stext) {
		err = kernel_identify(k);
		if (err)
			return err;
	}
	err = check_build_id(k, tab);
	if (err)
		return err;
	if (placed) {
		symbols_table(k->symbols, idx, &k->offset, NULL);
		k->has_offset = true;
		snprintf(k->offset_source, sizeof(k->offset_source), "--symbols");
	}
	if (!k->has_offset && k->info.text)
		log_warn(k->opt.log, "the guest does not tell where its kernel is: %s is taken "
			 "as it stands", symtab_path(tab));
	symbols_set_bias(k->symbols, idx, k->offset);
	value_of(tab, STEXT, &stext);
	if (k->has_offset)
		compare_code(k, tab, stext);
	k->source = KERNEL_SYMBOLS_FILE;
	snprintf(k->vmlinux, sizeof(k->vmlinux), "%s", path);
	return NULL;
}

/*
 * Addresses of a module's file are within its sections: they are of no use before
 * it is known where the guest has them (module_files_find()).
 */
static void hide_modules(struct kernel *k)
{
	const char *file;
	size_t i;

	for (i = 0; i < k->opt.nr_symbol_files; i++) {
		struct elf_image *img = NULL;

		file = symtab_file(symbols_table(k->symbols, i, NULL, NULL));
		error_free(elf_image_open(file, false, &img));
		if (img && elf_image_is_relocatable(img) && !symbols_is_placed(k->symbols, i))
			symbols_set_hidden(k->symbols, i, true);
		elf_image_close(img);
	}
}

struct error *vmlinux_take_given(struct kernel *k)
{
	const struct symtab *tab;
	size_t i;

	if (k->release[0])
		hide_modules(k);
	for (i = 0; i < k->opt.nr_symbol_files; i++) {
		tab = symbols_table(k->symbols, i, NULL, NULL);
		if (is_vmlinux(tab))
			return take_vmlinux(k, symtab_file(tab), i,
					    symbols_is_placed(k->symbols, i));
	}
	return NULL;
}

/* Whether there is a file with the guest's build id. */
static bool matches(const struct kernel *k, const char *path)
{
	char id[sizeof(k->build_id)] = "", shown[4096];
	struct elf_image *img = NULL;
	struct error *err;

	if (access(path, R_OK) != 0)
		return false;
	err = elf_image_open(path, false, &img);
	if (!err)
		elf_image_build_id(img, id, sizeof(id));
	printable(shown, sizeof(shown), path);
	if (err)
		log_verbose(k->opt.log, 1, "%s", err->message);
	else if (strcmp(id, k->build_id) != 0)
		log_verbose(k->opt.log, 1, "%s has another build id than the guest: %s", shown, id);
	elf_image_close(img);
	error_free(err);
	return !strcmp(id, k->build_id);
}

/* Load a file that was found; one without symbols is none. */
static struct error *load_found(struct kernel *k, const char *path)
{
	struct symtab *tab = NULL;
	struct error *err = symtab_load(path, &tab);
	size_t idx = symbols_count(k->symbols);

	if (err || !is_vmlinux(tab)) {
		log_verbose(k->opt.log, 1, "%s", err ? err->message : "a file without symbols");
		error_free(err);
		symtab_free(tab);
		return NULL;
	}
	err = symbols_add(k->symbols, tab, 0, "", true);
	if (!err)
		err = take_vmlinux(k, path, idx, false);
	if (!err)
		log_verbose(k->opt.log, 1, "symbols of the guest's kernel: %s", symtab_path(tab));
	return err;
}

struct error *vmlinux_find(struct kernel *k)
{
	struct error *err = NULL;
	char path[4096];
	size_t i;

	if (!k->build_id[0]) {
		log_verbose(k->opt.log, 1, "the build id of the guest's kernel is not known: no "
			    "vmlinux is looked for");
		return NULL;
	}
	for (i = 0; !err && k->source == KERNEL_SYMBOLS_NONE &&
		    vmlinux_candidate(k->release, k->build_id, k->opt.debug_dir, i, path,
				      sizeof(path)); i++) {
		if (path[0] && matches(k, path))
			err = load_found(k, path);
	}
	if (err || k->source != KERNEL_SYMBOLS_NONE || !k->opt.debuginfod)
		return err;
	err = debuginfod_fetch(k->build_id, &k->opt, &k->debug_file);
	if (err && err->kind == ERROR_PARTIAL)
		return err;
	if (err) {
		log_warn(k->opt.log, "%s", err->message);
		error_free(err);
		return NULL;
	}
	return matches(k, k->debug_file) ? load_found(k, k->debug_file) : NULL;
}
