# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2086,SC2154
#
# What the kernel answers to the test VMM itself (tests/vmm/scenarios/*.session:
# every exception, every access register, keys, wraps, holes) s390memctl, another
# process, must answer as well: result, exception, data.

. ./inner/lib.sh
. ./inner/vmm.sh

# ask CPU VERB ADDR LEN [OPTION]...: the operation by s390memctl, as the test VMM
# answers it: "rc 0 DATA", "rc 0" or "rc 0xCODE"
ask() {
	ask_cpu=$1 ask_verb=$2 ask_addr=$3 ask_len=$4 ask_data='' ask_options=''
	shift 4
	for ask_word in "$@"; do
		case $ask_word in
		ar=*) ask_options="$ask_options --ar=${ask_word#ar=}" ;;
		key=*) ask_options="$ask_options --key=${ask_word#key=}" ;;
		data=*) ask_data=${ask_word#data=} ;;
		esac
	done
	case $ask_verb in
	read) set -- read $ask_options "$ask_addr" "$ask_len" ;;
	check-read) set -- check $ask_options r "$ask_addr" "$ask_len" ;;
	check-write) set -- check $ask_options w "$ask_addr" "$ask_len" ;;
	write)
		case ${ask_data:=5a} in
		??) set -- fill $ask_options "$ask_addr" "$ask_len" "0x$ask_data" ;;
		*) set -- write $ask_options "$ask_addr" "$ask_data" ;;
		esac
		;;
	esac
	run s390memctl -w --quiet -j -p "$vmm_pid" -c "$ask_cpu" "$@"
	ask_code=$(grep -o '"code":"0x[0-9a-f]*"' "$out" | head -n 1 | cut -d '"' -f 4)
	if [ -n "$ask_code" ]; then
		echo "rc $ask_code"
	elif [ "$status" != 0 ]; then
		echo "exit status $status: $(cut -c 1-300 "$out")"
	elif [ "$ask_verb" = read ]; then
		echo "rc 0 $(sed -n 's/.*"data":"\([0-9a-f]*\)".*/\1/p' "$out")"
	else
		echo "rc 0"
	fi
}

# replay NAME: all operations of a session that a user of s390memctl can ask for
replay() {
	replay_count=0
	: >"$tap_dir/differ"
	vmm_start "scenarios/$1.scn" || return 1
	# Of "> op CPU VERB ADDR LEN OPTION..." and the answer behind it, but for the
	# operations that s390memctl refuses to ask for (access register 16, a range
	# past 2^64); of long data the answer has the beginning.
	sed -n '/^> op /{s/^> op //;N;s/\n/|/;/|rc /p;}' "scenarios/$1.session" |
		grep -vE 'read 0xffffffffffff(f000 4097|fff8 16)' | sed 's/ crc32 .*/*/' >"$tap_dir/ops"
	while IFS='|' read -r replay_op replay_want; do
		# The kernel answers by the guest's access registers on every version.
		# shellcheck disable=SC2086
		set -- $replay_op
		replay_got=$(ask "$@")
		replay_count=$((replay_count + 1))
		# shellcheck disable=SC2254
		case $replay_got in
		$replay_want) continue ;;
		*)
			echo "op $replay_op: $(echo "$replay_got" | cut -c 1-300), the kernel says $replay_want" \
				>>"$tap_dir/differ"
			;;
		esac
	done <"$tap_dir/ops"
	vmm_stop
	[ ! -s "$tap_dir/differ" ] && [ "$replay_count" -gt 0 ]
}

for session in scenarios/*.session; do
	name=${session##*/}
	name=${name%.session}
	# Of several VMs each has its own vCPU 0: see fast-live.sh.
	case $name in ar-bug-* | vms) continue ;; esac
	if [ "$name" = large ] && ! grep -q '^features.* edat' /proc/cpuinfo; then
		skip "$name: answered as by the kernel" "this machine has no EDAT"
	elif replay "$name"; then
		pass "$name: $replay_count operations answered as by the kernel"
	else
		fail "$name: $replay_count operations answered as by the kernel"
		diag_file differs "$tap_dir/differ"
	fi
done
done_testing
