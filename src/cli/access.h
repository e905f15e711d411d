/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands on memory have in common: options, addresses, ranges, and which space was used. */
#ifndef S390MEMCTL_CLI_ACCESS_H
#define S390MEMCTL_CLI_ACCESS_H

#include "cli/command.h"
#include "cli/session.h"

/* Rows of a command's option table that access_parse() understands. */
#define ACCESS_OPTION_SPACE \
	{ "space", 0, "SPACE", "auto: the PSW's (default); pri, sec, home, arN, alet=X, asce=X, real, abs, sida" }
#define ACCESS_OPTION_AR \
	{ "ar", 0, "N", "access register 0-15, for a vCPU in access-register mode (default 0)" }
#define ACCESS_OPTION_KEY \
	{ "key", 0, "K", "access with this access key, 0-15" }
#define ACCESS_OPTION_ENGINE \
	{ "engine", 0, "ENGINE", "auto (default), ioctl: KVM, walk: own translation, or both, compared" }
#define ACCESS_OPTION_INJECT \
	{ "inject", 0, NULL, "deliver an access exception to the guest; needs --write" }
#define ACCESS_OPTIONS \
	ACCESS_OPTION_SPACE, ACCESS_OPTION_AR, ACCESS_OPTION_KEY, ACCESS_OPTION_ENGINE

/*
 * Make an access from the options of ACCESS_OPTIONS and ACCESS_OPTION_INJECT,
 * as far as the command has them; its address is 0.
 * Errors: ERROR_USAGE for bad values and combinations that mean nothing,
 * ERROR_REFUSED for --inject without --write. Warns about --inject.
 */
struct error *access_parse(struct session *s, const struct command_args *args, struct access *a);
/*
 * Evaluate the address of an access: an expression, with an address space
 * before it that goes before that of --space. Attaches when a register is named.
 * Errors: ERROR_USAGE; those of the registers.
 */
struct error *access_addr(struct session *s, const char *text, struct access *a);
/*
 * Attach, and see what the access needs to know of the vCPU: the address of a
 * symbol is one of home space where the PSW selects another space. To be called
 * once before the accesses. Errors: those of session_attach(); ERROR_USAGE for
 * an engine that the target has not.
 */
struct error *access_ready(struct session *s, struct access *a);
/* A small decimal or hexadecimal number, 0 to max; what names it. ERROR_USAGE. */
struct error *access_number(const char *text, const char *what, unsigned int max,
			    unsigned int *value);
/* ERROR_USAGE if len bytes from addr pass 2^64 (they may end there). */
struct error *access_check_range(uint64_t addr, uint64_t len);
/*
 * Tell which space the last access of the target used: JSON member "space",
 * in text mode a note if it was SPACE_AUTO that asked; and warn if an access
 * register was given but not used. Errors: what has been printed before could
 * not be written.
 */
struct error *access_tell_space(struct session *s, const struct access *a);
/* The typed error of a hole that was met by a. */
struct error *access_hole_error(const struct session *s, const struct access *a, bool store,
				uint64_t addr, uint16_t code)
	__attribute__((returns_nonnull));

#endif
