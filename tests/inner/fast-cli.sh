# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The commands on a guest: whole output (standard output, then standard error)
# and exit code, audit file, files of dumps, signals. The guest is cli.scenario.

. ./inner/lib.sh
. ./inner/vmm.sh
. ./inner/cli.sh

mkdir "$tap_dir/work"
cd_back=$PWD
vmm_start inner/cli.scenario -name guest=cli || skip_all "testvmm does not start"
cd "$tap_dir/work" || exit 99

# absolute ADDR: 8 bytes there, in hex digits
absolute() {
	s390memctl -g cli -j read --space=abs "$1" 8 | sed -n 's/.*"data":"\([0-9a-f]*\)".*/\1/p'
}

## read

says "read" 0 read 0x10000 32 <<'EOF'
0000000000010000  00000000 00100000 00000000 00100008  |................|
0000000000010010  00000000 00100010 00000000 00100018  |................|
s390memctl: primary space, as the PSW says
EOF
says "read 64 bytes if no length is given" 0 --quiet read 0x10010 -t u64 <<'EOF'
0000000000010010: 0x0000000000100010 0x0000000000100018
0000000000010020: 0x0000000000100020 0x0000000000100028
0000000000010030: 0x0000000000100030 0x0000000000100038
0000000000010040: 0x0000000000100040 0x0000000000100048
EOF
says "read at a register" 0 --quiet read %r5+8 8 -t u32 <<'EOF'
0000000000010018: 0x00000000 0x00100018
EOF
says "read over a hole" 3 read 0x12ff0 0x1020 <<'EOF'
0000000000012ff0  00000000 00102ff0 00000000 00102ff8  |....../......./.|
0000000000013000-0000000000013fff: page-translation exception (0011)
0000000000014000  00000000 00104000 00000000 00104008  |......@.......@.|
s390memctl: primary space, as the PSW says
s390memctl: 4096 of 4128 bytes could not be read
EOF
says "read a hole" 2 read 0x13000 <<'EOF'
0000000000013000-000000000001303f: page-translation exception (0011)
s390memctl: primary space, as the PSW says
s390memctl: page-translation exception (0011) on fetch from 0000000000013000, primary space
s390memctl: the page-table entry is invalid: the page is not mapped or is paged out
EOF
says "read over a hole, as JSON" 3 -j read 0x12ff8 0x1010 <<'EOF'
{"api_level":1,"command":"read","address":"0x12ff8","length":"0x1010","runs":[{"address":"0x12ff8","length":"0x8","data":"0000000000102ff8"},{"address":"0x13000","length":"0x1000","code":"0x11","name":"page-translation exception"},{"address":"0x14000","length":"0x8","data":"0000000000104000"}],"space":"pri","error":{"kind":"partial","message":"4096 of 4112 bytes could not be read"},"exit_code":3}
EOF
says "read a hole, as JSON" 2 -j read 0x15000 8 <<'EOF'
{"api_level":1,"command":"read","address":"0x15000","length":"0x8","runs":[{"address":"0x15000","length":"0x8","code":"0x5","name":"addressing exception"}],"space":"pri","error":{"kind":"access","message":"addressing exception (0005) on fetch from 0000000000015000, primary space","hint":"the address, or that of a translation table, lies outside the configured storage","code":"0x5","name":"addressing exception","address":"0x15000","space":"pri","store":false},"exit_code":2}
EOF
says "read text, in real storage" 0 -c 1 read 0x110000 32 -t str <<'EOF'
0000000000110000: "text in the guest"
s390memctl: real storage, as the PSW says
EOF
says "read absolute storage" 0 read --space=abs 0x500000 16 <<'EOF'
0000000000500000  00000000 00500000 00000000 00500008  |.....P.......P..|
EOF
run s390memctl -g cli --quiet read --space=abs 0x110000 17 -t raw
is "read raw bytes" "$status $(cat "$out")" "0 text in the guest"
says "an access register that does not count" 0 read --ar 3 0x10000 8 <<'EOF'
0000000000010000  00000000 00100000                    |........|
s390memctl: warning: access register 3 was not used: the vCPU is not in access-register mode
s390memctl: primary space, as the PSW says
EOF
says "access-register mode, access register 0" 0 -c 2 read 0x10000 8 <<'EOF'
0000000000010000  00000000 00100000                    |........|
s390memctl: access-register mode, access register 0, as the PSW says
EOF
says "access-register mode, access register 5" 0 -c 2 read --ar=5 0x10000 8 <<'EOF'
0000000000010000  00000000 00108000                    |........|
s390memctl: access-register mode, access register 5, as the PSW says
EOF
says "access-register mode, as JSON" 0 -j -c 2 read --ar=5 0x10000 8 <<'EOF'
{"api_level":1,"command":"read","address":"0x10000","length":"0x8","runs":[{"address":"0x10000","length":"0x8","data":"0000000000108000"}],"space":"ar","ar":5,"exit_code":0}
EOF
run s390memctl -g cli -c 2 -j regs
like "the guest's access registers are intact" \
	'"acrs":\["0x0","0x0","0x0","0x0","0x0","0x1","0x0",'

## check

says "check" 0 check 0x10000 0x3000 <<'EOF'
fetch 0000000000010000-0000000000012fff  accessible
s390memctl: primary space, as the PSW says
EOF
says "check for both" 1 check rw 0x11000 0x5000 <<'EOF'
fetch 0000000000011000-0000000000012fff  accessible
fetch 0000000000013000-0000000000013fff  page-translation exception (0011)
fetch 0000000000014000-0000000000014fff  accessible
fetch 0000000000015000-0000000000015fff  addressing exception (0005)
store 0000000000011000-0000000000011fff  accessible
store 0000000000012000-0000000000012fff  protection exception (0004)
store 0000000000013000-0000000000013fff  page-translation exception (0011)
store 0000000000014000-0000000000014fff  accessible
store 0000000000015000-0000000000015fff  addressing exception (0005)
s390memctl: primary space, as the PSW says
s390memctl: an access to 20480 bytes would fail
EOF
says "check as JSON" 1 -j check w 0x11000 0x2000 <<'EOF'
{"api_level":1,"command":"check","address":"0x11000","length":"0x2000","runs":[{"operation":"store","address":"0x11000","length":"0x1000","accessible":true},{"operation":"store","address":"0x12000","length":"0x1000","accessible":false,"code":"0x4","name":"protection exception"}],"space":"pri","error":{"kind":"no","message":"an access to 4096 bytes would fail"},"exit_code":1}
EOF
says "check with a key" 1 --quiet -c 1 check rw --key 5 0x11f000 0x2000 <<'EOF'
fetch 000000000011f000-000000000011ffff  accessible
fetch 0000000000120000-0000000000120fff  protection exception (0004)
store 000000000011f000-0000000000120fff  protection exception (0004)
s390memctl: an access to 12288 bytes would fail
EOF
is "check changes nothing" "$(absolute 0x101000)" 0000000000101000

## write, fill, load

says "write" 0 -w write 0x10ffe 01020304 <<'EOF'
old:
0000000000010ffe  0ff80000                             |....|
new:
0000000000010ffe  01020304                             |....|
4 bytes written, 0000000000010ffe-0000000000011001
s390memctl: primary space, as the PSW says
EOF
is "it is written" "$(absolute 0x100ff8) $(absolute 0x101000)" "0000000000100102 0304000000101000"
says "write numbers, as JSON" 0 -w -j write 0x10000 -t u16 1 -2 0xffff <<'EOF'
{"api_level":1,"command":"write","old":"000000000010","new":"0001fffeffff","address":"0x10000","length":"0x6","written":6,"space":"pri","exit_code":0}
EOF
says "write text" 0 -w --quiet write --space=abs 0x130000 -t str "hello, " world <<'EOF'
old:
0000000000130000  00000000 00130000 00000000           |............|
new:
0000000000130000  68656c6c 6f2c2077 6f726c64           |hello, world|
12 bytes written, 0000000000130000-000000000013000b
EOF
says "write through an access register" 0 -w --quiet -c 2 write --ar 5 0x10008 ff <<'EOF'
old:
0000000000010008  00                                   |.|
new:
0000000000010008  ff                                   |.|
1 byte written, 0000000000010008-0000000000010008
EOF
is "into its space" "$(absolute 0x108008) $(absolute 0x100008)" "ff00000000108008 0000000000100008"
says "write over the end of what can be written" 2 -w write 0x11ffe aabbccdd <<'EOF'
s390memctl: primary space, as the PSW says
s390memctl: nothing was written: protection exception (0004) on store to 0000000000012000, primary space
s390memctl: storage key, access list, DAT, low-address or instruction-execution protection forbids the access
EOF
is "nothing is written" "$(absolute 0x101ff8)" 0000000000101ff8
says "fill" 0 -w --quiet fill 0x11000 0x1000 0xaa <<'EOF'
old:
0000000000011000  03040000 00101000 00000000 00101008  |................|
0000000000011010  00000000 00101010 00000000 00101018  |................|
0000000000011020  00000000 00101020 00000000 00101028  |....... .......(|
0000000000011030  00000000 00101030 00000000 00101038  |.......0.......8|
0000000000011040  00000000 00101040 00000000 00101048  |.......@.......H|
0000000000011050  00000000 00101050 00000000 00101058  |.......P.......X|
0000000000011060  00000000 00101060 00000000 00101068  |.......`.......h|
0000000000011070  00000000 00101070 00000000 00101078  |.......p.......x|
... 3904 bytes ...
0000000000011fc0  00000000 00101fc0 00000000 00101fc8  |................|
0000000000011fd0  00000000 00101fd0 00000000 00101fd8  |................|
0000000000011fe0  00000000 00101fe0 00000000 00101fe8  |................|
0000000000011ff0  00000000 00101ff0 00000000 00101ff8  |................|
new:
0000000000011000  aaaaaaaa aaaaaaaa aaaaaaaa aaaaaaaa  |................|
*
0000000000011070  aaaaaaaa aaaaaaaa aaaaaaaa aaaaaaaa  |................|
... 3904 bytes ...
0000000000011fc0  aaaaaaaa aaaaaaaa aaaaaaaa aaaaaaaa  |................|
*
0000000000011ff0  aaaaaaaa aaaaaaaa aaaaaaaa aaaaaaaa  |................|
4096 bytes written, 0000000000011000-0000000000011fff
EOF
is "to its end, and no further" "$(absolute 0x101ff8) $(absolute 0x102000)" \
	"aaaaaaaaaaaaaaaa 0000000000102000"
# A host page that cannot be stored to: the check cannot know.
run s390memctl -g cli -w --quiet -c 1 fill 0x12f000 0x3000 0
is "a write that fails half-way: exit code" "$status" 2
like "which bytes were written" '^8192 bytes written, 000000000012f000-0000000000130fff$'
like "and which were not" \
	'^s390memctl: only 8192 of 12288 bytes were written \(000000000012f000-0000000000130fff\): protection exception \(0004\) on store to 0000000000131000, real storage$' \
	"$err"
is "as it is told" "$(absolute 0x130ff8) $(absolute 0x131000)" \
	"0000000000000000 0000000000131000"

printf '\301\302\303\304\305' >five
says "load" 0 -w --quiet load five 0x10020 <<'EOF'
old:
0000000000010020  00000000 00                          |.....|
new:
0000000000010020  c1c2c3c4 c5                          |.....|
5 bytes written, 0000000000010020-0000000000010024
EOF
says "load a part" 0 -w --quiet load five 0x10030 2 <<'EOF'
old:
0000000000010030  0000                                 |..|
new:
0000000000010030  c1c2                                 |..|
2 bytes written, 0000000000010030-0000000000010031
EOF
says "write from a file" 0 -w --quiet write --from five 0x10040 <<'EOF'
old:
0000000000010040  00000000 00                          |.....|
new:
0000000000010040  c1c2c3c4 c5                          |.....|
5 bytes written, 0000000000010040-0000000000010044
EOF

## cas

case $(s390memctl -g cli -j info) in
*'"compare_exchange":true'*) cas=yes ;;
*) cas=no ;;
esac
if [ "$cas" = yes ]; then
	says "cas" 0 -w cas 0x103000 0x103000 7 <<'EOF'
old   0000000000103000
new   0000000000000007
exchanged, absolute 0000000000103000
EOF
	says "cas where another value is" 1 -w cas 0x103004 6 1 -t u32 <<'EOF'
old   00000006
new   00000001
found 00000007
s390memctl: not exchanged: absolute 0000000000103004 holds another value
EOF
	is "changes nothing" "$(absolute 0x103000)" 0000000000000007
	says "cas of 16 bytes, as JSON" 0 -w -j cas -t hex 0x103010 \
		00000000001030100000000000103018 ffffffffffffffffffffffffffffffff <<'EOF'
{"api_level":1,"command":"cas","address":"0x103010","length":"0x10","space":"abs","exchanged":true,"old":"00000000001030100000000000103018","new":"ffffffffffffffffffffffffffffffff","exit_code":0}
EOF
else
	says "cas on a kernel that does not know it" 4 -w cas 0x103000 0 1 <<'EOF'
s390memctl: this kernel cannot do compare-and-exchange (KVM_CAP_S390_MEM_OP_EXTENSION is 1)
s390memctl: it needs Linux 6.3
EOF
fi

## audit

rm -f audit
s390memctl -g cli --quiet -w --audit audit write 0x14000 0011 >/dev/null
sed 's/"time":"[^"]*"/"time":T/; s/"tool_pid":[0-9]*/"tool_pid":N/; s/"pid":'"$vmm_pid"',/"pid":P,/' audit >audit.lines
cat >expected <<'EOF'
{"time":T,"event":"before","sequence":1,"tool_pid":N,"uid":0,"pid":P,"guest":"cli","vcpu":0,"command":"write","space":"pri","address":"0x0000000000014000","length":2,"old":"0000","new":"0011"}
{"time":T,"event":"after","sequence":1,"tool_pid":N,"uid":0,"pid":P,"guest":"cli","vcpu":0,"command":"write","space":"pri","address":"0x0000000000014000","length":2,"done":2,"result":"done"}
EOF
ok "the audit file has both lines" cmp expected audit.lines
is "and is its owner's alone" "$(stat -c %a audit)" 600
s390memctl -g cli --quiet -w --audit audit write 0x13000 0011 >/dev/null 2>&1
is "what is refused by the check is not in it" "$(wc -l <audit)" 2
s390memctl -g cli --quiet -w --audit audit fill --space=abs 0x500000 0x10001 1 >/dev/null
is "a long write is in it piece by piece" "$(wc -l <audit) $(sed -n 's/.*"after","sequence":\([0-9]*\),.*"length":\([0-9]*\),"done":\([0-9]*\),.*/\1:\2:\3/p' audit | tail -n 2 | xargs)" \
	"6 1:65536:65536 2:1:1"
mkdir small
if mount -t tmpfs -o size=16k none small; then
	head -c 16384 /dev/zero >small/filler
	says "an audit line that cannot be written" 5 -w --audit small/audit write 0x14000 ffff <<'EOF'
s390memctl: nothing was written: audit file 'small/audit': No space left on device
s390memctl: writes are refused as long as they cannot be recorded
EOF
	is "the guest is not changed" "$(absolute 0x104000)" 0011000000104000
	rm small/*

	## dump

	says "a dump to a full disk" 4 dump --space=abs 0x100000 64K small/file <<'EOF'
s390memctl: no file was written: file 'small/file': No space left on device
s390memctl: free some space there, or name a file elsewhere
EOF
	is "nothing is left" "$(ls -A small)" ""
	umount small
else
	skip "an audit line that cannot be written" "no mount(2)"
	skip "a dump to a full disk" "no mount(2)"
fi
says "dump" 0 dump --space=abs 0x110000 64K file <<'EOF'
65536 bytes from 0000000000110000 in 'file'
EOF
is "the file" "$(stat -c '%a %s' file) $(tail -c 8 file | od -An -tx1 | tr -d ' ')" \
	"600 65536 000000000011fff8"
says "dump to a file that exists" 5 dump --space=abs 0x120000 64K file <<'EOF'
s390memctl: file 'file' exists
s390memctl: --force replaces it
EOF
says "dump with holes" 3 dump --force 0x12000 0x4000 file <<'EOF'
hole 0000000000013000-0000000000013fff  page-translation exception (0011)
hole 0000000000015000-0000000000015fff  addressing exception (0005)
16384 bytes from 0000000000012000 in 'file', 8192 of them in 2 holes
s390memctl: primary space, as the PSW says
s390memctl: 8192 of 16384 bytes could not be read
EOF
is "are sparse" "$(stat -c %s file) $(du -k file | cut -f 1)" "16384 8"
says "dump with holes, as JSON" 3 -j dump --holes=zero 0x12000 0x4000 zeros <<'EOF'
{"api_level":1,"command":"dump","address":"0x12000","length":"0x4000","holes":[{"address":"0x13000","length":"0x1000","code":"0x11","name":"page-translation exception"},{"address":"0x15000","length":"0x1000","code":"0x5","name":"addressing exception"}],"file":"zeros","bytes_read":8192,"bytes_missing":8192,"space":"pri","error":{"kind":"partial","message":"8192 of 16384 bytes could not be read"},"exit_code":3}
EOF
is "or zeros" "$(cmp file zeros && du -k zeros | cut -f 1)" 16
says "or the end" 2 dump --holes=stop 0x12000 0x4000 stopped <<'EOF'
s390memctl: no file was written: page-translation exception (0011) on fetch from 0000000000013000, primary space
s390memctl: the page-table entry is invalid: the page is not mapped or is paged out
EOF
says "dump of nothing" 2 dump 0x13000 0x1000 nothing <<'EOF'
hole 0000000000013000-0000000000013fff  page-translation exception (0011)
s390memctl: no file was written: page-translation exception (0011) on fetch from 0000000000013000, primary space
s390memctl: the page-table entry is invalid: the page is not mapped or is paged out
EOF
is "no file but these" "$(find . | sort | sed -n 's|^\./||p' | xargs)" "audit audit.lines expected file five small zeros"

## signals

# Stops this short make it take long enough. Should it end before the signal
# comes, all the same: once more.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	rm -f interrupted
	! begin_dump -g cli --max-stop=1us dump --engine=ioctl --space=abs 0 4M interrupted ||
		kill -TERM "$dump"
	wait "$dump"
	status=$?
	[ "$status" = 143 ] && break
	diag "it has ended before the signal came ($status)"
done
is "SIGTERM in a dump: exit code" "$status" 143
is "what is said" "$(cat "$out" "$err")" "s390memctl: no file was written: interrupted"
is "no file" "$(find . -name '*interrupted*')" ""

## --inject, after all that needs the PSW as it was

run s390memctl -g cli --quiet -w read 0x13000 8 --inject
is "--inject: exit code" "$status" 2
like "is warned about" '^s390memctl: warning: an access exception will be delivered to the guest' "$err"
is "the guest has met the exception" \
	"$(s390memctl -g cli -j read --space=abs 0x8c 4 | sed -n 's/.*"data":"....\(....\)".*/\1/p')" 0011

## one attach, several commands

says "a script" 2 -c 1 --quiet -e 'read 0x14000 2' -e 'read 0x400000' -e 'read 0x14000' <<'EOF'
0000000000014000  0000                                 |..|
0000000000400000-000000000040003f: addressing exception (0005)
s390memctl: -e 2: addressing exception (0005) on fetch from 0000000000400000, real storage
s390memctl: the address, or that of a translation table, lies outside the configured storage
EOF
run s390memctl -g cli --quiet --stats -c 1 read 0x110000 16
like "statistics" '^s390memctl: stops [1-9][0-9]*, calls [1-9][0-9]*, stopped [0-9.]+ us, longest [0-9.]+ us, bytes 16$' "$err"

cd "$cd_back" || exit 99
is "the vCPUs' threads found nothing changed" "$(vmm count | grep -c ' corrupted 0$')" 3
ok "the VMM ends as it should" vmm_stop
done_testing
