/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Release and build id of a kernel that has no VMCOREINFO yet, from its image. Untrusted. */
#ifndef S390MEMCTL_LINUX_BANNER_H
#define S390MEMCTL_LINUX_BANNER_H

#include <stddef.h>

#include "base/error.h"
#include "linux/kmem.h"
#include "linux/place.h"

/*
 * Look through the image from _stext on for linux_banner ("Linux version ...",
 * init/version.c) and for the note with the build id (.notes). What is found is
 * copied as texts, the build id in hex digits; the rest stays as it is. place
 * must have stext. Errors: ERROR_TARGET; ERROR_PARTIAL when interrupted.
 */
struct error *banner_find(struct kmem *m, const struct kernel_place *place, char *release,
			  size_t release_size, char *build_id, size_t build_id_size);

#endif
