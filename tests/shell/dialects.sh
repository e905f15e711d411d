#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each form of gdb, crash and z/VM CP in the table of dialects against the native
# command, byte for byte, on a dump of a machine that make-dump.py has made.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh" || exit 99

/usr/bin/python3 "$top_srcdir/tests/shell/make-dump.py" dump || exit 99

# same FORM LINE NATIVE: what the table has under FORM; LINE does what NATIVE does,
# and tells NATIVE with --verbose.
same() {
	local form=$1 line=$2 native=$3 code

	echo "$form" >>tested
	run s390memctl -d dump -e "$native" </dev/null
	cp "$test_dir/out" "$test_dir/expected"
	code=$status
	run s390memctl -d dump -e "$line" </dev/null
	compare "$form: $line" "$code" "$line"
	is "$line: is told" \
		"$(s390memctl -v -d dump -e "$line" 2>&1 >/dev/null </dev/null | sed -n '1s/^s390memctl: //p')" \
		"$native"
}

## gdb

same "x/NFU ADDR" "x/4xg 0x1000" "read --type=u64 --format=x --count=4 0x1000"
same "x/NFU ADDR" "x/2dw abs:0x30020" "read --type=u32 --format=d --count=2 abs:0x30020"
same "x/NFU ADDR" "x/2uw abs:0x30020" "read --type=u32 --format=u --count=2 abs:0x30020"
same "x/NFU ADDR" "x/8ob abs:0x30020" "read --type=u8 --format=o --count=8 abs:0x30020"
same "x/NFU ADDR" "x/3th abs:0x30020" "read --type=u16 --format=t --count=3 abs:0x30020"
same "x/NFU ADDR" "x/12c 0x1000" "read --type=u8 --format=c --count=12 0x1000"
same "x/NFU ADDR" "x/2a 0x1000" "read --type=u64 --format=a --count=2 0x1000"
same "x/NFU ADDR" "x/2fg 0x1000" "read --type=u64 --format=f --count=2 0x1000"
same "x/NFU ADDR" "x/2fw 0x1000" "read --type=u32 --format=f --count=2 0x1000"
same "x/NFU ADDR" "x/2zw 0x1000" "read --type=u32 --format=x --count=2 0x1000"
same "x/NFU ADDR" "x 0x1000" "read --type=u32 --format=x --count=1 0x1000"
same "x/NFU ADDR" "x /3xb 0x1000 + 2" "read --type=u8 --format=x --count=3 '0x1000 + 2'"
same "x/NFU ADDR" "x/600xg 0x4000" "read --type=u64 --format=x --count=600 0x4000"
same "x/NFU ADDR" "x/2xg \$psw" "read --type=u64 --format=x --count=2 \$psw"
same "x/Ns ADDR" "x/s 0x1000" "read --type=str --count=1 0x1000"
same "x/Ns ADDR" "x/3s 0x1000" "read --type=str --count=3 0x1000"
same "x/Ni ADDR" "x/2i 0x1000" "dis 0x1000 2"
same "p EXPR" "p 0x1000+8" "print 0x1000+8"
same "p/x EXPR, p/d EXPR" "p/x 17" "print --hex 17"
same "p/x EXPR, p/d EXPR" "p/d 17" "print --decimal 17"
same "info registers" "info registers" "regs"
same "info registers" "info reg" "regs"
same "find /U /N START, END, VALUE" "find /w /1 0x1000, 0x2fff, 0x66697273" \
	"search --max=1 --type=u32 0x1000:0x2fff 0x66697273"
same "find /U /N START, END, VALUE" "find/h1 0x1000, 0x2fff, 0x6669" \
	"search --max=1 --type=u16 0x1000:0x2fff 0x6669"
same "find START, +LEN, VALUE" "find 0x1000, +0x20, 0x66697273" \
	"search --type=u32 0x1000+0x20 0x66697273"
same 'find START, END, "TEXT"' "find 0x1000, 0x2fff, '\"first page\"'" \
	"search --type=str 0x1000:0x2fff 'first page'"

# Format and size stay, and x alone goes on.
run_is "x: sticky" 0 s390memctl --quiet -d dump -e 'x/2dh 0x1000' -e 'x 0x1010' -e x \
	-e 'x/2xw' -e 'x/s 0x1000' -e x <<'EOF'
0000000000001000:  26217  29299
0000000000001010:      0
0000000000001012:      0
0000000000001014: 0x00000000 0x00000000
0000000000001000: "first page"
000000000000100b: ""
EOF
run_is "x: nothing before" 64 s390memctl -d dump x <<'EOF'
s390memctl: x: no address, and nothing was shown before
EOF
run_is "x: a bad letter" 64 s390memctl -d dump x/4q 0x1000 <<'EOF'
s390memctl: x: unknown letter in format '4q'
s390memctl: 'help dialects' shows what there is
EOF

## crash

same "rd ADDR N" "rd 1000 4" "read --type=u64 --format=x --count=4 0x1000"
same "rd ADDR N" "rd 0x1000" "read --type=u64 --format=x --count=1 0x1000"
for bits in 8 16 32 64; do
	same "rd -8|-16|-32|-64 ADDR N" "rd -$bits 1000 3" \
		"read --type=u$bits --format=x --count=3 0x1000"
	same "wr -8|-16|-32|-64 ADDR X" "wr -$bits 1000 1f" "write --type=u$bits 0x1000 0x1f"
done
same "rd -d|-D|-s|-S ADDR N" "rd -d 1000 2" "read --type=u64 --format=d --count=2 0x1000"
same "rd -d|-D|-s|-S ADDR N" "rd -32 -D 1000 2" "read --type=u32 --format=u --count=2 0x1000"
same "rd -d|-D|-s|-S ADDR N" "rd -s 1000 2" "read --type=u64 --format=a --count=2 0x1000"
same "rd -d|-D|-s|-S ADDR N" "rd -S 1000 2" "read --type=u64 --format=a --count=2 0x1000"
same "rd -a ADDR N" "rd -a 1000 11" "read --type=str 0x1000 11"
same "rd -a ADDR N" "rd -a 1000" "read --type=str 0x1000"
same "rd -u|-k|-p ADDR" "rd -u 1000" "read --type=u64 --format=x --count=1 pri:0x1000"
same "rd -u|-k|-p ADDR" "rd -k 9ff00000" "read --type=u64 --format=x --count=1 home:0x9ff00000"
same "rd -u|-k|-p ADDR" "rd -p 30020 2" "read --type=u64 --format=x --count=2 abs:0x30020"
same "rd ADDR -e END" "rd 1000 -e 1010" "read --type=u64 --format=x 0x1000 16"
same "vtop [-u|-k] ADDR" "vtop 1234" "translate 0x1234"
same "vtop [-u|-k] ADDR" "vtop -k 1234" "translate home:0x1234"
same "search -s START -e END X" "search -s 1000 -e 3000 6669727374207061" \
	"search --type=u64 --align=8 0x1000:0x3000-1 0x6669727374207061"
same "search -s START -l LEN X" "search -p -s 30000 -l 1000 000003ff80ab3456" \
	"search --type=u64 --align=8 abs:0x30000+0x1000 0x000003ff80ab3456"
same "search -w|-h|-c ... X" "search -w -s 1000 -e 3000 66697273" \
	"search --type=u32 --align=4 0x1000:0x3000-1 0x66697273"
same "search -w|-h|-c ... X" "search -h -s 1000 -e 3000 6669" \
	"search --type=u16 --align=2 0x1000:0x3000-1 0x6669"
same "search -w|-h|-c ... X" "search -c -s 1000 -e 3000 page" \
	"search --type=str 0x1000:0x3000-1 page"
same "search -m MASK ... X" "search -w -m ff -p -s 30000 -e 31000 12345600" \
	"search --type=u32 --align=4 --mask=ffffff00 abs:0x30000:0x31000-1 0x12345600"
run_is "rd: an option that there is nothing for" 64 s390memctl -d dump rd -R 1000 <<'EOF'
s390memctl: rd: there is nothing here for option '-R'
s390memctl: 'help dialects' shows what there is
EOF
run_is "rd: no address" 64 s390memctl -d dump rd -8 <<'EOF'
s390memctl: rd: no address
EOF

## CP

same "D [N]A" "D 1000" "read --type=u32 --format=x 0x1000 4"
same "D [N]A" "d n1006" "read --type=u32 --format=x 0x1004 4"
same "D A-B, D A:B, D A.L" "D 1000-101f" "read --type=u32 --format=x 0x1000 32"
same "D A-B, D A:B, D A.L" "D 1000:101F" "read --type=u32 --format=x 0x1000 32"
same "D A-B, D A:B, D A.L" "D 0_00001002.20" "read --type=u32 --format=x 0x1000 36"
same "D TA, D TXA, D SA" "D T1004.10" "read --type=hex --ebcdic 0x1000 32"
same "D TA, D TXA, D SA" "D TX1000.20" "read --type=hex 0x1000 32"
same "D TA, D TXA, D SA" "D S1001.3" "read --type=u8 --format=x 0x1001 3"
same "D IA, D KA" "D I1000" "dis 0x1000 1"
same "D IA, D KA" "D K1000.2000" "keys 0x1000 8192"
same "D L|R|ABS|PRI|SECO|HOMEA" "D L1000" "read --type=u32 --format=x auto:0x1000 4"
same "D L|R|ABS|PRI|SECO|HOMEA" "D RT0.10" "read --type=hex --ebcdic real:0x0 16"
same "D L|R|ABS|PRI|SECO|HOMEA" "D ABS30010.8" "read --type=u32 --format=x abs:0x30010 8"
same "D L|R|ABS|PRI|SECO|HOMEA" "D PRI1000" "read --type=u32 --format=x pri:0x1000 4"
same "D L|R|ABS|PRI|SECO|HOMEA" "D SECOT1000" "read --type=hex --ebcdic sec:0x1000 16"
same "D L|R|ABS|PRI|SECO|HOMEA" "D HOME9FF00000" "read --type=u32 --format=x home:0x9ff00000 4"
same "D AREGN.A, ALETX.A, ASCEX.A" "D AREG2.1020" "read --type=u32 --format=x ar2:0x1020 4"
same "D AREGN.A, ALETX.A, ASCEX.A" "D AREG02.T1020" "read --type=hex --ebcdic ar02:0x1020 16"
same "D AREGN.A, ALETX.A, ASCEX.A" "D ALET10002.S1020.4" \
	"read --type=u8 --format=x alet=0x10002:0x1020 4"
same "D AREGN.A, ALETX.A, ASCEX.A" "D ASCE10000.1000" \
	"read --type=u32 --format=x asce=0x10000:0x1000 4"
same "D A&" "D ABS10000&.8" "read --type=u32 --format=x abs:*(0x10000) 8"
for what in PSW psw G G5 G0-3 X X1 AR PREFIX; do
	same "D PSW, G, X, AR, PREFIX" "D $what" regs
done
same "DISPLAY ..." "display TX1000.10" "read --type=hex 0x1000 16"
same "ST [N]A X..." "ST 1000 12345678 9a" "write --type=u32 0x1000 0x12345678 0x9a"
same "ST [N]A X..." "st pri1002 1" "write --type=u32 pri:0x1000 0x1"
same "ST SA X" "ST S1001 123456" "write --type=hex 0x1001 123456"
same "STORE ..." "STORE HOMES1001 1234" "write --type=hex home:0x1001 1234"
for bad in "D 1000-0ff" "D 1000.0" "D XYZ" "D" "D 1000;BASE1" "D AREG3" "D I1000.8" \
	"D 12345678123456789" "D 10%" "ST 1000" "ST K1000 20" "ST 1000 123456789" "ST 1000.4 12" \
	"ST S1000 xy" "find 0x1000, 0x2000" "wr 1000" "vtop" "search -s 1000 5" \
	"x/0x 0x1000" "x/99999999999x 0" "p/c 1" "rd 1 2 3" "rd -e"; do
	run_like "is refused: $bad" 64 '^s390memctl: (-e 1: )?[^ ]+: ' s390memctl -d dump -e "$bad"
done

## what belongs together

s390memctl -j help dialects | /usr/bin/python3 -c '
import json, sys
for row in json.load(sys.stdin)["dialects"]:
    print(row["form"])' | sort -u >forms
# "x" alone is tested as sticky above.
{ sort -u tested; echo x; } | sort -u >tested-forms
is "every form of the table is tested" "$(comm -23 forms tested-forms)" ""
is "no other form is told" "$(comm -13 forms tested-forms)" ""
run_like "help on one command" 0 '^CP     ST SA X +write --type=hex 0xA X$' s390memctl help st
run_like "a command of our own goes first" 0 '^search \[OPTION' s390memctl help search
run_is "search is ours without crash's options" 1 s390memctl --quiet -d dump search 0x1000+16 ffff <<'EOF'
s390memctl: not found
EOF

done_testing
