#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Triage of many guests at once by GNU parallel: JSON Lines on standard output.
#
#	fleet.sh hosts HOST...		all guests of these hosts, over ssh
#	fleet.sh hosts - <FILE		hosts from standard input, one a line
#	fleet.sh dumps FOLDER|FILE...	dumps on this machine
#
# Environment: S390MEMCTL_FLEET_COMMAND (default triage), S390MEMCTL_FLEET_JOBS (how
# many at once; default 16 hosts, or as many dumps as there are CPUs),
# S390MEMCTL_FLEET_TIMEOUT (seconds a guest, default 120), S390MEMCTL_FLEET_SSH
# (default ssh -o BatchMode=yes -o ConnectTimeout=10), S390MEMCTL (the program, on
# the hosts or here). On the hosts Python 3 and s390memctl are needed; log in as
# root, or as the user that runs the guests.
#
# Exit status: 0, or 1 if a line tells of an error.

set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export FLEET_HOST=$here/fleet-host.py
export FLEET_COMMAND=${S390MEMCTL_FLEET_COMMAND:-triage}
export FLEET_TIMEOUT=${S390MEMCTL_FLEET_TIMEOUT:-120}
export FLEET_SSH=${S390MEMCTL_FLEET_SSH:-ssh -o BatchMode=yes -o ConnectTimeout=10}
export S390MEMCTL=${S390MEMCTL:-s390memctl}

usage() {
	sed -n '/^#	fleet.sh/s/^#	/usage: /p' "$0" >&2
	exit 64
}

# ask_host HOST: the program itself goes there on standard input. The words that
# the shell on the other side reads are quoted for it.
ask_host() {
	local words lines status=0

	printf -v words '%q ' env "S390MEMCTL=$S390MEMCTL" python3 - "--host=$1" \
		"--command=$FLEET_COMMAND" "--timeout=$FLEET_TIMEOUT"
	# shellcheck disable=SC2086
	lines=$($FLEET_SSH "$1" "$words" <"$FLEET_HOST") || status=$?
	if [ -n "$lines" ]; then
		printf '%s\n' "$lines"
	else
		jq -nc --arg host "$1" --arg error "no answer, exit status $status" \
			'{host: $host, guest: null, pid: null, dump: null, taken: null,
			  status: null, report: null, error: $error}'
	fi
	return "$status"
}

ask_dump() {
	python3 "$FLEET_HOST" --command="$FLEET_COMMAND" --timeout="$FLEET_TIMEOUT" -- "$1"
}
export -f ask_host ask_dump

# all FUNCTION JOBS: for every word of standard input, which NUL bytes separate
all() {
	SHELL=/bin/bash parallel --will-cite --null --keep-order --no-run-if-empty \
		--jobs "${S390MEMCTL_FLEET_JOBS:-$2}" "$1" {} || return 1
}

for program in parallel jq python3; do
	command -v "$program" >/dev/null || {
		echo "fleet.sh: $program is missing" >&2
		exit 4
	}
done
[ $# -ge 2 ] || usage
kind=$1
shift
case $kind in
hosts)
	if [ "$*" = - ]; then
		grep -vE '^[[:space:]]*(#|$)' | tr '\n' '\0'
	else
		printf '%s\0' "$@"
	fi | all ask_host 16
	;;
dumps)
	for path in "$@"; do
		[ -e "$path" ] || { echo "fleet.sh: no $path" >&2; exit 64; }
	done
	find "$@" -maxdepth 1 -type f -print0 | sort -z | all ask_dump 100%
	;;
*)
	usage
	;;
esac
