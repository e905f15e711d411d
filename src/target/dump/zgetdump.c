/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats that zgetdump of s390-tools reads, and nothing here: they are recognised. */
#include <string.h>

#include "base/endian.h"
#include "target/dump/image.h"

#define EXTENDED_MAGIC	0xa8190173618f23feULL	/* zdump/df_s390.h */
#define LKCD_MAGIC	0xa8190173618f23edULL	/* zdump/df_lkcd.h */
#define VMDUMP_TYPE	53			/* offset in the symptom record, zdump/df_vmdump.h */

static bool is_extended(const unsigned char *head, size_t len)
{
	return len >= 8 && get_be64(head) == EXTENDED_MAGIC;
}

static bool is_lkcd(const unsigned char *head, size_t len)
{
	return len >= 8 && get_be64(head) == LKCD_MAGIC;
}

/* "SR", and "VMDUMP  " some way behind it, in EBCDIC. */
static bool is_vmdump(const unsigned char *head, size_t len)
{
	static const unsigned char record[] = { 0xe2, 0xd9 };
	static const unsigned char type[] = { 0xe5, 0xd4, 0xc4, 0xe4, 0xd4, 0xd7, 0x40, 0x40 };

	return len >= VMDUMP_TYPE + sizeof(type) && !memcmp(head, record, sizeof(record)) &&
	       !memcmp(head + VMDUMP_TYPE, type, sizeof(type));
}

static struct error *convert_first(struct dump *d)
{
	return error_hint(error_new(ERROR_REFUSED, "dump '%s' is in the %s format, which has to be converted first",
				    d->file.name, d->format->name),
			  "zgetdump '%s' > DUMP.elf", d->file.name);
}

const struct dump_format format_extended = {
	.name = "extended s390 stand-alone",
	.recognise = is_extended,
	.open = convert_first,
};

const struct dump_format format_lkcd = {
	.name = "LKCD",
	.recognise = is_lkcd,
	.open = convert_first,
};

const struct dump_format format_vmdump = {
	.name = "z/VM VMDUMP",
	.recognise = is_vmdump,
	.open = convert_first,
};
