/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbol files: their tables of symbols, and the bytes that they load. */
#include <string.h>

#include "fuzz.h"
#include "sym/elf-image.h"
#include "sym/symtab.h"

static void lookups(const struct symtab *tab)
{
	static const uint64_t addrs[] = { 0, 0x1000, 0x100000, 0x3ffffffffff, UINT64_MAX };
	struct symtab_symbol sym;
	uint64_t value, size;
	const char *name;
	size_t i;

	symtab_base(tab);
	symtab_is_program(tab);
	FUZZ_CHECK(strlen(symtab_build_id(tab)) < 1024);
	for (i = 0; i < sizeof(addrs) / sizeof(*addrs); i++) {
		name = symtab_nearest(tab, addrs[i], &value);
		FUZZ_CHECK(!name || value <= addrs[i]);
		symtab_nearest_symbol(tab, addrs[i], &sym);
	}
	for (i = 0; symtab_get(tab, i, &sym); i++) {
		FUZZ_CHECK(i < symtab_count(tab));
		if (i < 8) {
			FUZZ_CHECK(symtab_find(tab, sym.name, &value, &size));
			symtab_nearest(tab, sym.value, &value);
		}
	}
	FUZZ_CHECK(i == symtab_count(tab));
	for (i = 0; symtab_complete(tab, "", i); i++)
		FUZZ_CHECK(i < symtab_count(tab));
	FUZZ_CHECK(i == symtab_count_names(tab, ""));
	symtab_similar(tab, "linux_baner");
}

static bool section(void *arg, const char *name, uint64_t *addr)
{
	(void)arg;
	*addr = 0x3ff80000000 + strlen(name);
	return name[0] == '.';
}

static void image(const char *path)
{
	unsigned char bytes[64];
	struct elf_image *img;
	struct symtab *tab;
	struct error *err;
	char id[65];

	err = elf_image_open(path, false, &img);
	if (!err) {
		elf_image_build_id(img, id, sizeof(id));
		elf_image_read(img, 0x1000, bytes, sizeof(bytes));
		elf_image_read(img, 0x100000, bytes, sizeof(bytes));
		elf_image_read(img, UINT64_MAX - 8, bytes, sizeof(bytes));
		if (elf_image_is_relocatable(img)) {
			err = elf_image_relocated(img, section, NULL, "fuzz", &tab);
			if (!err) {
				lookups(tab);
				symtab_free(tab);
			}
		}
		elf_image_close(img);
	}
	error_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symtab *tab;
	struct error *err;
	char path[FUZZ_PATH];

	fuzz_file(data, size, path);
	err = symtab_load(path, &tab);
	if (!err) {
		lookups(tab);
		symtab_free(tab);
	}
	error_free(err);
	image(path);
	return 0;
}
