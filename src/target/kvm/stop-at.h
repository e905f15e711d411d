/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hook of the tests: stop exactly at a step of an injection (inject.c), so that
 * what happens to us there can be chosen. Only src/s390memctl-hooks has it.
 */
#ifndef S390MEMCTL_TARGET_KVM_STOP_AT_H
#define S390MEMCTL_TARGET_KVM_STOP_AT_H

#ifdef S390MEMCTL_TEST_HOOKS
/*
 * Raise SIGSTOP if the environment variable S390MEMCTL_TEST_STOP_AT names this
 * step; "STEP:N" means the N-th time that it is come to, "STEP" the first.
 * SIGCONT lets it go on.
 *
 * step: its name
 */
void stop_at(const char *step);
#else
static inline void stop_at(const char *step)
{
	(void)step;
}
#endif

#endif
