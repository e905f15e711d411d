# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Symbols of files, without a guest: sym, files at load addresses.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

make_elf() {
	/usr/bin/python3 "$top_srcdir/tests/shell/make-elf.py" "$@"
}

make_elf vmlinux 0x100000 _stext=0x100000 startup=0x100000+0x40 schedule=0x100200+0x100 \
	jiffies=0x110008+8:B twice=0x100300+4:t twice=0x100400+8:t weak=0x100500+8:W \
	weak=0x100600+8:t version=0x61:A $'bad\e[1m=0x100700'
make_elf program 0x1000000 main=0x1000100+0x20 twice=0x1000200+4
make_elf "odd@name" 0x1000 odd=0x1010

run_is "names" 0 s390memctl -s vmlinux sym schedule jiffies version twice weak <<'EOF'
0000000000100200  schedule  T  256 bytes  .text
0000000000110008  jiffies  B  8 bytes  .data
0000000000000061  version  A
0000000000100300  twice  t  4 bytes  .text
0000000000100500  weak  W  8 bytes  .text
EOF
run_is "addresses" 0 s390memctl -s vmlinux sym 0x100000 0x10003f 0x100050 1049088 0x11000f 0x100700 <<'EOF'
0000000000100000  _stext  T  .text
000000000010003f  _stext+0x3f  T  .text
0000000000100050  _stext+0x50  T  .text
0000000000100200  schedule  T  256 bytes  .text
000000000011000f  jiffies+0x7  B  8 bytes  .data
0000000000100700  bad\x1b[1m  T  .text
EOF
run_is "expressions" 0 s390memctl -s vmlinux sym schedule+0x10 "jiffies - 4 + 6" <<'EOF'
0000000000100210  schedule+0x10  T  256 bytes  .text
000000000011000a  jiffies+0x2  B  8 bytes  .data
EOF
run_is "all of a name, all at an address" 0 s390memctl -s vmlinux sym --all twice weak 0x100004 <<'EOF'
0000000000100300  twice  t  4 bytes  .text
0000000000100400  twice  t  8 bytes  .text
0000000000100500  weak  W  8 bytes  .text
0000000000100600  weak  t  8 bytes  .text
0000000000100004  _stext+0x4  T  .text
0000000000100004  startup+0x4  T  64 bytes  .text
EOF
run_is "JSON" 0 s390memctl -j -s vmlinux sym jiffies+1 <<'EOF'
{"api_level":1,"command":"sym","symbols":[{"address":"0x110009","name":"jiffies","offset":"0x1","value":"0x110008","size":"0x8","type":"B","section":".data","module":"","table":"vmlinux"}],"exit_code":0}
EOF
run_is "no such name" 1 s390memctl -s vmlinux sym scheduel jiffies nothing_like_it <<'EOF'
0000000000110008  jiffies  B  8 bytes  .data
s390memctl: warning: there is no symbol 'nothing_like_it'
s390memctl: there is no symbol 'scheduel'
s390memctl: did you mean 'schedule'?
EOF
run_is "no symbol near" 1 s390memctl -s vmlinux sym 0xfffff 0x120000 <<'EOF'
s390memctl: warning: no symbol is near 0x120000
s390memctl: no symbol is near 0xfffff
EOF
run_is "names escaped, no terminal is commanded" 1 s390memctl -s vmlinux sym $'x\e[1m' <<'EOF'
s390memctl: there is no symbol 'x\x1b[1m'
EOF

# Several files, load addresses

run_is "the first file goes first" 0 s390memctl -s vmlinux -s program sym twice main <<'EOF'
0000000000100300  twice  t  4 bytes  .text
0000000001000100  main  T  32 bytes  .text
EOF
run_is "the other way round" 0 s390memctl -s program -s vmlinux sym twice <<'EOF'
0000000001000200  twice  T  4 bytes  .text
EOF
run_is "a load address" 0 s390memctl -s vmlinux -s program@0x3ff70000000 sym main 0x3ff70000210 0x100200 <<'EOF'
000003ff70000100  main  T  32 bytes  .text
000003ff70000210  twice+0x10  T  4 bytes  .text
0000000000100200  schedule  T  256 bytes  .text
EOF
run_is "numbers stay what they are" 0 s390memctl -s vmlinux@0x5000000 sym version schedule <<'EOF'
0000000000000061  version  A
0000000005000200  schedule  T  256 bytes  .text
EOF
run_is "a file with @ in its name" 0 s390memctl -s odd@name -s odd@name@0x2000 sym -a odd <<'EOF'
0000000000001010  odd  T  .text
0000000000002010  odd  T  .text
EOF
run_is "a load address that is none" 64 s390memctl -s program@main sym main <<'EOF'
s390memctl: sym: program@main: load address 'main' is no number
s390memctl: numbers are decimal, 0x hexadecimal, 0 octal or 0b binary
EOF
run_is "a file that is missing" 64 s390memctl -s vmlinux -s nosuch@0x10 sym schedule <<'EOF'
s390memctl: sym: nosuch: No such file or directory
EOF

# This program, whose debugging information tells lines.

program=$top_builddir/src/s390memctl
line=
readelf -SW "$program" | grep -q '\.debug_line' && line='  .*src/sym/symtab\.c:[0-9]+'
run_like "the line of a function" 0 \
	"^[0-9a-f]{16}  symtab_find  T  [0-9]+ bytes  \\.text$line\$" \
	s390memctl -s "$program" sym symtab_find
run_like "no line" 0 '^[0-9a-f]{16}  symtab_find  T  [0-9]+ bytes  \.text$' \
	s390memctl -s "$program" sym --no-line symtab_find
# A name is escaped where it is shown, not where the file is opened.
ln -s "$program" $'odd\e[1m'
run s390memctl -s $'odd\e[1m' sizeof int
is "types of a file with an odd name" \
	"$(grep -cE 'of a little-endian machine|odd.x1b\[1m: has no types' "$test_dir/stderr")" 1

done_testing
