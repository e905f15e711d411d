/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cpus.h"

#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/command.h"
#include "cli/session.h"

#define CPU_MAX	65535U	/* CPU addresses have 16 bits */

/* The vCPUs of the VM that the target is one of. */
static bool vm_cpu(const struct session *s, size_t idx, int *id)
{
	const struct vcpu_info *row, *own = NULL;
	size_t i, n = 0;

	for (i = 0; i < s->vmm.nr_vcpus; i++) {
		row = &s->vmm.vcpus[i];
		if (s->vcpu_fd >= 0 ? row->fd == s->vcpu_fd : row->id == s->vcpu)
			own = row;
	}
	for (i = 0; own && i < s->vmm.nr_vcpus; i++) {
		row = &s->vmm.vcpus[i];
		if (row->vm_fd != own->vm_fd)
			continue;
		if (n++ == idx) {
			*id = row->id;
			return true;
		}
	}
	return false;
}

/* The idx-th CPU, in the order in which the target tells them. */
static bool cpu_number(struct session *s, size_t idx, int *id)
{
	struct target *t = s->target;

	return t->ops->cpus ? t->ops->cpus(t, idx, id) : vm_cpu(s, idx, id);
}

static int compare_numbers(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

struct error *session_cpus(struct session *s, int **ids, size_t *count)
{
	struct error *err = session_attach(s);
	size_t n = 0;
	int id;

	*ids = NULL;
	*count = 0;
	if (err)
		return err;
	while (n <= CPU_MAX && cpu_number(s, n, &id))
		n++;
	*ids = calloc(n + 1, sizeof(**ids));
	if (!*ids)
		return error_nomem();
	while (*count < n && cpu_number(s, *count, &(*ids)[*count]))
		++*count;
	qsort(*ids, *count, sizeof(**ids), compare_numbers);
	return NULL;
}

/* What was done so far counts for the session, whichever CPU it works as. */
static void carry_over(struct target *from, struct target *to)
{
	struct target_stats *a = &from->stats, *b = &to->stats;

	b->stops += a->stops;
	b->calls += a->calls;
	b->stopped_ns += a->stopped_ns;
	b->bytes += a->bytes;
	if (a->longest_ns > b->longest_ns)
		b->longest_ns = a->longest_ns;
	to->ar_bug_met = to->ar_bug_met || from->ar_bug_met;
	from->stats = (struct target_stats){ 0 };
	from->ar_bug_met = false;
}

static struct error *keep_other(struct session *s, struct target *t)
{
	struct target **others = realloc(s->others, (s->nr_others + 1) * sizeof(*others));

	if (!others)
		return error_nomem();
	s->others = others;
	others[s->nr_others++] = t;
	return NULL;
}

/* A target of its own for each vCPU. */
static struct error *switch_target(struct session *s, int id)
{
	struct target *now = s->target, *t = NULL;
	struct error *err;
	size_t i;

	for (i = 0; i < s->nr_others; i++) {
		if (s->others[i]->vcpu == id) {
			carry_over(now, s->others[i]);
			s->target = s->others[i];
			s->others[i] = now;
			return NULL;
		}
	}
	err = session_attach_vcpu(s, id, &t);
	if (err)
		return err;
	err = keep_other(s, now);
	if (err) {
		error_free(t->ops->close(t));
		return err;
	}
	carry_over(now, t);
	s->target = t;
	return NULL;
}

struct error *session_switch_cpu(struct session *s, int id)
{
	struct error *err = session_attach(s);

	if (err || s->target->vcpu == id)
		return err;
	if (s->target->ops->select_cpu)
		return s->target->ops->select_cpu(s->target, id);
	return switch_target(s, id);
}

struct error *session_choose_cpus(struct session *s, const char *option, int **ids, size_t *count)
{
	unsigned int number = 0;
	struct error *err = NULL;

	*ids = NULL;
	*count = 0;
	if (option && !strcmp(option, "all")) {
		err = session_cpus(s, ids, count);
		if (!err && !*count) {
			free(*ids);
			*ids = NULL;
			err = error_new(ERROR_TARGET, "nothing is known of any CPU of the guest");
		}
		return err;
	}
	if (option)
		err = access_number(option, "CPU", CPU_MAX, &number);
	if (!err)
		err = session_attach(s);
	if (err)
		return err;
	*ids = malloc(sizeof(**ids));
	if (!*ids)
		return error_nomem();
	**ids = option ? (int)number : s->target->vcpu;
	*count = 1;
	return NULL;
}

struct error *session_forget_cpus(struct session *s)
{
	struct error *err = NULL;
	size_t i;

	for (i = 0; i < s->nr_others; i++)
		err = command_first_error(err, s->others[i]->ops->close(s->others[i]));
	free(s->others);
	s->others = NULL;
	s->nr_others = 0;
	return err;
}
