/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <elfutils/version.h>
#include <jansson.h>
#ifdef HAVE_LIBKDUMPFILE
#include <libkdumpfile/kdumpfile.h>
#endif
#include <stdio.h>
#include <readline/readline.h>

#include "cli/command.h"
#include "cli/session.h"
#include "cli/version.h"
#include "sym/disasm.h"

#define STRING(x) #x
#define EXPANDED(x) STRING(x)

#if defined(__s390x__)
#define HOST_ARCH "s390x"
#elif defined(__x86_64__)
#define HOST_ARCH "x86_64"
#else
#error "no system-call injection for this architecture"
#endif

#ifdef HAVE_LIBKDUMPFILE
#define KDUMPFILE KDUMPFILE_VERSION_STRING
#else
#define KDUMPFILE "no"
#endif

#ifdef HAVE_LIBDEBUGINFOD
#define DEBUGINFOD "yes"
#else
#define DEBUGINFOD "no"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZERS "yes"
#else
#define SANITIZERS "no"
#endif

#ifdef S390MEMCTL_TEST_HOOKS
#define TEST_HOOKS "yes"
#else
#define TEST_HOOKS "no"
#endif

struct feature {
	const char *key;
	const char *value;
};

void version_show(struct out *o)
{
	const struct feature features[] = {
		{ "injection", HOST_ARCH },
		{ "debuginfod", DEBUGINFOD },
		{ "elfutils", "0." EXPANDED(_ELFUTILS_VERSION) },
		{ "jansson", JANSSON_VERSION },
		{ "kdumpfile", KDUMPFILE },
		{ "opcodes", disasm_available() ? "yes" : "no" },
		{ "readline", rl_library_version },
		{ "sanitizers", SANITIZERS },
		{ "testhooks", TEST_HOOKS },
	};
	size_t i;

	out_text(o, "s390memctl %s\n", PACKAGE_VERSION);
	out_str(o, "version", PACKAGE_VERSION);
	out_object(o, "features");
	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		out_text(o, "%-10s %s\n", features[i].key, features[i].value);
		out_str(o, features[i].key, features[i].value);
	}
	out_close(o);
}

static struct error *run_version(struct session *s, const struct command_args *args)
{
	(void)args;
	version_show(s->out);
	return NULL;
}

const struct command cmd_version = {
	.name = "version",
	.args = "",
	.summary = "tell version and features",
	.help =
"Tell the program's version, the processor whose threads it can make calls in,\n"
"and the libraries it works with.\n",
	.example =
"$ s390memctl version\n"
"s390memctl 0.1.0\n"
"injection  s390x\n"
"[...]\n",
	.see_also = "info help",
	.run = run_version,
};
