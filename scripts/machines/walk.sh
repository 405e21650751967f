# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# The walk through the guide, step by step, and what breaks afterwards. To be sourced.

# on NAME COMMAND-LINE: a step of the guide, typed as it stands there. The walk cannot go on without it.
on() {
    local output
    if output=$(inside "$1" "$2" 2>&1); then
        ok "$1# $2"
    else
        give_up "$1# $2" "$output"
    fi
}

# on_says NAME COMMAND-LINE PATTERN: a step whose output the guide shows.
on_says() {
    local output
    if output=$(inside "$1" "$2" 2>&1) && grep -E -q -e "$3" <<<"$output"; then
        ok "$1# $2"
    else
        not_ok "$1# $2" "no line matches '$3' in: $output"
    fi
}

open_firewalld() {
    on_says "$1" 'sudo firewall-cmd --state' '^running$'
    on_says "$1" 'sudo firewall-cmd --get-active-zones' '^ *interfaces: eth0$'
    on_says "$1" 'sudo firewall-cmd --runtime-to-permanent' '^success$'
    on_says "$1" 'sudo firewall-cmd --zone=public --add-protocol=vrrp --permanent' '^success$'
    on_says "$1" 'sudo firewall-cmd --reload' '^success$'
    on_says "$1" 'sudo firewall-cmd --zone=public --list-all | grep vrrp' 'protocols: vrrp'
}

open_iptables() {
    on "$1" 'sudo iptables-save > iptables.backup.rules'
    on "$1" 'sudo iptables -A INPUT -p vrrp -i eth0 -j ACCEPT && sudo iptables -A OUTPUT -p vrrp -j ACCEPT'
    on_says "$1" 'sudo iptables -nvL | grep 112' 'ACCEPT +112 +-- +eth0 '
    on "$1" 'sudo iptables-save > /iptables.vrrp.rules'
    on "$1" 'sudo netfilter-persistent save'
}

# write_configuration NAME FILE: the guide's file, with Debian's name for HAProxy's processes.
write_configuration() {
    sed -e 's/pkill -0 hapee-lb/pkill -0 haproxy/' "$2" >"$lab/$1/root/etc/understudy/understudy.conf"
}

declare -A guide_file=([lb1]=Examples/hapee-active.cfg [lb2]=Examples/hapee-standby.cfg)

# install NAME: the guide's steps on one load balancer, up to the reboot.
install() {
    on "$1" 'sudo apt install --yes ./understudy_*.deb'
    write_configuration "$1" "${guide_file[$1]}"
    on "$1" 'sudo systemctl enable understudy'
    on "$1" 'sudo systemctl unmask understudy'
    on "$1" 'sudo systemctl start understudy'
    on "$1" 'echo net.ipv4.ip_nonlocal_bind=1 | sudo tee --append /etc/sysctl.conf'
    on "$1" "printf '\\nfrontend myfrontend\\n    mode http\\n    bind $service:80\\n    default_backend web_servers\\n' | sudo tee --append /etc/haproxy/haproxy.cfg"
}

# reboot_machine NAME
reboot_machine() {
    begin_reboot "$1"
    booted "$1 reboots, and every service of it runs" "$1"
}

# is_held_by NAME OTHER: the one has the address and the other has not.
is_held_by() { has_address "$1" "$service" && lacks_address "$2" "$service"; }

install_pair() {
    local name
    open_firewalld lb1
    open_iptables lb2
    for name in lb1 lb2; do
        install "$name"
        reboot_machine "$name"
    done
    # The guide's priorities count once each machine has heard the other.
    eventually 'lb1, which has the higher priority, has the address, and lb2 has not' 15 is_held_by lb1 lb2
    eventually 'the address serves through HAProxy on lb1' 5 served_by lb1
    for name in lb1 lb2; do
        expect "$name may bind to addresses that it does not have" is 1 inside "$name" 'sysctl -n net.ipv4.ip_nonlocal_bind'
        expect "$name's service runs and starts with the machine" \
            is $'enabled\nactive' inside "$name" 'systemctl is-enabled understudy; systemctl is-active understudy'
    done
}

# HAProxy dies, and cannot come back because somebody broke its file.
kill_haproxy() {
    watch
    inside lb1 'cp /etc/haproxy/haproxy.cfg haproxy.cfg.good; echo nonsense >>/etc/haproxy/haproxy.cfg; pkill -KILL haproxy'
    eventually 'HAProxy is killed on lb1 and stays dead: lb2 gets the address' 10 is_held_by lb2 lb1
    eventually 'the address serves through HAProxy on lb2' 5 served_by lb2
    end_watch
    # Two checks, a second apart, must fail; then lb1 tells its peer that it is no longer the better one.
    client_saw 'the client waits no longer than the checks and the take-over' \
        '.a.longest_gap_seconds < 8 and .a.responders == ["lb1", "lb2"]'
    watch
    inside lb1 'mv haproxy.cfg.good /etc/haproxy/haproxy.cfg; systemctl reset-failed haproxy; systemctl start haproxy'
    eventually 'HAProxy is repaired on lb1: it gets the address again' 10 is_held_by lb1 lb2
    eventually 'the address serves through HAProxy on lb1 again' 5 served_by lb1
    end_watch
    client_saw 'the client hardly sees the address return' '.a.responders == ["lb2", "lb1"]'
}

reboot_the_active() {
    watch
    begin_reboot lb1
    eventually 'while lb1 reboots lb2 has the address' 10 has_address lb2 "$service"
    booted 'lb1 boots again' lb1
    eventually 'lb1 has the address again' 20 is_held_by lb1 lb2
    eventually 'the address serves through HAProxy on lb1 after its reboot' 5 served_by lb1
    end_watch
    client_saw 'the client is served by lb2 meanwhile' '.a.responders == ["lb1", "lb2", "lb1"] or .a.responders == ["lb1", "lb2"]'
}

walk() {
    install_pair
    kill_haproxy
    reboot_the_active
}
