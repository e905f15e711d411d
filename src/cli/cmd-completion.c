/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arch/pgm.h"
#include "cli/completion.h"
#include "cli/session.h"
#include "target/kvm/discover.h"

#define PROC "/proc"

/* Arguments by their names in the tables; option: of this one only, NULL: of any. */
static const struct {
	const char *arg, *option;
	struct completion_arg completion;
} known[] = {
	{ "PID", "pid", { COMPLETION_LIVE, "pids" } },
	{ "NAME", "guest", { COMPLETION_LIVE, "guests" } },
	{ "ID", "vcpu", { COMPLETION_LIVE, "vcpus" } },
	{ "FILE", NULL, { COMPLETION_FILES, "" } },
	{ "DIR", NULL, { COMPLETION_FILES, "" } },
	{ "SOCKET", NULL, { COMPLETION_FILES, "" } },
	{ "SPACE", NULL, { COMPLETION_WORDS, "auto pri sec home real abs sida" } },
	{ "ENGINE", NULL, { COMPLETION_WORDS, "auto ioctl walk both" } },
	{ "TYPE", NULL, { COMPLETION_WORDS, "hex u8 u16 u32 u64 str ebcdic raw" } },
	{ "MODE", NULL, { COMPLETION_WORDS, "sparse zero stop" } },
	{ "WHEN", NULL, { COMPLETION_WORDS, "auto always never" } },
	{ "PAGE", NULL, { COMPLETION_WORDS, "commands exceptions" } },
	{ "K", "key", { COMPLETION_WORDS, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15" } },
	{ "N", "ar", { COMPLETION_WORDS, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15" } },
	/* Of commands. */
	{ "[TOPIC]", NULL, { COMPLETION_LIVE, "topics" } },
	{ "SHELL|WORDS", NULL, { COMPLETION_WORDS, "bash zsh fish" } },
	{ "[r|w|rw] ADDR LEN", NULL, { COMPLETION_WORDS, "r w rw" } },
};

static const struct completion_arg nothing = { COMPLETION_NONE, "" };

static struct completion_arg find(const char *arg, const char *option)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!strcmp(known[i].arg, arg) &&
		    (!known[i].option || (option && !strcmp(known[i].option, option))))
			return known[i].completion;
	}
	return nothing;
}

struct completion_arg completion_of_option(const struct command_option *row)
{
	return row && row->arg ? find(row->arg, row->name) : nothing;
}

struct completion_arg completion_of_command(const struct command *cmd)
{
	if (strstr(cmd->args, "FILE"))
		return find("FILE", NULL);
	return find(cmd->args, NULL);
}

static void word(struct out *o, const char *text)
{
	out_text(o, "%s\n", text);
	out_str(o, NULL, text);
}

static void live_pids(const struct vmm_info *vmm, struct out *o)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)vmm->pid);
	word(o, text);
}

/* A name that is shown otherwise than it is could not be typed as it is shown. */
static void live_guests(const struct vmm_info *vmm, struct out *o)
{
	if (vmm->guest && vmm->guest[0] && !strcmp(vmm->guest, vmm->name))
		word(o, vmm->name);
}

static void live_vcpus(const struct vmm_info *vmm, struct out *o)
{
	char text[16];
	size_t i;

	for (i = 0; i < vmm->nr_vcpus; i++) {
		snprintf(text, sizeof(text), "%d", vmm->vcpus[i].id);
		word(o, text);
	}
}

/* Of the VMMs that --pid or --guest names, or all. */
static struct error *live(struct session *s, void (*tell)(const struct vmm_info *vmm, struct out *o))
{
	struct vmm_list list;
	struct error *err = vmm_list_get(PROC, &list);
	const struct vmm_info *vmm;
	size_t i;

	if (err)
		return err;
	for (i = 0; i < list.count; i++) {
		vmm = &list.vmms[i];
		if (s->pid && vmm->pid != s->pid)
			continue;
		if (s->guest && (!vmm->guest || strcmp(vmm->guest, s->guest) != 0))
			continue;
		tell(vmm, s->out);
	}
	vmm_list_free(&list);
	return NULL;
}

/* What help tells about. */
static void topics(struct out *o)
{
	size_t count, i;
	const struct pgm *table = pgm_table(&count);
	char code[8];

	for (i = 0; command_table[i]; i++)
		word(o, command_table[i]->name);
	word(o, "exceptions");
	for (i = 0; i < count; i++) {
		snprintf(code, sizeof(code), "%04x", table[i].code);
		word(o, code);
	}
}

static struct error *show_words(struct session *s, const char *what, bool *known_words)
{
	struct error *err = NULL;

	*known_words = true;
	out_array(s->out, "words");
	if (!strcmp(what, "pids"))
		err = live(s, live_pids);
	else if (!strcmp(what, "guests"))
		err = live(s, live_guests);
	else if (!strcmp(what, "vcpus"))
		err = live(s, live_vcpus);
	else if (!strcmp(what, "topics"))
		topics(s->out);
	else
		*known_words = false;
	out_close(s->out);
	return err;
}

static struct error *run_completion(struct session *s, const struct command_args *args)
{
	static const struct {
		const char *shell;
		void (*make)(struct buf *b);
	} shells[] = {
		{ "bash", completion_bash }, { "zsh", completion_zsh }, { "fish", completion_fish },
	};
	const char *what = args->argv[0];
	struct buf b = BUF_INIT;
	struct error *err = NULL;
	bool found;
	size_t i;

	for (i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].shell, what) != 0)
			continue;
		shells[i].make(&b);
		out_text(s->out, "%s", buf_str(&b));
		out_str(s->out, "script", buf_str(&b));
		err = buf_failed(&b) ? error_nomem() : NULL;
		buf_free(&b);
		return err;
	}
	err = show_words(s, what, &found);
	if (err || found)
		return err;
	buf_add_escaped(&b, what, strlen(what));
	err = error_new(ERROR_USAGE, "'%s' is neither bash, zsh, fish nor pids, guests, vcpus, topics",
			buf_str(&b));
	buf_free(&b);
	return err;
}

const struct command cmd_completion = {
	.name = "completion",
	.args = "SHELL|WORDS",
	.min_args = 1,
	.max_args = 1,
	.summary = "print a completion script for a shell",
	.help =
"Print the script that completes the command lines of s390memctl in bash, zsh or\n"
"fish; \"make install\" puts them where these shells look. The scripts ask for words\n"
"that change: pids, guests and vcpus (of the VMMs that run here, or of the one that\n"
"--pid or --guest chooses) and topics (of help), one a line.\n",
	.example =
"$ s390memctl completion bash >/etc/bash_completion.d/s390memctl\n"
"$ s390memctl -g web1 completion vcpus\n"
"0\n"
"1\n",
	.see_also = "list help",
	.run = run_completion,
};
