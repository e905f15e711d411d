/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Address translation by the tables in tests/dat/NAME.tab. Each file is a test:
 * statements set up a CPU and its storage, cases say what a reference comes to.
 * tests/dat/README tells the statements.
 */
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arch/pgm.h"
#include "arch/tlb.h"
#include "arch/trace.h"
#include "arch/translate.h"
#include "dat-machine.h"

#define MAX_FILES	64

/* Cases */

struct expected {
	bool pgm;
	uint16_t code;
	int16_t error;
	uint64_t absolute;
	uint64_t length, teid, frame, id, done;	/* UINT64_MAX: not told */
	uint8_t flags;
};

/* "pri", "ar:5", "alet:01000002", "asce:123000"... */
static bool parse_space(const char *text, struct reference *r)
{
	const char *colon = strchr(text, ':');
	char name[16] = "";
	uint64_t value = 0;
	int space;

	if (colon && !number(colon + 1, &value))
		return false;
	strncat(name, text, colon ? (size_t)(colon - text) : strlen(text));
	space = space_parse(name);
	if (space < 0)
		return false;
	r->space = space;
	r->ar = r->space == SPACE_AR || r->space == SPACE_AUTO ? value : 0;
	r->alet = value;
	r->asce = value;
	return true;
}

/* KEY=VALUE, the value hexadecimal */
static bool option(const char *text, const char *key, uint64_t *value)
{
	size_t len = strlen(key);

	return !strncmp(text, key, len) && text[len] == '=' && number(text + len + 1, value);
}

static bool parse_type(const char *text, enum reference_type *type)
{
	static const char *const names[] = { "fetch", "store", "ifetch" };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(text, names[i])) {
			*type = i;
			return true;
		}
	}
	return false;
}

/* What stands behind "=>". */
static bool parse_expected(struct machine *m, unsigned int i, struct expected *e)
{
	uint64_t value;

	memset(e, 0xff, sizeof(*e));
	e->pgm = false;
	e->flags = 0;
	e->code = 0;
	e->error = 0;
	if (i >= m->nr_words)
		return false;
	if (!strcmp(m->words[i], "pgm")) {
		e->pgm = true;
		e->code = word(m, ++i);
	} else if (!strcmp(m->words[i], "errno")) {
		e->pgm = true;
		e->error = word(m, ++i);
	} else {
		e->absolute = word(m, i);
	}
	for (i++; i < m->nr_words; i++) {
		if (!strcmp(m->words[i], "protected"))
			e->flags |= TRANSLATED_PROTECTED;
		else if (!strcmp(m->words[i], "iep"))
			e->flags |= TRANSLATED_IEP;
		else if (option(m->words[i], "frame", &value))
			e->frame = value;
		else if (!option(m->words[i], "len", &e->length) &&
			 !option(m->words[i], "teid", &e->teid) &&
			 !option(m->words[i], "done", &e->done) &&
			 !option(m->words[i], "id", &e->id))
			return false;
	}
	return true;
}

static void compare(struct machine *m, const char *what, const char *name, uint64_t got,
		    uint64_t expected)
{
	if (expected != UINT64_MAX && got != expected)
		complain(m, "%s: %s is %" PRIx64 ", expected %" PRIx64, what, name, got, expected);
}

static void check(struct machine *m, const char *way, bool ok, const struct translation *t,
		  const struct expected *e)
{
	compare(m, way, "code", t->code, e->code);
	compare(m, way, "error", t->error, e->error);
	if (ok == e->pgm)
		complain(m, "%s: the result does not fit the code", way);
	compare(m, way, "length", t->length, e->length);
	if (!e->pgm) {
		compare(m, way, "absolute", t->absolute, e->absolute);
		compare(m, way, "flags", t->flags & ~TRANSLATED_DAT, e->flags);
		compare(m, way, "frame",
			t->flags & TRANSLATED_DAT ? 1ULL << t->frame_shift : 0, e->frame);
	} else {
		compare(m, way, "teid", t->teid, e->teid);
		compare(m, way, "access identification", t->exception_access_id, e->id);
	}
	if (t->length == 0)
		complain(m, "%s: no length", way);
}

static void translate_in(struct machine *m, const char *way, struct tlb *tlb,
			 struct translation_trace *trace, const struct reference *r, uint64_t addr,
			 const struct expected *e)
{
	struct translation_context context = {
		.regs = &m->regs, .storage = &storage, .facilities = m->facilities,
		.accf = m->accf, .tlb = tlb, .trace = trace,
	};
	struct address_space as;
	struct translation t;
	bool ok;

	memset(&t, 0xaa, sizeof(t));
	address_space_open(&as, &context, r);
	ok = translate(&as, addr, &t);
	check(m, way, ok, &t, e);
}

/* run TYPE SPACE ADDRESS MAX => ..., check TYPE SPACE ADDRESS LENGTH => ... */
static void run_range(struct machine *m, bool run, struct tlb *tlb, const struct reference *r,
		      uint64_t addr, uint64_t len, const struct expected *e)
{
	struct translation_context context = {
		.regs = &m->regs, .storage = &storage, .facilities = m->facilities, .tlb = tlb,
	};
	const char *way = tlb ? "range with TLB" : "range";
	struct address_space as;
	struct translation t;
	uint64_t done = 0;
	bool ok;

	address_space_open(&as, &context, r);
	if (run) {
		ok = translate_run(&as, addr, len, &t);
		check(m, way, ok, &t, e);
		return;
	}
	ok = translate_check(&as, addr, len, &t, &done);
	compare(m, way, "code", t.code, e->code);
	compare(m, way, "done", done, e->done);
	if (ok != (done == len))
		complain(m, "%s: %" PRIx64 " bytes done", way, done);
}

static bool run_case(struct machine *m)
{
	struct reference r = { .key = -1 };
	bool run = !strcmp(m->words[0], "run"), range = run || !strcmp(m->words[0], "check");
	unsigned int i = range;
	uint64_t addr, len = 0, value;
	struct expected e;

	if (i + 2 >= m->nr_words || !parse_type(m->words[i], &r.type) ||
	    !parse_space(m->words[i + 1], &r))
		return false;
	addr = word(m, i + 2);
	i += 3;
	if (range)
		len = word(m, i++);
	for (; i < m->nr_words && strcmp(m->words[i], "=>"); i++) {
		if (option(m->words[i], "key", &value))
			r.key = value;
		else if (option(m->words[i], "amode", &value))
			r.amode = value == 0x24 ? 24 : value == 0x31 ? 31 : 64;
		else
			return false;
	}
	if (!parse_expected(m, i + 1, &e))
		return false;
	m->cases++;
	tlb_flush(&m->tlb);
	m->trace.count = m->traced = 0;
	if (range) {
		run_range(m, run, NULL, &r, addr, len, &e);
		run_range(m, run, &m->tlb, &r, addr, len, &e);
		run_range(m, run, &m->tlb, &r, addr, len, &e);
		return true;
	}
	translate_in(m, "plain", NULL, NULL, &r, addr, &e);
	translate_in(m, "traced", NULL, &m->trace, &r, addr, &e);
	translate_in(m, "TLB empty", &m->tlb, NULL, &r, addr, &e);
	translate_in(m, "TLB filled", &m->tlb, NULL, &r, addr, &e);
	return true;
}

/* "| TEXT": the next step of the last case, in words */
static void compare_step(struct machine *m, const char *text)
{
	struct buf line = BUF_INIT;

	text += strspn(text, "| \t");
	if (m->traced >= m->trace.count) {
		complain(m, "there is no step %u", m->traced);
		return;
	}
	step_describe(&m->trace.steps[m->traced++], &line);
	if (strcmp(buf_str(&line), text))
		complain(m, "the step is\n\t%s", buf_str(&line));
	buf_free(&line);
}

static void end_trace(struct machine *m)
{
	if (m->traced && m->traced != m->trace.count)
		complain(m, "%u steps more", m->trace.count - m->traced);
	m->traced = 0;
}

static void run_line(struct machine *m, char *text)
{
	char *save = NULL, *token;

	text[strcspn(text, "\n")] = '\0';
	if (text[strspn(text, " \t")] == '|') {
		compare_step(m, text);
		return;
	}
	text[strcspn(text, "#")] = '\0';
	m->nr_words = 0;
	for (token = strtok_r(text, " \t", &save); token && m->nr_words < MAX_WORDS;
	     token = strtok_r(NULL, " \t", &save))
		m->words[m->nr_words++] = token;
	if (!m->nr_words)
		return;
	end_trace(m);
	if (!run_statement(m) && !run_case(m))
		complain(m, "not understood");
}

static void run_file(void **state)
{
	struct machine *m = &machine;
	char *text = NULL;
	size_t size = 0;
	FILE *file;

	m->file = *state;
	m->line = m->cases = m->failures = 0;
	file = fopen(m->file, "r");
	assert_non_null(file);
	assert_true(tlb_init(&m->tlb, 16));
	reset(m);
	while (getline(&text, &size, file) > 0) {
		m->line++;
		run_line(m, text);
	}
	end_trace(m);
	free(text);
	fclose(file);
	tlb_deinit(&m->tlb);
	print_message("# %s: %u cases\n", strrchr(m->file, '/') + 1, m->cases);
	assert_true(m->cases > 0);
	assert_int_equal(m->failures, 0);
}

/* What no table says */

static void every_code_has_its_words(void **state)
{
	struct translation_step step;
	enum step_kind kind;
	struct buf line = BUF_INIT;

	(void)state;
	for (kind = STEP_SPACE; kind <= STEP_KEY; kind++) {
		memset(&step, 0, sizeof(step));
		step.kind = kind;
		step.code = PGM_ADDRESSING;
		buf_reset(&line);
		step_describe(&step, &line);
		assert_non_null(strstr(buf_str(&line), "addressing exception (0005)"));
		assert_true(strlen(step_name(kind)) > 0);
	}
	buf_free(&line);
}

static void sida_cannot_be_translated(void **state)
{
	struct translation_context context = { .regs = &machine.regs, .storage = &storage };
	struct reference r = REFERENCE_INIT(SPACE_SIDA, REFERENCE_FETCH);
	struct address_space as;
	struct translation t;

	(void)state;
	address_space_open(&as, &context, &r);
	assert_false(translate(&as, 0, &t));
	assert_int_equal(t.error, 22);
	assert_int_equal(t.code, 0);
}

/* More address spaces than a TLB knows, more identities than it has. */
static void tlb_forgets_spaces(void **state)
{
	struct tlb tlb;
	uint64_t first, id = 0, i;

	(void)state;
	assert_true(tlb_init(&tlb, 4));
	first = tlb_space_id(&tlb, 0x1000, 0, false, false);
	assert_int_equal(tlb_space_id(&tlb, 0x1000, 0, false, false), first);
	assert_int_not_equal(tlb_space_id(&tlb, 0x1000, 0x2000, false, false), first);
	assert_int_not_equal(tlb_space_id(&tlb, 0x1000, 0, true, false), first);
	assert_int_not_equal(tlb_space_id(&tlb, 0x1000, 0, true, true), first);
	for (i = 0; i < 2 * TLB_SPACES; i++)
		id = tlb_space_id(&tlb, 0x100000 + i * 0x1000, 0, false, false);
	assert_true(id > first);
	assert_true(tlb_space_id(&tlb, 0x1000, 0, false, false) > id);
	id = tlb.last_id;
	tlb_flush(&tlb);
	assert_true(tlb_space_id(&tlb, 0x1000, 0, false, false) > id);
	tlb.tags[1] = 1;
	tlb.last_id = (1 << 20) - 1;
	assert_int_equal(tlb_space_id(&tlb, 0x5000, 0, false, false), 1);
	assert_int_equal(tlb.tags[1], 0);
	tlb_deinit(&tlb);
}

static void tlb_may_get_no_memory(void **state)
{
	struct tlb tlb;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip();		/* it would report the size */
#endif
	assert_false(tlb_init(&tlb, (size_t)1 << 55));
	assert_null(tlb.tags);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

#define OTHERS	4	/* tests that are not files */

int main(int argc, char **argv)
{
	static char paths[MAX_FILES][PATH_MAX];
	static struct CMUnitTest tests[MAX_FILES + OTHERS] = {
		cmocka_unit_test(every_code_has_its_words),
		cmocka_unit_test(sida_cannot_be_translated),
		cmocka_unit_test(tlb_forgets_spaces),
		cmocka_unit_test(tlb_may_get_no_memory),
	};
	const char *top = getenv("top_srcdir");
	char folder[PATH_MAX - NAME_MAX - 1] = "dat";
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	if (argc > 1)
		snprintf(folder, sizeof(folder), "%s", argv[1]);
	else if (top)
		snprintf(folder, sizeof(folder), "%s/tests/dat", top);
	dir = opendir(folder);
	while (dir && n < MAX_FILES && (entry = readdir(dir))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".tab"))
			continue;
		snprintf(paths[n], PATH_MAX, "%s/%s", folder, entry->d_name);
		tests[n + OTHERS].name = strrchr(paths[n], '/') + 1;
		tests[n + OTHERS].test_func = run_file;
		tests[n + OTHERS].initial_state = paths[n];
		n++;
	}
	if (dir)
		closedir(dir);
	if (!n) {
		fprintf(stderr, "test-dat: no tables in %s\n", folder);
		return 99;
	}
	qsort(tests + OTHERS, n, sizeof(tests[0]), by_name);
	return _cmocka_run_group_tests("dat", tests, n + OTHERS, NULL, NULL);
}
