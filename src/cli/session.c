/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/alias.h"
#include "cli/audit.h"
#include "cli/command.h"
#include "cli/cpus.h"
#include "cli/repeat.h"
#include "out/ebcdic.h"
#include "target/dump/dump.h"
#include "target/kvm/kvm.h"
#include "target/qmp/qmp.h"

#define PROC "/proc"

void session_init(struct session *s, const volatile int *interrupted)
{
	*s = (struct session){
		.vcpu_fd = -1,
		.max_stop_ns = SESSION_MAX_STOP_NS,
		.log = { .stream = stderr, .held = &s->log_held },
		.interrupted = interrupted,
	};
	settings_init(&s->settings);
}

struct error *session_start(struct session *s)
{
	s->out = out_new(stdout, s->json);
	return s->out ? NULL : error_nomem();
}

static struct error *open_dump(struct session *s)
{
	const struct dump_options opt = { .log = &s->log, .interrupted = s->interrupted };

	return dump_open(s->dump_path, s->vcpu, &opt, &s->target);
}

static struct error *attach_qmp(struct session *s)
{
	const struct qmp_options opt = {
		.log = &s->log, .pid = s->pid, .interrupted = s->interrupted,
	};

	return qmp_attach(s->qmp_path, s->vcpu, &opt, &s->target);
}

static struct error *attach_kvm(struct session *s, const struct vcpu_info *vcpu,
				struct target **target)
{
	const struct kvm_options opt = {
		.proc = PROC,
		.log = &s->log,
		.max_stop_ns = s->max_stop_ns,
		.suspend_seccomp = s->suspend_seccomp,
		.interrupted = s->interrupted,
	};

	return kvm_attach(&s->vmm, vcpu, &opt, target);
}

struct error *session_attach(struct session *s)
{
	const struct vcpu_info *vcpu;
	struct error *err;

	if (s->target)
		return NULL;
	if (s->dump_path)
		return open_dump(s);
	if (s->qmp_path)
		return attach_qmp(s);
	err = vmm_select(PROC, s->pid, s->guest, &s->vmm);
	if (err)
		return err;
	err = vmm_select_vcpu(&s->vmm, s->vcpu, s->vcpu_fd, &vcpu);
	if (!err)
		err = attach_kvm(s, vcpu, &s->target);
	if (err) {
		s->target = NULL;
		vmm_free(&s->vmm);
	}
	return err;
}

struct error *session_attach_vcpu(struct session *s, int id, struct target **target)
{
	const struct vcpu_info *own, *vcpu;
	struct error *err;
	size_t i;

	*target = NULL;
	err = vmm_select_vcpu(&s->vmm, s->vcpu, s->vcpu_fd, &own);
	if (err)
		return err;
	for (i = 0; i < s->vmm.nr_vcpus; i++) {
		vcpu = &s->vmm.vcpus[i];
		if (vcpu->id == id && vcpu->vm_fd == own->vm_fd)
			return attach_kvm(s, vcpu, target);
	}
	return error_new(ERROR_TARGET, "the guest has no vCPU %d", id);
}

struct error *session_detach(struct session *s)
{
	struct error *err;

	if (!s->target)
		return NULL;
	session_forget_kernel(s);
	err = session_forget_cpus(s);
	err = command_first_error(err, s->target->ops->close(s->target));
	s->target = NULL;
	vmm_free(&s->vmm);
	return err;
}

int session_close(struct session *s)
{
	struct error *err = session_detach(s);
	int code = s->exit_code;

	if (err) {
		log_warn(&s->log, "%s", err->message);
		error_free(err);
		code = code ? code : ERROR_TARGET;
	}
	err = s->out ? out_free(s->out) : NULL;
	if (err) {
		if (err->errnum != EPIPE)
			log_warn(&s->log, "%s", err->message);
		error_free(err);
		code = code ? code : ERROR_TARGET;
	}
	audit_close(s->audit);
	lines_cache_free(s->lines);
	symbols_free(s->symbols);
	while (s->nr_symbol_files)
		free((char *)s->symbol_files[--s->nr_symbol_files]);
	free(s->symbol_files);
	buf_free(&s->log_held.text);
	free(s->ebcdic);
	aliases_free(s->aliases);
	repeat_free(s->repeat);
	s->ebcdic = NULL;
	s->aliases = NULL;
	s->repeat = NULL;
	s->out = NULL;
	s->audit = NULL;
	s->lines = NULL;
	s->symbols = NULL;
	s->symbol_files = NULL;
	s->nr_symbol_files = 0;
	return code;
}

struct error *session_ebcdic(struct session *s, const struct ebcdic **ebcdic)
{
	struct error *err = NULL;

	if (!s->ebcdic) {
		s->ebcdic = malloc(sizeof(*s->ebcdic));
		err = s->ebcdic ? ebcdic_load(s->ebcdic, s->settings.codepage) : error_nomem();
		if (err) {
			free(s->ebcdic);
			s->ebcdic = NULL;
		}
	}
	*ebcdic = s->ebcdic;
	return err;
}

bool session_interrupted(void *session)
{
	const struct session *s = session;

	return *s->interrupted != 0;
}
