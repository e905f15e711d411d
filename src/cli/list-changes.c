/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/list-changes.h"

static const struct vmm_info *find_vmm(const struct vmm_list *list, const struct vmm_info *vmm)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->vmms[i].pid == vmm->pid && list->vmms[i].start_time == vmm->start_time)
			return &list->vmms[i];
	}
	return NULL;
}

static bool has_vcpu(const struct vmm_info *vmm, const struct vcpu_info *vcpu)
{
	size_t i;

	for (i = 0; vmm && i < vmm->nr_vcpus; i++) {
		if (vmm->vcpus[i].fd == vcpu->fd && vmm->vcpus[i].id == vcpu->id)
			return true;
	}
	return false;
}

/* The vCPUs of vmm that other has not; other: NULL if it is not there at all. */
static struct error *tell_vcpus(const struct vmm_info *vmm, const struct vmm_info *other,
				bool appeared, list_change_fn *fn, void *arg)
{
	struct error *err = NULL;
	size_t i;

	/* Where the descriptors could not be read, nothing has gone: it is not seen. */
	if (other && !other->fds_readable)
		return NULL;
	for (i = 0; !err && i < vmm->nr_vcpus; i++) {
		if (!has_vcpu(other, &vmm->vcpus[i]))
			err = fn(arg, appeared, vmm, &vmm->vcpus[i]);
	}
	return err;
}

/* What list has and other has not. */
static struct error *tell_missing(const struct vmm_list *list, const struct vmm_list *other,
				  bool appeared, list_change_fn *fn, void *arg)
{
	const struct vmm_info *vmm, *same;
	struct error *err = NULL;
	size_t i;

	for (i = 0; !err && i < list->count; i++) {
		vmm = &list->vmms[i];
		same = find_vmm(other, vmm);
		if (!same && appeared)
			err = fn(arg, true, vmm, NULL);
		if (!err)
			err = tell_vcpus(vmm, same, appeared, fn, arg);
		if (!err && !same && !appeared)
			err = fn(arg, false, vmm, NULL);
	}
	return err;
}

struct error *list_changes(const struct vmm_list *before, const struct vmm_list *now,
			   list_change_fn *fn, void *arg)
{
	struct error *err = tell_missing(before, now, false, fn, arg);

	return err ? err : tell_missing(now, before, true, fn, arg);
}
