/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All CPUs of a session's guest, and working as another one than that of --vcpu. */
#ifndef S390MEMCTL_CLI_CPUS_H
#define S390MEMCTL_CLI_CPUS_H

#include <stddef.h>

#include "base/error.h"

struct session;

/*
 * The numbers of all CPUs of the guest, ascending, in *ids (to be freed with
 * free()), *count of them; attaches. A dump without registers has none. Errors:
 * those of session_attach(), no memory.
 */
struct error *session_cpus(struct session *s, int **ids, size_t *count);
/*
 * Work as this CPU from now on, until another one is asked for or the session
 * detaches: s->target is it. Of a live VMM each vCPU is a target of its own,
 * which stays attached; nothing is stopped here. What the operations cost the
 * guest is added up over all. On error the CPU stays the one it was. Errors:
 * ERROR_TARGET when there is no such CPU; those of attaching.
 */
struct error *session_switch_cpu(struct session *s, int id);
/*
 * The CPUs that an option -c means: NULL, the session's own one; "all"; or a
 * number. *ids, *count as from session_cpus(), but at least one. ERROR_USAGE,
 * ERROR_TARGET.
 */
struct error *session_choose_cpus(struct session *s, const char *option, int **ids, size_t *count);
/* Let go of all other CPUs than s->target. The first error, if any, as from close. */
struct error *session_forget_cpus(struct session *s);

#endif
