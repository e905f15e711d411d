/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Absolute storage of a guest by QMP. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/printable.h"
#include "target/process-vm.h"
#include "target/qmp/guest.h"

#define PAGE		4096
#define SAVE_PIECE	0x100000	/* bytes of one pmemsave */
#define PROOF_PAGES	8		/* compared, spread over storage */
#define PROOF_TRIES	3		/* a page may change in between */

/* The size of storage. Memory that was plugged in later lies elsewhere. */
static struct error *find_size(struct qmp_guest *g)
{
	json_int_t base = 0, plugged = 0;
	struct error *err;
	json_t *result;
	int rc;

	err = qmp_execute(&g->q, "query-memory-size-summary", NULL, -1, &result);
	if (err)
		return err;
	rc = json_unpack(result, "{s:I, s?:I}", "base-memory", &base, "plugged-memory", &plugged);
	json_decref(result);
	if (rc || base < PAGE || base % PAGE)
		return qmp_bad_answer(&g->q, "query-memory-size-summary", "tells no size of storage");
	if (plugged)
		log_warn(g->t.log, "the guest has %lld bytes of memory devices, which are not seen",
			 (long long)plugged);
	g->size = (uint64_t)base;
	return NULL;
}

/* "Host virtual address for 0x0 (s390.ram) is 0x7f..."; QEMU's monitor/misc.c, monitor/hmp-target.c. */
static struct error *find_host_addr(struct qmp_guest *g, uint64_t addr, uint64_t *host)
{
	char line[64], *text, *end;
	struct error *err;
	const char *p;

	snprintf(line, sizeof(line), "gpa2hva 0x%" PRIx64, addr);
	err = qmp_human(&g->q, line, -1, &text);
	if (err)
		return err;
	p = strstr(text, " is 0x");
	errno = 0;
	*host = p ? strtoull(p + strlen(" is "), &end, 16) : 0;
	if (!p || errno || !*host || *host > INT64_MAX || strspn(end, "\r\n") != strlen(end))
		err = qmp_bad_answer(&g->q, "gpa2hva", "tells no address");
	free(text);
	return err;
}

/* Storage is one piece of QEMU's memory? */
static struct error *find_mapping(struct qmp_guest *g)
{
	struct error *err;
	uint64_t last;

	err = find_host_addr(g, 0, &g->host_addr);
	if (!err)
		err = find_host_addr(g, g->size - 1, &last);
	if (!err && last - g->host_addr != g->size - 1)
		err = error_new(ERROR_TARGET, "storage is not one piece of QEMU's memory");
	return err;
}

/* 0 or -errno. */
static int read_direct(const struct qmp_guest *g, pid_t pid, uint64_t addr, void *buf, size_t len,
		       size_t *done)
{
	struct pollfd ended = { .fd = g->pidfd, .events = POLLIN };
	ssize_t n;

	for (*done = 0; *done < len; *done += (size_t)n) {
		n = process_vm_read(pid, g->host_addr + addr + *done, (char *)buf + *done, len - *done);
		/* The process id may be another's meanwhile. */
		if (poll(&ended, 1, 0) != 0)
			return -ESRCH;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
	}
	return 0;
}

/* What the human monitor shows of a page: "ADDR: 0x12 0x34 ..." in lines. */
static struct error *show_page(struct qmp_guest *g, uint64_t addr, unsigned char *page)
{
	char line[64], *text, *p, *end;
	unsigned long byte = 0;
	struct error *err;
	size_t n = 0;

	snprintf(line, sizeof(line), "xp /%dbx 0x%" PRIx64, PAGE, addr);
	err = qmp_human(&g->q, line, -1, &text);
	if (err)
		return err;
	for (p = text; n < PAGE && (p = strstr(p, " 0x")); p = end, n++) {
		byte = strtoul(p + 1, &end, 16);
		if (byte > 0xff)
			break;
		page[n] = (unsigned char)byte;
	}
	wipe_free(text, strlen(text));
	return n == PAGE ? NULL : qmp_bad_answer(&g->q, "xp", "is no page of storage");
}

/*
 * Compare a page as the monitor shows it with what is read directly before and
 * behind: bytes that did not change in between must be the same. *nonzero: some
 * of them tell something.
 */
static struct error *compare_page(struct qmp_guest *g, pid_t pid, uint64_t addr, bool *same,
				  bool *nonzero)
{
	unsigned char before[PAGE], shown[PAGE], behind[PAGE];
	struct error *err;
	size_t i, done;
	int rc;

	*same = false;
	rc = read_direct(g, pid, addr, before, PAGE, &done);
	if (rc)
		return error_os(ERROR_TARGET, -rc, "process_vm_readv");
	err = show_page(g, addr, shown);
	if (err)
		return err;
	rc = read_direct(g, pid, addr, behind, PAGE, &done);
	if (rc)
		return error_os(ERROR_TARGET, -rc, "process_vm_readv");
	for (i = 0; i < PAGE; i++) {
		if (before[i] != behind[i])
			continue;
		if (before[i] != shown[i])
			return NULL;
		*nonzero = *nonzero || before[i];
	}
	*same = true;
	return NULL;
}

static struct error *prove_page(struct qmp_guest *g, pid_t pid, uint64_t addr, bool *nonzero)
{
	struct error *err = NULL;
	bool same = false;
	int try;

	for (try = 0; try < PROOF_TRIES && !same && !err; try++)
		err = compare_page(g, pid, addr, &same, nonzero);
	if (!err && !same)
		err = error_new(ERROR_TARGET, "what is read there is not the guest's");
	return err;
}

/* Is what is read directly the guest's storage? Page 0 is never empty once a guest was started. */
static struct error *prove(struct qmp_guest *g, pid_t pid)
{
	struct error *err = NULL;
	bool nonzero = false;
	uint64_t addr;
	int i;

	for (i = 0; i < PROOF_PAGES && !err; i++) {
		addr = g->size / PROOF_PAGES * (uint64_t)i / PAGE * PAGE;
		err = prove_page(g, pid, addr, &nonzero);
	}
	if (!err)
		err = prove_page(g, pid, g->size - PAGE, &nonzero);
	if (!err && !nonzero)
		err = error_new(ERROR_TARGET, "the pages compared are empty and prove nothing");
	return err;
}

static struct error *try_direct(struct qmp_guest *g, pid_t pid)
{
	struct error *err;

	if (!pid)
		return error_new(ERROR_TARGET, "the socket does not tell QEMU's process (--pid does)");
	g->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (g->pidfd < 0)
		return error_os(ERROR_TARGET, errno, "process %d", (int)pid);
	err = find_mapping(g);
	return err ? err : prove(g, pid);
}

struct error *qmp_memory_open(struct qmp_guest *g, pid_t pid)
{
	struct error *err;

	g->t.pid = (int)pid;
	err = find_size(g);
	if (err)
		return err;
	err = try_direct(g, pid);
	if (!err) {
		snprintf(g->way, sizeof(g->way), "process_vm_readv, proven by comparison");
		return NULL;
	}
	if (g->pidfd >= 0)
		close(g->pidfd);
	g->pidfd = -1;
	if (g->q.broken || err->kind != ERROR_TARGET)
		return err;
	log_verbose(g->t.log, 1, "process %d is not read directly: %s", (int)pid, err->message);
	snprintf(g->way, sizeof(g->way), "pmemsave, because %s", err->message);
	error_free(err);
	return NULL;
}

/* The error goes to the walk's failure callback. */
static int fail(struct qmp_guest *g, struct error *err)
{
	error_free(g->failure);
	g->failure = err;
	return -EIO;
}

static int save(struct qmp_guest *g, uint64_t addr, void *buf, size_t len)
{
	json_t *arguments = json_pack("{s:I, s:I}", "val", (json_int_t)addr, "size", (json_int_t)len);
	struct error *err;

	err = qmp_sink_execute(&g->sink, &g->q, "pmemsave", arguments, "filename", "");
	if (!err)
		err = qmp_sink_read(&g->sink, 0, buf, len, "pmemsave");
	if (!err)
		err = qmp_sink_clear(&g->sink);
	return err ? fail(g, err) : 0;
}

static int read_by_save(struct qmp_guest *g, uint64_t addr, void *buf, size_t len, size_t *done)
{
	size_t n;
	int rc;

	for (*done = 0; *done < len; *done += n) {
		n = len - *done < SAVE_PIECE ? len - *done : SAVE_PIECE;
		rc = save(g, addr + *done, (char *)buf + *done, n);
		if (rc)
			return rc;
	}
	return 0;
}

int qmp_memory_read(void *arg, uint64_t addr, void *buf, size_t len, size_t *done)
{
	struct qmp_guest *g = arg;
	size_t n = len;
	int rc;

	*done = 0;
	if (addr >= g->size)
		return STORAGE_OUTSIDE;
	if (n > g->size - addr)
		n = (size_t)(g->size - addr);
	if (g->pidfd >= 0)
		rc = read_direct(g, (pid_t)g->t.pid, addr, buf, n, done);
	else
		rc = read_by_save(g, addr, buf, n, done);
	return !rc && n < len ? STORAGE_OUTSIDE : rc;
}

uint64_t qmp_memory_extent(void *arg, uint64_t addr, bool *present)
{
	const struct qmp_guest *g = arg;

	*present = addr < g->size;
	return *present ? g->size - addr : UINT64_MAX - addr;
}
