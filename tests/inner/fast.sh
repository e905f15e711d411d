# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# All scripts fast-*.sh (or those in $scripts) one after the other, in one boot. Those
# that no kernel has a say in are left out on the older one of the fast bed.
# The lines "# begin" and "# end" tell the host where each begins and how it ended.

omitted=
case "${BED-} $(uname -r)" in
"fast 6.1."*) omitted=" fast-demo fast-json fast-shell fast-verbs " ;;
esac
for script in ${scripts:-inner/fast-*.sh}; do
	[ -f "$script" ] || continue
	name=${script##*/}
	name=${name%.sh}
	case $omitted in
	*" $name "*) continue ;;
	esac
	began=$(date +%s)
	echo "# begin $name"
	sh "$script"
	echo "# end $name $?"
	echo "# $name took $(($(date +%s) - began)) s"
done
