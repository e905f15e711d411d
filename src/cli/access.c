/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/access.h"

#include <inttypes.h>
#include <string.h>

#include "arch/pgm.h"
#include "base/buf.h"

struct error *access_number(const char *text, const char *what, unsigned int max,
			    unsigned int *value)
{
	uint64_t v;
	struct error *err = number_parse(text, what, 64, 0, &v);

	if (err)
		return err;
	if (v > max)
		return error_new(ERROR_USAGE, "%s %" PRIu64 " is out of range (0 to %u)", what, v,
				 max);
	*value = (unsigned int)v;
	return NULL;
}

static struct error *parse_space(const char *name, enum space *space)
{
	struct buf shown = BUF_INIT;
	struct error *err = NULL;
	int found = space_parse(name);

	if (found == SPACE_AUTO || found == SPACE_ABSOLUTE || found == SPACE_SIDA) {
		*space = (enum space)found;
		return NULL;
	}
	buf_add_escaped(&shown, name, strlen(name));
	err = error_new(ERROR_USAGE, "--space takes auto, abs or sida, not '%s'", buf_str(&shown));
	buf_free(&shown);
	return err;
}

/* Options that mean nothing in a space: KVM_S390_MEM_OP takes them in logical accesses only. */
static struct error *check_combination(const struct access *a, bool has_ar)
{
	const char *space = space_short_name(a->space);

	if (a->space == SPACE_AUTO)
		return NULL;
	if (has_ar)
		return error_new(ERROR_USAGE, "--ar means nothing with --space=%s", space);
	if (a->inject)
		return error_new(ERROR_USAGE, "--inject means nothing with --space=%s", space);
	if (a->space == SPACE_SIDA && a->key >= 0)
		return error_new(ERROR_USAGE, "--key means nothing with --space=%s", space);
	return NULL;
}

struct error *access_parse(struct session *s, const struct command_args *args, struct access *a)
{
	const char *space = command_opt(args, "space"), *ar = command_opt(args, "ar");
	const char *key = command_opt(args, "key");
	struct error *err = NULL;
	unsigned int number;

	*a = (struct access)ACCESS_INIT(0);
	if (space)
		err = parse_space(space, &a->space);
	if (!err && ar) {
		err = access_number(ar, "access register", 15, &number);
		if (!err)
			a->ar = (uint8_t)number;
	}
	if (!err && key) {
		err = access_number(key, "access key", 15, &number);
		if (!err)
			a->key = (int16_t)number;
	}
	a->inject = command_opt(args, "inject") != NULL;
	if (!err)
		err = check_combination(a, ar != NULL);
	if (err || !a->inject)
		return err;
	if (!s->write)
		return error_hint(error_new(ERROR_REFUSED, "--inject would interrupt the guest"),
				  "start s390memctl with --write to allow it");
	log_warn(&s->log, "an access exception will be delivered to the guest as a program interruption");
	return NULL;
}

struct error *access_check_range(uint64_t addr, uint64_t len)
{
	if (len - 1 <= UINT64_MAX - addr)
		return NULL;
	return error_new(ERROR_USAGE, "the range of %" PRIu64 " bytes from 0x%" PRIx64 " passes 2^64",
			 len, addr);
}

struct error *access_tell_space(struct session *s, const struct access *a)
{
	enum space used = s->target->last_space;
	/* Notes come behind the data that they are about. */
	struct error *err = out_flush(s->out);

	out_str(s->out, "space", space_short_name(used));
	if (used == SPACE_AR)
		out_num(s->out, "ar", a->ar);
	if (err || a->space != SPACE_AUTO || used == SPACE_AUTO)
		return err;
	if (a->ar && used != SPACE_AR)
		log_warn(&s->log,
			 "access register %u was not used: the vCPU is not in access-register mode",
			 a->ar);
	if (out_is_json(s->out))
		return NULL;
	if (used == SPACE_AR)
		log_note(&s->log, "%s, access register %u, as the PSW says", space_name(used), a->ar);
	else
		log_note(&s->log, "%s, as the PSW says", space_name(used));
	return NULL;
}

struct error *access_hole_error(const struct session *s, const struct access *a, bool store,
				uint64_t addr, uint16_t code)
{
	struct error_access payload = {
		.code = code,
		.addr = addr,
		.space = (uint8_t)s->target->last_space,
		.ar = a->ar,
		.key = a->key,
		.store = store,
	};

	return pgm_access_error(&payload);
}
