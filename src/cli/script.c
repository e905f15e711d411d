/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "cli/alias.h"
#include "cli/redirect.h"
#include "cli/words.h"

#define LINE_MAX_BYTES 65536
#define SOURCE_DEPTH 8	/* of files that run each other */

/* An error of a line that is no command yet: a document of its own. */
static int line_error(struct session *s, struct error *err)
{
	int code = command_exit_code(err);

	if (s->where[0])
		err = error_prefix(err, "%s", s->where);
	out_begin(s->out, "");
	out_error(s->out, err);
	out_end(s->out, code);
	error_free(err);
	s->exit_code = code;
	return code;
}

static int run_words(struct session *s, const char *line)
{
	struct words words;
	struct error *err = words_split(line, &words);
	char **argv;
	int code = 0;

	if (err)
		return line_error(s, err);
	if (words.count) {
		/* Options are taken out of the array, so each word is freed through another one. */
		argv = calloc((size_t)words.count, sizeof(*argv));
		if (argv) {
			memcpy(argv, words.word, (size_t)words.count * sizeof(*argv));
			code = command_run(s, words.count, argv);
		} else {
			code = line_error(s, error_nomem());
		}
		free(argv);
	}
	words_free(&words);
	return code;
}

int script_run_line(struct session *s, const char *line)
{
	struct buf expanded = BUF_INIT;
	struct error *err = NULL;
	int code = 0;

	alias_expand(s, line, &expanded);
	if (buf_failed(&expanded))
		err = error_nomem();
	else if (!s->interactive)
		code = run_words(s, buf_str(&expanded));
	else
		code = redirect_run(s, buf_str(&expanded), run_words, &err);
	if (err)
		code = line_error(s, err);
	buf_free(&expanded);
	return code;
}

/* The next line without its newline; false at the end of the file. */
static struct error *next_line(FILE *file, struct buf *line, bool *found)
{
	int c = EOF;

	buf_reset(line);
	errno = 0;
	while (line->len <= LINE_MAX_BYTES && (c = getc(file)) != EOF && c != '\n')
		buf_addc(line, (char)c);
	*found = c != EOF || line->len > 0;
	if (c == EOF && ferror(file) && errno != EINTR)
		return error_os(ERROR_USAGE, errno, "cannot read on");
	if (line->len > LINE_MAX_BYTES)
		return error_new(ERROR_USAGE, "line longer than %d bytes", LINE_MAX_BYTES);
	if (*found && strlen(buf_str(line)) != line->len)
		return error_new(ERROR_USAGE, "column %zu: NUL byte: this is no text",
				 strlen(buf_str(line)) + 1);
	return buf_failed(line) ? error_nomem() : NULL;
}

static bool must_end(const struct session *s, int code)
{
	return code || s->quit || s->pipe_closed || *s->interrupted;
}

static int run_file(struct session *s, const char *shown, FILE *file, bool go_on)
{
	struct buf line = BUF_INIT;
	struct error *err;
	unsigned long number = 0;
	bool found = true;
	int code = 0, last = 0;

	while (!must_end(s, go_on ? 0 : code)) {
		snprintf(s->where, sizeof(s->where), "%.*s:%lu", 96, shown, ++number);
		err = next_line(file, &line, &found);
		/* A line that a signal has cut off is not run. */
		if (!err && (!found || *s->interrupted))
			break;
		code = err ? line_error(s, err) : script_run_line(s, buf_str(&line));
		last = code ? code : last;
		if (err)
			break;
	}
	buf_free(&line);
	return last;
}

static struct error *open_script(const char *path, FILE **file)
{
	struct buf shown = BUF_INIT;
	struct error *err = NULL;
	struct stat st;

	if (!strcmp(path, "-")) {
		*file = stdin;
		return NULL;
	}
	buf_add_escaped(&shown, path, strlen(path));
	*file = fopen(path, "re");
	if (!*file) {
		err = error_os(ERROR_USAGE, errno, "script '%s'", buf_str(&shown));
	} else if (!fstat(fileno(*file), &st) && S_ISDIR(st.st_mode)) {
		err = error_os(ERROR_USAGE, EISDIR, "script '%s'", buf_str(&shown));
		fclose(*file);
		*file = NULL;
	}
	buf_free(&shown);
	return err;
}

static int run_item(struct session *s, const struct options_script *script, FILE *file, int nr_e,
		    bool go_on)
{
	struct buf shown = BUF_INIT;
	int code;

	if (script->is_file) {
		if (file == stdin)
			buf_adds(&shown, "standard input");
		else
			buf_add_escaped(&shown, script->text, strlen(script->text));
		code = run_file(s, buf_str(&shown), file, go_on);
	} else {
		snprintf(s->where, sizeof(s->where), "-e %d", nr_e);
		code = script_run_line(s, script->text);
	}
	buf_free(&shown);
	s->where[0] = '\0';
	return code;
}

static struct error *check_depth(const struct session *s)
{
	if (s->depth < SOURCE_DEPTH)
		return NULL;
	return error_new(ERROR_USAGE, "files source each other, more than %d deep", SOURCE_DEPTH);
}

struct error *script_source_file(struct session *s, FILE *file, const char *path, bool go_on,
				 int *code)
{
	struct error *err = check_depth(s);
	struct buf shown = BUF_INIT;
	char where[sizeof(s->where)];

	if (err)
		return err;
	memcpy(where, s->where, sizeof(where));
	s->depth++;
	buf_add_escaped(&shown, path, strlen(path));
	*code = run_file(s, buf_str(&shown), file, go_on);
	s->depth--;
	memcpy(s->where, where, sizeof(where));
	buf_free(&shown);
	return NULL;
}

struct error *script_source(struct session *s, const char *path, bool go_on, int *code)
{
	struct error *err = check_depth(s);
	FILE *file;

	if (!err)
		err = open_script(path, &file);
	if (err)
		return err;
	err = script_source_file(s, file, path, go_on, code);
	if (file != stdin)
		fclose(file);
	return err;
}

int script_run(struct session *s, const struct options *opt)
{
	FILE **files = calloc((size_t)opt->nr_scripts, sizeof(*files));
	struct error *err = files ? NULL : error_nomem();
	int code = 0, nr_e = 0, nr = opt->nr_scripts, i;

	for (i = 0; !err && i < opt->nr_scripts; i++) {
		if (opt->scripts[i].is_file)
			err = open_script(opt->scripts[i].text, &files[i]);
	}
	/* Nothing is begun unless all can be read. */
	if (err) {
		code = line_error(s, err);
		nr = 0;
	}
	for (i = 0; i < nr && !must_end(s, opt->keep_going ? 0 : code); i++) {
		nr_e += !opt->scripts[i].is_file;
		code = run_item(s, &opt->scripts[i], files[i], nr_e, opt->keep_going);
	}
	for (i = 0; files && i < opt->nr_scripts; i++) {
		if (files[i] && files[i] != stdin)
			fclose(files[i]);
	}
	free(files);
	return code;
}
