#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The tests of the fast bed on Linux 6.1, which has the access-register bug of KVM_S390_MEM_OP.

exec "$(dirname "$0")/bed-fast.sh" 6.1
