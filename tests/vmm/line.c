/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of words: of the scenario file and of the control channel. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "testvmm.h"

bool line_split(struct line *line, char *text)
{
	char *p = text;

	memset(line, 0, sizeof(*line));
	for (;;) {
		while (isspace((unsigned char)*p))
			p++;
		if (!*p || *p == '#')
			return true;
		if (line->count == MAX_TOKENS)
			return line_error(line, "more than %d words", MAX_TOKENS);
		if (*p == '"') {
			line->token[line->count++] = ++p;
			p = strchr(p, '"');
			if (!p)
				return line_error(line, "no closing quotation mark");
		} else {
			line->token[line->count++] = p;
			while (*p && !isspace((unsigned char)*p))
				p++;
		}
		if (!*p)
			return true;
		*p++ = '\0';
	}
}

bool line_error(struct line *line, const char *fmt, ...)
{
	va_list args;

	if (line->error[0])
		return false;
	va_start(args, fmt);
	vsnprintf(line->error, sizeof(line->error), fmt, args);
	va_end(args);
	return false;
}

bool line_flag(struct line *line, const char *word)
{
	unsigned int i;

	for (i = 1; i < line->count; i++) {
		if (line->used[i] || strcmp(line->token[i], word))
			continue;
		line->used[i] = true;
		return true;
	}
	return false;
}

const char *line_option(struct line *line, const char *key)
{
	size_t len = strlen(key);
	unsigned int i;

	for (i = 1; i < line->count; i++) {
		if (line->used[i] || strncmp(line->token[i], key, len) || line->token[i][len] != '=')
			continue;
		line->used[i] = true;
		return line->token[i] + len + 1;
	}
	return NULL;
}

/* One term of a sum: a C number with an optional suffix, or a name of the VM. */
static bool parse_term(const struct vm *vm, const char *text, uint64_t *value)
{
	unsigned int shift = 0, i;
	char *end;

	if (isdigit((unsigned char)*text)) {
		errno = 0;
		*value = strtoull(text, &end, 0);
		if (errno || end == text)
			return false;
		switch (*end) {
		case 'K':
			shift = 10;
			break;
		case 'M':
			shift = 20;
			break;
		case 'G':
			shift = 30;
			break;
		}
		if (shift)
			end++;
		if (*end || *value << shift >> shift != *value)
			return false;
		*value <<= shift;
		return true;
	}
	for (i = 0; vm && i < vm->nr_symbols; i++) {
		if (!strcmp(vm->symbols[i].name, text)) {
			*value = vm->symbols[i].value;
			return true;
		}
	}
	return false;
}

bool parse_number(const struct vm *vm, const char *text, uint64_t *value)
{
	char copy[128], *term, *save = NULL;
	uint64_t sum = 0, v;

	if (!*text || strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	for (term = strtok_r(copy, "+", &save); term; term = strtok_r(NULL, "+", &save)) {
		if (!parse_term(vm, term, &v))
			return false;
		sum += v;
	}
	*value = sum;
	return true;
}

bool line_number_option(struct line *line, const struct vm *vm, const char *key, uint64_t limit,
			uint64_t def, uint64_t *value)
{
	const char *text = line_option(line, key);

	*value = def;
	if (!text)
		return true;
	if (!parse_number(vm, text, value))
		return line_error(line, "%s=%s: no number and no name known here", key, text);
	if (limit && *value >= limit)
		return line_error(line, "%s=%s: must be less than %#llx", key, text,
				  (unsigned long long)limit);
	return true;
}

bool line_number(struct line *line, const struct vm *vm, unsigned int i, uint64_t *value)
{
	if (i >= line->count)
		return line_error(line, "a number is missing");
	if (!parse_number(vm, line->token[i], value))
		return line_error(line, "%s: no number and no name known here", line->token[i]);
	line->used[i] = true;
	return true;
}

static bool parse_hex(struct line *line, const char *text, uint8_t *buf, size_t size, size_t *len)
{
	unsigned int byte;
	const char *p;

	for (p = text; *p; p += 2) {
		if (!isxdigit((unsigned char)p[0]) || !isxdigit((unsigned char)p[1]) ||
		    sscanf(p, "%2x", &byte) != 1)
			return line_error(line, "%s: not pairs of hex digits", text);
		if (*len == size)
			return line_error(line, "more than %zu bytes", size);
		buf[(*len)++] = byte;
	}
	return true;
}

bool line_hex(struct line *line, unsigned int i, uint8_t *buf, size_t size, size_t *len)
{
	const char *text = line->token[i];

	line->used[i] = true;
	if (!strncmp(text, "data=", 5) || !strncmp(text, "old=", 4))
		text = strchr(text, '=') + 1;
	return parse_hex(line, text, buf, size, len);
}

bool line_all_used(struct line *line)
{
	unsigned int i;

	for (i = 1; i < line->count; i++)
		if (!line->used[i])
			return line_error(line, "%s: not understood here", line->token[i]);
	return true;
}
