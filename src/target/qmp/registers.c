/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registers by a dump of the guest's first page: it has the notes of all
 * CPUs. QEMU stops the guest for it and lets it run on (dump_init() and
 * dump_cleanup() in QEMU's dump/dump.c).
 */
#include <inttypes.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "target/dump/image.h"
#include "target/qmp/guest.h"

#define FD_NAME		"s390memctl"
#define DUMP_LENGTH	4096

static json_t *dump_arguments(void)
{
	return json_pack("{s:b, s:i, s:i}", "paging", 0, "begin", 0, "length", DUMP_LENGTH);
}

static struct error *dump_by_descriptor(struct qmp_guest *g)
{
	json_t *arguments = dump_arguments();

	if (!arguments || json_object_set_new(arguments, "protocol", json_string("fd:" FD_NAME))) {
		json_decref(arguments);
		return error_nomem();
	}
	return qmp_execute(&g->q, "dump-guest-memory", arguments, -1, NULL);
}

/* QEMU before it knew descriptors, or a proxy between that loses them. */
static struct error *dump_by_path(struct qmp_guest *g)
{
	return qmp_sink_execute(&g->sink, &g->q, "dump-guest-memory", dump_arguments(), "protocol",
				"file:");
}

static struct error *make_dump(struct qmp_guest *g)
{
	struct error *err = qmp_sink_send(&g->sink, &g->q, FD_NAME);

	if (!err)
		return dump_by_descriptor(g);
	if (g->q.broken)
		return err;
	log_verbose(g->t.log, 1, "%s", err->message);
	error_free(err);
	return dump_by_path(g);
}

/* Let the reader of ELF dumps take it apart. d is freed by the caller. */
static struct error *read_dump(const struct qmp_guest *g, struct dump *d)
{
	unsigned char head[4];
	struct error *err;
	struct stat st;

	if (fstat(g->sink.fd, &st) < 0)
		return error_new(ERROR_TARGET, "the registers' dump is not there");
	d->file.fd = g->sink.fd;
	d->file.size = (uint64_t)st.st_size;
	snprintf(d->file.name, sizeof(d->file.name), "registers by QMP");
	err = dump_file_read(&d->file, 0, head, sizeof(head), "ELF header");
	if (!err && !format_elf.recognise(head, sizeof(head)))
		err = error_new(ERROR_TARGET, "QEMU's dump-guest-memory has made no ELF file");
	if (!err)
		err = format_elf.open(d);
	if (err && d->cpus.encrypted) {
		error_free(err);
		err = error_new(ERROR_REFUSED, "the guest is protected (IBM Secure Execution): neither registers nor storage can be read");
	}
	cpus_number(&d->cpus);
	return err;
}

static struct error *use_registers(struct qmp_guest *g)
{
	struct dump d = { .file = { .fd = -1 } };
	const struct dump_cpu *cpu;
	struct error *err;

	err = read_dump(g, &d);
	cpu = err ? NULL : cpus_find(&d.cpus, g->t.vcpu);
	if (cpu && cpu->has == CPU_HAS_ALL) {
		walk_set_regs(&g->walk, &cpu->regs);
		walk_flush(&g->walk);
	} else if (!err) {
		err = error_new(ERROR_TARGET, "QEMU's dump-guest-memory does not tell %s of CPU %d",
				cpu ? "all registers" : "the registers", g->t.vcpu);
	}
	cpus_free(&d.cpus);
	segments_free(&d.memory);
	return err;
}

struct error *qmp_registers_take(struct qmp_guest *g)
{
	uint64_t start = clock_ns(), took;
	struct error *err;

	err = make_dump(g);
	/* The guest stood still for a part of this. */
	took = clock_ns() - start;
	g->t.stats.stops++;
	g->t.stats.stopped_ns += took;
	if (took > g->t.stats.longest_ns)
		g->t.stats.longest_ns = took;
	if (!err)
		err = use_registers(g);
	if (!err)
		err = qmp_sink_clear(&g->sink);
	return err;
}
