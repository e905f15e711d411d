#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# build.sh OUTDIR [testvmm|x86]: build testvmm (s390x) and the x86 guest image, or
# one of them, into OUTDIR.
#
#   CROSS=s390x-linux-gnu-   prefix of the s390x compiler; empty on an s390x machine
#   STATIC=1                 a static testvmm (default: dynamic, as VMMs usually are)
#   CC                       the x86-64 compiler for the guest image (default: gcc)
set -euo pipefail

die() {
	echo "build.sh: $*" >&2
	exit 1
}

case $#-${2-all} in
1-all | 2-testvmm | 2-x86) ;;
*) die "usage: build.sh OUTDIR [testvmm|x86]" ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)

if [ "$(uname -m)" = s390x ]; then
	CROSS=${CROSS-}
else
	CROSS=${CROSS-s390x-linux-gnu-}
fi

build_testvmm() {
	local cc=${CROSS}gcc link=()

	command -v "$cc" >/dev/null ||
		die "$cc not found (Debian: gcc-s390x-linux-gnu libc6-dev-s390x-cross)"
	[ "${STATIC-}" != 1 ] || link=(-static)
	"$cc" "${link[@]}" -std=gnu11 -O2 -g -march=z10 -Wall -Wextra -Werror -pthread \
		-o "$out/testvmm" "$here"/{testvmm,scenario,scenario-dat,line,guest,kvm,memop,control,seccomp}.c \
		"$here/run-s390x.S"
}

build_x86_guest() {
	local cc=${CC:-gcc}

	if [ "$(uname -m)" != x86_64 ]; then
		echo "build.sh: not an x86-64 machine: no x86 guest image"
		return
	fi
	command -v "$cc" >/dev/null || die "$cc not found (Debian: gcc)"
	command -v ld >/dev/null || die "ld not found (Debian: binutils)"
	command -v objcopy >/dev/null || die "objcopy not found (Debian: binutils)"
	"$cc" -m64 -c -o "$out/heartbeat.o" "$here/x86/heartbeat.S"
	ld -m elf_x86_64 -z max-page-size=4096 -T "$here/x86/heartbeat.ld" \
		-o "$out/heartbeat.elf64" "$out/heartbeat.o"
	# QEMU's multiboot loader takes 32-bit ELF files only.
	objcopy -O elf32-i386 "$out/heartbeat.elf64" "$out/heartbeat.elf"
	rm -f "$out/heartbeat.o" "$out/heartbeat.elf64"
}

[ "${2-testvmm}" != testvmm ] || build_testvmm
[ "${2-x86}" != x86 ] || build_x86_guest
