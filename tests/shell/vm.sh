# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Against real VMMs: QEMU with the KVM of this machine, an x86-64 one. All works
# as on IBM Z, up to the answer of KVM that it does not know the ioctl.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh" || exit 99

need_kvm
start_vm alpha -smp 2 -sandbox on
alpha=$vm_pid
start_vm twin -S
twin1=$vm_pid
start_vm twin -S
twin2=$vm_pid

# vcpu_fd PID ID: the number of the vCPU's descriptor
vcpu_fd() {
	basename "$(find "/proc/$1/fd" -lname "anon_inode:kvm-vcpu:$2")"
}

fd0=$(vcpu_fd "$alpha" 0)
fd1=$(vcpu_fd "$alpha" 1)

# not_s390 [PREFIX]: the answer to any access
not_s390() {
	cat <<EOF
s390memctl: ${1-}vCPU 0 of PID $alpha is not an s390 one: the KVM of this host does not know KVM_S390_MEM_OP
s390memctl: guest memory can be worked on where KVM runs on IBM Z
EOF
}

## list and selection

run s390memctl list </dev/null
is "list: exit code" "$status" 0
is "list: both vCPUs of a VMM" "$(awk -v p="$alpha" '$1 == p { print $2, $3, $4, $8 }' "$test_dir/stdout")" \
	"alpha 0 $fd0 x86_64
alpha 1 $fd1 x86_64"
run s390memctl -j list </dev/null
is "list as JSON: has them too" "$(/usr/bin/python3 -c '
import json, sys
for vmm in json.load(sys.stdin)["vmms"]:
    if vmm["pid"] == int(sys.argv[1]):
        for vcpu in vmm["vcpus"]:
            print(vmm["guest"], vcpu["id"], vcpu["fd"], vmm["arch"])' "$alpha" <"$test_dir/stdout")" \
	"alpha 0 $fd0 x86_64
alpha 1 $fd1 x86_64"
## list --follow: one VM that comes and goes, and the end of the stream

s390memctl -j list --follow --interval 10ms >followed 2>follow-err &
follower=$!
test_pids+=("$follower")
follow_has() {
	grep -q "$1" followed
}
ok "list --follow begins with what there is" wait_until 10 follow_has '"event":"begin".*"pid":'"$alpha"
start_vm passing
ok "list --follow: a vCPU that has come" \
	wait_until 10 follow_has '"event":"appeared".*"pid":'"$vm_pid"'.*"guest":"passing".*"vcpu":{"id":0'
stop_vm "$vm_pid"
ok "list --follow: the VM that has gone" \
	wait_until 10 follow_has '"event":"gone".*"pid":'"$vm_pid"'.*"vcpu":null'
kill -TERM "$follower"
status=0
wait "$follower" 2>/dev/null || status=$?
is "list --follow: ended by a signal" "$status" 143
is "list --follow: each line is a document, the last one tells" "$(/usr/bin/python3 -c '
import json, sys
docs = [json.loads(line) for line in sys.stdin]
print(docs[0]["event"], docs[-1]["event"], docs[-1]["exit_code"], docs[-1]["changes"] == len(docs) - 2)
' <followed)" "begin end 143 True"
is "list --follow: as the schema says" \
	"$(/usr/bin/python3 "$top_srcdir/tests/shell/validate-json.py" "$top_srcdir/docs/schema/output.json" <followed)" ""
is "list --follow: nothing on standard error" "$(cat follow-err)" ""

run_like "a guest's name" 0 "^VMM process +$alpha$" s390memctl -g alpha info
run_like "a vCPU's id" 0 '^vCPU id +1$' s390memctl -p "$alpha" -c 1 info
run_like "a vCPU's descriptor" 0 "^vCPU fd in the VMM +$fd1$" \
	s390memctl -p "$alpha" --vcpu-fd="$fd1" info
run_is "a name that two guests have" 4 s390memctl -g twin info <<EOF
s390memctl: guest name 'twin' matches 2 VMMs: PID $twin1 (twin), PID $twin2 (twin)
s390memctl: choose one with -p PID
EOF
run_like "no name and several VMMs" 4 "PID $alpha \\(alpha\\)" s390memctl info
run_like "a name that no guest has" 4 "^s390memctl: no VMM has the guest name 'beta'; .*PID $alpha \\(alpha\\)" \
	s390memctl -g beta info
run_is "a vCPU that is not there" 4 s390memctl -p "$alpha" -c 2 info <<EOF
s390memctl: PID $alpha has no vCPU 2; there are: vCPU 0 (fd $fd0), vCPU 1 (fd $fd1)
s390memctl: choose one with -c ID
EOF
sleep 1000 &
test_pids+=("$!")
run_like "a process that is no VMM" 4 "^s390memctl: process $! " s390memctl -p $! info
kill $!
wait $! 2>/dev/null
run_is "a process that has ended" 4 s390memctl -p $! info <<EOF
s390memctl: there is no process $!
EOF
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	# From a folder that the other user may enter.
	cp "$(command -v s390memctl)" "$test_dir/copy"
	chmod 755 "$test_dir" "$test_dir/copy"
	run_like "another user is told what forbids it" 4 "user|uid|permitted|Permission" \
		setpriv --reuid=65534 --regid=65534 --clear-groups "$test_dir/copy" -p "$alpha" info
else
	skip "another user is told what forbids it" "needs root and setpriv"
fi

## what KVM answers

# So that run_is at the end of a pipeline counts with the others.
shopt -s lastpipe
for command in regs "regs --no-stop" "read 0" "read 0 1M -t u64" "read --space=abs 0" \
	"check 0 4K" "check w 0 4K"; do
	# shellcheck disable=SC2086
	not_s390 | run_is "$command" 4 s390memctl -p "$alpha" $command
done
run_like "the second vCPU" 4 "vCPU 1 of PID $alpha is not an s390 one" \
	s390memctl -p "$alpha" -c 1 read 0
run_is "as JSON" 4 s390memctl -j -p "$alpha" read 0 <<EOF
{"api_level":1,"command":"read","address":"0x0","length":"0x40","runs":[],"error":{"kind":"target","message":"vCPU 0 of PID $alpha is not an s390 one: the KVM of this host does not know KVM_S390_MEM_OP","hint":"guest memory can be worked on where KVM runs on IBM Z"},"exit_code":4}
EOF
run_like "statistics" 4 '^s390memctl: stops 1, calls [1-9][0-9]*, stopped [0-9]+\.[0-9]{3} us, longest [0-9.]+ us, bytes 0$' \
	s390memctl --stats -p "$alpha" read 0

## nothing is left behind

not_s390 "nothing was written: " |
	run_is "a write that fails" 4 s390memctl -p "$alpha" -w --audit audit write 0 00
is "is not in the audit file" "$(stat -c '%a %s' audit)" "600 0"
not_s390 "no file was written: " |
	run_is "a dump that fails" 4 s390memctl -p "$alpha" dump 0 4K file
is "leaves no file" "$(find . -name '*file*' -o -name '.s390*')" ""
ok "the VMM lives" test "$(ps -o stat= -p "$alpha" | cut -c1)" != Z
is "and nobody traces it" "$(cat /proc/"$alpha"/task/*/status | grep TracerPid | sort -u)" \
	"TracerPid:	0"

## the shell

# on_terminal NAME EXIT-CODE ARGUMENT... <<script of terminal.py
on_terminal() {
	local name=$1 code=$2

	shift 2
	cat >script
	run_like "$name" "$code" . /usr/bin/python3 "$top_srcdir/tests/shell/terminal.py" script \
		s390memctl "$@"
}

export HOME=/nonexistent
on_terminal "the prompt names guest, vCPU and mode" 0 -g alpha -c 1 <<'EOF'
expect alpha/1 [ro,live]> 
send write 0 00\n
expect s390memctl: this would change the guest
expect alpha/1 [ro,live]> 
send quit\n
EOF
on_terminal "and that writing is allowed" 0 -g alpha -w <<'EOF'
expect alpha/0 [rw,live]> 
send \x04
EOF

## a VMM that ends, a signal that comes

mkfifo fifo
s390memctl -p "$twin2" -f - <fifo >out 2>&1 &
tool=$!
test_pids+=("$tool")
exec 3>fifo
echo info >&3
wait_until 5 grep -q "vCPU id" out
stop_vm "$twin2"
echo info >&3
echo "read 0" >&3
wait "$tool"
is "a VMM that ends meanwhile" "$? $(tail -n 2 out | grep -oE "PID $twin2|gone|ended" | head -n 1)" \
	"4 PID $twin2"
exec 3>&-

s390memctl -p "$twin1" -f - <fifo >out 2>&1 &
tool=$!
test_pids+=("$tool")
exec 3>fifo
echo info >&3
wait_until 5 grep -q "vCPU id" out
kill -TERM "$tool"
wait "$tool"
is "SIGTERM ends a script" "$?" 143
exec 3>&-
is "and lets the VMM go" "$(cat /proc/"$twin1"/task/*/status | grep TracerPid | sort -u)" \
	"TracerPid:	0"

done_testing
