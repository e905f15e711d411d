/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/repeat.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/session.h"
#include "cli/space-arg.h"
#include "cli/words.h"

struct repeat {
	struct buf line;	/* empty: none */
	struct buf address;
};

void repeat_free(struct repeat *r)
{
	if (!r)
		return;
	buf_free(&r->line);
	buf_free(&r->address);
	free(r);
}

void repeat_forget(struct session *s)
{
	if (s->repeat)
		buf_reset(&s->repeat->line);
}

const char *repeat_line(const struct session *s)
{
	return s->repeat && s->repeat->line.len ? buf_str(&s->repeat->line) : NULL;
}

const char *repeat_address(const struct session *s)
{
	return s->repeat && s->repeat->address.len ? buf_str(&s->repeat->address) : NULL;
}

static void add_options(struct buf *line, const struct command_args *args)
{
	const struct command_option *row;
	struct buf word = BUF_INIT;
	size_t i;

	for (i = 0; args->cmd->options && args->cmd->options[i].name; i++) {
		row = &args->cmd->options[i];
		if (!args->opt[i])
			continue;
		buf_reset(&word);
		buf_addf(&word, "--%s%s%s", row->name, row->arg ? "=" : "", args->opt[i]);
		buf_addc(line, ' ');
		words_quote(line, buf_str(&word));
	}
	buf_free(&word);
}

void repeat_set(struct session *s, const struct command_args *args, int nr_words, uint64_t next,
		uint64_t last)
{
	const char *first = nr_words && args->argc ? args->argv[0] : "";
	struct repeat *r = s->repeat;
	int i;

	if (!r)
		r = s->repeat = calloc(1, sizeof(*r));
	if (!r)
		return;
	buf_reset(&r->line);
	buf_reset(&r->address);
	if (!next)
		return;
	if (s->home_despite != SPACE_AUTO)
		buf_addf(&r->address, "%s:", space_short_name(SPACE_HOME));
	else
		buf_add(&r->address, first, space_arg_length(first));
	buf_addf(&r->address, "0x%" PRIx64, next);
	buf_adds(&r->line, args->cmd->name);
	add_options(&r->line, args);
	buf_addf(&r->line, " %s", buf_str(&r->address));
	if (last)
		buf_addf(&r->line, ":0x%" PRIx64, last);
	for (i = nr_words; i < args->argc; i++) {
		buf_addc(&r->line, ' ');
		words_quote(&r->line, args->argv[i]);
	}
	if (buf_failed(&r->line) || buf_failed(&r->address)) {
		buf_reset(&r->line);
		buf_reset(&r->address);
	}
}
