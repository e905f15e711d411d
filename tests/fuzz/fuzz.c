/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <jansson.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/utf8.h"

void fuzz_file(const uint8_t *data, size_t size, char path[FUZZ_PATH])
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(!ftruncate(fd, 0));
	FUZZ_CHECK(pwrite(fd, data, size, 0) == (ssize_t)size);
	snprintf(path, FUZZ_PATH, "/proc/self/fd/%d", fd);
}

char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	FUZZ_CHECK(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

void fuzz_print_begin(struct fuzz_print *p)
{
	*p = (struct fuzz_print){ 0 };
	p->stream = open_memstream(&p->text, &p->len);
	FUZZ_CHECK(p->stream);
}

static void check_text(const char *text, size_t len)
{
	uint32_t code;
	size_t n;

	for (; len; text += n, len -= n) {
		n = utf8_sequence(text, len, &code);
		FUZZ_CHECK(n);
		FUZZ_CHECK(code == '\n' || code == '\t' || !utf8_is_harmful(code));
	}
}

static void check_json(char *text, size_t len)
{
	json_t *document;
	char *line;
	size_t i;

	for (i = 0; i < len; i++)
		FUZZ_CHECK(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
	while ((line = strsep(&text, "\n"))) {
		if (!*line)
			continue;
		document = json_loads(line, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		FUZZ_CHECK(json_is_object(document));
		json_decref(document);
	}
}

void fuzz_print_check(struct fuzz_print *p, bool json)
{
	FUZZ_CHECK(!fclose(p->stream));
	if (json)
		check_json(p->text, p->len);
	else
		check_text(p->text, p->len);
	free(p->text);
}

uint64_t fuzz_number(struct fuzz_input *in, unsigned int n)
{
	uint64_t value = 0;

	while (n--) {
		value <<= 8;
		if (in->left) {
			value |= *in->data++;
			in->left--;
		}
	}
	return value;
}

const uint8_t *fuzz_bytes(struct fuzz_input *in, size_t *len)
{
	const uint8_t *data = in->data;

	if (*len > in->left)
		*len = in->left;
	in->data += *len;
	in->left -= *len;
	return data;
}
