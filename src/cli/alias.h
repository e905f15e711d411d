/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the user's for the beginning of a command line. */
#ifndef S390MEMCTL_CLI_ALIAS_H
#define S390MEMCTL_CLI_ALIAS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct aliases;
struct session;

/* Free all; NULL is allowed. */
void aliases_free(struct aliases *a);
/* Make or replace one. Errors: ERROR_USAGE for what cannot be a first word; no memory. */
struct error *alias_set(struct session *s, const char *name, const char *text);
/* Take one away; false if there is none of this name. */
bool alias_remove(struct session *s, const char *name);
/* The idx-th alias by name, and its text; NULL behind the last. */
const char *alias_name(const struct session *s, size_t idx, const char **text);
/*
 * Append a line to out with the alias that it begins with replaced, and that
 * again, each alias once at most.
 */
void alias_expand(const struct session *s, const char *line, struct buf *out);

#endif
