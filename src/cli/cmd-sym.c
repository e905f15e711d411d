/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/session.h"

struct lookup {
	struct session *s;
	const struct symbols *symbols;
	const char *word;	/* as it was given */
	bool all;		/* --all */
	bool no_line;		/* --no-line */
};

static struct error *word_error(const char *format, const char *word)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, word, strlen(word));
	err = error_new(ERROR_NO, format, buf_str(&shown));
	buf_free(&shown);
	return err;
}

/* Only code has lines: nothing of DWARF is read for data. */
static bool is_code(const struct symbol_info *info)
{
	return strchr("tTwWi?", info->type) != NULL;
}

/* Text: one line, of cells two blanks apart; those that are not known are left out. */
static void show_text(struct out *o, const struct symbol_info *info, uint64_t addr,
		      const char *line)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%016" PRIx64 "  ", addr);
	buf_add_escaped(&b, info->name, strlen(info->name));
	if (info->offset)
		buf_addf(&b, "+0x%" PRIx64, info->offset);
	buf_addf(&b, "  %c", info->type);
	if (info->size)
		buf_addf(&b, "  %" PRIu64 " byte%s", info->size, info->size == 1 ? "" : "s");
	if (info->section[0]) {
		buf_adds(&b, "  ");
		buf_add_escaped(&b, info->section, strlen(info->section));
	}
	if (info->module[0]) {
		buf_adds(&b, "  [");
		buf_add_escaped(&b, info->module, strlen(info->module));
		buf_addc(&b, ']');
	}
	out_text(o, "%s%s%s\n", buf_str(&b), line[0] ? "  " : "", line);
	buf_free(&b);
}

static void show_json(struct out *o, const struct symbol_info *info, uint64_t addr,
		      const char *line)
{
	const char type[] = { info->type, '\0' };

	out_object(o, NULL);
	out_hex(o, "address", addr);
	out_str(o, "name", info->name);
	out_hex(o, "offset", info->offset);
	out_hex(o, "value", info->value);
	out_hex(o, "size", info->size);
	out_str(o, "type", type);
	out_str(o, "section", info->section);
	out_str(o, "module", info->module);
	out_str(o, "table", symtab_path(info->tab));
	if (line[0])
		out_str(o, "line", line);
	out_close(o);
}

static void show(const struct lookup *l, const struct symbol_info *info)
{
	uint64_t addr = info->value + info->offset;
	struct buf line = BUF_INIT;

	if (!l->no_line && is_code(info))
		session_line(l->s, info, addr, &line);
	if (out_is_json(l->s->out))
		show_json(l->s->out, info, addr, buf_str(&line));
	else
		show_text(l->s->out, info, addr, buf_str(&line));
	session_set_last(l->s, addr);
	buf_free(&line);
}

static bool is_like(const struct symbol_info *info, const char *name, const struct symbol_info *like)
{
	if (like)
		return !info->absolute && info->value == like->value;
	return strcmp(info->name, name) == 0;
}

/* --all: those at the same address as that one, or, where like is NULL, those with the name. */
static size_t show_all(const struct lookup *l, const char *name, const struct symbol_info *like)
{
	struct symbol_info info;
	size_t pos[2] = { 0, 0 };
	size_t count = 0;

	while (!session_interrupted(l->s) && symbols_next(l->symbols, pos, &info)) {
		if (!is_like(&info, name, like))
			continue;
		if (like)
			info.offset = like->offset;
		show(l, &info);
		count++;
	}
	return count;
}

static struct error *look_up_addr(const struct lookup *l, uint64_t addr)
{
	struct symbol_info info;

	if (!symbols_nearest(l->symbols, addr, &info)) {
		session_set_last(l->s, addr);
		return error_new(ERROR_NO, "no symbol is near 0x%" PRIx64, addr);
	}
	if (l->all)
		show_all(l, NULL, &info);
	else
		show(l, &info);
	return NULL;
}

/* Whether a word that is no symbol can only be a name: then it is not there, which is no mistake. */
static bool is_name(const char *word)
{
	return strchr("0123456789%$*(-", word[0]) == NULL && !strpbrk(word, " \t+-*()&|<>");
}

static struct error *unknown_name(const struct lookup *l)
{
	const char *similar = symbols_similar(l->symbols, l->word);
	struct error *err = word_error("there is no symbol '%s'", l->word);
	struct buf shown = BUF_INIT;

	if (!similar)
		return err;
	buf_add_escaped(&shown, similar, strlen(similar));
	err = error_hint(err, "did you mean '%s'?", buf_str(&shown));
	buf_free(&shown);
	return err;
}

static struct error *look_up(const struct lookup *l)
{
	struct symbol_info info;
	struct error *err;
	uint64_t addr;

	if (symbols_find(l->symbols, l->word, &info)) {
		if (!l->all || !show_all(l, info.name, NULL))
			show(l, &info);
		return NULL;
	}
	if (l->word[0] && is_name(l->word))
		return unknown_name(l);
	err = session_addr(l->s, l->word, &addr);
	return err ? err : look_up_addr(l, addr);
}

static struct error *run_sym(struct session *s, const struct command_args *args)
{
	struct lookup l = {
		.s = s,
		.all = command_opt(args, "all") != NULL,
		.no_line = command_opt(args, "no-line") != NULL,
	};
	struct error *err, *first = NULL;
	int i;

	err = session_symbols(s, &l.symbols);
	if (err)
		return err;
	if (!symbols_table(l.symbols, 0, NULL, NULL))
		return error_hint(error_new(ERROR_NO, "no symbols are known"),
				  "load them with -s FILE, the guest's vmlinux");
	out_array(s->out, "symbols");
	for (i = 0; i < args->argc && !session_interrupted(s); i++) {
		l.word = args->argv[i];
		err = look_up(&l);
		if (first && err)
			log_warn(&s->log, "%s", err->message);
		first = command_first_error(first, err);
	}
	out_close(s->out);
	return first;
}

static const struct command_option options[] = {
	{ "all", 'a', NULL, "all symbols of the name, or at the address, of all files and modules" },
	{ "no-line", 0, NULL, "do not look for the line of the source" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_sym = {
	.name = "sym",
	.args = "NAME|ADDR...",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.summary = "tell where a symbol is, or which one an address is in",
	.help =
"Tell about symbols: address, name, type as nm(1) tells it, size, section, module,\n"
"and for code the line of the source, if the file has debugging information. Of an\n"
"address, which may be any expression, it is the nearest symbol at or below it.\n"
"\n"
"With --symbols and no guest named, nothing is attached to, and addresses are those\n"
"of the file. Otherwise they are the guest's, its modules included. The exit code is\n"
"1 if there is no such symbol, or none near.\n",
	.example =
"$ s390memctl -s vmlinux sym linux_banner 0x412390\n"
"0000000000b609a8  linux_banner  D  182 bytes  .rodata\n"
"0000000000412390  vfs_read+0x18  T  664 bytes  .text  fs/read_write.c:451\n",
	.run = run_sym,
};
