# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# The walk through the guide. To be sourced.

# reboot_machine NAME: by the guide's own command, which may take the shell with it.
reboot_machine() {
    local step
    step=$(find_steps "$1" '5. Start' reboot)
    [[ -n $step ]] || give_up "$guide says how to reboot"
    echo "$1" >>"$step/done"
    inside "$1" "$(<"$step/commands")" >/dev/null 2>&1 || true
    booted "$1# $(in_one_line "$step"): it boots again, and every service of it runs" "$1"
}

open_firewalls() {
    type_in lb1 firewalld firewalld
    type_in lb2 iptables iptables
}

# With init, which asks the network; then by hand, which is what the rest goes on with.
configure() {
    local name file=$lab/lb2/root/etc/understudy/understudy.conf
    type_in lb1 'With init' by-init
    type_in lb1 'Check'
    let_in lb1 lb2
    cp "$file" "$lab/fresh.conf"
    type_in lb1 'With init' by-init,ssh
    type_in lb2 'Check'
    # As if there had been no ssh.
    cp "$lab/fresh.conf" "$file"
    type_in lb2 'With init' by-init
    type_in lb2 'Check'
    for name in lb1 lb2; do
        type_in "$name" 'By hand' by-hand
        expect "$name: understudy check --host finds no mistake in the file by hand" inside "$name" 'sudo understudy check --host'
    done
}

# let_in NAME OTHER: root of the one may come to the other by ssh.
let_in() {
    inside "$1" 'ssh-keygen -q -t ed25519 -N "" -f .ssh/id_ed25519 && echo "StrictHostKeyChecking accept-new" >.ssh/config'
    install -D -m 600 "$lab/$1/root/root/.ssh/id_ed25519.pub" "$lab/$2/root/root/.ssh/authorized_keys"
}

# Everything from two fresh machines to a pair that runs.
install_pair() {
    local name
    read_guide
    open_firewalls
    for name in lb1 lb2; do type_in "$name" '2. Install'; done
    configure
    for name in lb1 lb2; do type_in "$name" '4. HAProxy'; done
    for name in lb1 lb2; do type_in "$name" '5. Start'; done
    for name in lb1 lb2; do
        reboot_machine "$name"
        eventually 'lb1, which has the higher priority, has the address, and lb2 has not' 20 is_held_by lb1
    done
    eventually 'the address serves through HAProxy on lb1' 5 served_by lb1
}

verify() {
    local name
    # sshd starts late: the check of it says so for five seconds.
    for name in lb1 lb2; do
        eventually "status on $name: every check works" 10 status_is "$name" 'all(.checks[]; .result == "working")'
    done
    for name in lb1 lb2; do
        type_in "$name" '6. Verify'
        expect "$name's service starts with the machine" is enabled inside "$name" 'systemctl is-enabled understudy'
    done
    type_in client '6. Verify'
    typed_says 'the client is answered by lb1' '^lb1$' client
    stands_by lb2 'it started|stood in the way'
    examine lb1 lb2
    for name in lb1 lb2; do
        doctor_is_content "$name"
        doctor_says 'the firewall lets adverts pass' "$name" 'any(.findings[]; .code == "firewall_open")'
        doctor_says 'the address has one owner' "$name" 'any(.findings[]; .code == "one_owner")'
    done
}

# moves SECTION CASE NAME CAUSE: a step on lb1 moves the address to NAME without anybody noticing.
moves() {
    watch
    type_in lb1 "$1" "$2"
    moved_to "$3" "$4" 10 "it moves to $3"
    end_watch
    client_saw "the client does not notice" "$unnoticed"
}

move_by_hand() {
    moves switchover switchover lb2 'leaving|resigned|left'
    stands_by lb1 'handed over'
    moves switchover switchover-back lb1 'higher'
    moves standby standby lb2 'leaving|resigned|left'
    expect 'status on lb1: maintenance mode has an end' says_json '.status.standby.until' inside lb1 'sudo understudy status --json'
    examine lb1
    doctor_says 'it is in maintenance mode' lb1 'any(.findings[]; .code == "maintenance_mode")'
    moves standby standby-back lb1 'higher'
    moves 'By priority' priority lb2 'higher'
    typed_says 'the dry run said that the address would move' 'takes over' lb1
    moves 'By priority' priority-back lb1 'higher'
    stands_by lb2 'has priority'
}

walk() {
    install_pair
    verify
    move_by_hand
    break_it
    close_firewalls
    nothing_was_left_out
}
