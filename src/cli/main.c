/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/harden.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/script.h"
#include "cli/session.h"
#include "cli/shell.h"
#include "cli/signals.h"
#include "cli/version.h"

/*
 * No file that is opened may become a standard stream that was closed: open
 * /dev/null there, the wrong way round, so that using it fails as it would have.
 */
static void reserve_standard_streams(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

/* The shell; a guest that was asked for must be there. */
static int run_shell(struct session *s)
{
	struct error *err;

	s->interactive = true;
	shell_read_rc(s);
	err = session_load_symbols(s);
	if (!err && (s->pid || s->guest || s->dump_path || s->qmp_path))
		err = session_attach(s);
	if (err) {
		out_error(s->out, err);
		s->exit_code = command_exit_code(err);
		error_free(err);
		return s->exit_code;
	}
	return shell_run(s);
}

static int run(struct session *s, const struct options *opt)
{
	struct error *err;

	if (opt->help) {
		help_usage(s->out);
		return 0;
	}
	if (opt->version) {
		out_begin(s->out, "version");
		version_show(s->out);
		out_end(s->out, 0);
		return 0;
	}
	/*
	 * Only the user of the shell starts programs. Who has a filter may not suspend
	 * another's: PTRACE_O_SUSPEND_SECCOMP, kernel/ptrace.c check_ptrace_options().
	 */
	if ((opt->nr_words || opt->nr_scripts) && !s->suspend_seccomp && !harden_forbid_programs())
		log_verbose(&s->log, 1, "no filter of system calls here: %s", strerror(errno));
	if (opt->nr_words)
		return command_run(s, opt->nr_words, opt->words);
	if (opt->nr_scripts)
		return script_run(s, opt);
	if (isatty(STDIN_FILENO) > 0 && isatty(STDOUT_FILENO) > 0)
		return run_shell(s);
	err = error_hint(error_new(ERROR_USAGE, "no command given, and no terminal to ask for one"),
			 "see s390memctl --help");
	out_error(s->out, err);
	error_free(err);
	s->exit_code = ERROR_USAGE;
	return s->exit_code;
}

int main(int argc, char **argv)
{
	struct options opt;
	struct session s;
	struct error *err, *start;
	int code;

	reserve_standard_streams();
	if (harden_has_owners_rights()) {
		fputs("s390memctl: refused: it obeys its user, and must not be set-user-ID, set-group-ID or have file capabilities (SECURITY.md)\n",
		      stderr);
		return ERROR_REFUSED;
	}
	setlocale(LC_CTYPE, "");
	signals_install();
	session_init(&s, signals_flag());
	err = options_parse(argc, argv, &s, &opt);
	harden_process(HARDEN_KEEP | (s.suspend_seccomp ? HARDEN_KEEP_SUSPEND : 0) |
		       (s.qmp_path ? HARDEN_KEEP_QMP : 0));
	start = session_start(&s);
	if (!err)
		err = start;
	if (err && s.out) {
		out_error(s.out, err);
		s.exit_code = command_exit_code(err);
	} else if (!err) {
		run(&s, &opt);
	}
	error_free(err);
	code = session_close(&s);
	options_free(&opt);
	if (s.pipe_closed)
		return 128 + SIGPIPE;
	return *s.interrupted ? 128 + *s.interrupted : code;
}
