/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of a guest by QMP, for `info`. */
#include <inttypes.h>
#include <stdio.h>

#include "base/printable.h"
#include "target/qmp/guest.h"

static void fact_socket(struct qmp_guest *g, struct target_fact *f)
{
	target_fact_set(f, "%s", g->q.name);
}

static void fact_version(struct qmp_guest *g, struct target_fact *f)
{
	target_fact_set(f, "%s", g->q.version);
}

static void fact_process(struct qmp_guest *g, struct target_fact *f)
{
	if (g->t.pid)
		target_fact_set(f, "%d", g->t.pid);
	else
		target_fact_set(f, "unknown");
}

static void fact_guest(struct qmp_guest *g, struct target_fact *f)
{
	target_fact_set(f, "%s", g->t.name[0] ? g->t.name : "none");
}

static void fact_accelerator(struct qmp_guest *g, struct target_fact *f)
{
	target_fact_set(f, "%s", g->kvm ? "KVM" : "TCG");
}

/* As of now: it changes. */
static void fact_status(struct qmp_guest *g, struct target_fact *f)
{
	struct error *err;
	json_t *result;
	const char *status = NULL;

	err = qmp_execute(&g->q, "query-status", NULL, -1, &result);
	if (!err && !json_unpack(result, "{s:s}", "status", &status))
		printable(f->value, sizeof(f->value), status);
	else
		target_fact_set(f, "unknown");
	if (!err)
		json_decref(result);
	error_free(err);
}

static void fact_cpus(struct qmp_guest *g, struct target_fact *f)
{
	target_fact_set(f, "%zu", g->cpus);
}

static void fact_cpu(struct qmp_guest *g, struct target_fact *f)
{
	target_fact_set(f, "%d", g->t.vcpu);
}

static void fact_registers(struct qmp_guest *g, struct target_fact *f)
{
	(void)g;
	target_fact_set(f, "dump-guest-memory, for each access anew");
}

static void fact_memory(struct qmp_guest *g, struct target_fact *f)
{
	target_fact_set(f, "%" PRIu64, g->size);
}

static void fact_way(struct qmp_guest *g, struct target_fact *f)
{
	target_fact_set(f, "%s", g->way);
}

static const struct {
	const char *key;
	const char *label;
	bool is_number;
	void (*get)(struct qmp_guest *g, struct target_fact *f);
} facts[] = {
	{ "socket", "QMP socket", false, fact_socket },
	{ "qemu_version", "QEMU version", false, fact_version },
	{ "pid", "VMM process", true, fact_process },
	{ "guest", "guest name", false, fact_guest },
	{ "accelerator", "accelerator", false, fact_accelerator },
	{ "status", "status", false, fact_status },
	{ "cpus", "CPUs", true, fact_cpus },
	{ "vcpu", "vCPU id", true, fact_cpu },
	{ "registers", "registers from", false, fact_registers },
	{ "memory_bytes", "bytes of storage", true, fact_memory },
	{ "memory", "storage by", false, fact_way },
};

bool qmp_fact(struct target *t, size_t idx, struct target_fact *fact)
{
	struct qmp_guest *g = qmp_guest_of(t);

	if (idx >= sizeof(facts) / sizeof(facts[0]))
		return false;
	*fact = (struct target_fact){
		.key = facts[idx].key, .label = facts[idx].label,
		.is_number = facts[idx].is_number && !(facts[idx].get == fact_process && !t->pid),
	};
	facts[idx].get(g, fact);
	return true;
}
