# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Every address space on every vCPU, and s390memctl's own translation beside the
# kernel's: --engine=both over all operations of the recorded sessions, with
# absolute storage read by KVM and, as on kernels before 5.18, without.

. ./inner/lib.sh
. ./inner/vmm.sh

# commands NAME: of the session's operations what s390memctl can do both ways
# and again and again, a line each: CPU|good or bad|COMMAND. Data are not read
# with a key: plain emulation does not apply it to the copy itself.
commands() {
	sed -n '/^> op /{s/^> op //;N;s/\n/|/;/|rc /p;}' "scenarios/$1.session" |
		grep -vE 'read 0xffffffffffff(f000 4097|fff8 16)' | awk -F '|' '{
		count = split($1, word, " ")
		options = ""
		keyed = 0
		for (i = 5; i <= count; i++) {
			if (word[i] ~ /^ar=/) options = options " --ar=" substr(word[i], 4)
			if (word[i] ~ /^key=/) { options = options " --key=" substr(word[i], 5); keyed = 1 }
		}
		if (word[2] == "read" && !keyed) verb = "read"
		else if (word[2] ~ /read/) verb = "check r"
		else verb = "check w"
		split(verb, verbs, " ")
		print word[1] "|" ($2 ~ /^rc 0x/ ? "bad" : "good") "|" verbs[1] " --engine=both" \
			options " " verbs[2] " " word[3] " " word[4]
	}'
}

# ask_both CPU COMMAND-OR-OPTIONS...: the answer has to be no, an exception or a
# hole, or all right; anything else is kept
ask_both() {
	ask_cpu=$1
	shift
	run s390memctl --quiet -p "$vmm_pid" -c "$ask_cpu" "$@"
	both_count=$((both_count + 1))
	case $status in
	0 | 1 | 2 | 3) ;;
	*)
		if grep -q 'absolute storage cannot be got at' "$err"; then
			both_unproven=$((both_unproven + 1))
		elif grep -q 'there cannot be told' "$err"; then
			# Beyond the mapping of guest RAM, where the VMM happens to have another one.
			both_doubtful=$((both_doubtful + 1))
		else
			echo "vCPU $ask_cpu: $*: status $status: $(tail -n 2 "$err")" >>"$tap_dir/differ"
		fi
		;;
	esac
}

# replay_both NAME [WITHOUT]: all operations of a session, but those that match
replay_both() {
	both_count=0
	both_unproven=0
	both_doubtful=0
	: >"$tap_dir/differ"
	rm -f "$tap_dir"/good.*
	vmm_start "scenarios/$1.scn" || return 1
	commands "$1" | grep -v -e "${2:-none}" >"$tap_dir/commands"
	while IFS='|' read -r op_cpu op_end op_command; do
		if [ "$op_end" = good ]; then
			echo "$op_command" >>"$tap_dir/good.$op_cpu"
		else
			# shellcheck disable=SC2086
			ask_both "$op_cpu" $op_command
		fi
	done <"$tap_dir/commands"
	for op_file in "$tap_dir"/good.*; do
		[ -f "$op_file" ] || continue
		ask_both "${op_file##*.}" -f "$op_file"
		case $status in
		1 | 2 | 3) echo "vCPU ${op_file##*.}: $(tail -n 1 "$err")" >>"$tap_dir/differ" ;;
		esac
	done
	vmm_stop
	diag "$1: $(wc -l <"$tap_dir/commands") operations by $both_count runs, $both_unproven without a proof, $both_doubtful in doubt"
	[ ! -s "$tap_dir/differ" ] && [ "$both_count" -gt 0 ]
}

# data: the bytes that the commands of the last run have read, one behind the other
data() {
	sed -n 's/.*"data":"\([0-9a-f]*\)".*/\1/p' "$out" | tr '\n' ' ' | sed 's/ $//'
}

# hex_be BYTES VALUE: a big-endian number, to be printed by printf %b
hex_be() {
	hex_left=$1
	hex_text=''
	while [ "$hex_left" -gt 0 ]; do
		hex_left=$((hex_left - 1))
		hex_text="$hex_text\\0$(printf '%o' $((($2 >> (hex_left * 8)) & 255)))"
	done
	printf '%b' "$hex_text"
}

# make_symbols FILE VALUE: an ELF file whose only symbol, "marker", has that value
make_symbols() {
	{
		printf '\177ELF\002\002\001\000\000\000\000\000\000\000\000\000'
		hex_be 2 2 && hex_be 2 22 && hex_be 4 1 && hex_be 8 0	# type, machine, version, entry
		hex_be 8 0 && hex_be 8 128 && hex_be 4 0		# program, section headers, flags
		hex_be 2 64 && hex_be 2 56 && hex_be 2 0		# sizes, program headers
		hex_be 2 64 && hex_be 2 4 && hex_be 2 2			# section headers, names
		hex_be 8 0 && hex_be 8 0 && hex_be 8 0			# the symbol table at 64: none
		hex_be 4 1 && printf '\021\000' && hex_be 2 3 && hex_be 8 "$2" && hex_be 8 8
		printf '\000marker\000' && hex_be 8 0			# the strings at 112
		hex_be 8 0 && hex_be 8 0 && hex_be 8 0 && hex_be 8 0 && hex_be 8 0 && hex_be 8 0
		hex_be 8 0 && hex_be 8 0
		hex_be 4 0 && hex_be 4 2 && hex_be 8 0 && hex_be 8 0 && hex_be 8 64 && hex_be 8 48
		hex_be 4 2 && hex_be 4 1 && hex_be 8 8 && hex_be 8 24	# .symtab
		hex_be 4 0 && hex_be 4 3 && hex_be 8 0 && hex_be 8 0 && hex_be 8 112 && hex_be 8 8
		hex_be 4 0 && hex_be 4 0 && hex_be 8 1 && hex_be 8 0	# .strtab
		hex_be 4 0 && hex_be 4 1 && hex_be 8 6 && hex_be 8 0x10000 && hex_be 8 64 && hex_be 8 0x10000
		hex_be 4 0 && hex_be 4 0 && hex_be 8 1 && hex_be 8 0	# where the symbol is
	} >"$1"
}

## the spaces, by prefix and by option, whatever the PSW selects

every="0000000000100008 0000000000110008 0000000000120008 0000000000010008 0000000000010008"
vmm_start scenarios/spaces.scn
for cpu in 0 1 2; do
	for engine in auto walk; do
		for form in prefix option; do
			: >"$tap_dir/script"
			for space in pri sec home real abs; do
				case $form in
				prefix) echo "read --engine=$engine $space:0x10008 8" ;;
				option) echo "read --engine=$engine --space=$space 0x10008 8" ;;
				esac >>"$tap_dir/script"
			done
			run s390memctl --quiet -j -p "$vmm_pid" -c $cpu -f "$tap_dir/script"
			is "vCPU $cpu: every space by $form, engine $engine" "$status $(data)" "0 $every"
			is "and it is told which it was" \
				"$(grep -o '"space":"[a-z]*"' "$out" | cut -d '"' -f 4 | tr '\n' ' ')" "pri sec home real abs "
		done
	done
done
run s390memctl --quiet -j -p "$vmm_pid" -c 0 regs
home=$(grep -o '"crs":\[[^]]*' "$out" | cut -d '"' -f 30)
cat >"$tap_dir/script" <<END
read asce=$home:0x10008 8
read asce:$home:0x10008 8
read --space=asce:$home 0x10008 8
read --space=asce=$home 0x10008 8
END
run s390memctl --quiet -j -p "$vmm_pid" -c 0 -f "$tap_dir/script"
is "an ASCE" "$status $(data)" "0 0000000000120008 0000000000120008 0000000000120008 0000000000120008"
run s390memctl -p "$vmm_pid" read home:0x14000 8
expect "a hole in home space" 2 <<'END'
0000000000014000-0000000000014007: page-translation exception (0011)
END
like "tells the space" 'fetch from 0000000000014000, home space$' "$err"
run s390memctl -p "$vmm_pid" read --engine=ioctl home:0x10000 8
expect_status "KVM cannot do what the PSW does not select" 5
like "and says what it selects" 'KVM_S390_MEM_OP has primary space only, not home space' "$err"
run s390memctl --quiet -p "$vmm_pid" check rw home:0xffffffffffffe000 0x2000
expect "check in home space" 1 <<'END'
fetch ffffffffffffe000-ffffffffffffefff  page-translation exception (0011)
fetch fffffffffffff000-ffffffffffffffff  accessible
store ffffffffffffe000-ffffffffffffefff  page-translation exception (0011)
store fffffffffffff000-ffffffffffffffff  accessible
END
run s390memctl --quiet -p "$vmm_pid" dump sec:0x10000 0x4000 "$tap_dir/file"
is "dump of secondary space" "$status $(od -An -tx1 -v -w8 "$tap_dir/file" | tail -n 1 | tr -d ' ')" \
	"0 0000000000113ff8"
run s390memctl --quiet -w -p "$vmm_pid" write home:0x10010 1122334455667788
is "write to home space" "$status $(vmm peek 0x120010 8) $(vmm peek 0x100010 8)" \
	"0 1122334455667788 0000000000100010"
run s390memctl --quiet -w -p "$vmm_pid" fill --space=sec 0x13ffe 2 0xab
is "fill secondary space" "$status $(vmm peek 0x113ff8 8)" "0 000000000011abab"
run s390memctl --quiet -w -p "$vmm_pid" write --engine=both 0x10010 99
is "write by both engines" "$status $(vmm peek 0x100010 8)" "0 9900000000100010"
run s390memctl --quiet -w -p "$vmm_pid" fill sec:0x13ffe 4 0
expect_status "a write that passes the end of what is mapped" 2
is "writes nothing" "$(vmm peek 0x113ff8 8)" 000000000011abab
run s390memctl -p "$vmm_pid" info
like "info tells of the mapping of guest RAM" '^guest RAM in the VMM +4 MiB at 0x[0-9a-f]+: ' "$out"

# a kernel's symbol while the PSW is the user's
make_symbols "$tap_dir/symbols" 0x10008
run s390memctl -s "$tap_dir/symbols" -p "$vmm_pid" -c 0 read marker 8
expect "a symbol is one of home space" 0 <<'END'
0000000000010008  00000000 00120008                    |........|
END
is "which is told" "$(cat "$err")" \
	"s390memctl: home space: the symbols are the kernel's, and the PSW says primary space"
run s390memctl -s "$tap_dir/symbols" -j -p "$vmm_pid" -c 1 read marker 8
like "in JSON, too" '"data":"0000000000120008".*"space":"home","instead_of":"sec"'
run s390memctl -s "$tap_dir/symbols" -p "$vmm_pid" -c 2 read marker 8
is "not where the PSW selects it anyway" "$(cat "$err")" "s390memctl: home space, as the PSW says"
run s390memctl -s "$tap_dir/symbols" --quiet -j -p "$vmm_pid" -c 0 read pri:marker 8
is "nor where a space is given" "$(data)" 0000000000100008

# long absolute reads need no stop for each call
run s390memctl -p "$vmm_pid" --stats dump abs:0 4M "$tap_dir/ram"
is "all of guest RAM" "$status $(wc -c <"$tap_dir/ram")" "0 4194304"
S390MEMCTL_NO_ABSOLUTE=1
export S390MEMCTL_NO_ABSOLUTE
run s390memctl --quiet -p "$vmm_pid" dump --engine=walk abs:0 4M "$tap_dir/ram.walk"
is "the same without KVM's absolute storage" "$status $(cmp "$tap_dir/ram" "$tap_dir/ram.walk" && echo same)" "0 same"
run s390memctl --quiet -j -p "$vmm_pid" -c 0 -f "$tap_dir/script"
is "spaces without KVM's absolute storage" "$status $(data)" \
	"0 0000000000120008 0000000000120008 0000000000120008 0000000000120008"
run s390memctl --quiet -w -p "$vmm_pid" write home:0x10010 00
expect_status "writes to other spaces are refused then" 5
like "for a reason" "would be lost in a live migration" "$err"
unset S390MEMCTL_NO_ABSOLUTE
vmm_stop

## access registers and ALETs, from any mode

vmm_start scenarios/ar.scn
cat >"$tap_dir/script" <<'END'
read ar3:0x10008 8
read ar:3:0x10008 8
read --space=ar:3 0x10008 8
read --space=ar --ar=3 0x10008 8
read --engine=walk ar4:0x10008 8
read alet=0x00010002:0x10008 8
read alet:0x01030002:0x10008 8
read --space=alet:1 0x10008 8
read ar0:0x10008 8
END
run s390memctl --quiet -j -p "$vmm_pid" -c 0 -f "$tap_dir/script"
is "access registers and ALETs" "$status $(data)" \
	"0 0000000000120008 0000000000120008 0000000000120008 0000000000120008 0000000000130008 0000000000120008 0000000000130008 0000000000110008 0000000000100008"
like "JSON tells the access register" '"space":"ar","ar":3'
like "and the ALET" '"space":"alet","alet":"0x1030002"'
for row in 6:28 7:29 9:2a 10:2b 11:2c 12:2d 14:5; do
	run s390memctl --quiet -j -p "$vmm_pid" -c 0 read --engine=walk "ar${row%:*}:0x10000" 8
	is "access register ${row%:*}" "$status $(grep -o '"code":"[^"]*"' "$out" | head -n 1)" \
		"2 \"code\":\"0x${row#*:}\""
done
vmm_stop
vmm_start scenarios/spaces.scn
run s390memctl --quiet -j -p "$vmm_pid" -c 0 read alet=1:0x10008 8
is "an ALET outside of access-register mode" "$status $(data)" "0 0000000000110008"
vmm_stop

## both engines over all sessions

for session in scenarios/*.session; do
	name=${session##*/}
	name=${name%.session}
	case $name in ar-bug-* | vms) continue ;; esac
	if [ "$name" = large ] && ! grep -qE '^features.* (edat|dfp.*edat)' /proc/cpuinfo; then
		skip "$name: both engines" "no EDAT"
		continue
	fi
	ok "$name: both engines agree" replay_both "$name" || diag_file difference "$tap_dir/differ"
done

S390MEMCTL_NO_ABSOLUTE=1
export S390MEMCTL_NO_ABSOLUTE
for name in spaces real smp; do
	ok "$name: both engines agree without KVM's absolute storage" replay_both "$name" key= ||
		diag_file difference "$tap_dir/differ"
	is "$name: the mapping of guest RAM is proven without it" "$both_unproven" 0
done
for name in ar memory; do
	ok "$name: both engines agree without KVM's absolute storage" replay_both "$name" key= ||
		diag_file difference "$tap_dir/differ"
done
unset S390MEMCTL_NO_ABSOLUTE
done_testing
