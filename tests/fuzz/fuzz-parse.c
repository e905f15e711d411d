/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The small parsers of command lines: numbers, expressions, ranges, patterns, the options of
 * the program. The first byte chooses.
 */
#include <string.h>

#include "cli/options.h"
#include "cli/pattern.h"
#include "cli/range-arg.h"
#include "cli/values.h"
#include "cli/words.h"
#include "fuzz.h"
#include "sym/expr.h"

static struct error *regs(void *arg, struct s390_regs *r)
{
	(void)arg;
	*r = (struct s390_regs){ .psw_addr = 0x1000, .gprs = { [15] = UINT64_MAX } };
	return NULL;
}

static struct error *read_number(void *arg, uint64_t addr, bool is_symbolic, uint64_t *value)
{
	(void)arg;
	(void)is_symbolic;
	*value = ~addr;
	return NULL;
}

static void expressions(const char *text)
{
	const uint64_t last = 7;
	bool symbolic;
	const struct expr_context ctx = {
		.regs = regs, .read = read_number, .last = &last, .symbolic = &symbolic,
	};
	struct error *err;
	uint64_t value;

	error_free(expr_parse(text, &ctx, &value));
	error_free(length_parse(text, "length", &value));
	error_free(number_parse(text, "number", 64, 1, &value));
	err = number_parse(text, "number", 8, 0, &value);
	FUZZ_CHECK(err || value < 256);
	error_free(err);
}

static void ranges(const char *text)
{
	struct range_arg r;

	error_free(range_arg_word(text, true, &r));
	range_arg_free(&r);
	error_free(range_arg_word(text, false, &r));
	range_arg_free(&r);
}

static bool matches(const struct pattern *p, const unsigned char *at)
{
	size_t i;

	for (i = 0; i < p->len && (at[i] & p->mask[i]) == p->value[i]; i++)
		;
	return i == p->len;
}

/* The text is what is looked for, and what it is looked for in. */
static void patterns(const char *text, enum mem_type type)
{
	size_t len = strlen(text), i, align;
	struct pattern p = { 0 };
	struct error *err = pattern_parse(type, NULL, text, NULL, &p);

	for (align = 1; !err && align <= 8; align *= 4) {
		for (i = 0; i + p.len <= len; i += align) {
			if (matches(&p, (const unsigned char *)text + i))
				break;
		}
		if (i + p.len > len)
			i = PATTERN_NONE;
		FUZZ_CHECK(pattern_find(&p, text, len, 0, len, 0, align) == i);
	}
	pattern_free(&p);
	error_free(err);
}

/* The words are what a shell would have made of the text. */
static void program_options(const char *text)
{
	static const volatile int interrupted;
	static char name[] = "s390memctl";
	struct options opt;
	struct session s;
	struct words words;
	struct error *err = words_split(text, &words);
	char **argv;

	if (err) {
		error_free(err);
		return;
	}
	argv = calloc((size_t)words.count + 2, sizeof(*argv));
	FUZZ_CHECK(argv);
	argv[0] = name;
	if (words.count)
		memcpy(argv + 1, words.word, (size_t)words.count * sizeof(*argv));
	session_init(&s, &interrupted);
	err = options_parse(words.count + 1, argv, &s, &opt);
	if (err)
		FUZZ_CHECK(!strpbrk(err->message, "\033\n"));
	error_free(err);
	options_free(&opt);
	session_close(&s);
	free(argv);
	words_free(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { .data = data, .left = size };
	unsigned int kind = (unsigned int)fuzz_number(&in, 1) % 9;
	char *text = fuzz_string(in.data, in.left);
	struct buf b = BUF_INIT;

	switch (kind) {
	case 0:
		expressions(text);
		break;
	case 1:
		ranges(text);
		break;
	case 2:
		patterns(text, MEM_HEX);
		break;
	case 3:
		patterns(text, MEM_STR);
		break;
	case 4:
		patterns(text, MEM_U32);
		break;
	case 8:
		program_options(text);
		break;
	default:
		error_free(values_add(&b, (enum mem_type)(kind - 5 + MEM_U64), NULL, text));
	}
	buf_free(&b);
	free(text);
	return 0;
}
