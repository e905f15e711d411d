# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The unit tests, built for s390x.

export CMOCKA_MESSAGE_OUTPUT=TAP

echo "# $(uname -srm)"
for program in /usr/bin/test-*; do
	name=${program##*/}
	echo "# begin $name"
	"$program" 2>&1
	echo "# end $name $?"
done
