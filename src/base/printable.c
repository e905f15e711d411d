/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/printable.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

void printable(char *dst, size_t size, const char *raw)
{
	struct buf text = BUF_INIT;
	size_t len = strlen(raw), back;

	buf_add_escaped(&text, raw, len);
	/* Escapes make a text longer, never shorter: size bytes are never too few. */
	if (text.len >= size && len > size)
		len = size;
	while (len && text.len >= size) {
		len--;
		for (back = 0; back < 3 && len && ((unsigned char)raw[len] & 0xc0) == 0x80; back++)
			len--;
		buf_reset(&text);
		buf_add_escaped(&text, raw, len);
		buf_adds(&text, "...");
	}
	snprintf(dst, size, "%s", buf_str(&text));
	buf_free(&text);
}

void printable_user(char *dst, size_t size, uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw && pw->pw_name[0])
		printable(dst, size, pw->pw_name);
	else
		snprintf(dst, size, "%u", (unsigned int)uid);
}
