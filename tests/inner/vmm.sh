# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Starts testvmm (tests/vmm) and talks to it through its control channel.

# shellcheck source=/dev/null
. ./inner/process.sh

vmm_pid=
vmm_dir=

# vmm_lives: it has been started and has not ended (a zombie has)
vmm_lives() {
	[ -n "$vmm_pid" ] && lives "$vmm_pid"
}

# vmm_start SCENARIO [OPTION]...: returns when its vCPUs run; sets vmm_pid
vmm_start() {
	vmm_scenario=$1
	shift
	vmm_dir=$(mktemp -d)
	mkfifo "$vmm_dir/control"
	testvmm "$@" --control "$vmm_dir/control" "$vmm_scenario" \
		>"$vmm_dir/log" 2>&1 </dev/null &
	vmm_pid=$!
	until grep -q '^READY' "$vmm_dir/log"; do
		if ! vmm_lives; then
			echo "# testvmm has ended: $(tail -n 1 "$vmm_dir/log")"
			vmm_pid=
			return 1
		fi
		sleep 0.05
	done
}

# vmm WORD...: a command; its answer on the standard output, without the "ok"
vmm() {
	# Without a reader the control channel would block.
	vmm_lives || return 1
	vmm_before=$(($(wc -l <"$vmm_dir/log") + 1))
	echo "$*" >"$vmm_dir/control"
	until tail -n "+$vmm_before" "$vmm_dir/log" | grep -qE '^(ok|error .*)$'; do
		vmm_lives || return 1
		sleep 0.02
	done
	tail -n "+$vmm_before" "$vmm_dir/log" | grep -v '^ok$'
	! tail -n 1 "$vmm_dir/log" | grep -q '^error'
}

# vmm_loops: how often the threads of all vCPUs have gone round, summed up
vmm_loops() {
	vmm count | sed -n 's/.* loops \([0-9]*\) .*/\1/p' |
		awk '{ sum += $1 } END { print sum + 0 }'
}

vmm_stop() {
	[ -n "$vmm_pid" ] || return 0
	! vmm_lives || echo quit >"$vmm_dir/control"
	wait "$vmm_pid"
	vmm_status=$?
	vmm_pid=
	rm -rf "$vmm_dir"
	return "$vmm_status"
}
