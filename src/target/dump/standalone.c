/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * s390 stand-alone dumps of one volume: a header of 4 KiB, all of storage as it
 * is, and an end marker. zdump/df_s390.h and zdump/dfi_s390.c of s390-tools.
 */
#include <inttypes.h>
#include <string.h>

#include "base/endian.h"
#include "target/dump/image.h"

#define MAGIC	0xa8190173618f23fdULL

/* Offsets in the header. */
enum {
	HEADER_VERSION = 0x008,
	HEADER_MEMORY = 0x018,		/* bytes of storage dumped */
	HEADER_ARCH = 0x048,
	HEADER_MULTI_VOLUME = 0x05c,
	HEADER_CPUS = 0x05d,
	HEADER_LOWCORES = 0x800,	/* prefix of each CPU, 32 bits */
	HEADER_SIZE = 0x1000,
};

#define ARCH_64		2
#define CPUS_MAX	512
#define CPUS_SINCE	5	/* header version that tells the lowcores */
#define END_MARKER	"DUMP_END"

static bool recognise(const unsigned char *head, size_t len)
{
	return len >= 8 && get_be64(head) == MAGIC;
}

static struct error *check_header(const struct dump *d, const unsigned char *header)
{
	const char *name = d->file.name;

	if (header[HEADER_MULTI_VOLUME])
		return error_hint(error_new(ERROR_REFUSED,
					    "dump '%s' is one volume of a multi-volume stand-alone dump", name),
				  "zgetdump '%s' > DUMP.elf", name);
	if (get_be32(header + HEADER_ARCH) != ARCH_64)
		return error_new(ERROR_TARGET, "dump '%s' is a stand-alone dump of a 31-bit system", name);
	if (get_be16(header + HEADER_CPUS) > CPUS_MAX)
		return error_new(ERROR_TARGET, "dump '%s': the header tells of %u CPUs, more than the %d it has room for",
				 name, get_be16(header + HEADER_CPUS), CPUS_MAX);
	return NULL;
}

/* The end marker tells that the dump was completed. */
static struct error *check_end(const struct dump *d, uint64_t memory)
{
	char marker[sizeof(END_MARKER)] = "";
	struct error *err;

	err = dump_file_read(&d->file, HEADER_SIZE + memory, marker, sizeof(marker) - 1, "end marker");
	if (err || !memcmp(marker, END_MARKER, sizeof(marker) - 1))
		return err;
	return error_new(ERROR_TARGET,
			 "dump '%s' has no end marker behind %" PRIu64 " bytes of storage: it was not completed, or its header lies",
			 d->file.name, memory);
}

static struct error *add_cpus(struct dump *d, const unsigned char *header)
{
	unsigned char area[CPU_SAVE_SIZE];
	unsigned int i, count = get_be16(header + HEADER_CPUS);
	struct error *err = NULL;
	uint32_t prefix;
	size_t done;

	if (get_be32(header + HEADER_VERSION) < CPUS_SINCE)
		return NULL;
	for (i = 0; i < count && !err; i++) {
		prefix = get_be32(header + HEADER_LOWCORES + 4 * i);
		if (segments_read(&d->memory, &d->file, (uint64_t)prefix + CPU_SAVE_AREA, area,
				  sizeof(area), &done))
			return error_new(ERROR_TARGET, "dump '%s': the lowcore of CPU %u, at absolute 0x%" PRIx32 ", is not in it",
					 d->file.name, i, prefix);
		err = cpus_add_save_area(&d->cpus, prefix, area);
	}
	return err;
}

static struct error *open_standalone(struct dump *d)
{
	struct segment g = { .offset = HEADER_SIZE };
	unsigned char header[HEADER_SIZE];
	struct error *err;

	err = dump_file_read(&d->file, 0, header, sizeof(header), "header");
	if (!err)
		err = check_header(d, header);
	if (err)
		return err;
	g.size = g.in_file = get_be64(header + HEADER_MEMORY);
	err = segments_add(&d->memory, &d->file, &g, 0);
	if (!err)
		err = segments_finish(&d->memory, &d->file);
	if (!err)
		err = check_end(d, g.size);
	if (!err)
		err = add_cpus(d, header);
	d->ops = &dump_plain_storage;
	snprintf(d->detail, sizeof(d->detail), "header version %u", get_be32(header + HEADER_VERSION));
	return err;
}

const struct dump_format format_standalone = {
	.name = "s390 stand-alone",
	.recognise = recognise,
	.open = open_standalone,
};
