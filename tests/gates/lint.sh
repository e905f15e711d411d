#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2154
#
# Static checks: shellcheck and pyflakes for the scripts, cppcheck and clang-tidy for
# the C. What they are asked stands in .shellcheckrc, cppcheck.suppressions and
# .clang-tidy.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$top_srcdir/tests/lib.sh" || exit 99

jobs=$(nproc)
cd "$top_srcdir" || exit 99

# Folders and files with what is checked: no builds, nothing that is made.
scripts=(quickstart completions contrib debian packaging tests)
[ ! -e .ci ] || scripts+=(.ci)

# no_findings NAME COMMAND...: the command succeeds; what it has found is shown
no_findings() {
	local name=$1

	shift
	run "$@" </dev/null
	if [ "$status" = 0 ]; then
		tap ok "$name"
	else
		tap "not ok" "$name"
		note "$test_dir/out"
	fi
}

# each COUNT COMMAND...: the command on the files of standard input, several at a time
each() {
	local count=$1

	shift
	xargs -P"$jobs" -n"$count" "$@"
}

shell_scripts() {
	find "${scripts[@]}" -name .cache -prune -o -type f -exec \
		grep -lIE '^#!.*[/ ](ba)?sh( |$)|^# shellcheck shell=' {} + | sort
}

python_scripts() {
	find "${scripts[@]}" -name .cache -prune -o -name '*.py' -print -o -type f -exec \
		awk 'FNR == 1 && /^#!.*python/ { print FILENAME } { nextfile }' {} + | sort
}

# The program's, but for the other machine's. Tests do on purpose what clang-tidy minds.
c_files() {
	find src -name '*.c' ! -name inject-s390x.c | sort
}

check_shell() {
	shell_scripts | each 8 shellcheck -f gcc
}

check_python() {
	python_scripts | each 20 pyflakes3
}

check_cppcheck() {
	cppcheck -j"$jobs" --quiet --std=c11 --enable=warning,performance,portability \
		--library=posix --library=gnu --error-exitcode=1 \
		--template='{file}:{line}: {message} [{id}]' \
		--suppressions-list=tests/gates/cppcheck.suppressions \
		--include="$top_builddir/config.h" -Isrc -Itests src tests
}

# tidy FLAG...: files of standard input. One at a time: of more, clang-tidy 14 takes
# every va_list for uninitialized.
tidy() {
	printf '%s\n' -std=gnu11 -DS390MEMCTL_TEST_HOOKS -include "$top_builddir/config.h" \
		"-I$top_srcdir/src" "-I$top_srcdir/tests" "$@" >"$test_dir/compile_flags.txt"
	each 1 clang-tidy --quiet --warnings-as-errors='*' -p "$test_dir"
}

check_tidy() {
	echo src/base/error.c | tidy &&
		c_files | grep -v '/base/error.c$' | tidy -include "$top_srcdir/tests/gates/clang-tidy.h"
}

# lint NAME COMMAND FUNCTION
lint() {
	if command -v "$2" >/dev/null; then
		no_findings "$1" "$3"
	else
		skip "$1" "no $2 here"
	fi
}

lint "shellcheck: all shell scripts" shellcheck check_shell
lint "pyflakes: all Python" pyflakes3 check_python
lint "cppcheck: all C" cppcheck check_cppcheck
lint "clang-tidy: src" clang-tidy check_tidy
done_testing
