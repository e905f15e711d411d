/* SPDX-License-Identifier: GPL-3.0-or-later */
/* testvmm: run the guests of a scenario file as a KVM VMM. README tells how. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "testvmm.h"

static struct vmm vmm;

static const char usage[] =
"usage: testvmm [-name guest=NAME] [--control FIFO] [--session] [--undumpable]\n"
"               [--seccomp] SCENARIO\n"
"  -name guest=NAME  accepted and ignored: makes the command line look like QEMU's\n"
"  --control FIFO    read commands from there (opened for reading and writing, so that\n"
"                    it has no end of file), else from standard input\n"
"  --session         repeat each command before its answer, leave out the READY and ok lines\n"
"  --undumpable      prctl(PR_SET_DUMPABLE, 0) once all is set up\n"
"  --seccomp         vCPU threads may call little more than ioctl(KVM_RUN), else they are killed\n";

struct options {
	const char *scenario;
	const char *control;
	bool session;
	bool undumpable;
};

static bool parse_options(int argc, char **argv, struct options *options)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-name") && i + 1 < argc)
			i++;
		else if (!strcmp(argv[i], "--control") && i + 1 < argc)
			options->control = argv[++i];
		else if (!strcmp(argv[i], "--session"))
			options->session = true;
		else if (!strcmp(argv[i], "--undumpable"))
			options->undumpable = true;
		else if (!strcmp(argv[i], "--seccomp"))
			vmm.allowlist = true;
		else if (argv[i][0] == '-' || options->scenario)
			return false;
		else
			options->scenario = argv[i];
	}
	return options->scenario;
}

static void kicked(int signal)
{
	(void)signal;
}

/* SIGUSR1 must interrupt KVM_RUN and read(2): no SA_RESTART. */
static void catch_kicks(void)
{
	struct sigaction action = { .sa_handler = kicked };

	sigaction(SIGUSR1, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static bool start_all(void)
{
	unsigned int v, c;

	for (v = 0; v < vmm.nr_vms; v++)
		if (!vm_create(&vmm, &vmm.vms[v]))
			return false;
	for (v = 0; v < vmm.nr_vms; v++)
		for (c = 0; c < vmm.vms[v].nr_cpus; c++)
			if (!cpu_start(vmm.vms[v].cpus[c]))
				return false;
	return true;
}

static FILE *open_control(const char *path)
{
	FILE *file;
	int fd;

	if (!path)
		return stdin;
	fd = open(path, O_RDWR | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file)
		fprintf(stderr, "testvmm: %s: %s\n", path, strerror(errno));
	return file;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	FILE *control;

	if (!parse_options(argc, argv, &options)) {
		fputs(usage, stderr);
		return 2;
	}
	if (!scenario_read(&vmm, options.scenario))
		return 2;
	vmm.kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vmm.kvm < 0) {
		fprintf(stderr, "testvmm: /dev/kvm: %s\n", strerror(errno));
		return 1;
	}
	control = open_control(options.control);
	if (!control)
		return 1;
	catch_kicks();
	if (!start_all())
		return 1;
	if (options.undumpable)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (!options.session)
		printf("READY pid=%d\n", getpid());
	fflush(stdout);
	if (!control_loop(&vmm, control, options.session))
		for (;;)
			pause();
	return 0;
}
