/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uptime and wall clock, from the kernel's timekeeper: kernel/time/timekeeping.c. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/endian.h"
#include "linux/layout.h"
#include "linux/sysinfo-fact.h"

#define NS_PER_SECOND	1000000000U
#define NS_PER_MS	1000000U
#define TIMEKEEPER_MAX	1024U	/* bytes */
#define TIME_MAX	((uint64_t)1 << 40)	/* seconds that are believed */
#define CORE_OFFSET	8U	/* of the timekeeper in tk_core, behind its sequence count */
#define TRIES		10U

struct timekeeper_layout {
	uint64_t size, xtime_sec, xtime_nsec, shift, to_monotonic, offs_boot;
};

#define ROW(member, field) \
	{ "timekeeper", member, offsetof(struct timekeeper_layout, field), false }

static const struct layout_row rows[] = {
	ROW(NULL, size),
	ROW("xtime_sec", xtime_sec),
	ROW("tkr_mono.xtime_nsec", xtime_nsec),
	ROW("tkr_mono.shift", shift),
	ROW("wall_to_monotonic", to_monotonic),
	ROW("offs_boot", offs_boot),
};

struct timekeeper {
	uint64_t wall_ns;	/* below a second */
	uint64_t wall_sec;	/* since 1970 */
	uint64_t uptime_ns;	/* since the boot, with the time asleep: CLOCK_BOOTTIME */
};

/* tk_core has had no type with a name until Linux 6.13 (struct tk_data). */
static struct error *find_timekeeper(struct sys *sys, uint64_t *addr)
{
	uint64_t offset;
	struct error *err;

	/* A copy that follows the real one in every update. */
	if (kernel_has_symbol(sys->k, "shadow_timekeeper", addr))
		return NULL;
	if (!kernel_has_symbol(sys->k, "timekeeper_data", addr)) {
		err = kernel_symbol(sys->k, "tk_core", addr);
		if (err)
			return err;
	}
	err = layout_member(sys->k, "tk_data", "timekeeper", &offset, NULL);
	*addr += err ? CORE_OFFSET : offset;
	error_free(err);
	return NULL;
}

/* The same bytes twice: no CPU is writing there. */
static struct error *read_twice(struct sys *sys, uint64_t addr, unsigned char *raw, size_t len)
{
	unsigned char again[TIMEKEEPER_MAX];
	struct error *err = kmem_read(&sys->k->mem, addr, again, len);
	unsigned int i;

	for (i = 0; i < TRIES && !err; i++) {
		err = kmem_read(&sys->k->mem, addr, raw, len);
		if (!err && !memcmp(raw, again, len))
			break;
		memcpy(again, raw, len);
	}
	return err;
}

static bool fits(uint64_t offset, uint64_t len, uint64_t size)
{
	return offset <= size && len <= size - offset;
}

static struct error *read_timekeeper(struct sys *sys, struct timekeeper *tk)
{
	unsigned char raw[TIMEKEEPER_MAX];
	struct timekeeper_layout l;
	uint64_t addr, mono_ns;
	struct error *err;
	uint32_t shift;

	err = find_timekeeper(sys, &addr);
	if (!err)
		err = layout_fill(sys->k, rows, sizeof(rows) / sizeof(rows[0]), &l);
	if (!err && (l.size > TIMEKEEPER_MAX || !fits(l.xtime_sec, 8, l.size) ||
		     !fits(l.xtime_nsec, 8, l.size) || !fits(l.shift, 4, l.size) ||
		     !fits(l.to_monotonic, 16, l.size) || !fits(l.offs_boot, 8, l.size)))
		err = error_new(ERROR_USAGE, "this kernel's struct timekeeper makes no sense");
	if (!err)
		err = read_twice(sys, addr, raw, l.size);
	if (err)
		return err;
	shift = get_be32(raw + l.shift) & 63;
	tk->wall_sec = get_be64(raw + l.xtime_sec);
	tk->wall_ns = get_be64(raw + l.xtime_nsec) >> shift;
	mono_ns = (tk->wall_sec + get_be64(raw + l.to_monotonic)) * NS_PER_SECOND + tk->wall_ns +
		get_be64(raw + l.to_monotonic + 8);
	tk->uptime_ns = mono_ns + get_be64(raw + l.offs_boot);
	if (tk->wall_sec > TIME_MAX || tk->wall_ns > 2U * NS_PER_SECOND || tk->uptime_ns > INT64_MAX)
		return error_new(ERROR_NO, "the kernel's timekeeper makes no sense");
	return NULL;
}

struct error *sys_uptime(struct sys *sys, struct sys_value *v)
{
	struct timekeeper tk;
	struct error *err = read_timekeeper(sys, &tk);

	if (err && err->kind == ERROR_NO && sys->log.has_messages) {
		error_free(err);
		err = NULL;
		tk.uptime_ns = sys->log.last_ns & INT64_MAX;
		v->source = "at least: time of the last log message";
	} else if (!err) {
		v->source = "as of the kernel's last timer tick";
	}
	if (err)
		return err;
	v->number = (long long)(tk.uptime_ns / NS_PER_MS);
	buf_addf(&v->text, "%lld days, %02lld:%02lld:%02lld.%02lld", v->number / 86400000,
		 v->number / 3600000 % 24, v->number / 60000 % 60, v->number / 1000 % 60,
		 v->number / 10 % 100);
	return NULL;
}

struct error *sys_wall_clock(struct sys *sys, struct sys_value *v)
{
	struct timekeeper tk;
	struct error *err = read_timekeeper(sys, &tk);
	char text[64];
	time_t seconds;
	struct tm tm;

	if (err)
		return err;
	seconds = (time_t)tk.wall_sec;
	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return error_new(ERROR_NO, "the guest's wall clock makes no sense");
	buf_adds(&v->text, text);
	v->source = "as of the kernel's last timer tick";
	return NULL;
}
