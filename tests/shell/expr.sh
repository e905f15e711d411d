# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Address expressions on a dump of a machine that make-dump.py has made: memory,
# registers, symbols, $last. CPU 0 is in primary space, where 0x1000 is absolute
# 0x20000; home space has that at 0xa3f00000. There stands "first page".

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2016,SC2317
. "$(dirname "$0")/../lib.sh" || exit 99

/usr/bin/python3 "$top_srcdir/tests/shell/make-dump.py" dump || exit 99
/usr/bin/python3 "$top_srcdir/tests/shell/make-elf.py" vmlinux 0xa3f00000 \
	pointer=0xa3f00000+8 count=0xa3f00008+8 number=0x1000:A || exit 99

on_dump() {
	s390memctl -d dump -s vmlinux "$@"
}

run_is "what stands in absolute storage" 0 on_dump read 'abs:*0x10000' 16 <<'EOF'
0000000000011000  00000000 00000000 00000000 00020000  |................|
EOF
run_is "with an offset, in blanks" 0 on_dump read 'abs:*0x10000 + 8' 8 <<'EOF'
0000000000011008  00000000 00020000                    |........|
EOF
run_is "of what stands there" 2 on_dump read 'abs:*(*(*0x10000+8))&-4096' 8 <<'EOF'
6669727374207000-6669727374207007: addressing exception (0005)
s390memctl: addressing exception (0005) on fetch from 6669727374207000, absolute storage
s390memctl: the address, or that of a translation table, lies outside the configured storage
EOF
run_is "by the option, too" 0 on_dump read --space=abs '(*0x10000)+8' 8 <<'EOF'
0000000000011008  00000000 00020000                    |........|
EOF
run_is "in the space of the PSW" 1 on_dump sym '*0x1000' <<'EOF'
s390memctl: no symbol is near 0x6669727374207061
EOF
run_is "of a symbol in home space" 1 on_dump sym '*pointer' '*count' <<'EOF'
s390memctl: warning: no symbol is near 0x6765000000000000
s390memctl: no symbol is near 0x6669727374207061
EOF
run_is "that cannot be read" 2 on_dump sym '*0x5000' <<'EOF'
s390memctl: page-translation exception (0011) on fetch from 0000000000005000, primary space
s390memctl: the page-table entry is invalid: the page is not mapped or is paged out
EOF
run_is "C's precedence" 0 on_dump sym 'pointer+1<<0' 'count - 4 * 2' '(%psw<<4|1)+0xa3ef0000' \
	'pointer | 9' <<'EOF'
00000000a3f00001  pointer+0x1  T  8 bytes  .text
00000000a3f00000  pointer  T  8 bytes  .text
00000000a3f00001  pointer+0x1  T  8 bytes  .text
00000000a3f00009  count+0x1  T  8 bytes  .text
EOF
run_is "what was shown last" 0 on_dump -e 'sym count' -e 'sym $last-8' -e 'sym $last+1' <<'EOF'
00000000a3f00008  count  T  8 bytes  .text
00000000a3f00000  pointer  T  8 bytes  .text
00000000a3f00001  pointer+0x1  T  8 bytes  .text
EOF
run_is "read sets it" 0 on_dump -e 'read home:pointer 8' -e 'sym $last' <<'EOF'
00000000a3f00000  66697273 74207061                    |first pa|
00000000a3f00000  pointer  T  8 bytes  .text
EOF
run_is "nothing was shown yet" 64 on_dump read '$last' <<'EOF'
s390memctl: read: $last is not known: nothing has been shown yet
EOF
run_is "a range of expressions" 0 on_dump search 'home:(*pointer)*0+(pointer)-(count+1)' -t str page <<'EOF'
00000000a3f00006  70616765                             |page|
EOF
run_is "the place of a mistake" 64 on_dump read '(0x1000+' <<'EOF'
s390memctl: read: address '(0x1000+' has an operand missing at its end
s390memctl: an address is made of numbers, symbols and registers by + - * & | << >> and parentheses, *ADDR is what stands there: 0x1000, jiffies+8, *(%r15+160)
EOF

# Registers that point into symbols; CPU 0 is in supervisor state.

/usr/bin/python3 "$top_srcdir/tests/shell/make-elf.py" kernel 0x1000 loop=0x1000+0x20 \
	table=0x10000+0x1000 duct=0x15000+0x40 || exit 99
pick() {
	"$@" | grep -A1 -E '^(     DAT|c0|c13)|"symbol'
}
run_is "PSW and control registers named" 0 pick s390memctl -d dump -s kernel regs --symbolize <<'EOF'
     DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
     in loop
--
c0   0000000010800000  c1   0000000000010000  c2   0000000000015000  c3   0000000000000000
     c1 table, c2 duct
EOF
run_like "the same as JSON" 0 '"psw":\{"symbol":"loop",.*"symbols":\{"c1":"table","c2":"duct"\}' \
	s390memctl -j -d dump -s kernel regs -S

# Memory that points into symbols: the segment table leads to page tables.

/usr/bin/python3 "$top_srcdir/tests/shell/make-elf.py" tables 0x10000 pages=0x11000+0x800 || exit 99
run_is "words named" 0 s390memctl -d dump -s tables read abs:0xfff8 24 -S <<'EOF'
000000000000fff8  00000000 00000000 00000000 00011000  |................|  pages
0000000000010008  00000000 00200400                    |..... ..|
EOF
run_is "as numbers" 0 s390memctl -d dump -s tables read abs:0x10ff8 8 -t u64 --symbolize <<'EOF'
0000000000010ff8: 0x0000000000011800 <pages+0x800>
EOF
run_is "as JSON" 0 s390memctl -j -d dump -s tables read abs:0x10ff4 12 -S <<'EOF'
{"api_level":1,"command":"read","address":"0x10ff4","length":"0xc","runs":[{"address":"0x10ff4","length":"0xc","data":"000000200000000000011800","symbols":[{"address":"0x10ff8","value":"0x11800","symbol":"pages+0x800"}]}],"space":"abs","exit_code":0}
EOF
run_is "not of texts" 64 s390memctl -d dump read 0 8 -t str -S <<'EOF'
s390memctl: read: --symbolize is for -t hex and u64
EOF

done_testing
