# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# What a client with 250 requests a second sees of what an administrator does on purpose: at most one failed request for
# each move of the address, none where it stays, and no gap of 20 ms; every time. To be sourced.

times=${LAB_TIMES:-1}
gap_limit=0.020
# From here on the machine, not the service, is what was measured: nor was the bystander answered in time.
disturbance=0.012

# measure SENTENCE MOVES DO...: does it `times` times, with the client watching. DO ends when all is as it was before.
# What went wrong while the bystander was not answered in time either shows nothing, and is done again.
measure() {
    local sentence=$1 moves=$2 round=0 good=0 again=0 lines=() verdict
    shift 2
    while ((round < times)); do
        watch
        if ! "$@" >"$lab/done" 2>&1; then
            end_watch
            give_up "$sentence" "$* failed in round $((round + 1)): $(tail -n 20 "$lab/done"); $(what_was_seen)"
        fi
        end_watch
        verdict=$(judge "$moves")
        echo "    # $sentence, $((round + 1)): $verdict: $(what_was_seen)"
        if [[ $verdict == disturbed ]] && ((again < times + 5)); then
            again=$((again + 1))
            continue
        fi
        round=$((round + 1))
        [[ $verdict != good ]] || good=$((good + 1))
        lines+=("$seen")
    done
    sentence+=", $good of $times: $(printf '%s\n' "${lines[@]}" | figures)"
    ((again == 0)) || sentence+="; $again measured again, because the machine was late"
    if ((good == times)); then ok "$sentence"; else not_ok "$sentence"; fi
}

# judge MOVES: prints good, bad, or disturbed.
judge() {
    jq -r --argjson moves "$1" --argjson limit "$gap_limit" --argjson disturbance "$disturbance" '
        .targets[0] as $a | .targets[1] as $b |
        ($a.longest_gap_seconds >= $limit) as $gap | ($a.failed_requests > $moves) as $failures |
        (($b.longest_gap_seconds, $a.client_delay_seconds | . >= $disturbance)) as $late |
        if ($moves > 0) != ($a.responders | length > 1) then "bad"
        elif ($gap or $failures) | not then "good"
        elif (($gap | not) or $late) and (($failures | not) or $b.failed_requests > 0) then "disturbed"
        else "bad" end' <<<"$seen" | sort -u | head -n 1
}

# Prints the figures of several rounds, one report a line, in words.
figures() {
    jq -rs 'def ms: . * 10000 | round / 10 | tostring + " ms"; map(.targets[0]) |
        "longest gap \(map(.longest_gap_seconds) | max | ms), " +
        "\(map(.failed_requests) | add) of \(map(.requests) | add) requests failed, at most \(map(.failed_requests) | max) in a round"'
}

# Until the address is back where it belongs.
comes_home() { wait_for 20 is_held_by lb1 lb2; }

restart_service() { inside lb1 'sudo systemctl restart understudy' && comes_home; }

measures() {
    install_pair
    measure 'systemctl restart of the active' 2 restart_service
}
