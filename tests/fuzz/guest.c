/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guest.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "arch/psw.h"
#include "base/endian.h"
#include "cli/outfile.h"
#include "cli/script.h"
#include "target/vmcoreinfo.h"

#define NOTE_AT		0x1e0000U	/* of VMCOREINFO */
#define TEXT_MAX	0x10000U
#define PATIENCE	1		/* second that lines may work */

struct fuzz_guest {
	struct target target;
	struct walk walk;
	struct s390_regs regs;
	unsigned char *memory;
};

static struct fuzz_guest *guest_of(struct target *t)
{
	return (struct fuzz_guest *)t;
}

static int read_absolute(void *arg, uint64_t addr, void *buf, size_t len)
{
	const struct fuzz_guest *g = arg;

	if (addr >= FUZZ_GUEST_SIZE || len > FUZZ_GUEST_SIZE - addr)
		return STORAGE_OUTSIDE;
	memcpy(buf, g->memory + addr, len);
	return 0;
}

static uint64_t extent(void *arg, uint64_t addr, bool *present)
{
	(void)arg;
	*present = addr < FUZZ_GUEST_SIZE;
	return *present ? FUZZ_GUEST_SIZE - addr : UINT64_MAX - addr;
}

static struct error *op_read(struct target *t, const struct access *a, void *buf, size_t len,
			     size_t *done)
{
	struct error *err = walk_read(&guest_of(t)->walk, a, buf, len, done);

	t->last_space = guest_of(t)->walk.last_space;
	return err;
}

static struct error *op_write(struct target *t, const struct access *a, const void *buf, size_t len,
			      size_t *done)
{
	return walk_write(&guest_of(t)->walk, a, buf, len, done);
}

static struct error *op_check(struct target *t, const struct access *a, bool store, uint64_t len,
			      uint64_t *done)
{
	struct error *err = walk_check(&guest_of(t)->walk, a, store, len, done);

	t->last_space = guest_of(t)->walk.last_space;
	return err;
}

static struct error *op_probe(struct target *t, const struct access *a, bool store,
			      const uint64_t *addrs, size_t count, uint16_t *codes)
{
	return walk_probe(&guest_of(t)->walk, a, store, addrs, count, codes);
}

static struct error *op_cas(struct target *t, const struct access *a, void *old, const void *new_,
			    size_t size, bool *success)
{
	(void)t;
	(void)a;
	(void)old;
	(void)new_;
	(void)size;
	*success = false;
	return error_new(ERROR_REFUSED, "read only");
}

static struct error *op_regs(struct target *t, bool stop, struct s390_regs *regs)
{
	(void)stop;
	*regs = guest_of(t)->regs;
	return NULL;
}

static struct error *op_walk(struct target *t, struct walk **w)
{
	*w = &guest_of(t)->walk;
	return NULL;
}

static bool op_fact(struct target *t, size_t idx, struct target_fact *fact)
{
	(void)t;
	(void)idx;
	(void)fact;
	return false;
}

static struct error *op_close(struct target *t)
{
	(void)t;
	return NULL;
}

static const struct target_ops ops = {
	.name = "fuzz",
	.read = op_read,
	.write = op_write,
	.check = op_check,
	.probe = op_probe,
	.cas = op_cas,
	.regs = op_regs,
	.walk = op_walk,
	.fact = op_fact,
	.close = op_close,
};

static void put_note(struct fuzz_guest *g, struct fuzz_input *in)
{
	unsigned char *note = g->memory + NOTE_AT;
	size_t len = (size_t)fuzz_number(in, 2);
	const uint8_t *text = fuzz_bytes(in, &len);

	put_be64(g->memory + VMCOREINFO_LOWCORE, NOTE_AT);
	put_be32(note, sizeof("VMCOREINFO"));
	put_be32(note + 4, (uint32_t)len);
	memcpy(note + 12, "VMCOREINFO", sizeof("VMCOREINFO"));
	memset(note + VMCOREINFO_HEADER, 0, TEXT_MAX);
	memcpy(note + VMCOREINFO_HEADER, text, len);
}

static void put_memory(struct fuzz_guest *g, struct fuzz_input *in)
{
	size_t addr = (size_t)fuzz_number(in, 3) % FUZZ_GUEST_SIZE;
	size_t len = (size_t)fuzz_number(in, 2);
	const uint8_t *data = fuzz_bytes(in, &len);

	if (len > FUZZ_GUEST_SIZE - addr)
		len = FUZZ_GUEST_SIZE - addr;
	memcpy(g->memory + addr, data, len);
}

static void put_register(struct s390_regs *r, struct fuzz_input *in)
{
	unsigned int n = (unsigned int)fuzz_number(in, 1);
	uint64_t value = fuzz_number(in, 8);

	if (n < 16)
		r->gprs[n] = value;
	else if (n < 32)
		r->crs[n - 16] = value;
	else if (n < 48)
		r->acrs[n - 32] = (uint32_t)value;
	else if (n == 48)
		r->psw_mask = value;
	else if (n == 49)
		r->psw_addr = value;
	else
		r->prefix = (uint32_t)value & 0x7fffe000;
}

struct fuzz_guest *fuzz_guest_new(struct fuzz_input *in)
{
	struct fuzz_guest *g = calloc(1, sizeof(*g));
	struct walk_storage storage = {
		.storage = { .read_absolute = read_absolute, .extent = extent },
		.read_only = "this guest cannot be written to",
	};

	FUZZ_CHECK(g);
	g->memory = mmap(NULL, FUZZ_GUEST_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FUZZ_CHECK(g->memory != MAP_FAILED);
	g->target.ops = &ops;
	g->regs.psw_mask = PSW_MASK_EA | PSW_MASK_BA;
	g->regs.coherent = true;
	while (in->left) {
		switch (fuzz_number(in, 1) % 3) {
		case 0:
			put_memory(g, in);
			break;
		case 1:
			put_note(g, in);
			break;
		default:
			put_register(&g->regs, in);
		}
	}
	storage.storage.arg = g;
	FUZZ_CHECK(!walk_init(&g->walk, &storage, FACILITY_ALL));
	walk_set_regs(&g->walk, &g->regs);
	return g;
}

void fuzz_guest_free(struct fuzz_guest *g)
{
	walk_deinit(&g->walk);
	munmap(g->memory, FUZZ_GUEST_SIZE);
	free(g);
}

struct target *fuzz_guest_target(struct fuzz_guest *g)
{
	return &g->target;
}

/* In the place of the program's: outfile.c is not linked. */
struct error *outfile_open(const char *path, bool force, struct outfile **file)
{
	(void)path;
	(void)force;
	*file = NULL;
	return error_new(ERROR_REFUSED, "no files here");
}

int outfile_fd(const struct outfile *f)
{
	(void)f;
	return -1;
}

struct error *outfile_write(struct outfile *f, uint64_t offset, const void *data, size_t len)
{
	(void)f;
	(void)offset;
	(void)data;
	(void)len;
	return error_nomem();
}

struct error *outfile_set_size(struct outfile *f, uint64_t size)
{
	(void)f;
	(void)size;
	return error_nomem();
}

struct error *outfile_commit(struct outfile *f)
{
	(void)f;
	return error_nomem();
}

struct error *outfile_append(enum error_kind kind, const char *what, const char *path, int *fd)
{
	(void)kind;
	(void)what;
	(void)path;
	*fd = -1;
	return error_new(ERROR_REFUSED, "no files here");
}

void outfile_abort(struct outfile *f)
{
	(void)f;
}

static volatile int interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = SIGINT;
}

/*
 * Ctrl-C when lines have worked for as long, of the CPU's time; 0: no more. A hole of
 * 64 TiB may take its time, but has to end then.
 */
static void interrupt_after(time_t seconds)
{
	const struct itimerspec when = { .it_value = { .tv_sec = seconds } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	static bool ready;
	static timer_t timer;

	if (!ready) {
		signal(SIGRTMIN, interrupt);
		FUZZ_CHECK(timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0);
		ready = true;
	}
	FUZZ_CHECK(timer_settime(timer, 0, &when, NULL) == 0);
}

void fuzz_run_lines(struct fuzz_guest *g, bool json, const char *const *lines, size_t count)
{
	struct fuzz_print output, notes;
	struct session s;
	size_t i;

	fuzz_print_begin(&output);
	fuzz_print_begin(&notes);
	session_init(&s, &interrupted);
	s.log.stream = notes.stream;
	s.json = json;
	s.no_rc = true;
	s.pid = 1;
	s.out = out_new(output.stream, json);
	FUZZ_CHECK(s.out);
	out_set_stream(s.out, output.stream, notes.stream);
	s.target = &g->target;
	interrupted = 0;
	interrupt_after(PATIENCE);
	for (i = 0; i < count && !s.quit; i++)
		script_run_line(&s, lines[i]);
	interrupt_after(0);
	session_close(&s);
	fuzz_print_check(&output, json);
	fuzz_print_check(&notes, false);
}
