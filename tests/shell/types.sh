# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Types of files that have been made to do harm. A time limit is there for those
# that would never end.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

make_types() {
	/usr/bin/python3 "$top_srcdir/tests/shell/make-types.py" "$@"
}

in_time() {
	timeout -s KILL 120 "$@"
}

# DWARF that a file shares with another one: dwz(1).

mkdir other
make_types shared other/shared
make_types shares relative other/shared
make_types shares absolute "$PWD/other/shared"
ln -s ../relative other/link
run_is "a name in a shared file" 0 s390memctl -s relative sizeof 'struct foo' <<'EOF'
sizeof(struct foo) = 4 (0x4)
EOF
run_is "with an absolute path" 0 s390memctl -s absolute sizeof 'struct foo' <<'EOF'
sizeof(struct foo) = 4 (0x4)
EOF
run_is "relative to the file itself, not to a link" 0 s390memctl -s other/link sizeof 'struct foo' <<'EOF'
sizeof(struct foo) = 4 (0x4)
EOF
mkfifo fifo
make_types shares f fifo
run_is "a FIFO holds nobody up" 1 in_time s390memctl -s f sizeof 'struct foo' <<'EOF'
s390memctl: f: a part of its DWARF is in another file: fifo: it is not a regular file
EOF
make_types shares f nosuch
run_is "a file that is missing" 1 s390memctl -s f sizeof 'struct foo' <<'EOF'
s390memctl: f: a part of its DWARF is in another file: nosuch: it cannot be found
EOF
make_types shared nested nosuch
make_types shares f nested
run_is "one that shares, too" 1 s390memctl -s f sizeof 'struct foo' <<'EOF'
s390memctl: f: a part of its DWARF is in another file: nested: it has no DWARF, or not all of it
EOF
# A byte of the build id.
printf '\377' | dd of=other/shared bs=1 conv=notrunc status=none \
	seek="$(($(grep -abo GNU other/shared | head -n 1 | cut -d : -f 1) + 4))"
run_is "another build id" 1 s390memctl -s relative sizeof 'struct foo' <<'EOF'
s390memctl: relative: a part of its DWARF is in another file: other/shared: it has another build id
EOF

# Many that are allowed one by one.

make_types notes notes
run_is "many notes" 64 s390memctl -s notes sym start <<'EOF'
s390memctl: sym: notes: has too many notes
EOF
make_types packed packed
run_is "many compressed sections" 64 s390memctl -s packed sizeof 'struct foo' <<'EOF'
s390memctl: sizeof: packed: has compressed sections that are too large
EOF
make_types names names
run_is "names of sections without an end" 64 s390memctl -s names sym start <<'EOF'
s390memctl: sym: names: is damaged: the names of its sections have no end
EOF

# Lines are told without the file that dwz(1) has made, if it is not at hand.

line_of() {
	s390memctl -s "$1" sym main | sed 's/.* //'
}
if command -v gcc >/dev/null && command -v dwz >/dev/null; then
	printf 'int main(void)\n{\n\treturn 0;\n}\n' >main.c
	gcc -g -o one main.c && cp one two && mkdir apart && dwz -m common -r one two && mv one apart
	run_is "lines without the shared file" 0 line_of apart/one <<'EOF'
main.c:2
EOF
else
	skip "lines without the shared file" "no gcc or dwz here"
fi

# DWARF that takes long.

make_types arrays arrays
run_is "many variables of an array of many dimensions" 1 \
	in_time s390memctl -s arrays sizeof 'struct foo' <<'EOF'
s390memctl: arrays: no struct 'foo'
EOF

done_testing
