# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Help texts and version; and whether man page, help and command table tell the
# same. Needs no VMM.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

man=$top_srcdir/man/s390memctl.1

cat >expected-help <<'EOF'
usage: s390memctl [OPTION...] COMMAND [ARG...]
       s390memctl [OPTION...] -e CMD... | -f FILE
       s390memctl [OPTION...]

Read, write, check and dump the logical memory of a running KVM guest on IBM Z.
Without a command it is a shell.

Options:
  -p, --pid=PID           work on the VMM with this process id
  -g, --guest=NAME        work on the guest of this name (-name guest=NAME)
  -d, --dump=FILE         work on a dump of a guest instead of a running one
  -q, --qmp=SOCKET        work by QEMU's QMP socket, read only; the guest may be emulated
  -c, --vcpu=ID           work on this vCPU (default 0)
      --vcpu-fd=FD        the vCPU's file descriptor in the VMM, where ids are ambiguous
  -s, --symbols=FILE      take symbols from this ELF file (vmlinux); FILE@ADDR: loaded at ADDR
      --debug-dir=DIR     look for the guest's vmlinux and modules here, too
      --debuginfod        ask the servers of DEBUGINFOD_URLS for the guest's vmlinux
      --debuginfod-timeout=SECONDS for how long at most (90)
      --force-symbols     take a vmlinux whose build id is not the guest's
  -w, --write             allow commands that change the guest
  -j, --json              one JSON document a command instead of text
  -e, --execute=CMD       run a command; may be given several times
  -f, --file=FILE         run commands from a file, - for standard input
      --keep-going        with -e and -f: go on behind a command that has failed
      --stats             tell how often and how long the vCPU stood still
      --max-stop=TIME     let a vCPU stand still no longer than this at once (10ms)
      --suspend-seccomp   lift the VMM's seccomp filter for the calls made in it
      --color=WHEN        colours by meaning: auto (on a terminal), always or never
      --codepage=NAME     EBCDIC code page, as iconv -l has it (IBM-1047)
      --plain             for screen readers: no colours, bars, lines that change
      --no-rc             the shell does not run ~/.config/s390memctl/rc
      --audit=FILE        append a JSON line to FILE before and after each write
  -v, --verbose           say what is found and chosen; twice: every stop and call
      --quiet             no notes on standard error, only warnings and errors
  -h, --help              tell the usage and end
  -V, --version           tell version and features and end

Commands:
  list                     list the KVM guests of this host and their vCPUs
  info                     tell what was found and how the guest is accessed
  regs                     show the vCPU's registers, the PSW in words
  dis [ADDR [N]]           show instructions
  bt [TASK]                show what the guest's kernel is doing: a backtrace
  lowcore                  show what interruptions have left behind
  modules                  list the modules of the guest's kernel
  sym NAME|ADDR...         tell where a symbol is, or which one an address is in
  ps [PID|NAME]...         show the processes of the guest's Linux
  log                      show the log of the guest's kernel
  sys                      tell which Linux the guest runs, and how it does
  triage                   tell what every CPU of the guest does, and why
  print [TYPE] EXPR        show a variable or a structure of the kernel with its members
  ptype TYPE|EXPR          show a type: a structure's members with offset and size
  sizeof TYPE|EXPR         tell the size of a type or a variable
  offsetof TYPE MEMBER     tell where a member is in a structure
  read ADDR [LEN]          show guest memory
  check [r|w|rw] ADDR LEN  tell which accesses would fail, and why
  translate ADDR           show step by step how an address is translated
  map [RANGE]              show what is mapped in an address space
  keys ADDR [LEN]          show storage keys
  search RANGE PATTERN     search guest memory for a pattern
  diff RANGE [RANGE2]      compare two ranges of guest memory, or one with a file
  watch ADDR LEN           show how guest memory changes
  dump ADDR LEN FILE       save guest memory to a file
  write ADDR [VALUE...]    change guest memory (--write)
  fill ADDR LEN BYTE       set guest memory to one byte's value (--write)
  load FILE ADDR [LEN]     write a file's bytes to guest memory (--write)
  cas ADDR OLD NEW         compare and exchange a value in absolute memory (--write)
  set [NAME [VALUE...]]    change a setting of the session
  show [NAME]              show the settings of the session
  alias [NAME[=WORDS...]]  give the beginning of a command line a name
  unalias NAME             forget an alias
  source FILE              run the command lines of a file
  help [TOPIC]             tell about commands and exceptions
  apropos WORD             search the help for a word
  completion SHELL|WORDS   print a completion script for a shell
  version                  tell version and features
  quit                     let the guest go and end

Exit codes:
   0  done
   1  the answer is no: an access would fail, a value differs, nothing is found
   2  access exception of the guest
   3  part of the output could not be made
   4  the guest could not be attached to, or the host failed
   5  refused: no --write, a protected guest, a VMM not safe to work on
  64  bad command line, number, expression or file

More: s390memctl help COMMAND, s390memctl help exceptions, man s390memctl
EOF
for option in --help -h --hel; do
	run_is "usage: $option" 0 s390memctl "$option" <expected-help
done
run_is "usage, whatever stands behind" 0 s390memctl -h nosuch <expected-help

run_is "help on a command" 0 s390memctl help check <<'EOF'
check - tell which accesses would fail, and why

check [OPTION...] [r|w|rw] ADDR LEN

Tell for LEN bytes from ADDR on whether the vCPU could fetch (r, the default)
or store (w) them, and if not, which exception it would meet. Nothing is read
and nothing is written. The exit code is 1 if any access would fail, 3 if --json
ended it after 100000 runs.

Options:
      --space=SPACE       auto: the PSW's (default); pri, sec, home, arN, alet=X, asce=X, real, abs, sida
      --ar=N              access register 0-15, for a vCPU in access-register mode (default 0)
      --key=K             access with this access key, 0-15
      --engine=ENGINE     auto (default), ioctl: KVM, walk: own translation, or both, compared

Example:
$ s390memctl -g web1 check rw 0x400000 8K
fetch 0000000000400000-0000000000400fff  accessible
fetch 0000000000401000-0000000000401fff  page-translation exception (0011)
store 0000000000400000-0000000000400fff  protection exception (0004)
store 0000000000401000-0000000000401fff  page-translation exception (0011)
s390memctl: primary space, as the PSW says
s390memctl: an access to 12288 bytes would fail

Exit codes:
   0  done
   1  an access would fail
   2  access exception of the guest
   3  part of the output could not be made
   4  the guest could not be attached to, or the host failed
   5  refused: a protected guest, a VMM not safe to work on
  64  bad command line, number, expression or file

See also: translate, read, map
EOF
run_is "help on a shortened command" 0 s390memctl h q <<'EOF'
quit - let the guest go and end

quit

End the shell or the script; Ctrl-D on an empty line does the same.

Example:
s390memctl> quit

Exit codes:
   0  done
   4  the guest could not be attached to, or the host failed
  64  bad command line, number, expression or file

See also: help
EOF
run_is "help as JSON" 0 s390memctl -j help quit <<'EOF'
{"api_level":1,"command":"help","name":"quit","args":"","summary":"let the guest go and end","help":"End the shell or the script; Ctrl-D on an empty line does the same.\n","options":[],"example":"s390memctl> quit\n","exit_codes":[{"code":0,"meaning":"done"},{"code":4,"meaning":"the guest could not be attached to, or the host failed"},{"code":64,"meaning":"bad command line, number, expression or file"}],"see_also":["help"],"exit_code":0}
EOF
run_is "help on what is not there" 64 s390memctl help raed <<'EOF'
s390memctl: help: unknown command 'raed'
s390memctl: did you mean 'read'?
EOF
cat >page-translation <<'EOF'
0011  page-translation exception
      the page-table entry is invalid: the page is not mapped or is paged out
      a page that is paged out comes back when the guest touches it: read again later, or pass over it
EOF
for topic in 0011 11 0x11 91 page-translation "Page-Translation Exception"; do
	run_is "help on a code or name: $topic" 0 s390memctl help "$topic" <page-translation
done
run_is "help on an event" 0 s390memctl help 'per' <<'EOF'
0080  PER event
      program-event recording saw what it was asked to look for; it may come with any other code
      expected while a debugger is at work; CR9 to CR11 tell what it looks for
EOF
run_is "help on a name that is nearly one" 64 s390memctl help ASTE-valdity <<'EOF'
s390memctl: help: unknown command 'ASTE-valdity'
s390memctl: did you mean 'ASTE-validity'?
EOF
run_is "help on a code with 0x" 0 s390memctl help 0x3a <<'EOF'
003a  region-second-translation exception
      the region-second-table entry is invalid or lies outside the table: 4 TiB are not mapped
      map shows what is there; nothing of these 4 TiB is: the address or the space is wrong
EOF
run_is "help on a code that is none" 1 s390memctl help 0099 <<'EOF'
s390memctl: no program interruption has the code 0099
s390memctl: 'help exceptions' lists them
EOF
run_is "help on digits that are no code" 64 s390memctl help 12345 <<'EOF'
s390memctl: help: '12345' is no program-interruption code: up to four hex digits
EOF

## apropos

run_is "apropos: a command, options, an exception" 0 s390memctl apropos CONTIGUOUS <<'EOF'
command    map                           show what is mapped in an address space
option     map --contiguous              end a range where its absolute addresses jump, too
EOF
run_is "apropos: exceptions" 0 s390memctl apropos linkage-stack <<'EOF'
exception  0032 stack-specification exception  a linkage-stack entry has no valid free-space or next-section pointer
exception  0033 stack-type exception     the linkage-stack entry is not of the type that the operation needs
exception  0034 stack-operation exception  the linkage-stack entry may not be unstacked or modified
EOF
run_is "apropos: an option of the program, as JSON" 0 s390memctl -j apropos seccomp <<'EOF'
{"api_level":1,"command":"apropos","matches":[{"kind":"option","name":"--suspend-seccomp","about":"lift the VMM's seccomp filter for the calls made in it"}],"exit_code":0}
EOF
run_is "apropos: nothing" 1 s390memctl apropos $'no\nsuch' <<'EOF'
s390memctl: nothing is about 'no\nsuch'
s390memctl: 'help' lists the commands, 'help exceptions' the program interruptions
EOF

# Each code of the Principles of Operation that an access can meet, and others.
run s390memctl help exceptions </dev/null
is "help exceptions: exit code" "$status" 0
codes=$(grep -oE '^[0-9a-f]{4}' "$test_dir/stdout" | tr '\n' ' ')
is "help exceptions: in order" "$codes" "$(tr ' ' '\n' <<<"$codes" | sort | xargs) "
for code in 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 15 16 18 1b 1c 1d 1f 20 21 \
	22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f 30 31 32 33 34 38 39 3a 3b 3d 3e 3f 40 80 119 200; do
	grep -qE "^0*$code  [A-Za-z]" "$test_dir/stdout" || echo "$code"
done >missing
is "help exceptions: every code is there" "$(cat missing)" ""

run_like "version" 0 '^s390memctl [0-9]+\.[0-9]+\.[0-9]+$' s390memctl version
run_like "--version" 0 '^readline +8' s390memctl --version
run_like "version as JSON" 0 \
	'^\{"api_level":1,"command":"version","version":"[0-9.]+","features":\{.*\},"exit_code":0\}$' \
	s390memctl -Vj
is "man page and program have the same version" \
	"$(sed -n 's/^\.TH .*"s390memctl \([0-9.]*\)".*/\1/p' "$man")" \
	"$(s390memctl version | sed -n 's/^s390memctl //p')"

# From the tables: name, arguments, options of all commands.
tell_tables() {
	s390memctl -j help | /usr/bin/python3 -c '
import json, subprocess, sys
for c in json.load(sys.stdin)["commands"]:
    print("command", c["name"], c["args"])
    doc = json.loads(subprocess.check_output(["s390memctl", "-j", "help", c["name"]]))
    assert doc["example"].endswith("\n") and doc["help"].endswith("\n"), c["name"]
    for name in doc["see_also"]:
        print("other", name)
    for o in doc["options"]:
        print("option", o["name"])'
	sed -n '/^Options:/,/^$/s/.*--\([a-z-]*\).*/option \1/p' expected-help
}

# man_text FILE...: without markup
man_text() {
	sed -e 's/\\-/-/g; s/\\f[A-Z]//g; s/^\.[A-Z]* //; s/"//g; s/ *, */, /g' "$@"
}

tell_tables | sort -u >tables
sed -n 's/^other //p' tables | while read -r name; do
	grep -qE "^command $name " tables || echo "$name"
done >missing
is "see also: each is a command" "$(cat missing)" ""
man_text "$man" "${man%.1}-commands.7" >man-text
sed -n 's/^option //p' tables | while read -r name; do
	grep -qE -e "--$name( |=|,|\$)" man-text || echo "option $name"
done >missing
is "the man pages have every option" "$(cat missing)" ""
# What the man page describes as an option of its own (a tagged paragraph).
sed -n '/^\.TP$/{n;s/\\-/-/g;s/.*--\([a-z-]*\).*/\1/p}' "$man" | sort -u >man-options
while read -r name; do
	grep -qxF "option $name" tables || echo "$name"
done <man-options >missing
is "the man page describes no other option" "$(cat missing)" ""
ok "it describes many" test "$(wc -l <man-options)" -ge 20
sed -n '/^Options:/,/^$/s/.*--\([a-z-]*\).*/\1/p' expected-help | while read -r name; do
	grep -qxF -e "$name" man-options || echo "$name"
done >missing
is "the man page describes every option of the program" "$(cat missing)" ""
# The pages of section 7 are made by the program, and kept beside the sources.
for page in commands exceptions; do
	s390memctl help --man "$page" >made
	if cmp -s made "${man%.1}-$page.7"; then
		tap ok "s390memctl-$page(7) is up to date"
	else
		tap "not ok" "s390memctl-$page(7) is up to date: make update-man"
		diff -u "${man%.1}-$page.7" made >differs
		note differs
	fi
done
/usr/bin/python3 "$top_srcdir/docs/render-session.py" "$top_srcdir/docs/session.ansi" \
	's390memctl -d demo.elf -s vmlinux' >made
ok "the picture of README.md is that of the recorded session: make update-man" \
	cmp made "$top_srcdir/docs/session.svg"
ok "and well-formed" /usr/bin/python3 -c '
import sys, xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])' made
run_is "a page that there is not" 64 s390memctl help --man nosuch <<'EOF'
s390memctl: help: 'nosuch' is no page: commands or exceptions
EOF
for page in "$man" "${man%.1}-commands.7" "${man%.1}-exceptions.7"; do
	if command -v mandoc >/dev/null; then
		is "mandoc -Tlint: $(basename "$page")" "$(mandoc -Tlint -W warning "$page" 2>&1)" ""
	else
		skip "mandoc -Tlint: $(basename "$page")" "no mandoc here"
	fi
	if command -v groff >/dev/null; then
		is "groff warns of nothing: $(basename "$page")" \
			"$(groff -man -ww -Tutf8 -z "$page" 2>&1)" ""
	else
		skip "groff warns of nothing: $(basename "$page")" "no groff here"
	fi
done
man_text "$man" >man-text
for code in 0 1 2 3 4 5 64; do
	grep -qE "^$code\$" man-text || echo "$code"
done >missing
is "the man page has every exit code" "$(cat missing)" ""

done_testing
