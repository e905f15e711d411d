# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The JSON of commands on a live vCPU, those that write among them. It goes to the
# host as it is, in lines "# json: ", which knows the schema (tests/json-lines.py).

. ./inner/lib.sh
. ./inner/vmm.sh

vmm_start inner/cli.scenario -name guest=cli || skip_all "testvmm does not start"
printf 'loaded' >"$tap_dir/bytes"

# json STATUS ARGUMENT...: documents of one command, which ends so
json() {
	expected=$1
	shift
	run s390memctl -g cli -w -j "$@"
	is "$*: exit code" "$status" "$expected"
	sed 's/^/# json: /' "$out"
}

json 0 info
json 0 regs
json 0 read 0x10000 32
json 0 read --keys 0x10000 8K
json 3 read 0x12ff0 0x1020
json 2 read 0x13000 8
json 0 read --engine=both 0x10000 16
json 0 read --space=sec 0x10000 8
json 0 keys abs:0x11f000+16K
json 0 check rw 0x10000 8K
json 1 check w 0x12000 4K
json 0 translate 0x10000
json 2 translate 0x13000
json 0 map
json 0 search 0x10000 8K --type u64 0x100010
json 1 diff 0x10000+16 0x10010+16
json 0 watch --count=2 --interval=10ms 0x10000 8
json 0 dump 0x10000 8K "$tap_dir/dumped"
json 0 write 0x10000 --type str 'written'
json 0 write abs:0x100100 --type u32 1 2 3
json 2 write 0x12000 00
json 0 fill 0x10100 64 0xff
json 0 load "$tap_dir/bytes" 0x10200
case $(s390memctl -g cli -j info) in
*'"compare_exchange":true'*)
	json 0 cas 0x103000 0x103000 7
	json 1 cas 0x103000 0 1
	;;
*)
	json 4 cas 0x103000 0 1
	;;
esac
json 0 lowcore
json 0 bt
json 0 triage --timeout=60s
run s390memctl -g cli -j fill 0x10100 64 0xff
expect_status "without --write" 5
sed 's/^/# json: /' "$out"
run s390memctl -j list
sed 's/^/# json: /' "$out"

ok "the VMM ends well" vmm_stop
done_testing
