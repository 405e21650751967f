# shellcheck shell=bash disable=SC2154 # Names come from the files that laboratory.sh reads together.
# What is shown: one line each, `ok - sentence` or `not ok - sentence`. To be sourced.

passed=0
failed=0

ok() {
    passed=$((passed + 1))
    echo "ok - $1"
}

# not_ok SENTENCE [TEXT]: TEXT is what was seen instead.
not_ok() {
    failed=$((failed + 1))
    echo "not ok - $1"
    [[ -z ${2-} ]] || echo "    # ${2//$'\n'/$'\n'    # }"
}

# expect SENTENCE COMMAND...: holds when the command succeeds; what it printed is shown when it does not.
expect() {
    local sentence=$1 output
    shift
    if output=$("$@" 2>&1); then ok "$sentence"; else not_ok "$sentence" "$* failed: $output"; fi
}

# wait_for SECONDS COMMAND...: asks again until the command succeeds or the time is over.
wait_for() {
    local bound=$1 started=${EPOCHREALTIME/./} now
    shift
    until "$@" >/dev/null 2>&1; do
        now=${EPOCHREALTIME/./}
        ((now - started < bound * 1000000)) || return 1
        sleep 0.05
    done
}

# eventually SENTENCE SECONDS COMMAND...: holds when the command succeeds within the time.
eventually() {
    local sentence=$1 bound=$2
    shift 2
    if wait_for "$bound" "$@"; then
        ok "$sentence"
    else
        not_ok "$sentence" "not within $bound s: $*: $("$@" 2>&1 || true)"
    fi
}

# is TEXT COMMAND...: whether the command prints just this.
is() {
    local wanted=$1 seen
    shift
    seen=$("$@") || true
    [[ $seen == "$wanted" ]] && return 0
    echo "printed '$seen', not '$wanted'"
    return 1
}

# says PATTERN COMMAND...: whether a line of what the command prints matches.
says() {
    local pattern=$1 seen
    shift
    seen=$("$@" 2>&1) || true
    grep -E -q -e "$pattern" <<<"$seen" && return 0
    echo "no line matches '$pattern' in: $seen"
    return 1
}

# Ends the run. What cannot go on counts as failed.
finish() {
    echo "$passed passed, $failed failed"
    [[ $failed -eq 0 && $passed -gt 0 ]]
    exit
}

give_up() {
    not_ok "$1" "${2-}"
    finish
}
