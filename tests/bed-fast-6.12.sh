#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The tests of the fast bed on Linux 6.12, which does not have the access-register bug.

exec "$(dirname "$0")/bed-fast.sh" 6.12
