# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# TAP for scripts that busybox sh runs inside a bed. Include it first:
#	. ./inner/lib.sh
#
# A script is started in the directory that holds inner/ (the scripts) and
# scenarios/ (of testvmm); s390memctl and testvmm are in PATH. vmm.sh here has
# functions that start testvmm and talk to it, cli.sh one to compare whole outputs.
#
# Each check prints one line "ok N - TEXT" or "not ok N - TEXT"; done_testing
# prints the plan, and ends the script.

# shellcheck source=/dev/null
. ./inner/process.sh

tap_count=0
tap_failed=0
tap_dir=${TMPDIR:-/tmp}/tap.$$
mkdir -p "$tap_dir"

# What the last "run" left: exit status, standard output, standard error.
status=
out=$tap_dir/out
err=$tap_dir/err

# diag TEXT...: a comment in the TAP stream
diag() {
	printf '# %s\n' "$*"
}

# diag_file NAME FILE: the first lines of a file as comments
diag_file() {
	head -n 40 "$2" | tr -c '\n\40-\176' '?' | sed "s/^/#   $1: /"
}

pass() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$*"
}

fail() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$*"
}

# skip TEXT REASON
skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# skip_all REASON: ends the script
skip_all() {
	printf '1..0 # SKIP %s\n' "$*"
	exit 0
}

# run COMMAND [ARGUMENT]...: sets $status, fills $out and $err
run() {
	tap_command=$*
	status=0
	"$@" >"$out" 2>"$err" </dev/null || status=$?
}

show_run() {
	diag "command: $tap_command"
	diag "exit status: $status"
	diag_file stdout "$out"
	diag_file stderr "$err"
}

# ok TEXT COMMAND [ARGUMENT]...: the command succeeds
ok() {
	tap_text=$1
	shift
	if "$@"; then
		pass "$tap_text"
	else
		fail "$tap_text"
		diag "failed: $*"
		return 1
	fi
}

# is TEXT ACTUAL EXPECTED: the two strings are the same
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		diag "expected: $3"
		diag "got:      $2"
		return 1
	fi
}

# expect_status TEXT STATUS: how the last run ended
expect_status() {
	if [ "$status" = "$2" ]; then
		pass "$1"
	else
		fail "$1: exit status $status, expected $2"
		show_run
		return 1
	fi
}

# expect TEXT STATUS <<END: status and whole output of the last run
expect() {
	cat >"$tap_dir/expected"
	if [ "$status" = "$2" ] && cmp -s "$tap_dir/expected" "$out"; then
		pass "$1"
	else
		fail "$1"
		show_run
		diag "expected exit status: $2"
		diag_file expected "$tap_dir/expected"
		return 1
	fi
}

# like TEXT PATTERN [FILE]: a line of the last run's output matches (grep -E)
like() {
	if grep -qE -e "$2" "${3:-$out}"; then
		pass "$1"
	else
		fail "$1: nothing matches $2"
		show_run
		return 1
	fi
}

# ended_with_vmm STATUS: of a s390memctl whose VMM was killed: 4, or 143 where its thread took
# so long to end that s390memctl has let go of it by its own end
ended_with_vmm() {
	[ "$1" = 4 ] || { [ "$1" = 143 ] && grep -q "ending, so that thread" "$err"; }
}

# unlike TEXT PATTERN [FILE]: no line of it matches
unlike() {
	if grep -qE -e "$2" "${3:-$out}"; then
		fail "$1: a line matches $2"
		show_run
		return 1
	fi
	pass "$1"
}

# wait_for SECONDS COMMAND [ARGUMENT]...: tries until the command succeeds
wait_for() {
	tap_tries=$(($1 * 10))
	shift
	while [ "$tap_tries" -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
		tap_tries=$((tap_tries - 1))
	done
	return 1
}

# has_written PID: to its output file, which others cannot open and which has no
# name before all is in it
has_written() {
	# shellcheck disable=SC2012
	ls -lL "/proc/$1/fd" 2>/dev/null | awk '/^-rw-------/ && $5 > 0 { n++ } END { exit !n }'
}

# begin_dump ARGUMENT...: s390memctl in the background, its PID in $dump, what it
# says in $out and $err. Returns as soon as a part of its file is written; fails if
# it has ended before that was seen.
begin_dump() {
	s390memctl "$@" >"$out" 2>"$err" </dev/null &
	dump=$!
	tap_command="s390memctl $*"
	until has_written "$dump"; do
		lives "$dump" || return 1
	done
}

# done_testing: the plan; the exit status tells whether all was well
done_testing() {
	printf '1..%d\n' "$tap_count"
	rm -rf "$tap_dir"
	[ "$tap_failed" -eq 0 ]
	exit
}
