# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# translate, map, keys, search, diff and watch on live vCPUs. The guest is
# cli.scenario.

. ./inner/lib.sh
. ./inner/vmm.sh
. ./inner/cli.sh

vmm_start inner/cli.scenario -name guest=cli || skip_all "testvmm does not start"

## keys

says "keys, with holes" 3 keys 0x10000 24K <<'END'
0000000000010000-0000000000012fff  06  access control 0, referenced, changed
0000000000013000-0000000000013fff  page-translation exception (0011)
0000000000014000-0000000000014fff  06  access control 0, referenced, changed
0000000000015000-0000000000015fff  addressing exception (0005)
s390memctl: primary space, as the PSW says
s390memctl: 8192 of 24576 bytes have no storage key
END
says "keys of absolute storage, equal ones merged" 0 keys abs:0x11f000+16K <<'END'
000000000011f000-000000000011ffff  06  access control 0, referenced, changed
0000000000120000-0000000000120fff  38  access control 3, fetch-protected
0000000000121000-0000000000122fff  06  access control 0, referenced, changed
END
says "keys as JSON" 0 -j keys abs:0x120abc <<'END'
{"api_level":1,"command":"keys","address":"0x120000","keys":[{"address":"0x120000","length":"0x1000","key":"0x38","acc":3,"fetch_protected":true,"referenced":false,"changed":false}],"space":"abs","exit_code":0}
END
says "keys beyond storage" 3 keys abs:0x3ff000.12K <<'END'
00000000003ff000-00000000003fffff  06  access control 0, referenced, changed
0000000000400000-0000000000401fff  addressing exception (0005)
s390memctl: 8192 of 12288 bytes have no storage key
END
says "keys beside the bytes" 0 read --keys 0x10ff8 16 <<'END'
0000000000010ff8  key 06  access control 0, referenced, changed
0000000000010ff8  00000000 00100ff8                    |........|
0000000000011000  key 06  access control 0, referenced, changed
0000000000011000  00000000 00101000                    |........|
s390memctl: primary space, as the PSW says
END
says "keys beside the bytes, as JSON" 0 -j read --keys 0x10ff8 16 <<'END'
{"api_level":1,"command":"read","address":"0x10ff8","length":"0x10","runs":[{"address":"0x10ff8","length":"0x10","data":"0000000000100ff80000000000101000"}],"keys":[{"address":"0x10000","length":"0x2000","key":"0x6","acc":0,"fetch_protected":false,"referenced":true,"changed":true}],"space":"pri","exit_code":0}
END

## translate and map

run s390memctl -g cli translate 0x12345
is "translate" "$status $(tail -n 1 "$out")" "0 absolute 0000000000102345, 4 KiB frame, protected"
like "the space that it was" 'primary space, as the PSW says' "$err"
run s390memctl -g cli translate --store 0x12345
is "translate for a store that is refused" \
	"$status $(tail -n 1 "$out" | sed 's/.*: //')" "2 protection exception (0004)"
run s390memctl -g cli -c 2 translate --ar 5 0x10010
is "translate by an access register" "$status $(tail -n 1 "$out")" \
	"0 absolute 0000000000108010, 4 KiB frame"
says "map" 0 map <<'END'
0000000000010000-0000000000011fff      8K  4K  rwx  absolute 0000000000100000
0000000000012000-0000000000012fff      4K  4K  r-x  absolute 0000000000102000
0000000000014000-0000000000014fff      4K  4K  rwx  absolute 0000000000104000
0000000000015000-0000000000015fff      4K  addressing exception (0005)
4 ranges, 16K mapped: 16K in 4K frames; 4K protected; 4K by unusable entries
s390memctl: primary space, as the PSW says
END
says "map of another space" 0 -c 2 map ar5:0x0+1M <<'END'
0000000000010000-0000000000011fff      8K  4K  rwx  absolute 0000000000108000
1 range, 8K mapped: 8K in 4K frames
END
says "map of storage whose end is not known" 64 map --space=abs <<'END'
s390memctl: map: where the storage of this guest ends is not known: a RANGE is needed
s390memctl: such as real:0+4G or abs:0+4G
END
says "map of a range of storage" 0 map abs:0x380000+4M <<'END'
0000000000380000-00000000003fffff    512K  -   rwx  absolute 0000000000380000
0000000000500000-00000000005fffff      1M  -   rwx  absolute 0000000000500000
2 ranges, 1536K mapped
END

## search and diff

says "search, over a hole" 0 search 0x10000-0x15fff 0010?ff8 <<'END'
0000000000010ffc  00100ff8 00000000 00101000 00000000  |................|
0000000000011ffc  00101ff8 00000000 00102000 00000000  |.......... .....|
0000000000012ffc  00102ff8                             |../.|
0000000000014ffc  00104ff8                             |..O.|
s390memctl: primary space, as the PSW says
s390memctl: 8192 bytes could not be read
END
says "diff of two spaces" 1 -c 2 diff ar0:0x10000.8 ar5:0x10000 <<'END'
0000000000010006  00 -> 80
s390memctl: 1 of 8 bytes differ
END
says "diff of absolute and logical addresses, equal" 0 diff abs:0x100000.8K pri:0x10000 <<'END'
END

## watch

says "watch what does not change" 0 watch --count 2 --interval 10ms pri:0x10000 64 <<'END'
END
# watched_lines COUNT: so many have been told
watched_lines() {
	[ "$(wc -l <"$tap_dir/watched")" -ge "$1" ]
}

s390memctl -g cli -j watch --interval 50ms pri:0x10000 64 >"$tap_dir/watched" 2>"$tap_dir/err" &
watch_pid=$!
# The first line comes when the bytes have been read for the first time.
wait_for 60 test -s "$tap_dir/watched"
run s390memctl -g cli -w write abs:0x100008 ffff
is "a change while it is watched" "$status" 0
ok "is told" wait_for 60 watched_lines 2
kill -TERM "$watch_pid"
wait "$watch_pid"
is "watch ends by the signal" "$?" 143
sed 's/"time":"[0-9T:.-]*Z"/"time":""/; s/"readings":[0-9]*/"readings":0/' "$tap_dir/watched" >"$out"
cat >"$tap_dir/expected" <<'END'
{"api_level":1,"command":"watch","space":"pri","event":"begin","address":"0x10000","length":"0x40","exit_code":0}
{"api_level":1,"command":"watch","event":"changes","time":"","runs":[{"address":"0x10008","length":"0x2","old":"0000","new":"ffff"}],"exit_code":0}
{"api_level":1,"command":"watch","event":"end","readings":0,"changes":1,"skipped":0,"exit_code":143}
END
if cmp -s "$tap_dir/expected" "$out"; then
	pass "watch: a line a reading with changes"
else
	fail "watch: a line a reading with changes"
	diag_file expected "$tap_dir/expected"
	diag_file watched "$tap_dir/watched"
	diag_file err "$tap_dir/err"
fi

is "the vCPUs' threads found nothing changed" "$(vmm count | grep -c ' corrupted 0$')" 3
ok "the VMM ends as it should" vmm_stop
done_testing
