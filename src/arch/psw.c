/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/psw.h"

#include <inttypes.h>
#include <stddef.h>

#define PSW_ADDR_24	0x0000000000ffffffULL
#define PSW_ADDR_31	0x000000007fffffffULL

/* One or several neighbouring bits of the PSW mask and what they mean when on. */
struct psw_bit {
	uint64_t mask;
	const char *name;
};

static const struct psw_bit interrupt_bits[] = {
	{ PSW_MASK_IO,			"I/O" },
	{ PSW_MASK_EXT,			"external" },
	{ PSW_MASK_MCHECK,		"machine-check" },
	{ 0, NULL }
};

static const struct psw_bit program_mask_bits[] = {
	{ 0x0000080000000000ULL,	"fixed-point-overflow" },	/* bit 20 */
	{ 0x0000040000000000ULL,	"decimal-overflow" },		/* bit 21 */
	{ 0x0000020000000000ULL,	"HFP-exponent-underflow" },	/* bit 22 */
	{ 0x0000010000000000ULL,	"HFP-significance" },		/* bit 23 */
	{ 0, NULL }
};

/*
 * Bits that must be zero in a z/Architecture PSW; one of them on is an early
 * PSW specification (SA22-7832 chapter 6, "Early Exception Recognition";
 * is_valid_psw() in arch/s390/kvm/priv.c, which counts bit 24 among them).
 */
static const struct psw_bit reserved_bits[] = {
	{ 0x8000000000000000ULL,	"bit 0" },
	{ 0x2000000000000000ULL,	"bit 2" },
	{ 0x1000000000000000ULL,	"bit 3" },
	{ 0x0800000000000000ULL,	"bit 4" },
	{ 0x0008000000000000ULL,	"bit 12" },
	{ 0x0000007e00000000ULL,	"bits 25-30" },
	{ 0x000000007fffffffULL,	"bits 33-63" },
	{ 0, NULL }
};

unsigned int psw_key(uint64_t mask)
{
	return (mask & PSW_MASK_KEY) >> 52;
}

unsigned int psw_cc(uint64_t mask)
{
	return (mask & PSW_MASK_CC) >> 44;
}

unsigned int psw_amode(uint64_t mask)
{
	if (!(mask & PSW_MASK_BA))
		return 24;
	return mask & PSW_MASK_EA ? 64 : 31;
}

uint64_t psw_address_mask(uint64_t mask)
{
	switch (psw_amode(mask)) {
	case 64:
		return UINT64_MAX;
	case 31:
		return PSW_ADDR_31;
	default:
		return PSW_ADDR_24;
	}
}

enum space psw_space(uint64_t mask)
{
	/* By PSW bits 16-17. */
	static const enum space spaces[] = {
		SPACE_PRIMARY, SPACE_AR, SPACE_SECONDARY, SPACE_HOME
	};

	if (!(mask & PSW_MASK_DAT))
		return SPACE_REAL;
	return spaces[(mask & PSW_MASK_ASC) >> 46];
}

/* Append the names of the bits that are on, each after sep; how many there were. */
static unsigned int add_bits(struct buf *out, uint64_t mask,
			     const struct psw_bit *bits, const char *sep)
{
	unsigned int n = 0;

	for (; bits->name; bits++) {
		if (mask & bits->mask) {
			buf_addf(out, "%s%s", sep, bits->name);
			n++;
		}
	}
	return n;
}

/* Append ", <what>" after ", invalid:" or after the fault before it. */
static void add_fault(struct buf *out, bool *first, const char *what)
{
	buf_addf(out, "%s %s", *first ? ", invalid:" : " and", what);
	*first = false;
}

/* Append what is wrong with the PSW: it would not survive being loaded. */
static void add_faults(struct buf *out, uint64_t mask, uint64_t addr)
{
	const struct psw_bit *bit;
	bool first = true;

	for (bit = reserved_bits; bit->name; bit++) {
		if (mask & bit->mask)
			add_fault(out, &first, bit->name);
	}
	if ((mask & PSW_MASK_EA) && !(mask & PSW_MASK_BA))
		add_fault(out, &first, "EA without BA");
	if (addr & ~psw_address_mask(mask))
		add_fault(out, &first, "address beyond the addressing mode");
	if (addr & 1)
		add_fault(out, &first, "odd address");
}

void psw_describe(uint64_t mask, uint64_t addr, struct buf *out)
{
	bool enabled;

	buf_addf(out, "DAT %s, %s, key %u, %s state, cc %u, %u-bit",
		 mask & PSW_MASK_DAT ? "on" : "off", space_name(psw_space(mask)),
		 psw_key(mask), mask & PSW_MASK_PSTATE ? "problem" : "supervisor",
		 psw_cc(mask), psw_amode(mask));

	buf_adds(out, ", interrupts");
	enabled = add_bits(out, mask, interrupt_bits, " ") > 0;
	if (!enabled)
		buf_adds(out, " none");
	if (mask & PSW_MASK_PM) {
		buf_adds(out, ", program mask");
		add_bits(out, mask, program_mask_bits, " ");
	}
	if (mask & PSW_MASK_PER)
		buf_adds(out, ", PER");
	if (mask & PSW_MASK_RI)
		buf_adds(out, ", runtime instrumentation");
	if (mask & PSW_MASK_WAIT) {
		if (enabled)
			buf_adds(out, ", wait (enabled)");
		else
			buf_addf(out, ", disabled wait, code 0x%" PRIx64, addr);
	}
	add_faults(out, mask, addr);
}
