/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/outfile.h"

#define SYSLOG_BYTES 32

struct audit {
	int fd;
	char *path;		/* printable */
	uint64_t sequence;	/* joins the two lines of a piece */
};

struct error *audit_open(const char *path, struct audit **audit)
{
	struct buf shown = BUF_INIT;
	struct audit *a = calloc(1, sizeof(*a));
	struct error *err;

	if (!a)
		return error_nomem();
	buf_add_escaped(&shown, path, strlen(path));
	a->path = strdup(buf_str(&shown));
	a->fd = -1;
	buf_free(&shown);
	err = a->path ? outfile_append(ERROR_REFUSED, "audit file", path, &a->fd) : error_nomem();
	if (err) {
		audit_close(a);
		return error_hint(err, "writes are refused as long as they cannot be recorded");
	}
	*audit = a;
	return NULL;
}

void audit_close(struct audit *a)
{
	if (!a)
		return;
	if (a->fd >= 0)
		close(a->fd);
	free(a->path);
	free(a);
}

static json_t *json_hex64(uint64_t value)
{
	char text[2 + 16 + 1];

	snprintf(text, sizeof(text), "0x%016" PRIx64, value);
	return json_string(text);
}

static json_t *json_hex_bytes(const unsigned char *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(len * 2 + 1);
	json_t *value;
	size_t i;

	if (!text)
		return NULL;
	for (i = 0; i < len; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	value = json_stringn_nocheck(text, len * 2);
	wipe_free(text, len * 2);
	return value;
}

static json_t *json_time(void)
{
	char text[sizeof("2026-01-01T00:00:00.000000Z")], day[sizeof("2026-01-01T00:00:00")];
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%06luZ", day,
		 (unsigned long)now.tv_nsec / 1000 % 1000000);
	return json_string(text);
}

/* The members that both lines of a piece have. */
static json_t *record_object(const struct audit *a, const struct audit_record *r,
			     const char *event)
{
	json_t *o = json_object();

	json_object_set_new(o, "time", json_time());
	json_object_set_new(o, "event", json_string(event));
	json_object_set_new(o, "sequence", json_integer((json_int_t)a->sequence));
	json_object_set_new(o, "tool_pid", json_integer(getpid()));
	json_object_set_new(o, "uid", json_integer(getuid()));
	json_object_set_new(o, "pid", json_integer(r->pid));
	json_object_set_new(o, "guest", json_string(r->guest));
	json_object_set_new(o, "vcpu", json_integer(r->vcpu));
	json_object_set_new(o, "command", json_string(r->command));
	json_object_set_new(o, "space", json_string(space_short_name(r->space)));
	if (r->space == SPACE_AR)
		json_object_set_new(o, "ar", json_integer(r->ar));
	if (r->space == SPACE_ALET)
		json_object_set_new(o, "alet", json_hex64(r->alet));
	if (r->space == SPACE_ASCE)
		json_object_set_new(o, "asce", json_hex64(r->asce));
	if (r->key >= 0)
		json_object_set_new(o, "key", json_integer(r->key));
	json_object_set_new(o, "address", json_hex64(r->addr));
	json_object_set_new(o, "length", json_integer((json_int_t)r->len));
	return o;
}

/* One line in one write(2); on disk when this returns. Takes o. */
static struct error *audit_line(struct audit *a, enum error_kind kind, json_t *o)
{
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	struct error *err = NULL;
	size_t len;
	ssize_t n;

	json_decref(o);
	if (!text)
		return error_nomem();
	len = strlen(text);
	text[len++] = '\n';	/* over the NUL: write(2) needs none */
	n = write(a->fd, text, len);
	if (n < 0)
		err = error_os(kind, errno, "audit file '%s'", a->path);
	else if ((size_t)n < len)
		err = error_os(kind, ENOSPC, "audit file '%s'", a->path);
	else if (fdatasync(a->fd))
		err = error_os(kind, errno, "audit file '%s'", a->path);
	wipe_free(text, len);
	return err;
}

struct error *audit_before(struct audit *a, const struct audit_record *r)
{
	struct error *err;
	json_t *o;

	if (!a)
		return NULL;
	a->sequence++;
	o = record_object(a, r, "before");
	json_object_set_new(o, "old", r->old ? json_hex_bytes(r->old, r->len) : json_null());
	if (json_object_set_new(o, "new", json_hex_bytes(r->new_, r->len))) {
		json_decref(o);
		return error_nomem();
	}
	err = audit_line(a, ERROR_REFUSED, o);
	return err ? error_hint(err, "writes are refused as long as they cannot be recorded") : NULL;
}

struct error *audit_after(struct audit *a, const struct audit_record *r, uint64_t done,
			  const char *result)
{
	json_t *o;

	if (!a)
		return NULL;
	o = record_object(a, r, "after");
	json_object_set_new(o, "done", json_integer((json_int_t)done));
	json_object_set_new(o, "result", json_string(result));
	return audit_line(a, ERROR_TARGET, o);
}

static void add_excerpt(struct buf *b, const char *label, const unsigned char *data, uint64_t len)
{
	uint64_t i;

	buf_addf(b, " %s=", label);
	if (!data)
		buf_addc(b, '?');
	for (i = 0; data && i < len && i < SYSLOG_BYTES; i++)
		buf_addf(b, "%02x", data[i]);
	if (data && len > SYSLOG_BYTES)
		buf_adds(b, "...");
}

void audit_syslog(const struct audit_record *r, uint64_t done, const char *result)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s uid=%lu pid=%d guest='%s' vcpu=%d space=%s", r->command,
		 (unsigned long)getuid(), r->pid, r->guest, r->vcpu, space_short_name(r->space));
	if (r->space == SPACE_AR)
		buf_addf(&b, " ar=%d", r->ar);
	if (r->space == SPACE_ALET)
		buf_addf(&b, " alet=0x%08x", r->alet);
	if (r->space == SPACE_ASCE)
		buf_addf(&b, " asce=0x%016" PRIx64, r->asce);
	if (r->key >= 0)
		buf_addf(&b, " key=%d", r->key);
	buf_addf(&b, " address=0x%016" PRIx64 " length=%" PRIu64, r->addr, r->len);
	if (result) {
		buf_addf(&b, " done=%" PRIu64 " result='%s'", done, result);
	} else {
		add_excerpt(&b, "old", r->old, r->len);
		add_excerpt(&b, "new", r->new_, r->len);
	}
	openlog("s390memctl", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_NOTICE, "%s", buf_str(&b));
	closelog();
	buf_free(&b);
}
