# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Commands from -e and -f: splitting into words, where errors are said to be,
# and when a script ends. Needs no VMM.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

# The shortest output there is.
code_11=$(s390memctl help 0011)

## -e

run_is "-e" 0 s390memctl -e 'help 0011' <<EOF
$code_11
EOF
run_is "-e twice" 0 s390memctl -e 'help 0011' --execute='help 11' <<EOF
$code_11
$code_11
EOF
run_is "an empty -e" 0 s390memctl -e '' -e '  # nothing' </dev/null
run_is "-e ends at the first failure" 64 s390memctl -e 'help 11' -e lst -e 'help 11' <<EOF
$code_11
s390memctl: -e 2: unknown command 'lst'
s390memctl: did you mean 'list'?
EOF
run_is "-e ends with the code of the failure" 1 s390memctl -e 'help 99' -e version <<'EOF'
s390memctl: -e 1: no program interruption has the code 0099
s390memctl: 'help exceptions' lists them
EOF
run_is "quit ends all" 0 s390memctl -e quit -e lst </dev/null

## words

run_is "quotes and backslashes" 64 s390memctl -e "\"he\"l'p' 'a b'\\ \"c\\\"d\\\\\"\\'" <<'EOF'
s390memctl: -e 1: help: unknown command 'a b c"d\\''
s390memctl: 'help' lists the commands
EOF
run_is "a comment" 0 s390memctl -e 'help 11 # and no more' <<EOF
$code_11
EOF
run_is "no comment inside a word" 64 s390memctl -e 'help 11#' <<'EOF'
s390memctl: -e 1: help: '11#' is no program-interruption code: up to four hex digits
EOF
run_is "a quoted empty word" 64 s390memctl -e 'help ""' <<'EOF'
s390memctl: -e 1: help: unknown command ''
s390memctl: 'help' lists the commands
EOF
run_is "open double quote" 64 s390memctl -e 'help "11' <<'EOF'
s390memctl: -e 1: column 6: the quote " is not closed
s390memctl: write \" for the character itself
EOF
run_is "open single quote" 64 s390memctl -e "help 1'1" <<'EOF'
s390memctl: -e 1: column 7: the quote ' is not closed
s390memctl: write \' for the character itself
EOF
# shellcheck disable=SC1003 # a backslash it is
run_is "backslash at the end" 64 s390memctl -e 'help \' <<'EOF'
s390memctl: -e 1: column 6: nothing follows the backslash
EOF

## -f

printf '# a comment\n\n   help 11\t\r\nhelp 11' >good
run_is "-f, with comments, blanks, and no newline at the end" 0 s390memctl -f good <<EOF
$code_11
$code_11
EOF
printf 'help 11\n\n# comment\nread 0 0\nhelp 11\n' >bad
run_is "an error has file and line" 64 s390memctl -f bad <<EOF
$code_11
s390memctl: bad:4: read: length '0' must not be 0
EOF
printf 'help 11\nhelp "1\n' >bad
run_is "an error in the words too" 64 s390memctl -f bad <<EOF
$code_11
s390memctl: bad:2: column 6: the quote " is not closed
s390memctl: write \\" for the character itself
EOF
printf 'quit\nlst\n' >quits
run_is "quit ends a script" 0 s390memctl -f quits -e 'help 11' </dev/null
run_is "-e and -f in the order given" 64 s390memctl -e 'help 11' -f good -e lst -e 'help 11' <<EOF
$code_11
$code_11
$code_11
s390memctl: -e 2: unknown command 'lst'
s390memctl: did you mean 'list'?
EOF
run_is "a missing file is found before anything runs" 64 \
	s390memctl -e 'help 11' -f nosuch <<'EOF'
s390memctl: script 'nosuch': No such file or directory
EOF
run_is "a folder is no script" 64 s390memctl -f . <<'EOF'
s390memctl: script '.': Is a directory
EOF
printf 'help 11\0\n' >nul
run_is "a NUL byte is no text" 64 s390memctl -f nul <<'EOF'
s390memctl: nul:1: column 8: NUL byte: this is no text
EOF
head -c 70000 /dev/zero | tr '\0' x >long
run_is "a line without end" 64 s390memctl -f long <<'EOF'
s390memctl: long:1: line longer than 65536 bytes
EOF
run_is "/dev/zero has an end" 64 s390memctl -f /dev/zero <<'EOF'
s390memctl: /dev/zero:1: line longer than 65536 bytes
EOF
odd=$'od\e[31m\nd'
echo lst >"$odd"
run_is "control characters in a file's name" 64 s390memctl -f "$odd" <<'EOF'
s390memctl: od\x1b[31m\nd:1: unknown command 'lst'
s390memctl: did you mean 'list'?
EOF

run_is "--keep-going: all lines, and the last failure's code" 1 \
	s390memctl --keep-going -f bad -f good -e 'help 99' -e 'help 11' <<EOF
$code_11
$code_11
$code_11
$code_11
s390memctl: bad:2: column 6: the quote " is not closed
s390memctl: write \\" for the character itself
s390memctl: -e 1: no program interruption has the code 0099
s390memctl: 'help exceptions' lists them
EOF
run_is "--keep-going: a file that is not there" 64 s390memctl --keep-going -f nosuch -e version <<'EOF'
s390memctl: script 'nosuch': No such file or directory
EOF
run_is "--keep-going: quit ends all" 64 s390memctl --keep-going -e lst -f quits -e 'help 11' <<'EOF'
s390memctl: -e 1: unknown command 'lst'
s390memctl: did you mean 'list'?
EOF
run_is "--keep-going: a file that cannot be read on" 64 s390memctl --keep-going -f nul -e 'help 11' <<EOF
$code_11
s390memctl: nul:1: column 8: NUL byte: this is no text
EOF

## standard input

status=0
printf 'help 11\nlst\n' | s390memctl -f - >"$test_dir/out" 2>&1 || status=$?
cat >"$test_dir/expected" <<EOF
$code_11
s390memctl: standard input:2: unknown command 'lst'
s390memctl: did you mean 'list'?
EOF
compare "-f -" 64 "-f -"

## JSON: a document a command

run_is "errors of a script as JSON" 64 s390memctl -j -e 'help 11' -e 'x "' <<'EOF'
{"api_level":1,"command":"help","exceptions":[{"code":"0x11","name":"page-translation exception","meaning":"the page-table entry is invalid: the page is not mapped or is paged out","advice":"a page that is paged out comes back when the guest touches it: read again later, or pass over it"}],"exit_code":0}
{"api_level":1,"command":"","error":{"kind":"usage","message":"-e 2: column 3: the quote \" is not closed","hint":"write \\\" for the character itself"},"exit_code":64}
EOF

## where output cannot go

if [ -e /dev/full ]; then
	status=0
	s390memctl help >/dev/full 2>"$test_dir/out" || status=$?
	cat >"$test_dir/expected" <<'EOF'
s390memctl: cannot write the output: No space left on device
s390memctl: make room where the output goes and try again
EOF
	compare "a full disk for standard output" 4 "help >/dev/full"
fi
status=0
s390memctl help >&- 2>"$test_dir/out" || status=$?
cat >"$test_dir/expected" <<'EOF'
s390memctl: cannot write the output: Bad file descriptor
EOF
compare "standard output closed" 4 "help >&-"
# More than a pipe holds, so that the program is still writing when it closes.
for _ in {1..20}; do echo "help exceptions"; done >many
{ s390memctl -f many 2>"$test_dir/out"; echo "$?" >code; } | head -c 1 >/dev/null
: >"$test_dir/expected"
# shellcheck disable=SC2034 # compare looks at it
status=$(cat code)
compare "a closed pipe ends it quietly" 141 "-f many | head"


## streams are closed when they are interrupted

# ends_with SIGNAL STATUS: list --follow, once it has begun
ends_with() {
	rm -f stream
	s390memctl -j list --follow --interval 10ms >stream 2>"$test_dir/stderr" &
	test_pids+=("$!")
	wait_until 10 test -s stream
	kill -s "$1" $!
	status=0
	wait $! || status=$?
	is "$1 ends a stream: exit code" "$status" "$2"
	# Other VMs of this machine may come and go between the two.
	is "$1 ends a stream: the documents" "$(/usr/bin/python3 -c '
import json, sys
print(*((doc["event"], doc["exit_code"]) for doc in map(json.loads, sys.stdin)
        if doc["event"] in ("begin", "end")))' <stream)" \
		"('begin', 0) ('end', $2)"
	is "$1 ends a stream: standard error" "$(cat "$test_dir/stderr")" ""
}
ends_with TERM 143
# A background process of a script ignores SIGINT, and under nohup SIGHUP, unless it is made to listen.
cat >listen.py <<'EOF'
import signal, subprocess, sys
number = getattr(signal, sys.argv[1])
signal.signal(number, signal.SIG_DFL)
command = ["s390memctl", "-j", "list", "--follow", "--interval", "10ms"]
p = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
print(p.stdout.readline()[-15:], end="")
p.send_signal(number)
print(p.stdout.read()[-17:], end="")
print(p.wait())
EOF
for signal in SIGINT:130 SIGHUP:129; do
	code=${signal#*:}
	is "${signal%:*} ends a stream, with its document" \
		"$(timeout 20 /usr/bin/python3 listen.py "${signal%:*}")" ""'"exit_code":0}
"exit_code":'"$code}
$code"
done
{ timeout 20 s390memctl -j list --follow 2>"$test_dir/stderr"; echo $? >code; } | head -n 1 >/dev/null
is "nobody reads a stream: it ends by itself" "$(cat code)" 141
is "nobody reads a stream: quietly" "$(cat "$test_dir/stderr")" ""
# The same in text, where nothing is printed that could meet the closed pipe.
{ timeout 20 s390memctl --quiet list --follow; echo $? >code; } | true
is "nobody reads the text: it ends by itself" "$(cat code)" 141
run_is "--interval without --follow" 64 s390memctl list --interval 1s <<'EOF'
s390memctl: list: --interval and --count are for --follow
EOF

done_testing
