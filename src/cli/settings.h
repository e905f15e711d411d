/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of a session: what `set` and `show` work on. One constant table has
 * them all; the shell, completion and help follow from it.
 */
#ifndef S390MEMCTL_CLI_SETTINGS_H
#define S390MEMCTL_CLI_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct session;

/* A setting that can be left to the circumstances. */
enum setting_auto { SETTING_AUTO, SETTING_OFF, SETTING_ON };
enum setting_color { SETTING_COLOR_AUTO, SETTING_COLOR_NEVER, SETTING_COLOR_ALWAYS };

struct settings {
	char space[64];		/* --space where none is given; "auto" */
	char key[8];		/* --key where none is given; "none" */
	int engine;		/* --engine where none is given: enum access_engine */
	int type;		/* -t of read where none is given: enum mem_type */
	int format;		/* --format of read where none is given: enum value_format */
	uint64_t length;	/* bytes that read shows where no number is given */
	uint64_t columns;	/* bytes of a line of read and search */
	uint64_t width;		/* columns of the terminal; 0: ask it */
	int ebcdic;		/* an EBCDIC column; auto: on a terminal with room for it */
	char codepage[32];	/* for iconv(3) */
	int color;		/* enum setting_color */
	int plain;		/* for screen readers: no colours, bars, lines that change */
	char pager[256];	/* "auto", "off" or a command */
	int overwrite;		/* may > replace a file? */
	int confirm;		/* does the shell ask before it changes the guest? */
	unsigned int by_option;	/* bit n: row n was set by an option of the program, which goes before the rc file */
	bool reading_rc;
};

struct setting {
	const char *name;
	const char *arg;	/* "on|off" */
	const char *help;	/* one line */
	const char *const *words;	/* what it can be, ending with NULL; NULL: something else */
	size_t offset;		/* of the member of struct settings */
	struct error *(*set)(struct session *s, const struct setting *row, const char *value);
	void (*show)(const struct session *s, const struct setting *row, struct buf *b);
};

/* The table; ends with a row without name. */
extern const struct setting settings_table[];

/* All as they are without a word of the user's. */
void settings_init(struct settings *set);
/* The row that a name, or an unambiguous beginning of one, means. ERROR_USAGE. */
struct error *settings_find(const char *name, const struct setting **row);
/*
 * Set one. by_option: it is an option of the program. Errors: ERROR_USAGE that
 * says what the setting takes.
 */
struct error *settings_set(struct session *s, const char *name, const char *value, bool by_option);
/* Append the value of a row as settings_set() takes it, escaped. */
void settings_show(const struct session *s, const struct setting *row, struct buf *b);
/* Columns (lines) of the terminal that stdout is, as set or as it says; 0: it is none. */
unsigned int settings_width(const struct session *s);
unsigned int settings_height(void);
/* Whether what is printed to a descriptor now is to be coloured. */
bool settings_use_color(const struct session *s, int fd);
/* Whether a hexdump has an EBCDIC column: asked for, or there is room. */
bool settings_use_ebcdic(const struct session *s, bool asked);

#endif
