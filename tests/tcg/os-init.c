/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first process of a guest whose log, processes and figures are to be read
 * from outside. It writes messages of all kinds to the kernel's log, makes
 * processes in all states, tells on the console what the kernel tells it of
 * both, and stays. Every line begins with what it is:
 *
 *	K: a record of /dev/kmsg		L: log as of syslog(2)
 *	T: PID TID PPID STATE COMM of a thread	F: NAME VALUE, a figure
 *
 * With "crash" on the kernel's command line it crashes the kernel at the end.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGES	3000	/* more than the log can hold */
#define SYSLOG_READ_ALL	3
#define SYSLOG_SIZE	10

static void must(int good, const char *what)
{
	if (good)
		return;
	printf("F: failed %s: %s\n", what, strerror(errno));
	fflush(stdout);
	for (;;)
		pause();
}

static void put(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	must(fd >= 0 && write(fd, text, len) == (ssize_t)len, path);
	close(fd);
}

static void message(const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put("/dev/kmsg", text, (size_t)len);
}

static void write_messages(void)
{
	static char filler[900];
	int i;

	memset(filler, 'x', sizeof(filler) - 1);
	for (i = 0; i < MESSAGES; i++)
		message("<%d>message %d %.*s", i % 8, i, i * 7 % 150, filler);
	message("<12>two\nlines");
	message("<30>bytes \x1b[31m \x80\xff\\ tab\t \xc3\xa4 end");
	message("<11>%s", filler);
	message("<14>");
	message("<15>three\n\nlines");
}

static void *sleep_in_thread(void *name)
{
	prctl(PR_SET_NAME, name);
	for (;;)
		pause();
	return NULL;
}

static void become(const char *name)
{
	prctl(PR_SET_NAME, name);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* A process with three more threads, one that is stopped, a zombie, one in vfork(), one that spins. */
static void make_processes(void)
{
	static const char *const names[] = { "thread-one", "thread two", "thread\n3" };
	pthread_t thread;
	int i, status;
	pid_t pid;

	if (!fork()) {
		become("threads");
		for (i = 0; i < 3; i++)
			must(!pthread_create(&thread, NULL, sleep_in_thread, (void *)names[i]), "thread");
		sleep_in_thread("threads");
	}
	pid = fork();
	if (!pid) {
		become("stopped");
		raise(SIGSTOP);
	}
	waitpid(pid, &status, WUNTRACED);
	if (!fork()) {
		become("zombie");
		_exit(0);
	}
	if (!fork()) {
		become("vforker");
		if (!vfork()) {
			prctl(PR_SET_NAME, "vforked");
			for (;;)
				pause();
		}
	}
	if (!fork()) {
		become("weird \x1b[31m\xff%s");
		for (;;)
			pause();
	}
	if (!fork()) {
		become("spinner");
		for (;;)
			;
	}
}

static void tell_records(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char text[8193];
	ssize_t len;

	must(fd >= 0, "/dev/kmsg");
	for (;;) {
		len = read(fd, text, sizeof(text) - 1);
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			break;
		/* The dictionary follows in lines of its own. */
		text[len] = '\0';
		*strchr(text, '\n') = '\0';
		printf("K: %s\n", text);
	}
	close(fd);
}

static void tell_syslog(void)
{
	int size = klogctl(SYSLOG_SIZE, NULL, 0), len, i;
	char *text = malloc((size_t)size);
	int start = 1;

	must(text && size > 0, "syslog");
	len = klogctl(SYSLOG_READ_ALL, text, size);
	for (i = 0; i < len; i++) {
		if (start)
			printf("L: ");
		/* The console's terminal must not understand them. */
		if ((text[i] < ' ' && text[i] != '\n') || text[i] > '~')
			printf("\\x%02x", (unsigned char)text[i]);
		else
			putchar(text[i]);
		start = text[i] == '\n';
	}
	free(text);
}

static size_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[len < 0 ? 0 : len] = '\0';
	return len < 0 ? 0 : (size_t)len;
}

static void tell_thread(const char *pid, const char *tid)
{
	char path[600], text[1024], *comm, *end;
	const char *p;

	snprintf(path, sizeof(path), "/proc/%s/task/%s/stat", pid, tid);
	if (!read_file(path, text, sizeof(text)))
		return;
	comm = strchr(text, '(') + 1;
	end = strrchr(text, ')');
	*end = '\0';
	printf("T: %s %s %d %c ", pid, tid, atoi(end + 4), end[2]);
	for (p = comm; *p; p++)
		printf("%02x", (unsigned char)*p);
	printf("\n");
}

static void tell_processes(void)
{
	struct dirent *process, *thread;
	DIR *proc = opendir("/proc"), *task;
	char path[300];

	must(proc != NULL, "/proc");
	while ((process = readdir(proc))) {
		if (process->d_name[0] < '0' || process->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/task", process->d_name);
		task = opendir(path);
		while (task && (thread = readdir(task)))
			if (thread->d_name[0] != '.')
				tell_thread(process->d_name, thread->d_name);
		if (task)
			closedir(task);
	}
	closedir(proc);
}

static void tell_figures(void)
{
	static const char *const files[][2] = {
		{ "cmdline", "/proc/cmdline" }, { "meminfo", "/proc/meminfo" },
		{ "loadavg", "/proc/loadavg" }, { "tainted", "/proc/sys/kernel/tainted" },
		{ "uptime", "/proc/uptime" },
	};
	char text[8192];
	struct utsname uts;
	size_t i;

	uname(&uts);
	printf("F: node %s\nF: release %s\nF: version %s\nF: machine %s\n", uts.nodename, uts.release,
	       uts.version, uts.machine);
	printf("F: cpus %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		read_file(files[i][1], text, sizeof(text));
		printf("F: %s %s\n", files[i][0], strtok(text, "\n"));
	}
}

int main(void)
{
	char line[4096];

	mount("proc", "/proc", "proc", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	sethostname("guest\x1b[1m", 9);
	make_processes();
	write_messages();
	tell_records();
	tell_syslog();
	tell_processes();
	tell_figures();
	printf("memory mapped\n");
	fflush(stdout);
	read_file("/proc/cmdline", line, sizeof(line));
	if (strstr(line, "crash")) {
		put("/proc/sys/kernel/sysrq", "1", 1);
		put("/proc/sysrq-trigger", "c", 1);
	}
	for (;;)
		pause();
}
