/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "out/ebcdic.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"
#include "base/utf8.h"

struct error *ebcdic_load(struct ebcdic *e, const char *code_page)
{
	iconv_t cd = iconv_open("UCS-4BE", code_page);
	struct buf shown = BUF_INIT;
	unsigned char unicode[4];
	unsigned int i, known = 0;

	buf_add_escaped(&shown, code_page, strlen(code_page));
	snprintf(e->name, sizeof(e->name), "%s", buf_str(&shown));
	buf_free(&shown);
	if (cd == (iconv_t)-1)
		return error_hint(error_new(ERROR_TARGET,
					    "the C library cannot convert EBCDIC (%s)", e->name),
				  "install its converters: glibc-gconv-extra (Fedora, RHEL), "
				  "glibc-locale (SUSE), libc6 (Debian)");
	for (i = 0; i < 256; i++) {
		char byte = (char)i, *in = &byte, *out = (char *)unicode;
		size_t left = 1, room = sizeof(unicode);

		iconv(cd, NULL, NULL, NULL, NULL);
		if (iconv(cd, &in, &left, &out, &room) == 0 && room == 0) {
			e->code_point[i] = get_be32(unicode);
			known++;
		} else {
			e->code_point[i] = UINT32_MAX;
		}
	}
	iconv_close(cd);
	if (known < 128)
		return error_new(ERROR_USAGE, "%s is no code page of one byte a character", e->name);
	return NULL;
}

void ebcdic_to_ascii(const struct ebcdic *e, const void *in, size_t len, char *out)
{
	const unsigned char *p = in;
	uint32_t c;
	size_t i;

	for (i = 0; i < len; i++) {
		c = e->code_point[p[i]];
		out[i] = c >= 0x20 && c < 0x7f ? (char)c : '.';
	}
}

/* The error that names the character (or stray byte) at p, n bytes long. */
static struct error *not_in_ebcdic(const struct ebcdic *e, const char *p, size_t n)
{
	struct buf text = BUF_INIT;
	struct error *err;

	buf_add_escaped(&text, p, n);
	err = error_new(ERROR_USAGE, "'%s' is no character of EBCDIC (%s)", buf_str(&text),
			e->name);
	buf_free(&text);
	return error_hint(err, "use -t hex to write any byte");
}

/* The byte of a character; -1 if the code page does not have it. */
static int find_byte(const struct ebcdic *e, uint32_t code)
{
	int i;

	for (i = 0; i < 256; i++)
		if (e->code_point[i] == code)
			return i;
	return -1;
}

struct error *ebcdic_from_utf8(const struct ebcdic *e, const char *in, unsigned char **out,
			       size_t *len)
{
	size_t left = strlen(in), n;
	unsigned char *p;
	uint32_t code;
	int byte;

	*len = 0;
	p = *out = malloc(left + 1);
	if (!p)
		return error_nomem();
	for (; left; in += n, left -= n) {
		n = utf8_sequence(in, left, &code);
		byte = n ? find_byte(e, code) : -1;
		if (byte < 0) {
			free(*out);
			*out = NULL;
			return not_in_ebcdic(e, in, n ? n : 1);
		}
		*p++ = (unsigned char)byte;
	}
	*len = (size_t)(p - *out);
	return NULL;
}
