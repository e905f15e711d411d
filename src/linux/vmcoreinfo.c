/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/vmcoreinfo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "target/vmcoreinfo.h"

#define KEY_MAX			160

struct error *vmcoreinfo_read(struct kmem *m, struct vmcoreinfo *info)
{
	unsigned char slot[8], header[VMCOREINFO_HEADER];
	struct error *err;
	uint64_t addr;
	uint32_t len;

	*info = (struct vmcoreinfo){ .text = NULL };
	err = kmem_read_absolute(m, VMCOREINFO_LOWCORE, slot, sizeof(slot));
	addr = err ? 0 : vmcoreinfo_note_address(slot);
	if (addr)
		err = kmem_read_absolute(m, addr, header, sizeof(header));
	if (err || !addr)
		return kmem_not_there(err);
	len = vmcoreinfo_note_length(header);
	if (!len)
		return NULL;
	info->text = malloc((size_t)len + 1);
	if (!info->text)
		return error_nomem();
	info->size = (size_t)len + 1;
	err = kmem_read_absolute(m, addr + sizeof(header), info->text, len);
	if (err) {
		vmcoreinfo_free(info);
		return kmem_not_there(err);
	}
	info->text[len] = '\0';
	info->len = strlen(info->text);
	return NULL;
}

void vmcoreinfo_free(struct vmcoreinfo *info)
{
	wipe_free(info->text, info->size);
	*info = (struct vmcoreinfo){ .text = NULL };
}

bool vmcoreinfo_get(const struct vmcoreinfo *info, const char *key, char *buf, size_t size)
{
	const char *value;
	size_t len;

	value = info->text ? vmcoreinfo_find(info->text, info->len, key, &len) : NULL;
	if (!value)
		return false;
	len = len < size ? len : size - 1;
	memcpy(buf, value, len);
	buf[len] = '\0';
	return true;
}

bool vmcoreinfo_number(const struct vmcoreinfo *info, const char *key, int base, uint64_t *value)
{
	char text[32], *end;

	if (!vmcoreinfo_get(info, key, text, sizeof(text)) || !text[0])
		return false;
	errno = 0;
	*value = strtoull(text, &end, base);
	return !errno && !*end;
}

static bool get_kind(const struct vmcoreinfo *info, const char *kind, const char *name, int base,
		     uint64_t *value)
{
	char key[KEY_MAX];
	int n = snprintf(key, sizeof(key), "%s(%s)", kind, name);

	return n > 0 && (size_t)n < sizeof(key) && vmcoreinfo_number(info, key, base, value);
}

bool vmcoreinfo_symbol(const struct vmcoreinfo *info, const char *name, uint64_t *value)
{
	return get_kind(info, "SYMBOL", name, 16, value);
}

bool vmcoreinfo_offset(const struct vmcoreinfo *info, const char *member, uint64_t *value)
{
	return get_kind(info, "OFFSET", member, 10, value);
}

bool vmcoreinfo_size(const struct vmcoreinfo *info, const char *type, uint64_t *value)
{
	return get_kind(info, "SIZE", type, 10, value);
}
