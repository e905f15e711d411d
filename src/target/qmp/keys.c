/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Storage keys of a guest by QMP: "info skeys" of the human monitor for a few,
 * dump-skeys, which writes all of them as text, for many. QEMU's
 * hw/s390x/s390-skeys.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/printable.h"
#include "target/qmp/guest.h"

#define PAGE		4096
#define FEW		64		/* keys that are asked for one by one */
#define DUMP_TIMEOUT_MS	120000
#define DUMP_PAGES_MAX	0x400000	/* 16 GiB of storage: 200 MB of text */
#define DUMP_LINE_MAX	64		/* bytes; QEMU's have 52 at most */
#define NOT_USED	"not using storage keys"

/* "  key: 0xE" or "Error: This guest is not using storage keys". */
static struct error *parse_shown(struct qmp_guest *g, const char *text, uint8_t *key)
{
	const char *p = strstr(text, "key: 0x");
	char raw[80], shown[320], *end;
	unsigned long value;

	if (p) {
		value = strtoul(p + strlen("key: "), &end, 16);
		if (value <= 0xff && strspn(end, "\r\n") == strlen(end)) {
			*key = (uint8_t)value;
			return NULL;
		}
	}
	if (!strncmp(text, "Error: ", 7)) {
		snprintf(raw, sizeof(raw), "%.*s", (int)strcspn(text + 7, "\r\n"), text + 7);
		printable(shown, sizeof(shown), raw);
		return error_new(ERROR_TARGET, "storage keys: QEMU says: %s", shown);
	}
	return qmp_bad_answer(&g->q, "info skeys", "tells no storage key");
}

static struct error *ask_key(struct qmp_guest *g, uint64_t addr, uint8_t *key)
{
	struct error *err;
	char line[64], *text;

	snprintf(line, sizeof(line), "info skeys 0x%" PRIx64, addr);
	err = qmp_human(&g->q, line, -1, &text);
	if (err)
		return err;
	err = parse_shown(g, text, key);
	free(text);
	return err;
}

int qmp_key_get(void *arg, uint64_t addr, uint8_t *key)
{
	struct qmp_guest *g = arg;
	struct error *err;

	if (addr >= g->size)
		return STORAGE_OUTSIDE;
	err = ask_key(g, addr / PAGE * PAGE, key);
	if (!err)
		return 0;
	if (!g->q.broken && strstr(err->message, NOT_USED)) {
		/* As they are after a reset. */
		error_free(err);
		*key = 0;
		return 0;
	}
	error_free(g->failure);
	g->failure = err;
	return -EIO;
}

/* Where in the text a line's key goes: those of count pages from first on. */
struct wanted {
	uint64_t first;
	size_t count;
	size_t got;
	uint8_t *keys;
	uint64_t next;		/* the lowest page that the next line may be of */
};

/* "page=02a: key(6) => ACC=0, FP=0, REF=4, ch=2"; pages come in order. */
static struct error *take_line(struct qmp_guest *g, struct wanted *w, const char *line)
{
	unsigned int key;
	uint64_t page;

	if (sscanf(line, "page=%" SCNx64 ": key(%u) =>", &page, &key) != 2)
		return qmp_bad_answer(&g->q, "dump-skeys", "has a line that tells no key");
	if (key > 0xff)
		return qmp_bad_answer(&g->q, "dump-skeys", "has a key that is none");
	if (page < w->next || page == UINT64_MAX)
		return qmp_bad_answer(&g->q, "dump-skeys", "has pages out of order");
	w->next = page + 1;
	if (page == w->first + w->got && w->got < w->count)
		w->keys[w->got++] = (uint8_t)key;
	return NULL;
}

/* The whole lines of *len bytes of text; what is left of it then stands at its beginning. */
static struct error *take_lines(struct qmp_guest *g, struct wanted *w, char *text, size_t *len)
{
	char *line = text, *end;
	struct error *err = NULL;

	while (!err && w->got < w->count && (end = memchr(line, '\n', *len - (size_t)(line - text)))) {
		*end = '\0';
		err = take_line(g, w, line);
		line = end + 1;
	}
	*len -= (size_t)(line - text);
	memmove(text, line, *len);
	return err;
}

/*
 * The text is read at our own place: QEMU has the same open file, and may move its place and
 * add to it as long as it likes. So it is read no further than all keys would be.
 */
static struct error *parse_dump(struct qmp_guest *g, struct wanted *w)
{
	uint64_t offset = 0, max = g->size / PAGE * DUMP_LINE_MAX;
	struct error *err = NULL;
	char text[16384];
	size_t len = 0, room;
	ssize_t n;

	do {
		if (g->q.interrupted && *g->q.interrupted)
			return error_new(ERROR_PARTIAL, "interrupted");
		room = sizeof(text) - len;
		room = room < max - offset ? room : (size_t)(max - offset);
		n = pread(g->sink.fd, text + len, room, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_os(ERROR_TARGET, errno, "what QEMU writes for dump-skeys");
		offset += (uint64_t)n;
		len += (size_t)n;
		err = take_lines(g, w, text, &len);
	} while (!err && n && w->got < w->count);
	return err;
}

static struct error *dump_keys(struct qmp_guest *g, struct wanted *w)
{
	int timeout = g->q.timeout_ms;
	struct error *err;

	g->q.timeout_ms = DUMP_TIMEOUT_MS;
	err = qmp_sink_execute(&g->sink, &g->q, "dump-skeys", json_object(), "filename", "");
	g->q.timeout_ms = timeout;
	if (!err)
		err = parse_dump(g, w);
	if (!err)
		err = qmp_sink_clear(&g->sink);
	return err;
}

static struct error *ask_keys(struct qmp_guest *g, struct wanted *w)
{
	struct error *err = NULL;

	while (!err && w->got < w->count) {
		err = ask_key(g, (w->first + w->got) * PAGE, &w->keys[w->got]);
		if (!err)
			w->got++;
	}
	return err;
}

struct error *qmp_keys(struct target *t, uint64_t addr, size_t count, uint8_t *keys, size_t *done)
{
	struct qmp_guest *g = qmp_guest_of(t);
	struct wanted w = { .first = addr / PAGE, .count = count, .keys = keys };
	uint64_t pages = g->size / PAGE;
	struct error *err;

	*done = 0;
	if (w.first >= pages || !count)
		return count ? error_new(ERROR_TARGET, "absolute address %016" PRIx64 " is not in the guest's storage", addr) : NULL;
	if (w.count > pages - w.first)
		w.count = (size_t)(pages - w.first);
	if (w.count <= FEW || pages > DUMP_PAGES_MAX)
		err = ask_keys(g, &w);
	else
		err = dump_keys(g, &w);
	*done = w.got;
	if (!err && w.got < w.count)
		err = qmp_bad_answer(&g->q, "dump-skeys", "does not tell all keys");
	return err;
}
