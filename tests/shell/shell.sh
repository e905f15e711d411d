# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The shell on a terminal: prompt, completion, history, Ctrl-C, Ctrl-D,
# signals. Needs no VMM.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

# shellcheck source-path=SCRIPTDIR source=terminal-lib.sh
. "$top_srcdir/tests/shell/terminal-lib.sh"

session "prompt, a command, quit" 0 <<'EOF'
expect s390memctl> 
send help 0011\n
expect page-translation exception
expect s390memctl> 
send quit\n
EOF
session "Ctrl-D ends it" 0 <<'EOF'
expect s390memctl> 
send \x04
EOF
session "an error does not end it, and is not its exit code" 0 <<'EOF'
expect s390memctl> 
send lst\n
expect s390memctl: unknown command 'lst'\r\ns390memctl: did you mean 'list'?
expect s390memctl> 
send help "1\n
expect s390memctl: column 6: the quote " is not closed
expect s390memctl> 
send quit\n
EOF
session "Ctrl-C throws away the line" 0 <<'EOF'
expect s390memctl> 
send lst nonsense\x03
expect ^C\r\n
expect s390memctl> 
send help 0011\n
expect page-translation exception
expect s390memctl> 
send \x04
EOF
ok "and does not run it" sh -c "! grep -q unknown '$test_dir/stdout'"
session "completion of a command" 0 <<'EOF'
expect s390memctl> 
send vers\t
expect version 
send \n
expect readline
expect s390memctl> 
send quit\n
EOF
session "completion of a command's option" 0 <<'EOF'
expect s390memctl> 
send read --eb\t
expect --ebcdic
send \x03
expect s390memctl> 
send quit\n
EOF
session "completion of a topic of help" 0 <<'EOF'
expect s390memctl> 
send help vers\t\n
expect Tell the program's version
expect s390memctl> 
send quit\n
EOF
touch dumpfile-of-a-name
session "completion of a file's name" 0 <<'EOF'
expect s390memctl> 
send dump 0 1 dumpf\t
expect dumpfile-of-a-name
send \x03
expect s390memctl> 
send quit\n
EOF
session "SIGTERM ends it" 143 <<'EOF'
expect s390memctl> 
signal SIGTERM
EOF
session "SIGHUP ends it" 129 <<'EOF'
expect s390memctl> 
signal SIGHUP
EOF
session "a guest that is not there" 4 -p 4194304 <<'EOF'
expect s390memctl: there is no process 4194304
EOF

## history

history=$HOME/.local/state/s390memctl/history
is "history: the file is its owner's alone" "$(stat -c %a "$history")" 600
is "history: so is its folder" "$(stat -c %a "${history%/*}")" 700
is "history: it has the lines of all sessions" "$(grep -c 'help 0011' "$history")" 2
session "history: the last line of the last session" 0 <<'EOF'
expect s390memctl> 
send help 0010\n
expect segment-translation exception
expect s390memctl> 
send quit\n
EOF
session "history: is there again" 0 <<'EOF'
expect s390memctl> 
send \x10\x10\n
expect segment-translation exception
expect s390memctl> 
send quit\n
EOF
for i in $(seq 1200); do echo "help $i"; done >"$history"
session "history: is bounded" 0 <<'EOF'
expect s390memctl> 
send quit\n
EOF
is "history: to 1000 lines" "$(wc -l <"$history")" 1000
export XDG_STATE_HOME=$PWD/state
mkdir "$XDG_STATE_HOME"
session "history: in XDG_STATE_HOME" 0 <<'EOF'
expect s390memctl> 
send quit\n
EOF
is "history: is there" "$(cat state/s390memctl/history)" quit
if [ "$(id -u)" -eq 0 ]; then
	rm -r state/s390memctl
	chown 65534 state
	session "history: the folder of somebody else" 0 <<'EOF'
expect s390memctl> 
send quit\n
EOF
	is "history: is left alone" "$(ls state)" ""
else
	skip "history: is left alone" "needs root"
fi

done_testing
