/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log of a guest's kernel, as dmesg(1) shows it: printk's ring buffer, the
 * lockless one of Linux 5.10 and newer (kernel/printk/printk_ringbuffer.c) and
 * the one before (3.5 to 5.9, kernel/printk/printk.c, struct printk_log).
 */
#ifndef S390MEMCTL_LINUX_PRINTK_H
#define S390MEMCTL_LINUX_PRINTK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "linux/kernel.h"

#define LOG_LEVELS	8	/* of syslog(2): 0 emerg to 7 debug */
#define LOG_TEXT_MAX	65535	/* bytes of one record's text */

struct log_record {
	uint64_t sequence;
	uint64_t time_ns;	/* since the boot */
	uint8_t level;		/* 0 to 7 */
	uint8_t facility;	/* of syslog(3), 0: kernel */
	bool has_caller;	/* caller is known (5.1 and newer) */
	uint32_t caller;	/* thread id, or CPU number with bit 0 (2^31) set */
	const char *text;	/* not terminated, not escaped; may hold newlines */
	size_t len;		/* bytes, 0 to LOG_TEXT_MAX */
};

/* Gets every record, in order; false: no more are wanted. */
typedef bool kernel_log_callback(void *arg, const struct log_record *r);

/*
 * Hand the records of the log to a callback, oldest first: the last so many
 * (0: all) of those whose level is in the mask levels (1 << level; 0: all).
 * What a live guest overwrites meanwhile is left out. Errors: ERROR_NO when the
 * buffer is not found, with what is missing; ERROR_ACCESS; ERROR_PARTIAL when
 * interrupted, and when records were damaged or could not be read, after all
 * others have been handed over.
 */
struct error *kernel_log(struct kernel *k, size_t last, unsigned int levels,
			 kernel_log_callback *callback, void *arg);

/* Name of a level ("err") and of a facility ("kern"); "" if there is none. */
const char *log_level_name(unsigned int level);
const char *log_facility_name(unsigned int facility);
/*
 * Append a record as dmesg prints it: "[    1.234567] text", further lines of
 * it below the text, all escaped, a newline at the end of each.
 */
void log_record_format(const struct log_record *r, struct buf *b);
/* Append its text alone, escaped, lines separated by newlines. */
void log_record_text(const struct log_record *r, struct buf *b);
/* Append who wrote it: "T1" (thread), "C0" (CPU), nothing if it is not known. */
void log_record_caller(const struct log_record *r, struct buf *b);

#endif
