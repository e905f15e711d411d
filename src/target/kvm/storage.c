/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/storage.h"

#include <errno.h>
#include <string.h>

#include "arch/pgm.h"
#include "target/kvm/live.h"
#include "target/process-vm.h"

#define PAGE	4096ULL

bool storage_has_absolute(const struct live *l)
{
	return LIVE_HOST_IS_S390 && l->vcpu.vm_fd >= 0 && l->extension > 0 &&
	       l->extension & KVMU_MEM_OP_EXT_BASE;
}

static bool has_ram(const struct live_storage *s)
{
	return s->ram.state == RAM_PROVEN || s->ram.state == RAM_ON_TRIAL;
}

/* May the VM's operations be asked for what the mapping has not? */
static bool may_ask_vm(const struct live *l)
{
	return l->storage.ram.state != RAM_ON_TRIAL && storage_has_absolute(l);
}

/* Keep an error that a callback can tell by a number only. */
static int keep_failure(struct live *l, struct error *err)
{
	error_free(l->storage.failure);
	l->storage.failure = err;
	return -EIO;
}

struct error *storage_doubt(void)
{
	return error_hint(error_new(ERROR_TARGET,
				    "whether the guest has storage there cannot be told: it is not in the VMM's mapping that is proven to be guest RAM, but there are others"),
			  "with Linux 5.18 on the host KVM itself knows");
}

static struct error *failure(void *arg, int errnum)
{
	struct live *l = arg;
	struct error *err = l->storage.failure;

	l->storage.failure = NULL;
	if (err && errnum == EIO)
		return err;
	error_free(err);
	if (errnum == ENXIO)
		return storage_doubt();
	return live_gone_error(l, error_os(ERROR_TARGET, errnum, "the VMM's mapping of guest RAM"));
}

/* Fetch from the mapping. *done: bytes got, in any case. */
static int read_ram(struct live *l, uint64_t addr, unsigned char *buf, size_t len, size_t *done)
{
	const struct live_ram *ram = &l->storage.ram;
	ssize_t n;

	*done = 0;
	if (len > ram->size - addr)
		len = (size_t)(ram->size - addr);
	while (*done < len) {
		n = process_vm_read(l->pid, ram->start + addr + *done, buf + *done, len - *done);
		if (n <= 0)
			return n < 0 ? -errno : -EFAULT;
		*done += (size_t)n;
	}
	return 0;
}

/* An operation of the VM has ended with err: what a callback returns. */
static int vm_result(struct live *l, struct error *err)
{
	bool outside;

	if (!err)
		return 0;
	if (err->kind != ERROR_ACCESS)
		return keep_failure(l, err);
	outside = err->access.code == PGM_ADDRESSING;
	error_free(err);
	/* Before Linux 7.0 KVM tells a failure of the host's to copy as protection. */
	return outside ? STORAGE_OUTSIDE : -EFAULT;
}

static int read_vm(struct live *l, uint64_t addr, unsigned char *buf, size_t len, size_t *done)
{
	struct access a = ACCESS_INIT(addr);

	a.space = SPACE_ABSOLUTE;
	return vm_result(l, live_read(&l->t, &a, buf, len, done));
}

/* Fetch some of it, one way or the other. *got: bytes, in any case. */
static int read_piece(struct live *l, uint64_t addr, unsigned char *buf, size_t len, size_t *got)
{
	const struct live_ram *ram = &l->storage.ram;
	int rc;

	*got = 0;
	if (has_ram(&l->storage) && addr < ram->size) {
		rc = read_ram(l, addr, buf, len, got);
		if (rc != -EFAULT || !may_ask_vm(l))
			return rc;
		if (*got)
			return 0;
		/* A page that the VMM itself may not read: KVM has the last word. */
		if (len > PAGE - addr % PAGE)
			len = (size_t)(PAGE - addr % PAGE);
	} else if (!may_ask_vm(l)) {
		return addr < ram->max ? -ENXIO : STORAGE_OUTSIDE;
	}
	return read_vm(l, addr, buf, len, got);
}

static int read_bulk(void *arg, uint64_t addr, void *buf, size_t len, size_t *done)
{
	unsigned char *p = buf;
	size_t got;
	int rc = 0;

	for (*done = 0; *done < len && !rc; *done += got)
		rc = read_piece(arg, addr + *done, p + *done, len - *done, &got);
	return rc;
}

static int read_absolute(void *arg, uint64_t addr, void *buf, size_t len)
{
	size_t done;

	return read_bulk(arg, addr, buf, len, &done);
}

static int write_bulk(void *arg, uint64_t addr, const void *buf, size_t len, size_t *done)
{
	struct live *l = arg;
	struct access a = ACCESS_INIT(addr);

	a.space = SPACE_ABSOLUTE;
	return vm_result(l, live_write(&l->t, &a, buf, len, done));
}

/* Is there storage in the MiB at addr? */
static bool is_mib_present(struct live *l, uint64_t addr)
{
	uint64_t *kept = &l->storage.mibs[addr / RAM_MIB % STORAGE_MIBS];
	struct access a = ACCESS_INIT(0);
	struct error *err;
	uint16_t code = 0;

	addr &= ~(RAM_MIB - 1);
	if (*kept & 2 && (*kept & ~3ULL) == addr)
		return *kept & 1;
	a.space = SPACE_ABSOLUTE;
	err = live_probe(&l->t, &a, false, &addr, 1, &code);
	if (err) {
		/* What is asked for next will meet the same, and can tell. */
		log_verbose(l->t.log, 1, "%s", err->message);
		error_free(err);
		return true;
	}
	*kept = addr | 2 | !code;
	return !code;
}

static uint64_t extent(void *arg, uint64_t addr, bool *present)
{
	struct live *l = arg;
	const struct live_ram *ram = &l->storage.ram;

	*present = true;
	if (has_ram(&l->storage) && addr < ram->size)
		return ram->size - addr;
	if (may_ask_vm(l)) {
		*present = is_mib_present(l, addr);
		return RAM_MIB - addr % RAM_MIB;
	}
	if (addr < ram->max) {
		l->storage.in_doubt = true;
		return ram->max - addr;
	}
	*present = false;
	return addr ? -addr : UINT64_MAX;
}

static int get_key(void *arg, uint64_t addr, uint8_t *key)
{
	struct live *l = arg;
	struct live_storage *s = &l->storage;
	struct error *err;
	bool unused;	/* all of them are 0 then */
	size_t done;

	addr &= ~(PAGE - 1);
	if (addr < s->keys_addr || (addr - s->keys_addr) / PAGE >= s->keys_count) {
		s->keys_addr = addr;
		err = skeys_get(l, addr, STORAGE_KEYS, s->keys, &done, &unused);
		s->keys_count = done;
		if (!done)
			return vm_result(l, err);
		error_free(err);
	}
	*key = s->keys[(addr - s->keys_addr) / PAGE];
	return 0;
}

struct error *storage_init(struct live *l)
{
	struct walk_storage ws = {
		.storage = {
			.arg = l,
			.read_absolute = read_absolute,
			.extent = extent,
			.get_key = get_key,
		},
		.read_bulk = read_bulk,
		.failure = failure,
		.read_only = "this host's kernel cannot write to absolute storage (it needs Linux 5.18), and what is written to the VMM's mapping of it would be lost in a live migration",
	};
	unsigned int facilities;
	struct error *err;

	if (l->storage.ready)
		return NULL;
	if (storage_has_absolute(l))
		ws.write_bulk = write_bulk;
	err = live_facilities(l, &facilities);
	if (!err)
		err = walk_init(&l->storage.walk, &ws, facilities);
	l->storage.ready = !err;
	return err;
}

void storage_free(struct live *l)
{
	if (l->storage.ready)
		walk_deinit(&l->storage.walk);
	error_free(l->storage.failure);
	l->storage.ready = false;
	l->storage.failure = NULL;
}

struct error *storage_open(struct live *l)
{
	struct error *err;

	if (!LIVE_HOST_IS_S390)
		return live_memop_error(l, KVMU_MEMOP_LOGICAL_READ, EINVAL, 0);
	err = storage_init(l);
	if (!err && l->storage.ram.state == RAM_UNKNOWN)
		err = prove_ram(l);
	if (err || l->storage.ram.state == RAM_PROVEN || storage_has_absolute(l))
		return err;
	return error_hint(error_new(ERROR_TARGET, "absolute storage cannot be got at, so addresses cannot be translated: %s",
				    l->storage.ram.why),
			  "with Linux 5.18 on the host KVM itself reads absolute storage");
}

void storage_forget(struct live *l)
{
	memset(l->storage.mibs, 0, sizeof(l->storage.mibs));
	l->storage.keys_count = 0;
}

struct error *storage_walk(struct live *l, uint8_t ar, struct live_context *context,
			   struct walk **w)
{
	struct error *err = storage_open(l);
	struct s390_regs regs;

	if (!err)
		err = live_stop(l);
	if (err)
		return err;
	live_registers(l, &regs);
	if (context)
		*context = live_context(l, ar);
	err = live_finish(l, NULL);
	walk_flush(&l->storage.walk);
	walk_set_regs(&l->storage.walk, &regs);
	storage_forget(l);
	*w = &l->storage.walk;
	return err;
}
