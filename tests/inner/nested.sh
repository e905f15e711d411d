# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# s390memctl against a real QEMU with KVM, whose guest is a running Linux: the
# demo's session with its output checked, s390memctl killed 50 times and at each step of
# an injection, and QEMU killed while it is worked on.

echo "# begin nested"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./inner/lib.sh
# shellcheck source-path=SCRIPTDIR source=torture.sh
. ./inner/torture.sh

KILLS=50
# how many addresses both translations are asked about (run-inner.sh)
ADDRESSES=${S390MEMCTL_AGREE:-$(sed -n 's/.*bed\.agree=\([0-9]*\).*/\1/p' /proc/cmdline)}
: "${ADDRESSES:=2000}"
QEMU_RAM=$((160 << 20))
user_page=0x10000000

ticks() {
	grep -c '^L2 tick' "$L2_LOG"
}

ticks_beyond() {
	[ "$(ticks)" -gt "$1" ]
}

# guest_goes_on TEXT: it ticks again within 30 s
guest_goes_on() {
	goes_from=$(ticks)
	ok "$1" wait_for 30 ticks_beyond "$goes_from"
	ok "$1, with the access registers it had" access_registers_hold
}

# l2prog compares those of the program in the guest all the time.
access_registers_hold() {
	! grep -q '^L2 access register' "$L2_LOG"
}

qemu_lives() {
	lives "$QEMU_PID"
}

# guest_ram ADDR LEN: guest memory as QEMU itself has it, another way to the
# same bytes than KVM
guest_ram() {
	ram=$(awk -v size="$QEMU_RAM" '
		function number(hex,   i, n) {
			for (i = 1; i <= length(hex); i++)
				n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
			return n
		}
		{
			split($1, range, "-")
			if ($2 ~ /^rw-/ && number(range[2]) - number(range[1]) == size) {
				print range[1]
				exit
			}
		}' "/proc/$QEMU_PID/maps")
	dd if="/proc/$QEMU_PID/mem" bs=4096 count=$(($2 / 4096)) \
		skip=$(((0x$ram + $1) / 4096)) 2>/dev/null
}

# in_demo TEXT PATTERN: a line of the demo's output matches
in_demo() {
	if grep -qE -e "$2" /tmp/demo.txt; then
		pass "demo: $1"
	else
		fail "demo: $1: nothing matches $2"
	fi
}

check_demo() {
	sh inner/demo.sh >/tmp/demo.txt 2>&1
	demo_status=$?
	sed 's/^/# /' /tmp/demo.txt
	is "demo: ends well" "$demo_status" 0
	in_demo "list names the guest, s390x, its PID" "$QEMU_PID.*demo|demo.*$QEMU_PID"
	in_demo "info says that the call is injected" "inject"
	in_demo "regs decodes the PSW" "problem state"
	in_demo "the program's new PSW is in the lowcore" "0404c001 ?80000000|0404c00180000000"
	in_demo "the kernel's banner is in its memory" "Linux version [0-9]"
	in_demo "a string of the user's page" "s390memctl user page of L2: hello from the problem state"
	in_demo "a mapped range can be stored into" "^store .*accessible"
	in_demo "an unmapped range fails with its exception" "^fetch .*exception \("
	in_demo "a write needs -w" "exit status 5"
	in_demo "what was written is there" "written by"
	in_demo "the dump has 4 MiB" "^4194304 /tmp/kernel.bin"
	in_demo "its checksum" "^[0-9a-f]{64} "
	guest_ram 0x900000 4194304 >/tmp/kernel.ram
	is "the dump is what QEMU has in its memory" \
		"$(sha256sum </tmp/kernel.bin)" "$(sha256sum </tmp/kernel.ram)"
}

# Commands that go on for longer than a session lives. One may fail, as a check of the
# user's page does when Linux runs in L2's kernel just then.
make_commands() {
	yes "check rw $user_page 8K" | head -n 3000 >/tmp/logical
	yes "read --space=abs 0x200000 128K -t raw" | head -n 3000 >/tmp/absolute
}

# Kills s390memctl at instants spread over its start and its work.
kill_often() {
	survived=0
	killed=0
	for kill_number in $(seq $KILLS); do
		commands=/tmp/absolute
		[ $((kill_number % 2)) -eq 0 ] || commands=/tmp/logical
		s390memctl -g demo --keep-going -f $commands >/dev/null 2>&1 </dev/null &
		victim=$!
		sleep "$(awk -v n="$kill_number" 'BEGIN { srand(n); print 0.1 + 1.4 * rand() }')"
		kill -9 $victim 2>/dev/null
		wait $victim 2>/dev/null
		[ $? -ne 137 ] || killed=$((killed + 1))
		if qemu_lives && is_free "$QEMU_PID"; then
			survived=$((survived + 1))
		fi
	done
	diag "$killed of $KILLS were killed before their end"
	is "QEMU lives and no thread of it is traced after each of $KILLS SIGKILLs" \
		$survived $KILLS
	ok "many of them were killed before their end" [ $killed -ge $((KILLS / 5)) ]
}

reads_user_page() {
	s390memctl -g demo read $user_page 64 -t str | grep -q hello
}

# The banner of L2's kernel, by its virtual address: 6.1 without KASLR, where that
# is the absolute one. While the vCPU runs a user's program only home space has it.
check_spaces() {
	banner=$(sed -n "s/.*read --space=abs \(0x[0-9a-f]*\) 208.*/\1/p" /tmp/demo.txt | head -n 1)
	for _ in $(seq 50); do
		run s390memctl -g demo -e "regs" -e "read home:$banner 64"
		grep -q 'problem state' "$out" && break
	done
	like "stopped in a user's program" "problem state"
	expect_status "a kernel address by home space" 0
	like "the banner is there" "Linux ver"
	run s390memctl -g demo -j translate "home:$banner"
	expect_status "translate finds the frame" 0
	like "which is where it is in absolute storage" "\"absolute\":\"$banner\""
	s390memctl -g demo read --engine=walk "home:$banner" 4096 -t raw >/tmp/walk.bin 2>/dev/null
	s390memctl -g demo read --space=abs "$banner" 4096 -t raw >/tmp/abs.bin 2>/dev/null
	ok "the same bytes by home space and by absolute address" cmp /tmp/walk.bin /tmp/abs.bin
	is "all of them" "$(wc -c </tmp/walk.bin)" 4096
	# primary space, while it is a user's program that runs
	agreed=0
	for _ in $(seq 8); do
		run s390memctl -g demo read --engine=both $user_page 256
		[ "$status" = 4 ] && break
		[ "$status" != 0 ] || agreed=$((agreed + 1))
	done
	ok "KVM and our translation agree on the user's page" [ "$agreed" -gt 0 ]
}

# A symbol without a space, while primary space is a user's program, which has no
# such address: home space has, and it is said.
check_symbol() {
	if [ ! -e /bed/l2.symbols ]; then
		skip "a kernel's symbol while a user's program runs" "no symbols of its kernel here"
		return
	fi
	for _ in $(seq 50); do
		run s390memctl -g demo -j -s /bed/l2.symbols read linux_banner 10
		grep -q '"instead_of":"pri"' "$out" && break
	done
	like "a kernel's symbol while a user's program runs: home space" \
		'"data":"4c696e75782076657273".*"space":"home","instead_of":"pri"'
	run s390memctl -g demo -s /bed/l2.symbols read --space=abs linux_banner 10
	expect_status "the symbol in absolute storage" 0
	like "has the same bytes" "^[0-9a-f]{16}  4c696e75 78207665 7273 "
}

# Of each batch of 1,000 some data are compared, too.
check_agreement() {
	if ! command -v agree >/dev/null; then
		skip "both translations of random addresses" "agree was not built"
		return
	fi
	run agree "$QEMU_PID" "$ADDRESSES" 1
	diag_file agree "$out"
	expect_status "both translations of $ADDRESSES random addresses of user and kernel" 0
	like "agree" "^$ADDRESSES addresses, 0 differences$"
}

# What the guest's kernel says of itself, without any help of it: its log has all
# that stands on its console.
check_linux() {
	# Now: the log has all of it then. The last line may be half written.
	sed '$d' "$L2_LOG" >/tmp/console.copy
	run s390memctl -g demo log
	expect_status "the log of the guest's kernel" 0
	like "with its banner" '\] Linux version 6\.1'
	# Tabs are shown as \t.
	tr -d '\r' </tmp/console.copy | sed "s/$(printf '\t')/\\\\t/g" | grep -E '^\[ *[0-9]+\.[0-9]{6}\] .{1,60}$' | sort -u >/tmp/console.lines
	cp "$out" /tmp/log.lines
	diag "$(wc -l </tmp/console.lines) lines of the console are compared"
	ok "there are some" [ "$(wc -l </tmp/console.lines)" -gt 20 ]
	is "all lines of the console are in the log" \
		"$(grep -vxF -f /tmp/log.lines /tmp/console.lines)" ""
	run s390memctl -g demo -j bt
	expect_status "a backtrace of the running guest" 0
	like "with frames" '"frames":\[\{"pc":"0x[0-9a-f]+"'
	run s390memctl -g demo -j triage --timeout=300s
	expect_status "triage of the running guest" 0
	like "tells its release, what the CPU does by five samples, how long it stood still" \
		'"release":"6\.1.*"cpus":\[\{"cpu":0,"state":"[a-z]+".*"samples":5,.*"stopped":\{"stops":[1-9]'
	diag "$(grep -o '"state":"[^"]*","why":"[^"]*"' "$out"), $(grep -o '"stopped":[^}]*}' "$out")"
}

# The same guest with the vmlinux of its kernel: what needs types, too.
check_vmlinux() {
	if [ ! -e l2.vmlinux ]; then
		skip "with the kernel's vmlinux" "it was not fetched (bed fetch-debug 6.1)"
		return
	fi
	run s390memctl -g demo -s l2.vmlinux sym linux_banner
	expect_status "a symbol of its vmlinux" 0
	like "is where the demo has found it" "^0*${banner#0x} "
	run s390memctl -g demo -s l2.vmlinux ps
	expect_status "processes" 0
	like "the idle task" ' 0 .* [[]swapper/0[]]$'
	like "init" ' 1 .* l2prog$'
	run s390memctl -g demo -s l2.vmlinux print init_task.comm
	expect_status "a variable's member" 0
	like "is what ps shows" '"swapper/0"'
	run s390memctl -g demo -s l2.vmlinux -j triage --timeout=300s
	expect_status "triage with tasks" 0
	like "tells them, and the current one" '"task":\{"pid":[0-9]+.*"tasks":\{"count":[1-9]'
}

# shown_keys: the storage key of each block, from the text of keys
shown_keys() {
	sed 's/-/ /' | while read -r from to key _; do
		block=$((0x$from))
		while [ "$block" -le $((0x$to)) ]; do
			echo "$key"
			block=$((block + 4096))
		done
	done
}

monitor_keys() {
	tr '\r' '\n' </tmp/monitor.log | sed -n 's/^ *key: 0x\([0-9A-Fa-f]*\).*/\1/p'
}

monitor_has_keys() {
	[ "$(monitor_keys | wc -l)" -ge "$1" ]
}

# Linux sets no storage keys, but in the bed 128 blocks have all there are
# (tests/bed/run.py). What changes meanwhile, R and C, is not compared.
check_keys() {
	if [ ! -e /tmp/monitor.log ]; then
		run s390memctl -g demo keys abs:0x100000 8K
		like "the guest has no storage keys" "uses no storage keys" "$err"
		return
	fi
	run s390memctl -g demo keys abs:0x7000000 512K
	expect_status "storage keys" 0
	shown_keys <"$out" >/tmp/keys.before
	for number in $(seq 0 127); do
		printf 'info skeys 0x%x\n' $((0x7000000 + number * 4096)) >/tmp/monitor.in
	done
	ok "QEMU tells as many" wait_for 60 monitor_has_keys 128
	run s390memctl -g demo keys abs:0x7000000 512K
	shown_keys <"$out" >/tmp/keys.after
	monitor_keys >/tmp/keys.qemu
	seq 0 127 | while read -r number; do
		printf '%02x\n' $((number * 2))
	done >/tmp/keys.set
	paste /tmp/keys.before /tmp/keys.after /tmp/keys.qemu /tmp/keys.set >/tmp/keys
	diag "$(awk '$1 == $2 && ("0x" $1) + 0 == ("0x" $3) + 0' /tmp/keys | wc -l) of 128 keys are compared whole"
	is "which are ours" "$(while read -r before after qemu _; do
		[ "$before" != "$after" ] || [ $((0x$before)) = $((0x$qemu)) ] || echo "$before $qemu"
	done </tmp/keys)" ""
	is "access control and fetch protection are what was set" "$(while read -r before _ _ set; do
		echo $((0x$before & 0xf8)) $((0x$set & 0xf8))
	done </tmp/keys | awk '$1 == $2' | wc -l)" 128
}

# goes_on: the guest ticks again, with the access registers it had
goes_on() {
	goes_from=$(ticks)
	wait_for 30 ticks_beyond "$goes_from" && access_registers_hold
}

# s390memctl is killed and signalled exactly at each step, and several work at once.
check_torture() {
	if ! torture_is_possible; then
		skip "signals at each step" "no s390memctl-hooks here"
		return
	fi
	set -- -g demo read --engine=ioctl --space=abs 0x200000 0x2000
	torture_steps "QEMU" "$QEMU_PID" goes_on "$@"
	torture_together "QEMU" "$QEMU_PID" goes_on 0,0,0,0 "$@"
}

kill_qemu() {
	# Should the dump end before it is seen at work: once more.
	begun=no
	for _ in 1 2 3 4 5; do
		rm -f /tmp/big.bin
		if begin_dump -g demo dump --engine=ioctl --space=abs 0 100M /tmp/big.bin; then
			begun=yes
			break
		fi
		wait "$dump"
	done
	kill -9 "$QEMU_PID"
	# Not to hang is part of the matter: give up on it after two minutes.
	ok "a dump ends when QEMU is killed" wait_for 120 has_ended "$dump"
	kill -9 "$dump" 2>/dev/null
	wait "$dump" 2>/dev/null
	dump_status=$?
	is "the dump was still going on when QEMU was killed" $begun yes
	ok "QEMU killed in the middle: exit status" ended_with_vmm $dump_status
	ok "s390memctl says so" [ -s "$err" ]
	diag_file stderr "$err"
	ok "no truncated file under the final name" [ ! -e /tmp/big.bin ]
	run s390memctl -g demo read $user_page 64
	expect_status "afterwards there is no such guest: exit status 4" 4
}

is "QEMU's threads have a seccomp filter (-sandbox on)" \
	"$(sed -n 's/^Seccomp:[^0-9]*//p' "/proc/$QEMU_PID/status")" 2
check_demo
guest_goes_on "the guest ticks after the demo"
check_spaces
check_symbol
check_agreement
check_keys
check_linux
check_vmlinux
guest_goes_on "the guest ticks after that"
check_torture
guest_goes_on "the guest ticks after signals at each step"
make_commands
kill_often
guest_goes_on "the guest ticks after the SIGKILLs"
ok "the user's page is read again" wait_for 20 reads_user_page
kill_qemu
(done_testing)
echo "# end nested $?"
