# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The session of "quickstart demo --fast".

. ./inner/lib.sh

run sh inner/demo.sh
expect_status "every command gives what it should" 0
like "the guest has gone on" '^signs of life of the guest: [0-9]+ before, [1-9][0-9]* now$'
done_testing
