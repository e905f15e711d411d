/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a dump tells about itself, for `info`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "target/dump/image.h"

static void fact_file(const struct dump *d, struct target_fact *f)
{
	target_fact_set(f, "%s", d->file.name);
}

static void fact_format(const struct dump *d, struct target_fact *f)
{
	target_fact_set(f, "%s%s%s%s", d->format->name, d->detail[0] ? ", " : "", d->detail,
			d->flattened ? ", was flattened" : "");
}

static void fact_size(const struct dump *d, struct target_fact *f)
{
	target_fact_set(f, "%" PRIu64, d->size);
}

static void fact_release(const struct dump *d, struct target_fact *f)
{
	target_fact_set(f, "%s", d->release[0] ? d->release : "unknown");
}

static void fact_cpus(const struct dump *d, struct target_fact *f)
{
	target_fact_set(f, "%zu", d->cpus.count);
}

static void fact_cpu(const struct dump *d, struct target_fact *f)
{
	if (d->cpu)
		target_fact_set(f, "%d", d->cpu->number);
	else
		target_fact_set(f, "none");
}

static void fact_registers(const struct dump *d, struct target_fact *f)
{
	target_fact_set(f, "%s", d->cpus.source ? d->cpus.source : "none");
}

static void fact_memory(const struct dump *d, struct target_fact *f)
{
	target_fact_set(f, "%" PRIu64, d->memory.bytes);
}

/* As many ranges as there is room for; with "..." where there are more. */
static void fact_ranges(const struct dump *d, struct target_fact *f)
{
	const struct segment *g = d->memory.list, *end = g + d->memory.count;
	uint64_t first, last, shown = 0;
	struct buf text = BUF_INIT;

	while (g < end && text.len + 64 < sizeof(f->value)) {
		first = g->addr;
		last = g->addr + g->size - 1;
		for (g++, shown++; g < end && g->addr == last + 1; g++, shown++)
			last = g->addr + g->size - 1;
		buf_addf(&text, "%s%016" PRIx64 "-%016" PRIx64, text.len ? ", " : "", first, last);
	}
	if (shown < d->ranges)
		buf_addf(&text, ", ... (%" PRIu64 " in all)", d->ranges);
	target_fact_set(f, "%s", text.len ? buf_str(&text) : "none");
	buf_free(&text);
}

enum fact_type { FACT_TEXT, FACT_NUMBER };

static const struct {
	const char *key;
	const char *label;
	enum fact_type type;
	void (*get)(const struct dump *d, struct target_fact *f);
} facts[] = {
	{ "dump", "dump file", FACT_TEXT, fact_file },
	{ "format", "format", FACT_TEXT, fact_format },
	{ "file_size", "file size", FACT_NUMBER, fact_size },
	{ "kernel", "kernel release", FACT_TEXT, fact_release },
	{ "cpus", "CPUs", FACT_NUMBER, fact_cpus },
	{ "vcpu", "CPU", FACT_TEXT, fact_cpu },
	{ "registers", "registers from", FACT_TEXT, fact_registers },
	{ "memory_bytes", "bytes of storage", FACT_NUMBER, fact_memory },
	{ "memory", "absolute storage", FACT_TEXT, fact_ranges },
};

bool dump_fact(struct target *t, size_t idx, struct target_fact *fact)
{
	struct dump *d = dump_of(t);
	bool is_number;

	if (idx >= sizeof(facts) / sizeof(facts[0]))
		return false;
	is_number = facts[idx].type == FACT_NUMBER || (facts[idx].get == fact_cpu && d->cpu);
	*fact = (struct target_fact){
		.key = facts[idx].key, .label = facts[idx].label, .is_number = is_number,
	};
	facts[idx].get(d, fact);
	return true;
}
