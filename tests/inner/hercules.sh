# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034
#
# Of the scripts for the fast bed those to which it matters that guests run, that
# there are large frames, and that storage keys count when data is copied.

scripts="inner/fast-oracle.sh inner/fast-vmm.sh"
# shellcheck source-path=SCRIPTDIR source=fast.sh
. ./inner/fast.sh
