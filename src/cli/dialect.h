/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command lines of gdb, crash and z/VM's CP, as lines of our own commands: one
 * constant table has each form beside the native one. Commands of our own go
 * first where names are the same and a row does not say otherwise.
 */
#ifndef S390MEMCTL_CLI_DIALECT_H
#define S390MEMCTL_CLI_DIALECT_H

#include <stdbool.h>

#include "cli/session.h"
#include "cli/words.h"

struct dialect {
	const char *family;	/* "gdb" */
	const char *name;	/* of the command, without what stands behind a slash */
	const char *form;	/* "x/NFU ADDR" */
	const char *native;	/* "read --type=uN --format=F --count=N ADDR" */
	bool any_case;		/* CP's names are upper or lower case */
	/* Whether a line that begins with the name is meant; NULL: it is unless we have the command. */
	bool (*applies)(int nr_words, char **words);
	/*
	 * Make the native words. NULL: a row that only tells another form of the row
	 * above. Errors: ERROR_USAGE; those of session_addr().
	 */
	struct error *(*translate)(struct session *s, int nr_words, char **words,
				   struct words *native);
};

/* All rows, ending with one without family. */
extern const struct dialect dialect_table[];

/*
 * The native words of a line; native->count is 0 if it is native already. To be
 * freed with words_free(). Errors: what the line has that there is nothing for.
 */
struct error *dialect_translate(struct session *s, int nr_words, char **words,
				struct words *native);
/* Whether a command of a dialect, and none of ours, has this name. */
bool dialect_is_name(const char *name);
/* Print the table, or the rows of a name alone: help dialects. */
void dialect_show(struct out *o, const char *name);

/* For the files of the dialects. */

bool dialect_gdb_is_registers(int nr_words, char **words);
struct error *dialect_gdb_examine(struct session *s, int nr_words, char **words,
				  struct words *native);
struct error *dialect_gdb_print(struct session *s, int nr_words, char **words,
				struct words *native);
struct error *dialect_gdb_registers(struct session *s, int nr_words, char **words,
				    struct words *native);
struct error *dialect_gdb_find(struct session *s, int nr_words, char **words,
			       struct words *native);
bool dialect_crash_is_search(int nr_words, char **words);
struct error *dialect_crash_rd(struct session *s, int nr_words, char **words,
			       struct words *native);
struct error *dialect_crash_wr(struct session *s, int nr_words, char **words,
			       struct words *native);
struct error *dialect_crash_vtop(struct session *s, int nr_words, char **words,
				 struct words *native);
struct error *dialect_crash_search(struct session *s, int nr_words, char **words,
				   struct words *native);
struct error *dialect_cp_display(struct session *s, int nr_words, char **words,
				 struct words *native);
struct error *dialect_cp_store(struct session *s, int nr_words, char **words,
			       struct words *native);
/* ERROR_USAGE that names a word: "WHAT 'WORD'". */
struct error *dialect_error(const char *what, const char *word)
	__attribute__((returns_nonnull, warn_unused_result));

#endif
