/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The formatter: every command says what it has once, and the user gets text
 * or JSON. Data goes to stdout and nowhere else; nothing but this folder prints
 * it. In JSON mode each command makes exactly one document (one line), closed
 * properly even when the command fails or is interrupted; addresses and 64-bit
 * values are strings "0x...".
 */
#ifndef S390MEMCTL_OUT_OUT_H
#define S390MEMCTL_OUT_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/style.h"

#define OUT_API_LEVEL 1

struct out;

/* Make a formatter that prints to stream, as JSON if json. NULL: out of memory. */
struct out *out_new(FILE *stream, bool json);
/* Free it; flushes. Returns an error if anything could not be written (full disk, closed pipe). */
struct error *out_free(struct out *o);
/* Flush; an error if anything could not be written since the last look. */
struct error *out_flush(struct out *o);
/* Whether JSON is wanted. */
bool out_is_json(const struct out *o);

/* Open (close) the document of a command: {"api_level":1,"command":NAME, ... ,"exit_code":N}. No-ops in text mode. */
void out_begin(struct out *o, const char *command);
void out_end(struct out *o, int exit_code);

/* Text mode only: print as is. Untrusted strings must have been escaped before. */
void out_text(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Text mode with colours only: what follows is of a style, up to STYLE_NONE. */
void out_style(struct out *o, enum style style);
/* Whether styles are colours, in what is printed, and in errors on stderr. Neither at first. */
void out_set_color(struct out *o, bool text, bool errors);
/*
 * Print to another stream from now on, and errors to one, too; the one before is
 * returned, flushed.
 */
FILE *out_set_stream(struct out *o, FILE *stream, FILE *errors);
/* Text mode only: raw bytes (read -t raw). */
void out_raw(struct out *o, const void *data, size_t len);

/*
 * JSON mode only (no-ops in text mode): members of the innermost open object,
 * or elements of the innermost open array (key is NULL then). Strings need not be
 * UTF-8: invalid bytes are escaped as \xHH text.
 */
void out_str(struct out *o, const char *key, const char *value);
void out_hex(struct out *o, const char *key, uint64_t value);	/* "0x..." */
void out_num(struct out *o, const char *key, long long value);
void out_bool(struct out *o, const char *key, bool value);
void out_null(struct out *o, const char *key);
void out_bytes(struct out *o, const char *key, const void *data, size_t len);	/* "00ff..." */
void out_object(struct out *o, const char *key);
void out_array(struct out *o, const char *key);
void out_close(struct out *o);		/* the innermost object or array */

/*
 * What was to be printed could not be made for lack of memory: the document
 * becomes one that says so (JSON), out_flush() returns an error (text).
 */
void out_nomem(struct out *o);

/*
 * The error of a command. JSON: member "error": {kind, message, hint, errno,
 * and for access exceptions code, name, address, space, ar, key, store}.
 * Text, and when no document is open: "s390memctl: message" and "s390memctl: hint" on stderr.
 */
void out_error(struct out *o, const struct error *err);

#endif
