/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a dump file holds, and the formats that can be read: inside of target/dump. */
#ifndef S390MEMCTL_TARGET_DUMP_IMAGE_H
#define S390MEMCTL_TARGET_DUMP_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/dump/cpus.h"
#include "target/dump/dump.h"
#include "target/dump/file.h"
#include "target/dump/segments.h"
#include "target/walk.h"

struct dump;

/* How absolute storage is got at: two callbacks, as in arch/storage.h and target/walk.h. */
struct dump_storage_ops {
	int (*read)(struct dump *d, uint64_t addr, void *buf, size_t len, size_t *done);
	const void *(*look)(struct dump *d, uint64_t addr, size_t *len);	/* may be NULL */
	uint64_t (*extent)(struct dump *d, uint64_t addr, bool *present);
	void (*close)(struct dump *d);	/* frees d->private; may be NULL */
};

struct dump {
	struct target t;		/* first: &d->t is the target */
	struct dump_file file;
	uint64_t size;			/* bytes of the file that was named */
	const struct dump_format *format;
	const struct dump_storage_ops *ops;	/* set by the format's open */
	void *private;			/* the format's */
	char detail[64];		/* "compressed, dump level 31", or "" */
	bool flattened;			/* file is the plain copy of a flattened one */

	struct segments memory;		/* what absolute storage is in the dump; kdump: the first of it */
	uint64_t ranges;		/* how many ranges it has; 0: as many as memory */
	struct dump_cpus cpus;
	const struct dump_cpu *cpu;	/* the one worked as; NULL: the dump has none */
	char release[128];		/* of the kernel, printable, or "" */

	const volatile int *interrupted;
	struct walk walk;
};

#define DUMP_HEAD	0x1000	/* bytes of the beginning that recognise() gets, fewer in a short file */

struct dump_format {
	const char *name;		/* for people */
	/* Does a file that begins with these bytes claim to be of this format? */
	bool (*recognise)(const unsigned char *head, size_t len);
	/*
	 * Read all but the memory itself: fill in ops, private, memory, cpus,
	 * detail; or convert and call dump_read_image() again. On errors the
	 * caller frees what is there.
	 */
	struct error *(*open)(struct dump *d);
};

/* One a file of the same name; zgetdump.c holds those that are only recognised. */
extern const struct dump_format format_elf, format_flat, format_kdump, format_standalone,
	format_extended, format_lkcd, format_vmdump;

/* The vector, in the order in which they are tried; ends with NULL. */
extern const struct dump_format *const dump_formats[];

/* Recognise d->file and let the format read it. */
struct error *dump_read_image(struct dump *d);

/* Storage that lies in the file as it is: d->memory says where. */
extern const struct dump_storage_ops dump_plain_storage;

/* Take over the kernel release from VMCOREINFO text; nothing happens if it names none. */
void dump_take_vmcoreinfo(struct dump *d, const char *text, size_t len);
/* Look for VMCOREINFO in the dumped memory, where the lowcore of Linux points to it. */
void dump_find_vmcoreinfo(struct dump *d);

/* The idx-th fact for `info`. */
bool dump_fact(struct target *t, size_t idx, struct target_fact *fact);

static inline struct dump *dump_of(struct target *t)
{
	return (struct dump *)t;
}

#endif
