/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/dialect.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "cli/command.h"

const struct dialect dialect_table[] = {
	{ "gdb", "x", "x/NFU ADDR", "read --type=uU --format=F --count=N ADDR", false, NULL,
	  dialect_gdb_examine },
	{ "gdb", "x", "x/Ns ADDR", "read --type=str --count=N ADDR", false, NULL, NULL },
	{ "gdb", "x", "x/Ni ADDR", "dis ADDR N", false, NULL, NULL },
	{ "gdb", "x", "x", "the same from behind what was shown last", false, NULL, NULL },
	{ "gdb", "p", "p EXPR", "print EXPR", false, NULL, dialect_gdb_print },
	{ "gdb", "p", "p/x EXPR, p/d EXPR", "print --hex EXPR, print --decimal EXPR", false, NULL,
	  NULL },
	{ "gdb", "info", "info registers", "regs", false, dialect_gdb_is_registers,
	  dialect_gdb_registers },
	{ "gdb", "find", "find /U /N START, END, VALUE", "search --type=uU --max=N START:END VALUE",
	  false, NULL, dialect_gdb_find },
	{ "gdb", "find", "find START, +LEN, VALUE", "search --type=u32 START+LEN VALUE", false, NULL,
	  NULL },
	{ "gdb", "find", "find START, END, \"TEXT\"", "search --type=str START:END TEXT", false,
	  NULL, NULL },
	{ "crash", "rd", "rd ADDR N", "read --type=u64 --format=x --count=N ADDR", false, NULL,
	  dialect_crash_rd },
	{ "crash", "rd", "rd -8|-16|-32|-64 ADDR N", "read --type=u8|u16|u32|u64 ...", false, NULL,
	  NULL },
	{ "crash", "rd", "rd -d|-D|-s|-S ADDR N", "read ... --format=d|u|a|a ...", false, NULL,
	  NULL },
	{ "crash", "rd", "rd -a ADDR N", "read --type=str ADDR N", false, NULL, NULL },
	{ "crash", "rd", "rd -u|-k|-p ADDR", "read ... pri:ADDR|home:ADDR|abs:ADDR", false, NULL,
	  NULL },
	{ "crash", "rd", "rd ADDR -e END", "read ... ADDR LEN", false, NULL, NULL },
	{ "crash", "wr", "wr -8|-16|-32|-64 ADDR X", "write --type=u8|u16|u32|u64 ADDR 0xX", false,
	  NULL, dialect_crash_wr },
	{ "crash", "vtop", "vtop [-u|-k] ADDR", "translate ADDR", false, NULL, dialect_crash_vtop },
	{ "crash", "search", "search -s START -e END X",
	  "search --type=u64 --align=8 START:END-1 0xX", false, dialect_crash_is_search,
	  dialect_crash_search },
	{ "crash", "search", "search -s START -l LEN X", "search ... START+LEN 0xX", false, NULL,
	  NULL },
	{ "crash", "search", "search -w|-h|-c ... X", "search --type=u32|u16|str ... X", false, NULL,
	  NULL },
	{ "crash", "search", "search -m MASK ... X", "search --mask=~MASK ... 0xX", false, NULL,
	  NULL },
	{ "CP", "D", "D [N]A", "read --type=u32 --format=x 0xA 4", true, NULL, dialect_cp_display },
	{ "CP", "D", "D A-B, D A:B, D A.L", "read ... 0xA B-A+1, read ... 0xA 0xL", true, NULL,
	  NULL },
	{ "CP", "D", "D TA, D TXA, D SA", "read --ebcdic, read, read --type=u8 ...", true, NULL,
	  NULL },
	{ "CP", "D", "D IA, D KA", "dis 0xA 1, keys 0xA", true, NULL, NULL },
	{ "CP", "D", "D L|R|ABS|PRI|SECO|HOMEA", "read ... auto|real|abs|pri|sec|home:0xA", true,
	  NULL, NULL },
	{ "CP", "D", "D AREGN.A, ALETX.A, ASCEX.A", "read ... arN:0xA, alet=0xX:0xA, asce=0xX:0xA",
	  true, NULL, NULL },
	{ "CP", "D", "D A&", "read ... *(0xA)", true, NULL, NULL },
	{ "CP", "D", "D PSW, G, X, AR, PREFIX", "regs", true, NULL, NULL },
	{ "CP", "DISPLAY", "DISPLAY ...", "as D", true, NULL, dialect_cp_display },
	{ "CP", "ST", "ST [N]A X...", "write --type=u32 0xA 0xX...", true, NULL, dialect_cp_store },
	{ "CP", "ST", "ST SA X", "write --type=hex 0xA X", true, NULL, NULL },
	{ "CP", "STORE", "STORE ...", "as ST", true, NULL, dialect_cp_store },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};

struct error *dialect_error(const char *what, const char *word)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, word, strlen(word));
	err = error_new(ERROR_USAGE, "%s '%s'", what, buf_str(&shown));
	buf_free(&shown);
	return error_hint(err, "'help dialects' shows what there is");
}

/* Does a line begin with the row's command, and is that not one of ours? */
static bool is_meant(const struct dialect *row, int nr_words, char **words)
{
	size_t len = strlen(row->name);
	int differs = row->any_case ? strncasecmp(words[0], row->name, len) :
		strncmp(words[0], row->name, len);

	if (differs || (words[0][len] && (row->any_case || words[0][len] != '/')))
		return false;
	if (row->applies)
		return row->applies(nr_words, words);
	return !command_find(words[0]);
}

/* With --verbose: what is done instead. */
static void tell(const struct session *s, const struct words *native)
{
	struct buf line = BUF_INIT, shown = BUF_INIT;
	int i;

	for (i = 0; i < native->count; i++) {
		buf_adds(&line, i ? " " : "");
		words_quote(&line, native->word[i]);
	}
	buf_add_escaped(&shown, buf_str(&line), line.len);
	log_verbose(&s->log, 1, "%s", buf_str(&shown));
	buf_free(&line);
	buf_free(&shown);
}

struct error *dialect_translate(struct session *s, int nr_words, char **words,
				struct words *native)
{
	const struct dialect *row;
	struct error *err;

	*native = (struct words){ .count = 0, .word = NULL };
	for (row = dialect_table; row->family; row++) {
		if (row->translate && is_meant(row, nr_words, words))
			break;
	}
	if (!row->family)
		return NULL;
	err = row->translate(s, nr_words, words, native);
	if (err) {
		words_free(native);
		return error_prefix(err, "%s", row->name);
	}
	tell(s, native);
	return NULL;
}

static bool is_name(const struct dialect *row, const char *name)
{
	return row->any_case ? !strcasecmp(row->name, name) : !strcmp(row->name, name);
}

bool dialect_is_name(const char *name)
{
	const struct dialect *row;

	for (row = dialect_table; row->family; row++) {
		if (is_name(row, name))
			return !command_find(name);
	}
	return false;
}

void dialect_show(struct out *o, const char *name)
{
	const struct dialect *row;

	out_text(o, "%-6s %-28s  %s\n", "", "FORM", "IS HERE");
	out_array(o, "dialects");
	for (row = dialect_table; row->family; row++) {
		if (name && !is_name(row, name))
			continue;
		out_text(o, "%-6s %-28s  %s\n", row->family, row->form, row->native);
		out_object(o, NULL);
		out_str(o, "family", row->family);
		out_str(o, "form", row->form);
		out_str(o, "native", row->native);
		out_close(o);
	}
	out_close(o);
	out_text(o, "\n"
		    "gdb: U is b, h, w or g (1, 2, 4, 8 bytes), F one of x d u o t c a f; both stay\n"
		    "for the next x. crash and CP: numbers are hexadecimal without 0x (counts of\n"
		    "crash decimal); END is behind the last byte. With --verbose the native line is\n"
		    "told.\n");
}
