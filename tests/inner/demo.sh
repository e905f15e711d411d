# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The demo: a session of real commands against a running guest named "demo".
# In the nested bed, and on s390x, that is Linux in QEMU with KVM, with
# tests/bed/l2prog.c in it; in the fast bed it is testvmm with demo.scenario,
# which has the same addresses.
#
# Ends with 0 if every command gave what it should.

user_page=0x10000000
scratch=0x10001000
unmapped=0x20000000
kernel=0x900000
failed=0

say() {
	printf '\n== %s\n' "$*"
}

# typed COMMAND...: the command as one would type it
typed() {
	printf '$'
	for typed_word in "$@"; do
		case $typed_word in
		*[!A-Za-z0-9_./=:+-]*) printf " '%s'" "$typed_word" ;;
		*) printf ' %s' "$typed_word" ;;
		esac
	done
	printf '\n'
}

# show_raw COMMAND...: the command, then its output
show_raw() {
	typed "$@"
	"$@" 2>&1
}

# show STATUS ARGUMENT...: a command of s390memctl, which ends with STATUS
show() {
	show_want=$1
	shift
	show_raw s390memctl -g demo "$@"
	show_status=$?
	[ "$show_status" -eq "$show_want" ] || failed=1
	[ "$show_status" -eq 0 ] || printf '(exit status %d)\n' "$show_status"
}

# show_when PATTERN ARGUMENT...: the same, as soon as the output has PATTERN.
# A user's addresses are there only while the vCPU runs the user's program.
show_when() {
	show_pattern=$1
	shift
	show_tries=50
	until s390memctl -g demo "$@" >/tmp/demo.out 2>&1 &&
		grep -q -e "$show_pattern" /tmp/demo.out; do
		show_tries=$((show_tries - 1))
		if [ "$show_tries" -eq 0 ]; then
			failed=1
			break
		fi
	done
	typed s390memctl -g demo "$@"
	cat /tmp/demo.out
}

hex() {
	printf '0x%x' "$(($1))"
}

# A sign of life of the guest: a number that grows.
life() {
	case $BED in
	fast)
		vmm_loops
		;;
	*)
		grep -c '^L2 tick' "$L2_LOG"
		;;
	esac
}

start_testvmm() {
	# shellcheck source=/dev/null
	. inner/vmm.sh
	vmm_start inner/demo.scenario -name guest=demo
}

session() {
	say "VMs on this host and their vCPUs"
	show_raw s390memctl list
	say "what was found and chosen"
	show 0 info
	say "the registers of vCPU 0"
	show_when "problem" regs
	prefix=$(s390memctl -g demo -j regs | sed -n 's/.*"prefix": *"\([^"]*\)".*/\1/p')
	say "its lowcore, at the absolute address in the prefix register: the new PSWs"
	show 0 read --space=abs "$(hex "${prefix:-0}+0x1a0")" 0x60

	say "4 MiB of the kernel's memory into a file"
	show 0 dump --space=abs $kernel 4M /tmp/kernel.bin
	show_raw sha256sum /tmp/kernel.bin
	show_raw wc -c /tmp/kernel.bin
	say "the kernel's banner is in it"
	offset=$(strings -t d /tmp/kernel.bin | awk '/Linux version [0-9].*#[0-9]/ { print $1; exit }')
	show 0 read --space=abs "$(hex "$kernel+${offset:-0}")" 208

	say "a user's page: the space that the PSW says is used"
	show_when "s390memctl user" read $user_page 64
	show_when "hello" read $user_page 64 -t str
	say "what could be read or written, without doing it: a mapped range"
	show_when "." check rw $user_page 8K
	say "and an unmapped one"
	show 1 check r $unmapped 8K
	say "the same address through access register 5"
	if [ "$BED" = fast ]; then
		echo "(in access-register mode the register names a space of its own)"
		show 0 read $user_page 64 --ar 5
	else
		echo "(outside access-register mode the machine ignores it: the same page)"
		show_when "s390memctl user" read $user_page 64 --ar 5
	fi

	say "without -w nothing can be written"
	show 5 write $scratch -t str "written by s390memctl"
	say "a write to a scratch page, and what is there now"
	show_when "." -w write $scratch -t str "written by s390memctl"
	show_when "written by" read $scratch 32
}

[ "$BED" != fast ] || start_testvmm
before=$(life)
session
say "the guest has gone on all the time"
tries=60
after=$(life)
while [ "$after" -le "$before" ] && [ "$tries" -gt 0 ]; do
	tries=$((tries - 1))
	sleep 1
	after=$(life)
done
echo "signs of life of the guest: $before before, $after now"
[ "$after" -gt "$before" ] || failed=1
if [ "$BED" = fast ]; then
	vmm_stop
else
	tail -n 2 "$L2_LOG"
fi
[ "$failed" -eq 0 ] || echo "the demo has FAILED: see above"
exit "$failed"
