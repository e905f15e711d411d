/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The release of the Linux in a dump, by its VMCOREINFO. */
#include "target/vmcoreinfo.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/printable.h"
#include "target/dump/image.h"

void dump_take_vmcoreinfo(struct dump *d, const char *text, size_t len)
{
	char raw[sizeof(d->release)];
	const char *value;
	size_t n;

	value = vmcoreinfo_find(text, len, "OSRELEASE", &n);
	if (!value || !n)
		return;
	n = n < sizeof(raw) ? n : sizeof(raw) - 1;
	memcpy(raw, value, n);
	raw[n] = '\0';
	printable(d->release, sizeof(d->release), raw);
}

static bool read_all(struct dump *d, uint64_t addr, void *buf, size_t len)
{
	size_t done;

	return !d->ops->read(d, addr, buf, len, &done);
}

void dump_find_vmcoreinfo(struct dump *d)
{
	unsigned char slot[8], header[VMCOREINFO_HEADER];
	uint64_t addr;
	uint32_t len;
	char *text;

	if (d->release[0] || !read_all(d, VMCOREINFO_LOWCORE, slot, sizeof(slot)))
		return;
	addr = vmcoreinfo_note_address(slot);
	if (!addr || !read_all(d, addr, header, sizeof(header)))
		return;
	len = vmcoreinfo_note_length(header);
	text = len ? malloc(len) : NULL;
	if (text && read_all(d, addr + sizeof(header), text, len))
		dump_take_vmcoreinfo(d, text, len);
	wipe_free(text, len);
}
