# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# What breaks, as the guide's table has it, and more. To be sourced.

# break_on_lb1 CASE: a row of the table.
break_on_lb1() { type_in lb1 '8. Break it' "$1"; }

# Three adverts are missed, and a little.
silence='.a.longest_gap_seconds < 5'
# No gap of its own: a request late, or a gap that the bystander had as well, because the machine was late.
unseen='.a.longest_gap_seconds < ([0.02, .b.longest_gap_seconds + 0.004] | max)'
# What one move may cost.
unnoticed=".a.failed_requests <= 1 and $unseen"

kill_haproxy() {
    watch
    break_on_lb1 'the load balancer dies'
    eventually 'HAProxy is killed on lb1 and comes back: lb1 has the address still' 20 is_settled_on lb1
    eventually 'the address serves through HAProxy on lb1' 5 served_by lb1
    end_watch
    client_saw 'the client waits for the restart of HAProxy, and lb2 for longer' '.a.longest_gap_seconds < 3 and .a.responders == ["lb1"]'
    expect 'history on lb1: HAProxy was missed' history_has lb1 priority_changed 'chk_lb'
}

both_are_well() {
    examine lb1 lb2
    doctor_is_content lb1
    doctor_is_content lb2
}

# is_settled_on NAME: it has the address, and is the better one.
is_settled_on() { is_held_by "$1" && status_is "$1" '.priority.effective == 107'; }

stop_haproxy() {
    watch
    break_on_lb1 'the load balancer stays dead'
    moved_to lb2 'higher|lower' 10 'HAProxy stays dead on lb1: lb2 gets the address'
    stands_by lb1 'has priority'
    end_watch
    client_saw 'the client waits for the take-over at most' "$silence"
    examine lb1 lb2
    doctor_says 'the address has one owner' lb1 'any(.findings[]; .code == "one_owner")'
    doctor_says 'the address has one owner' lb2 'any(.findings[]; .code == "one_owner")'
    expect 'status on lb1: the check has failed' status_is lb1 'any(.checks[]; .name == "chk_lb" and .result == "failed")'
    watch
    inside lb1 'sudo systemctl start haproxy'
    moved_to lb1 'higher' 10 'HAProxy is started on lb1: it gets the address again'
    end_watch
    client_saw 'the client does not see the address return' "$unnoticed"
}

stop_daemon() {
    watch
    break_on_lb1 'the daemon is stopped'
    moved_to lb2 'leaving|resigned|left' 10 'the service is stopped on lb1: lb2 has the address'
    end_watch
    client_saw 'the client does not notice' "$unnoticed"
    expect 'status on lb1: no daemon answers, exit code 3' is 3 inside lb1 'sudo understudy status >/dev/null 2>&1; echo $?'
    expect 'history on lb1, without a daemon: it was asked to stop' history_has lb1 daemon_stopped 'asked to stop'
    examine lb1
    doctor_says 'the daemon does not run' lb1 'any(.findings[]; .code == "daemon_not_running") and .exit_code == 1'
    watch
    inside lb1 'sudo systemctl start understudy'
    moved_to lb1 'higher' 15 'the service is started on lb1: it gets the address again'
    end_watch
    client_saw 'the client does not see the address return' "$unnoticed"
}

kill_daemon() {
    watch
    break_on_lb1 'the daemon dies'
    eventually 'the daemon is killed on lb1: systemd starts it again' 10 status_is lb1 '.state'
    eventually 'lb2 has the address meanwhile, or lb1 had it all the time' 10 is_held_by_one
    eventually 'in the end lb1 has it' 15 is_settled_on lb1
    eventually 'the address serves through HAProxy on lb1' 5 served_by lb1
    end_watch
    client_saw 'the client waits for the take-over at most' "$silence"
    expect 'history on lb1: the daemon started' history_has lb1 daemon_started 'started'
    stands_by lb2 'has priority'
    both_are_well
}

is_held_by_one() { is_held_by lb1 || is_held_by lb2; }

# A network service that removes what it does not know is the outage of many: it was running all the time, and takes the
# interface over.
restart_networkd() {
    local before
    before=$(date --utc +%FT%T.%3NZ)
    watch
    inside lb1 'sudo mkdir -p /run/systemd/network
        printf "[Match]\nName=eth0\n[Network]\nKeepConfiguration=no\nAddress=192.168.50.11/24\n" |
            sudo tee /run/systemd/network/eth0.network >/dev/null; sudo systemctl restart systemd-networkd'
    eventually 'systemd-networkd takes the interface of lb1 over: the address is there' 10 is_held_by lb1
    inside lb1 'sudo systemctl restart systemd-networkd'
    eventually 'and after its next restart' 10 is_held_by lb1
    end_watch
    client_saw 'the address never moves' '.a.responders == ["lb1"]'
    expect 'lb1 has made no transition meanwhile' says_json \
        "[.history[] | select(.at > \"$before\" and .to != null and .to != .from)] | length == 0" \
        inside lb1 'sudo understudy history --json'
    inside lb1 'sudo rm /run/systemd/network/eth0.network; sudo systemctl stop systemd-networkd.socket systemd-networkd'
    both_are_well
}

# The cable of lb1's eth0, at the switch.
pull_the_cable() {
    watch
    ip link set lb1 down
    moved_to lb2 'silent|heard' 10 'the cable of lb1 is pulled: lb2 gets the address'
    end_watch
    client_saw 'the client waits for the take-over at most' "$silence"
    eventually 'status on lb1: fault, no carrier, without the address' 5 status_is lb1 \
        '.state == "fault" and any(.obstacles[]; test("carrier")) and all(.addresses[]; .is_present | not)'
    examine lb1
    doctor_says 'the interface has no carrier' lb1 'any(.findings[]; .code == "interface_no_carrier")'
    watch
    ip link set lb1 up
    moved_to lb1 'higher' 15 'the cable is back: lb1 gets the address again'
    end_watch
    client_saw 'the client does not see the address return' "$unnoticed"
}

reboot_the_active() {
    local before
    before=$(date --utc +%FT%T.000Z)
    watch
    reboot_machine lb1
    moved_to lb1 'higher' 20 'the active is rebooted: lb1 gets the address again'
    end_watch
    client_saw 'the client notices neither the reboot nor the return' \
        ".a.failed_requests <= 2 and $unseen and .a.responders == [\"lb1\", \"lb2\"]"
    expect 'history on lb1 goes back to before the reboot' says_json \
        "any(.history[]; .event == \"became_active\" and .at < \"$before\")" inside lb1 'sudo understudy history --json'
    stands_by lb2 'has priority'
    both_are_well
}

# comes_back NAME: it is switched on, and is the active again.
comes_back() {
    watch
    switch_on "$1"
    booted "$1 is switched on, and every service of it runs" "$1"
    moved_to "$1" 'higher' 20 "$1 is back: it gets the address again"
    end_watch
    client_saw 'the client does not see the address return' "$unnoticed"
}

power_off() {
    watch
    inside lb1 'sudo systemctl poweroff' >/dev/null 2>&1 || true
    eventually 'lb1 is switched off' 30 is_off lb1
    moved_to lb2 'leaving|resigned|left' 10 'lb1 is switched off: lb2 has the address'
    end_watch
    client_saw 'the client does not notice' "$unnoticed"
    comes_back lb1
    watch
    pull_the_power lb1
    eventually 'the power of lb1 is cut' 10 is_off lb1
    moved_to lb2 'silent|heard' 10 'lb1 is dead: lb2 gets the address'
    end_watch
    client_saw 'the client waits for the take-over at most' "$silence"
    examine lb2
    doctor_is_content lb2
    comes_back lb1
}

break_it() {
    kill_haproxy
    stop_haproxy
    stop_daemon
    kill_daemon
    restart_networkd
    pull_the_cable
    reboot_the_active
    power_off
}

# The guide's own commands close the firewalls again; what doctor prints opens them.
close_firewalls() {
    type_in lb1 firewalld firewalld,undo
    examine lb1
    doctor_says 'the firewall drops adverts that come in' lb1 'any(.findings[]; .code == "firewall_blocks_in") and .exit_code == 1'
    mend_as_told lb1 firewall_blocks_in
    examine lb1
    doctor_says 'the firewall lets adverts pass' lb1 'any(.findings[]; .code == "firewall_open")'
    type_in lb2 iptables iptables,undo
    eventually 'the firewall of lb2 is closed: it believes that it is alone, and takes the address' 10 has_address lb2 "$service"
    examine lb1 lb2
    doctor_says 'the firewall drops adverts that come in, and those that go out' lb2 \
        '[.findings[].code] | contains(["firewall_blocks_in", "firewall_blocks_out"])'
    doctor_says 'adverts are on the wire and do not arrive' lb2 'any(.findings[]; .code == "adverts_do_not_arrive")'
    doctor_says 'the address has two owners' lb1 'any(.findings[]; .code == "two_owners")'
    doctor_says 'the address has two owners' lb2 'any(.findings[]; .code == "two_owners")'
    mend_as_told lb2 firewall_blocks_in firewall_blocks_out
    eventually 'lb2 hears lb1 and gives the address up' 10 is_held_by lb1
    eventually 'the address serves through HAProxy on lb1' 5 served_by lb1
    stands_by lb2 'has priority'
    both_are_well
    forget_the_sysctl
}

# What the guide says for a host where a file of its own sets it otherwise.
forget_the_sysctl() {
    inside lb2 'echo net.ipv4.ip_nonlocal_bind=0 >>/etc/sysctl.conf; sysctl -q --load'
    examine lb2
    doctor_says 'HAProxy could not bind' lb2 'any(.findings[]; .code == "nonlocal_bind_off")'
    type_in lb2 '4. HAProxy' undo
    examine lb2
    doctor_is_content lb2
}
