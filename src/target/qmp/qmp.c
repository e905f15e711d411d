/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/qmp/qmp.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/printable.h"
#include "target/qmp/guest.h"

#define TIMEOUT_MS	10000
#define READ_ONLY	"a guest cannot be written to by QMP, which has no command for it"

/* The callbacks of the walk; the others are in memory.c and keys.c. */

static int read_absolute(void *arg, uint64_t addr, void *buf, size_t len)
{
	size_t done;

	return qmp_memory_read(arg, addr, buf, len, &done);
}

static struct error *storage_failure(void *arg, int errnum)
{
	struct qmp_guest *g = arg;
	struct error *err = g->failure;

	g->failure = NULL;
	if (err)
		return err;
	if (errnum == ESRCH) {
		err = error_new(ERROR_TARGET, "QEMU (process %d) has ended", g->t.pid);
		err->fatal = true;
		return err;
	}
	return error_os(ERROR_TARGET, errnum, "storage of the guest in process %d", g->t.pid);
}

/* Registers as of now, where the space needs any. */
static struct error *prepare(struct qmp_guest *g, const struct access *a)
{
	return a->space == SPACE_ABSOLUTE ? NULL : qmp_registers_take(g);
}

static struct error *qmp_read(struct target *t, const struct access *a, void *buf, size_t len,
			      size_t *done)
{
	struct qmp_guest *g = qmp_guest_of(t);
	struct error *err = prepare(g, a);

	*done = 0;
	if (err)
		return err;
	err = walk_read(&g->walk, a, buf, len, done);
	t->last_space = g->walk.last_space;
	t->stats.bytes += *done;
	return err;
}

static struct error *qmp_write(struct target *t, const struct access *a, const void *buf,
			       size_t len, size_t *done)
{
	return walk_write(&qmp_guest_of(t)->walk, a, buf, len, done);
}

static struct error *qmp_check(struct target *t, const struct access *a, bool store, uint64_t len,
			       uint64_t *done)
{
	struct qmp_guest *g = qmp_guest_of(t);
	struct error *err = prepare(g, a);

	*done = 0;
	if (err)
		return err;
	err = walk_check(&g->walk, a, store, len, done);
	t->last_space = g->walk.last_space;
	return err;
}

static struct error *qmp_probe(struct target *t, const struct access *a, bool store,
			       const uint64_t *addrs, size_t count, uint16_t *codes)
{
	struct qmp_guest *g = qmp_guest_of(t);
	struct error *err = prepare(g, a);

	if (err)
		return err;
	err = walk_probe(&g->walk, a, store, addrs, count, codes);
	t->last_space = g->walk.last_space;
	return err;
}

static struct error *qmp_cas(struct target *t, const struct access *a, void *old,
			     const void *new_, size_t size, bool *success)
{
	size_t done;

	(void)old;
	*success = false;
	return walk_write(&qmp_guest_of(t)->walk, a, new_, size, &done);
}

/* They cost the guest about as much with stop as without. */
static struct error *qmp_regs(struct target *t, bool stop, struct s390_regs *regs)
{
	struct qmp_guest *g = qmp_guest_of(t);
	struct error *err = qmp_registers_take(g);

	(void)stop;
	if (!err)
		*regs = g->walk.regs;
	return err;
}

static struct error *qmp_walk(struct target *t, struct walk **w)
{
	struct qmp_guest *g = qmp_guest_of(t);

	*w = &g->walk;
	return qmp_registers_take(g);
}

static struct error *qmp_target_close(struct target *t)
{
	struct qmp_guest *g = qmp_guest_of(t);

	qmp_sink_close(&g->sink, &g->q);
	qmp_close(&g->q);
	if (g->pidfd >= 0)
		close(g->pidfd);
	walk_deinit(&g->walk);
	error_free(g->failure);
	free(g->numbers);
	wipe_free(g, sizeof(*g));
	return NULL;
}

static bool qmp_cpus(struct target *t, size_t idx, int *id)
{
	const struct qmp_guest *g = qmp_guest_of(t);

	if (idx < g->cpus)
		*id = g->numbers[idx];
	return idx < g->cpus;
}

static struct error *qmp_select_cpu(struct target *t, int id)
{
	struct qmp_guest *g = qmp_guest_of(t);
	int last = -1;
	size_t i;

	for (i = 0; i < g->cpus; i++) {
		if (g->numbers[i] == id) {
			t->vcpu = id;
			return NULL;
		}
		last = g->numbers[i] > last ? g->numbers[i] : last;
	}
	return error_hint(error_new(ERROR_TARGET, "the guest has no CPU %d", id),
			  "it has %zu, up to number %d", g->cpus, last);
}

static const struct target_ops qmp_ops = {
	.name = "qmp",
	.live = true,
	.read = qmp_read,
	.write = qmp_write,
	.check = qmp_check,
	.probe = qmp_probe,
	.cas = qmp_cas,
	.regs = qmp_regs,
	.walk = qmp_walk,
	.keys = qmp_keys,
	.cpus = qmp_cpus,
	.select_cpu = qmp_select_cpu,
	.fact = qmp_fact,
	.close = qmp_target_close,
};

static struct error *check_architecture(struct qmp_guest *g)
{
	const char *arch = NULL;
	struct error *err;
	json_t *result;
	char shown[64];

	err = qmp_execute(&g->q, "query-target", NULL, -1, &result);
	if (err)
		return err;
	if (json_unpack(result, "{s:s}", "arch", &arch)) {
		err = qmp_bad_answer(&g->q, "query-target", "tells no architecture");
	} else if (strcmp(arch, "s390x") != 0) {
		printable(shown, sizeof(shown), arch);
		err = error_new(ERROR_REFUSED, "the guest at QMP socket '%s' is of architecture %s, not s390x",
				g->q.name, shown);
	}
	json_decref(result);
	return err;
}

/* Which CPUs are there? */
static struct error *find_cpus(struct qmp_guest *g)
{
	json_int_t index;
	struct error *err;
	json_t *result, *row;
	size_t i;

	err = qmp_execute(&g->q, "query-cpus-fast", NULL, -1, &result);
	if (err)
		return err;
	g->numbers = calloc(json_array_size(result) + 1, sizeof(*g->numbers));
	if (!g->numbers)
		err = error_nomem();
	json_array_foreach(result, i, row) {
		if (err)
			break;
		if (json_unpack(row, "{s:I}", "cpu-index", &index) || index < 0 || index > INT_MAX)
			err = qmp_bad_answer(&g->q, "query-cpus-fast", "has a CPU without a number");
		else
			g->numbers[g->cpus++] = (int)index;
	}
	json_decref(result);
	if (!err && !g->cpus)
		err = qmp_bad_answer(&g->q, "query-cpus-fast", "names no CPU");
	return err;
}

/* Name and accelerator, for `info`; QEMU need not tell them. */
static struct error *learn(struct qmp_guest *g)
{
	const char *name = NULL;
	struct error *err;
	json_t *result;
	int kvm = 0;

	err = qmp_execute(&g->q, "query-name", NULL, -1, &result);
	if (!err) {
		if (!json_unpack(result, "{s:s}", "name", &name))
			printable(g->t.name, sizeof(g->t.name), name);
		json_decref(result);
		err = qmp_execute(&g->q, "query-kvm", NULL, -1, &result);
	}
	if (!err) {
		if (!json_unpack(result, "{s:b}", "enabled", &kvm))
			g->kvm = kvm;
		json_decref(result);
	}
	if (err && !g->q.broken) {
		error_free(err);
		err = NULL;
	}
	return err;
}

static struct error *get_ready(struct qmp_guest *g, const char *path, int cpu, pid_t pid)
{
	const struct walk_storage storage = {
		.storage = {
			.arg = g,
			.read_absolute = read_absolute,
			.extent = qmp_memory_extent,
			.get_key = qmp_key_get,
		},
		.read_bulk = qmp_memory_read,
		.failure = storage_failure,
		.read_only = READ_ONLY,
	};
	struct error *err;

	err = qmp_open(&g->q, path);
	if (!err)
		err = check_architecture(g);
	if (!err)
		err = find_cpus(g);
	if (!err)
		err = qmp_select_cpu(&g->t, cpu);
	if (!err)
		err = learn(g);
	if (!err)
		err = qmp_memory_open(g, pid ? pid : g->q.peer);
	if (!err)
		err = qmp_sink_open(&g->sink);
	/* Which facilities the CPU has is not told; a control bit is on only if they are there. */
	return err ? err : walk_init(&g->walk, &storage, FACILITY_ALL);
}

struct error *qmp_attach(const char *path, int cpu, const struct qmp_options *opt,
			 struct target **target)
{
	struct qmp_guest *g = calloc(1, sizeof(*g));
	struct error *err;

	*target = NULL;
	if (!g)
		return error_nomem();
	g->t.ops = &qmp_ops;
	g->t.log = opt->log;
	g->q = (struct qmp){
		.fd = -1, .timeout_ms = TIMEOUT_MS, .interrupted = opt->interrupted, .log = opt->log,
	};
	g->sink.fd = -1;
	g->pidfd = -1;
	err = get_ready(g, path, cpu, opt->pid);
	if (err) {
		error_free(qmp_target_close(&g->t));
		return err;
	}
	*target = &g->t;
	return NULL;
}
