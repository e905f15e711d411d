#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# translate, map, keys, search, diff and watch on a dump of a machine that
# make-dump.py has made: whole outputs.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh" || exit 99

/usr/bin/python3 "$top_srcdir/tests/shell/make-dump.py" dump || exit 99
printf 'first page\0\1' >bytes

on_dump() {
	s390memctl -d dump "$@"
}

## translate

run_is "a page, by the PSW" 0 on_dump translate 0x1234 <<'EOF'
fetch at 0000000000001234
PSW     0404000180000000  DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
prefix  00008000
 1  primary space, control register 1, by the PSW
 2  address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff
 3  segment-table entry 0x0 at absolute 0000000000010000 is 0000000000011000: page table at absolute 0000000000011000
 4  page-table entry 0x1 at absolute 0000000000011008 is 0000000000020000: page at real 0000000000020000
 5  real address 0000000000020234: absolute 0000000000020234
absolute 0000000000020234, 4 KiB frame
s390memctl: primary space, as the PSW says
EOF
run_is "prefixing, and a protected page" 0 on_dump translate --space=pri 0x4 <<'EOF'
fetch at 0000000000000004
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
prefix  00008000
 1  primary space, control register 1, as asked for
 2  address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff
 3  segment-table entry 0x0 at absolute 0000000000010000 is 0000000000011000: page table at absolute 0000000000011000
 4  page-table entry 0x0 at absolute 0000000000011000 is 0000000000000000: page at real 0000000000000000
 5  real address 0000000000000004: absolute 0000000000008004, by prefixing
absolute 0000000000008004, 4 KiB frame
EOF
run_is "a large frame" 0 on_dump translate 0x345678 <<'EOF'
fetch at 0000000000345678
PSW     0404000180000000  DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
 1  primary space, control register 1, by the PSW
 2  address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff
 3  segment-table entry 0x3 at absolute 0000000000010018 is 0000000000100600: 1 MiB frame at absolute 0000000000100000, protected
 4  absolute address 0000000000145678
absolute 0000000000145678, 1 MiB frame, protected
s390memctl: primary space, as the PSW says
EOF
run_is "an invalid page" 2 on_dump translate 0x5000 <<'EOF'
fetch at 0000000000005000
PSW     0404000180000000  DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
 1  primary space, control register 1, by the PSW
 2  address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff
 3  segment-table entry 0x0 at absolute 0000000000010000 is 0000000000011000: page table at absolute 0000000000011000
 4  page-table entry 0x5 at absolute 0000000000011028 is 0000000000000400: page at real 0000000000000000, invalid: page-translation exception (0011)
s390memctl: primary space, as the PSW says
s390memctl: page-translation exception (0011) on fetch from 0000000000005000, primary space
s390memctl: the page-table entry is invalid: the page is not mapped or is paged out
EOF
run_is "a page outside of storage" 2 on_dump translate 0x6abc <<'EOF'
fetch at 0000000000006abc
PSW     0404000180000000  DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
prefix  00008000
 1  primary space, control register 1, by the PSW
 2  address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff
 3  segment-table entry 0x0 at absolute 0000000000010000 is 0000000000011000: page table at absolute 0000000000011000
 4  page-table entry 0x6 at absolute 0000000000011030 is 0000000007fff000: page at real 0000000007fff000
 5  real address 0000000007fffabc: absolute 0000000007fffabc: addressing exception (0005)
s390memctl: primary space, as the PSW says
s390memctl: addressing exception (0005) on fetch from 0000000000006abc, primary space
s390memctl: the address, or that of a translation table, lies outside the configured storage
EOF
run_is "bit 52" 2 on_dump translate 0x7abc <<'EOF'
fetch at 0000000000007abc
PSW     0404000180000000  DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
 1  primary space, control register 1, by the PSW
 2  address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff
 3  segment-table entry 0x0 at absolute 0000000000010000 is 0000000000011000: page table at absolute 0000000000011000
 4  page-table entry 0x7 at absolute 0000000000011038 is 0000000000022800: page at real 0000000000022000, bit 52 is one: translation-specification exception (0012)
s390memctl: primary space, as the PSW says
s390memctl: translation-specification exception (0012) on fetch from 0000000000007abc, primary space
s390memctl: a translation-table entry or control block has a format that is not allowed
EOF
run_is "a segment that is not there" 2 on_dump translate 0x1e000000 <<'EOF'
fetch at 000000001e000000
PSW     0404000180000000  DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
 1  primary space, control register 1, by the PSW
 2  address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff
 3  segment-table entry 0x1e0 at absolute 0000000000010f00 is 0000000000000020: page table at absolute 0000000000000000, invalid: segment-translation exception (0010)
s390memctl: primary space, as the PSW says
s390memctl: segment-translation exception (0010) on fetch from 000000001e000000, primary space
s390memctl: the segment-table entry is invalid or lies outside the table: 1 MiB is not mapped
EOF
run_is "beyond the table's end" 2 on_dump translate 0x20000000 <<'EOF'
fetch at 0000000020000000
PSW     0404000180000000  DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
 1  primary space, control register 1, by the PSW
 2  address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff: segment-translation exception (0010)
s390memctl: primary space, as the PSW says
s390memctl: segment-translation exception (0010) on fetch from 0000000020000000, primary space
s390memctl: the segment-table entry is invalid or lies outside the table: 1 MiB is not mapped
EOF
run_is "DAT protection" 2 on_dump translate --store 0x4000 <<'EOF'
store at 0000000000004000
PSW     0404000180000000  DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
prefix  00008000
 1  primary space, control register 1, by the PSW
 2  address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff
 3  segment-table entry 0x0 at absolute 0000000000010000 is 0000000000011000: page table at absolute 0000000000011000
 4  page-table entry 0x4 at absolute 0000000000011020 is 0000000000022200: page at real 0000000000022000, protected
 5  real address 0000000000022000: absolute 0000000000022000: protection exception (0004)
s390memctl: primary space, as the PSW says
s390memctl: protection exception (0004) on store to 0000000000004000, primary space
s390memctl: storage key, access list, DAT, low-address or instruction-execution protection forbids the access
EOF
run_is "low-address protection" 2 on_dump translate --store 0x10 <<'EOF'
store at 0000000000000010
PSW     0404000180000000  DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
CR1     0000000000010000  primary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
 1  primary space, control register 1, by the PSW
 2  address 0000000000000010 is under low-address protection: protection exception (0004)
s390memctl: primary space, as the PSW says
s390memctl: protection exception (0004) on store to 0000000000000010, primary space
s390memctl: storage key, access list, DAT, low-address or instruction-execution protection forbids the access
EOF
run_is "tables with an offset, in home space" 0 on_dump translate home:0xa3f01008 <<'EOF'
fetch at 00000000a3f01008
CR13    0000000000012004  home ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
prefix  00008000
 1  home space, control register 13, as asked for
 2  address-space-control element 0000000000012004: region-third table at absolute 0000000000012000, entries 0x0-0x1ff
 3  region-third-table entry 0x1 at absolute 0000000000012008 is 0000000000012045: segment table at absolute 0000000000012000, entries 0x200-0x3ff
 4  segment-table entry 0x23f at absolute 00000000000131f8 is 0000000000014000: page table at absolute 0000000000014000
 5  page-table entry 0x1 at absolute 0000000000014008 is 0000000000030000: page at real 0000000000030000
 6  real address 0000000000030008: absolute 0000000000030008
absolute 0000000000030008, 4 KiB frame
EOF
run_is "below a table's offset" 2 on_dump translate home:0x80000000 <<'EOF'
fetch at 0000000080000000
CR13    0000000000012004  home ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
 1  home space, control register 13, as asked for
 2  address-space-control element 0000000000012004: region-third table at absolute 0000000000012000, entries 0x0-0x1ff
 3  region-third-table entry 0x1 at absolute 0000000000012008 is 0000000000012045: segment table at absolute 0000000000012000, entries 0x200-0x3ff: segment-translation exception (0010)
s390memctl: segment-translation exception (0010) on fetch from 0000000080000000, home space
s390memctl: the segment-table entry is invalid or lies outside the table: 1 MiB is not mapped
EOF
run_is "a real space" 0 on_dump translate sec:0x1234 <<'EOF'
fetch at 0000000000001234
CR7     0000000000000020  secondary ASCE
CR0     0000000010800000  enhanced DAT, low-address protection
prefix  00008000
 1  secondary space, control register 7, as asked for
 2  address-space-control element 0000000000000020: real space
 3  real address 0000000000001234: absolute 0000000000009234, by prefixing
absolute 0000000000009234
EOF
run_is "real storage" 0 on_dump translate real:0x8000 <<'EOF'
fetch at 0000000000008000
prefix  00008000
 1  real storage, as asked for
 2  real address 0000000000008000: absolute 0000000000000000, by prefixing
absolute 0000000000000000
EOF
run_is "absolute storage" 2 on_dump translate abs:0x3ffffff <<'EOF'
fetch at 0000000003ffffff
 1  absolute storage, as asked for
 2  absolute address 0000000003ffffff: addressing exception (0005)
s390memctl: addressing exception (0005) on fetch from 0000000003ffffff, absolute storage
s390memctl: the address, or that of a translation table, lies outside the configured storage
EOF
run_is "an explicit ASCE" 0 on_dump translate asce=0x16000:0x1000 <<'EOF'
fetch at 0000000000001000
CR0     0000000010800000  enhanced DAT, low-address protection
prefix  00008000
 1  space of an address-space-control element, as asked for
 2  address-space-control element 0000000000016000: segment table at absolute 0000000000016000, entries 0x0-0x1ff
 3  segment-table entry 0x0 at absolute 0000000000016000 is 0000000000017000: page table at absolute 0000000000017000
 4  page-table entry 0x1 at absolute 0000000000017008 is 0000000000030000: page at real 0000000000030000
 5  real address 0000000000030000: absolute 0000000000030000
absolute 0000000000030000, 4 KiB frame
EOF
run_is "an explicit ALET" 0 on_dump translate alet=0x10002:0x1000 <<'EOF'
fetch at 0000000000001000
CR2     0000000000015000  dispatchable-unit-control-table origin
prefix  00008000
CR0     0000000010800000  enhanced DAT, low-address protection
 1  space of an access-list-entry token, as asked for
 2  access-list-entry token 00010002: entry 0x2 of the dispatchable-unit access list, sequence number 0x1
 3  access-list designation at real 0000000000015010 is 00015080: access list at real 0000000000015080, 8 entries
 4  access-list entry 0x2 at real 00000000000150a0 is 0001000000000000 0001510000000005: ASN-second-table entry at real 0000000000015100, sequence number 0x1
 5  ASN-second-table entry at real 0000000000015100 is 0001520000000030 0000000000016000 0000000000000005: address-space-control element 0000000000016000, authority table at real 0000000000015200, 64 entries
 6  address-space-control element 0000000000016000: segment table at absolute 0000000000016000, entries 0x0-0x1ff
 7  segment-table entry 0x0 at absolute 0000000000016000 is 0000000000017000: page table at absolute 0000000000017000
 8  page-table entry 0x1 at absolute 0000000000017008 is 0000000000030000: page at real 0000000000030000
 9  real address 0000000000030000: absolute 0000000000030000
absolute 0000000000030000, 4 KiB frame
EOF
run_is "an access register, by the PSW" 0 on_dump -c 1 translate --ar 2 0x1234 <<'EOF'
fetch at 0000000000001234
PSW     0404400180000000  DAT on, access-register mode, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check
AR2     00010002  ALET
CR2     0000000000015000  dispatchable-unit-control-table origin
prefix  0000a000
CR0     0000000010800000  enhanced DAT, low-address protection
 1  access-register mode, access register 2, by the PSW
 2  access-list-entry token 00010002 in access register 2: entry 0x2 of the dispatchable-unit access list, sequence number 0x1
 3  access-list designation at real 0000000000015010 is 00015080: access list at real 0000000000015080, 8 entries
 4  access-list entry 0x2 at real 00000000000150a0 is 0001000000000000 0001510000000005: ASN-second-table entry at real 0000000000015100, sequence number 0x1
 5  ASN-second-table entry at real 0000000000015100 is 0001520000000030 0000000000016000 0000000000000005: address-space-control element 0000000000016000, authority table at real 0000000000015200, 64 entries
 6  address-space-control element 0000000000016000: segment table at absolute 0000000000016000, entries 0x0-0x1ff
 7  segment-table entry 0x0 at absolute 0000000000016000 is 0000000000017000: page table at absolute 0000000000017000
 8  page-table entry 0x1 at absolute 0000000000017008 is 0000000000030000: page at real 0000000000030000
 9  real address 0000000000030234: absolute 0000000000030234
absolute 0000000000030234, 4 KiB frame
s390memctl: access-register mode, access register 2, as the PSW says
EOF
run_is "a private entry, for a fetch" 0 on_dump -c 1 translate ar3:0x1234 <<'EOF'
fetch at 0000000000001234
AR3     00010003  ALET
CR2     0000000000015000  dispatchable-unit-control-table origin
prefix  0000a000
CR8     0000000000220000  extended authorization index in bits 32-47
CR0     0000000010800000  enhanced DAT, low-address protection
 1  access-register mode, access register 3, as asked for
 2  access-list-entry token 00010003 in access register 3: entry 0x3 of the dispatchable-unit access list, sequence number 0x1
 3  access-list designation at real 0000000000015010 is 00015080: access list at real 0000000000015080, 8 entries
 4  access-list entry 0x3 at real 00000000000150b0 is 0301002200000000 0001510000000005: ASN-second-table entry at real 0000000000015100, sequence number 0x1, fetch-only, private to authorization index 0x22
 5  ASN-second-table entry at real 0000000000015100 is 0001520000000030 0000000000016000 0000000000000005: address-space-control element 0000000000016000, authority table at real 0000000000015200, 64 entries
 6  address-space-control element 0000000000016000: segment table at absolute 0000000000016000, entries 0x0-0x1ff
 7  segment-table entry 0x0 at absolute 0000000000016000 is 0000000000017000: page table at absolute 0000000000017000
 8  page-table entry 0x1 at absolute 0000000000017008 is 0000000000030000: page at real 0000000000030000
 9  real address 0000000000030234: absolute 0000000000030234
absolute 0000000000030234, 4 KiB frame
EOF
run_is "a fetch-only entry, for a store" 2 on_dump -c 1 translate --store ar3:0x1234 <<'EOF'
store at 0000000000001234
AR3     00010003  ALET
CR2     0000000000015000  dispatchable-unit-control-table origin
prefix  0000a000
CR8     0000000000220000  extended authorization index in bits 32-47
 1  access-register mode, access register 3, as asked for
 2  access-list-entry token 00010003 in access register 3: entry 0x3 of the dispatchable-unit access list, sequence number 0x1
 3  access-list designation at real 0000000000015010 is 00015080: access list at real 0000000000015080, 8 entries
 4  access-list entry 0x3 at real 00000000000150b0 is 0301002200000000 0001510000000005: ASN-second-table entry at real 0000000000015100, sequence number 0x1, fetch-only, private to authorization index 0x22: protection exception (0004)
 5  ASN-second-table entry at real 0000000000015100 is 0001520000000030 0000000000016000 0000000000000005: address-space-control element 0000000000016000, authority table at real 0000000000015200, 64 entries
s390memctl: protection exception (0004) on store to 0000000000001234, access-register mode, access register 3
s390memctl: storage key, access list, DAT, low-address or instruction-execution protection forbids the access
EOF
run_is "no authority" 2 on_dump -c 1 translate ar4:0x1234 <<'EOF'
fetch at 0000000000001234
AR4     00010004  ALET
CR2     0000000000015000  dispatchable-unit-control-table origin
prefix  0000a000
CR8     0000000000220000  extended authorization index in bits 32-47
 1  access-register mode, access register 4, as asked for
 2  access-list-entry token 00010004 in access register 4: entry 0x4 of the dispatchable-unit access list, sequence number 0x1
 3  access-list designation at real 0000000000015010 is 00015080: access list at real 0000000000015080, 8 entries
 4  access-list entry 0x4 at real 00000000000150c0 is 0101000700000000 0001514000000006: ASN-second-table entry at real 0000000000015140, sequence number 0x1, private to authorization index 0x7
 5  ASN-second-table entry at real 0000000000015140 is 0001520000000000 0000000000016000 0000000000000006: address-space-control element 0000000000016000, authority table at real 0000000000015200, 16 entries
 6  authority-table entry 0x22 is beyond the table's end: extended-authority exception (002d)
s390memctl: extended-authority exception (002d) on fetch from 0000000000001234, access-register mode, access register 4
s390memctl: the access-list entry is private and the extended authorization index does not allow its use
EOF
run_is "beyond the access list" 2 on_dump -c 1 translate ar5:0x1234 <<'EOF'
fetch at 0000000000001234
AR5     00010100  ALET
CR2     0000000000015000  dispatchable-unit-control-table origin
prefix  0000a000
 1  access-register mode, access register 5, as asked for
 2  access-list-entry token 00010100 in access register 5: entry 0x100 of the dispatchable-unit access list, sequence number 0x1
 3  access-list designation at real 0000000000015010 is 00015080: access list at real 0000000000015080, 8 entries: ALEN-translation exception (0029)
s390memctl: ALEN-translation exception (0029) on fetch from 0000000000001234, access-register mode, access register 5
s390memctl: the access-list entry is invalid or lies outside the access list
EOF
run_is "a bad ALET" 2 on_dump -c 1 translate ar6:0x1234 <<'EOF'
fetch at 0000000000001234
AR6     02000000  ALET
 1  access-register mode, access register 6, as asked for
 2  access-list-entry token 02000000 in access register 6: entry 0x0 of the dispatchable-unit access list, sequence number 0x0: ALET-specification exception (0028)
s390memctl: ALET-specification exception (0028) on fetch from 0000000000001234, access-register mode, access register 6
s390memctl: bits 0-6 of the access-list-entry token in the access register are not zero
EOF
run_is "as JSON" 0 on_dump -j translate 0x1234 <<'EOF'
{"api_level":1,"command":"translate","address":"0x1234","operation":"fetch","registers":[{"name":"PSW","value":"0x404000180000000","text":"DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check"},{"name":"CR1","value":"0x10000","text":"primary ASCE"},{"name":"CR0","value":"0x10800000","text":"enhanced DAT, low-address protection"},{"name":"prefix","value":"0x8000"}],"steps":[{"step":"space","text":"primary space, control register 1, by the PSW"},{"step":"address-space-control element","text":"address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff","value":["0x10000"]},{"step":"segment-table entry","text":"segment-table entry 0x0 at absolute 0000000000010000 is 0000000000011000: page table at absolute 0000000000011000","absolute":"0x10000","index":0,"value":["0x11000"]},{"step":"page-table entry","text":"page-table entry 0x1 at absolute 0000000000011008 is 0000000000020000: page at real 0000000000020000","absolute":"0x11008","index":1,"value":["0x20000"]},{"step":"real address","text":"real address 0000000000020234: absolute 0000000000020234","real":"0x20234","absolute":"0x20234"}],"absolute":"0x20234","length":"0xdcc","frame_size":4096,"protected":false,"executable":true,"space":"pri","exit_code":0}
EOF
run_is "an exception, as JSON" 2 on_dump -j translate pri:0x5000 <<'EOF'
{"api_level":1,"command":"translate","address":"0x5000","operation":"fetch","registers":[{"name":"CR1","value":"0x10000","text":"primary ASCE"},{"name":"CR0","value":"0x10800000","text":"enhanced DAT, low-address protection"}],"steps":[{"step":"space","text":"primary space, control register 1, as asked for"},{"step":"address-space-control element","text":"address-space-control element 0000000000010000: segment table at absolute 0000000000010000, entries 0x0-0x1ff","value":["0x10000"]},{"step":"segment-table entry","text":"segment-table entry 0x0 at absolute 0000000000010000 is 0000000000011000: page table at absolute 0000000000011000","absolute":"0x10000","index":0,"value":["0x11000"]},{"step":"page-table entry","text":"page-table entry 0x5 at absolute 0000000000011028 is 0000000000000400: page at real 0000000000000000, invalid: page-translation exception (0011)","absolute":"0x11028","index":5,"value":["0x400"],"code":"0x11","name":"page-translation exception"}],"space":"pri","error":{"kind":"access","message":"page-translation exception (0011) on fetch from 0000000000005000, primary space","hint":"the page-table entry is invalid: the page is not mapped or is paged out","code":"0x11","name":"page-translation exception","address":"0x5000","space":"pri","store":false},"exit_code":2}
EOF
run_is "both ways" 64 on_dump translate --store --instruction 0 <<'EOF'
s390memctl: translate: --store and --instruction exclude each other
EOF
run_is "a key, where none is known" 5 on_dump translate --key 3 0 <<'EOF'
s390memctl: storage keys are not known here, so an access with key 3 cannot be tried
s390memctl: leave --key out
EOF

## map

run_is "a space" 0 on_dump map <<'EOF'
0000000000000000-0000000000003fff     16K  4K  rwx  in 3 pieces
0000000000004000-0000000000004fff      4K  4K  r-x  absolute 0000000000022000
0000000000006000-0000000000006fff      4K  addressing exception (0005)
0000000000007000-0000000000007fff      4K  translation-specification exception (0012)
00000000000ff000-00000000000fffff      4K  4K  rwx  absolute 0000000000023000
0000000000100000-00000000002fffff      2M  1M  rwx  absolute 0000000000200000
0000000000300000-00000000003fffff      1M  1M  r-x  absolute 0000000000100000
000000001ff00000-000000001ff00fff      4K  4K  rwx  absolute 0000000000024000
8 ranges, 3100K mapped: 28K in 4K frames, 3M in 1M frames; 1028K protected; 8K by unusable entries
s390memctl: primary space, as the PSW says
EOF
run_is "a space, by contiguous pieces" 0 on_dump map --contiguous <<'EOF'
0000000000000000-0000000000000fff      4K  4K  rwx  absolute 0000000000008000
0000000000001000-0000000000002fff      8K  4K  rwx  absolute 0000000000020000
0000000000003000-0000000000003fff      4K  4K  rwx  absolute 0000000000030000
0000000000004000-0000000000004fff      4K  4K  r-x  absolute 0000000000022000
0000000000006000-0000000000006fff      4K  addressing exception (0005)
0000000000007000-0000000000007fff      4K  translation-specification exception (0012)
00000000000ff000-00000000000fffff      4K  4K  rwx  absolute 0000000000023000
0000000000100000-00000000002fffff      2M  1M  rwx  absolute 0000000000200000
0000000000300000-00000000003fffff      1M  1M  r-x  absolute 0000000000100000
000000001ff00000-000000001ff00fff      4K  4K  rwx  absolute 0000000000024000
10 ranges, 3100K mapped: 28K in 4K frames, 3M in 1M frames; 1028K protected; 8K by unusable entries
s390memctl: primary space, as the PSW says
EOF
run_is "a space, as JSON" 0 on_dump -j map home:0xa3f00000-0xa3f02000 <<'EOF'
{"api_level":1,"command":"map","ranges":[{"address":"0xa3f00000","length":"0x2000","frame_size":4096,"protected":false,"executable":true,"pieces":2}],"nr_ranges":1,"bytes":"0x2000","bytes_4k":"0x2000","bytes_1m":"0x0","bytes_2g":"0x0","bytes_protected":"0x0","bytes_unusable":"0x0","space":"home","exit_code":0}
EOF
run_is "a range" 0 on_dump map 0x2800 0x2000 <<'EOF'
0000000000002800-0000000000003fff      6K  4K  rwx  in 2 pieces
0000000000004000-00000000000047ff      2K  4K  r-x  absolute 0000000000022000
2 ranges, 8K mapped: 8K in 4K frames; 2K protected
s390memctl: primary space, as the PSW says
EOF
run_is "a range that ends within a large frame" 0 on_dump map 0x180000-0x1fffff <<'EOF'
0000000000180000-00000000001fffff    512K  1M  rwx  absolute 0000000000280000
1 range, 512K mapped: 512K in 1M frames
s390memctl: primary space, as the PSW says
EOF
run_is "a space of one range" 0 on_dump map --space=abs <<'EOF'
0000000000000000-00000000003fffff      4M  -   rwx  absolute 0000000000000000
1 range, 4M mapped
EOF
run_is "nothing" 1 on_dump map 0x5000+4K <<'EOF'
0 ranges, 0 mapped
s390memctl: primary space, as the PSW says
s390memctl: nothing is mapped
EOF
run_is "half a range" 64 on_dump map pri:0 <<'EOF'
s390memctl: map: range 'pri:0' has no end
s390memctl: a range is FIRST-LAST, FIRST:LAST, ADDR.LEN, ADDR+LEN, or ADDR LEN as two words
EOF
run_is "a space that no ALET leads to, a range" 2 on_dump -c 1 map ar6:0+1G <<'EOF'
s390memctl: ALET-specification exception (0028) on fetch from 0000000000000000, access-register mode, access register 6
s390memctl: bits 0-6 of the access-list-entry token in the access register are not zero
EOF
run_is "no more ranges than are wanted" 3 on_dump map --max-ranges 3 <<'EOF'
0000000000000000-0000000000003fff     16K  4K  rwx  in 3 pieces
0000000000004000-0000000000004fff      4K  4K  r-x  absolute 0000000000022000
0000000000006000-0000000000006fff      4K  addressing exception (0005)
3 ranges, 20K mapped: 20K in 4K frames; 4K protected; 4K by unusable entries
s390memctl: primary space, as the PSW says
s390memctl: stopped at 0000000000007000, after 3 ranges
s390memctl: name a RANGE, or allow more with --max-ranges
EOF
run_is "a space without end" 3 on_dump map --max-ranges 3 --space=asce=0x4000f <<'EOF'
0000000000000000-0000000000000fff      4K  4K  rwx  absolute 0000000000020000
0000000000001000-0000000000001fff      4K  4K  r-x  absolute 0000000000020000
0000000000002000-0000000000002fff      4K  4K  rwx  absolute 0000000000020000
3 ranges, 12K mapped: 12K in 4K frames; 4K protected
s390memctl: stopped at 0000000000003000, after 3 ranges
s390memctl: name a RANGE, or allow more with --max-ranges
EOF

## keys

run_is "a dump has none" 4 on_dump keys 0 <<'EOF'
s390memctl: dump 'dump' holds no storage keys
EOF
run_is "the bytes are shown all the same" 0 on_dump read --keys 0x1000 16 <<'EOF'
0000000000001000  66697273 74207061 67650000 00000000  |first page......|
s390memctl: warning: dump 'dump' holds no storage keys
s390memctl: primary space, as the PSW says
EOF
run_is "not with text" 64 on_dump read --keys -t str 0x1000 16 <<'EOF'
s390memctl: read: --keys is for -t hex and u8 to u64
EOF

## search

run_is "hex digits, some of them any, across pages" 0 on_dump search 0+5M '000003ff80??345?' <<'EOF'
0000000000001ffc  000003ff 80123456 00000000 00000000  |......4V........|
0000000000003020  000003ff 80ab3456 00000000 00000000  |......4V........|
s390memctl: primary space, as the PSW says
s390memctl: 2072576 bytes could not be read
EOF
run_is "at any address" 0 on_dump search 0+0x4000 12345678 <<'EOF'
0000000000003101  12345678 00000000 00000000 00000000  |.4Vx............|
0000000000003200  12345678 00000000 00000000 00000000  |.4Vx............|
s390memctl: primary space, as the PSW says
EOF
run_is "at aligned ones" 0 on_dump search --align 8 0x1000-0x3fff 12345678 <<'EOF'
0000000000003200  12345678 00000000 00000000 00000000  |.4Vx............|
s390memctl: primary space, as the PSW says
EOF
run_is "with a mask" 0 on_dump search 0.16K -t u32 --mask 000000ff 0x78 <<'EOF'
0000000000003101  12345678 00000000 00000000 00000000  |.4Vx............|
0000000000003200  12345678 00000000 00000000 00000000  |.4Vx............|
s390memctl: primary space, as the PSW says
EOF
run_is "text, two words for the range" 0 on_dump search 0x1000 8K -t str 'first page' <<'EOF'
0000000000001000  66697273 74207061 67650000 00000000  |first page......|
s390memctl: primary space, as the PSW says
EOF
run_is "EBCDIC" 0 on_dump search -t ebcdic pri:0:0x3fff EBCDIC <<'EOF'
0000000000003010  c5c2c3c4 c9c30000 00000000 00000000  |................|
EOF
run_is "a match at the range's end" 0 on_dump search 0x1ff8-0x2003 80123456 <<'EOF'
0000000000002000  80123456                             |..4V|
s390memctl: primary space, as the PSW says
EOF
run_is "a match beyond the range's end" 1 on_dump search 0x1ff8-0x2002 80123456 <<'EOF'
s390memctl: primary space, as the PSW says
s390memctl: not found
EOF
run_is "no more than are wanted" 0 on_dump search --max 1 0+16K 12345678 <<'EOF'
0000000000003101  12345678 00000000 00000000 00000000  |.4Vx............|
s390memctl: primary space, as the PSW says
s390memctl: stopped after 1 match; --max allows more
EOF
run_is "as JSON" 0 on_dump -j search 0+16K 12345678 <<'EOF'
{"api_level":1,"command":"search","event":"begin","address":"0x0","length":"0x4000","exit_code":0}
{"api_level":1,"command":"search","event":"match","address":"0x3101","data":"12345678000000000000000000000000","exit_code":0}
{"api_level":1,"command":"search","event":"match","address":"0x3200","data":"12345678000000000000000000000000","exit_code":0}
{"api_level":1,"command":"search","event":"end","space":"pri","found":2,"complete":true,"bytes_searched":"0x4000","bytes_missing":"0x0","exit_code":0}
EOF
run_is "not found" 1 on_dump search 0+16K ffff <<'EOF'
s390memctl: primary space, as the PSW says
s390memctl: not found
EOF
run_is "not found, with holes" 3 on_dump search 0x4000-0x7fff ffff <<'EOF'
s390memctl: primary space, as the PSW says
s390memctl: not found, but 12288 of 16384 bytes could not be read
EOF
run_is "nothing but holes" 2 on_dump search 0x5000-0x7fff 00 <<'EOF'
s390memctl: primary space, as the PSW says
s390memctl: page-translation exception (0011) on fetch from 0000000000005000, primary space
s390memctl: the page-table entry is invalid: the page is not mapped or is paged out
EOF
run_is "everything" 64 on_dump search 0+16K '????' <<'EOF'
s390memctl: search: pattern '????': everything would match
EOF
run_is "no digits" 64 on_dump search 0+16K xyz <<'EOF'
s390memctl: search: pattern 'xyz': not all of it are hex digits or ?
s390memctl: -t u8, u16, u32, u64, str and ebcdic take other patterns
EOF
run_is "a range without an end" 64 on_dump search 0x1000 1234 <<'EOF'
s390memctl: search: range '0x1000' has no end
s390memctl: a range is FIRST-LAST, FIRST:LAST, ADDR.LEN, ADDR+LEN, or ADDR LEN as two words
EOF
run_is "a mask that is too short" 64 on_dump search --mask ff 0+16K 1234 <<'EOF'
s390memctl: search: mask and pattern are not equally long: 1 and 2 bytes
EOF

## diff

run_is "two ranges" 1 on_dump diff 0x1000-0x100f 0x4000 <<'EOF'
0000000000001008  0000000000004008  67 -> 63
000000000000100b  000000000000400b  00000000 00 -> 78787878 78
s390memctl: primary space, as the PSW says
s390memctl: 6 of 16 bytes differ
EOF
run_is "two ranges, long runs and holes" 1 on_dump diff 0x1000 16K 0x4000 <<'EOF'
0000000000001008  0000000000004008  67 -> 63
000000000000100b  000000000000400b  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
000000000000101b  000000000000401b  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
000000000000102b  000000000000402b  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
000000000000103b  000000000000403b  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
000000000000104b  000000000000404b  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
000000000000105b  000000000000405b  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
000000000000106b  000000000000406b  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
000000000000107b  000000000000407b  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
... 108 bytes differ ...
00000000000010f7  00000000000040f7  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
0000000000001107  0000000000004107  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
0000000000001117  0000000000004117  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
0000000000001127  0000000000004127  00000000 00000000 00000000 00000000 -> 78787878 78787878 78787878 78787878
0000000000001ffe  0000000000004ffe  03ff -> 0000
0000000000002000-0000000000002fff  not compared: page-translation exception (0011), second range
0000000000003000-0000000000003fff  not compared: addressing exception (0005), second range
0000000000004000-0000000000004fff  not compared: translation-specification exception (0012), second range
s390memctl: primary space, as the PSW says
s390memctl: 303 of 16384 bytes differ
EOF
run_is "two spaces, as JSON" 1 on_dump -j diff pri:0x3000.0x20 home:0xa3f00000 <<'EOF'
{"api_level":1,"command":"diff","address":"0x3000","address2":"0xa3f00000","length":"0x20","runs":[{"address":"0x3000","address2":"0xa3f00000","length":"0xa","old":"00000000000000000000","new":"66697273742070616765"},{"address":"0x3010","address2":"0xa3f00010","length":"0x6","old":"c5c2c3c4c9c3","new":"000000000000"}],"space":"pri","space2":"home","bytes_differing":"0x10","bytes_missing":"0x0","complete":true,"error":{"kind":"no","message":"16 of 32 bytes differ"},"exit_code":1}
EOF
run_is "equal ranges" 0 on_dump diff home:0xa3f01000.4K pri:0x3000-0x3fff <<'EOF'
EOF
run_is "an address in another space" 0 on_dump diff home:0xa3f00000.0x20 0x1000 <<'EOF'
s390memctl: primary space, as the PSW says
EOF
run_is "a range that goes backwards" 64 on_dump diff 0x1000.8 0x2000-0x1000 <<'EOF'
s390memctl: diff: the range's last byte, 0x1000, is before its first, 0x2000
s390memctl: a range is FIRST-LAST, FIRST:LAST, ADDR.LEN, ADDR+LEN, or ADDR LEN as two words
EOF
run_is "a hole" 2 on_dump diff 0x5000.4K 0x1000 <<'EOF'
0000000000005000-0000000000005fff  not compared: page-translation exception (0011), first range
s390memctl: primary space, as the PSW says
s390memctl: page-translation exception (0011) on fetch from 0000000000005000, primary space
s390memctl: the page-table entry is invalid: the page is not mapped or is paged out
EOF
run_is "a hole on the other side" 3 on_dump diff 0x1000.4K 0x5000 <<'EOF'
0000000000001000-0000000000001fff  not compared: page-translation exception (0011), second range
s390memctl: primary space, as the PSW says
s390memctl: 4096 of 4096 bytes could not be compared
EOF
run_is "no more than are wanted" 1 on_dump diff --max 1 0x1000 4K 0x4000 4K <<'EOF'
0000000000001008  0000000000004008  67 -> 63
s390memctl: primary space, as the PSW says
s390memctl: stopped after 1 run, with 1 differing byte
s390memctl: --max allows more
EOF
run_is "a file" 1 on_dump diff 0x1000 --file bytes <<'EOF'
000000000000100b  00 -> 01
s390memctl: primary space, as the PSW says
s390memctl: 1 of 12 bytes differ
EOF
run_is "a file, less than all of it" 0 on_dump diff 0x1000.11 --file bytes <<'EOF'
s390memctl: primary space, as the PSW says
EOF
run_is "a file that is too short" 64 on_dump diff 0x1000.4K --file bytes <<'EOF'
s390memctl: diff: file 'bytes' has 12 bytes, the range 4096
EOF
run_is "ranges that are not equally long" 64 on_dump diff 0x1000.4K 0x2000.8K <<'EOF'
s390memctl: diff: the ranges have different lengths: 4096 and 8192
EOF
run_is "no second range" 64 on_dump diff 0x1000.4K <<'EOF'
s390memctl: diff: a second range is missing
s390memctl: or compare with a file: --file=FILE
EOF
run_is "no more than a file has" 64 on_dump diff 0x1000+4K --file bytes <<'EOF'
s390memctl: diff: file 'bytes' has 12 bytes, the range 4096
EOF

## watch

run_is "a dump does not change" 5 on_dump watch 0x1000 8 <<'EOF'
s390memctl: a dump does not change
EOF
run_is "too much to watch" 64 on_dump watch 0x1000 2M <<'EOF'
s390memctl: watch: length 2097152 is more than the 1048576 bytes that can be watched
EOF
run_is "no time" 64 on_dump watch --interval 1 0x1000 8 <<'EOF'
s390memctl: watch: time '1': the unit must be ns, us, ms or s
EOF

done_testing
