/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VMCOREINFO, the text in which a Linux kernel tells about itself. */
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "target/dump/image.h"
#include "target/kvm/printable.h"

#define LOWCORE_VMCOREINFO	0xe0c	/* arch/s390/include/asm/lowcore.h; not aligned */
#define NOTE_HEADER		12
#define NOTE_NAME		"VMCOREINFO"
#define NOTE_DESC		24	/* behind header and name */
#define TEXT_MAX		0x10000	/* bytes of text that are believed */
#define RELEASE			"OSRELEASE="

void dump_take_vmcoreinfo(struct dump *d, const char *text, size_t len)
{
	const char *end = text + strnlen(text, len), *line, *next;
	char raw[sizeof(d->release)];
	size_t n;

	for (line = text; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		n = next ? (size_t)(next - line) : (size_t)(end - line);
		next = next ? next + 1 : end;
		if (n <= strlen(RELEASE) || memcmp(line, RELEASE, strlen(RELEASE)) != 0)
			continue;
		line += strlen(RELEASE);
		n -= strlen(RELEASE);
		if (n >= sizeof(raw))
			n = sizeof(raw) - 1;
		memcpy(raw, line, n);
		raw[n] = '\0';
		printable(d->release, sizeof(d->release), raw);
		return;
	}
}

static bool read_all(struct dump *d, uint64_t addr, void *buf, size_t len)
{
	size_t done;

	return !d->ops->read(d, addr, buf, len, &done);
}

void dump_find_vmcoreinfo(struct dump *d)
{
	unsigned char raw[8], note[NOTE_DESC];
	uint64_t addr;
	uint32_t len;
	char *text;

	if (d->release[0] || !read_all(d, LOWCORE_VMCOREINFO, raw, sizeof(raw)))
		return;
	addr = get_be64(raw);
	/* Odd: early in the boot, the offset of the kernel stands there. */
	if (!addr || addr & 1 || !read_all(d, addr, note, sizeof(note)))
		return;
	len = get_be32(note + 4);
	if (get_be32(note) != sizeof(NOTE_NAME) || len > TEXT_MAX ||
	    memcmp(note + NOTE_HEADER, NOTE_NAME, sizeof(NOTE_NAME)) != 0)
		return;
	text = malloc(len + 1);
	if (text && read_all(d, addr + NOTE_DESC, text, len))
		dump_take_vmcoreinfo(d, text, len);
	free(text);
}
