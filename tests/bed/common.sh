# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What fetch.sh and sysroot.sh share: messages, steps with a heartbeat, the
# lock of the cache. Included by bed, which sets $here and $cache.

: "${here:?}" "${cache:?}"

step_pid=
heartbeat_pid=

say() {
	printf 'bed: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# Terminates what step() has started: both are leaders of process groups.
end_step() {
	local pid

	for pid in $step_pid $heartbeat_pid; do
		kill -TERM -- "-$pid" 2>/dev/null || true
	done
	step_pid=
	heartbeat_pid=
}

heartbeat() {
	local start=$SECONDS

	while sleep 4; do
		say "$1, $((SECONDS - start)) s"
	done
}

# step TEXT COMMAND [ARGUMENT]...
# Runs the command, announced by one line and with a line every four seconds
# while it lasts. Its output is shown only when it fails, which ends bed.
step() {
	local text=$1 log status=0

	shift
	say "$text"
	log=$(mktemp)
	trap 'end_step; rm -f "$log"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	set -m
	(set -eo pipefail; "$@") </dev/null >"$log" 2>&1 &
	step_pid=$!
	heartbeat "$text" </dev/null &
	heartbeat_pid=$!
	set +m
	wait "$step_pid" || status=$?
	step_pid=
	end_step
	if [ "$status" -ne 0 ]; then
		tail -n 20 "$log" >&2
		die "failed: $text"
	fi
	rm -f "$log"
	trap - EXIT INT TERM
}

# Holds the cache for this process, so that two beds do not fill it at once.
lock_cache() {
	local start=$SECONDS

	mkdir -p "$cache" || die "cannot make $cache; set S390MEMCTL_CACHE"
	# Git ignores the cache wherever it lies.
	echo "*" >"$cache/.gitignore"
	exec {lock_fd}>"$cache/lock"
	until flock -w 4 "$lock_fd"; do
		say "another bed fills the cache, waiting, $((SECONDS - start)) s"
	done
}

unlock_cache() {
	exec {lock_fd}>&-
}

# need_program PROGRAM PACKAGE
need_program() {
	command -v "$1" >/dev/null ||
		die "$1 is missing: apt-get install $2"
}
