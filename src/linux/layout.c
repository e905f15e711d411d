/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/layout.h"

#include <inttypes.h>
#include <stdio.h>

#define NAME_MAX_LEN	128

static struct error *check_number(const char *type, const char *member, uint64_t value)
{
	if (value <= LAYOUT_MAX)
		return NULL;
	return error_new(ERROR_USAGE, "%s%s%s of the guest's kernel cannot be at %" PRIu64,
			 type, member ? "." : "", member ? member : "", value);
}

static bool from_vmcoreinfo(const struct kernel *k, const char *type, const char *member,
			    uint64_t *value)
{
	char name[NAME_MAX_LEN];
	int n;

	if (!member)
		return vmcoreinfo_size(&k->info, type, value);
	n = snprintf(name, sizeof(name), "%s.%s", type, member);
	return n > 0 && (size_t)n < sizeof(name) && vmcoreinfo_offset(&k->info, name, value);
}

static struct error *from_types(struct kernel *k, const char *type, const char *member,
				uint64_t *value, uint64_t *size)
{
	struct types *types;
	struct error *err = kernel_types(k, &types);

	if (err)
		return error_prefix(err, "%s%s%s is not known", type, member ? "." : "",
				    member ? member : "");
	return member ? types_member(types, type, member, value, size) :
		types_size(types, type, value);
}

static struct error *get_number(struct kernel *k, const char *type, const char *member,
				uint64_t *value, uint64_t *size)
{
	struct error *err;

	if (size)
		*size = 0;
	if (!from_vmcoreinfo(k, type, member, value)) {
		err = from_types(k, type, member, value, size);
		if (err)
			return err;
	}
	return check_number(type, member, *value);
}

struct error *layout_fill(struct kernel *k, const struct layout_row *rows, size_t nr,
			  void *numbers)
{
	struct error *err;
	uint64_t *value;
	size_t i;

	for (i = 0; i < nr; i++) {
		value = (uint64_t *)(void *)((char *)numbers + rows[i].at);
		err = get_number(k, rows[i].type, rows[i].member, value, NULL);
		if (err && err->kind == ERROR_NO && rows[i].optional) {
			error_free(err);
			err = NULL;
			*value = LAYOUT_NONE;
		}
		if (err)
			return err;
	}
	return NULL;
}

struct error *layout_member(struct kernel *k, const char *type, const char *member,
			    uint64_t *offset, uint64_t *size)
{
	return get_number(k, type, member, offset, size);
}
