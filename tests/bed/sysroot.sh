# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# bed sysroot: the s390x libraries, unpacked for Debian's cross compiler, and
# the environment that lets configure find them. Also the small programs that
# run inside the beds.

: "${here:?}" "${cache:?}"

cross_cc=s390x-linux-gnu-gcc

# Debian's links to shared libraries are absolute: /lib/... would be the
# machine's own.
relative_links() {
	local root=$1 link target

	find "$root" -type l -lname '/*' -print0 |
	while IFS= read -r -d '' link; do
		target=$root$(readlink "$link")
		ln -sfnr "$target" "$link"
	done
}

unpack_sysroot() {
	rm -rf "$cache/sysroot.tmp"
	unpack "$cache/sysroot.tmp" "$cache/debs/sysroot"
	relative_links "$cache/sysroot.tmp"
	mv "$cache/sysroot.tmp" "$cache/sysroot"
}

write_cross_env() {
	local usr=$cache/sysroot/usr triplet=s390x-linux-gnu
	local lib=$cache/sysroot/lib/$triplet

	cat >"$cache/cross.env.tmp" <<-EOF
	# Made by "bed sysroot". Use: . cross.env; configure --host=$triplet
	export CC="$cross_cc"
	export CPPFLAGS="-isystem $usr/include -isystem $usr/include/$triplet"
	export CFLAGS="-O2 -g -march=z10"
	export LDFLAGS="-L$usr/lib/$triplet -L$lib -Wl,-rpath-link,$usr/lib/$triplet:$lib"
	export PKG_CONFIG=pkg-config
	export PKG_CONFIG_SYSROOT_DIR="$cache/sysroot"
	export PKG_CONFIG_LIBDIR="$usr/lib/$triplet/pkgconfig:$usr/share/pkgconfig"
	export PKG_CONFIG_PATH=
	EOF
	mv "$cache/cross.env.tmp" "$cache/cross.env"
}

sysroot() {
	need_program "$cross_cc" "gcc-s390x-linux-gnu libc6-dev-s390x-cross"
	fetch fast
	lock_cache
	[ -d "$cache/sysroot" ] || step "unpacking s390x libraries" unpack_sysroot
	[ -e "$cache/cross.env" ] || write_cross_env
	unlock_cache
	printf '%s\n' "$cache/cross.env"
}

# Static programs of the beds themselves. z10 is the oldest machine any bed
# has (Hercules).
build_guest_programs() {
	local source program

	need_program "$cross_cc" "gcc-s390x-linux-gnu libc6-dev-s390x-cross"
	lock_cache
	mkdir -p "$cache/build"
	for source in "$here"/*.c; do
		program=$cache/build/$(basename "$source" .c)
		[ "$program" -nt "$source" ] && continue
		step "compiling $(basename "$source") for s390x" \
			"$cross_cc" -static -O2 -march=z10 -Wall -Wextra \
			-o "$program.tmp" "$source"
		mv "$program.tmp" "$program"
	done
	unlock_cache
}
