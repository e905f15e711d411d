/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/banner.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"

#define IMAGE_MAX	(64UL << 20)	/* bytes that are looked through */
#define STEP		(256UL << 10)
#define OVERLAP		128U		/* what is looked for is no longer */
#define BANNER		"Linux version "
#define GNU_NOTE	20		/* bytes of a SHA-1 build id */

/* Elf64_Nhdr of a 20-byte NT_GNU_BUILD_ID, its name "GNU". */
static const unsigned char note_header[16] = {
	0, 0, 0, 4, 0, 0, 0, GNU_NOTE, 0, 0, 0, 3, 'G', 'N', 'U', 0,
};

/* The release ends at a blank; "Linux version %s" is a format, no banner. */
static void take_release(const unsigned char *text, size_t len, char *release, size_t size)
{
	size_t n = 0;

	while (n < len && isgraph(text[n]))
		n++;
	if (!n || n >= size || n == len || text[n] != ' ' || !isdigit(text[0]))
		return;
	memcpy(release, text, n);
	release[n] = '\0';
}

static void take_build_id(const unsigned char *id, char *text, size_t size)
{
	size_t i;

	for (i = 0; i < GNU_NOTE && 2 * i + 2 < size; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
}

static void look(const unsigned char *data, size_t len, char *release, size_t release_size,
		 char *build_id, size_t build_id_size)
{
	const size_t banner = strlen(BANNER);
	const unsigned char *p = data, *end = data + len;

	while (!release[0] && (p = memmem(p, (size_t)(end - p), BANNER, banner)) != NULL) {
		p += banner;
		take_release(p, (size_t)(end - p), release, release_size);
	}
	p = build_id[0] ? NULL : memmem(data, len, note_header, sizeof(note_header));
	if (p && (size_t)(end - p) >= sizeof(note_header) + GNU_NOTE)
		take_build_id(p + sizeof(note_header), build_id, build_id_size);
}

struct error *banner_find(struct kmem *m, const struct kernel_place *place, char *release,
			  size_t release_size, char *build_id, size_t build_id_size)
{
	uint64_t len = IMAGE_MAX, at;
	unsigned char *data = malloc(STEP + OVERLAP);
	size_t got;

	if (!data)
		return error_nomem();
	if (place->has_end && place->end > place->stext && place->end - place->stext < len)
		len = place->end - place->stext;
	for (at = 0; at < len && (!release[0] || !build_id[0]); at += STEP) {
		if (m->interrupted && *m->interrupted) {
			wipe_free(data, STEP + OVERLAP);
			return error_new(ERROR_PARTIAL, "interrupted");
		}
		got = kmem_read_some(m, place->stext + at, data, STEP + OVERLAP);
		if (!got)
			break;
		look(data, got, release, release_size, build_id, build_id_size);
	}
	wipe_free(data, STEP + OVERLAP);
	return NULL;
}
