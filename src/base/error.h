/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed errors. A function that can fail returns `struct error *`: NULL is
 * success, anything else is owned by the caller, who passes it on or frees it
 * with error_free(). An error carries its payload (errno, the access exception
 * with its address), so that upper layers print and count without parsing text.
 */
#ifndef S390MEMCTL_BASE_ERROR_H
#define S390MEMCTL_BASE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

/* What went wrong, and with it the exit code of the program. */
enum error_kind {
	ERROR_NO = 1,		/* the answer is "no": would fault, differs, not found */
	ERROR_ACCESS = 2,	/* access exception of the guest */
	ERROR_PARTIAL = 3,	/* part of the output could not be made */
	ERROR_TARGET = 4,	/* attach or target failure, I/O on the host */
	ERROR_REFUSED = 5,	/* refused: write gate, protected guest, unsafe VMM */
	ERROR_USAGE = 64,	/* bad command line, number, expression */
};

struct error_access {
	uint16_t code;		/* program-interruption code, SA22-7832 chapter 6 */
	uint64_t addr;		/* first failing logical address */
	uint8_t space;		/* enum space that the access used */
	uint8_t ar;		/* access register, if space is SPACE_AR */
	int16_t key;		/* access key or -1 */
	bool store;		/* the access was a store */
};

struct error {
	enum error_kind kind;
	int errnum;		/* errno, or 0 */
	bool fatal;		/* the session cannot go on with this target */
	struct error_access access;	/* valid if kind is ERROR_ACCESS */
	uint64_t done;		/* bytes done before the failure, where that means something */
	char *message;		/* one line: what, where; never NULL, no newline */
	char *hint;		/* what to do about it, or NULL */
};

/*
 * Make an error of a kind with a printf-style message. Never returns NULL: out
 * of memory yields a static error that says so.
 */
struct error *error_new(enum error_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull, warn_unused_result));

/* Like error_new() for a failed system call: ": strerror(errnum)" is appended. */
struct error *error_os(enum error_kind kind, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), returns_nonnull, warn_unused_result));

/*
 * Make an ERROR_ACCESS from its payload; the message names code, address,
 * space and operation (texts come from arch/pgm.h via access_error() there).
 */
struct error *error_from_access(const struct error_access *access,
				const char *fmt, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull, warn_unused_result));

/* Out of memory, as an error. Static, cannot fail. */
struct error *error_nomem(void)
	__attribute__((returns_nonnull, warn_unused_result));

/* Set (replace) the hint of an error, printf-style; returns the error. */
struct error *error_hint(struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* Put "prefix: " before the message of an error; returns the error. */
struct error *error_prefix(struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* Free an error; NULL is allowed. */
void error_free(struct error *err);

#endif
