#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Lists that are too long for a JSON document end, and it is told; as text they go on.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

make_many=$top_srcdir/tests/shell/make-many.py
limit=100000
/usr/bin/python3 "$make_many" many $((limit + 100)) || exit 99
# init_task is one of them.
/usr/bin/python3 "$make_many" enough $((limit - 1)) || exit 99

# count LIST: how long it is in the last document, with its error's message and hint
count() {
	/usr/bin/python3 -c '
import json, sys
doc = json.load(sys.stdin)
error = doc.get("error", {})
print(len(doc[sys.argv[1]]), *(error[name] for name in ("message", "hint") if name in error), sep="\n")
' "$1" <"$test_dir/stdout"
}

## ps

run s390memctl -j -d enough ps
is "ps: as many as there may be" "$status $(count tasks)" "0 $limit"
run s390memctl -j -d many ps
is "ps: one list too long" "$status $(count tasks)" "3 $limit
stopped after $limit tasks: a JSON document takes no more
select by PID or name, or leave out --json"
run s390memctl -d many ps
is "ps: text" "$status $(wc -l <"$test_dir/stdout")" "0 $((limit + 102))"

## check: all pages are runs

run s390memctl -j -d many check 0 $((limit * 4096)) --space=asce=0x40007
is "check: as many as there may be" "$status $(count runs)" "1 $limit
an access to $(((limit - 1) * 4096)) bytes would fail"
run s390memctl -j -d many check 0 $((limit * 4096 + 1)) --space=asce=0x40007
is "check: one too many" "$status $(count runs)" "3 $limit
stopped at 00000000186a0000, after $limit runs: a JSON document takes no more
check a shorter range, or leave out --json"
run s390memctl -j -d many check rw 0 $((limit * 2048 + 4096)) --space=asce=0x40007
is "check: fetch and store together" "$status $(count runs)" "3 $limit
stopped at 000000000c34f000, after $limit runs: a JSON document takes no more
check a shorter range, or leave out --json"
run s390memctl -d many check 0 $((limit * 4096 + 1)) --space=asce=0x40007
is "check: text" "$status $(wc -l <"$test_dir/stdout")" "1 $((limit + 1))"

## dump: its file is whole

length=$(((limit + 1) * 4096))
run s390memctl -j -d many dump 0 "$length" whole --space=asce=0x40007
is "dump: as many as there may be" "$status $(count holes)" "3 $limit
$((length - 4096)) of $length bytes could not be read"
run s390memctl -j -d many dump 0 $((length + 1)) larger --space=asce=0x40007
is "dump: one too many" "$status $(count holes)" "3 $limit
$((length - 4095)) of $((length + 1)) bytes could not be read; $limit of $((limit + 1)) holes are told"
is "dump: its file" "$(stat -c %s larger)" $((length + 1))

## diff

run s390memctl -j -d many diff abs:0.4096 4096 --max=$((limit + 1))
is "diff: as its --max says" "$status" 64

done_testing
