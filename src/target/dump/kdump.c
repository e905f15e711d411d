/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kdump-compressed dumps of makedumpfile and QEMU: libkdumpfile for the pages;
 * the registers from the notes, which it has no NT_S390_* of. Header:
 * diskdump_mod.h of makedumpfile.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBKDUMPFILE
#include <libkdumpfile/kdumpfile.h>
#endif

#include "arch/storage.h"
#include "base/buf.h"
#include "base/endian.h"
#include "target/dump/image.h"

#define SIGNATURE	"KDUMP   "
#define OLD_SIGNATURE	"DISKDUMP"
#define SIGNATURE_SIZE	8
#define PAGE		4096ULL
#define MACHINE_SIZE	65
#define VERSION_MAX	6	/* of the header */
#define DESC_SIZE	24	/* of a page's descriptor: offset 64 bits, size 32, and more */
#define DESCS_CHECKED	65536	/* of the last ones */
#define SHOWN_MAX	16	/* ranges of memory that are remembered, for `info` */

/* Offsets in the header of a 64-bit system, and its size in the file. */
enum {
	HEADER_VERSION = 8,
	HEADER_MACHINE = 272,	/* of struct utsname */
	HEADER_BLOCK_SIZE = 428,
	HEADER_SUB_BLOCKS = 432,
	HEADER_BITMAP_BLOCKS = 436,
	HEADER_PAGES = 440,
	HEADER_SIZE = 464,
};

/* Offsets in the sub-header, which begins at the second block. */
enum {
	SUB_DUMP_LEVEL = 8,
	SUB_VMCOREINFO = 32,	/* offset and size, 64 bits each; version 3 and later */
	SUB_NOTES = 48,		/* likewise; version 4 and later */
	SUB_ERASED = 64,	/* likewise, of what was erased; version 5 and later */
	SUB_PAGES = 96,		/* version 6 and later */
	SUB_SIZE = 104,
};

static bool recognise(const unsigned char *head, size_t len)
{
	return len >= SIGNATURE_SIZE && (!memcmp(head, SIGNATURE, SIGNATURE_SIZE) ||
					 !memcmp(head, OLD_SIGNATURE, SIGNATURE_SIZE));
}

#ifdef HAVE_LIBKDUMPFILE
/* A blob that the sub-header points to; the library reads it even from offset 0. */
static struct error *check_blob(const struct dump *d, const unsigned char *where, const char *what)
{
	uint64_t offset = get_be64(where), len = get_be64(where + 8);

	if (!len || (len <= CPUS_NOTES_MAX && dump_file_has(&d->file, offset, len)))
		return NULL;
	return error_new(ERROR_TARGET,
			 "dump '%s': %" PRIu64 " bytes of %s at offset %" PRIu64 " cannot be: it has %" PRIu64,
			 d->file.name, len, what, offset, d->file.size);
}

static struct error *check_blobs(const struct dump *d, uint32_t version, const unsigned char *sub)
{
	static const struct {
		uint32_t version;
		unsigned int where;
		const char *what;
	} blobs[] = {
		{ 3, SUB_VMCOREINFO, "VMCOREINFO" }, { 4, SUB_NOTES, "notes" },
		{ 5, SUB_ERASED, "erased data" },
	};
	struct error *err = NULL;
	size_t i;

	for (i = 0; i < sizeof(blobs) / sizeof(*blobs) && !err; i++) {
		if (version >= blobs[i].version)
			err = check_blob(d, sub + blobs[i].where, blobs[i].what);
	}
	return err;
}

static struct error *check_header(const struct dump *d, const unsigned char *header,
				  const unsigned char *sub)
{
	uint32_t version = get_be32(header + HEADER_VERSION);
	uint64_t bitmaps = get_be32(header + HEADER_BITMAP_BLOCKS) * PAGE;
	uint64_t before = (1 + (uint64_t)get_be32(header + HEADER_SUB_BLOCKS)) * PAGE;
	uint64_t pages = get_be32(header + HEADER_PAGES);
	const char *name = d->file.name;

	if (!version || version > VERSION_MAX)
		return error_new(ERROR_TARGET, "dump '%s' has the kdump header version %" PRIu32 ", which is not known",
				 name, version);
	/* The library believes either number. */
	if (version >= 6 && get_be64(sub + SUB_PAGES) > pages)
		pages = get_be64(sub + SUB_PAGES);
	if (!dump_file_has(&d->file, before, bitmaps))
		return error_new(ERROR_TARGET,
				 "dump '%s' is truncated: %" PRIu64 " bytes of bitmaps at offset %" PRIu64 " pass its end at %" PRIu64,
				 name, bitmaps, before, d->file.size);
	/* Two bitmaps: of what is memory, and of what is in the dump. */
	if (pages > bitmaps / 2 * 8)
		return error_new(ERROR_TARGET,
				 "dump '%s': the header tells of %" PRIu64 " pages, more than its bitmaps have bits (%" PRIu64 ")",
				 name, pages, bitmaps / 2 * 8);
	return check_blobs(d, version, sub);
}

static struct error *read_header(const struct dump *d, unsigned char *header, unsigned char *sub)
{
	struct error *err;

	err = dump_file_read(&d->file, 0, header, HEADER_SIZE, "header");
	if (err)
		return err;
	/* QEMU writes it in capitals. */
	if (get_be32(header + HEADER_BLOCK_SIZE) != PAGE ||
	    strncasecmp((const char *)header + HEADER_MACHINE, "s390x", MACHINE_SIZE) != 0)
		return error_new(ERROR_TARGET, "dump '%s' is kdump-compressed, but not of an s390x system",
				 d->file.name);
	err = dump_file_read(&d->file, PAGE, sub, SUB_SIZE, "sub-header");
	return err ? err : check_header(d, header, sub);
}

/* A blob that check_blob() has seen: *data is NULL if there is none. */
static struct error *read_blob(const struct dump *d, const unsigned char *where, const char *what,
			       unsigned char **data, size_t *size)
{
	uint64_t offset = get_be64(where), len = get_be64(where + 8);
	struct error *err;

	*data = NULL;
	*size = 0;
	if (!offset || !len)
		return NULL;
	*data = malloc(len);
	if (!*data)
		return error_nomem();
	err = dump_file_read(&d->file, offset, *data, len, what);
	if (err) {
		wipe_free(*data, len);
		*data = NULL;
		return err;
	}
	*size = len;
	return NULL;
}

static void take_vmcoreinfo(void *arg, const char *text, size_t len)
{
	dump_take_vmcoreinfo(arg, text, len);
}

static struct error *read_notes(struct dump *d, uint32_t version, const unsigned char *sub)
{
	unsigned char *data = NULL;
	struct error *err = NULL;
	size_t size = 0;

	if (version >= 4)
		err = read_blob(d, sub + SUB_NOTES, "notes", &data, &size);
	if (!err && data)
		err = cpus_add_notes(&d->cpus, data, size, d->file.name, take_vmcoreinfo, d);
	wipe_free(data, size);
	data = NULL;
	if (!err && version >= 3 && !d->release[0])
		err = read_blob(d, sub + SUB_VMCOREINFO, "VMCOREINFO", &data, &size);
	if (!err && data)
		dump_take_vmcoreinfo(d, (char *)data, size);
	wipe_free(data, size);
	return err;
}

/* What libkdumpfile has to say, made printable. */
static struct error *library_error(const struct dump *d, kdump_ctx_t *ctx, kdump_status status,
				   const char *what)
{
	const char *text = kdump_get_err(ctx);
	struct buf shown = BUF_INIT;
	struct error *err;

	if (!text)
		text = kdump_strerror(status);
	buf_add_escaped(&shown, text, strlen(text));
	err = error_new(ERROR_TARGET, "dump '%s': %s: %s", d->file.name, what, buf_str(&shown));
	buf_free(&shown);
	return err;
}

struct kdump_private {
	kdump_ctx_t *ctx;
	kdump_bmp_t *pages;	/* that are in the file */
};

static uint64_t extent(struct dump *d, uint64_t addr, bool *present)
{
	const struct kdump_private *k = d->private;
	kdump_addr_t first = addr / PAGE, next = first;
	uint64_t end;

	*present = false;
	if (kdump_bmp_find_set(k->pages, &next) != KDUMP_OK)
		return addr ? 0 - addr : UINT64_MAX;
	if (next == first) {
		*present = true;
		if (kdump_bmp_find_clear(k->pages, &next) != KDUMP_OK)
			next = first + 1;
	}
	end = next * PAGE;
	return end - addr ? end - addr : UINT64_MAX;
}

static int read_pages(struct dump *d, uint64_t addr, void *buf, size_t len, size_t *done)
{
	const struct kdump_private *k = d->private;
	kdump_status status;
	size_t n;

	for (*done = 0; *done < len; *done += n) {
		n = (size_t)(PAGE - (addr + *done) % PAGE);
		if (n > len - *done)
			n = len - *done;
		status = kdump_read(k->ctx, KDUMP_MACHPHYSADDR, addr + *done, (char *)buf + *done, &n);
		if (status == KDUMP_ERR_NODATA)
			return STORAGE_OUTSIDE;
		if (status == KDUMP_ERR_SYSTEM)
			return errno ? -errno : -EIO;
		if (status != KDUMP_OK)
			return -EBADMSG;
	}
	return 0;
}

static void close_kdump(struct dump *d)
{
	struct kdump_private *k = d->private;

	/*
	 * The bitmap is the context's: kdump_get_attr() gives no reference of its own
	 * (kdumpfile.h). valgrind tells of memory used after free(3) in kdump_free() of
	 * 0.5.1: the library's own, as kdump_new(), kdump_open_fd() and kdump_free() are
	 * enough for it. It frees its dictionary of attributes before what refers to it.
	 */
	if (k && k->ctx)
		kdump_free(k->ctx);
	free(k);
	d->private = NULL;
}

static const struct dump_storage_ops kdump_storage = {
	.read = read_pages,
	.extent = extent,
	.close = close_kdump,
};

/* How much there is, and the first ranges of it. */
static struct error *count_pages(struct dump *d)
{
	uint64_t addr = 0, len;
	struct segment *list;
	bool present;

	list = calloc(SHOWN_MAX, sizeof(*list));
	if (!list)
		return error_nomem();
	d->memory.list = list;
	while ((len = extent(d, addr, &present)) && addr + (len - 1) >= addr) {
		if (present) {
			if (d->memory.count < SHOWN_MAX)
				list[d->memory.count++] = (struct segment){ .addr = addr, .size = len };
			d->ranges++;
			d->memory.bytes += len;
		}
		if (d->interrupted && *d->interrupted)
			return error_new(ERROR_TARGET, "interrupted");
		if (addr + len <= addr)
			break;
		addr += len;
	}
	return NULL;
}

/*
 * The library takes what is missing at the end of a file for zeros. Pages are
 * written in order, so the last descriptors tell how long the file must be.
 */
static struct error *check_length(const struct dump *d, uint64_t descs)
{
	uint64_t count = d->memory.bytes / PAGE, first, end;
	struct error *err = NULL;
	unsigned char *list, *p;
	size_t n;

	if (!dump_file_has(&d->file, descs, count * DESC_SIZE))
		return error_new(ERROR_TARGET,
				 "dump '%s' is truncated: the descriptors of %" PRIu64 " pages at offset %" PRIu64 " pass its end at %" PRIu64,
				 d->file.name, count, descs, d->file.size);
	first = count > DESCS_CHECKED ? count - DESCS_CHECKED : 0;
	n = (size_t)(count - first);
	list = malloc(n * DESC_SIZE + 1);
	if (!list)
		return error_nomem();
	err = dump_file_read(&d->file, descs + first * DESC_SIZE, list, n * DESC_SIZE,
			     "page descriptors");
	for (p = list; p < list + n * DESC_SIZE && !err; p += DESC_SIZE) {
		end = get_be64(p) + get_be32(p + 8);
		if (!dump_file_has(&d->file, get_be64(p), get_be32(p + 8)))
			err = error_new(ERROR_TARGET, "dump '%s' is truncated: a page of it ends at offset %" PRIu64 ", the file at %" PRIu64,
					d->file.name, end, d->file.size);
	}
	free(list);
	return err;
}

static struct error *open_library(struct dump *d, struct kdump_private *k)
{
	kdump_attr_t attr = { .type = KDUMP_BITMAP };
	kdump_status status;

	/* A file that shrinks must not raise SIGBUS. */
	kdump_set_number_attr(k->ctx, KDUMP_ATTR_FILE_MMAP_POLICY, KDUMP_MMAP_NEVER);
	status = kdump_open_fd(k->ctx, d->file.fd);
	if (status != KDUMP_OK)
		return library_error(d, k->ctx, status, "libkdumpfile cannot open it");
	status = kdump_set_string_attr(k->ctx, KDUMP_ATTR_ARCH_NAME, KDUMP_ARCH_S390X);
	if (status != KDUMP_OK)
		return library_error(d, k->ctx, status, "s390x");
	status = kdump_get_typed_attr(k->ctx, KDUMP_ATTR_FILE_PAGEMAP, &attr);
	if (status != KDUMP_OK)
		return library_error(d, k->ctx, status, "which pages it holds");
	k->pages = attr.val.bitmap;
	return count_pages(d);
}

static struct error *open_kdump(struct dump *d)
{
	unsigned char header[HEADER_SIZE], sub[SUB_SIZE];
	struct kdump_private *k;
	struct error *err;

	err = read_header(d, header, sub);
	if (!err)
		err = read_notes(d, get_be32(header + HEADER_VERSION), sub);
	if (err)
		return err;
	k = calloc(1, sizeof(*k));
	if (!k)
		return error_nomem();
	d->private = k;
	d->ops = &kdump_storage;
	k->ctx = kdump_new();
	if (!k->ctx)
		return error_nomem();
	snprintf(d->detail, sizeof(d->detail), "header version %" PRIu32 ", dump level %" PRIu32,
		 get_be32(header + HEADER_VERSION), get_be32(sub + SUB_DUMP_LEVEL));
	err = open_library(d, k);
	return err ? err : check_length(d, (1 + (uint64_t)get_be32(header + HEADER_SUB_BLOCKS) +
					    get_be32(header + HEADER_BITMAP_BLOCKS)) * PAGE);
}
#else
static struct error *open_kdump(struct dump *d)
{
	return error_hint(error_new(ERROR_TARGET,
				    "dump '%s' is kdump-compressed, and this s390memctl was built without libkdumpfile, which reads such dumps",
				    d->file.name),
			  "install libkdumpfile-dev (Debian, Ubuntu) or libkdumpfile-devel (Fedora, SUSE) and build anew");
}
#endif

const struct dump_format format_kdump = {
	.name = "kdump-compressed",
	.recognise = recognise,
	.open = open_kdump,
};
