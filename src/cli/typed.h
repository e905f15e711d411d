/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types, variables and memory of the guest's kernel for the commands that show values. */
#ifndef S390MEMCTL_CLI_TYPED_H
#define S390MEMCTL_CLI_TYPED_H

#include "cli/session.h"
#include "sym/value.h"

struct command_args;
struct kernel;

struct typed {
	struct session *s;
	struct kernel *kernel;		/* NULL: no guest is needed, and none was named */
	const struct symbols *symbols;	/* NULL: none */
	struct types *own;		/* of a file of -s where there is no guest */
	/* Per-CPU variables: their first image, and what is added to get at a CPU's own. */
	uint64_t percpu_start, percpu_end;	/* both 0: not known */
	uint64_t percpu_shift;
	struct value_context ctx;
};

/*
 * Get types ready: the guest's, or, where no guest is named but a file by -s is,
 * and need_guest is not set, those of that file. Errors: those of
 * session_kernel(), kernel_types().
 */
struct error *typed_open(struct session *s, bool need_guest, struct typed *t);
/* Free; after an error of typed_open(), too. */
void typed_close(struct typed *t);
/*
 * Take the per-CPU variables of a CPU, as Linux numbers them. Errors: ERROR_NO
 * when the kernel's symbols do not tell where they are, those of kmem_read().
 */
struct error *typed_cpu(struct typed *t, unsigned int cpu);
/* Whether an address is in the first image of the per-CPU variables, which no CPU uses. */
bool typed_is_percpu_image(const struct typed *t, uint64_t addr);
/* The words of a command with blanks between; to be freed with buf_free(). */
void typed_text(const struct command_args *args, struct buf *b);
/* A text without parentheses around all of it, "" included; changed in place. */
char *typed_strip(char *text);
/*
 * Run a command on types alone: what it is to tell about the text of its words.
 * what: for the error when there is none, "a type". Errors: ERROR_USAGE; those of
 * typed_open() and tell().
 */
struct error *typed_run(struct session *s, const struct command_args *args, const char *what,
			struct error *(*tell)(struct typed *t, const char *text));

#endif
