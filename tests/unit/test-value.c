/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions and what print shows of them, over a memory of one page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arch/pgm.h"
#include "arch/space.h"
#include "base/endian.h"
#include "btf-build.h"
#include "capture.h"
#include "cli/print-value.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BASE	0x10000U	/* address of the memory */
#define SIZE	4096U
#define TASK	0x10100U	/* init_task: as btf-build.h has it */
#define PLAIN	0x10200U	/* a symbol without a type */

static unsigned char memory[SIZE];

static struct error *read_memory(void *arg, uint64_t addr, void *buf, size_t len)
{
	const struct error_access none = {
		.code = PGM_PAGE_TRANSLATION, .addr = addr, .space = SPACE_HOME, .key = -1,
	};

	(void)arg;
	if (addr < BASE || addr - BASE > SIZE || len > SIZE - (addr - BASE))
		return error_from_access(&none, "page-translation exception");
	memcpy(buf, memory + (addr - BASE), len);
	return NULL;
}

static struct error *find_symbol(void *arg, const char *name, uint64_t *addr, bool *found)
{
	(void)arg;
	*found = !strcmp(name, "init_task") || !strcmp(name, "plain");
	*addr = !strcmp(name, "plain") ? PLAIN : TASK;
	return NULL;
}

static struct error *no_symbol(void *arg, const char *name)
{
	(void)arg;
	return error_new(ERROR_USAGE, "unknown symbol '%s'", name);
}

static struct error *term(void *arg, const char *text, uint64_t *value)
{
	(void)arg;
	*value = TASK;
	return strcmp(text, "%r2") ? error_new(ERROR_USAGE, "no register '%s'", text) : NULL;
}

static struct value_context ctx = {
	.symbol = find_symbol, .no_symbol = no_symbol, .term = term, .read = read_memory,
};

static unsigned char *task(unsigned int offset)
{
	return memory + (TASK - BASE) + offset;
}

static int open_types(void **state)
{
	struct buf b;
	struct error *err;

	(void)state;
	btf_sample(&b, false);
	err = types_open_btf(b.data, b.len, NULL, &ctx.types);
	buf_free(&b);
	put_be64(task(0), 0x8000000000000001);
	put_be32(task(8), 42);
	*task(12) = 0x80 | 0x55;
	put_be32(task(16), 1);
	put_be32(task(20), 5);
	put_be64(task(24), TASK + 24);
	put_be64(task(32), 0x20000);
	memcpy(task(40), "a\"b\033", 5);
	put_be64(task(64), TASK);
	put_be16(task(72), (uint16_t)-1);
	put_be16(task(82), 7);
	put_be64(task(88), TASK + 40);
	*task(96) = 1;
	*task(97) = (unsigned char)-2;
	return err ? -1 : 0;
}

static int close_types(void **state)
{
	(void)state;
	types_close(ctx.types);
	return 0;
}

/* Numbers */

static void numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t number;
	} rows[] = {
		{ "1 + 2 * 3", 7 }, { "(1 + 2) * 3", 9 }, { "1 << 4 | 3", 19 }, { "0xff & 0x0f", 15 },
		{ "6 ^ 3", 5 }, { "1 << 64", 0 }, { "256 >> 4", 16 }, { "10 - 3 - 2", 5 },
		{ "-1", UINT64_MAX }, { "~0", UINT64_MAX }, { "- -5", 5 },
		{ "init_task.flags", 0x8000000000000001 }, { "init_task.pid", 42 },
		{ "init_task.tid", 42 }, { "init_task.on", 1 }, { "init_task.prio", 0x55 },
		{ "init_task.state", 1 }, { "&init_task", TASK }, { "&init_task.tasks", TASK + 24 },
		{ "init_task.tasks.next", TASK + 24 }, { "init_task.tasks.next->prev", 0x20000 },
		{ "init_task.parent->parent->pid", 42 }, { "init_task.parent.pid", 42 },
		{ "init_task.comm[0]", 'a' }, { "*init_task.comm", 'a' }, { "init_task.name[2]", 'b' },
		{ "init_task.matrix[0][0]", UINT64_MAX }, { "init_task.matrix[1][2]", 7 },
		{ "init_task.sc", (uint64_t)-2 }, { "(unsigned int)-1", 0xffffffff },
		{ "(int)0xffffffff", UINT64_MAX }, { "((struct task *)%r2)->pid", 42 },
		{ "((struct task)plain).flags", 0 }, { "(long unsigned int)plain", 0 },
		{ "&plain", PLAIN }, { "plain", PLAIN }, { "(pid_t)300", 300 },
		{ "&init_task + 1", TASK + 112 }, { "1 + &init_task", TASK + 112 },
		{ "&init_task - 1", TASK - 112 }, { "&init_task.tasks.prev - &init_task.tasks.next", 1 },
		{ "(long unsigned int)&init_task + 1", TASK + 1 }, { "SLEEPING", 1 },
		{ "DEAD", (uint64_t)-2 }, { "init_task.comm + 1", TASK + 41 },
	};
	struct value v;
	struct error *err;
	uint64_t number;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		err = value_parse(&ctx, rows[i].text, &v);
		if (!err)
			err = value_number(&ctx, &v, &number);
		if (err)
			fail_msg("%s: %s", rows[i].text, err->message);
		if (number != rows[i].number)
			fail_msg("%s: %llx", rows[i].text, (unsigned long long)number);
	}
}

static void wrong_ones(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "expression '': a name is missing at its end" },
		{ "1 +", "expression '1 +': a name is missing at its end" },
		{ "(1", "expression '(1': ')' is missing at its end" },
		{ "1 2", "expression '1 2': an operator is missing at '2'" },
		{ "init_task.nosuch", "struct task has no member 'nosuch'" },
		{ "init_task.pid.x", "int is no structure: it has no member 'x'" },
		{ "nosuch", "unknown symbol 'nosuch'" },
		{ "%r99", "no register '%r99'" },
		{ "*1", "expression '*1': what '*' stands before is no pointer at its end" },
		{ "&1", "expression '&1': what '&' stands before is not in memory at its end" },
		{ "&init_task.prio", "expression '&init_task.prio': a bit field has no address at its end" },
		{ "init_task + 1", "a value of type struct task is no number" },
		{ "init_task.comm[", "expression 'init_task.comm[': a name is missing at its end" },
		{ "(struct nosuch *)1", "the kernel's BTF: no struct 'nosuch'" },
		{ "(struct task)1",
		  "expression '(struct task)1': a number cannot be made a structure at its end" },
		{ "plain.x", "expression 'plain.x': what a member is wanted of has no known type at 'x'" },
		{ "init_task.hidden->x", "'opaque' is only declared: its members are not known" },
		{ "0x1g", "bad number '0x1g'" },
		{ "init_task\033", "expression 'init_task\\x1b': an operator is missing at '\\x1b'" },
	};
	struct value v;
	struct error *err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t number;

		err = value_parse(&ctx, rows[i].text, &v);
		if (!err)
			err = value_number(&ctx, &v, &number);
		if (!err)
			fail_msg("%s: no error", rows[i].text);
		/* How numbers are told is the matter of another test. */
		if (strncmp(rows[i].text, "0x", 2))
			assert_string_equal(err->message, rows[i].message);
		error_free(err);
	}
}

static void nested_too_deep(void **state)
{
	char text[2001];
	struct value v;
	struct error *err;

	(void)state;
	memset(text, '(', 2000);
	text[2000] = '\0';
	err = value_parse(&ctx, text, &v);
	assert_non_null(strstr(err->message, "too much is nested"));
	error_free(err);
	memset(text, '~', 2000);
	err = value_parse(&ctx, text, &v);
	assert_non_null(strstr(err->message, "too much is nested"));
	error_free(err);
}

/* What is shown */

static struct error *print(struct capture *c, const struct print_options *opt, const char *text)
{
	const struct print_source src = { .read = read_memory };
	struct value v;
	bool is_type;
	struct error *err = value_parse_typed(&ctx, text, &v, &is_type);

	if (err)
		fail_msg("%s: %s", text, err->message);
	assert_false(is_type);
	return print_value(c->o, opt, &src, "x", &v);
}

static const struct print_options usual = { .depth = PRINT_DEPTH, .elements = PRINT_ELEMENTS };

static void check_print(const char *text, const struct print_options *opt, const char *want)
{
	struct capture c;
	struct error *err;

	capture_begin(&c, false);
	err = print(&c, opt, text);
	if (err)
		fail_msg("%s: %s", text, err->message);
	capture_end(&c, want);
}

static void texts(void **state)
{
	const struct print_options hex = { .hex = true, .depth = 1, .elements = 2 };
	const struct print_options decimal = { .decimal = true, .depth = 1, .elements = 200 };

	(void)state;
	check_print("init_task.comm", &usual, "x = \"a\\\"b\\x1b\"\n");
	check_print("init_task.name", &usual, "x = 0x10128 \"a\\\"b\\x1b\"\n");
	check_print("init_task.comm[0]", &usual, "x = 97 'a'\n");
	check_print("init_task.state", &usual, "x = SLEEPING\n");
	check_print("init_task.f", &usual, "x = A | C\n");
	check_print("init_task.f", &decimal, "x = 5\n");
	check_print("init_task.prio", &usual, "x = 85\n");
	check_print("init_task.prio", &hex, "x = 0x55\n");
	check_print("init_task.ok", &usual, "x = true\n");
	check_print("init_task.sc", &usual, "x = -2\n");
	check_print("init_task.sc", &hex, "x = 0xfe\n");
	check_print("init_task.parent", &usual, "x = 0x10100\n");
	check_print("init_task.parent", &decimal, "x = 65792\n");
	check_print("init_task.matrix[0]", &usual, "x = {-1, 0, 0}\n");
	check_print("init_task.comm", &hex, "x = {0x61, 0x22, ...}\n");
	check_print("init_task.tasks", &usual,
		    "x = {\n  next = 0x10118,\n  prev = 0x20000\n}\n");
	check_print("struct list &init_task.tasks", &usual,
		    "x = {\n  next = 0x10118,\n  prev = 0x20000\n}\n");
	check_print("struct list init_task.tasks", &usual,
		    "x = {\n  next = 0x10118,\n  prev = 0x20000\n}\n");
	check_print("17", &usual, "x = 0x11\n");
	check_print("17", &decimal, "x = 17\n");
}

static void a_structure(void **state)
{
	const struct print_options one = { .depth = 1, .elements = 200 };

	(void)state;
	check_print("init_task", &one,
		    "x = {\n"
		    "  flags = 9223372036854775809,\n"
		    "  {...},\n"
		    "  on = 1,\n"
		    "  prio = 85,\n"
		    "  state = SLEEPING,\n"
		    "  f = A | C,\n"
		    "  tasks = {...},\n"
		    "  comm = \"a\\\"b\\x1b\",\n"
		    "  func = 0x0,\n"
		    "  parent = 0x10100,\n"
		    "  matrix = {...},\n"
		    "  name = 0x10128 \"a\\\"b\\x1b\",\n"
		    "  ok = true,\n"
		    "  sc = -2,\n"
		    "  hidden = 0x0,\n"
		    "  tail = {}\n"
		    "}\n");
}

static void as_json(void **state)
{
	struct capture c;

	(void)state;
	capture_begin(&c, true);
	out_begin(c.o, "print");
	assert_null(print(&c, &usual, "init_task"));
	out_end(c.o, 0);
	capture_end(&c,
		    "{\"api_level\":1,\"command\":\"print\",\"type\":\"struct task\",\"address\":\"0x10100\","
		    "\"value\":{\"flags\":\"0x8000000000000001\",\"pid\":42,\"tid\":42,\"on\":1,\"prio\":85,"
		    "\"state\":{\"value\":1,\"name\":\"SLEEPING\"},\"f\":{\"value\":5,\"name\":\"A | C\"},"
		    "\"tasks\":{\"next\":{\"address\":\"0x10118\"},\"prev\":{\"address\":\"0x20000\"}},"
		    "\"comm\":\"a\\\"b\\u001B\",\"func\":{\"address\":\"0x0\"},"
		    "\"parent\":{\"address\":\"0x10100\"},\"matrix\":[[-1,0,0],[0,0,7]],"
		    "\"name\":{\"address\":\"0x10128\",\"string\":\"a\\\"b\\u001B\"},\"ok\":true,\"sc\":-2,"
		    "\"hidden\":{\"address\":\"0x0\"},\"tail\":[]},\"exit_code\":0}\n");
}

static void holes(void **state)
{
	struct capture c;
	struct error *err;

	(void)state;
	capture_begin(&c, false);
	err = print(&c, &usual, "struct list 0x10ff8");
	assert_int_equal(err->kind, ERROR_PARTIAL);
	error_free(err);
	capture_end(&c, "x = {\n  next = 0x0,\n"
		    "  prev = <cannot be read: page-translation exception>\n}\n");
	capture_begin(&c, false);
	err = print(&c, &usual, "struct list 0x11000");
	assert_int_equal(err->kind, ERROR_ACCESS);
	error_free(err);
	capture_end(&c, "");
}

static void layouts(void **state)
{
	struct type type;
	struct capture c;

	(void)state;
	assert_null(types_lookup(ctx.types, TYPE_NAMES_STRUCT, "task", &type));
	capture_begin(&c, false);
	assert_null(print_type(c.o, &type, NULL));
	capture_end(&c,
		    "struct task {\n"
		    "    long unsigned int flags;                      /*     0        8 */\n"
		    "    union {\n"
		    "        int pid;                                  /*     8        4 */\n"
		    "        cpid tid;                                 /*     8        4 */\n"
		    "    };                                            /*     8        4 */\n"
		    "    unsigned int on:1;                            /*    12:0      1 bit */\n"
		    "    unsigned int prio:7;                          /*    12:1      7 bits */\n"
		    "    /* 3 bytes not used */\n"
		    "    enum state state;                             /*    16        4 */\n"
		    "    enum flags f;                                 /*    20        4 */\n"
		    "    struct list tasks;                            /*    24       16 */\n"
		    "    char comm[16];                                /*    40       16 */\n"
		    "    int (*func)(struct task *, int);              /*    56        8 */\n"
		    "    struct task *parent;                          /*    64        8 */\n"
		    "    short int matrix[2][3];                       /*    72       12 */\n"
		    "    /* 4 bytes not used */\n"
		    "    char *name;                                   /*    88        8 */\n"
		    "    _Bool ok;                                     /*    96        1 */\n"
		    "    signed char sc;                               /*    97        1 */\n"
		    "    /* 6 bytes not used */\n"
		    "    struct opaque *hidden;                        /*   104        8 */\n"
		    "    int tail[];                                   /*   112        0 */\n"
		    "};  /* size 112 */\n");
	assert_null(types_lookup(ctx.types, TYPE_NAMES_ENUM, "state", &type));
	capture_begin(&c, false);
	assert_null(print_type(c.o, &type, NULL));
	capture_end(&c, "enum state {\n    RUNNING = 0,\n    SLEEPING = 1,\n    DEAD = -2,\n"
		    "};  /* size 4 */\n");
}

/* Structures in themselves, larger than they are, with members outside: bounded, no crash. */
static void hostile_types(void **state)
{
	const struct print_options all = { .depth = PRINT_DEPTH_MAX, .elements = UINT64_MAX };
	struct value_context saved = ctx;
	struct btf_build b;
	struct capture c;
	struct buf out;
	unsigned int i;
	uint32_t huge;

	(void)state;
	btf_build_begin(&b, false);
	btf_int(&b, "int", 4, 1);
	btf_type(&b, "self", K_STRUCT, 8, 0, 8);
	for (i = 0; i < 8; i++)
		btf_member(&b, "m", 2, 0);
	btf_type(&b, "outside", K_STRUCT, 1, 0, 8);
	btf_member(&b, "m", 1, 0x7ffffff0);
	huge = btf_array(&b, 2, 0xffffffff);
	btf_type(&b, "huge", K_STRUCT, 1, 0, 8);
	btf_member(&b, "m", huge, 0);
	btf_build_end(&b, &out);
	assert_null(types_open_btf(out.data, out.len, NULL, &ctx.types));
	check_print("struct outside 0x10000", &all, "x = {m = <outside>}\n");
	capture_begin(&c, false);
	error_free(print(&c, &all, "struct self 0x10000"));
	assert_null(out_free(c.o));
	fclose(c.stream);
	assert_true(c.len < 200U << 20);
	free(c.text);
	capture_begin(&c, false);
	error_free(print(&c, &usual, "struct huge 0x10000"));
	assert_null(out_free(c.o));
	fclose(c.stream);
	free(c.text);
	types_close(ctx.types);
	buf_free(&out);
	ctx = saved;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(wrong_ones),
		cmocka_unit_test(nested_too_deep),
		cmocka_unit_test(texts),
		cmocka_unit_test(a_structure),
		cmocka_unit_test(as_json),
		cmocka_unit_test(holes),
		cmocka_unit_test(layouts),
		cmocka_unit_test(hostile_types),
	};

	return cmocka_run_group_tests(tests, open_types, close_types);
}
