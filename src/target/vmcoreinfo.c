/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/vmcoreinfo.h"

#include <string.h>

#include "base/endian.h"

#define NOTE_NAME	"VMCOREINFO"
#define NOTE_NAME_AT	12	/* behind Elf64_Nhdr */

uint64_t vmcoreinfo_note_address(const unsigned char slot[8])
{
	uint64_t addr = get_be64(slot);

	return addr & 1 ? 0 : addr;
}

uint32_t vmcoreinfo_note_length(const unsigned char header[VMCOREINFO_HEADER])
{
	uint32_t len = get_be32(header + 4);

	if (get_be32(header) != sizeof(NOTE_NAME) || len > VMCOREINFO_MAX ||
	    memcmp(header + NOTE_NAME_AT, NOTE_NAME, sizeof(NOTE_NAME)) != 0)
		return 0;
	return len;
}

const char *vmcoreinfo_find(const char *text, size_t len, const char *key, size_t *value_len)
{
	const char *end = text + strnlen(text, len), *line, *next;
	size_t key_len = strlen(key), n;

	for (line = text; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		n = next ? (size_t)(next - line) : (size_t)(end - line);
		next = next ? next + 1 : end;
		if (n <= key_len || line[key_len] != '=' || memcmp(line, key, key_len) != 0)
			continue;
		*value_len = n - key_len - 1;
		return line + key_len + 1;
	}
	return NULL;
}
