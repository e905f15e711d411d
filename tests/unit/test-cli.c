/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/command.h"
#include "cli/complete.h"
#include "cli/excerpt.h"
#include "cli/options.h"
#include "cli/optparse.h"
#include "cli/outfile.h"
#include "cli/signals.h"
#include "cli/space-arg.h"
#include "cli/values.h"
#include "cli/words.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void assert_error(struct error *err, enum error_kind kind, const char *message)
{
	assert_non_null(err);
	assert_string_equal(err->message, message);
	assert_int_equal(err->kind, kind);
	error_free(err);
}

/* words */

static void words_follow_the_shells_rules(void **state)
{
	static const struct {
		const char *line;
		int count;
		const char *word[4];
	} rows[] = {
		{ "", 0, { NULL } },
		{ " \t\r\n", 0, { NULL } },
		{ "# all of it", 0, { NULL } },
		{ "a  b\tc", 3, { "a", "b", "c" } },
		{ "a#b #c", 1, { "a#b" } },
		{ "'a b' \"c d\"", 2, { "a b", "c d" } },
		{ "'' \"\"", 2, { "", "" } },
		{ "a'b'\"c\"\\ d", 1, { "abc d" } },
		{ "'\\n' \"\\n\" \\n", 3, { "\\n", "\\n", "n" } },
		{ "\"\\\"\\\\\" '\"' \"'\"", 3, { "\"\\", "\"", "'" } },
		{ "\\# x", 2, { "#", "x" } },
	};
	struct words w;
	size_t i;
	int j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_null(words_split(rows[i].line, &w));
		assert_int_equal(w.count, rows[i].count);
		for (j = 0; j < w.count; j++)
			assert_string_equal(w.word[j], rows[i].word[j]);
		assert_true(!w.word || !w.word[w.count]);
		words_free(&w);
		assert_int_equal(w.count, 0);
	}
}

static void words_tell_where_they_are_wrong(void **state)
{
	struct words w;

	(void)state;
	assert_error(words_split("ab 'c", &w), ERROR_USAGE, "column 4: the quote ' is not closed");
	assert_error(words_split("\"", &w), ERROR_USAGE, "column 1: the quote \" is not closed");
	assert_error(words_split("a\\", &w), ERROR_USAGE,
		     "column 2: nothing follows the backslash");
	assert_int_equal(w.count, 0);
}

/* optparse */

static const struct command_option table[] = {
	{ "alpha", 'a', NULL, "" },
	{ "beta", 'b', "N", "" },
	{ "alphabet", 0, "X", "" },
	{ NULL, 0, NULL, NULL },
};

static struct error *note_option(void *arg, const struct command_option *opt, const char *value)
{
	buf_addf(arg, "%s=%s;", opt->name, value);
	return NULL;
}

/* Parse a line by the table; what was found and what is left, as one text. */
static struct error *parse(const char *line, bool all, struct buf *found)
{
	char *copy[8];
	struct words w;
	struct error *err;
	int i, count;

	buf_reset(found);
	assert_null(words_split(line, &w));
	/* What is taken out would be lost for words_free(). */
	count = w.count;
	assert_in_range(count, 1, ARRAY_SIZE(copy));
	memcpy(copy, w.word, (size_t)count * sizeof(*copy));
	err = optparse(table, all, &count, copy, note_option, found);
	for (i = 0; !err && i < count; i++)
		buf_addf(found, " %s", copy[i]);
	words_free(&w);
	return err;
}

static void options_are_taken_out(void **state)
{
	static const struct {
		const char *line;
		bool all;
		const char *found;
	} rows[] = {
		{ "x y", true, " x y" },
		{ "-a x", true, "alpha=; x" },
		{ "-ab5 x", true, "alpha=;beta=5; x" },
		{ "-ab 5 x", true, "alpha=;beta=5; x" },
		{ "x --beta=5 y", true, "beta=5; x y" },
		{ "x --beta 5 y", true, "beta=5; x y" },
		{ "--beta=", true, "beta=;" },
		{ "--be -1", true, "beta=-1;" },
		{ "--alpha", true, "alpha=;" },
		{ "--alphab=x", true, "alphabet=x;" },
		{ "-1 - -5x", true, " -1 - -5x" },
		{ "x -- -a", true, " x -a" },
		{ "-a x -a", false, "alpha=; x -a" },
		{ "-a -- -a", false, "alpha=; -a" },
	};
	struct buf found = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_null(parse(rows[i].line, rows[i].all, &found));
		assert_string_equal(buf_str(&found), rows[i].found);
	}
	buf_free(&found);
}

static void options_that_are_none_are_refused(void **state)
{
	struct buf found = BUF_INIT;

	(void)state;
	assert_error(parse("-x", true, &found), ERROR_USAGE, "unknown option '-x'");
	assert_error(parse("--x", true, &found), ERROR_USAGE, "unknown option '--x'");
	assert_error(parse("--=x", true, &found), ERROR_USAGE, "unknown option '--=x'");
	assert_error(parse("--al", true, &found), ERROR_USAGE,
		     "option '--al' is ambiguous: --alpha, --alphabet");
	assert_error(parse("--beta", true, &found), ERROR_USAGE,
		     "option '--beta' needs an argument: N");
	assert_error(parse("-ab", true, &found), ERROR_USAGE,
		     "option '-b' needs an argument: N");
	assert_error(parse("--alpha=x", true, &found), ERROR_USAGE,
		     "option '--alpha' takes no argument");
	buf_free(&found);
}

static void times_have_units(void **state)
{
	uint64_t ns;

	(void)state;
	assert_null(options_time("1000ns", 10, &ns));
	assert_int_equal(ns, 1000);
	assert_null(options_time("20us", 10, &ns));
	assert_int_equal(ns, 20000);
	assert_null(options_time("10ms", 10, &ns));
	assert_int_equal(ns, 10000000);
	assert_null(options_time("3600s", 3600, &ns));
	assert_int_equal(ns, 3600000000000);
	assert_null(options_time("10s", 10, &ns));
	assert_int_equal(ns, 10000000000);
}

/* values */

static void assert_value(enum mem_type type, const char *text, const char *bytes, size_t len)
{
	struct buf b = BUF_INIT;

	assert_null(values_add(&b, type, NULL, text));
	assert_int_equal(b.len, len);
	assert_memory_equal(b.data, bytes, len);
	buf_free(&b);
}

static void values_are_big_endian(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	assert_value(MEM_HEX, "00fFa5", "\x00\xff\xa5", 3);
	assert_value(MEM_HEX, "0x0102", "\x01\x02", 2);
	assert_value(MEM_U8, "255", "\xff", 1);
	assert_value(MEM_U8, "-128", "\x80", 1);
	assert_value(MEM_U16, "0x102", "\x01\x02", 2);
	assert_value(MEM_U32, "-2", "\xff\xff\xff\xfe", 4);
	assert_value(MEM_U64, "0x0102030405060708", "\1\2\3\4\5\6\7\10", 8);
	assert_value(MEM_STR, "a b", "a b", 3);
	/* One behind the other. */
	assert_null(values_add(&b, MEM_U8, NULL, "1"));
	assert_null(values_add(&b, MEM_U8, NULL, "2"));
	assert_int_equal(b.len, 2);
	assert_memory_equal(b.data, "\1\2", 2);
	buf_free(&b);
}

static void values_that_are_none_are_refused(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	assert_error(values_add(&b, MEM_HEX, NULL, "abc"), ERROR_USAGE,
		     "value 'abc': an odd number of hex digits");
	assert_error(values_add(&b, MEM_HEX, NULL, "0x"), ERROR_USAGE, "value '0x': no hex digits");
	assert_error(values_add(&b, MEM_HEX, NULL, "-1"), ERROR_USAGE,
		     "value '-1': not all of it are hex digits");
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

/* excerpt */

/* Add total bytes, 0, 1, 2, ... modulo 251, in pieces of a size. */
static void fill_excerpt(struct excerpt *e, size_t total, size_t piece)
{
	unsigned char data[1024];
	size_t i, done, n;

	memset(e, 0, sizeof(*e));
	for (done = 0; done < total; done += n) {
		n = total - done < piece ? total - done : piece;
		for (i = 0; i < n; i++)
			data[i] = (unsigned char)((done + i) % 251);
		excerpt_add(e, data, n);
	}
}

static void excerpt_keeps_beginning_and_end(void **state)
{
	static const size_t totals[] = { 0, 1, 127, 128, 129, 191, 192, 193, 1000 };
	static const size_t pieces[] = { 1, 3, 63, 64, 65, 127, 200, 1000 };
	struct excerpt e;
	size_t i, j, k, head, tail;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(totals); i++) {
		for (j = 0; j < ARRAY_SIZE(pieces); j++) {
			fill_excerpt(&e, totals[i], pieces[j]);
			head = totals[i] < EXCERPT_HEAD ? totals[i] : EXCERPT_HEAD;
			tail = totals[i] - head < EXCERPT_TAIL ? totals[i] - head : EXCERPT_TAIL;
			assert_int_equal(e.total, totals[i]);
			assert_int_equal(e.tail_len, tail);
			for (k = 0; k < head; k++)
				assert_int_equal(e.head[k], k % 251);
			for (k = 0; k < tail; k++)
				assert_int_equal(e.tail[k], (totals[i] - tail + k) % 251);
		}
	}
}

/* outfile */

static int enter_folder(void **state)
{
	static char folder[] = "/tmp/test-cli.XXXXXX";

	*state = folder;
	return !mkdtemp(folder) || chdir(folder) ? -1 : 0;
}

static int leave_folder(void **state)
{
	if (chdir("/"))
		return -1;
	/* Fails if a test has left something there. */
	return rmdir(*state);
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

static void outfile_appears_when_it_is_complete(void **state)
{
	struct outfile *f;
	struct stat st;

	(void)state;
	assert_null(outfile_open("file", false, &f));
	assert_null(outfile_write(f, 4096, "end", 3));
	assert_null(outfile_set_size(f, 8192));
	assert_int_equal(size_of("file"), -1);
	assert_null(outfile_commit(f));
	assert_int_equal(stat("file", &st), 0);
	assert_int_equal(st.st_size, 8192);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(unlink("file"), 0);
}

static void outfile_replaces_only_with_force(void **state)
{
	struct outfile *f, *g;

	(void)state;
	assert_null(outfile_open("file", false, &f));
	assert_null(outfile_open("file", false, &g));
	assert_null(outfile_write(f, 0, "first", 5));
	assert_null(outfile_commit(f));
	/* The name was free when g was begun. */
	assert_error(outfile_commit(g), ERROR_REFUSED, "file 'file' exists by now");
	assert_int_equal(size_of("file"), 5);
	assert_error(outfile_open("file", false, &g), ERROR_REFUSED, "file 'file' exists");
	assert_null(outfile_open("./file", true, &g));
	assert_null(outfile_write(g, 0, "other one", 9));
	assert_int_equal(size_of("file"), 5);
	assert_null(outfile_commit(g));
	assert_int_equal(size_of("file"), 9);
	assert_int_equal(unlink("file"), 0);
}

static void outfile_that_fails_leaves_nothing(void **state)
{
	struct rlimit before, small = { .rlim_cur = 4096 };
	struct outfile *f;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small.rlim_max = before.rlim_max;
	assert_null(outfile_open("file", false, &f));
	setrlimit(RLIMIT_FSIZE, &small);
	assert_null(outfile_write(f, 0, "x", 1));
	assert_error(outfile_write(f, 4096, "x", 1), ERROR_TARGET, "file 'file': File too large");
	setrlimit(RLIMIT_FSIZE, &before);
	outfile_abort(f);
	assert_int_equal(size_of("file"), -1);
	assert_error(outfile_open("..", false, &f), ERROR_USAGE, "'..' is no file's name");
}

/* the command table */

static void commands_are_complete(void **state)
{
	const struct command_option *row;
	const struct command *cmd;
	size_t i;

	(void)state;
	for (i = 0; command_table[i]; i++) {
		cmd = command_table[i];
		assert_ptr_equal(command_find(cmd->name), cmd);
		assert_non_null(cmd->run);
		assert_true(cmd->summary[0] && cmd->help[0] && cmd->example[0]);
		assert_true(cmd->max_args < 0 || cmd->min_args <= cmd->max_args);
		for (row = cmd->options; row && row->name; row++)
			assert_true(row->help[0]);
		/* Who writes works on a guest. */
		if (cmd->flags & CMD_NEEDS_WRITE)
			assert_true(cmd->flags & CMD_NEEDS_TARGET);
	}
}

static void commands_are_found_by_their_beginnings(void **state)
{
	const struct command *cmd;

	(void)state;
	assert_null(command_lookup("rea", &cmd));
	assert_ptr_equal(cmd, &cmd_read);
	assert_null(command_lookup("read", &cmd));
	assert_error(command_lookup("re", &cmd), ERROR_USAGE,
		     "command 're' is ambiguous: regs, read");
	assert_null(cmd);
	assert_error(command_lookup("reads", &cmd), ERROR_USAGE, "unknown command 'reads'");
}

static void assert_completed_in(const struct session *s, const char *before, const char *text,
				size_t idx, const char *name)
{
	char *got = complete_word(s, before, text, idx);

	if (name)
		assert_string_equal(got, name);
	else
		assert_null(got);
	free(got);
}

static void assert_completed(const char *before, const char *text, size_t idx, const char *name)
{
	const struct session s = { 0 };

	assert_completed_in(&s, before, text, idx, name);
}

static void names_are_completed(void **state)
{
	(void)state;
	assert_completed("", "re", 0, "regs");
	assert_completed("", "re", 1, "read");
	assert_completed("", "re", 2, NULL);
	assert_completed("read ", "--k", 0, "--keys");
	assert_completed("read ", "--k", 1, "--key=");
	assert_completed("read ", "--eb", 0, "--ebcdic");
	assert_completed("read ", "--force", 0, NULL);
	assert_completed("read ", "x", 0, NULL);
	assert_completed("help ", "ca", 0, "cas");
	assert_completed("version ", "", 0, NULL);
	assert_completed("", "unal", 0, "unalias");
	assert_completed("read --sp", "pace=", 0, NULL);
	assert_completed("read ", "--space=ho", 0, "--space=home");
	assert_completed("read --space ", "s", 0, "sec");
	assert_completed("read -t ", "eb", 0, "ebcdic");
	assert_completed("read ", "ho", 0, "home:");
	assert_completed("read ", "home:%r1", 0, "home:%r1");
	assert_completed("read ", "home:%r1", 1, "home:%r10");
	assert_completed("read ", "8+$pre", 0, "8+$prefix");
	assert_completed("rd ", "%pswm", 0, "%pswm");
	assert_completed("x/4xg ", "%psw", 2, "%pswm");
	assert_completed("", "vto", 0, "vtop");
	assert_completed("set ", "e", 0, "engine");
	assert_completed("set ", "e", 1, "ebcdic");
	assert_completed("set engine ", "", 1, "ioctl");
	assert_completed("set space ", "ho", 0, "home");
	assert_completed("show ", "code", 0, "codepage");
	assert_completed("show code ", "", 0, NULL);
	assert_completed("help ", "dial", 0, "dialects");
	assert_completed("read 0 | ", "re", 0, NULL);
	assert_completed("!", "re", 0, NULL);
	assert_completed("read 'x", "re", 0, NULL);
}

/* A guest names its symbols. */
static void names_that_are_more_than_a_word_are_not_completed(void **state)
{
	static const struct symtab_entry entries[] = {
		{ .name = "evil", .value = 1, .type = 'T' },
		{ .name = "evil | reboot", .value = 2, .type = 'T' },
		{ .name = "evil>file", .value = 3, .type = 'T' },
		{ .name = "evil\033[2J", .value = 4, .type = 'T' },
		{ .name = "evil\n!reboot", .value = 5, .type = 'T' },
		{ .name = "evil'x", .value = 6, .type = 'T' },
		{ .name = "evil\xe2\x80\xaex", .value = 7, .type = 'T' },
		{ .name = "evil_too.part.0", .value = 8, .type = 'T' },
	};
	struct session s = { .symbols = symbols_new() };
	struct symtab *tab;

	(void)state;
	assert_null(symtab_from_list("guest", entries, sizeof(entries) / sizeof(*entries), &tab));
	assert_null(symbols_add(s.symbols, tab, 0, "", true));
	assert_completed_in(&s, "read ", "evi", 0, "evil");
	assert_completed_in(&s, "read ", "evi", 1, "evil_too.part.0");
	assert_completed_in(&s, "read ", "evi", 2, NULL);
	assert_completed_in(&s, "read ", "evil |", 0, NULL);
	symbols_free(s.symbols);
}

/* space_arg_length(), space_arg_parse() */

static void spaces_have_names(void **state)
{
	static const struct {
		const char *text;
		size_t len;	/* with the colon; 0: no space before an address */
		enum space space;
		uint8_t ar;
		uint32_t alet;
		uint64_t asce;
	} rows[] = {
		{ "home:init_task", 5, SPACE_HOME, 0, 0, 0 },
		{ "pri:0", 4, SPACE_PRIMARY, 0, 0, 0 },
		{ "secondary:0", 10, SPACE_SECONDARY, 0, 0, 0 },
		{ "auto:0", 5, SPACE_AUTO, 0, 0, 0 },
		{ "real:%r15+160", 5, SPACE_REAL, 0, 0, 0 },
		{ "abs:", 4, SPACE_ABSOLUTE, 0, 0, 0 },
		{ "ar5:0x1000", 4, SPACE_AR, 5, 0, 0 },
		{ "ar:15:0x1000", 6, SPACE_AR, 15, 0, 0 },
		{ "ar=0:0x1000", 5, SPACE_AR, 0, 0, 0 },
		{ "alet=0x10003:0", 13, SPACE_ALET, 0, 0x10003, 0 },
		{ "alet:0xffffffff:0", 16, SPACE_ALET, 0, 0xffffffff, 0 },
		{ "asce=0x8000000000000007:0", 24, SPACE_ASCE, 0, 0, 0x8000000000000007 },
		{ "asce:7:0", 7, SPACE_ASCE, 0, 0, 7 },
		{ "home", 0, SPACE_AUTO, 0, 0, 0 },
		{ "init_task+8", 0, SPACE_AUTO, 0, 0, 0 },
		{ "hone:0", 0, SPACE_AUTO, 0, 0, 0 },
		{ "alet=3", 0, SPACE_AUTO, 0, 0, 0 },
		{ "arch_initcall", 0, SPACE_AUTO, 0, 0, 0 },
		{ "", 0, SPACE_AUTO, 0, 0, 0 },
	};
	struct access a;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(space_arg_length(rows[i].text), rows[i].len);
		if (!rows[i].len)
			continue;
		a = (struct access)ACCESS_INIT(0);
		assert_null(space_arg_parse(rows[i].text, rows[i].len - 1, &a, NULL));
		assert_int_equal(a.space, rows[i].space);
		assert_int_equal(a.ar, rows[i].ar);
		assert_int_equal(a.alet, rows[i].alet);
		assert_int_equal(a.asce, rows[i].asce);
	}
}

static void spaces_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "hone", "there is no address space 'hone'" },
		{ "", "there is no address space ''" },
		{ "a\nb", "there is no address space 'a\\nb'" },
		{ "ar16", "access register 16 is out of range (0 to 15)" },
		{ "ar", "space ar needs to be told which" },
		{ "alet", "space alet needs to be told which" },
		{ "asce", "space asce needs to be told which" },
		{ "alet=0x100000000", "ALET '0x100000000' does not fit" },
		{ "ar5x", "access register '5x' is no number" },
	};
	struct access a;
	bool bare = false;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		a = (struct access)ACCESS_INIT(0);
		assert_error(space_arg_parse(rows[i].text, strlen(rows[i].text), &a, NULL), ERROR_USAGE,
			     rows[i].message);
		assert_int_equal(a.space, SPACE_AUTO);
	}
	assert_null(space_arg_parse("ar", 2, &a, &bare));
	assert_true(bare);
	assert_int_equal(a.space, SPACE_AR);
}

/* In a process of its own: so many SIGINT, of which it forgets those before the last times. */
static int status_after(unsigned int times, unsigned int forgotten)
{
	pid_t pid = fork();
	unsigned int i;
	int status;

	if (pid == 0) {
		/* What a shell has started in the background ignores it. */
		signal(SIGINT, SIG_DFL);
		signals_install();
		for (i = 0; i < times; i++) {
			raise(SIGINT);
			if (i + 1 == forgotten)
				signals_forget_int();
		}
		_exit(*signals_flag() == SIGINT ? 77 : 78);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void a_third_signal_is_the_end(void **state)
{
	(void)state;
	assert_int_equal(status_after(1, 0), 77);
	assert_int_equal(status_after(2, 0), 77);
	assert_int_equal(status_after(3, 0), -SIGINT);
	assert_int_equal(status_after(4, 2), 77);
	assert_int_equal(status_after(2, 2), 78);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_follow_the_shells_rules),
		cmocka_unit_test(spaces_have_names),
		cmocka_unit_test(spaces_that_are_none_are_refused),
		cmocka_unit_test(words_tell_where_they_are_wrong),
		cmocka_unit_test(options_are_taken_out),
		cmocka_unit_test(options_that_are_none_are_refused),
		cmocka_unit_test(times_have_units),
		cmocka_unit_test(values_are_big_endian),
		cmocka_unit_test(values_that_are_none_are_refused),
		cmocka_unit_test(excerpt_keeps_beginning_and_end),
		cmocka_unit_test(outfile_appears_when_it_is_complete),
		cmocka_unit_test(outfile_replaces_only_with_force),
		cmocka_unit_test(outfile_that_fails_leaves_nothing),
		cmocka_unit_test(commands_are_complete),
		cmocka_unit_test(commands_are_found_by_their_beginnings),
		cmocka_unit_test(names_are_completed),
		cmocka_unit_test(names_that_are_more_than_a_word_are_not_completed),
		cmocka_unit_test(a_third_signal_is_the_end),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
