/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/optparse.h"

const struct command_option options_table[] = {
	{ "pid", 'p', "PID", "work on the VMM with this process id" },
	{ "guest", 'g', "NAME", "work on the guest of this name (-name guest=NAME)" },
	{ "dump", 'd', "FILE", "work on a dump of a guest instead of a running one" },
	{ "qmp", 'q', "SOCKET", "work by QEMU's QMP socket, read only; the guest may be emulated" },
	{ "vcpu", 'c', "ID", "work on this vCPU (default 0)" },
	{ "vcpu-fd", 0, "FD", "the vCPU's file descriptor in the VMM, where ids are ambiguous" },
	{ "symbols", 's', "FILE", "take symbols from this ELF file (vmlinux); FILE@ADDR: loaded at ADDR" },
	{ "debug-dir", 0, "DIR", "look for the guest's vmlinux and modules here, too" },
	{ "debuginfod", 0, NULL, "ask the servers of DEBUGINFOD_URLS for the guest's vmlinux" },
	{ "debuginfod-timeout", 0, "SECONDS", "for how long at most (90)" },
	{ "force-symbols", 0, NULL, "take a vmlinux whose build id is not the guest's" },
	{ "write", 'w', NULL, "allow commands that change the guest" },
	{ "json", 'j', NULL, "one JSON document a command instead of text" },
	{ "execute", 'e', "CMD", "run a command; may be given several times" },
	{ "file", 'f', "FILE", "run commands from a file, - for standard input" },
	{ "keep-going", 0, NULL, "with -e and -f: go on behind a command that has failed" },
	{ "stats", 0, NULL, "tell how often and how long the vCPU stood still" },
	{ "max-stop", 0, "TIME", "let a vCPU stand still no longer than this at once (10ms)" },
	{ "suspend-seccomp", 0, NULL, "lift the VMM's seccomp filter for the calls made in it" },
	{ "color", 0, "WHEN", "colours by meaning: auto (on a terminal), always or never" },
	{ "codepage", 0, "NAME", "EBCDIC code page, as iconv -l has it (IBM-1047)" },
	{ "plain", 0, NULL, "for screen readers: no colours, bars, lines that change" },
	{ "no-rc", 0, NULL, "the shell does not run ~/.config/s390memctl/rc" },
	{ "audit", 0, "FILE", "append a JSON line to FILE before and after each write" },
	{ "verbose", 'v', NULL, "say what is found and chosen; twice: every stop and call" },
	{ "quiet", 0, NULL, "no notes on standard error, only warnings and errors" },
	{ "help", 'h', NULL, "tell the usage and end" },
	{ "version", 'V', NULL, "tell version and features and end" },
	{ NULL, 0, NULL, NULL },
};

struct options_state {
	struct session *s;
	struct options *opt;
};

static struct error *take_script(struct options *opt, bool is_file, const char *text)
{
	struct options_script *scripts;

	scripts = realloc(opt->scripts, ((size_t)opt->nr_scripts + 1) * sizeof(*scripts));
	if (!scripts)
		return error_nomem();
	opt->scripts = scripts;
	scripts[opt->nr_scripts++] = (struct options_script){ is_file, text };
	return NULL;
}

/* A decimal number from 0 to INT_MAX, for process ids, vCPU ids and fds. */
static struct error *take_int(const char *text, const char *what, int lowest, int *value)
{
	uint64_t v;
	struct error *err = number_parse(text, what, 64, 0, &v);

	if (err)
		return err;
	if (v > INT_MAX || (int)v < lowest)
		return error_new(ERROR_USAGE, "%s %" PRIu64 " is out of range (%d to %d)", what, v,
				 lowest, INT_MAX);
	*value = (int)v;
	return NULL;
}

static struct error *take_seconds(const char *text, uint64_t *ns)
{
	int seconds = 0;
	struct error *err = take_int(text, "time-out of debuginfod", 1, &seconds);

	*ns = (uint64_t)seconds * 1000000000U;
	return err;
}

static struct error *take_guest(struct session *s, const char *name)
{
	if (!name[0])
		return error_new(ERROR_USAGE, "the guest name is empty");
	s->guest = name;
	return NULL;
}

static struct error *take_option(void *arg, const struct command_option *row, const char *value)
{
	struct options_state *st = arg;
	struct session *s = st->s;

	if (!strcmp(row->name, "pid"))
		return take_int(value, "process id", 1, &s->pid);
	if (!strcmp(row->name, "guest"))
		return take_guest(s, value);
	if (!strcmp(row->name, "vcpu"))
		return take_int(value, "vCPU id", 0, &s->vcpu);
	if (!strcmp(row->name, "vcpu-fd"))
		return take_int(value, "vCPU file descriptor", 0, &s->vcpu_fd);
	if (!strcmp(row->name, "execute") || !strcmp(row->name, "file"))
		return take_script(st->opt, row->letter == 'f', value);
	if (!strcmp(row->name, "symbols"))
		return session_add_symbol_file(s, value);
	if (!strcmp(row->name, "debuginfod-timeout"))
		return take_seconds(value, &s->debuginfod_timeout_ns);
	if (!strcmp(row->name, "max-stop") || !strcmp(row->name, "color") ||
	    !strcmp(row->name, "codepage"))
		return settings_set(s, row->name, value, true);
	if (!strcmp(row->name, "plain"))
		return settings_set(s, row->name, "on", true);
	if (!strcmp(row->name, "dump"))
		s->dump_path = value;
	else if (!strcmp(row->name, "qmp"))
		s->qmp_path = value;
	else if (!strcmp(row->name, "audit"))
		s->audit_path = value;
	else if (!strcmp(row->name, "debug-dir"))
		s->debug_dir = value;
	else if (!strcmp(row->name, "debuginfod"))
		s->debuginfod = true;
	else if (!strcmp(row->name, "force-symbols"))
		s->force_symbols = true;
	else if (!strcmp(row->name, "write"))
		s->write = true;
	else if (!strcmp(row->name, "json"))
		s->json = true;
	else if (!strcmp(row->name, "no-rc"))
		s->no_rc = true;
	else if (!strcmp(row->name, "stats"))
		s->stats = true;
	else if (!strcmp(row->name, "suspend-seccomp"))
		s->suspend_seccomp = true;
	else if (!strcmp(row->name, "keep-going"))
		st->opt->keep_going = true;
	else if (!strcmp(row->name, "verbose"))
		s->log.verbose++;
	else if (!strcmp(row->name, "quiet"))
		s->log.quiet = 1;
	else if (!strcmp(row->name, "help"))
		st->opt->help = true;
	else
		st->opt->version = true;
	return NULL;
}

struct error *options_parse(int argc, char **argv, struct session *s, struct options *opt)
{
	struct options_state st = { s, opt };
	struct error *err;

	*opt = (struct options){ .nr_words = argc - 1, .words = argv + 1 };
	err = optparse(options_table, false, &opt->nr_words, opt->words, take_option, &st);
	if (err)
		return err->hint ? err : error_hint(err, "see s390memctl --help");
	if (opt->help || opt->version)
		return NULL;
	if (s->pid && s->guest)
		return error_new(ERROR_USAGE, "--pid and --guest exclude each other");
	if (s->dump_path && (s->pid || s->guest || s->vcpu_fd >= 0))
		return error_new(ERROR_USAGE, "--dump excludes --pid, --guest and --vcpu-fd");
	if (s->qmp_path && (s->dump_path || s->guest || s->vcpu_fd >= 0))
		return error_new(ERROR_USAGE, "--qmp excludes --dump, --guest and --vcpu-fd");
	if (opt->nr_scripts && opt->nr_words)
		return error_new(ERROR_USAGE, "a command beside --execute or --file: give one or the other");
	return NULL;
}

void options_free(struct options *opt)
{
	free(opt->scripts);
	opt->scripts = NULL;
	opt->nr_scripts = 0;
}

static struct error *time_error(const char *text, const char *what)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, text, strlen(text));
	err = error_new(ERROR_USAGE, "time '%s': %s", buf_str(&shown), what);
	buf_free(&shown);
	return err;
}

struct error *options_time(const char *text, unsigned int max_s, uint64_t *ns)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = { { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 } };
	unsigned long long v;
	char *end, range[48];
	size_t i;

	if (text[0] < '0' || text[0] > '9')
		return time_error(text, "no number");
	errno = 0;
	v = strtoull(text, &end, 10);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!strcmp(end, units[i].unit))
			break;
	}
	if (i == sizeof(units) / sizeof(units[0]))
		return time_error(text, "the unit must be ns, us, ms or s");
	if (errno || v > max_s * 1000000000ULL / units[i].ns || v * units[i].ns < 1000) {
		snprintf(range, sizeof(range), "out of range (1us to %us)", max_s);
		return time_error(text, range);
	}
	*ns = v * units[i].ns;
	return NULL;
}
