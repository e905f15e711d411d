/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the log tells of a system: how it was started, and what went wrong. */
#include <string.h>

#include "linux/printk.h"
#include "linux/sysinfo-fact.h"

/* A text that tells of an event. */
static const struct event {
	const char *text;
	size_t note;		/* offset of a struct buf in struct sys_log */
	size_t count;		/* offset of its unsigned int, or 0 */
	bool behind;		/* only what stands behind the text is noted */
	bool first;		/* the first is noted, not the last */
} events[] = {
#define NOTE(member) offsetof(struct sys_log, member)
	{ "Kernel command line: ", NOTE(command_line), 0, true, true },
	{ "Kernel panic - not syncing: ", NOTE(panic), 0, true, true },
	{ "Oops: ", NOTE(oops), NOTE(nr_oopses), false, true },
	{ "kernel BUG at ", NOTE(oops), NOTE(nr_oopses), false, true },
	{ "Unable to handle kernel pointer dereference", NOTE(oops), NOTE(nr_oopses), false, true },
	{ " blocked for more than ", NOTE(hung), NOTE(nr_hung), false, false },
	{ "soft lockup - CPU", NOTE(lockup), NOTE(nr_lockups), false, false },
	{ " detected stalls on ", NOTE(stall), NOTE(nr_stalls), false, false },
	{ " self-detected stall on ", NOTE(stall), NOTE(nr_stalls), false, false },
};

static void note(struct sys_log *log, const struct event *e, const char *text, const char *found,
		 size_t len)
{
	struct buf *b = (struct buf *)(void *)((char *)log + e->note);
	unsigned int *count = (unsigned int *)(void *)((char *)log + e->count);

	if (e->count)
		++*count;
	if (b->len && e->first)
		return;
	buf_reset(b);
	if (e->behind)
		buf_add_escaped(b, found + strlen(e->text), len - (size_t)(found - text) -
				strlen(e->text));
	else
		buf_add_escaped(b, text, len);
}

static bool look(void *arg, const struct log_record *r)
{
	struct sys_log *log = arg;
	const char *newline = r->len ? memchr(r->text, '\n', r->len) : NULL, *found;
	size_t len = newline ? (size_t)(newline - r->text) : r->len, i;

	log->last_ns = r->time_ns;
	log->has_messages = true;
	/* What user programs write there is not the kernel's. */
	for (i = 0; i < sizeof(events) / sizeof(events[0]) && len && !r->facility; i++) {
		found = memmem(r->text, len, events[i].text, strlen(events[i].text));
		if (found)
			note(log, &events[i], r->text, found, len);
	}
	return true;
}

struct error *sys_read_log(struct sys *sys)
{
	struct error *err = kernel_log(sys->k, 0, 0, look, &sys->log);

	sys->log_error = err;
	return sys_interrupted(sys);
}

void sys_free_log(struct sys_log *log)
{
	buf_free(&log->command_line);
	buf_free(&log->panic);
	buf_free(&log->oops);
	buf_free(&log->hung);
	buf_free(&log->lockup);
	buf_free(&log->stall);
}
