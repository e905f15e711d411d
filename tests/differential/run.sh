#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh [CASES [SEED]]: the differential test on the fast bed with Linux 6.12 (on
# an s390x machine with KVM: right here). CASES (100000) with enhanced DAT, and a
# fifth of it and 1000 with the kvm.ko that the other tests have. TAP on the standard
# output.

set -euo pipefail

cases=${1:-100000}
seed=${2:-$RANDOM$RANDOM}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tests=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=../bed-lib.sh
. "$tests/bed-lib.sh"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$here/build.sh" "$out"
if on_z; then
	ln -s "$tests/inner" "$out/inner"
	cd "$out"
	PATH=$out:$PATH sh inner/fast-differential.sh "$cases" "$seed"
	exit
fi
"$tests/bed/bed" fetch fast
python3 "$here/edat.py" "$cache" 6.12 "$out/kvm-edat.ko"
"$tests/bed/bed" run fast --kernel 6.12 --timeout $((120 + cases / 50)) \
	--with "inner=$tests/inner" --with "kvm-edat.ko=$out/kvm-edat.ko" \
	--exe "$out/differential" -- sh inner/fast-differential.sh "$cases" "$seed"
