/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/access.h"

#include <inttypes.h>
#include <string.h>

#include "arch/pgm.h"
#include "arch/psw.h"
#include "base/buf.h"
#include "cli/space-arg.h"
#include "target/walk.h"

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

static struct error *parse_engine(const char *name, enum access_engine *engine)
{
	static const char *const names[] = {
		[ACCESS_ENGINE_AUTO] = "auto", [ACCESS_ENGINE_IOCTL] = "ioctl",
		[ACCESS_ENGINE_WALK] = "walk", [ACCESS_ENGINE_BOTH] = "both",
	};
	struct buf shown = BUF_INIT;
	struct error *err;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i])) {
			*engine = (enum access_engine)i;
			return NULL;
		}
	}
	buf_add_escaped(&shown, name, strlen(name));
	err = error_new(ERROR_USAGE, "--engine takes auto, ioctl, walk or both, not '%s'",
			buf_str(&shown));
	buf_free(&shown);
	return err;
}

/* Options that mean nothing in a space, or with an engine. */
static struct error *check_combination(const struct access *a, bool has_ar)
{
	const char *space = space_short_name(a->space);

	if (a->inject && (a->engine == ACCESS_ENGINE_WALK || a->engine == ACCESS_ENGINE_BOTH))
		return error_new(ERROR_USAGE, "--inject means nothing with --engine=walk or both: KVM delivers exceptions");
	if (a->space == SPACE_SIDA && a->engine != ACCESS_ENGINE_AUTO &&
	    a->engine != ACCESS_ENGINE_IOCTL)
		return error_new(ERROR_USAGE, "the SIDA is known to KVM only: --engine=walk or both mean nothing there");
	if (a->space == SPACE_AUTO)
		return NULL;
	if (has_ar && a->space != SPACE_AR)
		return error_new(ERROR_USAGE, "--ar means nothing with --space=%s", space);
	if (a->inject)
		return error_new(ERROR_USAGE, "--inject means nothing with --space=%s", space);
	if (a->space == SPACE_SIDA && a->key >= 0)
		return error_new(ERROR_USAGE, "--key means nothing with --space=%s", space);
	return NULL;
}

/* --space and --ar. */
static struct error *parse_space(const char *space, const char *ar, struct access *a)
{
	bool bare_ar = false;
	struct error *err = NULL;
	unsigned int number;

	if (space)
		err = space_arg_parse(space, strlen(space), a, &bare_ar);
	if (!err && bare_ar && !ar)
		err = error_hint(error_new(ERROR_USAGE, "--space=ar needs an access register"),
				 "write --space=arN");
	if (!err && ar && a->space == SPACE_AR && !bare_ar)
		err = error_new(ERROR_USAGE, "--ar means nothing with --space=ar%u", a->ar);
	if (err || !ar)
		return err;
	err = access_number(ar, "access register", 15, &number);
	if (!err)
		a->ar = (uint8_t)number;
	return err;
}

/* An option, or the setting of its name if the command has such an option. */
static const char *option_or(const struct command_args *args, const char *name, const char *setting)
{
	const struct command_option *row = args->cmd->options;

	if (command_opt(args, name))
		return command_opt(args, name);
	while (row && row->name && strcmp(row->name, name))
		row++;
	return row && row->name ? setting : NULL;
}

struct error *access_parse(struct session *s, const struct command_args *args, struct access *a)
{
	const char *ar = command_opt(args, "ar"), *key = option_or(args, "key", s->settings.key);
	const char *space = option_or(args, "space", s->settings.space);
	const char *engine = command_opt(args, "engine");
	struct error *err;
	unsigned int number;

	*a = (struct access)ACCESS_INIT(0);
	s->home_despite = SPACE_AUTO;
	err = parse_space(space, ar, a);
	if (!err && option_or(args, "engine", ""))
		a->engine = (enum access_engine)s->settings.engine;
	if (!err && key && strcmp(key, "none")) {
		err = access_number(key, "access key", 15, &number);
		if (!err)
			a->key = (int16_t)number;
	}
	if (!err && engine)
		err = parse_engine(engine, &a->engine);
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

struct error *access_addr(struct session *s, const char *text, struct access *a)
{
	size_t len = space_arg_length(text), colon = strcspn(text, ":");
	bool had_ar = a->space == SPACE_AUTO && a->ar;
	struct error *err = NULL;

	if (len) {
		err = space_arg_parse(text, len - 1, a, NULL);
		if (!err)
			err = check_combination(a, had_ar);
	} else if (text[colon]) {
		/* No symbol of a kernel has a colon in its name. */
		err = space_arg_parse(text, colon, a, NULL);
	}
	a->symbolic = false;
	return err ? err : session_expr_in(s, text + len, a, &a->addr, &a->symbolic);
}

/* The ASCE that the PSW selects; false if it is none of a control register. */
static bool psw_asce(const struct s390_regs *regs, uint64_t *asce)
{
	switch (psw_space(regs->psw_mask)) {
	case SPACE_PRIMARY:
		*asce = regs->crs[1];
		return true;
	case SPACE_SECONDARY:
		*asce = regs->crs[7];
		return true;
	case SPACE_HOME:
		*asce = regs->crs[13];
		return true;
	default:
		return false;
	}
}

/* Is the address translated in home space? A reason why that cannot be told is only logged. */
static bool is_in_home(struct session *s, const struct access *a)
{
	struct target *t = s->target;
	struct access home = *a;
	struct walk *w = NULL;
	struct error *err;
	uint64_t done;

	home.space = SPACE_HOME;
	home.key = -1;
	err = t->ops->walk(t, &w);
	if (!err)
		err = walk_check(w, &home, false, 1, &done);
	if (err && err->kind != ERROR_ACCESS)
		log_verbose(&s->log, 1, "home space is not looked into for the symbol: %s",
			    err->message);
	error_free(err);
	return !err;
}

/*
 * A Linux kernel runs in home space (CR13). Where the PSW selects another one,
 * a symbol of the kernel is not there, or something else is: take home space if
 * the address is translated there. Where the PSW selects it, too, hold it fast: a
 * guest that runs may be elsewhere a moment later.
 */
static struct error *choose_home(struct session *s, struct access *a)
{
	struct target *t = s->target;
	struct s390_regs regs;
	struct error *err;
	uint64_t asce;
	bool take;

	if (!t->ops->walk || !t->ops->regs)
		return NULL;
	err = t->ops->regs(t, true, &regs);
	if (err)
		return err;
	if (psw_asce(&regs, &asce) && asce == regs.crs[13])
		take = t->ops->live;
	else
		take = is_in_home(s, a);
	if (take) {
		a->space = SPACE_HOME;
		s->home_despite = psw_space(regs.psw_mask);
	}
	return NULL;
}

struct error *access_ready(struct session *s, struct access *a)
{
	struct error *err = session_attach(s);

	if (err)
		return err;
	if (!s->target->ops->has_ioctl &&
	    (a->engine == ACCESS_ENGINE_IOCTL || a->engine == ACCESS_ENGINE_BOTH))
		return error_new(ERROR_USAGE, "--engine=ioctl and both are for live vCPUs of KVM: here is none to ask");
	if (a->space != SPACE_AUTO || !a->symbolic || a->inject || a->engine == ACCESS_ENGINE_IOCTL)
		return NULL;
	return choose_home(s, a);
}

struct error *access_check_range(uint64_t addr, uint64_t len)
{
	if (len - 1 <= UINT64_MAX - addr)
		return NULL;
	return error_new(ERROR_USAGE, "the range of %" PRIu64 " bytes from 0x%" PRIx64 " passes 2^64",
			 len, addr);
}

/* JSON: the space, and what is told beside it. */
static void tell_members(struct session *s, const struct access *a, enum space used)
{
	out_str(s->out, "space", space_short_name(used));
	if (used == SPACE_AR)
		out_num(s->out, "ar", a->ar);
	if (used == SPACE_ALET)
		out_hex(s->out, "alet", a->alet);
	if (used == SPACE_ASCE)
		out_hex(s->out, "asce", a->asce);
	if (s->home_despite != SPACE_AUTO && s->home_despite != SPACE_HOME)
		out_str(s->out, "instead_of", space_short_name(s->home_despite));
	if (a->engine != ACCESS_ENGINE_AUTO)
		out_str(s->out, "engine", a->engine == ACCESS_ENGINE_IOCTL ? "ioctl" :
			a->engine == ACCESS_ENGINE_WALK ? "walk" : "both");
}

struct error *access_tell_space(struct session *s, const struct access *a)
{
	enum space used = s->target->last_space;
	/* Notes come behind the data that they are about. */
	struct error *err = out_flush(s->out);

	tell_members(s, a, used);
	if (err)
		return err;
	if (s->home_despite == SPACE_HOME && !out_is_json(s->out))
		log_note(&s->log, "%s, as the PSW says", space_name(used));
	else if (s->home_despite != SPACE_AUTO && !out_is_json(s->out))
		log_note(&s->log, "%s: the symbols are the kernel's, and the PSW says %s",
			 space_name(used), space_name(s->home_despite));
	if (a->space != SPACE_AUTO || used == SPACE_AUTO)
		return NULL;
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
