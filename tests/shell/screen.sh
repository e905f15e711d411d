#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a terminal shows: EBCDIC where there is room, the pager, colours, progress,
# and never what a guest would have it do. On a dump of a machine that make-dump.py
# has made.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh" || exit 99
# shellcheck source-path=SCRIPTDIR source=terminal-lib.sh
. "$top_srcdir/tests/shell/terminal-lib.sh"

/usr/bin/python3 "$top_srcdir/tests/shell/make-dump.py" dump || exit 99

# not_shown TEXT: not in all that the last session's terminal has got
not_shown() {
	! grep -qF -e "$1" "$test_dir/stdout"
}
no_escapes() {
	! grep -q "$(printf '\033')" "$test_dir/stdout"
}

## EBCDIC

session "EBCDIC: a column on a wide terminal" 0 -d dump <<'EOF'
size 120 24
expect ]> 
send read abs:0x30010 16\n
expect |................|  |EBCDIC..........|\r\n
expect ]> 
send set ebcdic off\n
expect ]> 
send read abs:0x30010 16\n
expect |................|\r\n
expect ]> 
send quit\n
EOF
session "EBCDIC: not on a narrow terminal, but after it has become wide" 0 -d dump <<'EOF'
size 80 24
expect ]> 
send read abs:0x30010 16\n
expect |................|\r\n
expect ]> 
size 100 24
send read abs:0x30010 16\n
expect |................|  |EBCDIC..........|\r\n
expect ]> 
send quit\n
EOF
run_like "EBCDIC: --codepage" 0 '\|EBCDIC\.' s390memctl --codepage=IBM273 -d dump read --ebcdic abs:0x30010 16
run_like "EBCDIC: a code page that is none" 4 'cannot convert EBCDIC' s390memctl --codepage=NOSUCH help
run_like "EBCDIC: several bytes a character" 64 'no code page of one byte' s390memctl --codepage=UTF-16 help

## pager

export S390MEMCTL_PAGER="sed 's/^/paged: /'"
session "pager: for what is longer than the screen" 0 -d dump <<'EOF'
size 80 10
expect ]> 
send help exceptions\n
expect paged: 0001  operation exception
expect paged: 0200
expect ]> 
send quit\n
EOF
session "pager: not for what is shorter" 0 -d dump <<'EOF'
size 80 10
expect ]> 
send read 0x1000 64\n
expect as the PSW says
expect ]> 
send quit\n
EOF
ok "pager: was not used" not_shown paged:
session "pager: notes stay in their place" 0 -d dump <<'EOF'
size 80 10
expect ]> 
send x/30s 0x1000\n
expect paged: 0000000000001000
expect paged: s390memctl: primary space, as the PSW says
expect ]> 
send quit\n
EOF
session "pager: off, and by the setting" 0 -d dump <<'EOF'
size 80 10
expect ]> 
send set pager off\n
expect ]> 
send help exceptions\n
expect 0001  operation exception
expect 0200
expect ]> 
send set pager cat -n\n
expect ]> 
send help exceptions\n
expect      1\t0001  operation exception
expect ]> 
send quit\n
EOF
ok "pager: off is off" not_shown paged:
session "pager: the screen becomes larger" 0 -d dump <<'EOF'
size 80 10
expect ]> 
send x/30s 0x1000\n
expect paged: s390memctl: primary
expect ]> 
size 80 40
send x/30s 0x1000\n
expect \n000000000000100b
expect ]> 
send quit\n
EOF
unset S390MEMCTL_PAGER
if command -v less >/dev/null; then
	TERMINAL_TERM=xterm LESS='' session "pager: less, left before its end" 0 -d dump <<'EOF'
size 80 10
expect ]> 
send read -t u8 abs:0 4M\n
expect 0000000000000000
expect :
send q
expect ]> 
send show key\n
expect none
send quit\n
EOF
else
	skip "pager: less, left before its end" "no less"
fi

## progress

session "progress: bytes, rate and time left; Ctrl-C stops it" 0 -d dump <<'EOF'
expect ]> 
send search asce=0x4000f:0+2T 0123456789abcdef\n
expect of 2097152.0 MiB  
expect MiB/s  
expect left
send \x03
expect interrupted
expect ]> 
send dump asce=0x4000f:0 2T dumped\n
expect MiB/s  
send \x03
expect interrupted
expect ]> 
send map asce=0x4000f:0+1T\n
expect ranges  
expect left
send \x03
expect interrupted
expect ]> 
send read asce=0x4000f:0 2T > read\n
expect MiB/s  
send \x03
expect interrupted
expect ]> 
send diff asce=0x4000f:0+2T asce=0x4000f:0x2000\n
expect MiB/s  
send \x03
expect interrupted
expect ]> 
send show key\n
expect none
expect ]> 
send quit\n
EOF
ok "progress: no file of the dump that was stopped" test ! -e dumped
session "progress: none with --quiet" 0 --quiet -d dump <<'EOF'
expect ]> 
send search asce=0x4000f:0+1G 0123456789abcdef\n
expect not found
expect ]> 
send quit\n
EOF
ok "progress: none was shown" not_shown MiB/s

## colours, and what guests say

TERMINAL_TERM=xterm session "colours: on a terminal" 0 -d dump <<'EOF'
expect ]> 
send read 0x4ff0 32\n
expect \x1b[36m0000000000004ff0\x1b[0m  
expect \x1b[35m0000000000005000-000000000000500f: page-translation exception (0011)\x1b[0m
expect \x1b[1;31m16 of 32 bytes could not be read\x1b[0m
expect ]> 
send set color never\n
expect ]> 
send read 0x4ff0 16\n
expect \r0000000000004ff0  
expect ]> 
send quit\n
EOF
TERMINAL_TERM=xterm NO_COLOR=1 session "colours: NO_COLOR" 0 -d dump <<'EOF'
expect ]> 
send read 0x4ff0 32\n
expect \r0000000000004ff0  
expect ]> 
send quit\n
EOF
run_is "colours: not in a pipe" 0 s390memctl --quiet -d dump read 0x1000 4 <<'EOF'
0000000000001000  66697273                             |firs|
EOF
printf '\033[36m0000000000001000\033[0m  66697273                             |firs|\n' >"$test_dir/expected"
run s390memctl --color=always --quiet -d dump read 0x1000 4 </dev/null
compare "colours: always" 0 "s390memctl --color=always"
run_is "plain" 3 s390memctl --plain --quiet -d dump read 0x4fb0 0x60 <<'EOF'
0000000000004fb0  00000000 00000000 00000000 00000000  ................
3 more like this
0000000000004ff0  00000000 00000000 00000000 00000000  ................
0000000000005000-000000000000500f: page-translation exception (0011)
s390memctl: 16 of 96 bytes could not be read
EOF
session "plain: no pager, no lines that change" 0 --plain -d dump <<'EOF'
size 80 10
expect ]> 
send help exceptions\n
expect 0200
expect ]> 
send search abs:0+4M 0123456789abcdef\n
expect not found
expect ]> 
send quit\n
EOF
for type in str ebcdic hex; do
	session "a guest's bytes do nothing to the terminal: $type" 0 -d dump <<EOF
expect ]> 
send read -t $type abs:0x3f000 24\n
expect 000000000003f000
expect ]> 
send quit\n
EOF
	ok "there are none: $type" no_escapes
done
session "a guest's text, escaped" 0 -d dump <<'EOF'
expect ]> 
send x/s abs:0x3f000\n
expect "red \\x1b[31m\\x07\\xc2\\x9b41m\\xe2\\x80\\xae"
expect ]> 
send quit\n
EOF

done_testing
