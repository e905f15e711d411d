# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2086,SC2154
#
# s390memctl on live vCPUs: every size, whatever the vCPU is doing, several VMs
# in one process, the access-register bug, and being killed.

. ./inner/lib.sh
. ./inner/vmm.sh

# crc FILE: CRC-32, as the test VMM tells it of its memory
crc() {
	gzip -c "$1" | tail -c 8 | od -An -tx1 -N4 | awk '{ print $4 $3 $2 $1 }'
}

vmm_crc() {
	vmm crc "$1" "$2" | grep -oE '[0-9a-f]{8}$'
}

file=$tap_dir/file

## every size, there and back

vmm_start scenarios/real.scn
data=$tap_dir/data
dd if=/dev/urandom of="$data" bs=64k count=16 2>/dev/null
for len in 1 2 3 7 8 255 2047 2048 2049 4095 4096 4097 8192 65535 65536 65537 262143 1048576; do
	addr=$((0x100001 + len % 4096))
	rm -f "$file"
	s390memctl --quiet -p "$vmm_pid" dump $addr $len "$file" >/dev/null 2>"$err"
	is "$len bytes read" "$(crc "$file")" "$(vmm_crc $addr $len)"
	head -c $len "$data" >"$file.w"
	run s390memctl --quiet -w -p "$vmm_pid" -e "check rw $addr $len" -e "load $file.w $addr"
	is "$len bytes checked and written" "$status $(vmm_crc $addr $len)" "0 $(crc "$file.w")"
done
# What is longer than a call may be goes by several of them, absolute by the VMM's mapping.
for len in 65537 262143 1048576; do
	for way in engine=ioctl engine=walk space=abs; do
		rm -f "$file"
		s390memctl --quiet -p "$vmm_pid" dump --$way 0x100001 $len "$file" >/dev/null 2>"$err"
		is "$len bytes read, $way" "$(crc "$file")" "$(vmm_crc 0x100001 $len)"
	done
done
# the bytes before and behind are as they were
is "and none beside them" "$(vmm peek 0x100000 1)" "$(s390memctl --quiet -p "$vmm_pid" -j read 0x100000 1 |
	sed -n 's/.*"data":"\([0-9a-f]*\)".*/\1/p')"

## compare and exchange: every size at every offset

# cas_all: a script with one exchange a line, of what is there for something else
cas_all() {
	for size in 1 2 4 8; do
		for offset in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
			[ $((offset % size)) = 0 ] || continue
			echo "cas $((0x200000 + offset)) 0 1 -t u$((size * 8))"
			echo "cas $((0x200000 + offset)) 1 0 -t u$((size * 8))"
		done
	done
	echo "cas 0x200000 00000000000000000000000000000000 00112233445566778899aabbccddeeff -t hex"
	echo "cas 0x200000 00112233445566778899aabbccddeeff 00000000000000000000000000000000 -t hex"
}
vmm poke 0x200000 00000000000000000000000000000000
case $(s390memctl -p "$vmm_pid" info | grep 'compare and exchange') in
*yes)
	cas_all >"$tap_dir/cas"
	run s390memctl -w --quiet -p "$vmm_pid" -f "$tap_dir/cas"
	is "every exchange succeeds" "$status $(grep -c '^exchanged' "$out")" "0 $(wc -l <"$tap_dir/cas")"
	run s390memctl -w --quiet -p "$vmm_pid" cas 0x200000 1 2 -t u64
	is "a failing one changes nothing" "$status $(vmm peek 0x200000 8)" "1 0000000000000000"
	run s390memctl -w --quiet -p "$vmm_pid" cas 0x200001 0 1 -t u16
	expect_status "a misaligned one is refused" 64
	;;
*)
	run s390memctl -w --quiet -p "$vmm_pid" cas 0x200000 0 1
	expect_status "a kernel without compare and exchange is told" 4
	;;
esac

## bad sizes, keys, registers

for wrong in "read 0 0" "read 0 -1" "read 0 8 --ar 16" "read 0 8 --ar 17" "read 0 8 --key 16" \
	"read 0 8 --key 17" "read 0xfffffffffffffff8 9" "check 0 0" "dump 0 0 x" \
	"read 0 18446744073709551616"; do
	run s390memctl --quiet -p "$vmm_pid" $wrong
	is "$wrong" "$status $(wc -l <"$err")" "64 $(wc -l <"$err")"
done
run s390memctl --quiet -p "$vmm_pid" read --space=sida 0 8
expect_status "no SIDA in a guest that is not protected" 4
like "and why" "only while a guest runs in protected mode" "$err"
is "the vCPUs' threads found nothing changed" "$(vmm count | grep -c ' corrupted 0$')" 2
vmm_stop

## whatever the vCPU does

vmm_start scenarios/smp.scn
for cpu in "7 0x10008 0000000000100008 busy" "0 0x3008 0000000000003008 blocked" \
	"3 0x10008 0000000000110008 blocked" "1 0x3008 0000000000003008 idle" \
	"2 0x3008 0000000000003008 busy"; do
	set -- $cpu
	bad=0
	for round in 1 2 3 4 5 6; do
		got=$(s390memctl --quiet -j -p "$vmm_pid" -c "$1" read "$2" 8 2>&1 |
			sed -n 's/.*"data":"\([0-9a-f]*\)".*/\1/p')
		[ "$got" = "$3" ] || { bad=$((bad + 1)); diag "vCPU $1, round $round: '$got'"; }
	done
	is "vCPU $1, $4" "$bad" 0
done
run s390memctl --quiet -p "$vmm_pid" -c 2 regs
like "registers of a stopped vCPU" "stopped"
run s390memctl --quiet -p "$vmm_pid" -c 2 regs --no-stop
like "and as of its last exit" "as of last exit"
# a limit that no call keeps: smaller calls, shorter stops, the same data
rm -f "$file"
s390memctl --quiet --max-stop=1us -p "$vmm_pid" -c 7 dump 0x10000 0x4000 "$file" >/dev/null 2>&1
is "--max-stop splits a read" "$(crc "$file")" "$(vmm_crc 0x100000 0x4000)"

## killed

# kill_some CPU ADDR COUNT
kill_some() {
	killed=0
	while [ "$killed" -lt "$3" ]; do
		killed=$((killed + 1))
		s390memctl --quiet -p "$vmm_pid" -c "$1" -e "read $2 0x4000" -e "read $2 64" \
			>/dev/null 2>&1 &
		victim=$!
		usleep $((killed * 7919 % 300000))
		kill -KILL "$victim" 2>/dev/null
		wait "$victim" 2>/dev/null
	done
	kill -0 "$vmm_pid"
}
ok "50 SIGKILLs, busy vCPU" kill_some 7 0x10000 50
ok "50 SIGKILLs, blocked vCPU" kill_some 0 0x3000 50
is "all threads live, and found nothing changed" \
	"$(vmm count | grep -c ' errors 0 .* corrupted 0$')" 5
is "leftovers do not pile up" "$(($(grep -c '/dev/zero (deleted)' "/proc/$vmm_pid/maps") <= 1))" 1
run s390memctl --quiet -p "$vmm_pid" -c 7 read 0x10000 0x4000
is "and are gone with who uses them" "$status $(grep -c '/dev/zero (deleted)' "/proc/$vmm_pid/maps")" "0 0"

## the VMM ends

# Should the dump end before it is seen at work: once more.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	rm -f "$file.gone"
	begin_dump --quiet --max-stop=1us -p "$vmm_pid" -c 7 \
		dump --engine=ioctl --space=abs 0 4M "$file.gone" && break
	wait "$dump"
done
kill -KILL "$vmm_pid"
wait "$dump"
status=$?
ok "a VMM that is killed ends a dump" ended_with_vmm $status
ok "no file is left" [ ! -e "$file.gone" ]
wait "$vmm_pid" 2>/dev/null
run s390memctl -p "$vmm_pid" read 0
expect_status "and cannot be attached to any more" 4
vmm_pid=
rm -rf "$vmm_dir"

## several VMs in one process

vmm_start scenarios/vms.scn
run s390memctl --quiet -p "$vmm_pid" read 0x1000 16 -t str
expect_status "vCPU 0 of three VMs" 4
fds=$(s390memctl list | awk -v pid="$vmm_pid" '$1 == pid && $3 == 0 { print $4 }' | xargs)
texts=$(for fd in $fds; do
	s390memctl --quiet -p "$vmm_pid" --vcpu-fd "$fd" read 0x1000 13 -t str | cut -d '"' -f 2
	s390memctl --quiet -p "$vmm_pid" --vcpu-fd "$fd" read 0x1000 13 -t ebcdic | cut -d '"' -f 2 | tr -d .
done | grep -E '^this is' | sort | xargs)
is "each by its fd" "$texts" "this is alpha this is beta this is gamma"
run s390memctl --quiet -p "$vmm_pid" --vcpu-fd "${fds%% *}" read --space=abs 0x1000 16
expect_status "absolute storage of which VM cannot be told" 4
vmm_stop

## a VMM whose filter allows nothing but KVM_RUN

vmm_start scenarios/smp.scn --seccomp
run s390memctl --quiet -p "$vmm_pid" -c 0 read 0x3008 8
expect_status "an allowlist of system calls is refused" 5
like "with the reason" "seccomp filter" "$err"
like "and a way" "--suspend-seccomp" "$err"
for cpu in "0 0x3008 0000000000003008" "7 0x10008 0000000000100008"; do
	set -- $cpu
	run s390memctl --quiet -j --suspend-seccomp -p "$vmm_pid" -c "$1" read "$2" 8
	is "--suspend-seccomp, vCPU $1" "$status $(sed -n 's/.*"data":"\([0-9a-f]*\)".*/\1/p' "$out")" "0 $3"
done
is "the VMM goes on behind its filter" "$(vmm count | grep -c ' errors 0 .* corrupted 0$')" 5
vmm_stop

## access registers

# acrs: of vCPU 0, as its VMM sees them
acrs() {
	vmm regs 0 | grep -iE '^ *a?crs?|^ar' | head -n 4
}
case $(uname -r) in
6.1.*) buggy=yes ;;
*) buggy=no ;;
esac
vmm_start scenarios/ar.scn
before=$(acrs)
run s390memctl --quiet -j -p "$vmm_pid" read --ar 3 0x10008 8
like "access register 3 is right on every kernel" '"data":"0000000000120008"'
is "the guest's access registers are as they were" "$(acrs)" "$before"
S390MEMCTL_NO_AR_LOAD=1
export S390MEMCTL_NO_AR_LOAD
run s390memctl --quiet -j -p "$vmm_pid" read --engine=ioctl --ar 3 0x10008 8
if [ "$buggy" = yes ]; then
	expect_status "without the guest's registers in the thread: an error" 4
	like "which tells of the bug" "lacks commit 01be7f53dfc2" "$err"
else
	expect_status "this kernel has no access-register bug" 0
	like "and answers right" '"data":"0000000000120008"'
fi
is "the guest's access registers are as they were then, too" "$(acrs)" "$before"
run s390memctl -j -p "$vmm_pid" -e "read --ar 3 0x10008 8" -e "check w --ar 3 0x10008 8" \
	-e "read --ar 4 0x10008 8"
is "own translation is right on every kernel" \
	"$status $(grep -o '"data":"[^"]*"' "$out" | cut -d '"' -f 4 | tr '\n' ' ')" \
	"0 0000000000120008 0000000000130008 "
is "the guest's access registers are as they were after that" "$(acrs)" "$before"
run s390memctl --quiet -w -p "$vmm_pid" write --engine=ioctl --ar 3 0x10008 00
if [ "$buggy" = yes ]; then
	is "a write into the wrong space is refused" "$((status != 0)) $(vmm peek 0x100008 8) $(vmm peek 0x120008 8)" \
		"1 0000000000100008 0000000000120008"
else
	is "a write goes where it should" "$status $(vmm peek 0x100008 8) $(vmm peek 0x120008 1)" \
		"0 0000000000100008 00"
fi
is "and once more" "$(acrs)" "$before"
run s390memctl --quiet -w -p "$vmm_pid" write --ar 3 0x10008 01
is "a write by own translation" "$status $(vmm peek 0x100008 8) $(vmm peek 0x120008 1)" \
	"0 0000000000100008 01"
unset S390MEMCTL_NO_AR_LOAD
vmm_stop
done_testing
