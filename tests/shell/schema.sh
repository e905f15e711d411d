# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The JSON of every command is as docs/schema/output.json says: all members are
# known there, and each command of the table has its lines here.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2016
. "$(dirname "$0")/../lib.sh" || exit 99

schema=$top_srcdir/docs/schema/output.json
validate() {
	/usr/bin/python3 "$top_srcdir/tests/shell/validate-json.py" "$schema"
}

s390memctl -j help | /usr/bin/python3 -c '
import json, sys
print("\n".join(c["name"] for c in json.load(sys.stdin)["commands"]))' | sort >commands
/usr/bin/python3 -c '
import json, sys
print("\n".join(json.load(open(sys.argv[1]))["$defs"]["commands"]))' "$schema" | sort >described
is "every command has a schema, and no other" "$(comm -3 commands described)" ""
is "the schema is of this api_level" "$(grep -oE '"const": [0-9]+' "$schema" | sort -u)" \
	"\"const\": $(s390memctl -j version | grep -oE '"api_level":[0-9]+' | cut -d : -f 2)"

status=0
validate </dev/null || status=$?
if [ "$status" -eq 77 ]; then
	skip "documents are as the schema says" "no python3-jsonschema here"
	done_testing
fi
is "the schema is one" "$status" 0

/usr/bin/python3 "$top_srcdir/tests/shell/make-dump.py" dump || exit 99
printf 'first page\0\1' >bytes
printf 'help 11\nversion\n' >sourced
cat >lines <<'EOF'
alias
alias r=read
alias r
r 0x1000
apropos key
bt
cas 0 0 1
check rw 0x1000 64K
check r 0x1000 4K
completion bash
completion topics
diff 0x1000+16K 0x4000+16K
diff 0x1000+16 --file bytes
dis 0x1000 2
dis
dump 0x1000 32K raw --force
fill 0 1 0
help
help 11
help read
help dialects
help --man exceptions
info
keys 0x1000
list
list --follow --count 1 --interval 1ms
load bytes 0
log
lowcore
map
map asce=0x40003:0-0xffffffffffffffff --max-ranges=5
modules
offsetof task_struct comm
print jiffies
ps
ptype int
quit now
read 0x1000 32
read 0x5000 0x2000
read 0x1000 16 -t u32
read 0x1000 16 -t str
read 0x1000 16 -t ebcdic
read 0x1001 9 -t u32
read 0x0 64K
regs
search 0+16K 12345678
search 0x5000+4K 1234
search 0+64K 00 --max 2
set
set space home
set nosuch 1
show
show space
sizeof int
source sourced
source nosuch
sym jiffies
sys
translate 0x1234
translate 0x5000
translate 0x4000 --store
translate ar2:0x1000
translate ar3:0x1000
translate home:0x80000000
triage
unalias r
version
watch 0 8
write 0 00
nosuch
read
read "
x/4xg abs:0x1000
rd abs:0x1000 2
D R1000.10
EOF
sed 's/[ "].*//' lines | sort -u >run
is "every command is run" "$(comm -23 commands run)" ""
for options in "-d dump" "-d dump -c 1 --stats" ""; do
	# shellcheck disable=SC2086 # words of options
	s390memctl -j --quiet --keep-going $options -f lines >documents 2>errors
	is "documents are as the schema says: ${options:-no target}" "$(validate <documents)" ""
	is "nothing on standard error: ${options:-no target}" "$(cat errors)" ""
	ok "there are many: ${options:-no target}" test "$(wc -l <documents)" -ge "$(wc -l <lines)"
done
# The test itself: what no schema has is found.
s390memctl -j version | sed 's/"version":"/"versoin":"/' >documents
is "a member that is not described is found" "$(validate <documents | wc -l)" 1

done_testing
