# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# The switch, a client and a bystander: a server that takes no part, and tells how late this machine itself is. To be sourced.

service=192.168.50.10
bystander=192.168.50.3

# add_host NAME ADDRESS: a host on the switch that does not boot.
add_host() {
    ip netns add "$1"
    ip link add "$1" type veth peer name eth0 netns "$1"
    ip link set "$1" master switch up
    ip -n "$1" link set lo up
    ip -n "$1" address add "$2/24" dev eth0
    ip -n "$1" link set eth0 up
}

make_network() {
    ip link set lo up
    ip link add switch type bridge
    ip link set switch up
    add_host client 192.168.50.100
    add_host bystander "$bystander"
    chrt --fifo 1 ip netns exec bystander "$LAB_PROBE" rehearse-part respond bystander "$bystander" &
}

# Prints the name of the machine that answers at an address.
answer_of() { ip netns exec client curl --silent --show-error --max-time 1 "http://$1/"; }
served_by() { is "$1" answer_of "$service"; }

probe=
# watch: begins to send 250 requests a second to the address, and as many to the bystander.
watch() {
    : >"$lab/seen"
    chrt --fifo 1 ip netns exec client "$LAB_PROBE" rehearse-part probe "$service" "$bystander" >"$lab/seen" 2>"$lab/probe.errors" &
    probe=$!
    wait_for 10 grep -q serving "$lab/seen" || give_up "the client is served before something happens" "$(<"$lab/probe.errors")"
}

# seen: ends what watch began; what the client saw is in $seen then.
seen=
end_watch() {
    kill -TERM "$probe"
    wait "$probe" || give_up "the client reports what it saw" "$(<"$lab/probe.errors")"
    seen=$(tail -n 1 "$lab/seen")
}

# Prints what the client saw in words.
what_was_seen() {
    jq -r 'def ms: . * 1000 | round;
        .targets[0] as $a | .targets[1] as $b | "longest gap \($a.longest_gap_seconds | ms) ms, " +
        "\($a.failed_requests) of \($a.requests) requests failed, answered by \($a.responders | join(", ")) " +
        "(bystander: \($b.longest_gap_seconds | ms) ms, \($b.failed_requests) failed; " +
        "client late by \($a.client_delay_seconds | ms) ms)"' <<<"$seen"
}

# client_saw SENTENCE JQ-CONDITION: on `.a` (the address), `.b` (the bystander).
client_saw() {
    if jq -e "{a: .targets[0], b: .targets[1]} | $2" <<<"$seen" >/dev/null; then
        ok "$1: $(what_was_seen)"
    else
        not_ok "$1" "$(what_was_seen)"
    fi
}
