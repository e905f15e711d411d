/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/page-keys.h"

#include <inttypes.h>

#include "arch/pgm.h"
#include "cli/progress.h"
#include "cli/walk-space.h"

/* A storage key, bits 0-6 of a byte (SA22-7832 chapter 3, "Storage Key"). */
#define KEY_ACC		4	/* shift */
#define KEY_FETCH	0x08
#define KEY_REFERENCED	0x04
#define KEY_CHANGED	0x02

/* The absolute addresses of pages; codes of those that have none; the space that it was. */
static struct error *find_frames(struct session *s, const struct access *a, size_t count,
				 uint64_t *frames, struct page_key *keys, enum space *space)
{
	uint64_t addr = a->addr & ~(PAGE_KEYS_PAGE - 1);
	struct walk_space ws;
	struct translation t;
	struct error *err;
	size_t i;

	err = walk_space_open(s, a, REFERENCE_FETCH, NULL, NULL, &ws);
	if (!err)
		*space = ws.as.space;
	for (i = 0; !err && i < count; i++) {
		keys[i].code = 0;
		if (translate(&ws.as, addr + i * PAGE_KEYS_PAGE, &t))
			frames[i] = t.absolute;
		else if (t.error)
			err = walk_space_error(&ws, &t);
		else
			keys[i].code = t.code;
	}
	return err;
}

/* The keys of n blocks that follow each other in absolute storage. */
static struct error *get_run(struct session *s, uint64_t frame, size_t n, struct page_key *keys)
{
	uint8_t raw[PAGE_KEYS_MAX];
	struct error *err;
	size_t done = 0, i;

	err = s->target->ops->keys(s->target, frame, n, raw, &done);
	for (i = 0; i < done; i++)
		keys[i] = (struct page_key){ .key = raw[i] };
	if (!err || err->kind != ERROR_ACCESS)
		return err;
	/* The block behind them is not in the configuration. */
	keys[done] = (struct page_key){ .code = err->access.code };
	error_free(err);
	return done + 1 < n ? get_run(s, frame + (done + 1) * PAGE_KEYS_PAGE, n - done - 1,
				      keys + done + 1) : NULL;
}

struct error *page_keys_get(struct session *s, const struct access *a, size_t count,
			    struct page_key *keys)
{
	uint64_t frames[PAGE_KEYS_MAX] = { 0 };
	enum space space = a->space;
	struct error *err = NULL;
	size_t i, n;

	if (!s->target->ops->keys)
		return error_new(ERROR_TARGET, "storage keys are not known: %s",
				 s->target->ops->live ? "this guest does not tell them"
						      : "a dump does not hold them");
	if (a->space == SPACE_ABSOLUTE) {
		err = get_run(s, a->addr & ~(PAGE_KEYS_PAGE - 1), count, keys);
		s->target->last_space = SPACE_ABSOLUTE;
		return err;
	}
	err = find_frames(s, a, count, frames, keys, &space);
	for (i = 0; !err && i < count; i += n) {
		n = 1;
		if (keys[i].code)
			continue;
		while (i + n < count && !keys[i + n].code &&
		       frames[i + n] == frames[i] + n * PAGE_KEYS_PAGE)
			n++;
		err = get_run(s, frames[i], n, keys + i);
	}
	s->target->last_space = space;
	return err;
}

void page_keys_describe(uint8_t key, struct buf *out)
{
	buf_addf(out, "%02x  access control %d%s%s%s", key, key >> KEY_ACC,
		 key & KEY_FETCH ? ", fetch-protected" : "",
		 key & KEY_REFERENCED ? ", referenced" : "",
		 key & KEY_CHANGED ? ", changed" : "");
}

/* Members of the open JSON object. */
static void show_members(struct out *o, uint8_t key)
{
	out_hex(o, "key", key);
	out_num(o, "acc", key >> KEY_ACC);
	out_bool(o, "fetch_protected", key & KEY_FETCH);
	out_bool(o, "referenced", key & KEY_REFERENCED);
	out_bool(o, "changed", key & KEY_CHANGED);
}

/* Pages that are alike, not printed yet; len 0: none. */
struct key_run {
	uint64_t addr, len;
	struct page_key key;
	struct progress *progress;
};

static void print_run(struct out *o, struct key_run *run, struct page_keys_holes *holes)
{
	struct buf text = BUF_INIT;

	if (!run->len)
		return;
	progress_end(run->progress);
	out_object(o, NULL);
	out_hex(o, "address", run->addr);
	out_hex(o, "length", run->len);
	if (run->key.code) {
		buf_addf(&text, "%s (%04x)", pgm_name(run->key.code), run->key.code);
		out_hex(o, "code", run->key.code);
		out_str(o, "name", pgm_name(run->key.code));
		if (!holes->bytes) {
			holes->addr = run->addr;
			holes->code = run->key.code;
		}
		holes->bytes += run->len;
	} else {
		page_keys_describe(run->key.key, &text);
		show_members(o, run->key.key);
		holes->keys += run->len;
	}
	out_close(o);
	out_text(o, "%016" PRIx64 "-%016" PRIx64 "  %s\n", run->addr, run->addr + (run->len - 1),
		 buf_str(&text));
	buf_free(&text);
	run->len = 0;
}

static void take(struct out *o, struct key_run *run, uint64_t addr, struct page_key key,
		 struct page_keys_holes *holes)
{
	if (run->len && run->key.code == key.code && (key.code || run->key.key == key.key)) {
		run->len += PAGE_KEYS_PAGE;
		return;
	}
	print_run(o, run, holes);
	run->addr = addr;
	run->len = PAGE_KEYS_PAGE;
	run->key = key;
}

struct error *page_keys_list(struct session *s, const struct access *access, uint64_t len,
			     struct page_keys_holes *holes)
{
	struct page_key keys[PAGE_KEYS_MAX] = { { .code = 0 } };
	struct progress progress;
	struct key_run run = { .len = 0, .progress = &progress };
	struct access a = *access;
	uint64_t last = (a.addr + (len - 1)) / PAGE_KEYS_PAGE, left;
	struct error *err = NULL;
	size_t n, i;

	a.addr &= ~(PAGE_KEYS_PAGE - 1);
	left = last - a.addr / PAGE_KEYS_PAGE + 1;
	out_array(s->out, "keys");
	progress_start(&progress, &s->log, left * PAGE_KEYS_PAGE);
	while (!err && left) {
		if (session_interrupted(s)) {
			err = error_new(ERROR_PARTIAL, "interrupted at %016" PRIx64, a.addr);
			break;
		}
		n = left < PAGE_KEYS_MAX ? (size_t)left : PAGE_KEYS_MAX;
		err = page_keys_get(s, &a, n, keys);
		for (i = 0; !err && i < n; i++)
			take(s->out, &run, a.addr + i * PAGE_KEYS_PAGE, keys[i], holes);
		a.addr += n * PAGE_KEYS_PAGE;
		left -= n;
		progress_update(&progress, progress.total - left * PAGE_KEYS_PAGE);
	}
	progress_end(&progress);
	print_run(s->out, &run, holes);
	out_close(s->out);
	return err;
}
