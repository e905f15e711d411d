/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed values: an expression, BTF and memory of a guest. The input: length[1] of
 * the expression, the expression, length[2] of BTF, BTF, and the memory at BASE.
 */
#include <string.h>

#include "cli/print-value.h"
#include "fuzz.h"
#include "sym/value.h"

#define BASE	0x10000U

static struct error *read_memory(void *arg, uint64_t addr, void *buf, size_t len)
{
	const struct fuzz_input *in = arg;

	if (addr < BASE || addr - BASE > in->left || len > in->left - (addr - BASE))
		return error_new(ERROR_ACCESS, "not there");
	memcpy(buf, in->data + (addr - BASE), len);
	return NULL;
}

static struct error *symbol(void *arg, const char *name, uint64_t *addr, bool *found)
{
	(void)arg;
	*found = !strcmp(name, "init_task") || !strcmp(name, "x");
	*addr = BASE;
	return NULL;
}

static struct error *no_symbol(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return error_new(ERROR_NO, "no symbol");
}

static struct error *term(void *arg, const char *text, uint64_t *value)
{
	(void)arg;
	*value = BASE + strlen(text);
	return NULL;
}

static void show(const struct value_context *ctx, const struct value *v, bool is_type, bool json)
{
	static const volatile int interrupted;
	const struct print_options opt = { .depth = 4, .elements = 100 };
	const struct print_source src = {
		.read = read_memory, .arg = ctx->arg, .interrupted = &interrupted,
	};
	struct fuzz_print p;
	struct out *o;

	fuzz_print_begin(&p);
	o = out_new(p.stream, json);
	FUZZ_CHECK(o);
	out_begin(o, "print");
	if (!is_type)
		error_free(print_value(o, &opt, &src, "x", v));
	if (v->typed)
		error_free(print_type(o, &v->type, &interrupted));
	out_end(o, 0);
	error_free(out_free(o));
	fuzz_print_check(&p, json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { .data = data, .left = size };
	struct value_context ctx = {
		.symbol = symbol, .no_symbol = no_symbol, .term = term, .read = read_memory, .arg = &in,
	};
	size_t length = (size_t)fuzz_number(&in, 1);
	const uint8_t *bytes = fuzz_bytes(&in, &length);
	char *text = fuzz_string(bytes, length);
	bool is_type = false;
	struct error *err;
	uint64_t number;
	struct value v;

	length = (size_t)fuzz_number(&in, 2);
	bytes = fuzz_bytes(&in, &length);
	err = types_open_btf(bytes, length, NULL, &ctx.types);
	if (!err) {
		err = value_parse_typed(&ctx, text, &v, &is_type);
		if (!err) {
			if (!is_type)
				error_free(value_number(&ctx, &v, &number));
			show(&ctx, &v, is_type, false);
			show(&ctx, &v, is_type, true);
		}
		error_free(err);
		err = value_parse(&ctx, text, &v);
		types_close(ctx.types);
	}
	error_free(err);
	free(text);
	return 0;
}
