/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/access.h"
#include "cli/page-keys.h"
#include "cli/progress.h"
#include "cli/repeat.h"
#include "cli/values.h"
#include "out/hexdump.h"
#include "target/range.h"

#define STRING_LEN 256	/* bytes of each string of --count, at most */
#define INJECT_MAX 65536	/* what one KVM_S390_MEM_OP moves */
#define JSON_MAX (64UL << 20)	/* a document is in memory before it is printed */

/* What is to be shown, from the command line and the settings. */
struct wanted {
	struct access access;
	uint64_t len;
	enum mem_type type;
	const struct ebcdic *ebcdic;
	bool keys;
	struct hexdump_look look;
};

struct reader {
	struct session *s;
	struct hexdump *dump;
	const struct access *access;
	bool keys;		/* show the storage key before each page */
	struct progress progress;	/* while the output goes elsewhere */
	uint64_t first;
	uint64_t missing;	/* bytes in holes */
	struct range_run hole;	/* the first one */
};

/* Keys that are not known are none: the rest is shown without. */
static void keys_unknown(struct reader *r, struct error *err)
{
	log_warn(&r->s->log, "%s", err->message);
	error_free(err);
	r->keys = false;
}

/* The storage keys of len bytes from addr on; of PAGE_KEYS_MAX pages at most. */
static void get_keys(struct reader *r, uint64_t addr, uint64_t len, struct page_key *keys)
{
	uint64_t count = (addr % PAGE_KEYS_PAGE + len - 1) / PAGE_KEYS_PAGE + 1;
	enum space space = r->s->target->last_space;
	struct access a = *r->access;
	struct error *err;

	a.addr = addr;
	err = page_keys_get(r->s, &a, count < PAGE_KEYS_MAX ? (size_t)count : PAGE_KEYS_MAX, keys);
	r->s->target->last_space = space;
	if (err)
		keys_unknown(r, err);
}

/* The bytes of a run, a page at a time, with its key before them. */
static void show_with_keys(struct reader *r, const struct range_run *run)
{
	struct page_key keys[PAGE_KEYS_MAX], *key;
	struct buf text = BUF_INIT;
	uint64_t done, n, addr;
	size_t page = 0;

	for (done = 0; done < run->len; done += n, page++) {
		addr = run->addr + done;
		n = PAGE_KEYS_PAGE - addr % PAGE_KEYS_PAGE;
		n = n < run->len - done ? n : run->len - done;
		key = &keys[page % PAGE_KEYS_MAX];
		if (r->keys && key == keys)
			get_keys(r, addr, run->len - done, keys);
		if (r->keys && !key->code) {
			buf_reset(&text);
			buf_adds(&text, "key ");
			page_keys_describe(key->key, &text);
			hexdump_remark(r->dump, addr, buf_str(&text));
		}
		hexdump_data(r->dump, addr, (const char *)run->data + done, (size_t)n);
	}
	buf_free(&text);
}

/* JSON: all of them at the end. */
static void list_keys(struct reader *r, uint64_t len)
{
	enum space space = r->s->target->last_space;
	struct page_keys_holes holes = { .bytes = 0 };
	struct error *err = page_keys_list(r->s, r->access, len, &holes);

	r->s->target->last_space = space;
	if (err)
		keys_unknown(r, err);
}

static struct error *take_run(void *arg, const struct range_run *run)
{
	struct reader *r = arg;

	if (!run->code && r->keys && !out_is_json(r->s->out)) {
		show_with_keys(r, run);
	} else if (!run->code) {
		hexdump_data(r->dump, run->addr, run->data, (size_t)run->len);
	} else {
		hexdump_hole(r->dump, run->addr, run->len, run->code);
		if (!r->missing)
			r->hole = *run;
		r->missing += run->len;
	}
	progress_update(&r->progress, run->addr + run->len - r->first);
	return out_flush(r->s->out);
}

/* All that was wanted has come, or the user wants no more. */
static bool stop(void *arg)
{
	const struct reader *r = arg;

	return hexdump_is_complete(r->dump) || session_interrupted(r->s);
}

/* For --format=a. */
static bool show_symbol(void *arg, uint64_t addr, struct buf *b)
{
	return arg && symbols_format(arg, addr, b);
}

/* One access, as it is: its exception is for the guest. */
static struct error *read_inject(struct reader *r, const struct access *a, uint64_t len)
{
	struct target *t = r->s->target;
	unsigned char *data = malloc((size_t)len);
	struct error *err;
	size_t done = 0;

	if (!data)
		return error_nomem();
	err = t->ops->read(t, a, data, (size_t)len, &done);
	if (done)
		hexdump_data(r->dump, a->addr, data, done);
	wipe_free(data, (size_t)len);
	return err;
}

static struct error *read_range(struct session *s, const struct command_args *args,
				const struct wanted *w)
{
	struct reader r = { .s = s, .access = &w->access, .keys = w->keys };
	const struct access *a = &w->access;
	uint64_t len = w->len;
	struct error *err;
	bool complete;

	out_hex(s->out, "address", a->addr);
	out_hex(s->out, "length", len);
	r.dump = hexdump_new(s->out, w->type, w->ebcdic);
	if (!r.dump)
		return error_nomem();
	hexdump_look(r.dump, &w->look);
	progress_start(&r.progress, &s->log, len);
	r.progress.on = r.progress.on && isatty(STDOUT_FILENO) <= 0;
	r.first = a->addr;
	if (a->inject)
		err = read_inject(&r, a, len);
	else
		err = range_walk(s->target, a, len, RANGE_READ, take_run, &r, stop, &r);
	progress_end(&r.progress);
	complete = hexdump_is_complete(r.dump);
	if (complete && err && err->kind == ERROR_PARTIAL && !session_interrupted(s)) {
		error_free(err);
		err = NULL;
	}
	session_set_last(s, a->addr);
	repeat_set(s, args, 1, complete ? hexdump_next(r.dump) : a->addr + len, 0);
	hexdump_end(r.dump);
	if (w->keys && out_is_json(s->out) && (!err || err->kind != ERROR_TARGET))
		list_keys(&r, len);
	if (err && err->kind == ERROR_TARGET)
		return err;
	err = command_first_error(err, access_tell_space(s, a));
	if (err || !r.missing)
		return err;
	if (r.missing == len)
		return access_hole_error(s, a, false, r.hole.addr, r.hole.code);
	return error_new(ERROR_PARTIAL, "%" PRIu64 " of %" PRIu64 " bytes could not be read",
			 r.missing, len);
}

static struct error *check_type(struct session *s, const struct command_args *args,
				const struct wanted *w)
{
	enum mem_type type = w->type;
	uint64_t len = w->len;

	if (command_opt(args, "format") && (type < MEM_U8 || type > MEM_U64))
		return error_new(ERROR_USAGE, "--format is for -t u8 to u64");
	if (command_opt(args, "symbolize") && type != MEM_HEX && type != MEM_U64)
		return error_new(ERROR_USAGE, "--symbolize is for -t hex and u64");
	if (command_opt(args, "symbolize") && command_opt(args, "format"))
		return error_new(ERROR_USAGE, "--symbolize of u64 is --format=a: give one or the other");
	if (command_opt(args, "ebcdic") && type != MEM_HEX)
		return error_new(ERROR_USAGE, "--ebcdic is for -t hex only");
	if (command_opt(args, "keys") && type > MEM_U64)
		return error_new(ERROR_USAGE, "--keys is for -t hex and u8 to u64");
	if (type >= MEM_U8 && type <= MEM_U64 && len % mem_type_size(type))
		return error_new(ERROR_USAGE, "length %" PRIu64 " is no multiple of the type's %zu bytes",
				 len, mem_type_size(type));
	if (s->json && len > JSON_MAX)
		return error_hint(error_new(ERROR_USAGE, "length %" PRIu64 " is more than the %lu bytes that a JSON document takes",
					    len, JSON_MAX),
				  "use dump");
	if (type == MEM_RAW && !s->json && isatty(STDOUT_FILENO) > 0)
		return error_hint(error_new(ERROR_USAGE, "-t raw is not for a terminal"),
				  "redirect the output, or use dump");
	return NULL;
}

static struct error *parse_format(struct session *s, const char *text, enum value_format *format)
{
	int found = text && text[0] && !text[1] ? value_format_parse(text[0]) : -1;

	*format = (enum value_format)s->settings.format;
	if (!text)
		return NULL;
	if (found < 0)
		return error_new(ERROR_USAGE, "--format takes one of x, d, u, o, t, c, a, f");
	*format = (enum value_format)found;
	return NULL;
}

/* How much: LEN, or --count of values or strings. */
static struct error *parse_len(struct session *s, const struct command_args *args,
			       struct wanted *w)
{
	const char *count = command_opt(args, "count");
	uint64_t n, size = w->type == MEM_STR ? STRING_LEN : mem_type_size(w->type);
	struct error *err;

	w->len = s->settings.length;
	if (args->argc > 1 && count)
		return error_new(ERROR_USAGE, "LEN beside --count: give one or the other");
	if (args->argc > 1)
		return length_parse(args->argv[1], "length", &w->len);
	if (!count)
		return NULL;
	err = length_parse(count, "number of values", &n);
	if (!err && n > UINT64_MAX / size)
		err = error_new(ERROR_USAGE, "number of values '%s' is too large", count);
	if (err)
		return err;
	w->len = n * size;
	w->look.strings = w->type == MEM_STR ? (size_t)n : 0;
	return NULL;
}

static struct error *parse_all(struct session *s, const struct command_args *args,
			       struct wanted *w)
{
	struct error *err;

	err = values_type(command_opt(args, "type"), (enum mem_type)s->settings.type, ~0U,
			  &w->type);
	if (!err)
		err = parse_format(s, command_opt(args, "format"), &w->look.format);
	if (!err)
		err = parse_len(s, args, w);
	if (!err)
		err = check_type(s, args, w);
	if (!err)
		err = access_parse(s, args, &w->access);
	if (!err && w->access.inject && w->len > INJECT_MAX)
		err = error_new(ERROR_USAGE, "--inject reads %d bytes at most", INJECT_MAX);
	if (!err)
		err = access_addr(s, args->argv[0], &w->access);
	if (!err && command_opt(args, "count") && w->type == MEM_STR &&
	    w->len - 1 > UINT64_MAX - w->access.addr)
		w->len = UINT64_MAX - w->access.addr + 1;
	return err ? err : access_check_range(w->access.addr, w->len);
}

static struct error *run_read(struct session *s, const struct command_args *args)
{
	struct wanted w = { .keys = command_opt(args, "keys") != NULL };
	const struct symbols *symbols = NULL;
	struct error *err;

	err = parse_all(s, args, &w);
	w.look.columns = (size_t)s->settings.columns;
	w.look.plain = s->settings.plain;
	if (!err && (w.type == MEM_EBCDIC ||
		     (w.type == MEM_HEX && settings_use_ebcdic(s, command_opt(args, "ebcdic")))))
		err = session_ebcdic(s, &w.ebcdic);
	if (!err)
		err = access_ready(s, &w.access);
	w.look.symbolize = command_opt(args, "symbolize") != NULL;
	if (w.look.symbolize && w.type == MEM_U64)
		w.look.format = VALUE_ADDRESS;
	if (!err && (w.look.symbolize || w.look.format == VALUE_ADDRESS))
		err = session_symbols(s, &symbols);
	w.look.symbol = show_symbol;
	w.look.arg = (void *)symbols;
	return err ? err : read_range(s, args, &w);
}

static const struct command_option options[] = {
	{ "type", 't', "TYPE", "hex (default), u8, u16, u32, u64, str, ebcdic or raw" },
	{ "format", 0, "F", "of u8 to u64: x (0x...), d, u, o, t (bits), c, a (symbol) or f (float)" },
	{ "count", 0, "N", "so many values of the type, or strings, instead of LEN" },
	{ "symbolize", 'S', NULL, "name the symbols that 8-byte words point into" },
	{ "ebcdic", 0, NULL, "show an EBCDIC column too" },
	{ "keys", 0, NULL, "show the storage key before the bytes of each page" },
	ACCESS_OPTIONS,
	ACCESS_OPTION_INJECT,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_read = {
	.name = "read",
	.args = "ADDR [LEN]",
	.min_args = 1,
	.max_args = 2,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show guest memory",
	.help =
"Show LEN bytes (64 if not given) of the guest's memory from ADDR on, as the\n"
"vCPU itself would see them: its PSW says which address space is meant. Which\n"
"one that was is told. Lines that repeat are shown as one \"*\".\n"
"\n"
"What cannot be read is one line that names the range and the exception, and\n"
"reading goes on behind it; the exit code is 3 then, or 2 if nothing at all\n"
"could be read.\n"
"\n"
"With -t u8 to u64 --format says how numbers are shown: x 0x..., d signed, u\n"
"unsigned, o octal, t bits, c as characters, a as addresses with the symbol\n"
"there, f as floating point (4 and 8 bytes). --count=N shows N of them, and with\n"
"-t str N strings, one behind the other. In the shell an empty line goes on\n"
"behind what was shown.\n"
"\n"
"With --symbolize each 8-byte word that is an address within a symbol of the kernel,\n"
"a module or a program has that symbol's name at the end of its line.\n"
"\n"
"With --keys a line with the storage key stands before the bytes of each page,\n"
"where it is known.\n",
	.example =
"$ s390memctl -g web1 read 0x10000000 0x2000\n"
"0000000010000000  68656c6c 6f20776f 726c6400 00000000  |hello world.....|\n"
"0000000010000010  00000000 00000000 00000000 00000000  |................|\n"
"*\n"
"0000000010000ff0  00000000 00000000 00000000 00000000  |................|\n"
"0000000010001000-0000000010001fff: page-translation exception (0011)\n"
"s390memctl: primary space, as the PSW says\n"
"s390memctl: 4096 of 8192 bytes could not be read\n",
	.see_also = "check translate search watch dis",
	.run = run_read,
};
