# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# contrib/fleet: many guests and dumps at once, by Ansible on this machine, and by
# GNU parallel; and every line of its jq cheat sheet.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

for program in parallel jq python3; do
	command -v "$program" >/dev/null || skip_all "no $program here"
done

fleet=$top_srcdir/contrib/fleet
tests=$top_srcdir/tests/shell
unset S390MEMCTL S390MEMCTL_FLEET_COMMAND S390MEMCTL_FLEET_JOBS S390MEMCTL_FLEET_SSH \
	S390MEMCTL_FLEET_TIMEOUT

mkdir dumps
/usr/bin/python3 "$tests/make-dump.py" dumps/a
cp dumps/a "dumps/b c"
echo "no dump" >"dumps/d'e"

# told FILE: what the lines say, but for the reports and the time
told() {
	jq -c 'if .taken then .taken = (.taken | test("^20[0-9-]+T[0-9:]+Z$")) else . end
		| .report = (.report | if . then [.command, .exit_code, (.cpus | length)] else . end)' "$1"
}

run "$fleet/fleet.sh" dumps dumps
host=$(hostname)
cp "$test_dir/stdout" dumps.jsonl
is "dumps: exit status" "$status" 1
is "dumps: nothing else is said" "$(cat "$test_dir/stderr")" ""
is "dumps: a line each, in order" "$(told dumps.jsonl)" "$(
	for dump in "a" "b c"; do
		printf '{"host":"%s","taken":true,"guest":null,"pid":null,"dump":"dumps/%s",' "$host" "$dump"
		printf '"status":0,"report":["triage",0,2],"error":null}\n'
	done
	printf '{"host":"%s","taken":true,"guest":null,"pid":null,"dump":"%s",' "$host" "dumps/d'e"
	printf '"status":4,"report":["triage",4,0],"error":"%s"}' \
		"'dumps/d'e' is in no dump format that is known"
)"
run "$fleet/fleet.sh" dumps dumps/a "dumps/b c"
is "dumps that are named: exit status" "$status" 0
is "dumps that are named" "$(jq -r .dump "$test_dir/stdout" | paste -sd,)" "dumps/a,dumps/b c"
S390MEMCTL_FLEET_COMMAND='read abs:0 16' run "$fleet/fleet.sh" dumps dumps/a
is "another command, with its arguments" \
	"$(jq -r '.report.command, .report.address' "$test_dir/stdout" | paste -sd,)" "read,0x0"
run_is "no dump" 64 "$fleet/fleet.sh" dumps nosuch <<'EOF'
fleet.sh: no nosuch
EOF
run_like "no argument" 64 '^usage: fleet.sh hosts HOST' "$fleet/fleet.sh" dumps
S390MEMCTL=/nosuch/s390memctl run "$fleet/fleet.sh" dumps dumps/a
is "no s390memctl" "$status $(jq -r .error "$test_dir/stdout")" \
	"1 /nosuch/s390memctl: No such file or directory"
printf '#!/bin/sh\nexec sleep 1000\n' >slow && chmod +x slow
S390MEMCTL=$PWD/slow S390MEMCTL_FLEET_TIMEOUT=0.2 run "$fleet/fleet.sh" dumps dumps/a
is "one that does not end" "$status $(jq -r .error "$test_dir/stdout")" \
	"1 no answer within 0.2 seconds"

# What sshd does with the words: a shell reads them. "gone" cannot be reached.
cat >ssh <<'EOF'
#!/bin/sh
host=$1
shift
[ "$host" != gone ] || exit 255
exec sh -c "$*"
EOF
chmod +x ssh
export S390MEMCTL_FLEET_SSH=$PWD/ssh
printf '# hosts\none\n\ngone\n' >host-list
S390MEMCTL_FLEET_COMMAND="triage --timeout='20s'" run "$fleet/fleet.sh" hosts - <host-list
is "hosts: exit status" "$status" 1
is "hosts: each has answered" "$(jq -r .host "$test_dir/stdout" | sort -u | paste -sd,)" "gone,one"
is "hosts: one that is not there says why" \
	"$(jq -r 'select(.host == "gone") | .error' "$test_dir/stdout")" "no answer, exit status 255"

# A real guest of this machine's KVM: found, and asked. On x86-64 there is no more to
# be had of it than an error that says so.
if [ -r /dev/kvm ] && [ -w /dev/kvm ] && [ "$(uname -m)" = x86_64 ] &&
	command -v qemu-system-x86_64 >/dev/null; then
	start_vm "fleet'1"
	run "$fleet/fleet.sh" hosts one
	jq -c --argjson pid "$vm_pid" 'select(.pid == $pid)' "$test_dir/stdout" >guest.jsonl
	is "hosts: a running guest is asked" \
		"$(jq -r '[.host, .guest, .report.command, .status == .report.exit_code] | @tsv' guest.jsonl)" \
		"$(printf "one\tfleet'1\ttriage\ttrue")"
	stop_vm "$vm_pid"
else
	skip "hosts: a running guest is asked" "no usable KVM of x86-64 here"
fi

if command -v ansible-playbook >/dev/null; then
	cat >inventory <<'EOF'
one ansible_connection=local ansible_python_interpreter=/usr/bin/python3
two ansible_connection=local ansible_python_interpreter=/usr/bin/python3
gone ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1 ansible_ssh_retries=0
EOF
	export ANSIBLE_LOCAL_TEMP=$PWD/ansible ANSIBLE_REMOTE_TEMP=$PWD/ansible-remote \
		ANSIBLE_NOCOWS=1 ANSIBLE_HOME=$PWD/ansible-home
	# ansible NAME VARIABLE...: the playbook with these variables
	ansible() {
		local name=$1 words=() word

		shift
		for word; do
			words+=(-e "$word")
		done
		run ansible-playbook -i inventory "$fleet/fleet.yml" -e "fleet_output=$PWD/$name" \
			-e "fleet_program=$top_builddir/src/s390memctl" -e fleet_become=false "${words[@]}"
		[ "$status" -eq 0 ] || note "$test_dir/out"
	}
	ansible ansible.jsonl "{\"fleet_dumps\": \"$PWD/dumps\"}"
	is "Ansible: exit status" "$status" 0
	is "Ansible: every host and dump" \
		"$(jq -r '[.host, (.dump // "-" | sub(".*/"; "")), .status // "-", .report.command // "-"] | @csv' \
			ansible.jsonl)" \
		"$(printf '"%s","%s",%s,"%s"\n' gone - '"-"' - one a 0 triage one 'b c' 0 triage \
			one "d'e" 4 triage two a 0 triage two 'b c' 0 triage two "d'e" 4 triage)"
	is "Ansible: a host that is not there says why" \
		"$(jq -r 'select(.host == "gone") | .error | test("Connection refused|ssh")' ansible.jsonl)" true
	is "Ansible: reports as by parallel" \
		"$(jq -cS 'select(.host == "one" and .status == 0) | .report.cpus' ansible.jsonl)" \
		"$(jq -cS 'select(.status == 0) | .report.cpus' dumps.jsonl)"
	ok "Ansible: nothing is left" test ! -e ansible.jsonl.parts
	ansible other.jsonl "{\"fleet_dumps\": \"$PWD/dumps/a\", \"fleet_command\": \"read abs:0 16\"}"
	is "Ansible: another command" \
		"$(jq -r '.report.command // "-"' other.jsonl | paste -sd,)" "-,read,read"
	ansible third.jsonl "{\"fleet_dumps\": \"$PWD/dumps/a\", \"fleet_program\": \"/nosuch/s390memctl\"}"
	is "Ansible: no s390memctl there" \
		"$(jq -r 'select(.host == "one") | .error' third.jsonl)" \
		"/nosuch/s390memctl: No such file or directory"
else
	skip "Ansible" "no ansible-playbook here"
fi

# Every command of the cheat sheet can be run on these lines.
awk '/^## jq/ { on = 1 } on && /^```$/ { inside = 0; print "check $?" } inside
	on && /^```sh/ { inside = 1 }' "$fleet/README.md" | sed 's/fleet\.jsonl/dumps.jsonl/' >sheet
ok "the cheat sheet has many commands" test "$(grep -c check sheet)" -ge 10
# shellcheck disable=SC2317
(
	check() {
		[ "$1" -eq 0 ] || echo "block $((blocks + 1)): $1"
		blocks=$((blocks + 1))
	}
	blocks=0
	# shellcheck source=/dev/null
	. ./sheet
) >sheet.out 2>sheet.err
is "the cheat sheet runs" "$(grep '^block' sheet.out)$(cat sheet.err)" ""
ok "the cheat sheet answers" grep -qF "dumps/d'e: 'dumps/d'e' is in no dump format" sheet.out

done_testing
