#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# build.sh OUTDIR: build differential (s390x, static) into OUTDIR.
#
#   CROSS=s390x-linux-gnu-   prefix of the s390x compiler; empty on an s390x machine
set -euo pipefail

[ $# -eq 1 ] || {
	echo "usage: build.sh OUTDIR" >&2
	exit 1
}
here=$(cd "$(dirname "$0")" && pwd)
src=$here/../../src
mkdir -p "$1"

if [ "$(uname -m)" = s390x ]; then
	CROSS=${CROSS-}
else
	CROSS=${CROSS-s390x-linux-gnu-}
fi
cc=${CROSS}gcc
command -v "$cc" >/dev/null || {
	echo "build.sh: $cc not found (Debian: gcc-s390x-linux-gnu libc6-dev-s390x-cross)" >&2
	exit 1
}

"$cc" -static -std=gnu11 -O2 -g -march=z10 -Wall -Wextra -Werror -D_GNU_SOURCE \
	-I"$src" -I"$here" -o "$1/differential" "$here"/*.c \
	"$src"/arch/{art,dat,pgm,pgm-table,prot,psw,space,tlb,trace,translate}.c \
	"$src"/base/{buf,error,utf8}.c
