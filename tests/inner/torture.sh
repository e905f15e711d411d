# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# s390memctl is killed and signalled at each step of an injection, and the VMM and its
# guest must be as they were: tests/torture does so on x86-64, where it is explained.
# Needs s390memctl-hooks and interruptible (tests/live) in PATH, and lib.sh.

# as STEPS of tests/torture/tool.py; "mapped" is of calls that need scratch memory
STEPS="attach seized interrupted stopped frame registers mask going entry call exit detach
	detached mapped"
SIGNALS="KILL INT TERM"
# How many rounds (run-inner.sh), and which is the first: SIGKILL at each step on 6.1, whose
# kvm.ko has the access-register bug, at one half of them each on the small VMM and on QEMU.
ROUNDS=${S390MEMCTL_TORTURE:-$(sed -n 's/.*bed\.torture=\([0-9]*\).*/\1/p' /proc/cmdline)}
FIRST=0
case $(uname -r)-${QEMU_PID:+qemu} in
6.1.*) : "${ROUNDS:=16}" ;;
*-qemu) FIRST=7 ;;
esac
: "${ROUNDS:=9}"
ANON_GROWTH=2048	# KiB

torture_is_possible() {
	command -v s390memctl-hooks >/dev/null && command -v interruptible >/dev/null
}

# word N WORD...: the N-th word, counted from 0, and round again
word() {
	word_n=$1
	shift
	shift $((word_n % $#))
	echo "$1"
}

stands() {
	grep -q '^State:[^A-Za-z]*T' "/proc/$1/status" 2>/dev/null
}

has_ended() {
	! lives "$1"
}

# is_free PID: no thread of it is traced or stopped
is_free() {
	! grep -qE '^(TracerPid:[^0-9]*[1-9]|State:[^A-Za-z]*[tT])' /proc/"$1"/task/*/status
}

# begin ARGUMENT...: s390memctl in the background, its PID in $begun
begin() {
	interruptible s390memctl "$@" >/dev/null 2>&1 </dev/null &
	begun=$!
}

# stand_at STEP ARGUMENT...: the same until it stands at that step; fails if it ends before
stand_at() {
	S390MEMCTL_TEST_STOP_AT=$1
	export S390MEMCTL_TEST_STOP_AT
	shift
	interruptible s390memctl-hooks "$@" >"$out" 2>"$err" </dev/null &
	begun=$!
	unset S390MEMCTL_TEST_STOP_AT
	until stands "$begun"; do
		lives "$begun" || return 1
	done
}

# let_go SIGNAL: to the one that stands; sets $status
let_go() {
	kill -"$1" "$begun"
	kill -CONT "$begun" 2>/dev/null
	status=0
	wait "$begun" 2>/dev/null || status=$?
}

# shape PID: what must not grow: mappings, but for scratch memory, fds, KiB of anonymous memory,
# scratch mappings; and a sum of the signal masks of its threads
shape() {
	scratch=$(grep -c '/dev/zero (deleted)' "/proc/$1/maps")
	echo "$(grep -vc '/dev/zero (deleted)' "/proc/$1/maps") $(find "/proc/$1/fd" -type l | wc -l)" \
		"$(awk '/^RssAnon:/ { print $2 }' "/proc/$1/status") $scratch" \
		"$(grep -hE '^Sig(Blk|Ign|Cgt)' /proc/"$1"/task/*/status | sha256sum | cut -c 1-8)"
}

# has_shape PID SHAPE: it has not grown since, and at most one scratch mapping is left
has_shape() {
	[ "$(shape "$1" | awk -v before="$2" -v growth=$ANON_GROWTH '{
		split(before, b, " ")
		print $1 <= b[1] && $2 <= b[2] && $3 <= b[3] + growth && $4 <= 1 && $5 == b[5]
	}')" = 1 ]
}

# is_unharmed PID SHAPE CHECK: CHECK is a command that tells whether the guest is well
is_unharmed() {
	lives "$1" && wait_for 5 is_free "$1" && wait_for 5 has_shape "$1" "$2" && "$3"
}

# signal_of N: of the N-th round, counted from 0: as many SIGKILLs as there are steps, or all but
# two, then one of the others at each step, and so on
signal_of() {
	if [ "$ROUNDS" -lt 14 ] && [ "$1" -ge $((ROUNDS - 2)) ]; then
		word "$1" INT TERM
	elif [ "$ROUNDS" -lt 42 ] && [ "$1" -ge 14 ]; then
		word "$1" INT TERM
	else
		# shellcheck disable=SC2086
		word $(($1 / 14)) $SIGNALS
	fi
}

# torture_steps NAME PID CHECK ARGUMENT...: SIGKILL, SIGINT and SIGTERM at each step of what these
# arguments do, which needs scratch memory
torture_steps() {
	torture_name=$1
	torture_pid=$2
	torture_check=$3
	shift 3
	s390memctl "$@" >/dev/null 2>&1
	torture_shape=$(shape "$torture_pid")
	torture_good=0
	for round in $(seq $FIRST $((FIRST + ROUNDS - 1))); do
		# shellcheck disable=SC2086
		step=$(word $((round * 5)) $STEPS)	# few rounds are spread over all
		signal=$(signal_of $((round - FIRST)))
		nth=$(word $((round / 3)) 2 1 3)	# the second call is that of the command
		if [ "$step" = mapped ]; then
			nth=1
			s390memctl "$@" >/dev/null 2>&1	# nothing is to be left
		fi
		# Where memory of a killed one is taken over, there is a call less.
		if ! stand_at "$step:$nth" "$@" && ! stand_at "$step" "$@"; then
			diag "round $round: it does not come to $step: $(head -n 1 "$err")"
			continue
		fi
		let_go "$signal"
		case $signal-$status in
		KILL-137 | INT-130 | TERM-143) ;;
		*) diag "round $round, SIG$signal at $step: exit status $status"; continue ;;
		esac
		if is_unharmed "$torture_pid" "$torture_shape" "$torture_check"; then
			torture_good=$((torture_good + 1))
		else
			diag "round $round, SIG$signal at $step: $torture_shape: $(shape "$torture_pid")"
		fi
	done
	is "$torture_name: unharmed after $ROUNDS signals at the steps of an injection" $torture_good "$ROUNDS"
}

# torture_together NAME PID CHECK CPU,CPU,... ARGUMENT...: one for each of these vCPUs at the same
# time, every other one killed
torture_together() {
	torture_name=$1
	torture_pid=$2
	torture_check=$3
	torture_cpus=$4
	shift 4
	torture_shape=$(shape "$torture_pid")
	torture_good=0
	torture_rounds=$(((ROUNDS + 13) / 14))
	for round in $(seq $torture_rounds); do
		victims=
		others=
		# -c comes first: an option of the program
		for cpu in $(echo "$torture_cpus" | tr , ' '); do
			begin -c "$cpu" "$@"
			if [ ${#victims} -gt ${#others} ]; then
				others="$others $begun"
			else
				victims="$victims $begun"
			fi
		done
		usleep $((round * 7919 % 100000))
		# shellcheck disable=SC2086
		kill -KILL $victims 2>/dev/null
		bad=0
		for pid in $others; do
			wait "$pid" || bad=$((bad + 1))
		done
		# shellcheck disable=SC2086
		wait $victims 2>/dev/null
		s390memctl "$@" >/dev/null 2>&1	# takes over what is left
		if [ $bad = 0 ] && is_unharmed "$torture_pid" "$torture_shape" "$torture_check"; then
			torture_good=$((torture_good + 1))
		else
			diag "round $round: $bad failed: $torture_shape: $(shape "$torture_pid")"
		fi
	done
	is "$torture_name: unharmed after $torture_rounds times several at once" \
		$torture_good $torture_rounds
}
