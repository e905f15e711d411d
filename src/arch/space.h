/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Address spaces of the z/Architecture (SA22-7832 chapter 3, "Address Spaces"
 * and "Translation Modes").
 */
#ifndef S390MEMCTL_ARCH_SPACE_H
#define S390MEMCTL_ARCH_SPACE_H

#include <stdint.h>

enum space {
	SPACE_AUTO,		/* as the PSW says at the time of the access */
	SPACE_PRIMARY,
	SPACE_SECONDARY,
	SPACE_HOME,
	SPACE_AR,		/* access-register mode; the AR number is told beside it */
	SPACE_REAL,		/* DAT off */
	SPACE_ABSOLUTE,
	SPACE_SIDA,		/* secure instruction data area of a protected guest */
	SPACE_ALET,		/* that an access-list-entry token designates; told beside it */
	SPACE_ASCE,		/* of an address-space-control element; told beside it */
	SPACE_COUNT
};

/* Name for people: "primary space", "access-register mode", "real storage"... */
const char *space_name(enum space space);
/* Short name as in options and JSON: "auto", "pri", "sec", "home", "ar", "real", "abs", "sida", "alet", "asce". */
const char *space_short_name(enum space space);
/*
 * The space that a short name (or "primary", "secondary", "absolute") means;
 * -1 if it means none.
 */
int space_parse(const char *name);

#endif
