# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Random command lines never crash it, hang it, or spoil its output: on a dump.
# To do it again: S390MEMCTL_LINES=100000 S390MEMCTL_SEED=7 make check TESTS=shell/random-lines.sh

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

lines=${S390MEMCTL_LINES:-10000}
seed=${S390MEMCTL_SEED:-390}
# Only the sanitizers' build, or a busy machine, comes near to it.
seconds=${S390MEMCTL_SECONDS:-60}
export XDG_CONFIG_HOME=$test_dir/config XDG_STATE_HOME=$test_dir/state
mkdir -p "$XDG_CONFIG_HOME" "$XDG_STATE_HOME"

/usr/bin/python3 "$top_srcdir/tests/shell/make-dump.py" dump || exit 99
printf '# seed %s\n' "$seed"
status=0
/usr/bin/python3 "$top_srcdir/tests/shell/random-lines.py" "$lines" "$seed" "$seconds" dump \
	>result 2>&1 || status=$?
printf '# %s\n' "$(cat -v result)"
is "random command lines never crash it" "$status" 0
ok "there were many of them" test "$(sed -n 's/ lines$//p' result)" -ge 2000

done_testing
