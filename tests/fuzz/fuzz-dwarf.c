/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Debugging information of symbol files: types, lines, call frames. */
#include <string.h>

#include "fuzz.h"
#include "sym/cfi.h"
#include "sym/lines.h"
#include "sym/type.h"

static bool read_stack(void *arg, uint64_t addr, uint64_t *value)
{
	(void)arg;
	*value = addr + 160;
	return addr % 8 == 0;
}

static void frames(const char *path)
{
	struct cfi_regs regs = { .known = 0xffff, .pc = 0x1010 }, caller;
	struct error *err;
	struct cfi *cfi;
	unsigned int i;

	for (i = 0; i < 16; i++)
		regs.gprs[i] = 0x10000 + 64 * i;
	err = cfi_open(path, 0, &cfi);
	if (!err) {
		for (i = 0; i < 8 && cfi_step(cfi, &regs, read_stack, NULL, &caller); i++)
			regs = caller;
		cfi_close(cfi);
	}
	error_free(err);
}

static void lines(const char *path)
{
	struct buf b = BUF_INIT;
	struct error *err;
	struct lines *l;

	err = lines_open(path, &l);
	if (!err) {
		lines_find(l, 0, &b);
		lines_find(l, 0x1010, &b);
		lines_find(l, UINT64_MAX, &b);
		FUZZ_CHECK(!strpbrk(buf_str(&b), "\033\n\r"));
		lines_close(l);
	}
	buf_free(&b);
	error_free(err);
}

static void types(const char *path)
{
	struct error *err;
	struct types *t;
	struct type type;
	struct type_members m;
	struct buf b = BUF_INIT;
	uint64_t offset, size;

	err = types_open_elf(path, NULL, &t);
	if (!err) {
		error_free(types_member(t, "task", "comm", &offset, &size));
		error_free(types_size(t, "task", &size));
		err = types_lookup(t, TYPE_NAMES_ANY_TYPE, "task", &type);
		if (!err)
			err = type_resolve(&type, &type, NULL);
		if (!err) {
			type_declare(&type, "x", &b);
			FUZZ_CHECK(!strpbrk(buf_str(&b), "\033\n\r"));
			err = type_get_members(&type, &m);
			if (!err)
				free(m.list);
		}
		error_free(err);
		err = types_lookup(t, TYPE_NAMES_VARIABLE, "init_task", &type);
		types_close(t);
	}
	buf_free(&b);
	error_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[FUZZ_PATH];

	fuzz_file(data, size, path);
	frames(path);
	lines(path);
	types(path);
	return 0;
}
