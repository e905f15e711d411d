#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# How results are counted: the TAP of several scripts in a bed made one stream,
# and the sum that quickstart prints last.
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh" || exit 99

tests=$top_srcdir/tests
# shellcheck source-path=SCRIPTDIR source=../bed-lib.sh
. "$tests/bed-lib.sh"
logs=$PWD
# shellcheck source-path=SCRIPTDIR source=../quickstart-lib.sh
. "$tests/quickstart-lib.sh"

merge() {
	merge_tap <streams
}

sum() {
	results check >results.txt
	sum_up results.txt
}

cat >streams <<'EOF'
# begin good
ok 1 - one
# a comment
ok 2 - two # SKIP not here
1..2
# end good 0
# begin bad
not ok 1 - three
1..1
# end bad 1
# begin other
1..0 # SKIP no such machine
# end other 0
# begin unit
not ok 1 # SKIP four
1..1
# end unit 0
EOF
run_is "streams become one" 0 merge <<'EOF'
ok 1 - good: one
# a comment
ok 2 - good: two # SKIP not here
not ok 3 - bad: three
ok 4 - other # SKIP no such machine
ok 5 - unit: four # SKIP needs what this machine does not have
1..5
EOF

cat >streams <<'EOF'
# begin short
ok 1 - one
1..3
# end short 0
# begin unplanned
ok 1 - one
# end unplanned 0
# begin crashed
ok 1 - one
1..1
# end crashed 139
# begin cut
ok 1 - one
EOF
run_is "wrong plans, crashes and cut streams are failures" 0 merge <<'EOF'
ok 1 - short: one
not ok 2 - short: planned 3 tests, ran 1
ok 3 - unplanned: one
not ok 4 - unplanned: planned no tests, ran 1
ok 5 - crashed: one
not ok 6 - crashed: ended with 139
ok 7 - cut: one
not ok 8 - cut: stopped before its end
1..8
EOF

: >streams
run_is "no test at all is a failure" 0 merge <<'EOF'
not ok 1 - no test has run
1..1
EOF

cat >check.log <<'EOF'
make[1]: Entering directory
PASS: unit/test-a 1 - one
PASS: unit/test-a 2 - two
SKIP: shell/vm.sh - no usable /dev/kvm here
# PASS:  2
EOF
run_is "the last line: all well" 0 sum <<'EOF'
skipped: check: shell/vm.sh - no usable /dev/kvm here
2 passed, 0 failed, 1 skipped
EOF

cat >check.log <<'EOF'
PASS: unit/test-a 1 - one
FAIL: unit/test-a 2 - two
ERROR: unit/test-b - exited with status 134 (terminated by signal 6?)
EOF
run_is "the last line: failures" 1 sum <<'EOF'
failed: check: unit/test-a 2 - two
failed: check: unit/test-b - exited with status 134 (terminated by signal 6?)
1 passed, 2 failed
EOF

: >check.log
run_is "nothing that passed is a failure" 1 sum <<'EOF'
0 passed, 0 failed
EOF

done_testing
