/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The modules that a guest's kernel has loaded, by its list of them. Untrusted. */
#ifndef S390MEMCTL_LINUX_MODULES_H
#define S390MEMCTL_LINUX_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct kernel;

/* What is believed of a guest. */
#define MODULES_MAX		4096U
#define MODULE_SYMBOLS_MAX	200000U	/* of one module */
#define MODULE_STRINGS_MAX	(16U << 20)
#define MODULES_SYMBOLS_MAX	2000000U	/* of all modules */
#define MODULES_NAMES_MAX	(64U << 20)	/* bytes of all their names, one by one */

/* Where the symbols of a module come from. */
enum module_symbols {
	MODULE_SYMBOLS_NONE,
	MODULE_SYMBOLS_FILE,
	MODULE_SYMBOLS_KALLSYMS,
};

struct module {
	uint64_t addr;		/* of its struct module */
	char name[64];		/* MODULE_NAME_LEN; letters, digits, _ and - */
	uint64_t base;		/* of its code */
	uint64_t size;		/* bytes of its code and data */
	int64_t state;		/* enum module_state, include/linux/module.h */
	char build_id[65];	/* hex digits, or "" */
	enum module_symbols source;
	char file[4096];	/* its file on the host, with this build id, or "" */
};

struct modules {
	struct module *list;
	size_t n;
	bool truncated;		/* the list goes on, or is damaged, behind these */
	char reason[128];	/* why, printable */
};

/*
 * Read the list of modules. A list that is damaged ends where it is. Errors:
 * ERROR_NO where symbols or types for it are missing; ERROR_TARGET;
 * ERROR_PARTIAL when interrupted.
 */
struct error *modules_read(struct kernel *k, struct modules *m);
/* Free; empty is allowed. */
void modules_free(struct modules *m);
/*
 * Add the symbols of all to k->symbols: from a file with the module's build id,
 * else from the module's own table in the guest. Where these are too many in all, the
 * modules that are left have none, and a warning tells so. Errors: no memory;
 * ERROR_TARGET; ERROR_PARTIAL when interrupted.
 */
struct error *modules_add_symbols(struct kernel *k, struct modules *m);
/* "live", "loading", "unloading", "unformed", "?" */
const char *module_state_name(int64_t state);

#endif
