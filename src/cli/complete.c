/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/complete.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/readline.h>

#include "cli/alias.h"
#include "cli/command.h"
#include "cli/dialect.h"
#include "cli/settings.h"
#include "cli/signals.h"
#include "cli/words.h"

#define TERM_BREAKS "+-*&|(:"	/* a symbol or register begins behind them */

/* Where a word stands. */
struct place {
	const struct command *cmd;	/* NULL: the first word, or a command of a dialect */
	bool first, dialect;
	size_t word;			/* number of the word, among those that are no options */
	char option[32];		/* whose argument the word is, or "" */
	char setting[32];		/* set: of which it is the value, or "" */
	bool outside;			/* of a shell's command or a file behind | or > */
};

/* The idx-th text of a kind that begins with text; NULL behind the last. Allocated. */
typedef char *source(const struct session *s, const struct place *p, const char *text, size_t idx);

/* A copy of name if it begins with text and idx of such have been passed; counts them. */
static char *pick(const char *name, const char *text, size_t idx, size_t *found)
{
	if (strncmp(name, text, strlen(text)) || (*found)++ != idx)
		return NULL;
	return strdup(name);
}

/* The idx-th of words that begins with text, behind a beginning that is put before it. */
static char *pick_word(const char *const *words, const char *before, const char *text, size_t idx)
{
	size_t i, found = 0;
	char *word = NULL, *all;

	for (i = 0; words && words[i] && !word; i++)
		word = pick(words[i], text, idx, &found);
	if (!word || !before[0])
		return word;
	if (asprintf(&all, "%s%s", before, word) < 0)
		all = NULL;
	free(word);
	return all;
}

static char *commands(const struct session *s, const struct place *p, const char *text, size_t idx)
{
	size_t i, found = 0;
	char *name = NULL;

	(void)s;
	if (!p->first && p->cmd != &cmd_help)
		return NULL;
	for (i = 0; command_table[i] && !name; i++)
		name = pick(command_table[i]->name, text, idx, &found);
	return name;
}

static char *aliases(const struct session *s, const struct place *p, const char *text, size_t idx)
{
	const char *name, *words;
	size_t i, found = 0;
	char *picked = NULL;

	if (!p->first && p->cmd != &cmd_alias && p->cmd != &cmd_unalias)
		return NULL;
	for (i = 0; !picked && (name = alias_name(s, i, &words)); i++)
		picked = pick(name, text, idx, &found);
	return picked;
}

/* Each command of a dialect once. */
static char *dialects(const struct session *s, const struct place *p, const char *text, size_t idx)
{
	const struct dialect *row;
	size_t found = 0;
	char *name = NULL;

	(void)s;
	if (!p->first || !text[0])
		return NULL;
	for (row = dialect_table; row->family && !name; row++) {
		if (row->translate && !row->applies)
			name = pick(row->name, text, idx, &found);
	}
	return name;
}

static char *topics(const struct session *s, const struct place *p, const char *text, size_t idx)
{
	static const char *const words[] = { "dialects", "exceptions", NULL };

	(void)s;
	return p->cmd == &cmd_help ? pick_word(words, "", text, idx) : NULL;
}

static char *options(const struct session *s, const struct place *p, const char *text, size_t idx)
{
	const struct command_option *row;
	size_t found = 0;
	char *name, *picked = NULL;

	(void)s;
	if (!p->cmd || text[0] != '-')
		return NULL;
	for (row = p->cmd->options; row && row->name && !picked; row++) {
		if (asprintf(&name, "--%s%s", row->name, row->arg ? "=" : "") < 0)
			return NULL;
		picked = pick(name, text, idx, &found);
		free(name);
	}
	return picked;
}

static const char *const space_words[] = {
	"auto", "pri", "sec", "home", "real", "abs", "sida", "ar", "alet=", "asce=", NULL
};

/* What an option or a setting of a name can be. */
static const char *const *value_words(const char *name)
{
	const struct setting *row;

	if (!strcmp(name, "space"))
		return space_words;
	for (row = settings_table; row->name; row++) {
		if (!strcmp(row->name, name))
			return row->words;
	}
	return NULL;
}

/* --space=ho, or the word behind --space. */
static char *option_values(const struct session *s, const struct place *p, const char *text,
			   size_t idx)
{
	size_t len = strcspn(text, "=");
	char before[64], name[32];

	(void)s;
	if (p->option[0])
		return pick_word(value_words(p->option), "", text, idx);
	if (strncmp(text, "--", 2) || !text[len] || len >= sizeof(name))
		return NULL;
	snprintf(before, sizeof(before), "%.*s", (int)len + 1, text);
	snprintf(name, sizeof(name), "%.*s", (int)len - 2, text + 2);
	return pick_word(value_words(name), before, text + len + 1, idx);
}

static char *settings(const struct session *s, const struct place *p, const char *text, size_t idx)
{
	const struct setting *row;
	size_t found = 0;
	char *name = NULL;

	(void)s;
	if (p->setting[0])
		return pick_word(value_words(p->setting), "", text, idx);
	if ((p->cmd != &cmd_set && p->cmd != &cmd_show) || p->word != 1)
		return NULL;
	for (row = settings_table; row->name && !name; row++)
		name = pick(row->name, text, idx, &found);
	return name;
}

/* Whether an address can stand here. */
static bool takes_address(const struct place *p, const char *text)
{
	return (p->dialect || (p->cmd && (p->cmd->flags & CMD_NEEDS_TARGET))) && !p->option[0] &&
	       text[0] && strncmp(text, "--", 2);
}

static char *spaces(const struct session *s, const struct place *p, const char *text, size_t idx)
{
	static const char *const words[] = {
		"auto:", "pri:", "sec:", "home:", "real:", "abs:", "alet=", "asce=", NULL
	};

	(void)s;
	return takes_address(p, text) ? pick_word(words, "", text, idx) : NULL;
}

/* The part of an address that a register or symbol begins with is cut off and put before it. */
static const char *last_term(const char *text, char *before, size_t size)
{
	const char *term = text, *q;

	for (q = text; *q; q++) {
		if (strchr(TERM_BREAKS, *q))
			term = q + 1;
	}
	snprintf(before, size, "%.*s", (int)(term - text), text);
	return strlen(before) == (size_t)(term - text) ? term : NULL;
}

static char *registers(const struct session *s, const struct place *p, const char *text, size_t idx)
{
	static const char *const words[] = {
		"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12",
		"r13", "r14", "r15", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9",
		"a10", "a11", "a12", "a13", "a14", "a15", "c0", "c1", "c2", "c3", "c4", "c5", "c6",
		"c7", "c8", "c9", "c10", "c11", "c12", "c13", "c14", "c15", "psw", "pswa", "pswm",
		"prefix", NULL
	};
	char before[256], with_sign[258];
	const char *term;

	(void)s;
	if (!takes_address(p, text))
		return NULL;
	term = last_term(text, before, sizeof(before));
	if (!term || (term[0] != '%' && term[0] != '$'))
		return NULL;
	snprintf(with_sign, sizeof(with_sign), "%s%c", before, term[0]);
	return pick_word(words, with_sign, term + 1, idx);
}

static char *symbols(const struct session *s, const struct place *p, const char *text, size_t idx)
{
	char before[256], *all;
	const char *term, *symbol;

	if (!s->symbols || !takes_address(p, text))
		return NULL;
	term = last_term(text, before, sizeof(before));
	if (!term || !term[0] || isdigit((unsigned char)term[0]))
		return NULL;
	symbol = symbols_complete(s->symbols, term, idx);
	return symbol && asprintf(&all, "%s%s", before, symbol) >= 0 ? all : NULL;
}

static source *const sources[] = {
	commands, aliases, dialects, topics, options, option_values, settings, spaces, registers,
	symbols,
};

#define NR_SOURCES (sizeof(sources) / sizeof(sources[0]))

/* How far one completion has come. */
struct progress_of {
	size_t source, idx;
};

/*
 * Symbols have names that a guest or a file has chosen. What completion adds to a line must
 * be text, and no more than the word that it ends: no blank, | or > that makes it another line.
 */
static bool is_harmless(const char *added)
{
	for (; *added; added++) {
		if (!isascii((unsigned char)*added) ||
		    (!isalnum((unsigned char)*added) && !strchr("_.$@%=:-", *added)))
			return false;
	}
	return true;
}

static char *next(const struct session *s, const struct place *p, const char *text,
		  struct progress_of *at)
{
	char *name;

	while (!p->outside && at->source < NR_SOURCES) {
		name = sources[at->source](s, p, text, at->idx++);
		if (name && is_harmless(name + strlen(text)))
			return name;
		if (name) {
			free(name);
			continue;
		}
		at->source++;
		at->idx = 0;
	}
	return NULL;
}

/* The option whose argument the next word is. */
static void find_option(const struct command *cmd, const char *word, struct place *p)
{
	const struct command_option *row;

	for (row = cmd->options; row && row->name; row++) {
		if (row->arg && ((word[1] == row->letter && !word[2]) ||
				 (!strncmp(word, "--", 2) && !strcmp(word + 2, row->name))))
			snprintf(p->option, sizeof(p->option), "%s", row->name);
	}
}

static void look_at_words(const struct words *words, struct place *p)
{
	char name[COMMAND_NAME_MAX + 1];
	int i;

	p->first = !words->count;
	if (p->first)
		return;
	error_free(command_lookup(words->word[0], &p->cmd));
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(words->word[0], "/"), words->word[0]);
	p->dialect = !p->cmd && dialect_is_name(name);
	p->word = 1;
	for (i = 1; i < words->count; i++) {
		if (words->word[i][0] != '-' || !words->word[i][1])
			p->word += !p->option[0];
		p->option[0] = '\0';
		if (p->cmd && words->word[i][0] == '-' && words->word[i][1])
			find_option(p->cmd, words->word[i], p);
	}
	if (p->cmd == &cmd_set && words->count == 2)
		snprintf(p->setting, sizeof(p->setting), "%s", words->word[1]);
}

static struct error *find_place(const struct session *s, const char *before, struct place *p)
{
	struct buf line = BUF_INIT;
	struct words words;
	struct error *err;

	*p = (struct place){ .cmd = NULL };
	alias_expand(s, before, &line);
	p->outside = buf_str(&line)[0] == '!' || words_find(buf_str(&line), "|>");
	err = words_split(buf_str(&line), &words);
	buf_free(&line);
	if (err)
		return err;
	look_at_words(&words, p);
	words_free(&words);
	return NULL;
}

char *complete_word(const struct session *s, const char *before, const char *text, size_t idx)
{
	struct progress_of at = { .source = 0 };
	struct place p;
	struct error *err = find_place(s, before, &p);
	char *name = NULL;
	size_t i;

	if (err) {
		error_free(err);
		return NULL;
	}
	for (i = 0; i <= idx; i++) {
		free(name);
		name = next(s, &p, text, &at);
		if (!name)
			break;
	}
	return name;
}

/* readline's callbacks have no argument of ours. */
static struct session *session;
static struct place current;

/* readline asks with state 0, 1, 2 ... until it gets NULL. */
static char *generate(const char *text, int state)
{
	static struct progress_of at;

	if (!state)
		at = (struct progress_of){ .source = 0 };
	return next(session, &current, text, &at);
}

/*
 * The symbols of the guest's kernel, once: silently, and Ctrl-C ends it. Nothing is
 * asked from a server for a key.
 */
static void get_symbols(struct session *s)
{
	const struct log before = s->log;
	const struct symbols *symbols;
	sigset_t ours;

	if (!s->target || s->kernel || s->debuginfod)
		return;
	s->log.stream = fopen("/dev/null", "we");
	if (s->log.stream) {
		s->log.quiet = 1;
		s->log.verbose = 0;
		s->for_target = true;
		signals_set(&ours);
		sigprocmask(SIG_UNBLOCK, &ours, NULL);
		error_free(session_symbols(s, &symbols));
		sigprocmask(SIG_BLOCK, &ours, NULL);
		fclose(s->log.stream);
	}
	s->log = before;
}

static char **complete(const char *text, int start, int end)
{
	char *before = strndup(rl_line_buffer, (size_t)start), **matches;
	struct error *err = before ? find_place(session, before, &current) : error_nomem();
	bool files;

	(void)end;
	free(before);
	/* File names where a command takes some; nothing else in a first word. */
	files = !err && (current.outside || (current.cmd && strstr(current.cmd->args, "FILE"))) &&
		text[0] != '-';
	files = files || (!err && !strcmp(current.setting, "symbols"));
	rl_attempted_completion_over = !files;
	if (err) {
		error_free(err);
		return NULL;
	}
	if (takes_address(&current, text) && (isalpha((unsigned char)text[0]) || text[0] == '_'))
		get_symbols(session);
	rl_completion_append_character = ' ';
	matches = rl_completion_matches(text, generate);
	/* What is to be gone on with gets no blank. */
	if (matches && matches[0] && matches[0][0] &&
	    strchr("=:", matches[0][strlen(matches[0]) - 1]))
		rl_completion_append_character = '\0';
	return matches;
}

void complete_setup(struct session *s)
{
	session = s;
	rl_readline_name = "s390memctl";
	rl_attempted_completion_function = complete;
	rl_basic_word_break_characters = " \t\n\"'";
	rl_completer_quote_characters = "\"'";
}
