# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Files that cannot be made, before any guest is looked for: process 4194304
# cannot exist.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh" || exit 99

dump() {
	s390memctl -p 4194304 dump 0 4K "$@"
}

audited() {
	s390memctl -p 4194304 -w --audit "$1" write 0 00
}

no_process() {
	echo "s390memctl: there is no process 4194304"
}

## dump

# So that run_is at the end of a pipeline counts with the others.
shopt -s lastpipe
no_process | run_is "a file that can be made: then the guest is looked for" 4 dump file
no_process | run_is "in a folder" 4 dump ./file
is "and nothing is left" "$(ls -A)" ""
run_is "a folder that is missing" 4 dump nosuch/file <<'EOF'
s390memctl: file 'nosuch/file': No such file or directory
EOF
echo precious >file
run_is "a file that exists" 5 dump file <<'EOF'
s390memctl: file 'file' exists
s390memctl: --force replaces it
EOF
no_process | run_is "--force" 4 dump --force file
is "does not touch it before the end" "$(cat file)" precious
mkdir folder
mkfifo fifo
ln -s file link
for name in folder fifo link /dev/null; do
	run_is "no regular file: $name" 5 dump --force "$name" <<EOF
s390memctl: file '$name' exists and is no regular file
EOF
done
run_is "control characters in a name" 4 dump $'no\e[31m/file' <<'EOF'
s390memctl: file 'no\x1b[31m/file': No such file or directory
EOF

# in_tmpfs OPTIONS COMMAND...: with a file system on "mounted", for this command
# only: a mount namespace of its own
in_tmpfs() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'mount -t tmpfs -o "$0" none mounted && exec "$@"' "$@" 2>&1
}

mkdir mounted
if in_tmpfs size=1M true >/dev/null; then
	run_is "a read-only file system" 4 in_tmpfs ro s390memctl -p 4194304 dump 0 4K mounted/file <<'EOF'
s390memctl: file 'mounted/file': Read-only file system
s390memctl: name a file on a writable file system
EOF
	# An inode for the root folder, and none for files.
	run_is "a full file system" 4 in_tmpfs nr_inodes=1 \
		s390memctl -p 4194304 dump 0 4K mounted/file <<'EOF'
s390memctl: file 'mounted/file': No space left on device
s390memctl: free some space there, or name a file elsewhere
EOF
else
	skip "a read-only file system" "needs root and mount(2)"
	skip "a full file system" "needs root and mount(2)"
fi

## --audit

no_process | run_is "an audit file that can be made" 4 audited audit
is "its mode" "$(stat -c %a audit)" 600
no_process | run_is "an audit file that exists" 4 audited audit
no_process | run_is "is not opened by commands that do not write" 4 \
	s390memctl -p 4194304 -w --audit nosuch/audit read 0
run_is "an audit file in a folder that is missing" 5 audited nosuch/audit <<'EOF'
s390memctl: audit file 'nosuch/audit': No such file or directory
s390memctl: writes are refused as long as they cannot be recorded
EOF
ln -s audit audit-link
run_is "a symbolic link" 5 audited audit-link <<'EOF'
s390memctl: audit file 'audit-link' is a symbolic link
s390memctl: writes are refused as long as they cannot be recorded
EOF
for name in /dev/full /dev/null; do
	run_is "no regular file: $name" 5 audited "$name" <<EOF
s390memctl: audit file '$name' is no regular file
s390memctl: writes are refused as long as they cannot be recorded
EOF
done
ln audit other-name
run_is "a file with two names" 5 audited audit <<'EOF'
s390memctl: audit file 'audit' has another name, too
s390memctl: writes are refused as long as they cannot be recorded
EOF
rm other-name
if [ "$(id -u)" = 0 ]; then
	touch theirs
	chown 65534 theirs
	run_is "a file of another user" 5 audited theirs <<'EOF'
s390memctl: audit file 'theirs' belongs to another user
s390memctl: writes are refused as long as they cannot be recorded
EOF
else
	skip "a file of another user" "not root"
fi
run_is "a FIFO that nobody reads" 5 audited fifo <<'EOF'
s390memctl: audit file 'fifo': No such device or address
s390memctl: writes are refused as long as they cannot be recorded
EOF
run_is "as JSON" 5 s390memctl -j -p 4194304 -w --audit folder write 0 00 <<'EOF'
{"api_level":1,"command":"write","error":{"kind":"refused","message":"audit file 'folder': Is a directory","hint":"writes are refused as long as they cannot be recorded","errno":21},"exit_code":5}
EOF

done_testing
