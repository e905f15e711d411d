/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BTF: types by name, what they are made of, their declarations. */
#include <string.h>

#include "fuzz.h"
#include "sym/type.h"

static void look_at(struct types *t, enum type_names names, const char *name)
{
	struct type_members m = { 0 };
	struct buf b = BUF_INIT;
	struct type_info info;
	struct type type;
	const char *value;
	struct error *err;
	uint64_t size;
	size_t i;

	err = types_lookup(t, names, name, &type);
	if (!err) {
		error_free(type_size(&type, &size));
		type_declare(&type, "x", &b);
		error_free(type_enumerator_name(&type, 1, &value));
		err = type_resolve(&type, &type, &info);
	}
	if (!err)
		err = type_get_members(&type, &m);
	for (i = 0; !err && i < m.count; i++) {
		type_declare(&m.list[i].type, m.list[i].name, &b);
		error_free(type_size(&m.list[i].type, &size));
	}
	FUZZ_CHECK(!strpbrk(buf_str(&b), "\033\n\r"));
	free(m.list);
	buf_free(&b);
	error_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {
		"task", "list", "state", "flags", "cpid", "int", "long unsigned int", "opaque",
	};
	static const char *const members[] = {
		"comm", "tasks.next", "pid", "parent", "matrix", "func", "tail", "prio",
	};
	static const char *const texts[] = {
		"struct task *", "unsigned long", "cpid[4]", "enum state", "union x", "task",
	};
	struct error *err;
	struct types *t;
	struct type type;
	const char *end;
	uint64_t offset;
	int64_t value;
	size_t i;

	err = types_open_btf(data, size, NULL, &t);
	if (err) {
		error_free(err);
		return 0;
	}
	for (i = 0; i < sizeof(members) / sizeof(*members); i++)
		error_free(types_member(t, "task", members[i], &offset, NULL));
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		look_at(t, TYPE_NAMES_ANY_TYPE, names[i]);
	look_at(t, TYPE_NAMES_VARIABLE, "init_task");
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		error_free(type_parse(t, texts[i], TYPE_NAMES_ANY_TYPE, &end, &type));
	types_enumerator(t, "SLEEPING", &value);
	types_close(t);
	return 0;
}
