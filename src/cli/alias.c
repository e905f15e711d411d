/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/alias.h"

#include <stdlib.h>
#include <string.h>

#include "cli/session.h"

#define ALIASES_MAX 1000
#define BLANKS " \t"

struct alias {
	char *name;
	char *text;
};

struct aliases {
	size_t count;
	struct alias alias[ALIASES_MAX];	/* by name */
};

void aliases_free(struct aliases *a)
{
	size_t i;

	for (i = 0; a && i < a->count; i++) {
		free(a->alias[i].name);
		free(a->alias[i].text);
	}
	free(a);
}

/* The place of a name, or where it would be; *found: it is there. */
static size_t find(const struct aliases *a, const char *name, size_t len, bool *found)
{
	size_t i;
	int order = 1;

	for (i = 0; a && i < a->count; i++) {
		order = strncmp(a->alias[i].name, name, len);
		if (!order && a->alias[i].name[len])
			order = 1;
		if (order >= 0)
			break;
	}
	*found = a && i < a->count && !order;
	return i;
}

static struct error *bad_name(const char *name)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, name, strlen(name));
	err = error_new(ERROR_USAGE, "'%s' cannot be an alias", buf_str(&shown));
	buf_free(&shown);
	return error_hint(err, "an alias is a first word without blanks, quotes, !, |, > and #");
}

struct error *alias_set(struct session *s, const char *name, const char *text)
{
	struct aliases *a = s->aliases;
	struct alias new;
	bool there;
	size_t i;

	if (!name[0] || strpbrk(name, BLANKS "\r\n\"'\\!|>#") || name[0] == '-')
		return bad_name(name);
	if (!a)
		a = s->aliases = calloc(1, sizeof(*a));
	if (!a)
		return error_nomem();
	i = find(a, name, strlen(name), &there);
	if (!there && a->count == ALIASES_MAX)
		return error_new(ERROR_USAGE, "there are %d aliases: no more", ALIASES_MAX);
	new.name = strdup(name);
	new.text = strdup(text);
	if (!new.name || !new.text) {
		free(new.name);
		free(new.text);
		return error_nomem();
	}
	if (there) {
		free(a->alias[i].name);
		free(a->alias[i].text);
	} else {
		memmove(&a->alias[i + 1], &a->alias[i], (a->count - i) * sizeof(new));
		a->count++;
	}
	a->alias[i] = new;
	return NULL;
}

bool alias_remove(struct session *s, const char *name)
{
	struct aliases *a = s->aliases;
	bool there;
	size_t i = find(a, name, strlen(name), &there);

	if (!there)
		return false;
	free(a->alias[i].name);
	free(a->alias[i].text);
	a->count--;
	memmove(&a->alias[i], &a->alias[i + 1], (a->count - i) * sizeof(a->alias[0]));
	return true;
}

const char *alias_name(const struct session *s, size_t idx, const char **text)
{
	if (!s->aliases || idx >= s->aliases->count)
		return NULL;
	*text = s->aliases->alias[idx].text;
	return s->aliases->alias[idx].name;
}

void alias_expand(const struct session *s, const char *line, struct buf *out)
{
	bool used[ALIASES_MAX] = { false }, there = true;
	struct buf next = BUF_INIT;
	size_t i, len;

	if (!s->aliases) {
		buf_adds(out, line);
		return;
	}
	buf_adds(out, line + strspn(line, BLANKS));
	while (!buf_failed(out)) {
		len = strcspn(buf_str(out), BLANKS);
		i = find(s->aliases, buf_str(out), len, &there);
		if (!len || !there || used[i])
			break;
		used[i] = true;
		buf_reset(&next);
		buf_adds(&next, s->aliases->alias[i].text);
		buf_adds(&next, buf_str(out) + len);
		buf_reset(out);
		buf_adds(out, buf_str(&next) + strspn(buf_str(&next), BLANKS));
	}
	buf_free(&next);
}
