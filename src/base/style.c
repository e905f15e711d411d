/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/style.h"

static const char *const sequences[STYLE_COUNT] = {
	[STYLE_NONE] = "\033[0m",
	[STYLE_ADDRESS] = "\033[36m",	/* cyan */
	[STYLE_HOLE] = "\033[35m",	/* magenta */
	[STYLE_SYMBOL] = "\033[32m",	/* green */
	[STYLE_CHANGED] = "\033[1;33m",	/* bold yellow */
	[STYLE_ERROR] = "\033[1;31m",	/* bold red */
	[STYLE_WARNING] = "\033[33m",	/* yellow */
};

const char *style_sequence(enum style style)
{
	return (unsigned int)style < STYLE_COUNT ? sequences[style] : sequences[STYLE_NONE];
}
