/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BTF that has been made to hold us up: names, and signals while it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "btf-build.h"
#include "sym/type.h"

static void check_size(struct types *t, const char *type, uint64_t size)
{
	uint64_t s = 0;

	assert_null(types_size(t, type, &s));
	assert_int_equal(s, size);
}

/* Of types with the same name the first counts. */
static void same_names(void **state)
{
	struct btf_build b;
	struct types *t = NULL;
	struct buf out;

	(void)state;
	btf_build_begin(&b, false);
	btf_type(&b, "same", K_STRUCT, 0, 0, 8);
	btf_type(&b, "same", K_UNION, 0, 0, 16);
	btf_type(&b, "same", K_STRUCT, 0, 0, 24);
	btf_type(&b, "same", K_UNION, 0, 0, 32);
	btf_build_end(&b, &out);
	assert_null(types_open_btf(out.data, out.len, NULL, &t));
	buf_free(&out);
	check_size(t, "same", 8);
	check_size(t, "struct same", 8);
	check_size(t, "union same", 16);
	types_close(t);
}

/* A structure with a name of so many bytes. */
static struct error *open_name(size_t len, struct types **t)
{
	char *name = calloc(1, len + 1);
	struct btf_build b;
	struct error *err;
	struct buf out;

	assert_non_null(name);
	memset(name, 'n', len);
	btf_build_begin(&b, false);
	btf_type(&b, name, K_STRUCT, 0, 0, 8);
	btf_build_end(&b, &out);
	err = types_open_btf(out.data, out.len, NULL, t);
	buf_free(&out);
	if (!err)
		check_size(*t, name, 8);
	free(name);
	return err;
}

static void long_names(void **state)
{
	struct types *t = NULL;
	struct error *err;

	(void)state;
	assert_null(open_name(511, &t));
	types_close(t);
	err = open_name(512, &t);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_USAGE);
	assert_string_equal(err->message, "damaged BTF: a name that is not there");
	error_free(err);
}

static void check_interrupted(struct error *err)
{
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_PARTIAL);
	error_free(err);
}

/* A signal ends whatever is asked; asked again, all is there. */
static void signals(void **state)
{
	volatile int interrupted = 1;
	struct type_members members;
	struct types *t = NULL;
	struct type type;
	struct buf b;
	int64_t value;

	(void)state;
	btf_sample(&b, false);
	check_interrupted(types_open_btf(b.data, b.len, &interrupted, &t));
	interrupted = 0;
	assert_null(types_open_btf(b.data, b.len, &interrupted, &t));
	buf_free(&b);
	interrupted = 1;
	check_interrupted(types_lookup(t, TYPE_NAMES_STRUCT, "task", &type));
	assert_false(types_enumerator(t, "DEAD", &value));
	interrupted = 0;
	assert_null(types_lookup(t, TYPE_NAMES_STRUCT, "task", &type));
	assert_true(types_enumerator(t, "DEAD", &value));
	assert_int_equal(value, -2);
	interrupted = 1;
	check_interrupted(type_get_members(&type, &members));
	interrupted = 0;
	check_size(t, "task", 112);
	types_close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_names),
		cmocka_unit_test(long_names),
		cmocka_unit_test(signals),
	};

	return cmocka_run_group_tests_name("btf", tests, NULL, NULL);
}
