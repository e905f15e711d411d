/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/dump/dump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "target/dump/image.h"

const struct dump_format *const dump_formats[] = {
	&format_elf, &format_flat, &format_kdump, &format_standalone,
	&format_extended, &format_lkcd, &format_vmdump, NULL,
};

struct error *dump_read_image(struct dump *d)
{
	unsigned char head[DUMP_HEAD];
	const struct dump_format *const *f;
	struct error *err;
	size_t len;
	int rc = dump_file_pread(&d->file, 0, head, sizeof(head), &len);

	if (rc)
		return error_os(ERROR_TARGET, -rc, "dump '%s'", d->file.name);
	for (f = dump_formats; *f; f++) {
		if (!(*f)->recognise(head, len))
			continue;
		d->format = *f;
		log_verbose(d->t.log, 1, "dump '%s': %s format", d->file.name, d->format->name);
		return d->format->open(d);
	}
	err = error_new(ERROR_TARGET, len ? "'%s' is in no dump format that is known" : "'%s' is empty",
			d->file.name);
	return error_hint(err, "dumps are made with 'virsh dump --memory-only', QEMU's dump-guest-memory, kdump or zgetdump");
}

static int read_plain(struct dump *d, uint64_t addr, void *buf, size_t len, size_t *done)
{
	return segments_read(&d->memory, &d->file, addr, buf, len, done);
}

static const void *look_plain(struct dump *d, uint64_t addr, size_t *len)
{
	return segments_look(&d->memory, &d->file, addr, len);
}

static uint64_t plain_extent(struct dump *d, uint64_t addr, bool *present)
{
	return segments_extent(&d->memory, addr, present);
}

const struct dump_storage_ops dump_plain_storage = {
	.read = read_plain,
	.look = look_plain,
	.extent = plain_extent,
};

/* The callbacks of the walk. */

static int storage_read(void *arg, uint64_t addr, void *buf, size_t len)
{
	struct dump *d = arg;
	size_t done;

	return d->ops->read(d, addr, buf, len, &done);
}

static int storage_read_bulk(void *arg, uint64_t addr, void *buf, size_t len, size_t *done)
{
	struct dump *d = arg;

	return d->ops->read(d, addr, buf, len, done);
}

static const void *storage_look(void *arg, uint64_t addr, size_t *len)
{
	struct dump *d = arg;

	return d->ops->look ? d->ops->look(d, addr, len) : NULL;
}

static int storage_looked(void *arg)
{
	const struct dump *d = arg;

	return dump_file_seen(&d->file);
}

static uint64_t storage_extent(void *arg, uint64_t addr, bool *present)
{
	struct dump *d = arg;

	return d->ops->extent(d, addr, present);
}

static struct error *storage_failure(void *arg, int errnum)
{
	const struct dump *d = arg;

	if (errnum == ENODATA)
		return error_new(ERROR_TARGET, "dump '%s' has become shorter since it was opened", d->file.name);
	if (errnum == EBADMSG)
		return error_new(ERROR_TARGET, "dump '%s': a page in it is damaged", d->file.name);
	return error_os(ERROR_TARGET, errnum, "dump '%s'", d->file.name);
}

/* Which registers does an access need that the dump has not? */
static struct error *check_registers(const struct dump *d, const struct access *a)
{
	unsigned int has = d->cpu ? d->cpu->has : 0, needed = CPU_HAS_ALL;

	if (a->space == SPACE_ABSOLUTE)
		return NULL;
	if (a->space == SPACE_REAL)
		needed = CPU_HAS_PREFIX;
	if ((has & needed) == needed)
		return NULL;
	if (!d->cpu)
		return error_hint(error_new(ERROR_TARGET, "dump '%s' holds no registers, by which an address could be translated",
					    d->file.name),
				  "use --space=abs");
	return error_hint(error_new(ERROR_TARGET, "dump '%s' holds no %s of CPU %d, by which an address could be translated",
				    d->file.name,
				    has & CPU_HAS_CONTROL ? "prefix" : "control registers",
				    d->cpu->number),
			  "use --space=abs");
}

static struct error *dump_read(struct target *t, const struct access *a, void *buf, size_t len,
			       size_t *done)
{
	struct dump *d = dump_of(t);
	struct error *err = check_registers(d, a);

	*done = 0;
	if (err)
		return err;
	err = walk_read(&d->walk, a, buf, len, done);
	t->last_space = d->walk.last_space;
	t->stats.bytes += *done;
	return err;
}

static struct error *dump_look(struct target *t, const struct access *a, size_t len,
			       const void **data, size_t *got)
{
	struct dump *d = dump_of(t);
	struct error *err = check_registers(d, a);

	*got = 0;
	if (err)
		return err;
	err = walk_look(&d->walk, a, len, data, got);
	t->last_space = d->walk.last_space;
	t->stats.bytes += *got;
	return err;
}

static struct error *dump_looked(struct target *t, const struct access *a)
{
	return walk_looked(&dump_of(t)->walk, a);
}

static struct error *dump_write(struct target *t, const struct access *a, const void *buf,
				size_t len, size_t *done)
{
	return walk_write(&dump_of(t)->walk, a, buf, len, done);
}

static struct error *dump_check(struct target *t, const struct access *a, bool store, uint64_t len,
				uint64_t *done)
{
	struct dump *d = dump_of(t);
	struct error *err = check_registers(d, a);

	*done = 0;
	if (err)
		return err;
	err = walk_check(&d->walk, a, store, len, done);
	t->last_space = d->walk.last_space;
	return err;
}

static struct error *dump_probe(struct target *t, const struct access *a, bool store,
				const uint64_t *addrs, size_t count, uint16_t *codes)
{
	struct dump *d = dump_of(t);
	struct error *err = check_registers(d, a);

	if (err)
		return err;
	err = walk_probe(&d->walk, a, store, addrs, count, codes);
	t->last_space = d->walk.last_space;
	return err;
}

static struct error *dump_cas(struct target *t, const struct access *a, void *old,
			      const void *new_, size_t size, bool *success)
{
	size_t done;

	(void)old;
	*success = false;
	return walk_write(&dump_of(t)->walk, a, new_, size, &done);
}

static struct error *dump_regs(struct target *t, bool stop, struct s390_regs *regs)
{
	const struct dump *d = dump_of(t);

	(void)stop;
	if (!d->cpu)
		return error_new(ERROR_TARGET, "dump '%s' holds no registers", d->file.name);
	*regs = d->cpu->regs;
	return NULL;
}

static struct error *dump_walk(struct target *t, struct walk **w)
{
	const struct access a = ACCESS_INIT(0);
	struct dump *d = dump_of(t);

	*w = &d->walk;
	return check_registers(d, &a);
}

static struct error *dump_keys(struct target *t, uint64_t addr, size_t count, uint8_t *keys,
			       size_t *done)
{
	(void)addr;
	(void)count;
	(void)keys;
	*done = 0;
	return error_new(ERROR_TARGET, "dump '%s' holds no storage keys", dump_of(t)->file.name);
}

static void free_dump(struct dump *d)
{
	if (d->ops && d->ops->close)
		d->ops->close(d);
	walk_deinit(&d->walk);
	cpus_free(&d->cpus);
	segments_free(&d->memory);
	dump_file_close(&d->file);
	wipe_free(d, sizeof(*d));
}

static struct error *dump_close(struct target *t)
{
	free_dump(dump_of(t));
	return NULL;
}

static bool dump_cpus(struct target *t, size_t idx, int *id)
{
	const struct dump *d = dump_of(t);

	if (idx < d->cpus.count)
		*id = d->cpus.list[idx].number;
	return idx < d->cpus.count;
}

/* Work as this CPU from now on. A dump without any can be read by absolute addresses. */
static struct error *select_cpu(struct dump *d, int number)
{
	const struct dump_cpu *cpu = cpus_find(&d->cpus, number);
	struct error *err;

	if (cpu) {
		d->cpu = cpu;
		d->t.vcpu = number;
		walk_set_regs(&d->walk, &d->cpu->regs);
		if (d->cpu->has != CPU_HAS_ALL)
			log_warn(d->t.log, "dump '%s' holds no %s of CPU %d: only absolute storage can be read",
				 d->file.name,
				 d->cpu->has & CPU_HAS_CONTROL ? "prefix" : "control registers", number);
		return NULL;
	}
	if (!d->cpus.count && number == 0)
		return NULL;
	err = error_new(ERROR_TARGET, "dump '%s' holds no CPU %d", d->file.name, number);
	if (!d->cpus.count)
		return error_hint(err, "it holds the registers of none");
	return error_hint(err, "it holds %zu, from %d to %d", d->cpus.count, d->cpus.list[0].number,
			  d->cpus.list[d->cpus.count - 1].number);
}

static struct error *dump_select_cpu(struct target *t, int id)
{
	return select_cpu(dump_of(t), id);
}

static const struct target_ops dump_ops = {
	.name = "dump",
	.live = false,
	.read = dump_read,
	.look = dump_look,
	.looked = dump_looked,
	.write = dump_write,
	.check = dump_check,
	.probe = dump_probe,
	.cas = dump_cas,
	.regs = dump_regs,
	.walk = dump_walk,
	.keys = dump_keys,
	.cpus = dump_cpus,
	.select_cpu = dump_select_cpu,
	.fact = dump_fact,
	.close = dump_close,
};

static struct error *get_ready(struct dump *d, int cpu)
{
	const struct walk_storage storage = {
		.storage = {
			.arg = d,
			.read_absolute = storage_read,
			.extent = storage_extent,
		},
		.read_bulk = storage_read_bulk,
		.look = storage_look,
		.looked = storage_looked,
		.failure = storage_failure,
		.read_only = "a dump cannot be written to: it is the record of a system as it was",
	};
	struct error *err;

	if (!d->ranges)
		d->ranges = d->memory.count;
	if (!d->memory.bytes)
		return error_new(ERROR_TARGET, "dump '%s' holds no storage", d->file.name);
	dump_find_vmcoreinfo(d);
	cpus_number(&d->cpus);
	/* Which facilities the CPU had is not told; a control bit is on only if they are there. */
	err = walk_init(&d->walk, &storage, FACILITY_ALL);
	return err ? err : select_cpu(d, cpu);
}

struct error *dump_open(const char *path, int cpu, const struct dump_options *opt,
			struct target **target)
{
	struct dump *d = calloc(1, sizeof(*d));
	struct error *err;

	*target = NULL;
	if (!d)
		return error_nomem();
	d->t.ops = &dump_ops;
	d->t.log = opt->log;
	d->interrupted = opt->interrupted;
	d->file.fd = -1;
	err = dump_file_open(&d->file, path);
	d->size = d->file.size;
	if (!err)
		err = dump_read_image(d);
	if (!err)
		err = get_ready(d, cpu);
	if (err) {
		free_dump(d);
		return err;
	}
	*target = &d->t;
	return NULL;
}
