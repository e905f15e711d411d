# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Our address translation against the kernel's (tests/differential), on random
# cases: some thousands, or as many as the first argument says, by the seed that
# is the second.

. ./inner/lib.sh

[ -n "$(command -v differential)" ] || skip_all "differential was not built"
cases=${1:-2000}
seed=${2:-$(date +%s)}

# Kernels before 6.9 may have the access-register bug: no such cases there.
release=$(uname -r)
major=${release%%.*}
minor=${release#*.}
minor=${minor%%.*}
ar=
[ $((major * 100 + minor)) -ge 609 ] || ar=--no-ar

# compare TEXT CASES
compare() {
	# shellcheck disable=SC2086
	run differential $ar --seed "$seed" "$2"
	sed 's/^/# /' "$out"
	is "$1: no difference, every exception met" "$status" 0
}

# Enhanced DAT needs a kvm.ko of its own where the machine has none.
if [ "${BED-}" = fast ] && [ -f kvm-edat.ko ]; then
	compare "plain kvm.ko" $((cases / 5 + 1000))
	ok "kvm.ko is replaced" eval "rmmod kvm && insmod kvm-edat.ko"
	compare "kvm.ko with enhanced DAT" "$cases"
	ok "kvm.ko is put back" eval "rmmod kvm && insmod /bed/kvm.ko"
	chmod 666 /dev/kvm
else
	compare "this machine's kvm.ko" "$cases"
fi

done_testing
