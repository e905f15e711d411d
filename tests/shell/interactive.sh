#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the shell on a terminal has beside lines: prompt, Enter, settings, rc file,
# aliases, pipes, files, Ctrl-C, completion, paste. On a dump of a machine that
# make-dump.py has made.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh" || exit 99
# shellcheck source-path=SCRIPTDIR source=terminal-lib.sh
. "$top_srcdir/tests/shell/terminal-lib.sh"

/usr/bin/python3 "$top_srcdir/tests/shell/make-dump.py" dump || exit 99
/usr/bin/python3 "$top_srcdir/tests/shell/make-elf.py" symbols.elf 0x1000 \
	first_page=0x1000+16 first_frame=0x1010+16 other_symbol=0x1020 || exit 99

# not_shown TEXT: not in all that the last session's terminal has got
not_shown() {
	! grep -qF -e "$1" "$test_dir/stdout"
}

## prompt

session "prompt: a dump" 0 -d ./dump <<'EOF'
expect dump/0 [ro,dump]> 
send quit\n
EOF
session "prompt: a dump is not written to" 0 -w -d dump -c 1 <<'EOF'
expect dump/1 [ro,dump]> 
send quit\n
EOF
session "prompt: the space" 0 -d dump <<'EOF'
expect dump/0 [ro,dump]> 
send set space home\n
expect dump/0 [ro,dump] home> 
send read 0xa3f00000 16\n
expect 00000000a3f00000  66697273
expect home> 
send quit\n
EOF
session "prompt: the space that was set is used" 0 -d dump <<'EOF'
expect [ro,dump]> 
send set space abs\n
expect dump/0 [ro,dump] abs> 
send read 0x20000 16\n
expect 0000000000020000  66697273 74207061 67650000
send set space auto\n
expect dump/0 [ro,dump]> 
send quit\n
EOF

## Enter

session "Enter: read goes on" 0 -d dump <<'EOF'
expect ]> 
send read 0x1000 16\n
expect 0000000000001000  66697273
expect ]> 
send \n
expect 0000000000001010  00000000
expect ]> 
send \n
expect 0000000000001020  00000000
expect ]> 
send quit\n
EOF
session "Enter: in the same space, with the same options" 0 -d dump <<'EOF'
expect ]> 
send read -t u16 abs:0x30020 4\n
expect 0000000000030020: 0x0000 0x03ff
expect ]> 
send \n
expect 0000000000030024: 0x80ab 0x3456
expect ]> 
send quit\n
EOF
session "Enter: x goes on, with its format" 0 -d dump <<'EOF'
expect ]> 
send x/2xh 0x1000\n
expect 0000000000001000: 0x6669 0x7273
expect ]> 
send \n
expect 0000000000001004: 0x7420 0x7061
expect ]> 
send x\n
expect 0000000000001008: 0x6765
expect ]> 
send \n
expect 000000000000100a: 0x0000
expect ]> 
send quit\n
EOF
session "Enter: strings" 0 -d dump <<'EOF'
expect ]> 
send x/s 0x1000\n
expect 0000000000001000: "first page"
expect ]> 
send \n
expect 000000000000100b: ""
expect ]> 
send quit\n
EOF
session "Enter: rd and D go on" 0 -d dump <<'EOF'
expect ]> 
send rd -16 1000 2\n
expect 0000000000001000: 0x6669 0x7273
send \n
expect 0000000000001004: 0x7420 0x7061
expect ]> 
send D S1000.2\n
expect 0000000000001000: 0x66 0x69
expect ]> 
send \n
expect 0000000000001002: 0x72 0x73
expect ]> 
send quit\n
EOF
session "Enter: search goes on where --max has ended it" 0 -d dump <<'EOF'
expect ]> 
send search --max=1 abs:0x20000+0x20000 -t str page\n
expect 0000000000020006  70616765
expect ]> 
send search --max=1 abs:0x30100+0x1000 12345678\n
expect 0000000000030101  12345678
expect ]> 
send \n
expect 0000000000030200  12345678
expect ]> 
send quit\n
EOF
session "Enter: behind another command nothing happens" 0 -d dump <<'EOF'
expect ]> 
send read 0x1000 16\n
expect 0000000000001000
expect ]> 
send help 0010\n
expect segment-translation exception
expect ]> 
send \n
expect ]> 
send quit\n
EOF
ok "and nothing is read" not_shown 0000000000001010

## settings

session "set and show" 0 -d dump <<'EOF'
expect ]> 
send set length 16\n
expect ]> 
send set columns 8\n
expect ]> 
send set ebcdic off\n
expect ]> 
send read 0x1000\n
expect 0000000000001000  66697273 74207061  |first pa|\r\n0000000000001008  67650000 00000000  |ge......|\r\n
expect ]> 
send set ty u32\n
expect ]> 
send set format d\n
expect ]> 
send read 0x1000 8\n
expect 0000000000001000:  1718186611  1948282977
expect ]> 
send show colu\n
expect columns    8           bytes of a line of read and search
expect ]> 
send set nosuch 1\n
expect set: there is no setting 'nosuch'
expect ]> 
send set engine fast\n
expect set: engine cannot be 'fast'\r\ns390memctl: it takes auto, ioctl, walk or both
expect ]> 
send set codepage NOSUCH-1\n
expect the C library cannot convert EBCDIC (NOSUCH-1)
expect ]> 
send set symbols nosuch.elf\n
expect nosuch.elf
expect ]> 
send set symbols symbols.elf\n
expect ]> 
send show symbols\n
expect symbols    symbols.elf
expect ]> 
send read first_frame 4\n
expect 0000000000001010: 
expect ]> 
send set max-stop 5ms\n
expect ]> 
send show max\n
expect max-stop   5000us
expect ]> 
send quit\n
EOF
## rc file, aliases, source

mkdir -p "$HOME/.config/s390memctl"
rc=$HOME/.config/s390memctl/rc
cat >"$rc" <<'EOF'
# settings of mine
set space abs
set color always
alias lc='read abs:0'
nosuch command

alias r16='lc 16'
EOF
session "rc: is read, and an error in it is told" 0 -d dump <<'EOF'
expect rc:5: unknown command 'nosuch'
expect dump/0 [ro,dump] abs> 
send r16\n
expect 0000000000000000
expect abs> 
send show color\n
expect color      always
send quit\n
EOF
session "rc: --no-rc" 0 --no-rc -d dump <<'EOF'
expect dump/0 [ro,dump]> 
send quit\n
EOF
session "rc: an option goes before it" 0 --color=never -d dump <<'EOF'
expect abs> 
send show color\n
expect color      never
send quit\n
EOF
run_is "rc: not for one command" 0 s390memctl show space <<'EOF'
space      auto        --space where none is given
EOF
chmod g+w "$rc"
session "rc: somebody else may have written it" 0 -d dump <<'EOF'
expect rc' is not run: somebody else may have written it
expect dump/0 [ro,dump]> 
send quit\n
EOF
chmod g-w "$rc"
chmod o+w "${rc%/*}"
session "rc: somebody else may have put it into the folder" 0 -d dump <<'EOF'
expect rc' is not run: somebody else may have written it
expect dump/0 [ro,dump]> 
send quit\n
EOF
chmod o-w "${rc%/*}"
if [ "$(id -u)" = 0 ]; then
	for folder in "$HOME" "$HOME/.config" "$HOME/.config/s390memctl"; do
		chown 65534 "$folder"
		session "rc: somebody else owns ${folder##*/}" 0 -d dump <<'EOF'
expect rc' is not run: somebody else may have written it
expect dump/0 [ro,dump]> 
send quit\n
EOF
		chown 0 "$folder"
	done
else
	skip "rc: somebody else owns a folder" "only root can give one away"
fi
mv "$rc" own
mkfifo "$rc"
session "rc: a FIFO" 0 -d dump <<'EOF'
expect rc' is not run: it is no regular file
expect dump/0 [ro,dump]> 
send quit\n
EOF
rm "$rc"
ln -s "$PWD/own" "$rc"
session "rc: a link of our own" 0 -d dump <<'EOF'
expect dump/0 [ro,dump] abs> 
send quit\n
EOF
rm "$rc"
mv own "$rc"
XDG_CONFIG_HOME=$PWD/nowhere session "rc: XDG_CONFIG_HOME" 0 -d dump <<'EOF'
expect dump/0 [ro,dump]> 
send quit\n
EOF
rm "$rc"
session "alias" 0 -d dump <<'EOF'
expect ]> 
send alias two=read -t u32 0x1000\n
expect ]> 
send two 4\n
expect 0000000000001000: 0x66697273
expect ]> 
send alias two='read -t u16 0x1000'\n
expect ]> 
send two 4\n
expect 0000000000001000: 0x6669 0x7273
expect ]> 
send \n
expect 0000000000001004: 0x7420 0x7061
expect ]> 
send alias read=two\n
expect ]> 
send read 8\n
expect 0000000000001000: 0x6669 0x7273 0x7420 0x7061
expect ]> 
send alias\n
expect read=two\r\ntwo=read -t u16 0x1000\r\n
expect ]> 
send unalias read\n
expect ]> 
send unalias read\n
expect there is no such alias
expect ]> 
send alias a|b=x\n
expect ]> 
send quit\n
EOF
printf 'read 0x1000 4\nshow space\n' >inner
printf 'source inner\nread 0x1000 8\nnosuch\nshow key\n' >outer
printf 'source loop\n' >loop
session "source" 0 -d dump <<'EOF'
expect ]> 
send source outer\n
expect 0000000000001000  66697273 
expect space      auto
expect 0000000000001000  66697273 74207061 
expect outer:3: unknown command 'nosuch'
expect ]> 
send source loop\n
expect files source each other, more than 8 deep
expect ]> 
send source nosuch-file\n
expect script 'nosuch-file': No such file or directory
expect ]> 
send quit\n
EOF
ok "source: ends at an error" not_shown "--key where"
run_is "source: exit code" 64 s390memctl --quiet -d dump source outer <<'EOF'
0000000000001000  66697273                             |firs|
space      auto        --space where none is given
0000000000001000  66697273 74207061                    |first pa|
s390memctl: outer:3: unknown command 'nosuch'
s390memctl: 'help' lists the commands
EOF
run_like "source: JSON has the documents of its lines" 0 '^\{"api_level":1,"command":"read",.*"exit_code":0\}$' \
	s390memctl -j -d dump source inner

## out of the shell

session "!command" 0 -d dump <<'EOF'
expect ]> 
send !echo sum-$((40+2)); exit 3\n
expect sum-42
expect ]> 
send  !echo re''ady; cat\n
expect ready
send a line for it\n
expect a line for it\r\na line for it
send \x04
expect ]> 
send quit\n
EOF
session "a pipe" 0 -d dump <<'EOF'
expect ]> 
send read 0x1000 16 | tr a-z A-Z\n
expect |FIRST PAGE......|
expect ]> 
send read 0x1000 1M | head -1\n
expect 0000000000001000
expect ]> 
send read 0x1000 16 | nosuch-program-at-all\n
expect not found
expect ]> 
send show space\n
expect space      auto
expect ]> 
send quit\n
EOF
touch target
ln -s target link
mkfifo fifo
session "files" 0 -d dump <<'EOF'
expect ]> 
send read 0x1000 16 > out\n
expect ]> 
send read 0x1000 4 > out\n
expect file 'out' exists\r\ns390memctl: '>| FILE' replaces it, '>> FILE' adds to it
expect ]> 
send read 0x1000 4 >> out\n
expect ]> 
send read 0x1000 4 >|replaced\n
expect ]> 
send read 0x1000 8 >| replaced\n
expect ]> 
send read 0x1000 4 > link\n
expect no regular file
expect ]> 
send read 0x1000 4 >> link\n
expect file 'link' is a symbolic link
expect ]> 
send !ln out hard\n
expect ]> 
send read 0x1000 4 >> hard\n
expect file 'hard' has another name, too
expect ]> 
send !rm hard\n
expect ]> 
send read 0x1000 4 >> fifo\n
expect fifo
expect ]> 
send read 0x1000 4 > two files\n
expect one file must be named behind >
expect ]> 
send read 0x1000 4 > /dev/null\n
expect ]> 
send read 0x1000 4 > 'a name'\n
expect ]> 
send set overwrite on\n
expect ]> 
send read 0x1000 16 > 'a name'\n
expect ]> 
send print 1->x\n
expect ]> 
send quit\n
EOF
is "files: written and added to" "$(cat out)" \
	"0000000000001000  66697273 74207061 67650000 00000000  |first page......|
0000000000001000  66697273                             |firs|"
is "files: are their owner's alone" "$(stat -c %a out)" 600
is "files: replaced" "$(cat replaced)" "0000000000001000  66697273 74207061                    |first pa|"
is "files: replaced by setting" "$(grep -c page 'a name')" 1
is "files: symbolic links are not followed" "$(cat target)" ""
ok "files: -> in a word is none" test ! -e x

## Ctrl-C

session "Ctrl-C: ends a long search, not the shell" 0 -d dump <<'EOF'
expect ]> 
send search asce=0x4000f:0+2T 0123456789abcdef\n
expect MiB/s
send \x03
expect interrupted
expect ]> 
send read 0x1000 16\n
expect 0000000000001000  66697273
expect ]> 
send quit\n
EOF
session "Ctrl-C: ends a long read" 0 -d dump <<'EOF'
expect ]> 
send set pager off\n
expect ]> 
send read -t u8 asce=0x4000f:0 2T\n
expect 0000000000003000: 
send \x03
expect interrupted
expect ]> 
send show key\n
expect none
expect ]> 
send quit\n
EOF
session "Ctrl-C: in a pipe" 0 -d dump <<'EOF'
expect ]> 
send read -t u8 asce=0x4000f:0 2T | sed -un 2p\n
expect 0000000000000010: 
send \x03
expect interrupted
expect ]> 
send show key\n
expect none
expect ]> 
send quit\n
EOF

## completion

session "completion" 0 -s symbols.elf -d dump <<'EOF'
expect ]> 
send read first_f\t 4\n
expect 0000000000001010  
expect ]> 
send read pri:oth\t 4\n
expect 0000000000001020  
expect ]> 
send read 0x10+oth\t 4\n
expect 0000000000001030  
expect ]> 
send read %ps\t
expect read %ps
expect w
send \x03
expect ]> 
send read hom\t
expect home:
send \x03
expect ]> 
send set eng\two\t\n
expect engine wo
expect it takes auto, ioctl, walk or both
expect ]> 
send set eng\twa\t\n
expect ]> 
send show engine\n
expect engine     walk
expect ]> 
send set engine auto\n
expect ]> 
send read --engine=wa\t 0x1000 4\n
expect 0000000000001000  66697273
expect ]> 
send read --space re\t 0x20000 4\n
expect 0000000000020000  66697273
expect ]> 
send help diale\t\n
expect IS HERE
expect ]> 
send read 0x1000 4 >> symb\t
expect symbols.elf
send \x03
expect ]> 
send unal\t
expect unalias
send \x03
expect ]> 
send quit\n
EOF

## Ctrl-R, paste, history of two shells

session "Ctrl-R" 0 -d dump <<'EOF'
expect ]> 
send read 0x1000 32\n
expect 0000000000001010  
expect ]> 
send show key\n
expect none
expect ]> 
send \x121000 3\r
expect 0000000000001010  
expect ]> 
send quit\n
EOF
TERMINAL_TERM=xterm session "paste: lines are run when Enter is typed" 0 -d dump <<'EOF'
expect ]> 
send \x1b[200~show key\nread 0x1000 4\n\x1b[201~
expect read 0x1000 4
send \n
expect key        none
expect 0000000000001000
expect ]> 
send quit\n
EOF
session "paste: without brackets, one by one" 0 -d dump <<'EOF'
expect ]> 
send show key\nread 0x1000 4\n
expect key        none
expect 66697273
expect ]> 
send quit\n
EOF
history=$HOME/.local/state/s390memctl/history
rm "$history"
cat >first <<EOF
expect ]> 
send read 0x1000 4\n
expect ]> 
send !/usr/bin/python3 $terminal second s390memctl -d dump\n
expect in the other one
expect ]> 
send quit\n
EOF
cat >second <<'EOF'
expect ]> 
send !echo in the other one\n
expect in the other one
expect ]> 
send quit\n
EOF
session "history: of two shells" 0 -d dump <first
is "history: has the lines of both" "$(grep -cE '^(read 0x1000 4|!echo in the other one)$' "$history")" 2

mv "$history" elsewhere
chmod 644 elsewhere
ln -s "$PWD/elsewhere" "$history"
session "history: a symbolic link" 0 -d dump <<'EOF'
expect ]> 
send echo not to be kept\n
expect ]> 
send quit\n
EOF
is "history: nothing is written through it" \
	"$(stat -c %a elsewhere) $(grep -c 'not to be kept' elsewhere)" "644 0"

done_testing
