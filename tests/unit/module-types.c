/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "btf-build.h"
#include "module-types.h"

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

void module_types(struct buf *out)
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
	structure(&b, "module", MODULE_SIZE, (struct member[]){
		{ "state", U32, 0 }, { "list", U64, MODULE_LIST }, { "name", NAME, MODULE_NAME },
		{ "mem", REGIONS, 80 }, { "kallsyms", U64, MODULE_KALLSYMS }, { "notes_attrs", U64, 136 }, { "sect_attrs", U64, 144 }, { 0 } });
	btf_type(&b, "mod_mem_type", K_ENUM, 1, 0, 4);
	btf_word(&b, btf_string(&b, "MOD_TEXT"));
	btf_word(&b, 0);
	btf_build_end(&b, out);
}
