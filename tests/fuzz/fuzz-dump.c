/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dump files of all formats: opened, and their CPUs and storage read. */
#include <string.h>

#include "fuzz.h"
#include "target/dump/dump.h"
#include "target/walk.h"

#define CPUS	4
#define FACTS	200	/* there are fewer */

static void read_at(struct target *t, uint64_t addr, enum space space)
{
	struct access a = ACCESS_INIT(addr);
	unsigned char buf[9000];
	uint64_t checked = 0;
	size_t done = 0;
	struct error *err;

	a.space = space;
	err = t->ops->read(t, &a, buf, sizeof(buf), &done);
	FUZZ_CHECK(done <= sizeof(buf) && (err || done == sizeof(buf)));
	error_free(err);
	err = t->ops->check(t, &a, false, 1 << 20, &checked);
	FUZZ_CHECK(checked <= 1 << 20);
	error_free(err);
}

static void facts(struct target *t)
{
	struct target_fact fact;
	size_t i;

	for (i = 0; t->ops->fact(t, i, &fact); i++) {
		FUZZ_CHECK(i < FACTS);
		FUZZ_CHECK(memchr(fact.value, '\0', sizeof(fact.value)));
		FUZZ_CHECK(!strpbrk(fact.value, "\033\n\r"));
	}
}

static void cpus(struct target *t)
{
	struct s390_regs regs;
	size_t i;
	int id;

	for (i = 0; i < CPUS && t->ops->cpus && t->ops->cpus(t, i, &id); i++) {
		error_free(t->ops->select_cpu(t, id));
		error_free(t->ops->regs(t, true, &regs));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t addrs[] = { 0, 0xff8, 0x10000, 0x7ffff000, 0xfffffffffffff000 };
	const struct dump_options opt = { 0 };
	struct target *t;
	struct error *err;
	char path[FUZZ_PATH];
	size_t i;

	fuzz_file(data, size, path);
	err = dump_open(path, 0, &opt, &t);
	if (err) {
		FUZZ_CHECK(!strpbrk(err->message, "\033\n\r"));
		error_free(err);
		return 0;
	}
	facts(t);
	cpus(t);
	for (i = 0; i < sizeof(addrs) / sizeof(*addrs); i++) {
		read_at(t, addrs[i], SPACE_ABSOLUTE);
		read_at(t, addrs[i], SPACE_AUTO);
	}
	error_free(t->ops->close(t));
	return 0;
}
