# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# All vCPUs of a live VMM in one command: lowcore -c all, bt -c all, each by its own
# thread; and back to the one of --vcpu. The guest is none of Linux.

. ./inner/lib.sh
. ./inner/vmm.sh

# Of every vCPU, ascending: its number and its prefix (smp.scn).
cpus='0 00000000
1 00184000
2 00186000
3 00182000
7 00180000'

# sm ARGUMENT...: on the VMM, without notes
sm() {
	run s390memctl --quiet -p "$vmm_pid" "$@"
}

# heads PATTERN: what the lines that begin so have behind it
heads() {
	sed -n "s/^$1//p" "$out"
}

vmm_start scenarios/smp.scn || skip_all "testvmm does not start"

sm --stats lowcore -c all
expect_status "lowcore of all" 0
is "every vCPU's, at its prefix" \
	"$(heads 'CPU ' | sed 's/, lowcore at absolute / /')" "$cpus"

stops=$(sed -n 's/^s390memctl: stops \([0-9]*\),.*/\1/p' "$err")
ok "each of five has stood" test "$stops" -ge 5

# What a page-translation exception on a store by access register 5 leaves behind
# on vCPU 3: code, access identification, translation-exception identification.
sm -w -e 'write abs:0x18208c -t u16 4 0x11' \
	-e 'write abs:0x1820a0 -t u8 5' \
	-e 'write abs:0x1820a8 -t u64 0x123456789401' \
	-e 'write abs:0x182150 -t u64 0x0705400180000000 0x10002'
expect_status "a lowcore is made" 0
sm lowcore -c 3
expect_status "lowcore of another vCPU than that of --vcpu" 0
like "its program-interruption code" '^008e .* 0011  page-translation exception$'
like "its length code" '^008d .* 04  4 bytes$'
like "its translation-exception identification" \
	'^00a8 .* 0000123456789401  page-translation exception: store, page 0000123456789000, access-register mode, access register 5$'
like "its program old PSW" '^0150 .* 0705400180000000 0000000000010002$'
like "in words" '^ *DAT on, access-register mode, key 0, problem state,'
unlike "nothing is said of Linux" '^Linux'
sm lowcore
like "that of --vcpu is another one" '^008e .* 0088  fixed-point-overflow exception, with a PER event$'

sm -j lowcore -c 9
expect_status "lowcore of a vCPU that is not there" 4
like "says so" 'the guest has no vCPU 9'

# Registers come by the vCPU's own thread; the session stays with its vCPU.
sm -c 1 -e 'bt -c all' -e regs
expect_status "bt of all" 0
is "each vCPU's PSW" "$(heads 'CPU ' | sed 's/: PSW .*//' | tr '\n' ' ')" "0 1 2 3 7 "
like "and afterwards that of --vcpu" '^vCPU 1, '
like "with its prefix" '^prefix 00184000 '

if s390memctl version | grep -q '^opcodes *yes'; then
	sm -c 7 dis pri:0x10000 1
	like "dis by the vCPU's space" '^.. 0000000000010000 +a7f40000 +j +0000000000010000$'
else
	skip "dis by the vCPU's space" "built without libopcodes"
fi

ok "the VMM ends well" vmm_stop
done_testing
