# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# s390memctl against a real QEMU with KVM, whose guest is a running Linux: the
# demo's session with its output checked, s390memctl killed 50 times, and QEMU
# killed while it is worked on.

echo "# begin nested"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. ./inner/lib.sh

KILLS=50
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
}

qemu_lives() {
	lives "$QEMU_PID"
}

# No thread of QEMU is traced or stopped.
qemu_is_free() {
	! grep -qE '^(TracerPid:[^0-9]*[1-9]|State:[^A-Za-z]*[tT])' "/proc/$QEMU_PID"/task/*/status
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

# Commands that go on for seconds. A session ends where one fails, as a check
# of the user's page does when Linux runs in L2's kernel just then.
make_commands() {
	for _ in $(seq 100); do
		echo "check rw $user_page 8K" >>/tmp/logical
		echo "read --space=abs 0x200000 128K -t raw" >>/tmp/absolute
	done
}

# Kills s390memctl at instants spread over its start and its work.
kill_often() {
	survived=0
	killed=0
	for kill_number in $(seq $KILLS); do
		commands=/tmp/absolute
		[ $((kill_number % 2)) -eq 0 ] || commands=/tmp/logical
		s390memctl -g demo -f $commands >/dev/null 2>&1 </dev/null &
		victim=$!
		sleep "$(awk -v n="$kill_number" 'BEGIN { srand(n); print 0.1 + 1.4 * rand() }')"
		kill -9 $victim 2>/dev/null
		wait $victim 2>/dev/null
		[ $? -ne 137 ] || killed=$((killed + 1))
		if qemu_lives && qemu_is_free; then
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
	# Linux sets no storage keys but for guests of its own.
	run s390memctl -g demo keys abs:0x100000 8K
	if [ "$status" = 0 ]; then
		like "storage keys" "^0000000000100000"
	else
		like "the guest has no storage keys" "uses no storage keys" "$err"
	fi
}

has_ended() {
	! lives "$1"
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
	is "QEMU killed in the middle: exit status" $dump_status 4
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
guest_goes_on "the guest ticks after that"
make_commands
kill_often
guest_goes_on "the guest ticks after the SIGKILLs"
ok "the user's page is read again" wait_for 20 reads_user_page
kill_qemu
(done_testing)
echo "# end nested $?"
