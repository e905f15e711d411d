/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/space.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	const char *short_name;
	const char *long_option;	/* a second spelling that is accepted, or NULL */
} spaces[SPACE_COUNT] = {
	[SPACE_AUTO] = { "space of the PSW", "auto", NULL },
	[SPACE_PRIMARY] = { "primary space", "pri", "primary" },
	[SPACE_SECONDARY] = { "secondary space", "sec", "secondary" },
	[SPACE_HOME] = { "home space", "home", NULL },
	[SPACE_AR] = { "access-register mode", "ar", NULL },
	[SPACE_REAL] = { "real storage", "real", NULL },
	[SPACE_ABSOLUTE] = { "absolute storage", "abs", "absolute" },
	[SPACE_SIDA] = { "secure instruction data area", "sida", NULL },
	[SPACE_ALET] = { "space of an access-list-entry token", "alet", NULL },
	[SPACE_ASCE] = { "space of an address-space-control element", "asce", NULL },
};

const char *space_name(enum space space)
{
	return (unsigned int)space < SPACE_COUNT ? spaces[space].name : "unknown space";
}

const char *space_short_name(enum space space)
{
	return (unsigned int)space < SPACE_COUNT ? spaces[space].short_name : "unknown";
}

int space_parse(const char *name)
{
	int i;

	for (i = 0; i < SPACE_COUNT; i++) {
		if (!strcmp(name, spaces[i].short_name))
			return i;
		if (spaces[i].long_option && !strcmp(name, spaces[i].long_option))
			return i;
	}
	return -1;
}
