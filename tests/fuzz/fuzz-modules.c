/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of modules in a guest (guest.h), and their own tables of symbols: with types
 * that are right, and the symbol modules at LIST_HEAD.
 */
#include <string.h>

#include "../unit/btf-build.h"
#include "guest.h"
#include "linux/kernel.h"
#include "linux/modules.h"

#define LIST_HEAD	0x1000

/* A structure's members, up to one without a name; offset in bytes. */
struct member {
	const char *name;
	uint32_t type, offset;
};

static void structure(struct btf_build *b, const char *name, uint32_t size, const struct member *list)
{
	unsigned int n = 0;

	while (list[n].name)
		n++;
	btf_type(b, name, K_STRUCT, n, 0, size);
	for (; list->name; list++)
		btf_member(b, list->name, list->type, list->offset * 8);
}

/* Those of Linux 6.12, with other offsets. */
static void make_types(struct buf *out)
{
	enum { U32 = 1, U64, CHAR, NAME, MEMORY, REGIONS, ATTRIBUTE, BIN_ATTRIBUTE, ATTRS };
	struct btf_build b;

	btf_build_begin(&b, false);
	btf_int(&b, "unsigned int", 4, 0);
	btf_int(&b, "long unsigned int", 8, 0);
	btf_int(&b, "char", 1, 0);
	btf_array(&b, CHAR, 56);
	structure(&b, "module_memory", 16, (struct member[]){ { "base", U64, 0 }, { "size", U32, 8 }, { 0 } });
	btf_array(&b, MEMORY, 3);
	structure(&b, "attribute", 8, (struct member[]){ { "name", U64, 0 }, { 0 } });
	structure(&b, "bin_attribute", 24, (struct member[]){
		{ "attr", ATTRIBUTE, 0 }, { "size", U64, 8 }, { "private", U64, 16 }, { 0 } });
	btf_array(&b, BIN_ATTRIBUTE, 0);
	structure(&b, "mod_kallsyms", 24, (struct member[]){
		{ "symtab", U64, 0 }, { "num_symtab", U32, 8 }, { "strtab", U64, 16 }, { 0 } });
	structure(&b, "module_notes_attrs", 8, (struct member[]){
		{ "notes", U32, 0 }, { "attrs", ATTRS, 8 }, { 0 } });
	structure(&b, "module_sect_attrs", 8, (struct member[]){
		{ "nsections", U32, 0 }, { "attrs", ATTRS, 8 }, { 0 } });
	structure(&b, "module_sect_attr", 32, (struct member[]){
		{ "battr", BIN_ATTRIBUTE, 0 }, { "address", U64, 24 }, { 0 } });
	structure(&b, "module", 160, (struct member[]){
		{ "state", U32, 0 }, { "list", U64, 8 }, { "name", NAME, 24 }, { "mem", REGIONS, 80 },
		{ "kallsyms", U64, 128 }, { "notes_attrs", U64, 136 }, { "sect_attrs", U64, 144 }, { 0 } });
	btf_type(&b, "mod_mem_type", K_ENUM, 1, 0, 4);
	btf_word(&b, btf_string(&b, "MOD_TEXT"));
	btf_word(&b, 0);
	btf_build_end(&b, out);
}

static void check(const struct modules *m)
{
	size_t i;

	FUZZ_CHECK(m->n <= MODULES_MAX);
	for (i = 0; i < m->n; i++) {
		FUZZ_CHECK(m->list[i].name[0] && memchr(m->list[i].name, '\0', sizeof(m->list[i].name)));
		FUZZ_CHECK(!strpbrk(m->list[i].name, "\033\n/"));
		FUZZ_CHECK(memchr(m->list[i].build_id, '\0', sizeof(m->list[i].build_id)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct symtab_entry entry = { .name = "modules", .value = LIST_HEAD, .type = 'D' };
	struct fuzz_input in = { .data = data, .left = size };
	struct fuzz_guest *g = fuzz_guest_new(&in);
	struct kernel k = { .symbols = symbols_new() };
	struct modules m;
	struct symtab *tab;
	struct buf btf;
	struct error *err;

	make_types(&btf);
	FUZZ_CHECK(k.symbols && !types_open_btf(btf.data, btf.len, &k.types));
	buf_free(&btf);
	FUZZ_CHECK(!symtab_from_list("fuzz", &entry, 1, &tab));
	FUZZ_CHECK(!symbols_add(k.symbols, tab, 0, "", true));
	FUZZ_CHECK(!kmem_init(&k.mem, fuzz_guest_target(g), NULL));
	err = modules_read(&k, &m);
	if (!err) {
		check(&m);
		err = modules_add_symbols(&k, &m);
		modules_free(&m);
	}
	error_free(err);
	kmem_deinit(&k.mem);
	types_close(k.types);
	symbols_free(k.symbols);
	fuzz_guest_free(g);
	return 0;
}
