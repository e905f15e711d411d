/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/settings.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/access.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/space-arg.h"
#include "out/ebcdic.h"
#include "out/hexdump.h"

/* In the order of the enumerations. */
static const char *const switch_words[] = { "off", "on", NULL };
static const char *const auto_words[] = { "auto", "off", "on", NULL };
static const char *const color_words[] = { "auto", "never", "always", NULL };
static const char *const engine_words[] = { "auto", "ioctl", "walk", "both", NULL };
static const char *const type_words[] = {
	"hex", "u8", "u16", "u32", "u64", "str", "ebcdic", NULL
};
static const char *const format_words[] = { "x", "d", "u", "o", "t", "c", "a", "f", NULL };

/* A member of the session's settings. */
#define MEMBER(s, row, type) ((type *)(void *)((char *)&(s)->settings + (row)->offset))
#define CONST_MEMBER(s, row, type) \
	((const type *)(const void *)((const char *)&(s)->settings + (row)->offset))

static struct error *bad_value(const struct setting *row, const char *value)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, value, strlen(value));
	err = error_new(ERROR_USAGE, "%s cannot be '%s'", row->name, buf_str(&shown));
	buf_free(&shown);
	return error_hint(err, "it takes %s", row->arg);
}

static struct error *set_word(struct session *s, const struct setting *row, const char *value)
{
	int i;

	for (i = 0; row->words[i]; i++) {
		if (!strcmp(row->words[i], value)) {
			*MEMBER(s, row, int) = i;
			return NULL;
		}
	}
	return bad_value(row, value);
}

static void show_word(const struct session *s, const struct setting *row, struct buf *b)
{
	buf_adds(b, row->words[*CONST_MEMBER(s, row, int)]);
}

static void show_text(const struct session *s, const struct setting *row, struct buf *b)
{
	const char *text = CONST_MEMBER(s, row, char);

	buf_add_escaped(b, text, strlen(text));
}

static void show_number(const struct session *s, const struct setting *row, struct buf *b)
{
	buf_addf(b, "%llu", (unsigned long long)*CONST_MEMBER(s, row, uint64_t));
}

/* Copy a text that fits. */
static struct error *take_text(const struct setting *row, char *member, size_t size,
			       const char *value)
{
	if (strlen(value) >= size)
		return bad_value(row, value);
	strcpy(member, value);
	return NULL;
}

static struct error *set_space(struct session *s, const struct setting *row, const char *value)
{
	struct access a = ACCESS_INIT(0);
	struct error *err = space_arg_parse(value, strlen(value), &a, NULL);

	return err ? err : take_text(row, s->settings.space, sizeof(s->settings.space), value);
}

static struct error *set_key(struct session *s, const struct setting *row, const char *value)
{
	unsigned int number;
	struct error *err = NULL;

	if (strcmp(value, "none"))
		err = access_number(value, "access key", 15, &number);
	return err ? err : take_text(row, s->settings.key, sizeof(s->settings.key), value);
}

static struct error *set_length(struct session *s, const struct setting *row, const char *value)
{
	return length_parse(value, row->name, MEMBER(s, row, uint64_t));
}

static struct error *set_columns(struct session *s, const struct setting *row, const char *value)
{
	uint64_t columns;
	struct error *err = length_parse(value, row->name, &columns);

	if (!err && (columns % 8 || columns > HEXDUMP_COLUMNS_MAX))
		err = bad_value(row, value);
	if (!err)
		s->settings.columns = columns;
	return err;
}

static struct error *set_width(struct session *s, const struct setting *row, const char *value)
{
	if (!strcmp(value, "auto")) {
		s->settings.width = 0;
		return NULL;
	}
	return length_parse(value, row->name, &s->settings.width);
}

static void show_width(const struct session *s, const struct setting *row, struct buf *b)
{
	if (s->settings.width)
		show_number(s, row, b);
	else
		buf_adds(b, "auto");
}

static struct error *set_codepage(struct session *s, const struct setting *row, const char *value)
{
	struct ebcdic test;
	struct error *err = ebcdic_load(&test, value);

	if (!err)
		err = take_text(row, s->settings.codepage, sizeof(s->settings.codepage), value);
	if (!err) {
		free(s->ebcdic);
		s->ebcdic = NULL;
	}
	return err;
}

static struct error *set_plain(struct session *s, const struct setting *row, const char *value)
{
	struct error *err = set_word(s, row, value);

	s->log.plain = s->settings.plain;
	return err;
}

static struct error *set_pager(struct session *s, const struct setting *row, const char *value)
{
	if (!value[0])
		return bad_value(row, value);
	return take_text(row, s->settings.pager, sizeof(s->settings.pager), value);
}

static struct error *set_max_stop(struct session *s, const struct setting *row, const char *value)
{
	struct error *err = options_time(value, 10, &s->max_stop_ns);

	(void)row;
	if (err || !s->target || !s->target->ops->has_ioctl)
		return err;
	/* A live vCPU is told when it is attached to. */
	err = session_detach(s);
	return err ? err : session_attach(s);
}

static void show_max_stop(const struct session *s, const struct setting *row, struct buf *b)
{
	(void)row;
	buf_addf(b, "%lluus", (unsigned long long)s->max_stop_ns / 1000);
}

static struct error *set_symbols(struct session *s, const struct setting *row, const char *value)
{
	struct error *err = session_add_symbol_file(s, value);

	(void)row;
	if (err)
		return err;
	session_forget_symbols(s);
	err = session_load_symbols(s);
	if (err) {
		free((char *)s->symbol_files[--s->nr_symbol_files]);
		error_free(session_load_symbols(s));
	}
	return err;
}

static void show_symbols(const struct session *s, const struct setting *row, struct buf *b)
{
	size_t i;

	(void)row;
	for (i = 0; i < s->nr_symbol_files; i++) {
		buf_adds(b, i ? " " : "");
		buf_add_escaped(b, s->symbol_files[i], strlen(s->symbol_files[i]));
	}
	if (!i)
		buf_adds(b, "none");
}

static struct error *set_verbose(struct session *s, const struct setting *row, const char *value)
{
	if (value[0] < '0' || value[0] > '2' || value[1])
		return bad_value(row, value);
	s->log.verbose = value[0] - '0';
	return NULL;
}

static void show_verbose(const struct session *s, const struct setting *row, struct buf *b)
{
	(void)row;
	buf_addf(b, "%d", s->log.verbose < 2 ? s->log.verbose : 2);
}

/* "on" or "off" as a truth; -1: neither. */
static int parse_switch(const char *value)
{
	return !strcmp(value, "on") ? 1 : !strcmp(value, "off") ? 0 : -1;
}

static struct error *set_stats(struct session *s, const struct setting *row, const char *value)
{
	int on = parse_switch(value);

	if (on < 0)
		return bad_value(row, value);
	s->stats = on;
	return NULL;
}

static void show_stats(const struct session *s, const struct setting *row, struct buf *b)
{
	buf_adds(b, row->words[s->stats]);
}

static struct error *set_quiet(struct session *s, const struct setting *row, const char *value)
{
	int on = parse_switch(value);

	if (on < 0)
		return bad_value(row, value);
	s->log.quiet = on;
	return NULL;
}

static void show_quiet(const struct session *s, const struct setting *row, struct buf *b)
{
	buf_adds(b, row->words[s->log.quiet != 0]);
}

#define WORD(name, member, arg, words, help) \
	{ name, arg, help, words, offsetof(struct settings, member), set_word, show_word }
#define TEXT(name, member, arg, set, help) \
	{ name, arg, help, NULL, offsetof(struct settings, member), set, show_text }
#define NUMBER(name, member, arg, set, show, help) \
	{ name, arg, help, NULL, offsetof(struct settings, member), set, show }
#define OTHER(name, arg, words, set, show, help) { name, arg, help, words, 0, set, show }

const struct setting settings_table[] = {
	TEXT("space", space, "SPACE", set_space, "--space where none is given"),
	TEXT("key", key, "none or 0-15", set_key, "--key where none is given"),
	WORD("engine", engine, "auto, ioctl, walk or both", engine_words,
	     "--engine where none is given"),
	WORD("type", type, "hex, u8, u16, u32, u64, str or ebcdic", type_words,
	     "--type of read where none is given"),
	WORD("format", format, "x, d, u, o, t, c, a or f", format_words,
	     "--format of read where none is given"),
	NUMBER("length", length, "LEN", set_length, show_number,
	       "bytes that read shows where no number is given"),
	NUMBER("columns", columns, "a multiple of 8, 64 at most", set_columns, show_number,
	       "bytes of a line of read and search"),
	NUMBER("width", width, "auto or N", set_width, show_width, "columns of the terminal"),
	WORD("ebcdic", ebcdic, "auto, off or on", auto_words,
	     "an EBCDIC column; auto: on a terminal with room for it"),
	TEXT("codepage", codepage, "NAME", set_codepage, "EBCDIC code page, as iconv -l has it"),
	WORD("color", color, "auto, never or always", color_words,
	     "colours by meaning; auto: on a terminal, and NO_COLOR is not set"),
	{ "plain", "on or off", "for screen readers: no colours, bars, lines that change",
	  switch_words, offsetof(struct settings, plain), set_plain, show_word },
	TEXT("pager", pager, "auto, off or COMMAND", set_pager,
	     "for output longer than the screen; auto: $S390MEMCTL_PAGER, $PAGER, less -FRX"),
	WORD("overwrite", overwrite, "on or off", switch_words, "whether > replaces a file"),
	WORD("confirm", confirm, "on or off", switch_words,
	     "whether the shell asks before it changes the guest"),
	OTHER("max-stop", "TIME", NULL, set_max_stop, show_max_stop,
	      "let a vCPU stand still no longer than this at once"),
	OTHER("symbols", "FILE[@ADDR]", NULL, set_symbols, show_symbols,
	      "take symbols from one more file"),
	OTHER("stats", "on or off", switch_words, set_stats, show_stats,
	      "tell how often and how long the vCPU stood still"),
	OTHER("verbose", "0, 1 or 2", NULL, set_verbose, show_verbose,
	      "say what is found and chosen; 2: every stop and call"),
	OTHER("quiet", "on or off", switch_words, set_quiet, show_quiet,
	      "no notes on standard error, only warnings and errors"),
	{ NULL, NULL, NULL, NULL, 0, NULL, NULL },
};

void settings_init(struct settings *set)
{
	*set = (struct settings){
		.space = "auto", .key = "none", .length = 64, .columns = 16,
		.codepage = EBCDIC_CODE_PAGE, .pager = "auto",
	};
}

struct error *settings_find(const char *name, const struct setting **row)
{
	const struct setting *r, *found = NULL;
	struct buf text = BUF_INIT;
	size_t len = strlen(name);
	struct error *err = NULL;
	int count = 0;

	for (r = settings_table; r->name; r++) {
		if (!len || strncmp(r->name, name, len))
			continue;
		found = r;
		buf_addf(&text, "%s%s", count++ ? ", " : "", r->name);
		if (!r->name[len]) {
			count = 1;
			break;
		}
	}
	if (count > 1)
		err = error_new(ERROR_USAGE, "setting '%s' is ambiguous: %s", name, buf_str(&text));
	if (!count) {
		buf_reset(&text);
		buf_add_escaped(&text, name, len);
		err = error_hint(error_new(ERROR_USAGE, "there is no setting '%s'", buf_str(&text)),
				 "'show' lists them");
	}
	buf_free(&text);
	*row = err ? NULL : found;
	return err;
}

struct error *settings_set(struct session *s, const char *name, const char *value, bool by_option)
{
	const struct setting *row;
	struct error *err = settings_find(name, &row);
	unsigned int bit;

	if (err)
		return err;
	bit = 1U << (row - settings_table);
	if (s->settings.reading_rc && (s->settings.by_option & bit))
		return NULL;
	err = row->set(s, row, value);
	if (!err && by_option)
		s->settings.by_option |= bit;
	return err;
}

void settings_show(const struct session *s, const struct setting *row, struct buf *b)
{
	row->show(s, row, b);
}

unsigned int settings_width(const struct session *s)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) <= 0)
		return 0;
	if (s->settings.width)
		return s->settings.width < UINT16_MAX ? (unsigned int)s->settings.width : UINT16_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col;
}

unsigned int settings_height(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	return size.ws_row ? size.ws_row : 24;
}

bool settings_use_color(const struct session *s, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (s->settings.plain || s->settings.color == SETTING_COLOR_NEVER)
		return false;
	if (s->settings.color == SETTING_COLOR_ALWAYS)
		return true;
	return isatty(fd) > 0 && !(no && no[0]) && term && strcmp(term, "dumb");
}

/* Address, words of four bytes, and two columns of characters between bars. */
#define EBCDIC_LINE(columns) (17 + 9 * (columns) / 4 + 2 * ((columns) + 4))

bool settings_use_ebcdic(const struct session *s, bool asked)
{
	if (asked || s->settings.ebcdic == SETTING_ON)
		return true;
	return s->settings.ebcdic == SETTING_AUTO && !s->json &&
	       settings_width(s) >= EBCDIC_LINE(s->settings.columns);
}
