/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command lines and scripts: the words, and the commands on a guest of zeros. */
#include <string.h>

#include "cli/command.h"
#include "cli/words.h"
#include "guest.h"

#define LINES	8

/* They wait, end the run, or work with files of this machine. */
static bool is_left_out(const char *line)
{
	static const char *const names[] = { "dump", "source", "load", "watch", "quit", "list",
		"triage", "completion" };
	const struct command *cmd;
	struct words words;
	struct error *err = words_split(line, &words);
	size_t i;
	bool found;
	int n;

	if (err) {
		error_free(err);
		return false;
	}
	/* Raw bytes are what they are. */
	found = strstr(line, "raw") != NULL;
	for (n = 0; n < words.count && !found; n++) {
		err = command_lookup(words.word[n], &cmd);
		for (i = 0; !err && i < sizeof(names) / sizeof(*names); i++)
			found |= !strcmp(cmd->name, names[i]);
		error_free(err);
	}
	words_free(&words);
	return found;
}

/* What is quoted is one word, the same. */
static void round_trip(const char *text)
{
	struct buf b = BUF_INIT;
	struct words words;

	words_quote(&b, text);
	FUZZ_CHECK(!words_split(buf_str(&b), &words));
	FUZZ_CHECK(words.count == 1 && !strcmp(words.word[0], text));
	words_free(&words);
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { .data = data, .left = size };
	bool json = fuzz_number(&in, 1) & 1;
	char *text = fuzz_string(in.data, in.left), *rest = text, *line;
	const char *lines[LINES];
	struct fuzz_guest *g;
	size_t count = 0;

	round_trip(text);
	while (count < LINES && (line = strsep(&rest, "\n"))) {
		words_find(line, "|>");
		if (!is_left_out(line))
			lines[count++] = line;
	}
	in.left = 0;
	g = fuzz_guest_new(&in);
	fuzz_run_lines(g, json, lines, count);
	fuzz_guest_free(g);
	free(text);
	return 0;
}
