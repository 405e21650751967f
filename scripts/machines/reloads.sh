# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# Reloads that keep the address, of every kind. To be sourced.

# edit NAME SED-SCRIPT: the guide's file, changed by an editor; '' is the guide's file itself.
edit() {
    local file=$lab/$1/root/etc/understudy/understudy.conf
    [[ -f $lab/$1/guide.conf ]] || cp "$file" "$lab/$1/guide.conf"
    sed -E "$2" "$lab/$1/guide.conf" >"$lab/$1/edited.conf" && cat "$lab/$1/edited.conf" >"$file"
}

# reloads NAME: the reload changes something. With `quietly`, it also says that no address leaves.
reloads() {
    local report condition='.applied and (.changes | length > 0)'
    [[ ${2-} != quietly ]] || condition+=' and all(.consequences[]; .gives_up_addresses | not)'
    report=$(inside "$1" 'sudo understudy reload --json') || true
    says_json ".reload | $condition" echo "$report"
}

# reload_and_back SED-SCRIPT: on lb1, then the guide's file again.
reload_and_back() { edit lb1 "$1" && reloads lb1 quietly && goes_on && edit lb1 '' && reloads lb1 && stays; }

# reload_both_and_back SED-SCRIPT: what both must agree on; the standby first.
reload_both_and_back() {
    edit lb2 "$1" && edit lb1 "$1" && reloads lb2 && reloads lb1 quietly && goes_on &&
        edit lb2 '' && edit lb1 '' && reloads lb2 && reloads lb1 && stays
}

# The same by the service manager.
reload_by_systemctl() {
    edit lb1 's/priority 101/priority 102/' && inside lb1 'sudo systemctl reload understudy' && goes_on &&
        edit lb1 '' && inside lb1 'sudo systemctl reload understudy' && stays
}

reload_without_change() {
    edit lb1 '1i # a remark' && inside lb1 'sudo understudy reload' && goes_on && edit lb1 '' &&
        inside lb1 'sudo understudy reload' && stays
}

# A file with a mistake is refused, and nothing changes.
reload_nonsense() {
    edit lb1 's/priority 101/priority 1001/' && ! inside lb1 'sudo understudy reload' && goes_on && edit lb1 '' &&
        inside lb1 'sudo understudy reload' && stays
}

# What is changed on lb1 alone: a name, and how.
# shellcheck disable=SC2016 # The dollar is sed's.
one_sided=(
    'priority' 's/priority 101/priority 102/'
    'the interval of a check' 's/interval 5 /interval 2 /'
    'the command of a check' 's/pkill -0 sshd/pkill -0 -x sshd/'
    'the fall and rise of a check' 's/fall 2 /fall 3 /; s/rise 1 /rise 2 /'
    'the weight of a check' 's/weight -4 /weight -3 /'
    'the name of a check' 's/chk_sshd/chk_ssh/'
    'a check less' '/^        chk_sshd/d'
    'a check more' '1i vrrp_script chk_more {\n script "/bin/true"\n interval 5\n weight 3\n}
        s/^        chk_sshd/        chk_more\n&/'
    'a check without weight more' '1i vrrp_script chk_more {\n script "/bin/true"\n interval 5\n}
        s/^        chk_sshd/        chk_more\n&/'
    'the weight of a process check' 's/weight 6 /weight 7 /'
    'the delay of a process check' 's/weight 6 /&\n terminate_delay 2\n/'
    'the name of a process check' 's/chk_lb/chk_haproxy/'
    'a script in place of a process check' 's/vrrp_track_process chk_lb/vrrp_script chk_lb/; s/process haproxy/script "pkill -0 haproxy"/
        s/track_process \{/track_script {/'
    'a tracked interface more' 's/^    track_script \{/    track_interface {\n lo weight -3\n }\n&/'
    'a second address' '/192.168.50.10 /a 192.168.50.20'
    'a second address before the first' '/192.168.50.10 /i 192.168.50.20'
    'the prefix of the address' 's/192.168.50.10 /192.168.50.10\/24 /'
    'the label of the address' 's/192.168.50.10 /192.168.50.10 label eth0:lb /'
    'an advertised address instead of an excluded one' 's/virtual_ipaddress_excluded/virtual_ipaddress/'
    'nopreempt' 's/state MASTER/state BACKUP\n nopreempt/'
    'preempt_delay' 's/state MASTER/state BACKUP\n preempt_delay 5/'
    'garp_master_refresh' 's/priority 101/&\n garp_master_refresh 1\n garp_master_repeat 2\n/'
    'vrrp_garp_interval' '1i global_defs {\n vrrp_garp_interval 0.01\n}'
    'the name of the instance' 's/vrrp_1/service/'
    'a second virtual router' '$a vrrp_instance second {\n interface eth0\n virtual_router_id 52\n priority 50\n virtual_ipaddress {\n 192.168.50.30\n }\n}'
)
# What both have to agree on.
two_sided=(
    'advert_int' 's/priority 10[01]/&\n advert_int 2\n/'
    'the password' 's/priority 10[01]/&\n authentication {\n auth_type PASS\n auth_pass secret\n }\n/'
    'the version of VRRP' 's/virtual_ipaddress_excluded/virtual_ipaddress/; s/priority 10[01]/&\n version 3\n/'
)

measure_reloads() {
    local index
    for ((index = 0; index < ${#one_sided[@]}; index += 2)); do
        measure "reload of the active: ${one_sided[index]}" reload_and_back "${one_sided[index + 1]}"
    done
    for ((index = 0; index < ${#two_sided[@]}; index += 2)); do
        measure "reload of both: ${two_sided[index]}" reload_both_and_back "${two_sided[index + 1]}"
    done
    measure 'systemctl reload of the active' reload_by_systemctl
    measure 'reload of a file that did not change' reload_without_change
    measure 'reload of a file with a mistake' reload_nonsense
}
