/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arch/dat-bits.h"
#include "arch/pgm.h"
#include "arch/prefix.h"
#include "arch/psw.h"
#include "arch/trace.h"

#define PRINTED	10	/* differences that are printed in full */

const char *const kind_names[KIND_COUNT] = {
	[KIND_FETCH_OK] = "fetches checked without exception",
	[KIND_STORE_OK] = "stores checked without exception",
	[KIND_READ] = "reads, data compared",
	[KIND_WRITE] = "writes, data compared",
	[KIND_ART] = "by access-register translation",
	[KIND_LAP] = "low-address protection",
	[KIND_KEY] = "key-controlled protection",
	[KIND_ACCESS_LIST] = "access-list-controlled protection",
	[KIND_DAT_PROTECTION] = "DAT protection",
	[KIND_FRAME_1M] = "first page in a 1 MiB frame",
	[KIND_FRAME_2G] = "first page in a 2 GiB frame",
	[KIND_WRAP] = "wrapping to address 0 without exception",
	[KIND_REAL] = "DAT off, without exception",
	[KIND_REAL_SPACE] = "real space, without exception",
	[KIND_PREFIXED] = "first byte moved by prefixing",
	[KIND_MANY_PAGES] = "more than two pages without exception",
	[KIND_OVERRIDE] = "allowed by a protection override only",
};

static void open_space(const struct case_data *c, bool store, int key,
		       struct translation_trace *trace, struct address_space *as)
{
	struct translation_context context = {
		.regs = &c->regs, .storage = &c->vm->storage, .facilities = c->vm->facilities,
		.trace = trace,
	};
	struct reference reference = {
		.space = SPACE_AUTO, .ar = c->ar, .key = key,
		.type = store ? REFERENCE_STORE : REFERENCE_FETCH,
	};

	address_space_open(as, &context, &reference);
}

int trace_code(const struct case_data *c, bool store, int key)
{
	struct translation_trace trace = { .count = 0 };
	struct address_space as;
	struct translation t;
	uint64_t done = 0;
	unsigned int i;

	while (done < c->length) {
		trace.count = 0;
		open_space(c, store, key, &trace, &as);
		if (!translate(&as, c->addr + done, &t)) {
			/* Exactly one step has the exception. */
			for (i = 0; i < trace.count; i++) {
				if (trace.steps[i].code == t.code)
					return t.error ? -t.error : t.code;
			}
			return -1;
		}
		done += t.length;
	}
	return 0;
}

/* Whether an operation would not be allowed without fetch- and storage-protection override. */
static bool by_override(const struct case_data *c, const struct address_space *as)
{
	struct address_space without = *as;
	struct translation t;
	uint64_t done;

	without.fetch_override = without.storage_override = false;
	return !translate_check(&without, c->addr, c->length, &t, &done);
}

/* Of an operation without exception: what its first byte's translation was. */
static void tally_success(const struct case_data *c, const struct address_space *as,
			  struct tally *tally)
{
	bool real = (c->regs.psw_mask & PSW_MASK_DAT) == 0;
	struct translation t;

	if (!translate(as, c->addr, &t))
		return;
	tally->kinds[as->type == REFERENCE_STORE ? KIND_STORE_OK : KIND_FETCH_OK]++;
	tally->kinds[KIND_REAL] += real;
	tally->kinds[KIND_REAL_SPACE] += !real && (as->asce & ASCE_REAL);
	tally->kinds[KIND_ART] += as->space == SPACE_AR && c->ar && c->regs.acrs[c->ar] > 1;
	if (t.flags & TRANSLATED_DAT) {
		tally->kinds[KIND_FRAME_1M] += t.frame_shift == SEGMENT_SHIFT;
		tally->kinds[KIND_FRAME_2G] += t.frame_shift == REGION_THIRD_SHIFT;
	}
	if (!(t.flags & TRANSLATED_DAT) || t.frame_shift == PAGE_SHIFT)
		tally->kinds[KIND_PREFIXED] += c->cpu->prefix &&
			prefix_apply(as->prefix, t.absolute) != t.absolute;
	tally->kinds[KIND_WRAP] += as->mask - t.effective < c->length - 1;
	tally->kinds[KIND_OVERRIDE] += by_override(c, as);
	tally->kinds[KIND_MANY_PAGES] += t.effective % PAGE + c->length > 2 * PAGE;
}

void tally_facts(const struct case_data *c, bool store, int key, int code, struct tally *tally)
{
	static const int kinds[] = {
		[PROTECTION_LOW_ADDRESS] = KIND_LAP,
		[PROTECTION_KEY] = KIND_KEY,
		[PROTECTION_ACCESS_LIST] = KIND_ACCESS_LIST,
		[PROTECTION_DAT] = KIND_DAT_PROTECTION,
	};
	struct address_space as;
	struct translation t;
	uint64_t done;

	open_space(c, store, key, NULL, &as);
	if (code == 0)
		tally_success(c, &as, tally);
	else if (code == PGM_PROTECTION && !translate_check(&as, c->addr, c->length, &t, &done) &&
		 t.code == PGM_PROTECTION)
		tally->kinds[kinds[t.protection]]++;
}

static void print_trace(const struct case_data *c, bool store, int key)
{
	struct translation_trace trace = { .count = 0 };
	struct address_space as;
	struct translation t;
	struct buf line = BUF_INIT;
	uint64_t done;
	unsigned int i;

	open_space(c, store, key, NULL, &as);
	translate_check(&as, c->addr, c->length, &t, &done);
	open_space(c, store, key, &trace, &as);
	translate(&as, t.effective, &t);
	printf("  ours, at %016" PRIx64 ":\n", t.effective);
	for (i = 0; i < trace.count; i++) {
		buf_reset(&line);
		step_describe(&trace.steps[i], &line);
		printf("    %s\n", buf_str(&line));
	}
	buf_free(&line);
}

static void print_case(const struct case_data *c, int key)
{
	unsigned int i;

	printf("  psw mask %016" PRIx64 " prefix %08x facilities %x\n"
	       "  address %016" PRIx64 " length %x ar %u alet %08x key %d\n",
	       c->regs.psw_mask, c->regs.prefix, c->vm->facilities, c->addr, c->length, c->ar,
	       c->regs.acrs[c->ar], key);
	for (i = 0; i < 16; i++)
		printf("%s cr%u %016" PRIx64 "%s", i % 4 ? "" : " ", i, c->regs.crs[i],
		       i % 4 == 3 ? "\n" : "");
}

/* Whether there was too much printed already. */
static bool quiet(void)
{
	static unsigned int printed;

	return printed++ >= PRINTED;
}

bool report_difference(const struct case_data *c, const char *what, int key, int kernel_code,
		       uint64_t kernel_teid, unsigned int kernel_id, int our_code,
		       uint64_t our_teid, unsigned int our_id)
{
	if (quiet())
		return false;
	printf("difference: %s\n"
	       "  kernel %d (0x%x) teid %016" PRIx64 " id %u\n"
	       "  ours   %d (0x%x) teid %016" PRIx64 " id %u\n",
	       what, kernel_code, kernel_code, kernel_teid, kernel_id, our_code, our_code, our_teid,
	       our_id);
	print_case(c, key);
	print_trace(c, strstr(what, "store") || strstr(what, "writ"), key);
	return false;
}

bool report_ours(const struct case_data *c, const char *way, int plain, int other)
{
	if (quiet())
		return false;
	printf("difference: our own, %s: 0x%x, plain: 0x%x\n", way, other, plain);
	print_case(c, -1);
	return false;
}
