/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lives from the start of the program to its end: options, target, symbols, output. */
#ifndef S390MEMCTL_CLI_SESSION_H
#define S390MEMCTL_CLI_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/log.h"
#include "cli/settings.h"
#include "out/out.h"
#include "sym/expr.h"
#include "sym/lines.h"
#include "sym/symbols.h"
#include "target/kvm/discover.h"
#include "target/target.h"

struct aliases;
struct audit;
struct ebcdic;
struct repeat;
struct kernel;

struct session {
	/* options */
	pid_t pid;		/* -p, 0: not given */
	const char *guest;	/* -g, NULL: not given */
	const char *dump_path;	/* -d, NULL: not given */
	const char *qmp_path;	/* -q, NULL: not given */
	int vcpu;		/* -c, 0 */
	int vcpu_fd;		/* --vcpu-fd, -1: not given */
	bool write;		/* -w */
	bool json;		/* -j */
	bool stats;		/* --stats */
	bool suspend_seccomp;	/* --suspend-seccomp */
	uint64_t max_stop_ns;	/* --max-stop */
	const char *audit_path;	/* --audit, NULL: not given */
	const char **symbol_files;	/* -s, FILE or FILE@ADDR; allocated */
	size_t nr_symbol_files;
	const char *debug_dir;	/* --debug-dir, NULL: not given */
	bool debuginfod;	/* --debuginfod */
	uint64_t debuginfod_timeout_ns;	/* --debuginfod-timeout, 0: the default */
	bool force_symbols;	/* --force-symbols */
	bool interactive;	/* a shell on a terminal */
	bool no_rc;		/* --no-rc */
	struct settings settings;

	struct log log;
	struct log_held log_held;	/* of the log, while a vCPU stands */
	struct out *out;
	struct symbols *symbols;	/* of symbol_files, loaded before the first command; NULL: none */
	struct lines_cache *lines;	/* of their files and the kernel's; NULL: none was asked for yet */
	bool has_last;
	uint64_t last;		/* $last of expressions: what was shown last */
	bool for_target;	/* the running command works on a guest */
	struct audit *audit;	/* of audit_path, opened before the first writing command */

	struct ebcdic *ebcdic;	/* of settings.codepage; NULL: not read yet */
	struct aliases *aliases;	/* NULL: none */
	struct repeat *repeat;	/* what Enter does again; NULL: nothing yet */
	char x_letter, x_size;	/* of gdb's x, which stay for the next one; 0: none yet */
	int lines_code;		/* exit code of the lines that a CMD_RUNS_LINES command has run */
	int depth;		/* of files that source runs inside each other */

	struct target *target;	/* NULL: not attached yet */
	struct target **others;	/* vCPUs that were worked as too; cli/cpus.c */
	size_t nr_others;
	struct kernel *kernel;	/* the Linux in it; NULL: nobody has asked yet */
	bool kernel_stale;	/* a command has begun since it was looked at */
	struct vmm_info vmm;	/* valid when attached to a VMM */
	const volatile int *interrupted;	/* set by signal handlers */
	char where[128];	/* "FILE:LINE" of the running command in a script, printable; else "" */
	bool quit;		/* the quit command was given */
	bool pipe_closed;	/* nobody reads stdout any more: end quietly */
	int exit_code;		/* of the last command that failed, else 0 */
	/* Where home space was taken for a symbol: the PSW's, which may be the same. Else SPACE_AUTO. */
	enum space home_despite;
};

#define SESSION_MAX_STOP_NS 10000000	/* default of --max-stop */

/* Defaults of all options; log to stderr. Nothing is opened. */
void session_init(struct session *s, const volatile int *interrupted);
/* Make the formatter for stdout as the options say. */
struct error *session_start(struct session *s);
/* Attach if not attached yet. */
struct error *session_attach(struct session *s);
/*
 * Make a target of another vCPU of the VM that s->target is of. Errors:
 * ERROR_TARGET when there is none of this number; those of kvm_attach().
 */
struct error *session_attach_vcpu(struct session *s, int id, struct target **target);
/* Let the guest go; NULL if not attached or if all could be undone. */
struct error *session_detach(struct session *s);
/* Detach, free all. Returns an exit code: that of the session, or 4 if closing failed. */
int session_close(struct session *s);
/* A signal has asked the running command to stop. For range_walk(), hence the type. */
bool session_interrupted(void *session);
/*
 * The Linux in the guest: attaches, and finds out about it, at the first call;
 * looks at a live guest anew at the first call of each command. Its symbols are
 * in s->symbols, too. Errors: those of session_attach() and kernel_open().
 */
struct error *session_kernel(struct session *s, struct kernel **k);
/* Let it go, before the target does. */
void session_forget_kernel(struct session *s);
/* Take one more FILE or FILE@ADDR for symbols; text is copied. Errors: no memory. */
struct error *session_add_symbol_file(struct session *s, const char *text);
/* Forget all symbols: they are loaded anew when they are needed. */
void session_forget_symbols(struct session *s);
/* The code page of the settings. Errors: those of ebcdic_load(). */
struct error *session_ebcdic(struct session *s, const struct ebcdic **ebcdic);
/* Load the symbols of -s if that was not done yet, where the files say that they are. */
struct error *session_load_symbols(struct session *s);
/*
 * All symbols there are, at the addresses of the guest; *symbols may become
 * NULL. A command on a guest gets those of the guest's kernel and its modules,
 * too, for which it attaches; one that needs none gets those of -s alone. Errors:
 * those of session_attach(), bad or refused symbol files.
 */
struct error *session_symbols(struct session *s, const struct symbols **symbols);
/*
 * Append "FILE:LINE" of an address in the symbol that symbols_find() or
 * symbols_nearest() has told; false and nothing appended if it is not known.
 */
bool session_line(struct session *s, const struct symbol_info *info, uint64_t addr, struct buf *b);
/* Note an address or value that was shown, for $last. */
void session_set_last(struct session *s, uint64_t value);
/*
 * Evaluate an address expression in this session; attaches when it names a
 * register, a symbol or what stands in memory. *symbolic (may be NULL): it is an
 * address of the kernel's space, by a symbol.
 */
struct error *session_expr(struct session *s, const char *text, uint64_t *addr, bool *symbolic);
/*
 * The same where memory that the expression reads is in the space of an access,
 * with its key and engine; NULL: in that of the PSW.
 */
struct error *session_expr_in(struct session *s, const char *text, const struct access *in,
			      uint64_t *addr, bool *symbolic);
/* The same for those who do not care where it comes from. */
struct error *session_addr(struct session *s, const char *text, uint64_t *addr);

#endif
