/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Make room for more bytes and a NUL; false when that is not to be had. */
static bool buf_grow(struct buf *b, size_t more)
{
	size_t need, size;
	char *data;

	if (b->failed)
		return false;
	if (more > SIZE_MAX / 2 - 1 - b->len) {
		b->failed = true;
		return false;
	}
	need = b->len + more + 1;
	if (need <= b->size)
		return true;
	size = b->size ? b->size : 64;
	while (size < need)
		size *= 2;
	data = malloc(size);	/* realloc() would not wipe what it leaves */
	if (!data) {
		b->failed = true;
		return false;
	}
	if (b->data)
		memcpy(data, b->data, b->len + 1);
	wipe_free(b->data, b->size);
	b->data = data;
	b->size = size;
	return true;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!buf_grow(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if (!buf_grow(b, (size_t)n))
		return;
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addv(b, fmt, ap);
	va_end(ap);
}

void buf_add_escaped(struct buf *b, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i, n;
	uint32_t code = 0;

	while (len) {
		n = utf8_sequence(p, len, &code);
		if (n && code == '\\') {
			buf_adds(b, "\\\\");
		} else if (n && code == '\n') {
			buf_adds(b, "\\n");
		} else if (n && code == '\t') {
			buf_adds(b, "\\t");
		} else if (n && !utf8_is_harmful(code)) {
			buf_add(b, p, n);
		} else {
			n = n ? n : 1;
			for (i = 0; i < n; i++)
				buf_addf(b, "\\x%02x", p[i]);
		}
		p += n;
		len -= n;
	}
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

bool buf_failed(const struct buf *b)
{
	return b->failed;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data)
		b->data[0] = '\0';
}

void wipe_free(void *p, size_t len)
{
	if (p)
		explicit_bzero(p, len);
	free(p);
}

void buf_free(struct buf *b)
{
	wipe_free(b->data, b->size);
	*b = (struct buf)BUF_INIT;
}
