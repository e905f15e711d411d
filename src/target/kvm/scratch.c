/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/kvm/live.h"
#include "target/kvm/procfs.h"
#include "target/kvm/stop-at.h"

#define MAPS_MAX	(64U << 20)	/* a VMM with more mappings than that is not looked through */
#define LEFTOVERS_MAX	64
#define HEADER_WAIT_NS	20000000ULL

size_t scratch_find(char *maps, uint64_t *addrs, size_t max)
{
	struct procfs_map map;
	size_t count = 0;
	int ret;

	while (count < max && (ret = procfs_next_map(&maps, &map)) != 0) {
		if (ret < 0)
			continue;
		if (map.end - map.start != SCRATCH_SIZE || !map.shared || !map.read ||
		    !map.write || map.exec || map.offset ||
		    strcmp(map.path, "/dev/zero (deleted)") != 0)
			continue;
		addrs[count++] = map.start;
	}
	return count;
}

enum scratch_owner scratch_judge(const struct scratch_header *header,
				 const struct scratch_header *self,
				 uint64_t owner_start)
{
	static const struct scratch_header none;

	/*
	 * Mapped, but its maker died before it could write the header: makers
	 * hold a lock until the header is there, and we hold it now.
	 */
	if (!memcmp(header, &none, sizeof(none)))
		return SCRATCH_DEAD;
	if (header->magic != SCRATCH_MAGIC || header->version != SCRATCH_VERSION ||
	    header->pid <= 0)
		return SCRATCH_FOREIGN;
	/* A PID of another namespace means nothing here. */
	if (header->pid_ns != self->pid_ns || header->time_ns != self->time_ns)
		return SCRATCH_ALIVE;
	return owner_start == SCRATCH_HIDDEN || owner_start == header->start_time ?
	       SCRATCH_ALIVE : SCRATCH_DEAD;
}

/* The start time of a process, 0 if there is none with that PID. */
static uint64_t start_time_of(const char *proc, pid_t pid)
{
	struct procfs_stat st;
	int dir = procfs_open(proc, pid);
	int ret;

	if (dir < 0)
		return 0;
	ret = procfs_stat(dir, &st);
	close(dir);
	return ret < 0 ? 0 : st.start_time;
}

/*
 * The same of an owner. With hidepid=, proc(5), /proc does not show other users' processes: that is
 * no reason to take from them what they work with.
 */
static uint64_t owner_start(const struct live *l, pid_t pid)
{
	uint64_t start = start_time_of(l->proc, pid);

	if (!start && procfs_self(l->proc) == getpid() && (!kill(pid, 0) || errno != ESRCH))
		return SCRATCH_HIDDEN;
	return start;
}

static uint64_t namespace_inode(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : (uint64_t)st.st_ino;
}

/* The header of a mapping that is ours. */
static struct scratch_header own_header(const struct live *l)
{
	struct scratch_header h = {
		.magic = SCRATCH_MAGIC,
		.version = SCRATCH_VERSION,
		.pid = (int32_t)procfs_self(l->proc),
		.pid_ns = namespace_inode("/proc/self/ns/pid"),
		.time_ns = namespace_inode("/proc/self/ns/time"),
	};

	h.start_time = start_time_of(l->proc, h.pid);
	return h;
}

/*
 * A header in the VMM. Makers hold a lock until theirs is there, but who has another /proc
 * mounted holds another lock: one that is not there yet gets a moment.
 */
static struct error *read_header(struct live *l, uint64_t addr, struct scratch_header *header)
{
	struct error *err = inject_peek(l->inj, addr, header, sizeof(*header));

	if (err || header->magic)
		return err;
	live_sleep_ns(HEADER_WAIT_NS);
	return inject_peek(l->inj, addr, header, sizeof(*header));
}

/*
 * Look for a leftover whose owner is dead and make it ours. Anything that
 * goes wrong just means that there is none: a new one will be mapped.
 */
static void adopt_leftover(struct live *l, int dir)
{
	uint64_t addrs[LEFTOVERS_MAX];
	struct scratch_header self = own_header(l), header;
	struct buf maps = BUF_INIT;
	struct error *err;
	size_t count = 0, i;

	if (procfs_read(dir, "maps", MAPS_MAX, &maps) >= 0 && !buf_failed(&maps) && maps.len)
		count = scratch_find(maps.data, addrs, LEFTOVERS_MAX);
	buf_free(&maps);
	for (i = 0; i < count && !l->scratch.addr; i++) {
		err = read_header(l, addrs[i], &header);
		if (!err && scratch_judge(&header, &self, owner_start(l, header.pid)) ==
			    SCRATCH_DEAD) {
			err = inject_poke(l->inj, addrs[i], &self, sizeof(self));
			if (!err) {
				log_verbose(l->t.log, 1,
					    "taking over the scratch mapping %#llx that process %d has left in PID %d",
					    (unsigned long long)addrs[i], header.pid, l->pid);
				l->scratch.addr = addrs[i];
			}
		}
		error_free(err);
	}
}

/* mmap(2) in the stopped thread. *result: the address, or -errno. */
static struct error *call_mmap(struct live *l, int64_t *result)
{
	uint64_t args[6] = {
		0, SCRATCH_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, (uint64_t)-1, 0,
	};
#ifdef __s390x__
	/* mmap takes a pointer to its six arguments there (sys_old_mmap). */
	uint64_t area = live_stack_area(l);
	uint64_t indirect[6] = { area };
	struct error *err = live_poke(l, area, args, sizeof(args));

	if (err)
		return err;
	return inject_call(l->inj, SYS_mmap, indirect, NULL, result);
#else
	return inject_call(l->inj, SYS_mmap, args, NULL, result);
#endif
}

static struct error *map_new(struct live *l)
{
	struct scratch_header self = own_header(l);
	struct error *err;
	int64_t result = 0;

	err = live_stop(l);
	if (err)
		return err;
	err = live_finish(l, call_mmap(l, &result));
	if (err)
		return err;
	if (result < 0 && result > -4096) {
		log_warn(l->t.log, "cannot map %u bytes in PID %d: %s; going on with small calls",
			 SCRATCH_SIZE, l->pid, strerror((int)-result));
		l->no_scratch = true;
		return NULL;
	}
	l->scratch.addr = (uint64_t)result;
	stop_at("mapped");
	err = live_poke(l, l->scratch.addr, &self, sizeof(self));
	if (!err)
		log_verbose(l->t.log, 1, "mapped %u bytes of scratch memory in PID %d at %#llx",
			    SCRATCH_SIZE, l->pid, (unsigned long long)l->scratch.addr);
	return err;
}

/* ENGINE_DIRECT: our own memory does. */
static struct error *map_here(struct live *l)
{
	void *p = mmap(NULL, SCRATCH_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return error_os(ERROR_TARGET, errno, "cannot map %u bytes", SCRATCH_SIZE);
	l->scratch.addr = (uint64_t)(uintptr_t)p;
	return NULL;
}

struct error *scratch_get(struct live *l)
{
	struct error *err;
	int dir;

	if (l->scratch.addr || l->no_scratch)
		return NULL;
	if (l->engine == ENGINE_DIRECT)
		return map_here(l);
	if (!l->inj) {
		err = live_stop(l);
		if (!err)
			err = live_resume(l);
		if (err)
			return err;
	}
	/*
	 * One at a time for each VMM: two that attach to different vCPUs must
	 * not take the same leftover. The lock goes with the descriptor, so
	 * with us.
	 */
	dir = procfs_open(l->proc, l->pid);
	if (dir < 0)
		return error_os(ERROR_TARGET, -dir, "cannot open %s/%d", l->proc, l->pid);
	if (flock(dir, LOCK_EX) < 0) {
		err = error_os(ERROR_TARGET, errno, "cannot lock %s/%d", l->proc, l->pid);
	} else {
		adopt_leftover(l, dir);
		err = l->scratch.addr ? NULL : map_new(l);
	}
	close(dir);
	return err;
}

struct error *scratch_put(struct live *l)
{
	uint64_t args[6] = { l->scratch.addr, SCRATCH_SIZE };
	struct error *err;
	int64_t result = 0;

	if (!l->scratch.addr)
		return NULL;
	if (l->engine == ENGINE_DIRECT) {
		munmap((void *)(uintptr_t)l->scratch.addr, SCRATCH_SIZE);
		l->scratch.addr = 0;
		return NULL;
	}
	err = live_stop(l);
	if (!err)
		err = live_finish(l, inject_call(l->inj, SYS_munmap, args, NULL, &result));
	if (!err && result)
		err = error_os(ERROR_TARGET, (int)-result, "munmap failed");
	if (err)
		err = error_prefix(err, "%u bytes of scratch memory stay mapped in PID %d at %#llx",
				   SCRATCH_SIZE, l->pid, (unsigned long long)l->scratch.addr);
	l->scratch.addr = 0;
	return err;
}
