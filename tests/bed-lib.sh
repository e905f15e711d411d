# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What the tests in a bed share: where things are, whether they are there, and
# how the TAP of several scripts becomes one. The including script has set
# $tests, the directory of this file.

: "${tests:?}"

cache=${S390MEMCTL_CACHE:-$(dirname "$tests")/.cache}
vmm=${S390MEMCTL_VMM:-$cache/vmm}
cross=${S390MEMCTL_CROSS:-$cache/build-s390x}
export S390MEMCTL_CACHE=$cache

# On s390x with KVM no bed is needed.
on_z() {
	[ "$(uname -m)" = s390x ]
}

# bed_missing: why the bed cannot be used, nothing if it can
bed_missing() {
	if on_z && [ ! -c /dev/kvm ]; then
		echo "/dev/kvm is missing"
	elif ! on_z && [ ! -f "$cache/cross.env" ]; then
		echo "no bed in $cache (./quickstart build makes one)"
	elif [ ! -x "$cross/src/s390memctl" ]; then
		echo "no s390x build in $cross (./quickstart build makes one)"
	elif [ ! -x "$vmm/testvmm" ]; then
		echo "no test VMM in $vmm (./quickstart build makes one)"
	fi
}

# need_bed: a test ends here, skipped, when the bed is missing
need_bed() {
	local reason

	reason=$(bed_missing)
	if [ -n "$reason" ]; then
		printf '1..0 # SKIP %s\n' "$reason"
		exit 0
	fi
}

# run_inner_tap NAME ARGUMENT...: run-inner.sh, whose failure becomes one of NAME
run_inner_tap() {
	local name=$1 status=0

	shift
	"$tests/run-inner.sh" "$@" || status=$?
	printf '# begin %s\n1..0\n# end %s %d\n' "$name" "$name" "$status"
}

# Makes one TAP stream of the streams of several scripts, which come between
# the lines "# begin NAME" and "# end NAME STATUS": tests are numbered through
# and get the script's name; a plan that is missing or wrong, a status that
# does not fit, and a stream that stops before its end are failures.
merge_tap() {
	awk '
	function result(word, text) { print word " " ++total " - " text; fflush() }
	function finish(status) {
		if (plan != count)
			result("not ok", name ": planned " plan " tests, ran " count)
		else if (status != 0 && !failed)
			result("not ok", name ": ended with " status)
		name = ""
	}
	/^# begin / { name = $3; plan = "no"; count = failed = 0; next }
	/^# end / { finish($4); next }
	/^1\.\.0 # SKIP/ { plan = 0; sub(/^1\.\.0 # /, ""); result("ok", name " # " $0); next }
	/^1\.\.[0-9]+/ { plan = substr($0, 4) + 0; next }
	# This is how cmocka 1.1 tells a skipped test.
	/^not ok [0-9]+ # SKIP / {
		count++
		result("ok", name ": " $6 " # SKIP needs what this machine does not have")
		next
	}
	/^(not )?ok / {
		word = $1 == "not" ? "not ok" : "ok"
		if (word == "not ok")
			failed = 1
		count++
		sub(/^(not )?ok [0-9]* *(- )?/, "")
		result(word, name ": " $0)
		next
	}
	# Whole lines at once: messages of the bed come in between.
	{ print; fflush() }
	END {
		if (name != "")
			result("not ok", name ": stopped before its end")
		if (!total)
			result("not ok", "no test has run")
		print "1.." total
	}'
}
