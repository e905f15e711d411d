# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# All scripts fast-*.sh (or those in $scripts) one after the other, in one boot.
# The lines "# begin" and "# end" tell the host where each begins and how it ended.

for script in ${scripts:-inner/fast-*.sh}; do
	[ -f "$script" ] || continue
	name=${script##*/}
	name=${name%.sh}
	began=$(date +%s)
	echo "# begin $name"
	sh "$script"
	echo "# end $name $?"
	echo "# $name took $(($(date +%s) - began)) s"
done
