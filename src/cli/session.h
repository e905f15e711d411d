/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lives from the start of the program to its end: options, target, symbols, output. */
#ifndef S390MEMCTL_CLI_SESSION_H
#define S390MEMCTL_CLI_SESSION_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/log.h"
#include "out/out.h"
#include "sym/expr.h"
#include "sym/symtab.h"
#include "target/kvm/discover.h"
#include "target/target.h"

struct session {
	/* options */
	pid_t pid;		/* -p, 0: not given */
	const char *guest;	/* -g, NULL: not given */
	int vcpu;		/* -c, 0 */
	int vcpu_fd;		/* --vcpu-fd, -1: not given */
	bool write;		/* -w */
	bool json;		/* -j */
	bool stats;		/* --stats */
	bool suspend_seccomp;	/* --suspend-seccomp */
	uint64_t max_stop_ns;	/* --max-stop */
	const char *audit_path;	/* --audit */
	bool interactive;	/* a shell on a terminal */

	struct log log;
	struct out *out;
	struct symtab *symbols;	/* -s, NULL: none */
	const char *symbols_path;

	struct target *target;	/* NULL: not attached yet */
	struct vmm_info vmm;	/* valid when attached */
	const volatile int *interrupted;	/* set by signal handlers */
	bool quit;		/* the quit command was given */
	int exit_code;		/* of the last command that failed, else 0 */
};

/* Attach if not attached yet. */
struct error *session_attach(struct session *s);
/* Detach, free all. Returns an exit code: that of the session, or 4 if closing failed. */
int session_close(struct session *s);
/* A signal has asked the running command to stop. */
bool session_interrupted(void *session);
/* Evaluate an address expression in this session. */
struct error *session_addr(struct session *s, const char *text, uint64_t *addr);

#endif
