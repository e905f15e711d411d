/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/vmcoreinfo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"

#define LOWCORE_VMCOREINFO	0xe0c	/* arch/s390/include/asm/lowcore.h; not aligned */
#define NOTE_HEADER		12
#define NOTE_NAME		"VMCOREINFO"
#define NOTE_DESC		24	/* offset of the text: header and padded name */
#define KEY_MAX			160

struct error *vmcoreinfo_read(struct kmem *m, struct vmcoreinfo *info)
{
	unsigned char raw[8], note[NOTE_DESC];
	struct error *err;
	uint64_t addr;
	uint32_t len;

	*info = (struct vmcoreinfo){ .text = NULL };
	err = kmem_read_absolute(m, LOWCORE_VMCOREINFO, raw, sizeof(raw));
	if (err)
		return err;
	addr = get_be64(raw);
	/* Odd: early in the boot, the offset of the kernel stands there. */
	if (!addr || addr & 1)
		return NULL;
	err = kmem_read_absolute(m, addr, note, sizeof(note));
	if (err && err->kind == ERROR_ACCESS) {
		error_free(err);
		return NULL;
	}
	if (err)
		return err;
	len = get_be32(note + 4);
	if (get_be32(note) != sizeof(NOTE_NAME) || !len || len > VMCOREINFO_MAX ||
	    memcmp(note + NOTE_HEADER, NOTE_NAME, sizeof(NOTE_NAME)) != 0)
		return NULL;
	info->text = malloc((size_t)len + 1);
	if (!info->text)
		return error_nomem();
	err = kmem_read_absolute(m, addr + NOTE_DESC, info->text, len);
	if (err) {
		vmcoreinfo_free(info);
		if (err->kind != ERROR_ACCESS)
			return err;
		error_free(err);
		return NULL;
	}
	info->text[len] = '\0';
	info->len = strlen(info->text);
	return NULL;
}

void vmcoreinfo_free(struct vmcoreinfo *info)
{
	free(info->text);
	*info = (struct vmcoreinfo){ .text = NULL };
}

bool vmcoreinfo_get(const struct vmcoreinfo *info, const char *key, char *buf, size_t size)
{
	size_t key_len = strlen(key), len;
	const char *line, *next;

	for (line = info->text; line; line = next) {
		next = strchr(line, '\n');
		len = next ? (size_t)(next - line) : strlen(line);
		next = next ? next + 1 : NULL;
		if (len <= key_len || line[key_len] != '=' || memcmp(line, key, key_len) != 0)
			continue;
		len -= key_len + 1;
		len = len < size ? len : size - 1;
		memcpy(buf, line + key_len + 1, len);
		buf[len] = '\0';
		return true;
	}
	return false;
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
