/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statements that build translation tables and access-register control blocks in guest memory.
 * Formats: Principles of Operation (SA22-7832), chapter 3 (translation tables) and chapter 5
 * (access-list designation and entry, ASN-second-table entry, dispatchable-unit control table).
 */
#include <stdlib.h>
#include <string.h>

#include "testvmm.h"

#define FORMAT_CONTROL	0x400UL
#define PROTECTION	0x200UL
#define ENTRY_INVALID	0x20UL
#define COMMON		0x10UL
#define PTE_INVALID	0x400UL
#define PTE_ZERO	0x800UL		/* bit 52 must be zero */

static const struct {
	const char *word;
	enum level level;
} levels[] = {
	{ "page", LEVEL_PAGE }, { "segment", LEVEL_SEGMENT }, { "region3", LEVEL_REGION3 },
	{ "region2", LEVEL_REGION2 }, { "region1", LEVEL_REGION1 },
};

static bool parse_level(struct line *line, const char *text, enum level *level)
{
	unsigned int i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (!strcmp(levels[i].word, text)) {
			*level = levels[i].level;
			return true;
		}
	}
	return line_error(line, "%s: not page, segment, region3, region2 or region1", text);
}

/* asce NAME [type=LEVEL] [tl=N] [private] | asce NAME real */
static bool do_asce(struct vm *vm, struct line *line)
{
	const char *type = line_option(line, "type");
	enum level level = LEVEL_SEGMENT;
	uint64_t asce, tl;

	line->used[1] = true;
	if (type && (!parse_level(line, type, &level) || level == LEVEL_PAGE))
		return line_error(line, "type=%s: no table for an ASCE", type);
	if (!line_number_option(line, vm, "tl", 4, 3, &tl))
		return false;
	if (line_flag(line, "real")) {
		asce = 0x20;
	} else {
		asce = dat_new_asce(vm, level);
		if (!asce)
			return line_error(line, "no room: see the tables statement");
		asce |= tl;
	}
	if (line_flag(line, "private"))
		asce |= 0x100;
	return add_symbol(vm, line, line->token[1], asce);
}

/* map ASCE VADDR SIZE ADDR [protect] [large|huge] */
static bool do_map(struct vm *vm, struct line *line)
{
	uint64_t asce, vaddr, size, addr, off, entry, bits = 0, step = 0x1000;
	enum level level = LEVEL_PAGE;

	if (!line_number(line, vm, 1, &asce) || !line_number(line, vm, 2, &vaddr) ||
	    !line_number(line, vm, 3, &size) || !line_number(line, vm, 4, &addr))
		return false;
	if (line_flag(line, "protect"))
		bits |= PROTECTION;
	if (line_flag(line, "large")) {
		level = LEVEL_SEGMENT;
		step = 1UL << 20;
		bits |= FORMAT_CONTROL;
	} else if (line_flag(line, "huge")) {
		level = LEVEL_REGION3;
		step = 1UL << 31;
		bits |= FORMAT_CONTROL | 4;	/* table type 01 */
	}
	if ((vaddr | size | addr) & (step - 1))
		return line_error(line, "addresses and size must be multiples of %#llx",
				  (unsigned long long)step);
	for (off = 0; off < size; off += step) {
		entry = dat_entry(vm, asce, vaddr + off, level);
		if (!entry || !guest_put64(vm, entry, (addr + off) | bits))
			return line_error(line, "no entry for %#llx: no room for tables, or no such "
					  "level under this ASCE", (unsigned long long)(vaddr + off));
	}
	return true;
}

/* The entry of LEVEL changed by the words of the line. */
static bool change_entry(struct vm *vm, struct line *line, enum level level, uint64_t *entry)
{
	uint64_t invalid = level == LEVEL_PAGE ? PTE_INVALID : ENTRY_INVALID;
	uint64_t origin = level == LEVEL_SEGMENT ? ~0x7ffUL : ~0xfffUL;
	uint64_t tf, tl, tt, to;

	if (!line_number_option(line, vm, "tf", 4, *entry >> 6 & 3, &tf) ||
	    !line_number_option(line, vm, "tl", 4, *entry & 3, &tl) ||
	    !line_number_option(line, vm, "tt", 4, *entry >> 2 & 3, &tt) ||
	    !line_number_option(line, vm, "origin", 0, *entry & origin, &to))
		return false;
	if (to & ~origin)
		return line_error(line, "origin=: not aligned");
	*entry = (*entry & ~origin) | to;
	if (level > LEVEL_SEGMENT)
		*entry = (*entry & ~0xc3UL) | tf << 6 | tl;
	if (level >= LEVEL_SEGMENT)
		*entry = (*entry & ~0xcUL) | tt << 2;
	if (line_flag(line, "invalid"))
		*entry |= invalid;
	if (line_flag(line, "valid"))
		*entry &= ~invalid;
	if (line_flag(line, "protect"))
		*entry |= PROTECTION;
	if (level == LEVEL_PAGE && line_flag(line, "bit52"))
		*entry |= PTE_ZERO;
	if (level != LEVEL_PAGE && line_flag(line, "common"))
		*entry |= COMMON;
	return true;
}

/* entry ASCE VADDR LEVEL changes... */
static bool do_entry(struct vm *vm, struct line *line)
{
	uint64_t asce, vaddr, addr, entry;
	enum level level = LEVEL_PAGE;

	if (!line_number(line, vm, 1, &asce) || !line_number(line, vm, 2, &vaddr) ||
	    !parse_level(line, line->token[3], &level))
		return false;
	line->used[3] = true;
	addr = dat_entry(vm, asce, vaddr, level);
	if (!addr)
		return line_error(line, "no such entry: no room for tables, or no such level "
				  "under this ASCE");
	memcpy(&entry, guest_host(vm, addr, 8), 8);
	if (!line_number_option(line, vm, "value", 0, entry, &entry) ||
	    !change_entry(vm, line, level, &entry))
		return false;
	return guest_put64(vm, addr, entry);
}

/* access-list NAME [length=N]: (N + 1) * 8 invalid entries; the value is its designation */
static bool do_access_list(struct vm *vm, struct line *line)
{
	uint64_t length, list, i;

	line->used[1] = true;
	if (!line_number_option(line, vm, "length", 128, 0, &length))
		return false;
	list = guest_alloc(vm, (length + 1) * 128, 128);
	if (!list)
		return line_error(line, "no room: see the tables statement");
	for (i = 0; i < (length + 1) * 8; i++)
		guest_put32(vm, list + i * 16, 0x80000000);
	return add_symbol(vm, line, line->token[1], list | length);
}

/* ale LIST ALEN aste=ADDR [alesn=N] [astesn=N] [fetch-only] [private aleax=N] [invalid] */
static bool do_ale(struct vm *vm, struct line *line)
{
	uint64_t list, alen, aste, alesn, astesn, aleax, addr;
	uint32_t word = 0;

	if (!line_number(line, vm, 1, &list) || !line_number(line, vm, 2, &alen) ||
	    !line_number_option(line, vm, "aste", 1UL << 31, 0, &aste) ||
	    !line_number_option(line, vm, "alesn", 256, 0, &alesn) ||
	    !line_number_option(line, vm, "astesn", 1UL << 32, 0, &astesn) ||
	    !line_number_option(line, vm, "aleax", 65536, 0, &aleax))
		return false;
	if (alen / 8 > (list & 0x7f))
		return line_error(line, "the access list has no entry %llu",
				  (unsigned long long)alen);
	if (line_flag(line, "invalid"))
		word |= 0x80000000;
	if (line_flag(line, "fetch-only"))
		word |= 0x02000000;
	if (line_flag(line, "private"))
		word |= 0x01000000;
	word |= alesn << 16 | aleax;
	addr = (list & ~0x7fUL) + alen * 16;
	return guest_put32(vm, addr, word) && guest_put32(vm, addr + 8, aste) &&
	       guest_put32(vm, addr + 12, astesn);
}

/* aste NAME [asce=ASCE] [astesn=N] [ax=N] [authority=ADDR atl=N] [access-list=LIST] [invalid] */
static bool do_aste(struct vm *vm, struct line *line)
{
	uint64_t addr = guest_alloc(vm, 64, 64), asce, astesn, ax, authority, atl, list;

	line->used[1] = true;
	if (!addr)
		return line_error(line, "no room: see the tables statement");
	if (!line_number_option(line, vm, "asce", 0, 0, &asce) ||
	    !line_number_option(line, vm, "astesn", 1UL << 32, 0, &astesn) ||
	    !line_number_option(line, vm, "ax", 65536, 0, &ax) ||
	    !line_number_option(line, vm, "authority", 1UL << 31, 0, &authority) ||
	    !line_number_option(line, vm, "atl", 4096, 0, &atl) ||
	    !line_number_option(line, vm, "access-list", 1UL << 31, 0, &list))
		return false;
	if (line_flag(line, "invalid"))
		authority |= 0x80000000;
	return guest_put32(vm, addr, authority) && guest_put32(vm, addr + 4, ax << 16 | atl << 4) &&
	       guest_put64(vm, addr + 8, asce) && guest_put32(vm, addr + 16, list) &&
	       guest_put32(vm, addr + 20, astesn) &&
	       add_symbol(vm, line, line->token[1], addr);
}

/* duct NAME [access-list=LIST] */
static bool do_duct(struct vm *vm, struct line *line)
{
	uint64_t addr = guest_alloc(vm, 64, 64), list;

	line->used[1] = true;
	if (!addr)
		return line_error(line, "no room: see the tables statement");
	return line_number_option(line, vm, "access-list", 1UL << 31, 0, &list) &&
	       guest_put32(vm, addr + 16, list) && add_symbol(vm, line, line->token[1], addr);
}

/* authority NAME [atl=N] [AX=p|s|ps]...: (N + 1) words of 16 two-bit entries */
static bool do_authority(struct vm *vm, struct line *line)
{
	uint64_t atl, addr, ax;
	unsigned int i;
	char *equals;

	line->used[1] = true;
	if (!line_number_option(line, vm, "atl", 4096, 0, &atl))
		return false;
	addr = guest_alloc(vm, (atl + 1) * 4, 4);
	if (!addr)
		return line_error(line, "no room: see the tables statement");
	for (i = 2; i < line->count; i++) {
		equals = strchr(line->token[i], '=');
		if (line->used[i] || !equals)
			continue;
		*equals = '\0';
		if (!parse_number(vm, line->token[i], &ax) || ax / 16 > atl)
			return line_error(line, "%s: no authorization index within atl=%llu",
					  line->token[i], (unsigned long long)atl);
		if (strchr(equals + 1, 'p'))
			*guest_host(vm, addr + ax / 4, 1) |= 0x80 >> (ax & 3) * 2;
		if (strchr(equals + 1, 's'))
			*guest_host(vm, addr + ax / 4, 1) |= 0x40 >> (ax & 3) * 2;
		line->used[i] = true;
	}
	return add_symbol(vm, line, line->token[1], addr);
}

const struct statement table_statements[] = {
	{ "asce", 1, do_asce, "NAME [type=segment|region3|region2|region1] [tl=N] [private] [real]" },
	{ "map", 4, do_map, "ASCE VADDR SIZE ADDR [protect] [large|huge]" },
	{ "entry", 4, do_entry, "ASCE VADDR page|segment|region3|region2|region1 CHANGE..." },
	{ "access-list", 1, do_access_list, "NAME [length=N]" },
	{ "ale", 2, do_ale, "LIST ALEN [aste=ADDR] [alesn=N] [astesn=N] [fetch-only] "
	  "[private] [aleax=N] [invalid]" },
	{ "aste", 1, do_aste, "NAME [asce=ASCE] [astesn=N] [ax=N] [authority=ADDR] [atl=N] "
	  "[access-list=LIST] [invalid]" },
	{ "duct", 1, do_duct, "NAME [access-list=LIST]" },
	{ "authority", 1, do_authority, "NAME [atl=N] [AX=p|s|ps]..." },
	{ NULL, 0, NULL, NULL }
};
