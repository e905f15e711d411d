#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Packages for Debian and with rpm build from a tarball, and have what they should.
# Not part of "make check": make check-packages. Takes minutes.
#
# usage: packages.sh TARBALL

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154
case $1 in
/*) tarball=$1 ;;
*) tarball=$PWD/$1 ;;
esac
. "$(dirname "$0")/lib.sh" || exit 99

name=$(basename "$tarball" .tar.xz)
files="bin/s390memctl
share/bash-completion/completions/s390memctl
share/fish/vendor_completions.d/s390memctl.fish
share/man/man1/s390memctl.1
share/man/man7/s390memctl-commands.7
share/man/man7/s390memctl-exceptions.7
share/zsh/site-functions/_s390memctl"

if command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null; then
	mkdir deb
	tar -xJf "$tarball" -C deb
	(cd "deb/$name" && dpkg-buildpackage -us -uc -b) >deb.log 2>&1
	is "dpkg-buildpackage, with its tests" "$?" 0
	grep -E '^(FAIL|ERROR|not ok|make.*Error)|error:' deb.log | grep -v '^PASS' | tail -n 20 >end
	note end
	dpkg -c deb/s390memctl_*.deb >contents
	awk '{ print $6 }' contents | grep -vE '/$|share/doc/' |
		sed "s,^./usr/,,; s,.gz\$,," | sort >found
	is "what is in the package" "$(cat found)" "$files"
	ok "the schema is there, not compressed" \
		grep -q 'doc/s390memctl/output\.json$' contents
	if command -v lintian >/dev/null; then
		is "lintian finds no error and no warning" \
			"$(lintian deb/s390memctl_*.changes 2>/dev/null | grep -E '^[EW]:')" ""
	else
		skip "lintian finds no error and no warning" "no lintian here"
	fi
else
	skip "dpkg-buildpackage" "no dpkg-buildpackage or debhelper here"
fi

if command -v rpmbuild >/dev/null; then
	# --nodeps: elsewhere than on an RPM system no package is known as installed.
	rpmbuild --nodeps -ta --define "_topdir $PWD/rpm" "$tarball" >rpm.log 2>&1
	is "rpmbuild, with its tests" "$?" 0
	grep -E '^(FAIL|ERROR|not ok|make.*Error)|error:' rpm.log | grep -v '^PASS' | tail -n 20 >end
	note end
	rpm -qpl rpm/RPMS/*/s390memctl-0*.rpm 2>/dev/null | grep -vE 'share/(doc|licenses)|build-id|/debug' |
		sed "s,^/usr/,,; s,.gz\$,," | sort >found
	is "what is in the RPM" "$(cat found)" "$files"
else
	skip "rpmbuild" "no rpmbuild here"
fi

done_testing
