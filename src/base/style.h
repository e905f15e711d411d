/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colours by meaning, as ECMA-48 select-graphic-rendition sequences of a terminal. */
#ifndef S390MEMCTL_BASE_STYLE_H
#define S390MEMCTL_BASE_STYLE_H

enum style {
	STYLE_NONE,		/* back to what is usual */
	STYLE_ADDRESS,
	STYLE_HOLE,		/* what cannot be read, with its exception */
	STYLE_SYMBOL,
	STYLE_CHANGED,		/* bytes that are no longer what they were */
	STYLE_ERROR,
	STYLE_WARNING,
	STYLE_COUNT
};

/* The sequence that begins a style, or that ends any of them (STYLE_NONE). */
const char *style_sequence(enum style style);

#endif
