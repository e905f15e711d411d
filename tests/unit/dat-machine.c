/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arch/translate.h"
#include "base/endian.h"
#include "dat-machine.h"

#define OUTSIDE_KEYS	0xf00000	/* storage from here on has no keys */

struct machine machine;

void complain(struct machine *m, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	print_error("%s:%u: ", m->file, m->line);
	vprint_error(format, ap);
	print_error("\n");
	va_end(ap);
	m->failures++;
}

/* Storage */

static uint64_t extent(void *arg, uint64_t addr, bool *present)
{
	const struct machine *m = arg;
	uint64_t next = 0;
	unsigned int i;

	for (i = 0; i < m->nr_ranges; i++) {
		const struct range *r = &m->ranges[i];

		if (addr - r->addr < r->bytes) {
			*present = true;
			return r->bytes - (addr - r->addr);
		}
		if (r->addr > addr && (!next || r->addr < next))
			next = r->addr;
	}
	*present = false;
	return next - addr;
}

static uint8_t *page_of(struct machine *m, uint64_t addr, bool make)
{
	unsigned int i;

	for (i = 0; i < m->nr_pages; i++) {
		if (m->pages[i].addr == (addr & -PAGE))
			return m->pages[i].data;
	}
	if (!make || m->nr_pages == MAX_PAGES)
		return NULL;
	m->pages[i].addr = addr & -PAGE;
	memset(m->pages[i].data, 0, PAGE);
	m->nr_pages++;
	return m->pages[i].data;
}

static int read_absolute(void *arg, uint64_t addr, void *buf, size_t len)
{
	struct machine *m = arg;
	const uint8_t *page;
	bool present;

	if (addr % PAGE + len > PAGE)
		complain(m, "a read of %zu bytes at %" PRIx64 " crosses a page", len, addr);
	if (extent(m, addr, &present) < len || !present)
		return STORAGE_OUTSIDE;
	if (m->host_fails)
		return -5;
	page = page_of(m, addr, false);
	if (page)
		memcpy(buf, page + addr % PAGE, len);
	else
		memset(buf, 0, len);
	return 0;
}

static int get_key(void *arg, uint64_t addr, uint8_t *key)
{
	const struct machine *m = arg;
	unsigned int i;

	if (m->host_fails)
		return -5;
	if (addr >= OUTSIDE_KEYS)
		return STORAGE_OUTSIDE;
	*key = 0;
	for (i = 0; i < m->nr_keys; i++) {
		if (m->keys[i].addr == (addr & -PAGE))
			*key = m->keys[i].key;
	}
	return 0;
}

const struct storage storage = { &machine, read_absolute, extent, get_key };

/* Statements */

bool number(const char *text, uint64_t *value)
{
	char *end;

	if (!text)
		return false;
	*value = strtoull(text, &end, 16);
	return end != text && !*end;
}

/* Word i as a hexadecimal number. */
uint64_t word(struct machine *m, unsigned int i)
{
	uint64_t value = 0;

	if (i >= m->nr_words || !number(m->words[i], &value))
		complain(m, "word %u is not a hexadecimal number", i);
	return value;
}

/* u64, u32, u8 ADDRESS VALUE...: storage contents, big-endian */
static void put_words(struct machine *m, unsigned int bytes)
{
	uint64_t addr = word(m, 1), value;
	unsigned int i;
	uint8_t *page;

	for (i = 2; i < m->nr_words; i++, addr += bytes) {
		value = word(m, i);
		page = page_of(m, addr, true);
		if (!page) {
			complain(m, "too many pages");
			return;
		}
		page += addr % PAGE;
		if (bytes == 8)
			put_be64(page, value);
		else if (bytes == 4)
			put_be32(page, value);
		else
			*page = value;
	}
}

static void set_facilities(struct machine *m)
{
	static const char *const names[] = { "edat1", "edat2", "iep", NULL };
	unsigned int i, k;

	m->facilities = 0;
	for (i = 1; i < m->nr_words; i++) {
		for (k = 0; names[k] && strcmp(names[k], m->words[i]); k++)
			;
		if (names[k])
			m->facilities |= 1U << k;
		else
			complain(m, "no such facility: %s", m->words[i]);
	}
}

void reset(struct machine *m)
{
	memset(&m->regs, 0, sizeof(m->regs));
	/* DAT on, primary space, 64-bit addressing */
	m->regs.psw_mask = 0x0400000180000000;
	m->facilities = FACILITY_ALL;
	m->accf = m->host_fails = false;
	m->nr_ranges = m->nr_pages = m->nr_keys = 0;
	m->trace.count = m->traced = 0;
}

bool run_statement(struct machine *m)
{
	const char *verb = m->words[0];

	if (!strcmp(verb, "reset")) {
		reset(m);
	} else if (!strcmp(verb, "storage") && m->nr_ranges < MAX_RANGES) {
		m->ranges[m->nr_ranges++] = (struct range){ word(m, 1), word(m, 2) };
	} else if (!strcmp(verb, "facilities")) {
		set_facilities(m);
	} else if (!strcmp(verb, "accf")) {
		m->accf = word(m, 1);
	} else if (!strcmp(verb, "host-fails")) {
		m->host_fails = word(m, 1);
	} else if (!strcmp(verb, "psw")) {
		m->regs.psw_mask = word(m, 1);
	} else if (!strcmp(verb, "cr")) {
		m->regs.crs[word(m, 1) & 15] = word(m, 2);
	} else if (!strcmp(verb, "ar")) {
		m->regs.acrs[word(m, 1) & 15] = word(m, 2);
	} else if (!strcmp(verb, "prefix")) {
		m->regs.prefix = word(m, 1);
	} else if (!strcmp(verb, "key") && m->nr_keys < MAX_KEYS) {
		m->keys[m->nr_keys].addr = word(m, 1);
		m->keys[m->nr_keys++].key = word(m, 2);
	} else if (!strcmp(verb, "u64")) {
		put_words(m, 8);
	} else if (!strcmp(verb, "u32")) {
		put_words(m, 4);
	} else if (!strcmp(verb, "u8")) {
		put_words(m, 1);
	} else {
		return false;
	}
	return true;
}
