# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Completion in the shells: the scripts are those that the program makes now, and
# they complete. Guests and vCPUs are those of a list that the test makes up.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh" || exit 99

scripts=$top_srcdir/completions
for shell in bash:s390memctl zsh:_s390memctl fish:s390memctl.fish; do
	s390memctl completion "${shell%%:*}" >made
	if cmp -s made "$scripts/${shell#*:}"; then
		tap ok "the completion for ${shell%%:*} is up to date"
	else
		tap "not ok" "the completion for ${shell%%:*} is up to date: make update-man"
		diff -u "$scripts/${shell#*:}" made >differs
		note differs
	fi
done

# The program that the scripts ask: as ours, but the VMMs are made up.
mkdir bin
cat >bin/s390memctl <<EOF
#!/bin/bash
case "\$*" in
"completion pids") printf '4711\n4802\n' ;;
"completion guests") printf 'web1\nweb two\n' ;;
"--guest=web1 completion vcpus" | "--pid=4711 completion vcpus") printf '0\n1\n17\n' ;;
"completion vcpus") printf '0\n1\n2\n17\n' ;;
*) exec $(command -v s390memctl) "\$@" ;;
esac
EOF
chmod +x bin/s390memctl
PATH=$PWD/bin:$PATH

## bash, as readline would ask it

# completes WORD...: what the last word can be; "=" is a word of its own, as there
completes() {
	bash --norc --noprofile -c '
		. "$1"
		shift
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		COMP_LINE="$*"
		COMP_POINT=${#COMP_LINE}
		_s390memctl 2>&1
		printf "%s\n" "${COMPREPLY[@]}"' bash "$scripts/s390memctl" "$@" | xargs -d '\n'
}

: >dump.elf
: >vmlinux
is "bash: a command" "$(completes s390memctl tra)" "translate"
is "bash: all commands" "$(completes s390memctl '')" \
	"$(s390memctl -j help | /usr/bin/python3 -c '
import json, sys
print(*(c["name"] for c in json.load(sys.stdin)["commands"]))')"
is "bash: an option of the program" "$(completes s390memctl --js)" "--json"
is "bash: one with an argument" "$(completes s390memctl --gue)" "--guest="
is "bash: a process" "$(completes s390memctl -p 48)" "4802"
is "bash: a process behind =" "$(completes s390memctl --pid = 4)" "4711 4802"
is "bash: a process directly behind =" "$(completes s390memctl --pid =)" "4711 4802"
is "bash: a guest, with a blank in its name" "$(completes s390memctl -g we)" 'web1 web\ two'
is "bash: a vCPU of any guest" "$(completes s390memctl -c '')" "0 1 2 17"
is "bash: a vCPU of this guest" "$(completes s390memctl -g web1 -c 1)" "1 17"
is "bash: a vCPU of this process" "$(completes s390memctl --pid = 4711 --vcpu = '')" "0 1 17"
is "bash: a file for the program" "$(completes s390memctl -d du)" "dump.elf"
is "bash: a command behind options" "$(completes s390memctl -d dump.elf --json sear)" "search"
is "bash: an option of a command" "$(completes s390memctl -d dump.elf read --key)" "--keys --key="
is "bash: words of an option" "$(completes s390memctl read 0x1000 --engine = w)" "walk"
is "bash: words of a short option" "$(completes s390memctl read -t u)" "u8 u16 u32 u64"
is "bash: a file for a command" "$(completes s390memctl load vm)" "vmlinux"
is "bash: no file where none belongs" "$(completes s390memctl read d)" ""
is "bash: a topic of help" "$(completes s390memctl help 003b)" "003b"
is "bash: no option of the program behind the command" "$(completes s390memctl read --gue)" ""

## zsh, fish

s390memctl -j help | /usr/bin/python3 -c '
import json, sys
for command in json.load(sys.stdin)["commands"]:
    print("command", command["name"])' >commands
if command -v zsh >/dev/null; then
	ok "zsh: the script can be read" zsh -n "$scripts/_s390memctl"
	# Its function runs; the functions of zsh's own that it calls are only counted.
	cat >zsh-test <<EOF
compdef() { :; }
_arguments() { (( \$# > 2 )) && print -r -- arguments; state=command; return 1 }
_describe() { print -r -- "\${#commands}" commands; }
sed '/^_s390memctl "/d' $scripts/_s390memctl >function
. ./function
_s390memctl
EOF
	zsh -f zsh-test >zsh-out 2>&1
	is "zsh: the function describes all commands" "$(xargs <zsh-out)" \
		"arguments $(grep -c '^command' commands) commands"
else
	skip "zsh: the script can be read" "no zsh here"
	skip "zsh: the function describes all commands" "no zsh here"
fi

# fish_completes LINE: what may stand at its end
fish_completes() {
	HOME=$PWD fish --no-config -c "source $scripts/s390memctl.fish; complete -C '$1'" 2>&1 |
		cut -f 1 | xargs -d '\n'
}
if command -v fish >/dev/null; then
	ok "fish: the script can be read" fish --no-config -n "$scripts/s390memctl.fish"
	is "fish: a command" "$(fish_completes 's390memctl tra')" "translate"
	is "fish: a command behind options" "$(fish_completes 's390memctl -g web1 --json tra')" "translate"
	is "fish: a guest" "$(fish_completes 's390memctl -g w')" "web two web1"
	is "fish: a process behind =" "$(fish_completes 's390memctl --pid=48')" "--pid=4802"
	is "fish: an option of a command" "$(fish_completes 's390memctl -p 4711 read --key')" "--key --keys"
	is "fish: words of an option" "$(fish_completes 's390memctl read -t u1')" "u16"
	is "fish: a file for a command" "$(fish_completes 's390memctl load vml')" "vmlinux"
	is "fish: a topic" "$(fish_completes 's390memctl help 003b')" "003b"
else
	skip "fish completes" "no fish here"
fi

run_is "completion: neither a shell nor words" 64 s390memctl completion tcsh <<'EOF'
s390memctl: completion: 'tcsh' is neither bash, zsh, fish nor pids, guests, vcpus, topics
EOF
run_like "completion: words as JSON" 0 '"words":\["list",.*"0200"\],"exit_code":0}$' \
	s390memctl -j completion topics

done_testing
