/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Linux in the guest of a session. */
#include "cli/progress.h"
#include "cli/session.h"
#include "linux/kernel.h"

#define MIB 1048576.0

static void show_work(void *arg, enum work_kind kind, uint64_t done, uint64_t total)
{
	struct progress *p = arg;

	p->label = kind == WORK_FETCH ? "debuginfod: " : NULL;
	p->total = total;
	if (done == UINT64_MAX)
		progress_end(p);
	else if (!total)
		progress_note(p, "debuginfod: %.1f MiB", (double)done / MIB);
	else if (kind == WORK_FETCH)
		progress_update(p, done);
	else
		progress_count(p, done, done, "symbols");
}

/* Symbols of the files of -s, and those of the kernel later. */
static struct error *need_symbols(struct session *s)
{
	struct error *err = session_load_symbols(s);

	if (err || s->symbols)
		return err;
	s->symbols = symbols_new();
	return s->symbols ? NULL : error_nomem();
}

static struct error *open_kernel(struct session *s)
{
	struct progress progress;
	struct kernel_options opt = {
		.nr_symbol_files = s->nr_symbol_files,
		.debug_dir = s->debug_dir,
		.debuginfod = s->debuginfod,
		.debuginfod_timeout_ns = s->debuginfod_timeout_ns,
		.force_symbols = s->force_symbols,
		.log = &s->log,
		.interrupted = s->interrupted,
		.work = { .show = show_work, .arg = &progress },
	};
	struct error *err = need_symbols(s);

	if (err)
		return err;
	opt.symbols = s->symbols;
	progress_start(&progress, &s->log, 0);
	err = kernel_open(s->target, &opt, &s->kernel);
	progress_end(&progress);
	/* Nothing that is gone is called later. */
	if (s->kernel)
		s->kernel->opt.work.show = NULL;
	return err;
}

struct error *session_kernel(struct session *s, struct kernel **k)
{
	struct error *err = session_attach(s);
	bool same = true;

	*k = NULL;
	if (!err && s->kernel && s->kernel_stale && s->target->ops->live)
		err = kernel_refresh(s->kernel, &same);
	if (!err && !same)
		session_forget_kernel(s);
	if (!err && !s->kernel)
		err = open_kernel(s);
	if (err)
		return err;
	s->kernel_stale = false;
	*k = s->kernel;
	return NULL;
}

void session_forget_kernel(struct session *s)
{
	kernel_close(s->kernel);
	s->kernel = NULL;
}
