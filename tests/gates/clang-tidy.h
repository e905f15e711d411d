/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For clang-tidy alone (lint.sh), which neither sees from one source file into another
 * nor minds returns_nonnull: an error that was made is one, and what error_hint() and
 * error_prefix() give back is what they got. So "if (!err)" is what it looks like.
 */
#include "base/error.h"

static inline struct error *error_made(struct error *err)
{
	if (!err)
		__builtin_unreachable();
	return err;
}

#define error_new(...)		error_made(error_new(__VA_ARGS__))
#define error_os(...)		error_made(error_os(__VA_ARGS__))
#define error_from_access(...)	error_made(error_from_access(__VA_ARGS__))
#define error_nomem()		error_made(error_nomem())

#define error_hint(err, ...) \
	({ struct error *same = (err); (void)!error_hint(same, __VA_ARGS__); same; })
#define error_prefix(err, ...) \
	({ struct error *same = (err); (void)!error_prefix(same, __VA_ARGS__); same; })
