/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/lowcore.h"

#include <inttypes.h>

#include "arch/pgm.h"
#include "arch/psw.h"
#include "base/endian.h"

#define PGM_PER		0x80U
#define PGM_TX		0x200U
#define PGM_CODE	0x7fU

#define TEID_ADDRESS	0xfffffffffffff000ULL	/* bits 0-51 */
#define TEID_FETCH	0x0000000000000800ULL	/* bit 52 */
#define TEID_STORE	0x0000000000000400ULL	/* bit 53 */
#define TEID_BIT_56	0x0000000000000080ULL
#define TEID_BIT_60	0x0000000000000008ULL
#define TEID_BIT_61	0x0000000000000004ULL
#define TEID_SPACE	0x0000000000000003ULL	/* bits 62-63 */

/* Bits of a word and what each means when on. */
struct bit_name {
	uint64_t mask;
	const char *name;
};

/* Bit n of a 64-bit word, as the architecture counts. */
#define BIT64(n)	(1ULL << (63 - (n)))
#define BIT32(n)	(1ULL << (31 - (n)))
#define BIT16(n)	(1ULL << (15 - (n)))

/* SA22-7832 chapter 11, "Machine-Check-Interruption Code"; union mci of asm/nmi.h. */
static const struct bit_name machine_check_bits[] = {
	{ BIT64(0),  "system damage" },
	{ BIT64(1),  "instruction-processing damage" },
	{ BIT64(2),  "system recovery" },
	{ BIT64(4),  "timing-facility damage" },
	{ BIT64(5),  "external damage" },
	{ BIT64(7),  "degradation" },
	{ BIT64(8),  "warning" },
	{ BIT64(9),  "channel report pending" },
	{ BIT64(10), "service-processor damage" },
	{ BIT64(11), "channel-subsystem damage" },
	{ BIT64(14), "backed up" },
	{ BIT64(16), "storage error uncorrected" },
	{ BIT64(17), "storage error corrected" },
	{ BIT64(18), "storage-key error uncorrected" },
	{ BIT64(19), "storage degradation" },
	{ BIT64(32), "indirect storage error" },
	{ BIT64(34), "delayed-access exception" },
	{ BIT64(44), "ancillary report" },
	{ 0, NULL }
};

/* What has been stored and can be relied on. */
static const struct bit_name machine_check_validity[] = {
	{ BIT64(20), "PSW MWP" },
	{ BIT64(21), "PSW mask and key" },
	{ BIT64(22), "program mask and condition code" },
	{ BIT64(23), "instruction address" },
	{ BIT64(24), "failing-storage address" },
	{ BIT64(25), "vector registers" },
	{ BIT64(26), "external-damage code" },
	{ BIT64(27), "floating-point registers" },
	{ BIT64(28), "general registers" },
	{ BIT64(29), "control registers" },
	{ BIT64(31), "storage" },
	{ BIT64(33), "access registers" },
	{ BIT64(36), "guarded-storage registers" },
	{ BIT64(42), "TOD programmable register" },
	{ BIT64(43), "floating-point-control register" },
	{ BIT64(46), "CPU timer" },
	{ BIT64(47), "clock comparator" },
	{ 0, NULL }
};

/* SA22-7832 chapter 11, "External-Damage Code"; ED_STP_SYNC, ED_STP_ISLAND of asm/nmi.h. */
static const struct bit_name external_damage_bits[] = {
	{ BIT32(24), "STP sync check" },
	{ BIT32(25), "STP island check" },
	{ 0, NULL }
};

/* SA22-7832 chapter 4, "Program-Event Recording": the PER code. */
static const struct bit_name per_bits[] = {
	{ BIT16(0), "successful branching" },
	{ BIT16(1), "instruction fetching" },
	{ BIT16(2), "storage alteration" },
	{ BIT16(3), "storage-key alteration" },
	{ BIT16(4), "store using real address" },
	{ BIT16(5), "zero-address detection" },
	{ BIT16(6), "transaction end" },
	{ BIT16(7), "instruction-fetching nullification" },
	{ 0, NULL }
};

/* SA22-7832 chapter 6, "External Interruption"; arch/s390/include/asm/irq.h. */
static const struct {
	uint16_t code;
	const char *name;
} external_names[] = {
	{ 0x0040, "interrupt key" },
	{ 0x1004, "clock comparator" },
	{ 0x1005, "CPU timer" },
	{ 0x1007, "warning track" },
	{ 0x1200, "malfunction alert" },
	{ 0x1201, "emergency signal" },
	{ 0x1202, "external call" },
	{ 0x1406, "timing alert" },
	{ 0x1407, "measurement alert" },
	{ 0x2401, "service signal" },
	{ 0x2603, "hypervisor service" },
	{ 0x4000, "IUCV" },
};

/* SA22-7832 chapter 6, "Data-Exception Code". */
static const struct {
	uint8_t code;
	const char *name;
} dxc_names[] = {
	{ 0x01, "AFP register" },
	{ 0x02, "BFP instruction" },
	{ 0x03, "DFP instruction" },
	{ 0x04, "quantum exception" },
	{ 0x07, "simulated quantum exception" },
	{ 0x08, "IEEE inexact and truncated" },
	{ 0x0b, "surrogate IEEE inexact" },
	{ 0x0c, "IEEE inexact and incremented" },
	{ 0x10, "IEEE underflow, exact" },
	{ 0x13, "surrogate IEEE underflow, exact" },
	{ 0x18, "IEEE underflow, inexact and truncated" },
	{ 0x1b, "surrogate IEEE underflow, inexact" },
	{ 0x1c, "IEEE underflow, inexact and incremented" },
	{ 0x20, "IEEE overflow, exact" },
	{ 0x23, "surrogate IEEE overflow, exact" },
	{ 0x28, "IEEE overflow, inexact and truncated" },
	{ 0x2b, "surrogate IEEE overflow, inexact" },
	{ 0x2c, "IEEE overflow, inexact and incremented" },
	{ 0x40, "IEEE division by zero" },
	{ 0x43, "surrogate IEEE division by zero" },
	{ 0x80, "IEEE invalid operation" },
	{ 0x83, "surrogate IEEE invalid operation" },
	{ 0xfe, "vector instruction" },
	{ 0xff, "compare and trap" },
};

/* Append the names of the bits that are on, separated by ", " after first; how many there were. */
static unsigned int add_bits(struct buf *out, uint64_t value, const struct bit_name *bits,
			     const char *first)
{
	unsigned int n = 0;

	for (; bits->name; bits++) {
		if (value & bits->mask)
			buf_addf(out, "%s%s", n++ ? ", " : first, bits->name);
	}
	return n;
}

uint64_t lowcore_number(const struct lowcore_field *field, const void *lowcore)
{
	const unsigned char *p = (const unsigned char *)lowcore + field->offset;

	switch (field->length) {
	case 1:
		return *p;
	case 2:
		return get_be16(p);
	case 4:
		return get_be32(p);
	case 8:
		return get_be64(p);
	default:
		return 0;
	}
}

const char *lowcore_external_name(uint16_t code)
{
	size_t i;

	for (i = 0; i < sizeof(external_names) / sizeof(external_names[0]); i++) {
		if (external_names[i].code == code)
			return external_names[i].name;
	}
	return NULL;
}

void lowcore_describe_program(uint16_t code, struct buf *out)
{
	const struct pgm *row = pgm_find(code);

	if (!code) {
		buf_adds(out, "none");
		return;
	}
	if (!row)
		buf_adds(out, "a code that is not assigned");
	else if (code & PGM_CODE)
		buf_adds(out, row->name);
	else
		buf_adds(out, code & PGM_TX ? "transaction aborted" : "PER event");
	if ((code & PGM_PER) && (code & (PGM_CODE | PGM_TX)))
		buf_adds(out, ", with a PER event");
	if ((code & PGM_TX) && (code & PGM_CODE))
		buf_adds(out, ", a transaction was aborted");
}

/* The kind of protection by bits 56, 60 and 61, as enhanced suppression on protection 2 has it. */
static void add_protection(uint64_t teid, struct buf *out)
{
	static const char *const kinds[8] = {
		"key-controlled or low-address protection, address not told",
		"DAT protection",
		"key-controlled protection",
		"access-list-controlled protection",
		"low-address protection",
		"instruction-execution protection",
		"protection of a kind that is not assigned",
		"protection of a kind that is not assigned",
	};
	unsigned int index = (teid & TEID_BIT_56 ? 4 : 0) | (teid & TEID_BIT_60 ? 2 : 0) |
			     (teid & TEID_BIT_61 ? 1 : 0);

	buf_adds(out, kinds[index]);
}

static void add_space(uint64_t teid, uint8_t access_id, struct buf *out)
{
	static const char *const spaces[4] = {
		"primary space", "access-register mode", "secondary space", "home space",
	};

	buf_addf(out, ", %s", spaces[teid & TEID_SPACE]);
	if ((teid & TEID_SPACE) == 1)
		buf_addf(out, ", access register %u", access_id & 15);
}

static const char *teid_access(uint64_t teid)
{
	switch (teid & (TEID_FETCH | TEID_STORE)) {
	case TEID_FETCH:
		return "fetch";
	case TEID_STORE:
		return "store";
	case 0:
		return "fetch or store not told";
	default:
		return "fetch and store";
	}
}

void lowcore_describe_teid(uint16_t code, uint64_t teid, uint8_t access_id, struct buf *out)
{
	code &= PGM_CODE;
	if (code == PGM_PROTECTION) {
		add_protection(teid, out);
		/* Bits 0-51 are unpredictable then. */
		if (!(teid & (TEID_BIT_56 | TEID_BIT_60 | TEID_BIT_61)))
			return;
	} else if (pgm_is_translation(code)) {
		buf_adds(out, pgm_name(code));
	} else {
		return;
	}
	buf_addf(out, ": %s, page %016" PRIx64, teid_access(teid),
		 (uint64_t)(teid & TEID_ADDRESS));
	add_space(teid, access_id, out);
}

static void describe_psw(const unsigned char *p, struct buf *out)
{
	uint64_t mask = get_be64(p), addr = get_be64(p + 8);

	if (mask || addr)
		psw_describe(mask, addr, out);
}

static void describe_machine_check(uint64_t value, struct buf *out)
{
	if (!value)
		return;
	if (!add_bits(out, value, machine_check_bits, ""))
		buf_adds(out, "no cause told");
	add_bits(out, value, machine_check_validity, "; valid: ");
}

static void describe_dxc(uint64_t value, struct buf *out)
{
	size_t i;

	for (i = 0; value && i < sizeof(dxc_names) / sizeof(dxc_names[0]); i++) {
		if (dxc_names[i].code == value)
			buf_adds(out, dxc_names[i].name);
	}
}

static uint64_t value_of(const char *key, const void *lowcore)
{
	return lowcore_number(lowcore_find(key), lowcore);
}

void lowcore_describe(const struct lowcore_field *field, const void *lowcore, struct buf *out)
{
	const unsigned char *p = lowcore;
	uint64_t value = lowcore_number(field, lowcore);
	const char *name;

	switch (field->kind) {
	case LOWCORE_PSW:
		describe_psw(p + field->offset, out);
		break;
	case LOWCORE_ILC:
		if (value & 6)
			buf_addf(out, "%u bytes", (unsigned int)value & 6);
		break;
	case LOWCORE_EXTERNAL_CODE:
		name = lowcore_external_name((uint16_t)value);
		buf_adds(out, name ? name : value ? "a code that is not assigned" : "none");
		break;
	case LOWCORE_PROGRAM_CODE:
		lowcore_describe_program((uint16_t)value, out);
		break;
	case LOWCORE_DXC:
		describe_dxc(value, out);
		break;
	case LOWCORE_PER_CODE:
		add_bits(out, value, per_bits, "");
		break;
	case LOWCORE_TEID:
		lowcore_describe_teid((uint16_t)value_of("program_code", lowcore), value,
				      (uint8_t)value_of("exception_access_id", lowcore), out);
		break;
	case LOWCORE_MACHINE_CHECK:
		describe_machine_check(value, out);
		break;
	case LOWCORE_EXTERNAL_DAMAGE:
		add_bits(out, value, external_damage_bits, "");
		break;
	case LOWCORE_SUBCHANNEL:
		if (value)
			buf_addf(out, "subchannel 0.%u.%04x", (unsigned int)(value >> 17) & 3,
				 (unsigned int)value & 0xffff);
		break;
	case LOWCORE_IO_WORD:
		if (value)
			buf_addf(out, "interruption subclass %u%s", (unsigned int)(value >> 27) & 7,
				 value & BIT32(0) ? ", adapter" : "");
		break;
	case LOWCORE_ACCESS_ID:
	case LOWCORE_NUMBER:
	case LOWCORE_ADDRESS:
	case LOWCORE_REGISTERS:
	case LOWCORE_BYTES:
		break;
	}
}
