/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "btf-build.h"
#include "sym/type.h"
#include "temp-dir.h"
#include "types-sample.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* What is asked of all sources */

static void check_member(struct types *t, const char *type, const char *member, uint64_t offset,
			 uint64_t size)
{
	uint64_t o = 0, s = 0;
	struct error *err = types_member(t, type, member, &o, &s);

	if (err)
		fail_msg("%s.%s: %s", type, member, err->message);
	assert_int_equal(o, offset);
	assert_int_equal(s, size);
}

static void check_size(struct types *t, const char *type, uint64_t size)
{
	uint64_t s = 0;
	struct error *err = types_size(t, type, &s);

	if (err)
		fail_msg("%s: %s", type, err->message);
	assert_int_equal(s, size);
}

/* The member is not told, for this reason. */
static void check_no_member(struct types *t, const char *type, const char *member,
			    const char *message)
{
	uint64_t o;
	struct error *err = types_member(t, type, member, &o, NULL);

	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_NO);
	assert_string_equal(err->message, message);
	error_free(err);
}

static void check_enumerator(struct types *t, const char *name, int64_t value)
{
	int64_t v = 0;

	assert_true(types_enumerator(t, name, &v));
	assert_int_equal(v, value);
}

static void check_declaration(struct types *t, const char *type, const char *member,
			      const char *want)
{
	struct type_member m;
	struct type found;
	struct buf b = BUF_INIT;
	const char *end;

	assert_null(type_parse(t, type, TYPE_NAMES_ANY_TYPE, &end, &found));
	assert_string_equal(end, "");
	if (member) {
		assert_null(type_find_member(&found, member, &m));
		found = m.type;
	}
	type_declare(&found, member ? member : "", &b);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

/* BTF */

static struct types *open_sample(bool little)
{
	struct types *t;
	struct buf b;
	struct error *err;

	btf_sample(&b, little);
	err = types_open_btf(b.data, b.len, NULL, &t);
	if (err)
		fail_msg("%s", err->message);
	buf_free(&b);
	return t;
}

static void btf_offsets(void **state)
{
	unsigned int little;

	(void)state;
	for (little = 0; little < 2; little++) {
		struct types *t = open_sample(little);

		assert_string_equal(types_source(t), "BTF");
		assert_int_equal(types_big_endian(t), !little);
		check_member(t, "task", "flags", 0, 8);
		check_member(t, "struct task", "tid", 8, 4);
		check_member(t, "task", "tasks.prev", 32, 8);
		check_member(t, "task", "comm", 40, 16);
		check_member(t, "task", "matrix", 72, 12);
		check_member(t, "task", "tail", 112, 0);
		check_size(t, "task", 112);
		check_size(t, "enum wide", 8);
		check_size(t, "unsigned", 4);
		check_size(t, "unsigned long int", 8);
		check_size(t, "struct task **", 8);
		check_size(t, "const cpid", 4);
		check_enumerator(t, "SLEEPING", 1);
		check_enumerator(t, "DEAD", -2);
		check_enumerator(t, "WIDE", 0x100000002);
		types_close(t);
	}
}

static void btf_what_is_not_there(void **state)
{
	struct types *t = open_sample(false);
	uint64_t size;
	int64_t value;
	struct error *err;

	(void)state;
	check_no_member(t, "task", "nosuch", "struct task has no member 'nosuch'");
	check_no_member(t, "task", "", "struct task is no structure: it has no member ''");
	check_no_member(t, "task", "flags.x", "long unsigned int is no structure: it has no member 'x'");
	check_no_member(t, "task", "prio", "'prio' of 'task' is a bit field");
	check_no_member(t, "task", "hidden.x", "struct opaque * is no structure: it has no member 'x'");
	check_no_member(t, "nosuch", "x", "the kernel's BTF: no type 'nosuch'");
	check_no_member(t, "list task", "x", "the kernel's BTF: no type 'list task'");
	check_no_member(NULL, "task", "x", "no types are known");
	err = types_size(t, "struct opaque", &size);
	assert_int_equal(err->kind, ERROR_NO);
	error_free(err);
	assert_false(types_enumerator(t, "NOSUCH", &value));
	assert_false(types_enumerator(NULL, "A", &value));
	types_close(t);
}

static void btf_declarations(void **state)
{
	struct types *t = open_sample(false);

	(void)state;
	check_declaration(t, "task", NULL, "struct task");
	check_declaration(t, "task", "func", "int (*func)(struct task *, int)");
	check_declaration(t, "task", "comm", "char comm[16]");
	check_declaration(t, "task", "matrix", "short int matrix[2][3]");
	check_declaration(t, "task", "tail", "int tail[]");
	check_declaration(t, "task", "tid", "cpid tid");
	check_declaration(t, "task", "parent", "struct task *parent");
	check_declaration(t, "struct list **", NULL, "struct list **");
	check_declaration(t, "void *", NULL, "void *");
	check_declaration(t, "const struct list * const *", NULL, "struct list **");
	check_declaration(t, "signed", NULL, "int");
	types_close(t);
}

static void btf_bit_fields(void **state)
{
	struct types *t = open_sample(false);
	struct type_member m;
	struct type task;

	(void)state;
	assert_null(types_lookup(t, TYPE_NAMES_STRUCT, "task", &task));
	assert_null(type_find_member(&task, "prio", &m));
	assert_int_equal(m.bit_offset, 97);
	assert_int_equal(m.bit_size, 7);
	types_close(t);
}

/* All that can be asked about every type that has a name, without a crash or a hang. */
static void exercise(struct types *t)
{
	static const char *const names[] = { "task", "list", "state", "pid_t", "cpid", "wide",
					     "sample", "sample_inner", "sample_numbers" };
	struct type_members m;
	struct type type;
	struct buf b = BUF_INIT;
	uint64_t size;
	int64_t value;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct error *err = types_lookup(t, TYPE_NAMES_ANY_TYPE, names[i], &type);

		if (err) {
			error_free(err);
			continue;
		}
		error_free(type_size(&type, &size));
		type_declare(&type, "x", &b);
		error_free(type_resolve(&type, &type, NULL));
		error_free(type_get_members(&type, &m));
		for (k = 0; k < m.count; k++) {
			error_free(type_size(&m.list[k].type, &size));
			type_declare(&m.list[k].type, m.list[k].name, &b);
			buf_reset(&b);
		}
		free(m.list);
		error_free(types_member(t, names[i], "nosuch", &size, NULL));
	}
	error_free(types_lookup(t, TYPE_NAMES_VARIABLE, "init_task", &type));
	error_free(types_lookup(t, TYPE_NAMES_VARIABLE, "sample_variable", &type));
	types_enumerator(t, "NOSUCH", &value);
	buf_free(&b);
}

static void try_btf(const void *data, size_t len)
{
	/* At the end of memory of its own, so that reading on is noticed. */
	unsigned char *copy = malloc(len ? len : 1);
	struct types *t = NULL;
	struct error *err;

	assert_non_null(copy);
	memcpy(copy, data, len);
	err = types_open_btf(copy, len, NULL, &t);
	free(copy);
	if (err) {
		assert_int_equal(err->kind, ERROR_USAGE);
		error_free(err);
		return;
	}
	exercise(t);
	types_close(t);
}

static void btf_truncated(void **state)
{
	struct buf b;
	size_t len;

	(void)state;
	btf_sample(&b, false);
	for (len = 0; len < b.len; len++)
		try_btf(b.data, len);
	buf_free(&b);
}

static void btf_changed(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct buf b;
	size_t i, k;

	(void)state;
	btf_sample(&b, false);
	for (i = 0; i < b.len; i++) {
		char saved = b.data[i];

		for (k = 0; k < ARRAY_SIZE(values); k++) {
			b.data[i] = (char)values[k];
			try_btf(b.data, b.len);
		}
		b.data[i] = saved;
	}
	buf_free(&b);
}

static struct types *open_built(struct btf_build *b)
{
	struct types *t = NULL;
	struct buf out;
	struct error *err;

	btf_build_end(b, &out);
	err = types_open_btf(out.data, out.len, NULL, &t);
	if (err)
		fail_msg("%s", err->message);
	buf_free(&out);
	return t;
}

static void check_damaged(struct types *t, const char *type, const char *message)
{
	uint64_t size;
	struct error *err = types_size(t, type, &size);

	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_USAGE);
	assert_string_equal(err->message, message);
	error_free(err);
}

static void btf_loops(void **state)
{
	struct btf_build b;
	struct type type;
	struct types *t;
	struct buf text = BUF_INIT;
	uint64_t offset;
	struct error *err;
	unsigned int i;

	(void)state;
	btf_build_begin(&b, false);
	btf_type(&b, "loop", K_TYPEDEF, 0, 0, 1);
	btf_type(&b, "there", K_TYPEDEF, 0, 0, 3);
	btf_type(&b, "", K_CONST, 0, 0, 2);
	/* An array of itself, a structure in itself without a name, a function of itself. */
	btf_array(&b, 4, 0xffffffff);
	btf_type(&b, "arrays", K_TYPEDEF, 0, 0, 4);
	btf_type(&b, "self", K_STRUCT, 200, 0, 4);
	for (i = 0; i < 200; i++)
		btf_member(&b, "", 6, 0);
	btf_type(&b, "", K_FUNC_PROTO, 20, 0, 7);
	for (i = 0; i < 20; i++) {
		btf_word(&b, 0);
		btf_word(&b, 7);
	}
	btf_type(&b, "function", K_TYPEDEF, 0, 0, 7);
	btf_type(&b, "beyond", K_TYPEDEF, 0, 0, 1000);
	t = open_built(&b);
	check_damaged(t, "loop", "damaged types: a chain of typedefs has no end");
	check_damaged(t, "there", "damaged types: a chain of typedefs has no end");
	check_damaged(t, "arrays", "damaged types: an array's size is beyond 2^64");
	check_damaged(t, "beyond", "damaged BTF: a type that is not there");
	err = types_member(t, "self", "x", &offset, NULL);
	assert_int_equal(err->kind, ERROR_USAGE);
	error_free(err);
	assert_null(types_lookup(t, TYPE_NAMES_TYPE, "function", &type));
	assert_null(type_resolve(&type, &type, NULL));
	type_declare(&type, "f", &text);
	assert_true(text.len < 1 << 20);
	buf_free(&text);
	types_close(t);
}

/* DWARF */

static struct types *open_dwarf(const char *path)
{
	struct types *t = NULL;
	struct error *err = types_open_elf(path, NULL, &t);

	if (err && err->kind == ERROR_NO) {
		error_free(err);
		return NULL;
	}
	if (err)
		fail_msg("%s", err->message);
	return t;
}

#define CHECK(member) \
	check_member(t, "sample", #member, offsetof(struct sample, member), \
		     sizeof(((struct sample *)0)->member))

/* Where the bits of a bit field are, by what the compiler makes of setting all of them. */
#define FIND_BITS(member, first, bits) do {						\
	struct sample s_;								\
	unsigned char *p_ = (unsigned char *)&s_;					\
	unsigned int i_;								\
	memset(&s_, 0, sizeof(s_));							\
	s_.member = -1;									\
	*(first) = *(bits) = 0;								\
	for (i_ = 0; i_ < sizeof(s_) * 8; i_++) {					\
		unsigned int bit_ = BIG_ENDIAN_HOST ? 7 - i_ % 8 : i_ % 8;		\
		if (!(p_[i_ / 8] >> bit_ & 1))						\
			continue;							\
		if (!*(bits))								\
			*(first) = i_;							\
		++*(bits);								\
	}										\
} while (0)

#define BIG_ENDIAN_HOST (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

static void check_bits(struct types *t, const char *name, unsigned int first, unsigned int bits)
{
	struct type_member m;
	struct type type;

	assert_null(types_lookup(t, TYPE_NAMES_STRUCT, "sample", &type));
	assert_null(type_find_member(&type, name, &m));
	assert_int_equal(m.bit_offset, first);
	assert_int_equal(m.bit_size, bits);
}

/* What the sample's DWARF says, against the compiler that has made this test. */
static void check_sample(struct types *t)
{
	unsigned int first, bits;
	struct type type;
	struct buf b = BUF_INIT;

	CHECK(name);
	CHECK(alone);
	CHECK(low);
	CHECK(high);
	CHECK(state);
	CHECK(inner.next);
	CHECK(numbers);
	CHECK(matrix);
	CHECK(call);
	check_member(t, "struct sample", "tail", offsetof(struct sample, tail), 0);
	FIND_BITS(one, &first, &bits);
	check_bits(t, "one", first, bits);
	FIND_BITS(five, &first, &bits);
	check_bits(t, "five", first, bits);
	FIND_BITS(nine, &first, &bits);
	check_bits(t, "nine", first, bits);
	FIND_BITS(far, &first, &bits);
	check_bits(t, "far", first, bits);
	check_size(t, "struct sample", sizeof(struct sample));
	check_size(t, "sample_numbers", sizeof(sample_numbers));
	check_size(t, "enum sample_state", sizeof(enum sample_state));
	check_enumerator(t, "SAMPLE_DEAD", -3);
	check_enumerator(t, "SAMPLE_ANONYMOUS", 4711);
	check_declaration(t, "sample", "call", "int (*call)(struct sample *, const char *, int)");
	check_declaration(t, "sample", "matrix", "int matrix[2][3]");
	check_declaration(t, "sample", "tail", "char tail[]");
	check_declaration(t, "sample", "hidden", "struct sample_opaque *hidden");
	check_no_member(t, "sample", "hidden.x",
			"struct sample_opaque * is no structure: it has no member 'x'");
	assert_null(types_lookup(t, TYPE_NAMES_VARIABLE, "sample_variable", &type));
	type_declare(&type, "v", &b);
	assert_string_equal(buf_str(&b), "struct sample v");
	buf_reset(&b);
	/* An array whose length only its definition tells. */
	assert_null(types_lookup(t, TYPE_NAMES_VARIABLE, "sample_declared", &type));
	type_declare(&type, "v", &b);
	assert_string_equal(buf_str(&b), "int v[4]");
	buf_free(&b);
}

static void dwarf_of_this_test(void **state)
{
	struct types *t = open_dwarf("/proc/self/exe");

	(void)state;
	if (!t)
		skip();
	/* So that the compiler keeps them. */
	sample_variable.one = sample_declared[0] & 1;
	assert_string_equal(types_source(t), "DWARF");
	check_sample(t);
	types_close(t);
}

/* Compile the sample with the machine's compiler; false if there is none. */
static bool compile(const char *options)
{
	const char *top = getenv("top_srcdir");
	char command[512];
	FILE *f = fopen(temp_path("sample.c"), "w");

	assert_non_null(f);
	fputs("#include \"types-sample.h\"\n", f);
	fclose(f);
	if (!top || system("cc --version >/dev/null 2>&1"))
		return false;
	snprintf(command, sizeof(command),
		 "cc %s -w -shared -nostdlib -I'%s/tests/unit' -o %s/sample.so %s/sample.c",
		 options, top, temp_dir, temp_dir);
	assert_int_equal(system(command), 0);
	return true;
}

static void dwarf_versions(void **state)
{
	static const char *const options[] = {
		"-gdwarf-2 -gstrict-dwarf", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5",
		"-gdwarf-4 -fdebug-types-section", "-gdwarf-5 -gz=zlib",
	};
	struct types *t;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (!compile(options[i]))
			skip();
		t = open_dwarf(temp_path("sample.so"));
		assert_non_null(t);
		check_sample(t);
		types_close(t);
	}
}

static unsigned char *read_all(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	unsigned char *data;
	struct stat st;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	*len = (size_t)st.st_size;
	data = malloc(*len);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, *len, f), *len);
	fclose(f);
	return data;
}

static void try_elf(const unsigned char *data, size_t len)
{
	FILE *f = fopen(temp_path("changed.so"), "wb");
	struct types *t = NULL;
	struct error *err;

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
	err = types_open_elf(temp_path("changed.so"), NULL, &t);
	error_free(err);
	if (err)
		return;
	exercise(t);
	types_close(t);
}

/* Bytes of the file changed and cut off, the same ones each time. */
static void dwarf_damaged(void **state)
{
	unsigned char *data, *copy;
	unsigned int i, k;
	uint32_t seed = 1;
	size_t len;

	(void)state;
	if (!compile("-gdwarf-5"))
		skip();
	data = read_all(temp_path("sample.so"), &len);
	copy = malloc(len);
	assert_non_null(copy);
	for (i = 0; i < 1500; i++) {
		memcpy(copy, data, len);
		for (k = 0; k < 8; k++) {
			seed = seed * 1664525 + 1013904223;
			copy[seed % len] = (unsigned char)(seed >> 24);
		}
		try_elf(copy, i % 8 ? len : seed % len);
	}
	free(copy);
	free(data);
}

static void files_that_are_none(void **state)
{
	struct types *t;
	struct error *err;

	(void)state;
	err = types_open_elf(temp_path("nosuch"), NULL, &t);
	assert_int_equal(err->kind, ERROR_USAGE);
	error_free(err);
	err = types_open_elf("/dev/null", NULL, &t);
	assert_non_null(strstr(err->message, "is not a regular file"));
	error_free(err);
	try_elf((const unsigned char *)"no ELF file", 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(btf_offsets),
		cmocka_unit_test(btf_what_is_not_there),
		cmocka_unit_test(btf_declarations),
		cmocka_unit_test(btf_bit_fields),
		cmocka_unit_test(btf_truncated),
		cmocka_unit_test(btf_changed),
		cmocka_unit_test(btf_loops),
		cmocka_unit_test(dwarf_of_this_test),
		cmocka_unit_test(dwarf_versions),
		cmocka_unit_test(dwarf_damaged),
		cmocka_unit_test(files_that_are_none),
	};

	return cmocka_run_group_tests(tests, temp_dir_make, temp_dir_remove);
}
