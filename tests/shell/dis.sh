#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dis on a dump of a machine that make-dump.py has made, with instructions put
# into it; thousands of them against objdump.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh" || exit 99

/usr/bin/python3 "$top_srcdir/tests/shell/make-dump.py" dump || exit 99

on_dump() {
	s390memctl -d dump "$@"
}

# put ADDR: standard input to that absolute address; storage ends with the file.
put() {
	dd of=dump conv=notrunc bs=64K oflag=seek_bytes status=none \
		seek=$(($(stat -c %s dump) - 0x400000 + $1))
}

run s390memctl version </dev/null
if grep -q '^opcodes *no' "$test_dir/stdout"; then
	run_is "without libopcodes" 5 on_dump dis <<'EOF'
s390memctl: this s390memctl was built without libopcodes of GNU binutils
s390memctl: install it and build anew, or 'read' shows the bytes
EOF
	done_testing
	exit
fi

# The PSW is at 0x1000 of primary space.
printf '\xa7\xf4\x00\x02\x07\x07\xc0\xe5\xff\xff\xff\xfe\x07\xfe\xa7\x18\x00\x01' | put 0x20000
printf '\x41\x10\x00\x01\x07\x07\xa7\x15\xff\xff\xe3\xf0\xff\x50\xff\x71\xeb\xbf\xf0\x68\x00\x24' |
	put 0x20ff4
run_is "around the PSW" 0 on_dump dis <<'EOF'
   0000000000000ff0  0000          .short  0x0000
   0000000000000ff2  0000          .short  0x0000
   0000000000000ff4  0000          .short  0x0000
   0000000000000ff6  0000          .short  0x0000
   0000000000000ff8  0000          .short  0x0000
   0000000000000ffa  0000          .short  0x0000
   0000000000000ffc  0000          .short  0x0000
   0000000000000ffe  0000          .short  0x0000
=> 0000000000001000  a7f40002      j       0000000000001004
   0000000000001004  0707          nopr    %r7
   0000000000001006  c0e5fffffffe  brasl   %r14,0000000000001002
   000000000000100c  07fe          br      %r14
   000000000000100e  a7180001      lhi     %r1,1
   0000000000001012  0000          .short  0x0000
   0000000000001014  0000          .short  0x0000
   0000000000001016  0000          .short  0x0000
s390memctl: primary space, as the PSW says
EOF
run_is "a number of instructions, over a page's end" 0 on_dump dis pri:0x1ff4 5 <<'EOF'
   0000000000001ff4  41100001      la      %r1,1
   0000000000001ff8  0707          nopr    %r7
   0000000000001ffa  a715ffff      bras    %r1,0000000000001ff8
   0000000000001ffe  e3f0ff50ff71  lay     %r15,-176(%r15)
   0000000000002004  ebbff0680024  stmg    %r11,%r15,104(%r15)
EOF
run_is "as JSON" 0 s390memctl -j -d dump dis 0x1000 3 <<'EOF'
{"api_level":1,"command":"dis","instructions":[{"address":"0x1000","bytes":"a7f40002","mnemonic":"j","operands":"0000000000001004","target":"0x1004","psw":true},{"address":"0x1004","bytes":"0707","mnemonic":"nopr","operands":"%r7"},{"address":"0x1006","bytes":"c0e5fffffffe","mnemonic":"brasl","operands":"%r14,0000000000001002","target":"0x1002"}],"space":"pri","exit_code":0}
EOF
run_is "absolute storage, where the page has gone on" 0 on_dump dis abs:0x21000 1 <<'EOF'
   0000000000021000  ff50ff71      .long   0xff50ff71
EOF
run_is "up to a hole" 2 on_dump dis pri:0x4ffa 99 <<'EOF'
   0000000000004ffa  0000          .short  0x0000
   0000000000004ffc  0000          .short  0x0000
   0000000000004ffe  0000          .short  0x0000
s390memctl: page-translation exception (0011) on fetch from 0000000000005000, primary space
s390memctl: the page-table entry is invalid: the page is not mapped or is paged out
EOF
run_is "in a hole" 2 on_dump dis pri:0x5ffe <<'EOF'
s390memctl: page-translation exception (0011) on fetch from 0000000000005ffe, primary space
s390memctl: the page-table entry is invalid: the page is not mapped or is paged out
EOF
run_like "no instruction" 64 'the number of instructions is 0' on_dump dis 0x1000 0
run_like "too many" 64 'out of range' on_dump dis 0x1000 2000000

# Random bytes, half of which are instructions, at absolute 0x100000: 0x300000 of primary space.
objdump=
for program in s390x-linux-gnu-objdump objdump; do
	if "$program" -i 2>/dev/null | grep -q 's390:64-bit'; then
		objdump=$program
		break
	fi
done
if [ -z "$objdump" ]; then
	skip "against objdump" "no objdump that knows s390 (package binutils-s390x-linux-gnu)"
	done_testing
	exit
fi
/usr/bin/python3 -c '
import random, sys
rng = random.Random(1)
data = bytearray(rng.randbytes(1 << 15))
# Opcodes that have relative addresses, and vectors, more often than chance has it.
for at in range(0, len(data) - 8, 24):
    data[at] = rng.choice((0xa7, 0xc0, 0xc4, 0xc6, 0xe7, 0xeb, 0xec, 0xe3, 0xb2, 0xb9))
sys.stdout.buffer.write(data)' >code
put 0x100000 <code
"$objdump" -D -z -b binary -m s390:64-bit -EB --adjust-vma=0x300000 code |
	/usr/bin/python3 -c '
import re, sys
for line in sys.stdin:
    match = re.match(r"\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*(.*)", line)
    if match:
        print(match[1], match[2].replace(" ", ""), " ".join(match[3].split()))' >theirs
s390memctl -j -d dump dis 0x300000 "$(wc -l <theirs)" |
	/usr/bin/python3 -c '
import json, re, sys
for i in json.load(sys.stdin)["instructions"]:
    text = " ".join(i["mnemonic"].split() + i["operands"].split())
    text = re.sub(r"\b[0-9a-f]{16}\b", lambda m: hex(int(m[0], 16)), text)
    print(i["address"][2:], i["bytes"], text)' >ours
# What is no instruction objdump may take together with the one behind it.
join <(sort theirs) <(sort ours) | grep -vE ' \.(short|long|byte)' >both
is "instructions as objdump has them" "$(/usr/bin/python3 -c '
import sys
for line in sys.stdin:
    words = line.split()[1:]
    if words[: len(words) // 2] != words[len(words) // 2 :]:
        print(line, end="")' <both >differing; head -n 20 differing)" ""
ok "there are thousands of them" test "$(wc -l <both)" -ge 3000

done_testing
