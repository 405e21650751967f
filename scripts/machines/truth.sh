# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# What `understudy status`, `history` and `doctor` say, compared with what is so. To be sourced.

declare -A other=([lb1]=lb2 [lb2]=lb1)

# says_json JQ-CONDITION COMMAND...: whether it holds for the object that the command prints, whatever its exit code.
says_json() {
    local condition=$1 seen
    shift
    seen=$("$@" 2>&1) || true
    jq -e "$condition" <<<"$seen" >/dev/null 2>&1 && return 0
    echo "not so: $condition in: ${seen:(${#seen} > 1500 ? -1500 : 0)}"
    return 1
}

# is_held_by NAME: that machine has the address and the other, if it runs, has not.
is_held_by() {
    has_address "$1" "$service" && { is_off "${other[$1]}" || lacks_address "${other[$1]}" "$service"; }
}

# status_is NAME JQ-CONDITION: on the only instance.
status_is() { says_json ".status.instances[0] | $2" inside "$1" 'sudo understudy status --json'; }

# moved_to NAME CAUSE SECONDS SENTENCE: the address gets there within the time and is served, and the machine's status and
# history say so, with a cause that matches.
moved_to() {
    local name=$1 cause=$2 bound=$3 sentence=$4
    eventually "$sentence" "$bound" is_held_by "$name"
    eventually "the address serves through HAProxy on $name" 5 served_by "$name"
    eventually "status on $name: active, because of /$cause/, with the address" 5 status_is "$name" \
        ".state == \"active\" and (.cause | test(\"$cause\")) and .active_router.is_self and all(.addresses[]; .is_present)"
    eventually "history on $name: it became active, because of /$cause/" 5 history_ends "$name" became_active "$cause"
}

# stands_by NAME CAUSE: the machine is a standby that knows who is active, and its history says since when and why.
stands_by() {
    local name=$1 cause=$2
    eventually "status on $name: standby, ${other[$name]} is active, without the address" 10 status_is "$name" \
        ".state == \"standby\" and .active_router.address == \"${own_address[${other[$name]}]}\" and all(.addresses[]; .is_present | not)"
    eventually "history on $name: it became standby, because of /$cause/" 5 history_ends "$name" became_standby "$cause"
}

# history_ends NAME EVENT CAUSE: the last change of the instance's state was that.
history_ends() {
    says_json "[.history[] | select(.instance and .event != \"priority_changed\" and .event != \"contested\")] | last |
        .event == \"$2\" and (.cause | test(\"$3\"))" inside "$1" 'sudo understudy history --json'
}

# history_has NAME EVENT CAUSE: it is among the last records, of the instance or the daemon.
history_has() {
    says_json "any(.history[-12:][]; .event == \"$2\" and (.cause | test(\"$3\")))" inside "$1" 'sudo understudy history --json'
}

# examine NAME...: lets doctor look, at the same time; what it says is in $lab/NAME.doctor then.
examine() {
    local name processes=()
    for name; do
        inside "$name" 'sudo understudy doctor --json' >"$lab/$name.doctor" 2>"$lab/$name.doctor.errors" &
        processes+=($!)
    done
    # Its exit code is part of what it prints.
    for name in "${processes[@]}"; do wait "$name" || true; done
}

# doctor_says SENTENCE NAME JQ-CONDITION: on what it printed last.
doctor_says() { expect "doctor on $2: $1" says_json "$3" cat "$lab/$2.doctor"; }

# doctor_is_content NAME: no problem. A standby is silent, so that nobody was heard yet is no fault of this host.
doctor_is_content() {
    doctor_says 'nothing is wrong' "$1" \
        '[.findings[] | select(.severity != "ok" and .severity != "note" and .code != "no_peer_heard")] == []'
}

# mend_as_told NAME CODE...: runs the commands that doctor printed for such findings, just as and in the order in which
# they are printed.
mend_as_told() {
    local name=$1 command commands
    shift
    commands=$(jq -r --args '.findings[] | select(.code | IN($ARGS.positional[])) | .remedy.commands[]' "$@" <"$lab/$name.doctor")
    [[ -n $commands ]] || not_ok "doctor on $name prints commands for $*" "$(<"$lab/$name.doctor")"
    while IFS= read -r command; do
        [[ -z $command ]] || expect "$name# $command (as doctor says)" inside "$name" "$command"
    done <<<"$commands"
}
