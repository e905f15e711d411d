/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FILE and FILE@ADDR of --symbols. */
#include "sym/symbols.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "sym/expr.h"

/* Take FILE@ADDR apart: *path, to be freed, and *addr if there is one. */
static struct error *split(const char *file, char **path, bool *placed, uint64_t *addr)
{
	const char *at = strrchr(file, '@');
	struct buf shown = BUF_INIT;
	struct error *err;

	*placed = at && at != file && access(file, F_OK) != 0;
	*path = strndup(file, *placed ? (size_t)(at - file) : strlen(file));
	if (!*path)
		return error_nomem();
	if (!*placed)
		return NULL;
	err = number_parse(at + 1, "load address", 64, 0, addr);
	if (err) {
		buf_add_escaped(&shown, file, strlen(file));
		err = error_prefix(err, "%s", buf_str(&shown));
		buf_free(&shown);
	}
	return err;
}

struct error *symbols_add_file(struct symbols *s, const char *file, size_t *idx, bool *placed)
{
	struct symtab *tab = NULL;
	char *path = NULL;
	uint64_t addr = 0;
	struct error *err;
	bool has_addr;
	size_t n = symbols_count(s);

	err = split(file, &path, &has_addr, &addr);
	if (!err)
		err = symtab_load(path, &tab);
	free(path);
	if (err)
		return err;
	if (idx)
		*idx = n;
	if (placed)
		*placed = has_addr;
	err = symbols_add(s, tab, has_addr ? addr - symtab_base(tab) : 0, "",
			  !symtab_is_program(tab));
	if (!err && has_addr)
		symbols_set_placed(s, n);
	return err;
}
