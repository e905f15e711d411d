/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/edit-distance.h"
#include "cli/audit.h"
#include "cli/confirm.h"
#include "cli/dialect.h"
#include "cli/optparse.h"
#include "cli/repeat.h"
#include "cli/session.h"

#define SIMILAR_MAX 2	/* mistakes that a name may have to be told as meant */

const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; command_table[i]; i++) {
		if (!strcmp(command_table[i]->name, name))
			return command_table[i];
	}
	return NULL;
}

static struct error *unknown_command(const char *name)
{
	const struct command *best = NULL;
	unsigned int distance, nearest = SIMILAR_MAX + 1;
	size_t len = strlen(name), i;
	struct buf shown = BUF_INIT;
	struct error *err;

	for (i = 0; len > 2 && command_table[i]; i++) {
		distance = edit_distance(name, len, command_table[i]->name,
					 strlen(command_table[i]->name), SIMILAR_MAX);
		if (distance < nearest) {
			nearest = distance;
			best = command_table[i];
		}
	}
	buf_add_escaped(&shown, name, strlen(name));
	err = error_new(ERROR_USAGE, "unknown command '%s'", buf_str(&shown));
	buf_free(&shown);
	if (best)
		return error_hint(err, "did you mean '%s'?", best->name);
	return error_hint(err, "'help' lists the commands");
}

struct error *command_lookup(const char *name, const struct command **cmd)
{
	struct buf matches = BUF_INIT;
	struct error *err = NULL;
	size_t len = strlen(name), i;
	int count = 0;

	*cmd = command_find(name);
	if (*cmd)
		return NULL;
	for (i = 0; len && command_table[i]; i++) {
		if (strncmp(command_table[i]->name, name, len) != 0)
			continue;
		*cmd = command_table[i];
		buf_addf(&matches, "%s%s", count++ ? ", " : "", command_table[i]->name);
	}
	if (count > 1)
		err = error_new(ERROR_USAGE, "command '%s' is ambiguous: %s", name,
				buf_str(&matches));
	else if (count == 0)
		err = unknown_command(name);
	buf_free(&matches);
	if (err)
		*cmd = NULL;
	return err;
}

const char *command_see_also(const struct command *cmd)
{
	if (cmd->see_also)
		return cmd->see_also;
	if (cmd->flags & CMD_NEEDS_WRITE)
		return "read check";
	return cmd->flags & CMD_NEEDS_TARGET ? "read translate" : "help";
}

const char *command_next_name(const char *names, char *name)
{
	size_t len;

	names += strspn(names, " ");
	len = strcspn(names, " ");
	if (!len || len > COMMAND_NAME_MAX)
		return NULL;
	memcpy(name, names, len);
	name[len] = '\0';
	names += len;
	return names + strspn(names, " ");
}

static size_t count_options(const struct command *cmd)
{
	size_t n = 0;

	while (cmd->options && cmd->options[n].name)
		n++;
	return n;
}

const char *command_opt(const struct command_args *args, const char *name)
{
	size_t i;

	for (i = 0; i < count_options(args->cmd); i++) {
		if (!strcmp(args->cmd->options[i].name, name))
			return args->opt[i];
	}
	return NULL;
}

struct error *command_first_error(struct error *first, struct error *second)
{
	if (!first)
		return second;
	error_free(second);
	return first;
}

int command_exit_code(const struct error *err)
{
	return err ? (int)err->kind : 0;
}

struct given_options {
	const struct command *cmd;
	const char **values;
};

static struct error *take_option(void *arg, const struct command_option *opt, const char *value)
{
	struct given_options *given = arg;
	size_t i = (size_t)(opt - given->cmd->options);

	if (given->values[i])
		return error_new(ERROR_USAGE, "option '--%s' is given twice", opt->name);
	given->values[i] = value;
	return NULL;
}

static struct error *check_count(const struct command *cmd, int count, char **words)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	if (count < cmd->min_args)
		return error_new(ERROR_USAGE, "too few arguments");
	if (cmd->max_args < 0 || count <= cmd->max_args)
		return NULL;
	buf_add_escaped(&shown, words[cmd->max_args], strlen(words[cmd->max_args]));
	err = error_new(ERROR_USAGE, "unexpected argument '%s'", buf_str(&shown));
	buf_free(&shown);
	return err;
}

/* Everything that must be right before a writing command may begin. */
static struct error *write_gate(struct session *s, const struct command *cmd)
{
	struct error *err;

	if (s->dump_path)
		return error_hint(error_new(ERROR_REFUSED,
					    "a dump cannot be written to: it is the record of a system as it was"),
				  "write to the running guest, with --pid or --guest");
	if (s->qmp_path)
		return error_hint(error_new(ERROR_REFUSED,
					    "a guest cannot be written to by QMP, which has no command for it"),
				  "a guest that runs with KVM can be written to without --qmp");
	if (!s->write)
		return error_hint(error_new(ERROR_REFUSED, "this would change the guest"),
				  "start s390memctl with --write to allow it");
	err = confirm_change(s, cmd->name);
	if (!err && s->audit_path && !s->audit)
		return audit_open(s->audit_path, &s->audit);
	return err;
}

static struct error *run_parsed(struct session *s, const struct command *cmd,
				int nr_words, char **words, const char **values)
{
	struct given_options given = { cmd, values };
	struct command_args args = { .cmd = cmd, .opt = values };
	struct error *err;

	args.argc = nr_words - 1;
	args.argv = words + 1;
	err = cmd->flags & CMD_WORDS ? NULL :
		optparse(cmd->options, true, &args.argc, args.argv, take_option, &given);
	if (!err)
		err = check_count(cmd, args.argc, args.argv);
	if (err) {
		if (!err->hint)
			err = error_hint(err, "usage: %s%s%s%s", cmd->name,
					 cmd->options ? " [OPTION...]" : "",
					 cmd->args[0] ? " " : "", cmd->args);
		return error_prefix(err, "%s", cmd->name);
	}
	s->for_target = cmd->flags & CMD_NEEDS_TARGET;
	s->kernel_stale = true;
	err = session_load_symbols(s);
	if (!err && (cmd->flags & CMD_NEEDS_WRITE))
		err = write_gate(s, cmd);
	if (!err)
		err = cmd->run(s, &args);
	return err && err->kind == ERROR_USAGE ? error_prefix(err, "%s", cmd->name) : err;
}

/*
 * The kernel has answered from a wrong address space: whatever the command has
 * said, this is what the user must know, and the exit code too.
 */
static struct error *check_ar_bug(struct session *s, struct error *err)
{
	if (!s->target || !s->target->ar_bug_met)
		return err;
	out_bool(s->out, "ar_bug", true);
	if (err)
		log_warn(&s->log, "%s", err->message);
	error_free(err);
	err = error_new(ERROR_TARGET,
			"the result comes from the wrong address space: this host's kernel has the access-register bug (Linux before commit 01be7f53dfc2)");
	return error_hint(err,
			  "the guest's access registers have been restored; update the host's kernel, or read with --space=abs");
}

static void tell_stats(struct session *s)
{
	const struct target_stats *st;

	if (!s->stats || !s->target)
		return;
	st = &s->target->stats;
	if (out_is_json(s->out)) {
		out_object(s->out, "stats");
		out_num(s->out, "stops", (long long)st->stops);
		out_num(s->out, "calls", (long long)st->calls);
		out_num(s->out, "stopped_ns", (long long)st->stopped_ns);
		out_num(s->out, "longest_ns", (long long)st->longest_ns);
		out_num(s->out, "bytes", (long long)st->bytes);
		out_close(s->out);
		return;
	}
	fprintf(s->log.stream,
		"s390memctl: stops %" PRIu64 ", calls %" PRIu64 ", stopped %" PRIu64
		".%03u us, longest %" PRIu64 ".%03u us, bytes %" PRIu64 "\n",
		st->stops, st->calls, st->stopped_ns / 1000,
		(unsigned int)(st->stopped_ns % 1000), st->longest_ns / 1000,
		(unsigned int)(st->longest_ns % 1000), st->bytes);
}

/* Flush stdout; what could not be written becomes the error if there is none yet. */
static struct error *flush_output(struct session *s, struct error *err)
{
	struct error *flush = out_flush(s->out);

	if ((flush && flush->errnum == EPIPE) || (err && err->errnum == EPIPE))
		s->pipe_closed = true;
	return command_first_error(err, flush);
}

/* Tell the error, close the document, and get the exit code. */
static int finish(struct session *s, struct error *err)
{
	int code;

	err = flush_output(s, err);
	tell_stats(s);
	if (err && s->where[0])
		err = error_prefix(err, "%s", s->where);
	if (err && !s->pipe_closed)
		out_error(s->out, err);
	code = command_exit_code(err);
	error_free(err);
	if (session_interrupted(s))
		code = 128 + *s->interrupted;
	out_end(s->out, code);
	err = flush_output(s, NULL);
	if (err && !s->pipe_closed) {
		log_warn(&s->log, "%s", err->message);
		code = code ? code : ERROR_TARGET;
	}
	error_free(err);
	return s->pipe_closed ? 128 + SIGPIPE : code;
}

/* Colours for where the output goes now; an empty line in the shell repeats what comes. */
static void prepare(struct session *s)
{
	if (s->target) {
		s->target->stats = (struct target_stats){ 0 };
		s->target->ar_bug_met = false;
	}
	out_set_color(s->out, settings_use_color(s, STDOUT_FILENO),
		      settings_use_color(s, STDERR_FILENO));
	s->log.color = settings_use_color(s, STDERR_FILENO);
	repeat_forget(s);
}

static int run_words(struct session *s, int nr_words, char **words)
{
	const struct command *cmd = NULL;
	const char **values = NULL;
	struct error *err, *detach;
	bool fatal, lines;
	int code;

	prepare(s);
	err = command_lookup(words[0], &cmd);
	lines = cmd && (cmd->flags & CMD_RUNS_LINES);
	if (!lines)
		out_begin(s->out, cmd ? cmd->name : words[0]);
	if (!err) {
		values = calloc(count_options(cmd) + 1, sizeof(*values));
		err = values ? run_parsed(s, cmd, nr_words, words, values) : error_nomem();
	}
	free(values);
	if (lines && !err)
		return s->lines_code;
	if (lines)
		out_begin(s->out, cmd->name);
	err = check_ar_bug(s, err);
	fatal = err && err->fatal;
	code = finish(s, err);
	if (fatal) {
		/* The next command attaches anew. */
		detach = session_detach(s);
		if (detach)
			log_verbose(&s->log, 1, "%s", detach->message);
		error_free(detach);
	}
	if (code)
		s->exit_code = code;
	return code;
}

int command_run(struct session *s, int nr_words, char **words)
{
	struct words native;
	struct error *err = dialect_translate(s, nr_words, words, &native);
	char **argv;
	int code;

	if (err) {
		out_begin(s->out, words[0]);
		code = finish(s, err);
		s->exit_code = code;
		return code;
	}
	if (!native.count)
		return run_words(s, nr_words, words);
	/* Options are taken out of the array, so each word is freed through another one. */
	argv = calloc((size_t)native.count, sizeof(*argv));
	if (argv)
		memcpy(argv, native.word, (size_t)native.count * sizeof(*argv));
	code = argv ? run_words(s, native.count, argv) : ERROR_TARGET;
	free(argv);
	words_free(&native);
	return code;
}
