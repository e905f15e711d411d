# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# bed fetch: Debian packages of s390x are downloaded and unpacked, never
# installed. apt runs with lists and a status of its own, so that the
# machine's package state stays as it is.
#
# A directory of the cache that exists is complete: each is filled under the
# name DIR.tmp and renamed.

: "${here:?}" "${cache:?}"

apt_conf=$cache/apt/apt.conf
lists_are_fresh=

# Libraries with headers, for cross-building and to run what was built.
sysroot_packages=(libelf-dev libdw-dev libreadline-dev libncurses-dev
	zlib1g-dev liblzma-dev libjansson-dev libcmocka-dev libkdumpfile-dev
	binutils-dev)

# What these pull in and a sysroot must not have: the C library comes from
# libc6-dev-s390x-cross, the rest is never linked to.
sysroot_excluded='^(libc6|libc6-dev|libc-dev-bin|linux-libc-dev|libgcc-s1'
sysroot_excluded+='|gcc-12-base|rpcsvc-proto|dpkg|tar|ncurses-bin'
sysroot_excluded+='|readline-common|lib(crypt|tirpc|nsl)-dev|libtirpc-common'
sysroot_excluded+='|lib(tirpc3|nsl2|crypt1|ssl3|k5crypto3|keyutils1|com-err2)'
sysroot_excluded+='|libkrb5.*|libgssapi.*'
sysroot_excluded+='|binutils|binutils-common|binutils-s390x-linux-gnu|libgprofng0|libctf.*)$'

# Essential packages: QEMU's closure of libraries does not need them.
qemu_excluded='^(debconf|passwd|adduser|libpam.*|libdb5.*|libsemanage.*)$'

s390x_apt() {
	APT_CONFIG=$apt_conf "$@"
}

debian_mirror() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' 'Label: Debian' | sort -u | head -n 1
}

write_apt_conf() {
	local mirror suite dir=$cache/apt

	mirror=$(debian_mirror)
	[ -n "$mirror" ] || die "apt-get indextargets names no Debian mirror"
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	for suite in bookworm bookworm-updates bookworm-backports; do
		printf 'deb [signed-by=%s] %s %s main\n' \
			/usr/share/keyrings/debian-archive-keyring.gpg \
			"$mirror" "$suite"
	done >"$dir/sources.list"
	cat >"$apt_conf" <<-EOF
	APT::Architecture "s390x";
	APT::Architectures "s390x";
	APT::Install-Recommends "false";
	APT::Sandbox::User "root";
	Acquire::Languages "none";
	Acquire::Retries "3";
	Dir::State "$dir";
	Dir::State::status "/dev/null";
	Dir::Cache "$dir";
	Dir::Etc::SourceList "$dir/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	EOF
}

# apt-get update reports a mirror that does not answer as a mere warning.
update_lists() {
	s390x_apt apt-get -q -o APT::Update::Error-Mode=any update
}

need_lists() {
	[ -z "$lists_are_fresh" ] || return 0
	write_apt_conf
	step "reading the lists of s390x packages" update_lists
	lists_are_fresh=yes
}

# download DIR PACKAGE...: the .deb files into DIR
download() {
	local dir=$1

	shift
	mkdir -p "$dir"
	(cd "$dir" && s390x_apt apt-get -q download "$@")
}

# unpack DIR DEBS: every .deb file in DEBS into DIR
unpack() {
	local dir=$1 deb

	for deb in "$2"/*.deb; do
		dpkg -x "$deb" "$dir"
	done
}

# download_and_unpack DIR PACKAGE...
download_and_unpack() {
	local dir=$1

	shift
	rm -rf "$dir.tmp" "$dir.debs.tmp"
	download "$dir.debs.tmp" "$@"
	unpack "$dir.tmp" "$dir.debs.tmp"
	rm -rf "$dir.debs.tmp"
	mv "$dir.tmp" "$dir"
}

# closure PACKAGE...: the packages with all that they depend on
closure() {
	s390x_apt apt-get -q install --simulate "$@" | awk '/^Inst/ { print $2 }'
}

# kernel_package VERSION: names of packages change with the kernel's ABI, so
# ask the meta package
kernel_package() {
	local version

	version=$(s390x_apt apt-cache madison linux-image-s390x |
		awk -v prefix="$1." 'index($3, prefix) == 1 { print $3; exit }')
	[ -n "$version" ] || return 1
	s390x_apt apt-cache depends "linux-image-s390x=$version" |
		awk '/Depends: linux-image/ { print $2; exit }'
}

fetch_kernel() {
	local version=$1 package

	[ ! -d "$cache/kernel-$version" ] || return 0
	need_lists
	package=$(kernel_package "$version") ||
		die "the mirror has no s390x kernel $version"
	step "fetching $package" \
		download_and_unpack "$cache/kernel-$version" "$package"
}

# debug_package VERSION: name=version of the package with the unstripped vmlinux
# of the very kernel in the cache, for another build's addresses are others
debug_package() {
	local changelog name version

	changelog=$(echo "$cache/kernel-$1"/usr/share/doc/linux-image-*/changelog.Debian.gz)
	name=$(basename "$(dirname "$changelog")")
	version=$(gzip -dc "$changelog" | sed -n '1s/^[^(]*(\([^)]*\)).*/\1/p')
	[ -n "$version" ] || return 1
	s390x_apt apt-cache madison "$name-dbg" |
		awk -v version="$version" '$3 == version { print $1 "=" $3; exit }'
}

# extract_vmlinux DEBS DIR: no more of the package than vmlinux, which stands
# before the modules; tar leaves then, and what dpkg-deb says to it is no error
extract_vmlinux() {
	local deb member

	deb=$(echo "$1"/*.deb)
	member=usr/lib/debug/boot/vmlinux-$(basename "$deb" | sed 's/^linux-image-//; s/-dbg_.*//')
	set +o pipefail
	dpkg-deb --fsys-tarfile "$deb" 2>/dev/null |
		tar -x -O --occurrence=1 "./$member" >"$2/vmlinux"
	set -o pipefail
	# All of it: readelf complains where a part is missing.
	! readelf -SW "$2/vmlinux" 2>&1 >/dev/null | grep -q .
}

download_debug() {
	local version=$1 package=$2 dir=$cache/debug/$1

	rm -rf "$dir.tmp" "$dir.debs.tmp"
	download "$dir.debs.tmp" "$package"
	mkdir -p "$dir.tmp"
	extract_vmlinux "$dir.debs.tmp" "$dir.tmp"
	echo "$package" >"$dir.tmp/package"
	rm -rf "$dir.debs.tmp"
	mv "$dir.tmp" "$dir"
}

# fetch_debug VERSION: $cache/debug/VERSION/vmlinux, with DWARF. The cache is
# locked for as long only as the kernel itself takes: this takes a minute.
fetch_debug() {
	local version=$1 package lock

	case $version in
	6.1|6.12) ;;
	*) die "fetch-debug: no such kernel: $version" ;;
	esac
	[ ! -d "$cache/debug/$version" ] || return 0
	lock_cache
	fetch_kernel "$version"
	need_lists
	unlock_cache
	package=$(debug_package "$version")
	[ -n "$package" ] || die "the mirror has no debug package of" \
		"the kernel in $cache/kernel-$version (an old one? remove it)"
	mkdir -p "$cache/debug"
	exec {lock}>"$cache/debug/lock"
	flock "$lock"
	[ -d "$cache/debug/$version" ] ||
		step "fetching vmlinux of $package, 430 MB" download_debug "$version" "$package"
	exec {lock}>&-
}

# fetch_packages DIR TEXT PACKAGE...
fetch_packages() {
	local dir=$1 text=$2

	shift 2
	[ ! -d "$dir" ] || return 0
	need_lists
	step "fetching $text" download_and_unpack "$dir" "$@"
}

download_sysroot() {
	local packages

	packages=$(closure "${sysroot_packages[@]}" | grep -vE "$sysroot_excluded")
	rm -rf "$cache/debs/sysroot.tmp"
	# shellcheck disable=SC2086
	download "$cache/debs/sysroot.tmp" $packages
	mv "$cache/debs/sysroot.tmp" "$cache/debs/sysroot"
}

download_qemu() {
	local packages

	packages=$(closure qemu-system-misc | grep -vE "$qemu_excluded")
	# shellcheck disable=SC2086
	download_and_unpack "$cache/qemu" $packages
}

# The machine's own apt: hercules is a program of this machine.
download_hercules() {
	rm -rf "$cache/hercules.tmp" "$cache/hercules.debs.tmp"
	mkdir -p "$cache/hercules.debs.tmp"
	(cd "$cache/hercules.debs.tmp" &&
		apt-get -q -o APT::Sandbox::User=root download hercules)
	unpack "$cache/hercules.tmp" "$cache/hercules.debs.tmp"
	rm -rf "$cache/hercules.debs.tmp"
	mv "$cache/hercules.tmp" "$cache/hercules"
}

fetch_hercules() {
	! command -v hercules >/dev/null || return 0
	[ ! -d "$cache/hercules" ] || return 0
	step "fetching hercules" download_hercules
}

fetch_fast() {
	fetch_kernel 6.1
	fetch_kernel 6.12
	fetch_packages "$cache/busybox" busybox-static busybox-static
	fetch_packages "$cache/libc" "the C library of s390x" libc6 libgcc-s1
	if [ ! -d "$cache/debs/sysroot" ]; then
		need_lists
		step "fetching s390x libraries" download_sysroot
	fi
}

fetch_qemu() {
	[ ! -d "$cache/qemu" ] || return 0
	need_lists
	step "fetching qemu-system-s390x for s390x, 40 MB" download_qemu
}

# fetch fast|hercules|nested: skips what is there
fetch() {
	lock_cache
	case $1 in
	fast)
		fetch_fast
		;;
	hercules)
		fetch_fast
		fetch_hercules
		;;
	nested)
		fetch_fast
		fetch_hercules
		fetch_qemu
		;;
	*)
		die "fetch: no such bed: $1"
		;;
	esac
	unlock_cache
}

# fetch_crash: $cache/crash with the program and its libraries, to run by qemu-s390x.
fetch_crash() {
	lock_cache
	fetch_packages "$cache/crash" "crash for s390x, 7 MB" crash libc6 libgcc-s1 liblzo2-2 \
		libncursesw6 libsnappy1v5 libstdc++6 libtinfo6 libzstd1
	unlock_cache
}
