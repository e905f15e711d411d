/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "linux/kernel.h"
#include "linux/module-layout.h"

#define NAME_CHARS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
#define GNU_NOTE_NAME	16	/* bytes of a note before its contents: header, "GNU" */
#define NT_GNU_BUILD_ID	3
#define BUILD_ID_MAX	32	/* bytes; 20 as a rule */
#define NOTES_MAX	16	/* of a module */

const char *module_state_name(int64_t state)
{
	/* enum module_state, include/linux/module.h */
	static const char *const names[] = { "live", "loading", "unloading", "unformed" };

	return state >= 0 && state < (int64_t)(sizeof(names) / sizeof(names[0])) ? names[state] : "?";
}

/* The kernel's own names are of these characters; a path is made of one. */
static bool is_name(const char *name)
{
	return name[0] && name[0] != '.' && !name[strspn(name, NAME_CHARS)];
}

static void end_list(struct modules *m, const char *reason)
{
	m->truncated = true;
	snprintf(m->reason, sizeof(m->reason), "%s", reason);
}

/* Memory regions: Linux 6.4 has several (struct module_memory), before there were two. */
static struct error *read_regions(struct kernel *k, const struct module_layout *l,
				  struct module *mod)
{
	struct error *err = NULL;
	uint32_t size;
	size_t i;

	for (i = 0; !err && i < l->nr_regions; i++) {
		err = kmem_u32(&k->mem, mod->addr + l->regions[i] + l->region_size, &size);
		if (err)
			break;
		mod->size += size;
	}
	return err ? err : kmem_u64(&k->mem, mod->addr + l->regions[0] + l->region_base, &mod->base);
}

static void take_note(struct module *mod, const unsigned char *note, size_t len)
{
	uint32_t n, i;

	if (len < GNU_NOTE_NAME || get_be32(note) != 4 || get_be32(note + 8) != NT_GNU_BUILD_ID ||
	    memcmp(note + 12, "GNU", 4) != 0)
		return;
	n = get_be32(note + 4);
	if (!n || n > BUILD_ID_MAX || n > len - GNU_NOTE_NAME)
		return;
	for (i = 0; i < n; i++)
		snprintf(mod->build_id + 2 * (size_t)i, 3, "%02x", note[GNU_NOTE_NAME + i]);
}

/* The build id stands in one of the notes that sysfs shows; not knowing it is no error. */
static void read_build_id(struct kernel *k, const struct module_layout *l, struct module *mod)
{
	unsigned char note[GNU_NOTE_NAME + BUILD_ID_MAX];
	uint64_t notes, attr, addr, len, i;
	struct error *err;
	uint32_t n;

	if (!l->has_notes)
		return;
	err = kmem_u64(&k->mem, mod->addr + l->notes_attrs, &notes);
	if (!err && notes)
		err = kmem_u32(&k->mem, notes + l->notes_count, &n);
	for (i = 0; !err && notes && i < n && i < NOTES_MAX && !mod->build_id[0]; i++) {
		attr = notes + l->notes_array + i * l->attr_stride;
		err = kmem_u64(&k->mem, attr + l->attr_private, &addr);
		if (!err)
			err = kmem_u64(&k->mem, attr + l->attr_size, &len);
		if (!err) {
			len = kmem_read_some(&k->mem, addr, note, len < sizeof(note) ? len : sizeof(note));
			take_note(mod, note, len);
		}
	}
	error_free(err);
}

static struct error *read_module(struct kernel *k, const struct module_layout *l,
				 struct module *mod)
{
	uint32_t state;
	struct error *err = kmem_string(&k->mem, mod->addr + l->name, mod->name,
					l->name_size < sizeof(mod->name) ? l->name_size :
									   sizeof(mod->name));

	if (!err)
		err = kmem_u32(&k->mem, mod->addr + l->state, &state);
	if (err)
		return err;
	mod->state = (int32_t)state;
	err = read_regions(k, l, mod);
	if (!err)
		read_build_id(k, l, mod);
	return err;
}

static struct error *add_module(struct modules *m, const struct module *mod, size_t *room)
{
	struct module *list = m->list;

	if (m->n == *room) {
		*room = *room ? 2 * *room : 16;
		list = realloc(m->list, *room * sizeof(*list));
		if (!list)
			return error_nomem();
		m->list = list;
	}
	list[m->n++] = *mod;
	return NULL;
}

static bool seen(const struct modules *m, uint64_t addr)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		if (m->list[i].addr == addr)
			return true;
	}
	return false;
}

/* Errors of the guest's making end the list, others the command. */
static struct error *damaged(struct modules *m, struct error *err)
{
	if (err->kind != ERROR_ACCESS)
		return err;
	end_list(m, err->message);
	error_free(err);
	return NULL;
}

static struct error *walk(struct kernel *k, const struct module_layout *l, uint64_t head,
			  struct modules *m)
{
	struct module *mod = calloc(1, sizeof(*mod));
	struct error *err = mod ? NULL : error_nomem();
	uint64_t entry = head;
	size_t room = 0;

	while (!err) {
		err = kmem_u64(&k->mem, entry, &entry);
		if (err || entry == head)
			break;
		*mod = (struct module){ .addr = entry - l->list };
		if (seen(m, mod->addr) || m->n == MODULES_MAX) {
			end_list(m, m->n == MODULES_MAX ? "too many modules" : "a loop in the list");
			break;
		}
		err = read_module(k, l, mod);
		if (!err && !is_name(mod->name)) {
			end_list(m, "a module without a name");
			break;
		}
		if (!err)
			err = add_module(m, mod, &room);
	}
	free(mod);
	return err ? damaged(m, err) : NULL;
}

struct error *modules_read(struct kernel *k, struct modules *m)
{
	struct module_layout layout;
	struct types *types;
	uint64_t head;
	struct error *err;

	*m = (struct modules){ .list = NULL };
	err = kernel_symbol(k, "modules", &head);
	if (!err)
		err = kernel_types(k, &types);
	if (!err)
		err = module_layout_get(types, &layout);
	if (!err)
		err = walk(k, &layout, head, m);
	if (err)
		modules_free(m);
	return err;
}

void modules_free(struct modules *m)
{
	free(m->list);
	*m = (struct modules){ .list = NULL };
}
