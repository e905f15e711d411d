# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Every mistake on the command line: one line that says what and where, most
# with one that says what to do, and the exit code. No VMM is touched: process
# 4194304 cannot exist, and no command here gets as far as looking for it.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

# usage_is NAME ARGUMENT... <<lines without "s390memctl: ": exit code 64
usage_is() {
	local name=$1

	shift
	sed 's/^/s390memctl: /' | run_is "$name" 64 s390memctl -p 4194304 "$@"
}

# A piece of a pipeline runs in a subshell, and would count for itself.
shopt -s lastpipe

## options of the program

run_is "nothing to do" 64 s390memctl <<'EOF'
s390memctl: no command given, and no terminal to ask for one
s390memctl: see s390memctl --help
EOF
usage_is "unknown long option" --pif <<'EOF'
unknown option '--pif'
did you mean '--pid'?
EOF
usage_is "unknown long option, nothing near" --frobnicate <<'EOF'
unknown option '--frobnicate'
see s390memctl --help
EOF
usage_is "unknown letter" -x <<'EOF'
unknown option '-x'
see s390memctl --help
EOF
usage_is "unknown letter behind known ones" -wjx list <<'EOF'
unknown option '-x'
see s390memctl --help
EOF
usage_is "ambiguous option" --s list <<'EOF'
option '--s' is ambiguous: --symbols, --stats, --suspend-seccomp
see s390memctl --help
EOF
usage_is "missing argument" --guest <<'EOF'
option '--guest' needs an argument: NAME
see s390memctl --help
EOF
usage_is "missing argument of a letter" -wg <<'EOF'
option '-g' needs an argument: NAME
see s390memctl --help
EOF
usage_is "argument where none belongs" --write=yes <<'EOF'
option '--write' takes no argument
see s390memctl --help
EOF
usage_is "control characters are escaped" $'--\e[31mred' <<'EOF'
unknown option '--\x1b[31mred'
see s390memctl --help
EOF
usage_is "PID that is no number" -p x list <<'EOF'
process id 'x' is no number
numbers are decimal, 0x hexadecimal, 0 octal or 0b binary
EOF
usage_is "PID 0" -p 0 list <<'EOF'
process id 0 is out of range (1 to 2147483647)
see s390memctl --help
EOF
usage_is "PID beyond int" --pid=2147483648 list <<'EOF'
process id 2147483648 is out of range (1 to 2147483647)
see s390memctl --help
EOF
usage_is "negative vCPU" -c -1 list <<'EOF'
vCPU id '-1' must not be negative
see s390memctl --help
EOF
usage_is "vCPU fd that is no number" --vcpu-fd=1x list <<'EOF'
vCPU file descriptor '1x' is no number
numbers are decimal, 0x hexadecimal, 0 octal or 0b binary
EOF
usage_is "empty guest name" -g '' list <<'EOF'
the guest name is empty
see s390memctl --help
EOF
usage_is "PID and guest" -g x list <<'EOF'
--pid and --guest exclude each other
EOF
usage_is "time without unit" --max-stop=10 list <<'EOF'
time '10': the unit must be ns, us, ms or s
see s390memctl --help
EOF
usage_is "time that is no number" --max-stop=-1ms list <<'EOF'
time '-1ms': no number
see s390memctl --help
EOF
usage_is "time too short" --max-stop=999ns list <<'EOF'
time '999ns': out of range (1us to 10s)
see s390memctl --help
EOF
usage_is "time too long" --max-stop=10001ms list <<'EOF'
time '10001ms': out of range (1us to 10s)
see s390memctl --help
EOF
usage_is "time past 64 bits" --max-stop=99999999999999999999s list <<'EOF'
time '99999999999999999999s': out of range (1us to 10s)
see s390memctl --help
EOF
usage_is "command and -e" -e list list <<'EOF'
a command beside --execute or --file: give one or the other
EOF
usage_is "symbol file that is missing" -s nosuch list <<'EOF'
list: nosuch: No such file or directory
EOF
echo hello >text
usage_is "symbol file that is no ELF file" -s text list <<'EOF'
list: text: is not an ELF file
give the guest kernel's vmlinux or another ELF file
EOF

## commands

usage_is "unknown command" lst <<'EOF'
unknown command 'lst'
did you mean 'list'?
EOF
usage_is "unknown command, nothing near" frobnicate <<'EOF'
unknown command 'frobnicate'
'help' lists the commands
EOF
usage_is "control characters in a command" $'li\e]0;x\ast' <<'EOF'
unknown command 'li\x1b]0;x\x07st'
'help' lists the commands
EOF
usage_is "ambiguous command" re 0 <<'EOF'
command 're' is ambiguous: regs, read
EOF
usage_is "no command at all" '' <<'EOF'
unknown command ''
'help' lists the commands
EOF
usage_is "too few arguments" read <<'EOF'
read: too few arguments
usage: read [OPTION...] ADDR [LEN]
EOF
usage_is "too many arguments" read 0 16 32 <<'EOF'
read: unexpected argument '32'
usage: read [OPTION...] ADDR [LEN]
EOF
usage_is "arguments where none belong" quit now <<'EOF'
quit: unexpected argument 'now'
usage: quit
EOF
usage_is "unknown option of a command" read --frob 0 <<'EOF'
read: unknown option '--frob'
usage: read [OPTION...] ADDR [LEN]
EOF
usage_is "option of another command" dump --inject 0 1 x <<'EOF'
dump: unknown option '--inject'
usage: dump [OPTION...] ADDR LEN FILE
EOF
usage_is "option given twice" read --ar=1 0 --ar 2 <<'EOF'
read: option '--ar' is given twice
usage: read [OPTION...] ADDR [LEN]
EOF
usage_is "option of a command without its argument" read 0 -t <<'EOF'
read: option '-t' needs an argument: TYPE
usage: read [OPTION...] ADDR [LEN]
EOF

## numbers, lengths, addresses

usage_is "length 0" read 0 0 <<'EOF'
read: length '0' must not be 0
EOF
usage_is "negative length" read 0 -1 <<'EOF'
read: length '-1' must not be negative
EOF
usage_is "length past 64 bits" read 0 99999999999999999999 <<'EOF'
read: length '99999999999999999999' does not fit
64 bits hold 0 to 18446744073709551615 (0xffffffffffffffff)
EOF
usage_is "range past 2^64" read 0x10 0xffffffffffffffff <<'EOF'
read: the range of 18446744073709551615 bytes from 0x10 passes 2^64
EOF
run_is "a symbol is looked for in the guest" 4 s390memctl -p 4194304 read jiffies <<'EOF'
s390memctl: there is no process 4194304
EOF
usage_is "unknown register" read %r16 <<'EOF'
read: no register '%r16'
there are %r0-%r15, %a0-%a15, %c0-%c15, %psw (or %pswa), %pswm and %prefix
EOF
usage_is "length of a range to check" check 0 0 <<'EOF'
check: length '0' must not be 0
EOF
usage_is "mode of check" check x 0 1 <<'EOF'
check: the first of three arguments must be r, w or rw
EOF

## types and spaces

usage_is "unknown type" read -t u9 0 <<'EOF'
read: unknown type 'u9'
-t takes one of hex, u8, u16, u32, u64, str, ebcdic, raw
EOF
usage_is "length that is no multiple of the type" read -t u32 0 10 <<'EOF'
read: length 10 is no multiple of the type's 4 bytes
EOF
usage_is "EBCDIC beside another type" read --ebcdic -t u8 0 <<'EOF'
read: --ebcdic is for -t hex only
EOF
usage_is "access register 16" read --ar 16 0 <<'EOF'
read: access register 16 is out of range (0 to 15)
EOF
usage_is "access key that is no number" read --key=x 0 <<'EOF'
read: access key 'x' is no number
numbers are decimal, 0x hexadecimal, 0 octal or 0b binary
EOF
usage_is "access key 16" check --key 0x10 0 1 <<'EOF'
check: access key 16 is out of range (0 to 15)
EOF
usage_is "unknown space" read --space=hone 0 <<'EOF'
read: there is no address space 'hone'
spaces are auto, pri, sec, home, arN, alet=X, asce=X, real, abs and sida
EOF
usage_is "unknown space before an address" read hone:0x1000 <<'EOF'
read: there is no address space 'hone'
spaces are auto, pri, sec, home, arN, alet=X, asce=X, real, abs and sida
EOF
usage_is "space of access register 16" read ar16:0 <<'EOF'
read: access register 16 is out of range (0 to 15)
EOF
usage_is "space of no access register" read --space=ar 0 <<'EOF'
read: --space=ar needs an access register
write --space=arN
EOF
usage_is "two access registers" read --space=ar3 --ar=4 0 <<'EOF'
read: --ar means nothing with --space=ar3
EOF
usage_is "ALET of 33 bits" read alet=0x100000000:0 <<'EOF'
read: ALET '0x100000000' does not fit
32 bits hold 0 to 4294967295 (0xffffffff)
EOF
usage_is "space of no ASCE" read --space=asce 0 <<'EOF'
read: space asce needs to be told which
write arN, alet=X or asce=X
EOF
usage_is "unknown engine" read --engine=fast 0 <<'EOF'
read: --engine takes auto, ioctl, walk or both, not 'fast'
EOF
usage_is "SIDA by own translation" read --engine=walk sida:0 <<'EOF'
read: the SIDA is known to KVM only: --engine=walk or both mean nothing there
EOF
usage_is "injection and own translation" -w read --engine=both --inject 0 <<'EOF'
read: --inject means nothing with --engine=walk or both: KVM delivers exceptions
EOF
usage_is "cas in home space" -w cas home:0x1000 0 1 <<'EOF'
cas: cas works in absolute storage only, not in home space
EOF
usage_is "access register and absolute space" read --space=abs --ar=1 0 <<'EOF'
read: --ar means nothing with --space=abs
EOF
usage_is "injection and absolute space" -w read --space=abs --inject 0 <<'EOF'
read: --inject means nothing with --space=abs
EOF
usage_is "key and SIDA" read --space=sida --key=1 0 <<'EOF'
read: --key means nothing with --space=sida
EOF
run_is "long read with --inject" 64 s390memctl -p 4194304 -w read --inject 0 1M <<'EOF'
s390memctl: warning: an access exception will be delivered to the guest as a program interruption
s390memctl: read: --inject reads 65536 bytes at most
EOF

## values

usage_is "nothing to write" -w write 0 <<'EOF'
write: no values to write
EOF
usage_is "empty value" -w write 0 -t str '' <<'EOF'
write: nothing to write: the values have no bytes
EOF
usage_is "odd hex digits" -w write 0 00 abc <<'EOF'
write: value 'abc': an odd number of hex digits
write two digits for each byte
EOF
usage_is "no hex digits" -w write 0 xy <<'EOF'
write: value 'xy': not all of it are hex digits
-t u8, u16, u32, u64, str and ebcdic take other values
EOF
usage_is "0x alone" -w write 0 0x <<'EOF'
write: value '0x': no hex digits
EOF
usage_is "too large for u8" -w write 0 256 -t u8 <<'EOF'
write: value '256' does not fit
8 bits hold -128 to 255
EOF
usage_is "too small for u8" -w write 0 -129 -t u8 <<'EOF'
write: value '-129' does not fit
8 bits hold -128 to 255
EOF
usage_is "too large for u16" -w write 0 0x10000 -t u16 <<'EOF'
write: value '0x10000' does not fit
16 bits hold -32768 to 65535
EOF
usage_is "too large for u32" -w write 0 0x100000000 -t u32 <<'EOF'
write: value '0x100000000' does not fit
32 bits hold -2147483648 to 4294967295
EOF
usage_is "a type that is for reading only" -w write 0 -t raw 00 <<'EOF'
write: unknown type 'raw'
-t takes one of hex, u8, u16, u32, u64, str, ebcdic
EOF
usage_is "values and a file" -w write 0 00 --from=text <<'EOF'
write: values beside --from: give one or the other
EOF
usage_is "byte to fill with too large" -w fill 0 1 256 <<'EOF'
fill: byte '256' does not fit
8 bits hold -128 to 255
EOF
usage_is "a type that cannot be exchanged" -w cas 0 1 2 -t str <<'EOF'
cas: unknown type 'str'
-t takes one of hex, u8, u16, u32, u64
EOF
usage_is "a size that cannot be exchanged" -w cas 0 001122 334455 -t hex <<'EOF'
cas: 3 bytes cannot be exchanged at once: 1, 2, 4, 8 or 16 can
EOF
usage_is "sizes that differ" -w cas 0 00 0000 -t hex <<'EOF'
cas: OLD and NEW differ in length: 1 and 2 bytes
EOF
usage_is "address not aligned" -w cas 0x1001 1 2 -t u16 <<'EOF'
cas: address 0x1001 is no multiple of the 2 bytes to exchange
EOF

## files

usage_is "file that is missing" -w load nosuch 0 <<'EOF'
load: file 'nosuch': No such file or directory
EOF
usage_is "file that is a folder" -w load . 0 <<'EOF'
load: file '.' is no regular file
EOF
: >empty
usage_is "empty file" -w write 0 --from=empty <<'EOF'
write: file 'empty' is empty
EOF
usage_is "file too short" -w load text 0 7 <<'EOF'
load: file 'text' has 6 bytes, fewer than 7
EOF
usage_is "mode of holes" dump --holes=x 0 1 f <<'EOF'
dump: --holes takes stop, zero or sparse, not 'x'
EOF
usage_is "dump longer than a file" dump 0 0xffffffffffffffff f <<'EOF'
dump: length 18446744073709551615 is more than a file can have
EOF
usage_is "dump to no name" dump 0 1 ./ <<'EOF'
dump: './' is no file's name
EOF

run_is "more than a JSON document takes" 64 s390memctl -p 4194304 -j read 0 65M <<'EOF'
{"api_level":1,"command":"read","error":{"kind":"usage","message":"read: length 68157440 is more than the 67108864 bytes that a JSON document takes","hint":"use dump"},"exit_code":64}
EOF

## the write gate

for command in "write 0 00" "fill 0 1 0" "load text 0" "cas 0 0 0"; do
	# shellcheck disable=SC2086
	run_is "without --write: $command" 5 s390memctl -p 4194304 $command <<'EOF'
s390memctl: this would change the guest
s390memctl: start s390memctl with --write to allow it
EOF
done
run_is "without --write: --inject" 5 s390memctl -p 4194304 read --inject 0 <<'EOF'
s390memctl: --inject would interrupt the guest
s390memctl: start s390memctl with --write to allow it
EOF

## errors as JSON

run_is "an error is an object" 64 s390memctl -p 4194304 -j read <<'EOF'
{"api_level":1,"command":"read","error":{"kind":"usage","message":"read: too few arguments","hint":"usage: read [OPTION...] ADDR [LEN]"},"exit_code":64}
EOF
run_is "an unknown command is an object" 64 s390memctl -p 4194304 -j $'x"\e' <<'EOF'
{"api_level":1,"command":"x\"\u001B","error":{"kind":"usage","message":"unknown command 'x\"\\x1b'","hint":"'help' lists the commands"},"exit_code":64}
EOF
run_is "a refusal is an object" 5 s390memctl -p 4194304 -j write 0 00 <<'EOF'
{"api_level":1,"command":"write","error":{"kind":"refused","message":"this would change the guest","hint":"start s390memctl with --write to allow it"},"exit_code":5}
EOF

done_testing
