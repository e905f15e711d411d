/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of modules in a guest (guest.h), and their own tables of symbols: with types
 * that are right, and the symbol modules at LIST_HEAD.
 */
#include <string.h>

#include "../unit/module-types.h"
#include "guest.h"
#include "linux/kernel.h"
#include "linux/modules.h"

#define LIST_HEAD	0x1000

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

	module_types(&btf);
	FUZZ_CHECK(k.symbols && !types_open_btf(btf.data, btf.len, NULL, &k.types));
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
