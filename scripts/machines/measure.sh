# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# What a client with 250 requests a second sees of what an administrator does on purpose: at most one failed request for
# each move of the address, none where it stays, and no gap of 20 ms; every time. To be sourced.

times=${LAB_TIMES:-1}
gap_limit=0.020
# From here on the machine, not the service, is what was measured: the bystander was not answered in time either.
disturbance=0.012

# measure SENTENCE DO...: does it `times` times, with the client watching. DO ends when all is as it was before, or `$before`
# sees to that; it says `stays` or `moves_to NAME` at the end of each part, which is judged by itself. What went wrong while
# the bystander fared no better shows nothing, and is done again.
before=
measure() {
    local sentence=$1 good=0 again=0 round=0 verdict
    shift
    [[ $sentence == *"${LAB_ONLY-}"* ]] || return 0
    : >"$lab/all"
    while ((round < times)); do
        ${before-}
        : >"$lab/parts"
        watch
        if ! "$@" >"$lab/done" 2>&1; then
            end_watch
            give_up "$sentence" "$* failed: $(tail -n 20 "$lab/done"); $(what_was_seen)"
        fi
        end_watch
        verdict=$(worst "$lab/parts")
        if [[ $verdict == disturbed ]] && ((again < times + 5)); then
            again=$((again + 1))
            continue
        fi
        round=$((round + 1))
        cat "$lab/parts" >>"$lab/all"
        if [[ $verdict == good ]]; then
            good=$((good + 1))
        else
            echo "    # $sentence, round $round:"
            jq -c '{verdict, gap: .targets[0].longest_gap_seconds, failed: .targets[0].failed_requests,
                by: .targets[0].responders, bystander_gap: .targets[1].longest_gap_seconds}' "$lab/parts" | sed 's/^/    # /'
        fi
    done
    sentence+=": $good of $times good, $(figures "$lab/all")"
    ((again == 0)) || sentence+="; measured again because the machine was late: $again"
    if ((good == times)); then ok "$sentence"; else not_ok "$sentence"; fi
}

# goes_on [N]: until lb1 has advertised so many times more, so that what it did last has had its consequences.
goes_on() {
    timeout 10 tcpdump --immediate-mode -n -i lb1 -Q in -c "${1-1}" 'ip proto 112' >/dev/null 2>&1 && is_held_by lb1
}

# stays: the address is where it was, on lb1; one part is over.
stays() { goes_on 2 && end_part '["lb1"]' 0; }

# moves_to NAME: the address has moved there; one part is over.
moves_to() { wait_for 20 is_held_by "$1" && wait_for 5 served_by "$1" && end_part "[\"${other[$1]}\", \"$1\"]" 1; }

# end_part RESPONDERS FAILURES: looks at what the client saw so far, which a new part is not to blame for.
end_part() {
    end_watch
    jq -c --argjson responders "$1" --argjson failures "$2" --argjson limit "$gap_limit" --argjson disturbance "$disturbance" '
        .targets[0] as $a | .targets[1] as $b | ($a.longest_gap_seconds >= $limit) as $gap |
        ($a.failed_requests > $failures) as $failed |
        ([$b.longest_gap_seconds, $a.client_delay_seconds] | max >= $disturbance) as $late |
        .verdict = if $a.responders != $responders then "answered by others than \($responders | join(", "))"
        elif ($gap or $failed) | not then "good"
        elif (($gap | not) or $late) and (($failed | not) or $b.failed_requests > 0) then "disturbed"
        else "bad" end' <<<"$seen" >>"$lab/parts"
    watch
}

# worst FILE: good when every part is, disturbed when some were and the others are good.
worst() { jq -rs 'map(.verdict) | unique - ["good"] | if . == [] then "good" elif . == ["disturbed"] then .[0] else "bad" end' "$1"; }

# figures FILE: several parts, one report a line, in words.
figures() {
    jq -rs 'def ms: . * 10000 | round / 10 | tostring + " ms"; map(.targets[0]) |
        map(select(.responders | length > 1)) as $moves |
        "longest gap \(map(.longest_gap_seconds) | max | ms), " +
        "\(map(.failed_requests) | add) of \(map(.requests) | add) requests failed" +
        if $moves == [] then ", address never moved"
        else ", at most \($moves | map(.failed_requests) | max) at each of \($moves | length) moves" end' "$1"
}

restart_service() { inside lb1 'sudo systemctl reset-failed understudy; sudo systemctl restart understudy' && moves_to lb2 && moves_to lb1; }

# install_version FILE: with apt, as the administrator does it, whether the version is newer or older.
install_version() {
    inside lb1 "sudo systemctl reset-failed understudy
        sudo apt-get -o Dpkg::Options::=--force-confold install --yes --allow-downgrades ./$1"
}

upgrade() { install_version "${LAB_PACKAGE##*/}" && stays; }

# The process that works for the guardian, and is no main process of the service.
worker_of_lb1() { inside lb1 'pgrep -x understudyd-run'; }

kill_worker() {
    local old
    old=$(worker_of_lb1) && inside lb1 "sudo kill -KILL $old" && wait_for 5 has_other_worker "$old" && stays && goes_on 3
}

has_other_worker() { local new && new=$(worker_of_lb1) && [[ $new != "$1" ]]; }

# Five within thirty seconds are the guardian's limit.
let_crashes_be_forgotten() { sleep 6; }

prepare_upgrade() {
    install_version "$older" >"$lab/prepared" 2>&1 || give_up 'the older package is installed' "$(<"$lab/prepared")"
    # From here to there and back; this is not what is measured.
    wait_for 20 is_held_by lb1 || give_up 'lb1 has the address with the older package'
}

switch_over_and_back() {
    inside lb1 'sudo understudy switchover' && moves_to lb2 && inside lb2 'sudo understudy switchover' && moves_to lb1
}

switch_over_and_resume() {
    inside lb1 'sudo understudy switchover' && moves_to lb2 && inside lb1 'sudo understudy resume' && moves_to lb1
}

maintain() {
    inside lb1 'sudo understudy standby on --for 10m' && moves_to lb2 && inside lb1 'sudo understudy standby off' && moves_to lb1
}

# The manual failover of HAProxy's guide.
lower_the_priority() {
    edit lb1 's/priority 101/priority 90/' && inside lb1 'sudo systemctl reset-failed understudy; sudo systemctl restart understudy' &&
        moves_to lb2 && edit lb1 '' && inside lb1 'sudo systemctl restart understudy' && moves_to lb1
}

reboot_lb1() {
    begin_reboot lb1
    moves_to lb2 && wait_for 60 has_booted lb1 "${leaders[lb1]}" && moves_to lb1
}

# make_older: the older package, as lb1 calls it: the same with a lower version, unless one was named.
older=understudy_older.deb
make_older() {
    local tree=$lab/older to=$lab/lb1/root/root/$older
    if [[ -n ${LAB_OLDER-} ]]; then
        cp "$LAB_OLDER" "$to"
        return
    fi
    dpkg-deb --raw-extract "$LAB_PACKAGE" "$tree"
    sed -i 's/^Version: .*/Version: 0~older/' "$tree/DEBIAN/control"
    dpkg-deb -Zgzip -z1 --build "$tree" "$to"
    rm -r "$tree"
}

measures() {
    install_pair
    expect 'there is an older package' make_older
    measure 'systemctl restart of the active' restart_service
    before=prepare_upgrade
    measure 'the package of the active is upgraded' upgrade
    before=let_crashes_be_forgotten
    measure 'the working process of the active is killed' kill_worker
    before=
    measure 'understudy switchover, and back' switch_over_and_back
    measure 'understudy switchover, and resume' switch_over_and_resume
    measure 'understudy standby on, and off' maintain
    measure 'lower priority and restart, and back' lower_the_priority
    measure 'reboot of the active' reboot_lb1
    measure_reloads
}
