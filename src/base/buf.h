/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growing byte buffer for texts and small data. Growth failures are sticky:
 * appends after one do nothing and buf_failed() tells, so that callers check
 * once at the end.
 */
#ifndef S390MEMCTL_BASE_BUF_H
#define S390MEMCTL_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;		/* NUL-terminated once anything was appended */
	size_t len;		/* bytes, without the NUL */
	size_t size;		/* bytes allocated */
	bool failed;		/* an allocation failed */
};

#define BUF_INIT { .data = NULL, .len = 0, .size = 0, .failed = false }

/* Append len bytes. */
void buf_add(struct buf *b, const void *data, size_t len);
/* Append a string. */
void buf_adds(struct buf *b, const char *s);
/* Append one byte. */
void buf_addc(struct buf *b, char c);
/* Append printf-style. */
void buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Append vprintf-style. */
void buf_addv(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
/*
 * Append a text from an untrusted source so that it is one printable line:
 * control characters, DEL, backslash and invalid UTF-8 (and in valid UTF-8 what
 * utf8_is_harmful() says) become \n, \t, \\ or \xHH.
 */
void buf_add_escaped(struct buf *b, const char *s, size_t len);
/* The text, "" if nothing was appended. Valid until the next append. */
const char *buf_str(const struct buf *b);
/* Whether an append failed for lack of memory. */
bool buf_failed(const struct buf *b);
/* Empty the buffer, keep its memory. */
void buf_reset(struct buf *b);
/* Free the memory; the buffer is empty and usable again. */
void buf_free(struct buf *b);
/*
 * Free memory that may hold the guest's, or say what is there: it is overwritten first.
 * A struct buf does so by itself, when it grows, too.
 *
 * p:   from malloc(), or NULL
 * len: bytes of it
 */
void wipe_free(void *p, size_t len);

#endif
