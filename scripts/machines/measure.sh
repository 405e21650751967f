# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# What a client with 250 requests a second sees of what an administrator does on purpose: at most one failed request for
# each move of the address, none where it stays, and no gap of 20 ms; every time. To be sourced.

times=${LAB_TIMES:-1}
gap_limit=0.020
# From here on the machine, not the service, is what was measured: the bystander was not answered in time either.
disturbance=0.012

# measure SENTENCE MOVES DO...: does it `times` times, with the client watching. DO ends when all is as it was before, or
# `$before` sees to that. What went wrong while the bystander fared no better shows nothing, and is done again.
before=
measure() {
    local sentence=$1 moves=$2 good=0 again=0 lines=() verdict
    shift 2
    [[ $sentence == *"${LAB_ONLY-}"* ]] || return 0
    while ((${#lines[@]} < times)); do
        ${before-}
        watch
        if ! "$@" >"$lab/done" 2>&1; then
            end_watch
            give_up "$sentence" "$* failed: $(tail -n 20 "$lab/done"); $(what_was_seen)"
        fi
        end_watch
        verdict=$(judge "$moves")
        if [[ $verdict == disturbed ]] && ((again < times + 5)); then
            again=$((again + 1))
            continue
        fi
        lines+=("$seen")
        if [[ $verdict == good ]]; then
            good=$((good + 1))
        else
            echo "    # $sentence, round ${#lines[@]}: $verdict: $(what_was_seen)"
        fi
    done
    sentence+=": $good of $times good, $(printf '%s\n' "${lines[@]}" | figures)"
    ((again == 0)) || sentence+="; measured again because the machine was late: $again"
    if ((good == times)); then ok "$sentence"; else not_ok "$sentence"; fi
}

# judge MOVES: prints good, bad or disturbed.
judge() {
    jq -r --argjson moves "$1" --argjson limit "$gap_limit" --argjson disturbance "$disturbance" '
        .targets[0] as $a | .targets[1] as $b | ($a.longest_gap_seconds >= $limit) as $gap |
        ($a.failed_requests > $moves) as $failures |
        ([$b.longest_gap_seconds, $a.client_delay_seconds] | max >= $disturbance) as $late |
        if $a.responders != (if $moves > 0 then ["lb1", "lb2"] else ["lb1"] end) then "answered by the wrong ones"
        elif ($gap or $failures) | not then "good"
        elif (($gap | not) or $late) and (($failures | not) or $b.failed_requests > 0) then "disturbed"
        else "bad" end' <<<"$seen"
}

# Prints the figures of several rounds, one report a line, in words.
figures() {
    jq -rs 'def ms: . * 10000 | round / 10 | tostring + " ms"; map(.targets[0]) |
        "longest gap \(map(.longest_gap_seconds) | max | ms), failed requests \(map(.failed_requests) | add) of " +
        "\(map(.requests) | add), in one round at most \(map(.failed_requests) | max)"'
}

# Until the address is back where it belongs.
comes_home() { wait_for 20 is_held_by lb1 lb2; }

# Until lb1 has advertised twice more, so that what it did last has had its consequences.
goes_on() {
    timeout 10 tcpdump --immediate-mode -n -i lb1 -Q in -c 2 'ip proto 112' && is_held_by lb1 lb2
}

restart_service() { inside lb1 'sudo systemctl restart understudy' && comes_home; }

# install_version FILE: with apt, as the administrator does it, whether the version is newer or older.
install_version() {
    inside lb1 "sudo apt-get install --yes --allow-downgrades ./$1" && comes_home
}

prepare_upgrade() {
    install_version "${LAB_PACKAGE##*/}" >"$lab/prepared" 2>&1 || give_up 'the older package is there' "$(<"$lab/prepared")"
}

switch_over_and_back() {
    inside lb1 'sudo understudy switchover' && is_held_by lb2 lb1 &&
        inside lb2 'sudo understudy switchover' && is_held_by lb1 lb2
}

switch_over_and_resume() {
    inside lb1 'sudo understudy switchover' && is_held_by lb2 lb1 && inside lb1 'sudo understudy resume' && comes_home
}

maintain() {
    inside lb1 'sudo understudy standby on --for 10m' && wait_for 10 is_held_by lb2 lb1 &&
        inside lb1 'sudo understudy standby off' && comes_home
}

# The guide's manual failover.
lower_the_priority() {
    edit lb1 's/priority 101/priority 90/' && inside lb1 'sudo systemctl restart understudy' &&
        wait_for 10 is_held_by lb2 lb1 && edit lb1 '' && inside lb1 'sudo systemctl restart understudy' && comes_home
}

# The newer package, as lb1 calls it: the same with a higher version, unless one was named.
newer=understudy_newer.deb
make_newer() {
    local tree=$lab/newer version
    if [[ -n ${LAB_NEWER-} ]]; then
        cp "$LAB_NEWER" "$lab/lb1/root/root/$newer"
        return
    fi
    dpkg-deb --raw-extract "$LAB_PACKAGE" "$tree"
    version=$(dpkg-deb --field "$LAB_PACKAGE" Version)
    sed -i "s/^Version: .*/Version: $version+newer/" "$tree/DEBIAN/control"
    dpkg-deb -Zgzip -z1 --build "$tree" "$lab/lb1/root/root/$newer"
    rm -r "$tree"
}

measures() {
    install_pair
    expect 'there is a newer package' make_newer
    measure 'systemctl restart of the active' 2 restart_service
    before=prepare_upgrade measure 'the package of the active is upgraded' 2 install_version "$newer"
    prepare_upgrade
    measure 'understudy switchover, and back' 2 switch_over_and_back
    measure 'understudy switchover, and resume' 2 switch_over_and_resume
    measure 'understudy standby on, and off' 2 maintain
    measure "the guide's manual failover, and back" 2 lower_the_priority
    measure_reloads
}
