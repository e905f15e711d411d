# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What quickstart needs to say what it does: timed lines, jobs with a log and
# a heartbeat, Debian packages, the sum of test results. Sets nothing outside.

: "${logs:?}"

HEARTBEAT=4
declare -A job_pid job_text job_began job_status
spoke=0

# say TEXT: one line with the time since the start
say() {
	printf '[%4d s] %s\n' "$SECONDS" "$*"
	spoke=$SECONDS
}

die() {
	say "quickstart: $*" >&2
	exit 1
}

# job_log NAME: the file with a job's output
job_log() {
	printf '%s/%s.log' "$logs" "$1"
}

# last_line FILE: its last line with text, as far as it fits
last_line() {
	tail -c 4096 "$1" | tr '\r' '\n' | tr -cd '\n\40-\176' |
		awk 'NF { line = $0 } END { print substr(line, 1, 90) }'
}

# job_start NAME TEXT COMMAND [ARGUMENT]...: runs in the background
job_start() {
	local name=$1 text=$2

	shift 2
	mkdir -p "$logs"
	say "$text"
	job_text[$name]=$text
	job_began[$name]=$SECONDS
	unset "job_status[$name]"
	# A process group of its own, so that it can be ended with all it started.
	set -m
	("$@") </dev/null >"$(job_log "$name")" 2>&1 &
	job_pid[$name]=$!
	set +m
}

# Looks which jobs have ended; those are announced.
job_poll() {
	local name took

	for name in "${!job_pid[@]}"; do
		kill -0 "${job_pid[$name]}" 2>/dev/null && continue
		job_status[$name]=0
		wait "${job_pid[$name]}" || job_status[$name]=$?
		unset "job_pid[$name]"
		took=$((SECONDS - ${job_began[$name]}))
		if [ "${job_status[$name]}" -eq 0 ]; then
			say "done: ${job_text[$name]} ($took s)"
		else
			say "FAILED: ${job_text[$name]} ($took s)"
		fi
	done
}

job_heartbeat() {
	local name log

	[ $((SECONDS - spoke)) -ge "$HEARTBEAT" ] || return 0
	for name in "${!job_pid[@]}"; do
		log=$(job_log "$name")
		say "  $name: $(wc -l <"$log") lines: $(last_line "$log")"
	done
}

# job_wait NAME...: until these have ended; job_status tells how each did
job_wait() {
	local name

	for name in "$@"; do
		until [ -n "${job_status[$name]-}" ]; do
			job_poll
			job_heartbeat
			[ -n "${job_status[$name]-}" ] || sleep 0.3
		done
	done
}

# job_need NAME...: waits for them and gives up unless all went well
job_need() {
	local name log

	job_wait "$@"
	for name in "$@"; do
		[ "${job_status[$name]}" -ne 0 ] || continue
		log=$(job_log "$name")
		printf '%s\n' "--- the last lines of $log:" >&2
		tail -n 30 "$log" >&2
		die "failed: ${job_text[$name]}; the whole log: $log"
	done
}

# step NAME TEXT COMMAND [ARGUMENT]...: a job that must go well, waited for
step() {
	job_start "$@"
	job_need "$1"
}

# Ends every job that still runs.
job_end_all() {
	local pid

	for pid in "${job_pid[@]}"; do
		kill -TERM -- "-$pid" 2>/dev/null || true
	done
	job_pid=()
}

# missing_packages PACKAGE...: those that are not installed, one a line
missing_packages() {
	local package

	for package in "$@"; do
		# shellcheck disable=SC2016
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			printf '%s\n' "$package"
	done
}

apt_install() {
	local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q
		-o "DPkg::Lock::Timeout=300" -o "Dpkg::Use-Pty=0")

	[ "$(id -u)" -eq 0 ] || apt=(sudo -n "${apt[@]}")
	"${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"
}

# install_packages PACKAGE...: those that are missing, by apt-get
install_packages() {
	local missing

	mapfile -t missing < <(missing_packages "$@")
	if [ ${#missing[@]} -eq 0 ]; then
		say "all $# Debian packages needed are installed"
		return
	fi
	if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
		die "packages are missing; as root: apt-get install --no-install-recommends ${missing[*]}"
	fi
	step packages "installing ${#missing[@]} Debian packages: ${missing[*]}" \
		apt_install "${missing[@]}"
}

# need_commands COMMAND...: on systems without apt-get
need_commands() {
	local command missing=()

	for command in "$@"; do
		command -v "$command" >/dev/null || missing+=("$command")
	done
	[ ${#missing[@]} -eq 0 ] ||
		die "this system has no apt-get; install what brings: ${missing[*]}"
	say "no apt-get here; all commands needed are there (configure looks for the libraries)"
}

# results NAME...: the lines that automake's TAP driver printed in these jobs,
# each as "KIND JOB: TEST"
results() {
	local name

	for name in "$@"; do
		sed -nE "s/^(PASS|FAIL|XPASS|XFAIL|ERROR|SKIP): (.*)/\1 $name: \2/p" "$(job_log "$name")"
	done
}

# sum_up FILE: names every failed and every skipped test of results, then the
# figures. Fails if a test failed or none passed.
sum_up() {
	local passed failed skipped

	passed=$(grep -c '^PASS ' "$1") || true
	skipped=$(grep -c '^SKIP ' "$1") || true
	failed=$(grep -cE '^(FAIL|XPASS|XFAIL|ERROR) ' "$1") || true
	sed -n 's/^SKIP /skipped: /p' "$1"
	sed -nE 's/^(FAIL|XPASS|XFAIL|ERROR) /failed: /p' "$1"
	printf '%d passed, %d failed' "$passed" "$failed"
	[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
	printf '\n'
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
