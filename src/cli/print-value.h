/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A value with its type as `print` shows it: text as C has it, JSON as nested
 * members. Types and memory are untrusted: what is shown is bounded.
 */
#ifndef S390MEMCTL_CLI_PRINT_VALUE_H
#define S390MEMCTL_CLI_PRINT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out/out.h"
#include "sym/symbols.h"
#include "sym/value.h"

struct print_options {
	bool hex;		/* all numbers */
	bool decimal;		/* all numbers, addresses too */
	unsigned int depth;	/* of structures and arrays in one another */
	uint64_t elements;	/* of an array, characters of a text */
};

/* What is shown comes from here. */
struct print_source {
	const struct symbols *symbols;	/* for addresses; NULL: none */
	/* As value_context's. */
	struct error *(*read)(void *arg, uint64_t addr, void *buf, size_t len);
	void *arg;
	const volatile int *interrupted;
};

#define PRINT_DEPTH	3U	/* defaults of print_options */
#define PRINT_ELEMENTS	200U
#define PRINT_DEPTH_MAX	32U	/* --all */

/*
 * Show "LABEL = VALUE" (JSON: members type, address, value). A structure is read
 * at once. Errors: ERROR_ACCESS when nothing of it can be read, ERROR_PARTIAL when
 * some of it cannot, or it was interrupted; ERROR_USAGE for damaged types,
 * ERROR_NO for what has no value.
 */
struct error *print_value(struct out *o, const struct print_options *opt,
			  const struct print_source *src, const char *label,
			  const struct value *v);
/*
 * Show a type: of a structure its members with offset and size, and its holes.
 * Errors: ERROR_USAGE for damaged types.
 */
struct error *print_type(struct out *o, const struct type *type,
			 const volatile int *interrupted);

#endif
